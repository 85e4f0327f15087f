package proof

import (
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"
)

// belief is what a lane knows to be so, with the form that is on its way.
type belief struct {
	lane   *lane
	known  map[string]int
	flight *flight
}

// beliefs gives what all lanes know at one moment; at the end with all that was
// settled before.
func (c *crowd) beliefs(end bool) (list []belief) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, l := range c.lanes {
		b := belief{l, map[string]int{}, l.flight}
		if end {
			maps.Copy(b.known, l.settled)
		}
		maps.Copy(b.known, l.known)
		list = append(list, b)
	}
	return list
}

// A finding counts what is not as it must be, with a few words about the first.
type finding struct {
	lost    int     // acknowledged, and not there
	doubled int     // there more often than it was sent
	half    int     // there in part
	unsound int     // what SQLite, or one table beside another, finds wrong
	kept    int     // on its way, and there
	counts  []*lane // whose form was kept on its way, and counts once more when it is sent again
	words   []string
}

func (f *finding) note(n *int, format string, args ...any) {
	*n++
	if len(f.words) < 10 {
		f.words = append(f.words, fmt.Sprintf(format, args...))
	}
}

func (f *finding) clean() bool { return f.lost+f.doubled+f.half+f.unsound == 0 }

func (f *finding) add(g finding) {
	f.lost, f.doubled, f.half, f.unsound, f.kept = f.lost+g.lost, f.doubled+g.doubled, f.half+g.half, f.unsound+g.unsound, f.kept+g.kept
	f.words = append(f.words, g.words[:min(len(g.words), max(0, 10-len(f.words)))]...)
}

func (f finding) String() string {
	return fmt.Sprintf("%d lost, %d doubled, %d half-written, %d unsound\n%s", f.lost, f.doubled, f.half, f.unsound, strings.Join(f.words, "\n"))
}

// compare holds a database to what the lanes know.
func compare(t testing.TB, db *sql.DB, list []belief) (f finding) {
	t.Helper()
	for _, b := range list {
		for q, want := range b.known {
			if b.flight != nil {
				if _, moves := b.flight.after[q]; moves {
					continue
				}
			}
			switch got := ask(t, db, q); {
			case got < want:
				f.note(&f.lost, "%s: %d and not %d: %s", b.lane.name, got, want, q)
			case got > want:
				f.note(&f.doubled, "%s: %d and not %d: %s", b.lane.name, got, want, q)
			}
		}
		if b.flight != nil {
			f.onItsWay(t, db, b)
		}
	}
	return f
}

// onItsWay holds a form that was not acknowledged to all or nothing.
func (f *finding) onItsWay(t testing.TB, db *sql.DB, b belief) {
	t.Helper()
	before, after, telling := 0, 0, 0
	var odd []string
	for q, was := range b.flight.before {
		now, got := b.flight.after[q], ask(t, db, q)
		switch {
		case was == now && got == was:
		case got == was:
			before++
			telling++
		case got == now:
			after++
			telling++
		default:
			odd = append(odd, fmt.Sprintf("%d, neither %d nor %d: %s", got, was, now, q))
		}
	}
	switch {
	case len(odd) > 0 || before > 0 && after > 0:
		f.note(&f.half, "%s: %s is kept in part: %v", b.lane.name, b.flight.route, odd)
	case after > 0 && after == telling:
		f.kept++
		if b.flight.counts {
			f.counts = append(f.counts, b.lane)
		}
	}
}

// countsAgain says that the form on its way was kept, and that sent again it
// counts once more.
func (l *lane) countsAgain() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for q, now := range l.flight.after {
		if was := l.flight.before[q]; now == was+1 {
			l.flight.before[q], l.flight.after[q] = now, now+1
		}
	}
}

// sound holds a database to SQLite's own checks, each table to those beside it,
// since whatever one transaction writes is there as a whole or not at all, and
// the cases to their keys, which lie in a file of their own.
func sound(t testing.TB, db *sql.DB, dir string) (f finding) {
	t.Helper()
	f.keyed(t, db, dir)
	for _, pragma := range []string{"integrity_check", "foreign_key_check"} {
		rows, err := db.Query("PRAGMA " + pragma)
		must(t, err)
		for rows.Next() {
			var first any
			columns, err := rows.Columns()
			must(t, err)
			into := []any{&first}
			for range columns[1:] {
				into = append(into, new(any))
			}
			must(t, rows.Scan(into...))
			if first != "ok" {
				f.note(&f.unsound, "%s: %v", pragma, first)
			}
		}
		must(t, rows.Err())
		must(t, rows.Close())
	}
	for what, query := range together {
		if n := ask(t, db, query); n > 0 {
			f.note(&f.half, "%d of %s", n, what)
		}
	}
	return f
}

// keyed holds that each case has its key, and one that was erased has none.
func (f *finding) keyed(t testing.TB, db *sql.DB, dir string) {
	t.Helper()
	keys, err := os.ReadFile(dir + ".key.cases")
	if !errors.Is(err, os.ErrNotExist) { // before the first case there is none
		must(t, err)
	}
	rows, err := db.Query(`SELECT id, 1 FROM cases UNION ALL SELECT case_id, 0 FROM audit WHERE action = 'case erased'`)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var id string
		var there bool
		must(t, rows.Scan(&id, &there))
		if strings.Contains("\n"+string(keys), "\n"+id+" ") != there {
			f.note(&f.lost, "the key of case %s, there %v", id, !there)
		}
	}
	must(t, rows.Err())
}

// together counts, for what must stand together, where it does not.
var together = map[string]string{
	"check-ins without each of their versions": `SELECT count(*) FROM checkins c WHERE version <> 1 + (SELECT count(*) FROM checkin_corrections WHERE checkin_id = c.id)
		OR version <> (SELECT count(*) FROM audit WHERE object_id = c.id AND action LIKE 'check-in %')`,
	"reports without each of their versions": `SELECT count(*) FROM partner_reports r WHERE version <> 1 + (SELECT count(*) FROM partner_report_corrections WHERE report_id = r.id)
		OR version <> (SELECT count(*) FROM audit WHERE object_id = r.id AND action LIKE 'partner report %')`,
	"cases without their two people": `SELECT count(*) FROM cases c WHERE (SELECT count(*) FROM people WHERE id = c.client_id AND role = 'client' OR id = c.partner_id AND role = 'partner') <> 2
		OR (SELECT count(*) FROM audit WHERE object_id = c.id AND action = 'case opened') <> 1`,
	"people of no case": `SELECT count(*) FROM people p WHERE role <> 'therapist' AND NOT EXISTS (SELECT 1 FROM cases WHERE client_id = p.id OR partner_id = p.id)`,
	"people who can sign in and have not joined": `SELECT count(*) FROM people p WHERE signin IS NOT NULL AND NOT EXISTS (SELECT 1 FROM audit
		WHERE object_id = p.id AND action IN ('joined', 'practice set up'))`,
	"experiments without their beginning": `SELECT count(*) FROM experiments e WHERE (started_at IS NOT NULL) <> (SELECT count(*) FROM audit WHERE object_id = e.id AND action = 'baseline started')
		OR (SELECT count(*) FROM audit WHERE object_id = e.id AND action = 'experiment drafted') <> 1 OR (ended_week IS NOT NULL) <> EXISTS (SELECT 1 FROM audit WHERE object_id = e.id AND action = 'experiment ended')
		OR (started_at IS NOT NULL) <> EXISTS (SELECT 1 FROM phases WHERE experiment_id = e.id AND kind = 'baseline')`,
	"phases that lie over each other": `SELECT count(*) FROM phases a JOIN phases b ON a.case_id = b.case_id AND a.start_week < b.start_week
		AND date(a.start_week, '+' || 7 * a.weeks || ' days') > b.start_week`,
	"snapshots without a value":          `SELECT count(*) FROM snapshots s WHERE NOT EXISTS (SELECT 1 FROM snapshot_values WHERE snapshot_id = s.id)`,
	"decisions that nobody made":         `SELECT count(*) FROM decisions d WHERE (SELECT count(*) FROM audit WHERE object_id = d.id AND action = 'decision kept') <> 1`,
	"guesses that nobody made":           `SELECT count(*) FROM masked_guesses g WHERE (SELECT count(*) FROM audit WHERE object_id = g.id AND action = 'unlabelled series answered') <> 1`,
	"rows of the trail that are missing": `SELECT max(id) - count(*) FROM audit`,
	"acts of which nothing is left":      `SELECT count(*) FROM submissions s WHERE NOT EXISTS (SELECT 1 FROM audit WHERE object_id = s.object_id OR case_id = s.object_id) AND NOT EXISTS (SELECT 1 FROM occurrences WHERE id = s.object_id) AND object_id <> ''`,
	"sessions that last longer than any": `SELECT count(*) FROM sessions WHERE julianday(expires_at) - julianday(created_at) > 14.01`,
}
