package proof

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"
)

// TestTwice sends each form twenty times at once: it is kept once, and all twenty
// are answered alike. Every route that takes a form is driven. What the program
// prints meanwhile, with all that it can log, and what it puts into the folder for
// temporary files holds nothing that was typed.
func TestTwice(t *testing.T) {
	p := thePractice(t).lay(t, filepath.Join(t.TempDir(), "data")).few()
	program, temp := newProgram(t, built, p.dir), t.TempDir()
	program.env = []string{"ENOUGH_LOG=debug", "TMPDIR=" + temp, "ENOUGH_BASE_URL=" + madeAt}
	c := newCrowd(t, p, program.addr)
	c.besides = 19
	c.everybody()
	program.start(t)
	c.let(running)
	missing := forms(t)
	for end := time.Now().Add(5 * time.Minute); len(missing) > 0 && time.Now().Before(end); missing = c.missing(forms(t)) {
		time.Sleep(20 * time.Millisecond)
	}
	c.let(halted)
	for _, route := range missing {
		t.Errorf("no form was sent to %s: drive it", route)
	}
	look(t, p.file(), func(db *sql.DB) {
		f := compare(t, db, c.beliefs(true))
		f.add(sound(t, db, p.dir))
		if !f.clean() {
			t.Error(f)
		}
	})
	c.printed(t, program, temp)
	figure(t, "%d forms on %d routes, each twenty times at once: kept once, answered alike", c.sum(), len(c.acked))
}
