package handlers

import (
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"enough/models"
	"enough/models/modelstest"
)

// supervises lets the other therapist read the couple's case until a day.
func (p *play) supervises(until string) {
	must(p.t, p.db.Supervise(p.t.Context(), p.couple.Therapist, p.couple.CaseID, models.SuperviseInput{Supervisor: p.other.Therapist.PersonID, Until: until}))
}

// hasALeaver gives a case to Dr kim, the second of the therapists by name.
func (p *play) hasALeaver() {
	must(p.t, p.db.HandOver(p.t.Context(), p.couple.Therapist, p.couple.CaseID, models.HandOverInput{To: p.leaver(), On: "2026-04-26", Reason: "A reason."}))
	sqlExec(p.t, p.raw, `DELETE FROM handovers`)
}

func (p *play) leaver() string { return p.personOf("sharer") }

// shares lets the other therapist work with the couple's case.
func (p *play) shares() {
	must(p.t, p.db.ShareCase(p.t.Context(), p.couple.Therapist, p.couple.CaseID, models.ShareInput{Therapist: p.other.Therapist.PersonID}))
}

var (
	dated    = regexp.MustCompile(`\b(19|20)\d\d\b|\b\d{4}-\d\d|(?i:\b\d{1,2} (jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|(january|february|march|april|june|july|august|september|october|november|december)\b)`)
	pronouns = regexp.MustCompile(`(?i)\b(he|him|his|she|her|hers)\b`)
)

// TestSupervised_nobodysTexts plants texts everywhere and reads the case as its
// supervisor.
func TestSupervised_nobodysTexts(t *testing.T) {
	p := theStage(t).open(t)
	p.supervises("2026-05-24")
	fill(t, p)
	sealed, shown := plant(t, p)
	tokens := slices.DeleteFunc(append(sealed, shown...), func(token string) bool { return token == "zqdecisionsphase"+mark }) // the program's own word
	sqlExec(t, p.raw, `UPDATE decisions SET phase = 'B1'`)
	sqlExec(t, p.raw, `UPDATE supervisions SET until = '2026-05-24', ended_at = NULL WHERE supervisor_id = ? AND case_id = ?`, p.other.Therapist.PersonID, p.couple.CaseID)
	modelstest.Write(t, p.raw, p.file, "people", "name", "Dr Herself", `id = '`+p.other.Therapist.PersonID+`'`)
	for _, target := range []string{supervisedPath, supervisedPath + "/" + p.couple.CaseID} {
		w := p.as("other therapist").get(target)
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), models.CaseLabel(p.couple.CaseID)) {
			t.Fatalf("%s: %d", target, w.Code)
		}
		text := whole(w)
		if found := hits(text, tokens); found != nil {
			t.Errorf("%s holds %v", target, found)
		}
		if strings.Contains(text, "Himself") {
			t.Errorf("%s holds the client’s name", target)
		}
	}
}

// TestSupervised_demo reads all cases of the demo as their supervisor: in none is
// a name, a date, or a word by which one of the two could be told.
func TestSupervised_demo(t *testing.T) {
	a := newDemo(t)
	ctx, vera := t.Context(), a.person(t, "Dr Vera")
	sam := a.person(t, "Dr Sam")
	lines, err := a.db.Cases(ctx, vera)
	must(t, err)
	var names []string
	for _, line := range lines {
		names = append(names, strings.TrimSuffix(line.Client, " (demo)"), strings.TrimSuffix(line.Partner, " (demo)"))
		must(t, a.db.Supervise(ctx, vera, line.ID, models.SuperviseInput{Supervisor: sam.PersonID, Until: string(line.Today.Add(28))}))
	}
	b := as(t, a, sam)
	for _, line := range lines {
		w := b.get(supervisedPath + "/" + line.ID)
		body := w.Body.String()
		if w.Code != http.StatusOK || !strings.Contains(body, "Partner reports") {
			t.Fatalf("%s: %d", line.Client, w.Code)
		}
		text := strings.ReplaceAll(body, line.ID, "")
		for _, found := range []string{dated.FindString(text), pronouns.FindString(wordsIn(byID(parse(t, text), "main")))} {
			if found != "" {
				t.Errorf("%s: says %q", line.Client, found)
			}
		}
		for _, name := range names {
			if strings.Contains(text, name) {
				t.Errorf("%s: names %s", line.Client, name)
			}
		}
		for _, wrong := range lint(w, false) {
			t.Errorf("%s: %s", line.Client, wrong)
		}
	}
}

// made gives a world by what the database holds in it.
func made(statements string) func(*play) {
	return func(p *play) { sqlExec(p.t, p.raw, statements) }
}

// TestSupervised_safetyMovesNothing holds the supervisor's answers to the same
// bytes whatever was said of safety, and whatever was made of it.
func TestSupervised_safetyMovesNothing(t *testing.T) {
	answer := func(change func(*play)) (all string) {
		p := theStage(t).open(t)
		p.supervises("2026-05-24")
		change(p)
		for _, target := range []string{"/cases", supervisedPath, supervisedPath + "/" + p.couple.CaseID} {
			all += steady(whole(p.as("other therapist").get(target)))
		}
		return all
	}
	plain := answer(func(*play) {})
	same := map[string]func(*play){
		"no flag was raised": made(`DROP TRIGGER flags_stay; DELETE FROM flags WHERE case_id IN (SELECT id FROM cases WHERE therapist_id IN (SELECT id FROM people WHERE is_owner = 1))`),
		"a flag was raised":  func(p *play) { p.raises("threat") },
		"safe and free": made(`UPDATE partner_reports SET safe = 'yes', pushed = 'no', say_no = 'yes', contact = 'no', children = 'as_usual', late = 1, noticed = NULL, noticed_state = 'not_sure', felt_real = NULL, real_state = 'skipped'
			WHERE case_id IN (SELECT id FROM cases WHERE therapist_id IN (SELECT id FROM people WHERE is_owner = 1)); DELETE FROM partner_report_corrections`),
		"proposed, shown, taken back": made(`DELETE FROM partner_proposals; DELETE FROM snapshots`),
		"the partner withdraws":       func(p *play) { p.raises("withdraws") },
		"closed": func(p *play) {
			// What closing needs would change the scores; what it writes does not.
			sqlExec(p.t, p.raw, `INSERT INTO closings SELECT id, id, '2026-04-26', x'', '2026-04-26', NULL FROM cases WHERE id = '`+p.couple.CaseID+`'`)
		},
	}
	for _, name := range slices.Sorted(maps.Keys(same)) {
		if got := answer(same[name]); got != plain {
			t.Errorf("%s: %s", name, apart(plain, got))
		}
	}
	if answer(made(`UPDATE partner_reports SET leaving = 10 - leaving`)) == plain {
		t.Error("the scores move nothing")
	}
}

// TestSupervised_withoutAGrant holds the answer without a grant that stands to
// every byte of the one for a case that is not there.
func TestSupervised_withoutAGrant(t *testing.T) {
	for name, change := range map[string]func(*play){
		"never":   func(*play) {},
		"expired": func(p *play) { p.supervises("2026-04-26"); p.clock.Set(p.now.AddDate(0, 0, 1)) },
		"ended": func(p *play) {
			p.supervises("2026-05-24")
			list, _, err := p.db.Supervisions(t.Context(), p.couple.Therapist, p.couple.CaseID)
			must(t, err)
			for _, s := range list {
				if s.SupervisorID == p.other.Therapist.PersonID {
					must(t, p.db.EndSupervision(t.Context(), p.couple.Therapist, p.couple.CaseID, s.ID, models.Submission{}))
				}
			}
		},
		"erased": func(p *play) {
			p.supervises("2026-05-24")
			p.closes()
			_, err := p.db.EraseCase(t.Context(), p.couple.Therapist, p.couple.CaseID, models.EraseInput{Name: "ada client"})
			must(t, err)
		},
	} {
		p := theStage(t).open(t)
		change(p)
		b := as(t, p.App, p.other.Therapist) // the clock may have passed the end of the stage's session
		for _, header := range [][]string{nil, {"HX-Request", "true"}} {
			for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
				answer := func(id string) string {
					var body url.Values
					if method == http.MethodPost {
						body = url.Values{"submission_id": {"a"}}
					}
					return whole(b.send(method, supervisedPath+"/"+id, body, header...))
				}
				if one, other := answer(p.couple.CaseID), answer(strings.Repeat("a", 26)); one != other {
					t.Errorf("%s, %s: %s", name, method, apart(other, one))
				}
			}
		}
		if w := b.get(supervisedPath); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "Case "+strings.ToUpper(p.couple.CaseID[:4])) {
			t.Errorf("%s: the list has it, %d", name, w.Code)
		}
		if w := b.get("/cases"); strings.Contains(w.Body.String(), "Cases that you supervise") {
			t.Errorf("%s: the list of cases leads to it", name)
		}
	}
	// A grant opens this one page and no other of the case.
	p := theStage(t).open(t)
	p.supervises("2026-05-24")
	b := p.as("other therapist")
	if w := b.get(supervisedPath + "/" + p.couple.CaseID); w.Code != http.StatusOK {
		t.Errorf("with a grant: %d", w.Code)
	}
	for _, r := range p.routes() {
		if aboutCase(r) && !strings.HasPrefix(r.path, supervisedPath) {
			if w := b.send(r.method, p.target(p.App, r.path, "own"), nil); w.Code != http.StatusNotFound {
				t.Errorf("%s %s: %d", r.method, r.path, w.Code)
			}
		}
	}
}
