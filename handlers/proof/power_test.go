package proof

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestPowerLoss stops the program in the middle of what everybody sends and looks
// at a copy of its disk, as a machine would find it that lost its power: what was
// acknowledged is there. The disk is a file with a file system in it, so what the
// program has not flushed is not in the copy. It models a disk that keeps what it
// was sent, in the order of flushes, and none that lies about them.
func TestPowerLoss(t *testing.T) {
	needsRoot(t, "mkfs.ext4", "mount", "umount", "cp")
	rounds := times(t, "ENOUGH_OUTAGES", 20)
	f, acked := losePower(t, t, built, rounds)
	if !f.clean() {
		t.Error(f)
	}
	figure(t, "%d losses of power: %d forms acknowledged, %d kept on their way: %d lost, %d half-written, %d unsound", rounds, acked, f.kept, f.lost, f.half, f.unsound)
}

// TestPowerLoss_control does the same to a program that does not wait for the
// disk: it must lose, or the test sees nothing.
func TestPowerLoss_control(t *testing.T) {
	needsRoot(t, "mkfs.ext4", "mount", "umount", "cp")
	seen := &witness{TB: t}
	bin := broken(t, "models/pool.go", `{"FULL", "2"}`, `{"NORMAL", "1"}`)
	f, acked := losePower(t, seen, bin, 5)
	if f.lost == 0 {
		t.Errorf("a program that does not wait for the disk loses nothing of %d forms: the test is blind", acked)
	}
	if f.unsound > 0 {
		t.Errorf("it is unsound too: %v", f)
	}
	figure(t, "a program that does not wait for the disk, 5 losses of power: %d findings lost of %d forms acknowledged", f.lost, acked)
}

// mounted mounts something on a new folder until the test ends or unmount is
// called.
func mounted(t *testing.T, args ...string) (dir string, unmount func()) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "mount")
	must(t, os.Mkdir(dir, 0o700))
	run(t, "mount", append(args, dir)...)
	there := true
	unmount = func() {
		if there {
			there = false
			run(t, "umount", dir)
		}
	}
	t.Cleanup(func() {
		if there {
			_ = exec.Command("umount", "-l", dir).Run()
		}
	})
	return dir, unmount
}

func run(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// losePower gives what was found on the copies, and how many forms were
// acknowledged. A disk lasts for ten rounds, so that what the system writes by
// itself after half a minute is not on it.
func losePower(t *testing.T, seen testing.TB, bin string, rounds int) (f finding, acked int) {
	t.Helper()
	image, copied := filepath.Join(t.TempDir(), "disk"), filepath.Join(t.TempDir(), "copy")
	for rounds > 0 {
		n := min(rounds, 10)
		rounds -= n
		must(t, os.WriteFile(image, nil, 0o600))
		must(t, os.Truncate(image, 48<<20))
		run(t, "mkfs.ext4", "-q", "-F", image)
		dir, unmount := mounted(t, "-o", "loop,commit=300,noatime", image)
		p := thePractice(t).lay(t, filepath.Join(dir, "data"))
		syscall.Sync()
		program := newProgram(t, bin, p.dir)
		program.env = []string{"ENOUGH_BACKUPS=none"}
		c := newCrowd(seen, p, program.addr).everybody()
		program.start(t)
		c.let(running)
		for range n {
			time.Sleep(time.Duration(50+rand.IntN(200)) * time.Millisecond)
			program.freeze(t)
			time.Sleep(20 * time.Millisecond) // what was answered before arrives
			list := c.beliefs(true)
			run(t, "cp", "--sparse=always", image, copied)
			must(t, program.cmd.Process.Signal(syscall.SIGCONT))
			found, unmountCopy := mounted(t, "-o", "loop,noatime", copied)
			file := filepath.Join(found, "data", "enough.db")
			data := filepath.Dir(file)
			look(t, file, func(db *sql.DB) {
				f.add(compare(seen, db, list))
				found := sound(seen, db, data)
				// An erasure that was not acknowledged may have its rows deleted and its key not.
				found.lost = max(0, found.lost-erasing(list))
				f.add(found)
			})
			f.add(chained(t, file)) // the program begins with it, and ends such an erasure
			look(t, file, func(db *sql.DB) { f.add(sound(seen, db, data)) })
			unmountCopy()
		}
		c.let(halted)
		acked += c.sum()
		c.let(over)
		program.kill()
		unmount()
	}
	return f, acked
}

// erasing counts the erasures that are on their way.
func erasing(list []belief) (n int) {
	for _, b := range list {
		if b.flight != nil && strings.HasSuffix(b.flight.route, "/erase") {
			n++
		}
	}
	return n
}

// freeze stops every thread of the program where it is.
func (p *program) freeze(t *testing.T) {
	t.Helper()
	must(t, p.cmd.Process.Signal(syscall.SIGSTOP))
	for range 1000 {
		running := 0
		tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", p.cmd.Process.Pid))
		must(t, err)
		for _, task := range tasks {
			text, err := os.ReadFile(task)
			_, state, _ := strings.Cut(string(text), ") ")
			if err == nil && !strings.HasPrefix(state, "T") {
				running++
			}
		}
		if running == 0 && len(tasks) > 0 {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatal("the program does not stand still")
}
