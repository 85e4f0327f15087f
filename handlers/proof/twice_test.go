package proof

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"
)

// TestTwice sends each form twenty times at once: it is kept once, and all twenty
// are answered alike. Every route that takes a form is driven.
func TestTwice(t *testing.T) {
	p := thePractice(t).lay(t, filepath.Join(t.TempDir(), "data")).few()
	program := newProgram(t, built, p.dir)
	c := newCrowd(t, p, program.addr)
	c.besides = 19
	c.everybody()
	program.start(t)
	c.let(running)
	for end := time.Now().Add(time.Minute); !c.wentRound() && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
	}
	c.let(halted)
	look(t, p.file(), func(db *sql.DB) {
		f := compare(t, db, c.beliefs(true))
		f.add(sound(t, db, p.dir))
		if !f.clean() {
			t.Error(f)
		}
	})
	c.reached(t, "POST /setup/:token")
	figure(t, "%d forms on %d routes, each twenty times at once: kept once, answered alike", c.sum(), len(c.acked))
}

// wentRound says whether a case has been through all of its forms, and everybody
// else has sent a few.
func (c *crowd) wentRound() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.acked["POST /cases/:case/erase"] > 0 && c.acked["POST /signout"] > 0 && c.acked["POST /exit"] > 0
}
