package handlers

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"enough/models"
)

// aboutCase says whether a route is about one case of a therapist's.
func aboutCase(r route) bool {
	return r.allow&therapist != 0 && (strings.Contains(r.path, ":case") || strings.Contains(r.path, ":experiment"))
}

// TestClosed_takesNoWrite sends every form of a closed case that the table has:
// each is refused in the same words, but for those that a closed case takes.
func TestClosed_takesNoWrite(t *testing.T) {
	p := theStage(t).open(t)
	p.closes()
	takes := map[string]bool{"/cases/:case/close": true, "/cases/:case/reopen": true, "/cases/:case/erase": true,
		"/cases/:case/supervision/end": true, "/cases/:case/share/end": true, "/experiments/:experiment/sight": true} // the last one keeps nothing
	b, refused := p.as("therapist"), 0
	body := url.Values{"role": {"partner"}, "form": {"raise"}, "submission_id": {"a"}}
	for _, r := range p.routes() {
		if r.method != http.MethodPost || !aboutCase(r) || takes[r.path] {
			continue
		}
		refused++
		before := p.changes()
		w := b.post(p.target(p.App, r.path, "own"), body)
		if w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), "This case is closed, and nothing was saved. Reopen it first.") || p.changes() != before {
			t.Errorf("%s: %d, written %v", r.path, w.Code, p.changes() != before)
		}
	}
	if refused < 18 {
		t.Errorf("only %d forms were sent", refused)
	}
	t.Logf("%d forms refused", refused)
}

// TestClosed_lateForms fills forms in, has the case closed meanwhile, and sends
// them: what was typed stays.
func TestClosed_lateForms(t *testing.T) {
	late := 0
	for _, f := range papers {
		p, b, s := f.lay(t)
		if f.actor != "therapist" || !strings.Contains(s.action, p.couple.CaseID) && !strings.Contains(s.action, p.couple.Experiment) || slices.Contains([]string{"close", "reopen", "erase", "end supervision", "end a share"}, f.name) {
			continue
		}
		late++
		t.Run(f.name, func(t *testing.T) {
			p.closes()
			w := b.post(s.action, s.values)
			if w.Code != http.StatusConflict {
				t.Fatalf("%d", w.Code)
			}
			problem := byID(parse(t, w.Body.String()), "problem")
			if problem == nil {
				t.Fatal("no sentence says why")
			}
			text := wordsIn(problem)
			if !strings.Contains(text, "This case is closed, and nothing was saved.") || strings.Contains(text, "To keep yours") {
				t.Errorf("it says %q", text)
			}
			if byID(parse(t, w.Body.String()), f.id) != nil {
				f.keeps(t, f.again(t, w, false), s.values, "start") // its weeks have moved
			} else if f.name != "end access" && f.name != "close a flag" {
				t.Error("what was typed is gone")
			}
		})
	}
	if late < 10 {
		t.Errorf("only %d forms were late", late)
	}
}

// TestClosed_readsAsBefore asks for every page of the case before and after.
func TestClosed_readsAsBefore(t *testing.T) {
	p := theStage(t).open(t)
	p.calm()
	b := p.as("therapist")
	answer := func(r route) int { return b.get(p.target(p.App, r.path, "own")).Code }
	before := map[string]int{}
	for _, r := range p.routes() {
		if r.method == http.MethodGet && aboutCase(r) {
			before[r.path] = answer(r)
		}
	}
	p.closes()
	for _, r := range p.routes() {
		if r.method != http.MethodGet || !aboutCase(r) {
			continue
		}
		if got := answer(r); got != before[r.path] && !slices.Contains([]string{"/cases/:case/erase", "/experiments/:experiment/step/:kind", "/experiments/:experiment/end"}, r.path) {
			t.Errorf("%s: was %d, is %d", r.path, before[r.path], got)
		}
	}
	list := parse(t, b.get("/cases").Body.String())
	lines := elements(list, tag("li"))
	if last := wordsIn(lines[len(lines)-1]); !strings.Contains(last, "Closed on 26 April 2026") || !strings.Contains(wordsIn(list), "Open a case") {
		t.Errorf("the list ends with %q", last)
	}
	page := b.get(casePath(p.couple.CaseID)).Body.String()
	if !strings.Contains(page, "Closed on 26 April 2026.") || strings.Contains(page, "Make a code") || strings.Contains(page, "Plan another act") || strings.Contains(page, "Edit the") {
		t.Errorf("the case offers what it does not take, or does not say that it is closed")
	}
	for _, actor := range []string{"client", "partner", "partner unlocked"} {
		if w := p.as(actor).get("/"); w.Header().Get("Location") != signinPath {
			t.Errorf("%s still comes in: %d", actor, w.Code)
		}
	}
	p.clock.Set(p.clock.Now().AddDate(7, 0, 1))
	if list := wordsIn(parse(t, as(t, p.App, p.couple.Therapist).get("/cases").Body.String())); !strings.Contains(list, "Closed on 26 April 2026. Was to be kept until 26 April 2033.") {
		t.Errorf("seven years and a day later the list says %q", list)
	}
}

// TestErased_likeMissing holds every answer about a case that was erased to the
// bytes of the one about a case that never was.
func TestErased_likeMissing(t *testing.T) {
	p := theStage(t).open(t)
	p.closes()
	unswept, err := p.db.EraseCase(t.Context(), p.couple.Therapist, p.couple.CaseID, models.EraseInput{Name: "ada client"})
	must(t, errors.Join(unswept, err))
	p.sessions["never"] = "a token that was never given"
	compared := 0
	for _, r := range p.routes() {
		if r.path == signinPath {
			continue // tells of the tries before
		}
		for _, header := range [][]string{nil, {"HX-Request", "true"}} {
			answer := func(actor, object string) string {
				var body url.Values
				if r.method == http.MethodPost {
					body = url.Values{"submission_id": {"a"}, "role": {"partner"}, "name": {"ada client"}, "form": {"raise"}}
				}
				return steady(whole(p.as(actor).send(r.method, p.target(p.App, r.path, object), body, header...)))
			}
			if aboutCase(r) {
				for _, actor := range []string{"therapist", "other therapist", "nobody"} {
					compared++
					if one, other := answer(actor, "own"), answer(actor, "missing"); one != other {
						t.Errorf("%s, %s %s: %s", actor, r.method, r.path, apart(other, one))
					}
				}
			}
			for _, actor := range []string{"client", "partner", "partner unlocked"} {
				compared++
				if one, other := answer(actor, "own"), answer("never", "own"); one != other {
					t.Errorf("%s, %s %s: %s", actor, r.method, r.path, apart(other, one))
				}
			}
		}
	}
	t.Logf("%d answers compared", compared)
	if list := p.as("therapist").get("/cases").Body.String(); strings.Contains(list, "ada") {
		t.Error("the list of cases still has it")
	}
}
