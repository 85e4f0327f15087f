package handlers

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// TestAgain_onceIsKept sends the same form ten times at once and once more
// later: one effect, and the same answer to each.
func TestAgain_onceIsKept(t *testing.T) {
	for _, f := range papers {
		if f.effect == "" {
			continue
		}
		t.Run(f.name, func(t *testing.T) {
			p, b, s := f.lay(t)
			before := count(t, p.raw, f.effect)
			answers := make([]*httptest.ResponseRecorder, 11)
			var all sync.WaitGroup
			for i := range 10 {
				all.Go(func() { answers[i] = b.post(s.action, s.values) })
			}
			all.Wait()
			if f.actor == "other partner" { // her session ends with her form; she signs in and sends it again
				b.cookie = sessionOf(t, p.App, p.other.Partner)
			}
			answers[10] = b.post(s.action, s.values)
			if n := count(t, p.raw, f.effect) - before; n != 1 {
				t.Errorf("kept %d times", n)
			}
			last := answers[10]
			if last.Code >= 400 {
				t.Errorf("the last answer is %d", last.Code)
			}
			for i, w := range answers {
				ended := f.actor == "other partner" && w.Code == http.StatusSeeOther && w.Header().Get("Location") == signinPath
				if !ended && (w.Code != last.Code || w.Header().Get("Location") != last.Header().Get("Location")) {
					t.Errorf("answer %d: %d %s, the last one %d %s", i, w.Code, w.Header().Get("Location"), last.Code, last.Header().Get("Location"))
				}
			}
		})
	}
}

func TestAgain_tapsCountOnce(t *testing.T) {
	p := theStage(t).open(t)
	b := p.as("client")
	for _, target := range []string{"/week/done", "/week/undo"} {
		var tap sheet
		for _, s := range sheets(parse(t, b.get("/week").Body.String()), "") {
			if s.action == target {
				tap = s
			}
		}
		const standing = `SELECT sum(1 - taken_back) FROM occurrences`
		before := count(t, p.raw, standing)
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() { b.swap(target, tap.values) })
		}
		all.Wait()
		if n := count(t, p.raw, standing) - before; n != 1 && target == "/week/done" || n != -1 && target == "/week/undo" {
			t.Errorf("%s ten times moves the count by %d", target, n)
		}
	}
}

// TestAgain_lostUpdates opens a form in two windows and sends both: the second
// is told, with both texts, and can send again.
func TestAgain_lostUpdates(t *testing.T) {
	fields := map[string]string{"check-in": "note", "frame": "goal", "gate": "holding_back", "plan, act": "counts_if", "plan, measure": "stop_wording", "practice": "emergency", "partner report": "note"}
	tested := 0
	for _, f := range papers {
		field := fields[f.name]
		if field == "" {
			continue
		}
		tested++
		t.Run(f.name, func(t *testing.T) {
			p, b, s := f.lay(t)
			open := func() sheet {
				if f.actor == "other partner" {
					b = unlocked(t, p.App, p.other.Partner)
				}
				at := f.at(p)
				if f.actor == "client" {
					at += "?correct=yes"
				}
				s := sheetOf(t, b.get(at).Body.String(), f.id)
				for name, value := range f.good {
					s.values.Set(name, value)
				}
				return s
			}
			if f.actor == "client" || f.actor == "other partner" { // corrections of what was sent before
				if w := b.post(s.action, s.values); w.Code >= 400 {
					t.Fatalf("the first form: %d", w.Code)
				}
				s = open()
			}
			other := open()
			other.action = s.action
			if w := b.post(s.action, s.write(field, "As the first window has it.")); w.Code >= 400 {
				t.Fatalf("the first window: %d", w.Code)
			}
			if f.actor == "other partner" {
				b = unlocked(t, p.App, p.other.Partner)
			}
			sent := other.write(field, "As the second window has it.")
			for _, swap := range []bool{false, true} {
				send := b.post
				if swap {
					send = b.swap
				}
				before := p.changes()
				w := send(other.action, sent)
				if w.Code != http.StatusConflict || p.changes() != before {
					t.Fatalf("the second window: %d, written %v", w.Code, p.changes() != before)
				}
				back := f.again(t, w, swap)
				f.keeps(t, back, sent)
				if problem := byID(back.node, "problem"); problem == nil || !strings.Contains(wordsIn(problem), "As the first window has it.") {
					t.Error("the text that is kept does not stand beside the one that was typed")
				}
				if swap {
					if w := b.post(other.action, back.values); w.Code >= 400 {
						t.Errorf("sent again after looking at both: %d", w.Code)
					}
				}
			}
		})
	}
	if tested != len(fields) {
		t.Errorf("%d of %d forms were tried", tested, len(fields))
	}
}

// TestAgain_numbersMoved decides over numbers that have changed meanwhile.
func TestAgain_numbersMoved(t *testing.T) {
	for _, f := range papers {
		if f.name != "decision" {
			continue
		}
		p, b, s := f.lay(t)
		sqlExec(t, p.raw, `UPDATE partner_reports SET conflict = 10 - conflict`)
		w := b.post(s.action, s.values)
		if w.Code != http.StatusConflict || count(t, p.raw, `SELECT count(*) FROM decisions`) != 2 {
			t.Fatalf("numbers that moved: %d", w.Code)
		}
		back := f.again(t, w, false)
		f.keeps(t, back, s.values)
		if w := b.post(s.action, back.values); w.Code != http.StatusSeeOther {
			t.Errorf("after a second look: %d", w.Code)
		}
	}
}

// TestAgain_listMoved proposes from a list that has changed meanwhile.
func TestAgain_listMoved(t *testing.T) {
	p := theStage(t).open(t)
	b := p.as("partner unlocked")
	s := sheetOf(t, b.turn("show").Body.String(), "release-form")
	s.values.Add("show", "noticed."+string(p.week.Add(-2)))
	sqlExec(t, p.raw, `UPDATE partner_reports SET conflict = 10 - conflict`)
	w := b.post("/w", s.values)
	if w.Code != http.StatusConflict {
		t.Fatalf("a list that moved: %d", w.Code)
	}
	back := sheetOf(t, w.Body.String(), "release-form")
	for _, key := range s.values["show"] {
		if !strings.Contains(strings.Join(back.values["show"], " "), key) {
			t.Errorf("%s was ticked, and is not", key)
		}
	}
	if w := b.post("/w", back.values); w.Code != http.StatusSeeOther {
		t.Errorf("after a second look: %d", w.Code)
	}
}

// refusing are the ways in which a database takes no write: another program holds
// it, it may only be read, and the disk is full.
var refusing = map[string]func(p *play) (release func()){
	"locked": func(p *play) func() {
		sqlExec(p.t, p.writer(), `PRAGMA busy_timeout = 20`)
		other := openRaw(p.t, p.file)
		sqlExec(p.t, other, `BEGIN IMMEDIATE`)
		return func() { must(p.t, other.Close()) }
	},
	"read-only": func(p *play) func() {
		sqlExec(p.t, p.writer(), `PRAGMA query_only = 1`)
		return func() { sqlExec(p.t, p.writer(), `PRAGMA query_only = 0`) }
	},
	"full": func(p *play) func() {
		w := p.writer()
		sqlExec(p.t, w, `PRAGMA max_page_count = `+itoa(count(p.t, w, `PRAGMA page_count`)))
		for _, size := range []string{"200", "20", "1"} {
			var err error
			for err == nil {
				_, err = w.Exec(`INSERT INTO audit (at, person_id, role, action, case_id, object_id, result, request_id, chain)
					VALUES ('2026-01-01', 'x', 'x', hex(zeroblob(` + size + `)), hex(randomblob(8)), '', 'done', '', zeroblob(32))`)
			}
		}
		return func() { sqlExec(p.t, w, `PRAGMA max_page_count = 1000000`) }
	},
}

// TestUnavailable_formStays sends forms to a database that takes no write: 503,
// “Not saved”, and what was typed; then the same form goes through.
func TestUnavailable_formStays(t *testing.T) {
	for how, refuse := range refusing {
		for _, f := range papers {
			if how == "full" && f.name == "erase" {
				continue // it makes room
			}
			t.Run(how+", "+f.name, func(t *testing.T) {
				p, b, s := f.lay(t)
				release := refuse(p)
				for _, swap := range []bool{false, true} {
					if swap && !s.swaps {
						continue
					}
					send := b.post
					if swap {
						send = b.swap
					}
					before := p.changes()
					w := send(s.action, s.values)
					if p.changes() != before {
						t.Errorf("swap %v: not saved, it says, and something was", swap)
					}
					if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "Not saved") {
						t.Errorf("swap %v: %d", swap, w.Code)
						continue
					}
					f.keeps(t, f.again(t, w, swap), s.values)
				}
				release()
				if w := b.post(s.action, s.values); w.Code >= 400 {
					t.Errorf("afterwards: %d", w.Code)
				}
			})
		}
	}
}

// TestUnavailable_isLogged holds a database that takes no write to a line in
// the log: somebody must come and look.
func TestUnavailable_isLogged(t *testing.T) {
	p := theStage(t).open(t)
	var log bytes.Buffer
	var err error
	p.App, err = New(Config{DB: p.db, Log: slog.New(slog.NewTextHandler(&log, nil))})
	must(t, err)
	release := refusing["full"](p)
	defer release()
	w := p.as("other partner").post("/w", url.Values{"alone": {"yes"}, "week": {string(p.week)}, "note": {"Hers."}})
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(log.String(), "database unavailable") || strings.Contains(log.String(), "Hers.") {
		t.Errorf("%d, and the log says %q", w.Code, log.String())
	}
}
