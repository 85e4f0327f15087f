package proof

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"

	"enough/models"
)

// TestKill ends the program in the middle of what everybody sends, over and over,
// and starts it anew: what was acknowledged is there, what was not is there as a
// whole or not at all, and once it has been sent again everything is there once.
func TestKill(t *testing.T) {
	kills := times(t, "ENOUGH_KILLS", 5)
	var all finding
	var slowest time.Duration
	routes, acked := map[string]bool{}, 0
	for left := kills; left > 0; left -= killsEach {
		r := killOften(t, t, built, min(left, killsEach))
		all.add(r.finding)
		slowest, acked = max(slowest, r.slowest), acked+r.sum()
		for route := range r.acked {
			routes[route] = true
		}
	}
	if !all.clean() {
		t.Error(all)
	}
	if slowest > 10*time.Second {
		t.Errorf("a restart took %v", slowest)
	}
	figure(t, "%d kills, %d of %d routes: %d forms acknowledged, %d kept on their way: %d lost, %d doubled, %d half-written, %d unsound; restart at most %v",
		kills, len(routes), len(forms(t)), acked, all.kept, all.lost, all.doubled, all.half, all.unsound, slowest.Round(time.Millisecond))
}

// killsEach is how often one practice is killed before a new one takes its place:
// to look through all that was sent takes longer with every kill.
const killsEach = 50

// killed is what a series of kills found.
type killed struct {
	finding
	*crowd
	slowest time.Duration
}

// killOften kills a program; seen is told of every answer that must not be.
func killOften(t *testing.T, seen testing.TB, bin string, kills int) (r killed) {
	t.Helper()
	p := thePractice(t).lay(t, filepath.Join(t.TempDir(), "data"))
	program := newProgram(t, bin, p.dir)
	c := newCrowd(seen, p, program.addr).everybody()
	program.start(t)
	r.crowd = c
	for range kills {
		c.let(running)
		time.Sleep(time.Duration(5+rand.IntN(146)) * time.Millisecond)
		c.halt()
		program.kill()
		c.let(halted)
		r.slowest = max(r.slowest, program.start(t))
		look(t, p.file(), func(db *sql.DB) {
			f := compare(t, db, c.beliefs(false))
			for _, l := range f.counts {
				l.countsAgain()
			}
			r.add(f)
			r.add(sound(t, db, p.dir))
		})
		c.let(again)
		c.sendLast()
		look(t, p.file(), func(db *sql.DB) { r.add(compare(t, db, c.beliefs(false))) })
	}
	look(t, p.file(), func(db *sql.DB) { r.add(compare(t, db, c.beliefs(true))) })
	program.stop(t)
	r.add(chained(t, p.file()))
	return r
}

// chained walks the trail of a practice that nobody serves.
func chained(t testing.TB, file string) (f finding) {
	t.Helper()
	db, err := models.Open(models.Options{File: file})
	must(t, err)
	if _, err := db.VerifyAudit(context.Background(), models.AuditHead{}); err != nil {
		f.note(&f.unsound, "the trail: %v", err)
	}
	must(t, db.Close())
	return f
}

// sendLast sends once more what was acknowledged last in each lane, while all of
// them rest. It must be taken, and change nothing.
func (c *crowd) sendLast() {
	for _, l := range c.lanes {
		f := l.last
		if f == nil || f.once || l.flight != nil {
			continue
		}
		if got, err := f.who.post(c.addr, f.path, f.values); err != nil || !got.acknowledged() {
			c.t.Errorf("%s: %s, acknowledged before, is answered with %v, %s", l.name, f.route, err, got)
		}
	}
}

// forms lists the routes of the table that take a form. The set-up is driven by
// itself.
func forms(t *testing.T) (list []string) {
	t.Helper()
	text, err := os.ReadFile("../testdata/access.golden")
	must(t, err)
	for _, m := range regexp.MustCompile(`(?m)^(POST \S+) `).FindAllStringSubmatch(string(text), -1) {
		// What these take is known to a terminal or to a mailbox alone.
		if !slices.Contains([]string{"POST /setup/:token", "POST /link/:token", "POST /signin/digits"}, m[1]) && !slices.Contains(list, m[1]) {
			list = append(list, m[1])
		}
	}
	if len(list) < 40 {
		t.Fatalf("only %d routes that take a form were found", len(list))
	}
	return list
}

// missing lists the routes that have taken no form yet.
func (c *crowd) missing(list []string) (missing []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, route := range list {
		if c.acked[route] == 0 {
			missing = append(missing, route)
		}
	}
	return missing
}

// TestKill_control kills programs that break what TestKill holds the real one to:
// each must be found out.
func TestKill_control(t *testing.T) {
	for _, c := range []struct {
		name, file, was, is string
		found               func(finding) int
	}{
		{"answers before it has written", "models/db.go", "return unavailable(db.note(t.Commit()))", "go func() { time.Sleep(20 * time.Millisecond); _ = t.Commit() }(); return nil",
			func(f finding) int { return f.lost }},
		{"does not know a form again", "models/submission.go", "if err == nil && was == fingerprint {", "if false {", func(f finding) int { return f.doubled }},
		{"corrects a check-in and does not keep what stood", "models/checkin.go", "t.keepCorrectedCheckin(ctx, caseID, *was),", "",
			func(f finding) int { return f.half }},
	} {
		t.Run(c.name, func(t *testing.T) {
			needsControls(t)
			seen := &witness{TB: t}
			r := killOften(t, seen, broken(t, c.file, c.was, c.is), 10)
			if c.found(r.finding) == 0 {
				t.Errorf("a program that %s passes: %v", c.name, r.finding)
			}
			figure(t, "a program that %s: %d lost, %d doubled, %d half-written, %d answers that must not be", c.name, r.lost, r.doubled, r.half, seen.errors.Load())
		})
	}
}
