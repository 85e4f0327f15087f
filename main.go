// Command enough serves a practice: one SQLite file, one process.
//
//	enough           serve the practice in -data
//	enough -demo     serve a seeded practice that is thrown away at the end
//	enough COMMAND   do one thing and end; enough -h lists them
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"enough/handlers"
	"enough/models"
	"enough/models/demo"
	"enough/models/mail"
	"enough/models/singlecase"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

// config is what the command line and the environment say.
type config struct {
	addr, data, key, baseURL, leave, log, backups, backupTo, smtp, mailFrom string

	demo bool
}

// from gives the variable of a name in the environment, or another value.
func from(getenv func(string) string, name, other string) string {
	if v := getenv("ENOUGH_" + name); v != "" {
		return v
	}
	return other
}

// parseConfig reads flags and ENOUGH_* variables; a flag beats its variable.
func parseConfig(args []string, getenv func(string) string, stderr io.Writer) (config, error) {
	var c config
	flags := flag.NewFlagSet("enough", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprint(stderr, "enough serves a practice.\n\n")
		flags.PrintDefaults()
		fmt.Fprint(stderr, "\nenough COMMAND does one thing and ends; enough COMMAND -h says more:\n")
		for _, cmd := range commands {
			fmt.Fprintf(stderr, "  %-8s %s\n", cmd.name, cmd.line)
		}
	}
	flags.StringVar(&c.addr, "addr", from(getenv, "ADDR", "127.0.0.1:8080"), "address to listen on")
	data, key := dataFlag(flags, getenv), keyFlag(flags, getenv)
	flags.StringVar(&c.baseURL, "base-url", from(getenv, "BASE_URL", ""), "address under which people reach it, such as https://form.example.org")
	flags.StringVar(&c.leave, "leave", from(getenv, "LEAVE", handlers.DefaultLeave), "neutral site to which “Leave this page” leads; one that anybody may have open")
	flags.StringVar(&c.log, "log", from(getenv, "LOG", "info"), "what to log: debug, info, warn or error")
	flags.StringVar(&c.backups, "backups", from(getenv, "BACKUPS", ""), "folder of the daily backups, or none for no daily backup (default the folder backups in that of the practice)")
	flags.StringVar(&c.backupTo, "backup-to", from(getenv, "BACKUP_TO", ""), "age recipient of the daily backups, age1…; without one they are not encrypted")
	flags.StringVar(&c.smtp, "smtp", from(getenv, "SMTP", ""), "mail server, such as smtp://name:passphrase@mail.example.org:587; better as ENOUGH_SMTP, which no list of processes shows")
	flags.StringVar(&c.mailFrom, "mail-from", from(getenv, "MAIL_FROM", ""), "address that messages come from and answers go to, such as office@example.org")
	flags.BoolVar(&c.demo, "demo", from(getenv, "DEMO", "") != "", "serve a seeded practice in a temporary folder")
	if err := flags.Parse(args); err != nil {
		return c, err
	}
	c.data, c.key = *data, *key
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
	if u, err := url.Parse(c.leave); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		errs = append(errs, fmt.Errorf("-leave %q: give a whole address, such as %s", c.leave, handlers.DefaultLeave))
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.log)); err != nil {
		errs = append(errs, fmt.Errorf("-log %q: give debug, info, warn or error", c.log))
	}
	if _, err := models.ReadRecipients(c.backupTo, ""); err != nil {
		errs = append(errs, fmt.Errorf("-backup-to: %w", err))
	}
	if _, err := c.mailServer(); err != nil {
		errs = append(errs, fmt.Errorf("-smtp and -mail-from: %w", err))
	}
	return errors.Join(errs...)
}

// mailServer is nil when none is named.
func (c config) mailServer() (*mail.Server, error) {
	if c.smtp == "" {
		return nil, nil
	}
	return mail.NewServer(c.smtp, c.mailFrom)
}

// site is the address of the practice as messages name it.
func (c config) site() string {
	if c.baseURL != "" {
		return c.baseURL
	}
	return "http://" + c.addr
}

// run is the whole program: it returns the exit status.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	if len(args) > 0 {
		for _, cmd := range commands {
			if cmd.name == args[0] {
				return cmd.run(call{ctx, getenv, os.Stdin, stdout, stderr}, args[1:])
			}
		}
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

// serve opens the practice, listens, and answers until ctx ends.
func serve(ctx context.Context, c config, stdout, stderr io.Writer) error {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.log)); err != nil {
		return err
	}
	if made := models.MadeOn(); time.Now().Before(made.AddDate(0, 0, -1)) {
		return fmt.Errorf("the clock of this machine says %s, and this program was made on %s: set the clock", time.Now().Format(time.DateOnly), made.Format(time.DateOnly))
	}
	log := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level}))
	server, err := c.mailServer()
	if err != nil {
		return err
	}
	if c.demo { // its people are nobody
		server = nil
	}
	h := handlers.Config{Log: log, Mail: server != nil, Leave: c.leave, BaseURL: c.baseURL, Secure: strings.HasPrefix(strings.ToLower(c.baseURL), "https://")}
	if c.demo {
		dir, err := os.MkdirTemp("", "enough-demo-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		practice, err := demo.Open(ctx, dir, c.site(), time.Now)
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
		to, err := models.ReadRecipients(c.backupTo, "")
		if err != nil {
			return err
		}
		o := models.Options{File: database(c.data), Key: c.key, Site: c.site(), Backups: models.Backups{Dir: c.backups, To: to}}
		if h.DB, err = models.Open(o); err != nil {
			return err
		}
		if file, made := h.DB.KeyMade(); made {
			fmt.Fprintln(stdout, "The master key is at", file+". Without it the practice cannot be read: keep a copy in a safe place, and none beside a backup.")
		}
	}
	var beside sync.WaitGroup // all that goes on beside the answering
	ctx, cancel := context.WithCancel(ctx)
	if !c.demo && c.backups != models.NoBackups {
		beside.Go(func() { h.DB.KeepBackups(ctx, log) })
	}
	beside.Go(func() { h.DB.KeepPosting(ctx, server, log) })
	err = listen(ctx, c, h, stdout)
	cancel()
	beside.Wait()
	return errors.Join(err, h.DB.Close())
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
	return app.Serve(ctx, l)
}

// A command does one thing and ends. Its act sets up the flags, and gives what
// is done with them and with the files named after them.
type command struct {
	name, line, more string
	files            int // that must be named
	act              func(*flag.FlagSet, call) func(files []string) error
}

// call is what a command may reach.
type call struct {
	ctx            context.Context
	getenv         func(string) string
	stdin          io.Reader
	stdout, stderr io.Writer
}

// misused is an error in how a command was called.
type misused struct{ error }

var commands = []command{
	{"analyse", "describe and compare the phases of a CSV file", analyseMore, 1, analyse},
	{"backup", "keep a practice as it is now in one file", backupMore, 1, backup},
	{"restore", "put a practice back from a backup into an empty folder", restoreMore, 1, restore},
	{"check", "look through a practice: soundness, settings, rights, backups", checkMore, 0, check},
	{"code", "make a one-time code for a therapist who cannot sign in", codeMore, 0, makeCode},
	{"rekey", "put a practice under a new master key", rekeyMore, 0, rekey},
	{"version", "say which version this is", "", 0, showVersion},
}

// run gives the exit status: 2 when the command was called wrongly.
func (cmd command) run(c call, args []string) int {
	flags := flag.NewFlagSet("enough "+cmd.name, flag.ContinueOnError)
	flags.SetOutput(c.stderr)
	flags.Usage = func() {
		fmt.Fprintf(c.stderr, "enough %s [flags]%s: %s.\n%s\n", cmd.name, []string{"", " FILE"}[cmd.files], cmd.line, cmd.more)
		flags.PrintDefaults()
	}
	act := cmd.act(flags, c)
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case flags.NArg() != cmd.files:
		err = misused{fmt.Errorf("name %s, after the flags; see enough %s -h", []string{"no file", "one file"}[cmd.files], cmd.name)}
	default:
		err = act(flags.Args())
	}
	if err == nil {
		return 0
	}
	fmt.Fprintf(c.stderr, "enough %s: %v\n", cmd.name, err)
	if errors.As(err, &misused{}) {
		return 2
	}
	return 1
}

func showVersion(_ *flag.FlagSet, c call) func([]string) error {
	return func([]string) error {
		_, err := fmt.Fprintln(c.stdout, "enough", models.Version())
		return err
	}
}

const analyseMore = `
FILE is a CSV file, or - for standard input. Its first line is
    week,phase,score
and each further line one calendar week, in order: its number, counted from 1, the
name of its phase, such as A or B1, and its score, lower being better. Leave the
score empty for a missing week; a week without a line is missing too. A phase lasts
until the next one begins.
`

// analyse needs no practice and keeps nothing.
func analyse(flags *flag.FlagSet, c call) func([]string) error {
	asJSON := flags.Bool("json", false, "write every number as JSON, for a program")
	return func(files []string) error {
		phases, err := models.ReadPhases(files[0], c.stdin)
		if err != nil {
			return misused{err}
		}
		return singlecase.Analyse(phases).Write(c.stdout, *asJSON)
	}
}

// dataFlag is the flag that says which practice a command is about.
func dataFlag(flags *flag.FlagSet, getenv func(string) string) *string {
	return flags.String("data", from(getenv, "DATA", "data"), "folder of the practice")
}

func keyFlag(flags *flag.FlagSet, getenv func(string) string) *string {
	return flags.String("key", from(getenv, "KEY", ""), "file of the master key, outside the folder of the practice (default that folder's name with .key)")
}

func database(data string) string { return filepath.Join(data, "enough.db") }

const backupMore = `
FILE must not be there yet. It is a tar file, compressed, and with a recipient
encrypted by age. It appears when it is whole and was read again. The program may go
on serving the practice meanwhile.
`

func backup(flags *flag.FlagSet, c call) func([]string) error {
	data := dataFlag(flags, c.getenv)
	to := flags.String("to", from(c.getenv, "BACKUP_TO", ""), "age recipient who can open it, age1…")
	list := flags.String("recipients", "", "file of age recipients, one a line")
	return func(files []string) error {
		recipients, err := models.ReadRecipients(*to, *list)
		if err != nil {
			return misused{err}
		}
		m, err := models.BackUp(c.ctx, database(*data), files[0], recipients, time.Now())
		if err != nil {
			return err
		}
		if len(recipients) == 0 {
			fmt.Fprintln(c.stderr, "enough backup:", models.NotEncrypted)
		}
		_, err = fmt.Fprintln(c.stdout, files[0], "holds", m)
		return err
	}
}

const restoreMore = `
FILE is what enough backup or the daily backup has made. The folder must be empty but
for backups, or not be there. Nothing is put into it before all of the backup was
verified. Everybody signs in anew afterwards.
`

func restore(flags *flag.FlagSet, c call) func([]string) error {
	data := dataFlag(flags, c.getenv)
	key := keyFlag(flags, c.getenv)
	identity := flags.String("identity", "", "file of the age identity that opens it")
	return func(files []string) error {
		r, err := models.Restore(c.ctx, files[0], *identity, models.Options{File: database(*data), Key: *key})
		if err != nil {
			return err
		}
		for _, fault := range r.Faults {
			fmt.Fprintln(c.stderr, "enough restore: it is in place, but", fault)
		}
		_, err = fmt.Fprintln(c.stdout, *data, "holds again", r)
		return err
	}
}

const checkMore = `
It writes one line for each thing that it looks at, and goes on after what is wrong.
The program may go on serving the practice meanwhile. The exit status is 1 when
anything is wrong.
`

func check(flags *flag.FlagSet, c call) func([]string) error {
	data := dataFlag(flags, c.getenv)
	key := keyFlag(flags, c.getenv)
	backups := flags.String("backups", from(c.getenv, "BACKUPS", ""), "folder of the backups (default the folder backups in that of the practice)")
	return func([]string) error {
		wrong := 0
		for _, f := range models.Check(c.ctx, models.Options{File: database(*data), Key: *key, Backups: models.Backups{Dir: *backups}}) {
			fmt.Fprintln(c.stdout, f)
			if f.Wrong {
				wrong++
			}
		}
		if wrong > 0 {
			return fmt.Errorf("%d wrong", wrong)
		}
		return nil
	}
}

const codeMore = `
Without a name it lists the therapists. With the code she chooses a passphrase and an
second factor anew, at /join, within three days; until then those of before hold. The
program may go on serving the practice meanwhile.
`

func makeCode(flags *flag.FlagSet, c call) func([]string) error {
	data, key := dataFlag(flags, c.getenv), keyFlag(flags, c.getenv)
	name := flags.String("for", "", "name of the therapist, as it is listed")
	return func([]string) error {
		if _, err := os.Stat(database(*data)); err != nil {
			return fmt.Errorf("there is no practice in %s", *data)
		}
		db, err := models.Open(models.Options{File: database(*data), Key: *key})
		if err != nil {
			return err
		}
		if *name == "" {
			names, err := db.TherapistNames(c.ctx)
			for _, name := range names {
				fmt.Fprintln(c.stdout, name)
			}
			return errors.Join(err, db.Close())
		}
		code, err := db.CodeFor(c.ctx, *name)
		if err = errors.Join(err, db.Close()); err != nil {
			return err
		}
		_, err = fmt.Fprintf(c.stdout, "One-time code for %s: %s\n", *name, code)
		return err
	}
}

const rekeyMore = `
The program must not be serving the practice meanwhile. The old key opens the practice
no more, but for copies that were made before: keep it for as long as you keep those.
`

func rekey(flags *flag.FlagSet, c call) func([]string) error {
	data, key := dataFlag(flags, c.getenv), keyFlag(flags, c.getenv)
	return func([]string) error {
		if _, err := os.Stat(database(*data)); err != nil {
			return fmt.Errorf("there is no practice in %s", *data)
		}
		db, err := models.Open(models.Options{File: database(*data), Key: *key})
		if err != nil {
			return err
		}
		if err := errors.Join(db.Rekey(c.ctx), db.Close()); err != nil {
			return err
		}
		file, _ := db.KeyMade()
		_, err = fmt.Fprintf(c.stdout, "%s is new, and %s.cases: copy both to the safe\n", file, file)
		return err
	}
}
