package handlers

import (
	"strings"
	"testing"
)

// guardedFields are the questions whose answers are never shown back.
var guardedFields = []string{"safe", "pushed", "contact", "contact_by"}

// corrects sends this week's form again from the partner's own phone, with some
// answers, and gives what it was handed.
func (p *play) corrects(answers map[string]string) (handed sheet) {
	p.t.Helper()
	b := p.as("partner unlocked")
	handed = sheetOf(p.t, b.get("/w").Body.String(), "visit-form")
	form := handed.write("alone", "yes")
	for name, value := range answers {
		form.Set(name, value)
	}
	if w := b.swap("/w", form); w.Header().Get("HX-Redirect") != visitPath {
		p.t.Fatalf("a correction: %d %s", w.Code, w.Body)
	}
	sqlExec(p.t, p.raw, `UPDATE sessions SET ended_at = NULL, expires_at = '2100-01-01T00:00:00.000Z', unlocked_until = '2100-01-01' WHERE person_id = ?`, p.couple.Partner.PersonID)
	return handed
}

// guarded is what is kept of them for a week.
func (p *play) guarded() (kept string) {
	p.t.Helper()
	must(p.t, p.raw.QueryRow(`SELECT safe || ' ' || pushed || ' ' || contact || ' ' || contact_by FROM partner_reports WHERE case_id = ? AND week = ?`,
		p.couple.CaseID, string(p.week)).Scan(&kept))
	return kept
}

func TestGuarded_correctionsKeepThem(t *testing.T) {
	p := theStage(t).open(t)
	const said = "no yes soon another_way"
	if got := p.guarded(); got != said {
		t.Fatalf("the stage has %q", got)
	}
	versions := func() int { return count(t, p.raw, `SELECT count(*) FROM partner_report_corrections`) }
	before := versions()
	handed := p.corrects(map[string]string{"tension": "2"})
	for _, name := range guardedFields {
		if handed.values.Has(name) {
			t.Errorf("%s is filled in: %q", name, handed.values.Get(name))
		}
	}
	if handed.values.Get("say_no") == "" || handed.values.Get("note") == "" {
		t.Error("the form does not hold what it may repeat")
	}
	if got := p.guarded(); got != said || versions() != before+1 {
		t.Errorf("left alone they are %q, %d corrections more", got, versions()-before)
	}
	// How she wants to be reached can be said anew without saying the rest again.
	p.corrects(map[string]string{"contact_by": "safe_route"})
	if got := p.guarded(); got != "no yes soon safe_route" {
		t.Errorf("after another way to be reached they are %q", got)
	}
	p.corrects(map[string]string{"safe": "yes", "pushed": "no", "contact": "no"})
	if got := p.guarded(); got != "yes no no safe_route" {
		t.Errorf("said anew they are %q", got)
	}

	// Whoever said that all is well, her therapist reads what was said before it.
	review := p.as("therapist").get(reviewPath(p.couple.Experiment)).Body.String()
	first := wordsIn(byID(parse(t, review), "first"))
	for _, want := range []string{"felt safe “yes”, before a correction “no”", "pushed about what to say “no”, before a correction “yes”", "contact “no”, before a correction “soon”",
		"contact by “safe route”, before a correction “another way”", "Publishing is held"} {
		if !strings.Contains(first, want) {
			t.Errorf("the review does not say %q: %s", want, first)
		}
	}
	if n := count(t, p.raw, `SELECT count(*) FROM flags WHERE case_id = ? AND week = ? AND rule IN ('R1', 'R3', 'A2') AND closed_on IS NULL`, p.couple.CaseID, string(p.week)); n < 2 {
		t.Errorf("%d flags of her safety stand open", n)
	}
}
