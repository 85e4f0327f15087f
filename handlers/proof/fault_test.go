package proof

import (
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// faults are the calls to the system that are made to fail, one at a time. A disk
// that only is full is not to be feared; after any other failure nothing more may
// be written, and the program must end.
var faults = []struct {
	call, with string
	ends       bool
}{
	{"fsync", "EIO", true}, {"pwrite64", "EIO", true}, {"pwrite64", "ENOSPC", false}, {"pread64", "EIO", true},
}

// TestFaults lets the n-th call to the system fail, for every n until a round in
// which nothing failed: no form is acknowledged that was not kept, the program
// ends with an alert where it must, and after a restart everything is there once.
// The calls are counted by thread.
func TestFaults(t *testing.T) {
	needsRoot(t, "strace")
	for _, fault := range faults {
		t.Run(fault.call+" "+fault.with, func(t *testing.T) {
			var all finding
			ends, n := 0, 1
			for ; ; n++ {
				f, failed, ended, said := failOnce(t, t, built, fault.call, fault.with, n)
				all.add(f)
				if ended {
					ends++
				}
				if failed && !ended && folderFailed.MatchString(said) {
					continue
				}
				if failed && ended != fault.ends {
					t.Errorf("call %d has failed; the program has ended %v, wanted %v\n%s", n, ended, fault.ends, said)
				}
				if !failed {
					break
				}
			}
			if !all.clean() {
				t.Error(all)
			}
			if n < 3 {
				t.Error("next to nothing has failed")
			}
			figure(t, "%d calls failed, the program ended %d times and was started anew: %d lost, %d doubled, %d half-written, %d unsound", n-1, ends, all.lost, all.doubled, all.half, all.unsound)
		})
	}
}

// folderFailed is what strace shows where SQLite could not make a name in the folder
// last. It goes on: the program itself did so before it took the first form.
var folderFailed = regexp.MustCompile(`fsync\(\d+</[^>]*/data>\) .*INJECTED`)

// TestFaults_start lets a call fail while the program begins with a practice whose
// program was killed: it starts, or says in one sentence why it does not, and
// without the fault everything is there.
func TestFaults_start(t *testing.T) {
	needsRoot(t, "strace")
	p := thePractice(t).lay(t, filepath.Join(t.TempDir(), "data"))
	killed := newProgram(t, built, p.dir)
	killed.env = []string{"ENOUGH_BACKUPS=none"}
	c := newCrowd(t, p, killed.addr).everybody()
	killed.start(t)
	c.let(running)
	for c.sum() < 60 {
		time.Sleep(time.Millisecond)
	}
	c.halt()
	killed.kill()
	c.let(halted)
	for _, fault := range [][2]string{{"fsync", "EIO"}, {"pwrite64", "EIO"}, {"pwrite64", "ENOSPC"}, {"ftruncate", "EIO"}, {"pread64", "EIO"}} {
		refused, tried, failed := 0, 0, true
		for n := 1; failed; n += 1 + n/10 {
			dir := filepath.Join(t.TempDir(), "data")
			copyPractice(t, p.dir, dir)
			trace, file := dir+"-trace", filepath.Join(dir, "enough.db")
			program := newProgram(t, built, dir)
			program.env = killed.env
			program.under = []string{"strace", "-D", "-f", "-q", "-o", trace, "-P", file, "-P", file + "-wal", "-P", dir, "-e", "trace=" + fault[0],
				"-e", fmt.Sprintf("inject=%s:error=%s:when=%d", fault[0], fault[1], n)}
			program.begin(t)
			if !program.answers(t) {
				refused++
				if said := strings.TrimSpace(program.said.String()); program.wait(t) != 1 || strings.Count(said, "enough: ") != 1 || strings.Contains(said, "goroutine") {
					t.Errorf("call %d of %v: it says\n%s", n, fault, said)
				}
			}
			program.kill()
			text, err := os.ReadFile(trace)
			must(t, err)
			failed = strings.Contains(string(text), "(INJECTED)")
			tried++
			program.under = nil
			program.start(t)
			look(t, file, func(db *sql.DB) {
				f := compare(t, db, c.beliefs(true))
				f.add(sound(t, db, dir))
				if !f.clean() {
					t.Errorf("call %d of %v: %s", n, fault, f)
				}
			})
			program.kill()
		}
		figure(t, "%s %s at the start: %d calls failed, %d starts refused in one sentence, nothing lost", fault[0], fault[1], tried-1, refused)
	}
}

// TestFaults_control lets calls fail under a program that takes no notice.
func TestFaults_control(t *testing.T) {
	needsRoot(t, "strace")
	bin := heedless(t)
	seen, lost := &witness{TB: t}, 0
	for n := 1; n <= 5 && lost == 0; n++ {
		f, _, _, _ := failOnce(t, seen, bin, "fsync", "EIO", n)
		lost += f.lost
	}
	if lost == 0 {
		t.Error("a program that takes no notice of a disk that fails passes")
	}
	figure(t, "a program that takes no notice of a disk that fails: %d findings lost", lost)
}

// failOnce sends a few forms while the n-th call fails in each thread.
func failOnce(t *testing.T, seen testing.TB, bin, call, with string, n int) (f finding, failed, ended bool, said string) {
	t.Helper()
	dir, err := os.MkdirTemp(t.TempDir(), "")
	must(t, err)
	p := thePractice(t).lay(t, filepath.Join(dir, "data"))
	program := newProgram(t, bin, p.dir)
	program.env = []string{"ENOUGH_BACKUPS=none", "GOMAXPROCS=1"}
	program.start(t)
	c := newCrowd(seen, p, program.addr)
	c.unread = call == "pread64"
	c.lane("client", some(3, client(p.clients[0])))
	c.lane("taps", some(3, taps(p.tappers[0])))
	c.lane("cases", some(2, casesOf(p.therapists[1])))
	trace := filepath.Join(dir, "trace")
	strace := exec.Command("strace", "-f", "-q", "-y", "-o", trace, "-P", p.file(), "-P", p.file()+"-wal", "-P", p.dir,
		"-e", "trace="+call, "-e", fmt.Sprintf("inject=%s:error=%s:when=%d", call, with, n), "-p", fmt.Sprint(program.cmd.Process.Pid))
	strace.Stderr = program.said
	must(t, strace.Start())
	program.traced(t)
	c.let(running)
	for end := time.Now().Add(20 * time.Second); !c.finished() && program.running() && time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
	}
	c.halt()
	_ = strace.Process.Signal(syscall.SIGINT)
	_ = strace.Wait()
	text, err := os.ReadFile(trace)
	must(t, err)
	failed = strings.Contains(string(text), "(INJECTED)")
	if failed && with == "EIO" { // it may take its time to end
		select {
		case <-program.ended:
		case <-time.After(15 * time.Second):
		}
	}
	if ended = !program.running(); ended {
		if status := program.wait(t); status != 1 || !strings.Contains(program.said.String(), "ALERT") {
			seen.Errorf("the program has ended with %d and says\n%s", status, program.said)
		}
		program.start(t)
	}
	look(t, p.file(), func(db *sql.DB) { f.add(compare(seen, db, c.beliefs(false))) })
	c.let(running)
	for end := time.Now().Add(20 * time.Second); !c.finished() && time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
	}
	if !c.finished() {
		seen.Errorf("the forms are not taken any more:\n%s", program.said)
	}
	c.let(over)
	look(t, p.file(), func(db *sql.DB) {
		f.add(compare(seen, db, c.beliefs(true)))
		f.add(sound(seen, db, p.dir))
	})
	program.kill()
	must(t, os.RemoveAll(dir))
	return f, failed, ended, program.said.String() + string(text)
}

// traced waits until every thread of the program is watched.
func (p *program) traced(t *testing.T) {
	t.Helper()
	for range 2000 {
		tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", p.cmd.Process.Pid))
		must(t, err)
		watched := 0
		for _, task := range tasks {
			if text, err := os.ReadFile(task); err == nil && !strings.Contains(string(text), "TracerPid:\t0\n") {
				watched++
			}
		}
		if watched == len(tasks) && watched > 0 {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatal("strace does not watch the program")
}

// some lets a lane send so many forms and end.
func some(forms int, life func(*lane)) func(*lane) {
	return func(l *lane) {
		l.left = forms
		life(l)
	}
}

// finished says whether every lane has come to its end.
func (c *crowd) finished() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, l := range c.lanes {
		if !l.ended {
			return false
		}
	}
	return true
}
