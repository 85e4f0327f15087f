package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	_ "modernc.org/sqlite"
)

// output collects what the program prints while it runs.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

func noEnv(string) string { return "" }

// start runs the program until the test ends and gives its address and what it
// printed.
func start(t *testing.T, args ...string) (address string, out *output) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out = &output{}
	done := make(chan int, 1)
	go func() { done <- run(ctx, append(args, "-addr", "127.0.0.1:0"), noEnv, out, out) }()
	t.Cleanup(func() {
		cancel()
		select {
		case status := <-done:
			if status != 0 {
				t.Errorf("stopped with status %d: %s", status, out)
			}
		case <-time.After(15 * time.Second):
			t.Error("did not stop")
		}
	})
	at := regexp.MustCompile(`Enough is at (http://\S+)`)
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if m := at.FindStringSubmatch(out.String()); m != nil {
			return m[1], out
		}
	}
	t.Fatalf("did not start: %s", out)
	return "", nil
}

func body(t *testing.T, url string) (int, string) {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

func TestRun_emptyPractice(t *testing.T) {
	address, out := start(t, "-data", filepath.Join(t.TempDir(), "data"))
	if status, text := body(t, address+"/healthz"); status != http.StatusOK || text != "ok" {
		t.Errorf("/healthz: %d %q", status, text)
	}
	link := regexp.MustCompile(`http://\S+/setup/\S+`).FindString(out.String())
	if status, text := body(t, link); status != http.StatusOK || !strings.Contains(text, "Set up the practice") {
		t.Errorf("set-up link %q: %d", link, status)
	}
}

func TestRun_demo(t *testing.T) {
	address, _ := start(t, "-demo")
	status, text := body(t, address+"/")
	if status != http.StatusOK {
		t.Errorf("/: %d", status)
	}
	for _, name := range []string{"Dr Vera Novak (demo)", "Marcus (demo)", "Anna (demo)", "Jitka (demo)"} {
		if !strings.Contains(text, name) {
			t.Errorf("the start page does not offer %s", name)
		}
	}
}

func TestRun_refuses(t *testing.T) {
	newer := filepath.Join(t.TempDir(), "newer")
	address, _ := start(t, "-data", newer)
	_ = address
	used := strings.TrimPrefix(address, "http://")
	for _, c := range []struct {
		name   string
		args   []string
		status int
		says   string
	}{
		{"an unknown flag", []string{"-nonsense"}, 2, "nonsense"},
		{"an unknown command", []string{"dance"}, 2, "dance"},
		{"an address without a port", []string{"-addr", "localhost"}, 2, "-addr"},
		{"a base address without a host", []string{"-base-url", "form"}, 2, "-base-url"},
		{"a way out that leads nowhere", []string{"-leave", "weather"}, 2, "-leave"},
		{"a way out that is a script", []string{"-leave", "javascript:alert(1)"}, 2, "-leave"},
		{"an unknown level", []string{"-log", "loud"}, 2, "-log"},
		{"a port in use", []string{"-data", filepath.Join(t.TempDir(), "d"), "-addr", used}, 1, "in use"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out output
			if status := run(context.Background(), c.args, noEnv, &out, &out); status != c.status || !strings.Contains(out.String(), c.says) {
				t.Errorf("status %d, printed %q; wanted %d and %q", status, out.String(), c.status, c.says)
			}
		})
	}
}

func TestRun_refusesNewerDatabase(t *testing.T) {
	dir := t.TempDir()
	db, err := sql.Open("sqlite", filepath.Join(dir, "enough.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`PRAGMA user_version = 9999`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	var out output
	if status := run(context.Background(), []string{"-data", dir, "-addr", "127.0.0.1:0"}, noEnv, &out, &out); status != 1 || !strings.Contains(out.String(), "newer program") {
		t.Errorf("status %d, printed %q", status, out.String())
	}
}

func TestParseConfig_flagBeatsEnvironment(t *testing.T) {
	env := func(name string) string {
		return map[string]string{"ENOUGH_ADDR": "127.0.0.1:1", "ENOUGH_DATA": "/from/env"}[name]
	}
	c, err := parseConfig([]string{"-addr", "127.0.0.1:2"}, env, io.Discard)
	if err != nil || c.addr != "127.0.0.1:2" || c.data != "/from/env" {
		t.Errorf("%+v, %v", c, err)
	}
}

const analysisCSV = "models/singlecase/testdata/analysis.csv"

func TestAnalyse_text(t *testing.T) {
	want, err := os.ReadFile("models/singlecase/testdata/analysis.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out, complaints output
	status := run(context.Background(), []string{"analyse", analysisCSV}, noEnv, &out, &complaints)
	if status != 0 || complaints.String() != "" || out.String() != string(want) {
		t.Errorf("status %d, complained %q, printed:\n%s", status, complaints.String(), out.String())
	}
}

func TestAnalyse_json(t *testing.T) {
	var out, complaints output
	status := run(context.Background(), []string{"analyse", "-json", analysisCSV}, noEnv, &out, &complaints)
	var analysis struct {
		Comparison string
		Results    struct {
			NAP struct{ Improved, Tied int }
		}
		More []struct{ A, B int } `json:"more_comparisons"`
	}
	if err := json.Unmarshal([]byte(out.String()), &analysis); err != nil || status != 0 || complaints.String() != "" {
		t.Fatalf("status %d, complained %q, %v", status, complaints.String(), err)
	}
	if analysis.Comparison != "A vs B" || analysis.Results.NAP.Improved != 31 || analysis.Results.NAP.Tied != 3 || len(analysis.More) != 2 {
		t.Errorf("%+v", analysis)
	}
	if !strings.HasPrefix(out.String(), "{\n  \"phase_stats\": [\n") {
		t.Errorf("not indented: %.60q", out.String())
	}
}

// called runs one command and gives its status.
func called(name string, stdin io.Reader, stdout, stderr io.Writer, args ...string) int {
	i := slices.IndexFunc(commands, func(cmd command) bool { return cmd.name == name })
	return commands[i].run(call{context.Background(), noEnv, stdin, stdout, stderr}, args)
}

func TestAnalyse_standardInput(t *testing.T) {
	text, err := os.ReadFile(analysisCSV)
	if err != nil {
		t.Fatal(err)
	}
	var fromFile, fromInput, complaints bytes.Buffer
	if status := called("analyse", nil, &fromFile, &complaints, analysisCSV); status != 0 {
		t.Fatalf("status %d", status)
	}
	if status := called("analyse", bytes.NewReader(text), &fromInput, &complaints, "-"); status != 0 || complaints.Len() > 0 {
		t.Errorf("status %d, complained %q", status, &complaints)
	}
	if fromInput.String() != fromFile.String() {
		t.Errorf("standard input gives:\n%s", &fromInput)
	}
}

func TestAnalyse_refuses(t *testing.T) {
	wrong := filepath.Join(t.TempDir(), "wrong.csv")
	if err := os.WriteFile(wrong, []byte("week,phase,score\n1,A,6\n2,A,x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		args []string
		says string
	}{
		{"no file named", nil, "enough analyse: name one file, after the flags; see enough analyse -h\n"},
		{"two files named", []string{wrong, wrong}, "name one file"},
		{"a flag after the file", []string{wrong, "-json"}, "name one file, after the flags"},
		{"an unknown flag", []string{"-xml", wrong}, "-xml"},
		{"a file that is not there", []string{"nowhere.csv"}, "enough analyse: there is no file nowhere.csv; check its name and folder\n"},
		{"a folder", []string{t.TempDir()}, "cannot be read"},
		{"a wrong field", []string{"-json", wrong}, "enough analyse: " + wrong + ": line 3, column 3: “x” is not a number; leave it empty for a missing week\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out, complaints output
			status := run(context.Background(), append([]string{"analyse"}, c.args...), noEnv, &out, &complaints)
			if status != 2 || out.String() != "" || !strings.Contains(complaints.String(), c.says) {
				t.Errorf("status %d, printed %q, complained %q", status, out.String(), complaints.String())
			}
		})
	}
}

func TestAnalyse_help(t *testing.T) {
	var out, complaints output
	if status := run(context.Background(), []string{"analyse", "-h"}, noEnv, &out, &complaints); status != 0 || !strings.Contains(complaints.String(), "week,phase,score") || !strings.Contains(complaints.String(), "-json") {
		t.Errorf("status %d, %q", status, complaints.String())
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestAnalyse_cannotWrite(t *testing.T) {
	for _, args := range [][]string{{analysisCSV}, {"-json", analysisCSV}} {
		var complaints bytes.Buffer
		if status := called("analyse", nil, brokenPipe{}, &complaints, args...); status != 1 || !strings.Contains(complaints.String(), "broken pipe") {
			t.Errorf("%v: status %d, %q", args, status, &complaints)
		}
	}
}

// TestMain lets a test start this program as a process of its own.
func TestMain(m *testing.M) {
	if os.Getenv("ENOUGH_TEST_RUN") != "" {
		os.Unsetenv("ENOUGH_TEST_RUN")
		main()
	}
	os.Exit(m.Run())
}

// process is this program with arguments, to be started and killed.
func process(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "ENOUGH_TEST_RUN=yes")
	return cmd
}

func TestCommands_backUpRestoreCheck(t *testing.T) {
	dir := t.TempDir()
	data, archive, back := filepath.Join(dir, "data"), filepath.Join(dir, "kept"), filepath.Join(dir, "back")
	_, log := start(t, "-data", data)
	for end := time.Now().Add(20 * time.Second); !strings.Contains(log.String(), "backup kept"); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("no backup at the start: %s", log)
		}
	}
	if n := strings.Count(log.String(), "level=WARN msg=\"the daily backups are not encrypted"); n != 1 {
		t.Errorf("it warns %d times: %s", n, log)
	}
	env := func(name string) string { return map[string]string{"ENOUGH_DATA": data}[name] }
	for _, c := range []struct {
		name   string
		args   []string
		status int
		says   string
	}{
		{"a backup beside the server", []string{"backup", archive}, 0, "enough backup: this backup is not encrypted"},
		{"and it says what it holds", []string{"backup", archive + "2"}, 0, archive + "2 holds the practice of 20"},
		{"another of the same name", []string{"backup", archive}, 1, "enough backup: there is a file"},
		{"a check beside the server", []string{"check"}, 0, "good   integrity"},
		{"a check with a file", []string{"check", archive}, 2, "name no file, after the flags; see enough check -h"},
		{"no file", []string{"backup"}, 2, "name one file, after the flags; see enough backup -h"},
		{"a recipient that is none", []string{"backup", "-to", "her", archive + "3"}, 2, "begin with age1"},
		{"a restore over the practice", []string{"restore", archive}, 1, "is not empty, it holds "},
		{"a restore", []string{"restore", "-data", back, archive}, 0, "holds again the practice of 20"},
		{"a check of what has no backup yet", []string{"check", "-data", back}, 1, "WRONG  backups"},
		{"a check that counts", []string{"check", "-data", back}, 1, "enough check: 2 wrong"},
		{"a check with the key", []string{"check", "-data", back, "-key", data + ".key"}, 1, "enough check: 1 wrong"},
		{"a restore without the key", []string{"restore", "-data", back + "2", archive}, 0, "enough restore: it is in place, but the master key is not at " + back + "2.key"},
		{"a restore with it", []string{"restore", "-data", back + "3", "-key", data + ".key", archive}, 0, data + ".key opens every name and text of 0 cases"},
		{"help", []string{"restore", "-h"}, 0, "enough restore [flags] FILE: put a practice back"},
		{"all help", []string{"-h"}, 0, "  restore  put a practice back"},
		{"the version", []string{"version"}, 0, "enough "},
	} {
		var out output
		if status := run(context.Background(), c.args, env, &out, &out); status != c.status || !strings.Contains(out.String(), c.says) {
			t.Errorf("%s: status %d, printed %q; wanted %d and %q", c.name, status, out.String(), c.status, c.says)
		}
	}
	address, _ := start(t, "-data", back, "-key", data+".key")
	if status, text := body(t, address+"/healthz"); status != http.StatusOK || text != "ok" {
		t.Errorf("restored, /healthz: %d %q", status, text)
	}
}

// A backup that is killed at any moment is there whole or not at all, and does
// not stand in the way of the next one.
func TestBackup_killed(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	ctx, stop := context.WithCancel(context.Background())
	stop() // at once: the practice is made, and no more
	var out output
	if status := run(ctx, []string{"-data", data, "-addr", "127.0.0.1:0", "-backups", "none"}, noEnv, &out, &out); status != 0 {
		t.Fatalf("status %d: %s", status, &out)
	}
	// Ballast makes a backup long enough to be killed on its way.
	db, err := sql.Open("sqlite", filepath.Join(data, "enough.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
		INSERT INTO submissions SELECT 'x', i, hex(randomblob(2000)), 'x', 'x' FROM n`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	whole := filepath.Join(dir, "whole")
	if text, err := process("backup", "-data", data, whole).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	took := time.Since(began)
	const rounds = 6
	there := 0
	for round := range rounds {
		archive := filepath.Join(dir, fmt.Sprint("killed", round))
		cmd := process("backup", "-data", data, archive)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(took * time.Duration(3*round+3) / (2 * rounds))
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if _, err := os.Stat(archive); err != nil {
			continue
		}
		there++
		back := filepath.Join(dir, fmt.Sprint("back", round))
		var out output
		if status := run(context.Background(), []string{"restore", "-data", back, archive}, noEnv, &out, &out); status != 0 {
			t.Errorf("killed after %d of %d: the backup is there and does not restore: %s", round+1, rounds, &out)
		}
	}
	// What is left of them is in nobody’s way, and out of sight.
	if text, err := process("backup", "-data", data, whole+"2").CombinedOutput(); err != nil {
		t.Errorf("after them: %v: %s", err, text)
	}
	entries, err := os.ReadDir(data)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || info.Mode().Perm()&0o077 != 0 || !strings.HasPrefix(e.Name(), "enough.db") && !strings.HasPrefix(e.Name(), ".enough-part-") {
			t.Errorf("left: %s, %v, %v", e.Name(), info.Mode(), err)
		}
	}
	t.Logf("a backup took %v; of %d killed on their way %d were there, all whole", took.Round(time.Millisecond), rounds, there)
	if there == rounds {
		t.Error("none was killed in time")
	}
}

// TestRekey_whileServed is refused while the program serves the practice, and
// done when it has stopped.
func TestRekey_whileServed(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	key := func() string {
		text, err := os.ReadFile(data + ".key")
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	rekey := func() (status int, said string) {
		var out output
		status = run(context.Background(), []string{"rekey", "-data", data}, noEnv, &out, &out)
		return status, out.String()
	}
	if status, said := rekey(); status != 1 || !strings.Contains(said, "no practice") {
		t.Errorf("without a practice: %d, %s", status, said)
	}
	t.Run("served", func(t *testing.T) {
		start(t, "-data", data, "-backups", "none")
		before := key()
		if status, said := rekey(); status != 1 || !strings.Contains(said, "stop it first") || key() != before {
			t.Errorf("while it is served: %d, %s", status, said)
		}
	})
	before := key()
	if status, said := rekey(); status != 0 || !strings.Contains(said, "copy both") || key() == before {
		t.Errorf("when it is stopped: %d, %s", status, said)
	}
	t.Run("served again", func(t *testing.T) { start(t, "-data", data, "-backups", "none") })
}

// TestCode_whoeverRunsTheServer makes a code for an owner who has lost all else,
// while the program serves the practice.
func TestCode_whoeverRunsTheServer(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	code := func(args ...string) (status int, said string) {
		var out output
		status = run(context.Background(), append([]string{"code", "-data", data}, args...), noEnv, &out, &out)
		return status, out.String()
	}
	if status, said := code(); status != 1 || !strings.Contains(said, "no practice") {
		t.Errorf("without a practice: %d, %s", status, said)
	}
	address, out := start(t, "-data", data, "-backups", "none")
	link := ""
	for end := time.Now().Add(5 * time.Second); link == "" && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		link = regexp.MustCompile(`http://\S+/setup/\S+`).FindString(out.String())
	}
	post := func(path string, form url.Values) *http.Response {
		client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		res, err := client.PostForm(path, form)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res
	}
	const passphrase, other = "correct horse battery", "another horse battery"
	if res := post(link, url.Values{"name": {"Dr Ann"}, "practice": {"A practice"}, "zone": {"UTC"}, "office": {"An office"}, "emergency": {"Call 112."},
		"signin": {"ann"}, "passphrase": {passphrase}, "again": {passphrase}}); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("the set-up is answered with %d", res.StatusCode)
	}
	if status, said := code(); status != 0 || said != "Dr Ann\n" {
		t.Errorf("without a name: %d, %q", status, said)
	}
	if status, said := code("-for", "Dr Bob"); status != 1 || !strings.Contains(said, "0 therapists have this name") {
		t.Errorf("for nobody: %d, %q", status, said)
	}
	status, said := code("-for", "Dr Ann")
	made := regexp.MustCompile(`(?:[A-Z2-7]{4}-){4}[A-Z2-7]{4}`).FindString(said)
	if status != 0 || made == "" {
		t.Fatalf("%d, %q", status, said)
	}
	if res := post(address+"/join", url.Values{"code": {made}, "signin": {"ann"}, "passphrase": {other}, "again": {other}}); res.StatusCode != http.StatusSeeOther {
		t.Errorf("the code is answered with %d", res.StatusCode)
	}
	for text, want := range map[string]int{passphrase: http.StatusUnprocessableEntity, other: http.StatusSeeOther} {
		if res := post(address+"/signin", url.Values{"signin": {"ann"}, "passphrase": {text}}); res.StatusCode != want {
			t.Errorf("afterwards %q is answered with %d", text, res.StatusCode)
		}
	}
}
