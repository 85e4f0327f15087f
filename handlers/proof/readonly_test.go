package proof

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestReadOnly takes the right to write away from the disk under the program, as
// a system does when a disk begins to fail: nothing more is acknowledged, the
// program ends with an alert and is not started on such a disk, and when it can
// be written to again everything is there once.
func TestReadOnly(t *testing.T) {
	needsRoot(t, "mkfs.ext4", "mount", "umount")
	image := filepath.Join(t.TempDir(), "disk")
	must(t, os.WriteFile(image, nil, 0o600))
	must(t, os.Truncate(image, 48<<20))
	run(t, "mkfs.ext4", "-q", "-F", image)
	dir, unmount := mounted(t, "-o", "loop,errors=remount-ro", image)
	p := thePractice(t).lay(t, filepath.Join(dir, "data"))
	syscall.Sync()
	program := newProgram(t, built, p.dir)
	program.env = []string{"ENOUGH_BACKUPS=none"}
	c := newCrowd(t, p, program.addr)
	c.stays = true
	c.everybody()
	program.start(t)
	c.let(running)
	for c.sum() < 50 {
		time.Sleep(time.Millisecond)
	}
	run(t, "mount", "-o", "remount,abort", dir) // what a fault of the disk does
	if status := program.wait(t); status != 1 || strings.Count(program.said.String(), "ALERT") != 1 {
		t.Errorf("the program has ended with %d and says\n%s", status, program.said)
	}
	c.halt()
	c.let(halted)
	program.begin(t)
	if program.answers(t) || program.wait(t) != 1 || !strings.HasSuffix(program.said.String(), ": read-only file system\n") {
		t.Errorf("it begins, or does not say why not:\n%s", program.said)
	}
	unmount()
	run(t, "mount", "-o", "loop", image, dir)
	t.Cleanup(func() { run(t, "umount", dir) })
	program.start(t)
	t.Cleanup(program.kill)
	var f finding
	look(t, p.file(), func(db *sql.DB) { f.add(compare(t, db, c.beliefs(true))) })
	c.let(again)
	look(t, p.file(), func(db *sql.DB) {
		f.add(compare(t, db, c.beliefs(true)))
		f.add(sound(t, db, p.dir))
	})
	if !f.clean() {
		t.Error(f)
	}
	figure(t, "a disk that became read-only: %d forms acknowledged, %d refused; ended with an alert; %d lost, %d doubled, %d half-written, %d unsound", c.sum(), c.full, f.lost, f.doubled, f.half, f.unsound)
}
