package handlers

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"enough/models"
	"enough/models/modelstest"
)

// raisesRed raises a red flag by hand in a couple's case.
func raisesRed(t testing.TB, db *models.DB, c *modelstest.Couple) models.FlagInput {
	t.Helper()
	must(t, db.RaiseFlag(t.Context(), c.Therapist, c.CaseID, models.FlagInput{Kind: "threat", What: "By telephone."}))
	list, err := db.Flags(t.Context(), c.Therapist, c.CaseID)
	must(t, err)
	return models.FlagInput{Rule: list[0].Rule, Week: string(list[0].Week), Said: list[0].Said, Reason: "Spoken with alone."}
}

// ready is what the page of a case says of a start.
func ready(t testing.TB, b *browser, caseID string) string {
	t.Helper()
	return wordsIn(byID(parse(t, b.get(casePath(caseID)).Body.String()), "ready"))
}

func TestExperiment_doesNotStartUnderARedFlag(t *testing.T) {
	d := newDrafted(t)
	const settled, look = "Everything is settled: an experiment can start.", "A red flag is open. Look at it first."
	page := d.get(experimentPath(d.Experiment)).Body.String()
	form := sheetOf(t, page, "start-form").write("start", string(d.Practice.Week()))
	if text := ready(t, d.browser, d.CaseID); text != settled || strings.Contains(page, look) {
		t.Errorf("before the flag: %q", text)
	}
	flag := raisesRed(t, d.app.db, d.Couple)
	page = d.get(experimentPath(d.Experiment)).Body.String()
	if text := ready(t, d.browser, d.CaseID); strings.Contains(text, settled) || !strings.HasSuffix(text, "no experiment can start. "+look) {
		t.Errorf("under the flag: %q", text)
	}
	if byID(parse(t, page), "start-form") != nil || !strings.Contains(page, look) {
		t.Error("the page offers a start under the flag")
	}
	if w := d.post(experimentPath(d.Experiment)+"/start", form); w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), look) {
		t.Errorf("a form from before: %d", w.Code)
	}
	must(t, d.app.db.CloseFlag(t.Context(), d.Therapist, d.CaseID, flag))
	if text := ready(t, d.browser, d.CaseID); text != settled {
		t.Errorf("with the flag closed: %q", text)
	}
	if w := d.post(experimentPath(d.Experiment)+"/start", form); w.Code != http.StatusSeeOther {
		t.Errorf("with the flag closed: %d", w.Code)
	}
}

// What stopped the last experiment is said where the next one would begin.
func TestCase_saysHowTheLastExperimentEnded(t *testing.T) {
	p := theStage(t).open(t)
	p.closesFlags()
	b, on := p.as("therapist"), models.DayOf(p.now, time.UTC).Long()
	for choice, want := range map[string]string{
		"hold":          "Everything is settled: an experiment can start.",
		"stop_harm":     "Each point was settled before. The last decision, on " + on + ", was “Stop, harm”.",
		"end_treatment": "Each point was settled before. The last decision, on " + on + ", was “End treatment”.",
	} {
		form := sheetOf(t, b.get(decisionPath(p.couple.Experiment)).Body.String(), "decision-form").write("choice", choice)
		for name, value := range map[string]string{"present": "nobody", "reasons": "Reasons.", "suffers_less": "Somebody.", "who_pays": "Somebody.", "skill_used": "no", "line_care": "yes", "line_breaks": "no", "line_harms": "no", "line_enjoys": "unsure", "because": "Heard alone.", "partner_first": string(models.DayOf(p.now, time.UTC)), "referral": "To somebody."} {
			form.Set(name, value)
		}
		p.sends(decisionPath(p.couple.Experiment), form)
		if text := ready(t, b, p.couple.CaseID); text != want {
			t.Errorf("after %s: %q", choice, text)
		}
	}
}

// A flag that is open is seen wherever the therapist begins: one that time alone
// raises and that is kept nowhere yet, and one that was raised by hand.
func TestFlags_openAreSeen(t *testing.T) {
	p := modelstest.Open(t)
	c := p.Couple(t, p.Owner, "ada").Start(t)
	p.Couple(t, p.Owner, "bea")
	app := newApp(t, p.DB)
	want := func(mark, listed string) {
		t.Helper()
		for target, mark := range map[string]string{casesPath: listed, casePath(c.CaseID): mark, experimentPath(c.Experiment): mark} {
			w := as(t, app, p.Owner).get(target)
			var seen []string
			for _, n := range elements(parse(t, w.Body.String()), tag("a")) {
				if href, _ := attr(n, "href"); href == flagsPath(c.CaseID) && wordsIn(n) != "Flags" {
					seen = append(seen, wordsIn(n))
				}
			}
			if strings.Join(seen, ", ") != mark || target != casesPath && strings.Count(w.Body.String(), "flag open") != len(seen) {
				t.Errorf("%s: marked are %q, wanted %q", target, seen, mark)
			}
			for _, wrong := range lint(w, false) {
				t.Errorf("%s: %s", target, wrong)
			}
		}
	}
	want("", "")
	for range 3 {
		p.NextMonday()
	}
	raw := openRaw(t, p.File)
	defer raw.Close()
	if n := count(t, raw, `SELECT count(*) FROM flags`); n != 0 {
		t.Fatalf("%d flags are kept", n)
	}
	want("Amber flag open", "Amber: no reports")
	flag := raisesRed(t, p.DB, c)
	want("Red flag open", "Red: learned by the therapist, Amber: no reports")
	for _, v := range []models.Viewer{c.Client, c.Partner} {
		for target, w := range as(t, app, v).follow("/") {
			if strings.Contains(whole(w), "flag open") {
				t.Errorf("%s, the %s: a flag is named", target, v.Role)
			}
		}
	}
	must(t, p.CloseFlag(t.Context(), c.Therapist, c.CaseID, flag))
	want("Amber flag open", "Amber: no reports")
}
