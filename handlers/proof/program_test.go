// Package proof holds the program to its third promise: what was acknowledged is
// never lost. It builds the real program, talks to it as browsers do, and takes
// away its process, its power, its disk and its clock. It has tests alone.
package proof

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// work is the folder in which everything lies; built is the program.
var work, built string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if work, err = os.MkdirTemp("", "enough-proof-"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(work)
		if built, err = build("enough"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		status := m.Run()
		if testing.Verbose() {
			fmt.Printf("\nFigures\n%s\n", strings.Join(figures.list, "\n"))
		}
		return status
	}())
}

// figures are what was measured, for one table at the end.
var figures struct {
	sync.Mutex
	list []string
}

func figure(t testing.TB, format string, args ...any) {
	t.Helper()
	t.Logf(format, args...)
	figures.Lock()
	defer figures.Unlock()
	figures.list = append(figures.list, fmt.Sprintf("%-28s %s", t.Name(), fmt.Sprintf(format, args...)))
}

// build makes the program from the tree as it is.
func build(name string, args ...string) (string, error) {
	file := filepath.Join(work, name)
	cmd := exec.Command("go", append(append([]string{"build"}, args...), "-o", file, "enough")...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return file, nil
}

// times reads how often a loop runs from a variable that .ci/run sets high.
func times(t testing.TB, variable string, otherwise int) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		t.Logf("%d rounds; set %s for more", otherwise, variable)
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s=%q: give a number", variable, text)
	}
	return n
}

// needsRoot skips what has to mount file systems or to watch system calls.
func needsRoot(t testing.TB, programs ...string) {
	t.Helper()
	if os.Getenv("ENOUGH_ROOT") == "" {
		t.Skip("not run: it mounts file systems or breaks system calls; set ENOUGH_ROOT=1 as root on Linux")
	}
	if os.Geteuid() != 0 {
		t.Fatal("ENOUGH_ROOT is set, and this is not root")
	}
	for _, name := range programs {
		if _, err := exec.LookPath(name); err != nil {
			t.Fatalf("ENOUGH_ROOT is set, and %s is not here: %v", name, err)
		}
	}
}

// said collects what a program prints.
type said struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// A program is one run of the real thing.
type program struct {
	bin, dir, addr string
	env            []string
	under          []string // what watches it from its start
	cmd            *exec.Cmd
	ended          chan struct{}
	said           *said
}

// newProgram chooses an address, which stays the same over restarts.
func newProgram(t testing.TB, bin, dir string) *program {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	p := &program{bin: bin, dir: dir, addr: l.Addr().String(), said: &said{}}
	t.Cleanup(func() {
		p.kill()
		if strings.Contains(p.said.String(), "panic") {
			t.Errorf("the program panicked:\n%s", p.said)
		}
	})
	return p
}

// begin starts the program without waiting for it.
func (p *program) begin(t testing.TB) {
	t.Helper()
	args := append(slices.Clone(p.under), p.bin, "-data", p.dir, "-addr", p.addr)
	p.cmd = exec.Command(args[0], args[1:]...)
	p.cmd.Env = append(os.Environ(), p.env...)
	p.cmd.Stdout, p.cmd.Stderr = p.said, p.said
	must(t, p.cmd.Start())
	p.ended = make(chan struct{})
	go func(cmd *exec.Cmd, ended chan struct{}) {
		_ = cmd.Wait()
		close(ended)
	}(p.cmd, p.ended)
}

// start starts the program and gives how long it took until it answered.
func (p *program) start(t testing.TB) time.Duration {
	t.Helper()
	from := time.Now()
	p.begin(t)
	if !p.answers(t) {
		t.Fatalf("the program did not start:\n%s", p.said)
	}
	return time.Since(from)
}

// answers waits until the program answers or has ended.
func (p *program) answers(t testing.TB) bool {
	t.Helper()
	client := http.Client{Timeout: time.Second}
	defer client.CloseIdleConnections()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); {
		res, err := client.Get("http://" + p.addr + "/healthz")
		if err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return true
			}
		}
		select {
		case <-p.ended:
			return false
		case <-time.After(2 * time.Millisecond):
		}
	}
	t.Fatalf("the program does not answer:\n%s", p.said)
	return false
}

func (p *program) running() bool {
	if p.cmd == nil {
		return false
	}
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// kill ends the program as kill -9 does.
func (p *program) kill() {
	if p.running() {
		_ = p.cmd.Process.Kill()
		<-p.ended
	}
}

// stop asks the program to end, and gives its status.
func (p *program) stop(t testing.TB) (status int, took time.Duration) {
	t.Helper()
	from := time.Now()
	must(t, p.cmd.Process.Signal(syscall.SIGTERM))
	return p.wait(t), time.Since(from)
}

// wait waits until the program has ended by itself.
func (p *program) wait(t testing.TB) (status int) {
	t.Helper()
	select {
	case <-p.ended:
	case <-time.After(20 * time.Second):
		t.Fatalf("the program does not end:\n%s", p.said)
	}
	return p.cmd.ProcessState.ExitCode()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// copyPractice copies the folder of a practice that is not being served, with
// what lies beside it under its name.
func copyPractice(t testing.TB, from, to string) {
	t.Helper()
	must(t, os.MkdirAll(to, 0o700))
	entries, err := os.ReadDir(from)
	must(t, err)
	for _, entry := range entries {
		copyFile(t, filepath.Join(from, entry.Name()), filepath.Join(to, entry.Name()))
	}
	beside, err := filepath.Glob(from + ".*")
	must(t, err)
	for _, name := range beside {
		copyFile(t, name, to+strings.TrimPrefix(name, from))
	}
}

func copyFile(t testing.TB, from, to string) {
	t.Helper()
	info, err := os.Stat(from)
	must(t, err)
	text, err := os.ReadFile(from)
	must(t, err)
	if err := os.Remove(to); err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	must(t, os.WriteFile(to, text, info.Mode().Perm()))
}
