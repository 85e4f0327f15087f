// Command enough serves a practice: one SQLite file, one process.
//
//	enough           serve the practice in -data
//	enough -demo     serve a seeded practice that is thrown away at the end
//	enough analyse   describe and compare the phases of a CSV file; see enough analyse -h
//	enough version   say which version this is
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"golang.org/x/net/netutil"

	"enough/handlers"
	"enough/models"
	"enough/models/demo"
	"enough/models/singlecase"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

// stopLimit is how long requests that run may take to finish at the end.
const stopLimit = 10 * time.Second

// mostConnections is how many are held at once; further ones wait.
const mostConnections = 1000

// config is what the command line and the environment say.
type config struct {
	addr, data, key, baseURL, log string
	demo                          bool
}

// parseConfig reads flags and ENOUGH_* variables; a flag beats its variable.
func parseConfig(args []string, getenv func(string) string, stderr io.Writer) (config, error) {
	var c config
	env := func(name, other string) string {
		if v := getenv("ENOUGH_" + name); v != "" {
			return v
		}
		return other
	}
	flags := flag.NewFlagSet("enough", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&c.addr, "addr", env("ADDR", "127.0.0.1:8080"), "address to listen on")
	flags.StringVar(&c.data, "data", env("DATA", "data"), "folder of the practice")
	flags.StringVar(&c.key, "key", env("KEY", ""), "file of the master key, outside the folder of the practice (default that folder's name with .key)")
	flags.StringVar(&c.baseURL, "base-url", env("BASE_URL", ""), "address under which people reach it, such as https://form.example.org")
	flags.StringVar(&c.log, "log", env("LOG", "info"), "what to log: debug, info, warn or error")
	flags.BoolVar(&c.demo, "demo", env("DEMO", "") != "", "serve a seeded practice in a temporary folder")
	if err := flags.Parse(args); err != nil {
		return c, err
	}
	if flags.NArg() > 0 {
		return c, fmt.Errorf("unknown command %q: see enough -h", flags.Arg(0))
	}
	return c, c.check()
}

func (c config) check() error {
	var errs []error
	if _, _, err := net.SplitHostPort(c.addr); err != nil {
		errs = append(errs, fmt.Errorf("-addr %q: give host:port, such as 127.0.0.1:8080", c.addr))
	}
	if u, err := url.Parse(c.baseURL); err != nil || (c.baseURL != "" && (u.Host == "" || (u.Scheme != "http" && u.Scheme != "https"))) {
		errs = append(errs, fmt.Errorf("-base-url %q: give a whole address, such as https://form.example.org", c.baseURL))
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.log)); err != nil {
		errs = append(errs, fmt.Errorf("-log %q: give debug, info, warn or error", c.log))
	}
	return errors.Join(errs...)
}

// run is the whole program: it returns the exit status.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	if len(args) == 1 && args[0] == "version" {
		fmt.Fprintln(stdout, "enough", version())
		return 0
	}
	if len(args) > 0 && args[0] == "analyse" {
		return analyse(args[1:], os.Stdin, stdout, stderr)
	}
	c, err := parseConfig(args, getenv, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintln(stderr, err)
		return 2
	}
	if err := serve(ctx, c, stdout, stderr); err != nil {
		fmt.Fprintln(stderr, "enough:", err)
		return 1
	}
	return 0
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}

// madeOn is when the source of this program was committed, the zero time when
// that is not known.
func madeOn() (t time.Time) {
	info, _ := debug.ReadBuildInfo()
	if info == nil {
		return t
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.time" {
			t, _ = time.Parse(time.RFC3339, s.Value)
		}
	}
	return t
}

// serve opens the practice, listens, and answers until ctx ends.
func serve(ctx context.Context, c config, stdout, stderr io.Writer) error {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.log)); err != nil {
		return err
	}
	if made := madeOn(); time.Now().Before(made.AddDate(0, 0, -1)) {
		return fmt.Errorf("the clock of this machine says %s, and this program was made on %s: set the clock", time.Now().Format(time.DateOnly), made.Format(time.DateOnly))
	}
	log := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level}))
	h := handlers.Config{Log: log, Secure: strings.HasPrefix(strings.ToLower(c.baseURL), "https://")}
	if c.demo {
		dir, err := os.MkdirTemp("", "enough-demo-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		practice, err := demo.Open(ctx, dir, time.Now)
		if err != nil {
			return fmt.Errorf("demo: %w", err)
		}
		h.DB = practice.DB
		for _, p := range practice.People {
			h.Demo = append(h.Demo, handlers.DemoPerson(p))
		}
	} else {
		if err := models.PrivateFolder(c.data); err != nil {
			return err
		}
		db, err := models.Open(models.Options{File: filepath.Join(c.data, "enough.db"), Key: c.key})
		if err != nil {
			return err
		}
		if file, made := db.KeyMade(); made {
			fmt.Fprintln(stdout, "The master key is at", file+". Without it the practice cannot be read: keep a copy in a safe place, and none beside a backup.")
		}
		h.DB = db
	}
	return errors.Join(listen(ctx, c, h, stdout), h.DB.Close())
}

func listen(ctx context.Context, c config, h handlers.Config, stdout io.Writer) error {
	app, err := handlers.New(h)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", c.addr)
	if err != nil {
		return err
	}
	at := c.baseURL
	if at == "" {
		at = "http://" + l.Addr().String()
	}
	fmt.Fprintln(stdout, "Enough is at", at)
	if !c.demo {
		token, err := h.DB.SetUpToken(ctx)
		if err != nil {
			return errors.Join(err, l.Close())
		}
		if token != "" {
			fmt.Fprintln(stdout, "Set up the practice, once, within a day:", strings.TrimSuffix(at, "/")+"/setup/"+token)
		}
	}
	server := app.Server()
	done := make(chan error, 1)
	go func() { done <- server.Serve(netutil.LimitListener(l, mostConnections)) }()
	var failed error
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	case <-h.DB.Failed():
		failed = fmt.Errorf("the disk has failed: nothing is written any more, and the program ends to be started anew: %w", h.DB.Failure())
		h.Log.Error("ALERT", "err", failed)
	}
	stopping, cancel := context.WithTimeout(context.Background(), stopLimit)
	defer cancel()
	if err := server.Shutdown(stopping); err != nil {
		return errors.Join(failed, fmt.Errorf("stop: %w", err))
	}
	if err := <-done; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return failed
}

const analyseUsage = `enough analyse [-json] FILE reads the weekly scores of one case and writes what they say.

FILE is a CSV file, or - for standard input. Its first line is
    week,phase,score
and each further line one calendar week, in order: its number, counted from 1, the
name of its phase, such as A or B1, and its score, lower being better. Leave the
score empty for a missing week; a week without a line is missing too. A phase lasts
until the next one begins.
`

// analyse is the command of that name: it needs no practice and keeps nothing.
func analyse(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("enough analyse", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprint(stderr, analyseUsage, "\n")
		flags.PrintDefaults()
	}
	asJSON := flags.Bool("json", false, "write every number as JSON, for a program")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case flags.NArg() != 1:
		fmt.Fprintln(stderr, "enough analyse: name one file, after the flags, or - for standard input; see enough analyse -h")
		return 2
	}
	phases, err := readPhases(flags.Arg(0), stdin)
	if err != nil {
		fmt.Fprintln(stderr, "enough analyse:", err)
		return 2
	}
	if err := writeAnalysis(stdout, singlecase.Analyse(phases), *asJSON); err != nil {
		fmt.Fprintln(stderr, "enough analyse:", err)
		return 1
	}
	return 0
}

func readPhases(name string, stdin io.Reader) ([]singlecase.Phase, error) {
	if name == "-" {
		return singlecase.ReadCSV(stdin)
	}
	file, err := os.Open(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no file %s; check its name and folder", name)
	case err != nil:
		return nil, fmt.Errorf("the file cannot be opened: %w", err)
	}
	defer file.Close()
	phases, err := singlecase.ReadCSV(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return phases, nil
}

func writeAnalysis(w io.Writer, a singlecase.Analysis, asJSON bool) error {
	if !asJSON {
		_, err := io.WriteString(w, a.Text())
		return err
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(a)
}
