package proof

import (
	"database/sql"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestFullDisk fills the disk under the program, over and over and each time to
// another byte, and frees it again: what is refused is on the page still, what was
// acknowledged is there, and the program goes on without being started anew.
func TestFullDisk(t *testing.T) {
	needsRoot(t, "mount", "umount")
	rounds := times(t, "ENOUGH_FILLINGS", 20)
	f, acked, refused := fillDisk(t, t, built, rounds)
	if !f.clean() {
		t.Error(f)
	}
	if refused == 0 {
		t.Error("nothing was refused: the disk was not full")
	}
	figure(t, "%d times a full disk: %d forms acknowledged, %d refused and kept on their page: %d lost, %d doubled, %d half-written, %d unsound; no restart", rounds, acked, refused, f.lost, f.doubled, f.half, f.unsound)
}

// TestFullDisk_control fills the disk of a program that takes no notice.
func TestFullDisk_control(t *testing.T) {
	needsRoot(t, "mount", "umount")
	seen := &witness{TB: t}
	f, acked, _ := fillDisk(t, seen, heedless(t), 3)
	if f.lost == 0 {
		t.Errorf("a program that takes no notice of a full disk passes: %v", f)
	}
	figure(t, "a program that takes no notice of a full disk: %d findings lost of %d forms acknowledged", f.lost, acked)
}

// heedless is the program without the answer that nothing was saved.
func heedless(t *testing.T) string {
	t.Helper()
	return broken(t, "models/sqlite.go", "\treturn &Error{Kind: Unavailable,", "\treturn nil\n\treturn &Error{Kind: Unavailable,")
}

func fillDisk(t *testing.T, seen testing.TB, bin string, rounds int) (f finding, acked, refused int) {
	t.Helper()
	dir, _ := mounted(t, "-t", "tmpfs", "-o", "size=32m", "tmpfs")
	p := thePractice(t).lay(t, filepath.Join(dir, "data"))
	program := newProgram(t, bin, p.dir)
	program.env = []string{"ENOUGH_BACKUPS=none"}
	c := newCrowd(seen, p, program.addr)
	c.stays = true
	c.everybody()
	program.start(t)
	ballast := filepath.Join(dir, "ballast")
	c.let(running)
	for range rounds {
		time.Sleep(100 * time.Millisecond)
		fillUp(t, ballast, rand.IntN(64<<10))
		time.Sleep(400 * time.Millisecond)
		must(t, os.Remove(ballast))
		before := c.sum()
		for end := time.Now().Add(20 * time.Second); c.sum() < before+5 && time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		}
		if c.sum() < before+5 {
			seen.Errorf("nothing is taken any more after the disk had room again")
		}
	}
	c.let(halted)
	if !program.running() {
		seen.Errorf("the program has ended:\n%s", program.said)
		program.start(t)
	}
	look(t, p.file(), func(db *sql.DB) { f.add(compare(seen, db, c.beliefs(true))) })
	program.stop(t)
	program.start(t) // a key that could not be struck out is, now
	look(t, p.file(), func(db *sql.DB) {
		f.add(compare(seen, db, c.beliefs(true)))
		f.add(sound(seen, db, p.dir))
	})
	c.let(over)
	program.kill()
	return f, c.sum(), c.full
}

// fillUp writes a file until the disk has no more than some bytes left.
func fillUp(t *testing.T, name string, left int) {
	t.Helper()
	file, err := os.Create(name)
	must(t, err)
	defer file.Close()
	var n int64
	for block := make([]byte, 4096); ; n += int64(len(block)) {
		if _, err := file.Write(block); err != nil {
			must(t, file.Truncate(max(0, n-int64(left))))
			return
		}
	}
}
