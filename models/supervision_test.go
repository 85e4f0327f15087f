package models_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"enough/models"
	"enough/models/modelstest"
)

func TestSupervision_grantAndEnd(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	sam := p.Therapist(t, "sam")
	grant := func(to, until, id string) error {
		return p.Supervise(ctx, p.Owner, c.CaseID, models.SuperviseInput{Supervisor: to, Until: until, Submission: sub(id)})
	}
	read := func() error {
		_, err := p.SupervisedCase(ctx, sam, c.CaseID)
		return err
	}
	wantKind(t, read(), models.NotFound)
	for _, to := range []string{"", "nobody", p.Owner.PersonID, c.Client.PersonID, c.Partner.PersonID} {
		wantField(t, grant(to, week5, "a"), "supervisor")
	}
	for _, until := range []string{"", "2026-03-01", "2027-03-03", "soon"} {
		wantField(t, grant(sam.PersonID, until, "a"), "until")
	}
	sendOften(t, p, func() error { return grant(sam.PersonID, week2, "b") })
	wantLook(t, p, "1", `SELECT count(*) FROM supervisions`)
	must(t, read())
	on(p, week2) // the last day
	must(t, read())
	if list, err := p.Supervised(ctx, sam); err != nil || len(list) != 1 || list[0].DaysLeft != 0 || list[0].ID != c.CaseID {
		t.Errorf("%+v, %v", list, err)
	}
	on(p, "2026-03-10")
	wantKind(t, read(), models.NotFound)
	if list, err := p.Supervised(ctx, sam); err != nil || len(list) != 0 {
		t.Errorf("after the last day: %+v, %v", list, err)
	}
	must(t, grant(sam.PersonID, "2027-03-10", "c")) // a year, at most
	must(t, grant(sam.PersonID, week5, "d"))        // instead
	must(t, read())
	grants, others, err := p.Supervisions(ctx, p.Owner, c.CaseID)
	must(t, err)
	if len(grants) != 3 || grants[0].Ended || grants[0].Until != week5 || grants[0].Supervisor != "Dr sam" || !grants[1].Ended || !grants[2].Ended || len(others) != 1 || others[0].ID != sam.PersonID {
		t.Errorf("%+v, %+v", grants, others)
	}
	for _, v := range []models.Viewer{sam, c.Client, c.Partner, {}} {
		wantKind(t, p.EndSupervision(ctx, v, c.CaseID, grants[0].ID, sub("x")), models.NotFound)
		wantKind(t, p.Supervise(ctx, v, c.CaseID, models.SuperviseInput{Supervisor: sam.PersonID, Until: week5}), models.NotFound)
		_, _, err := p.Supervisions(ctx, v, c.CaseID)
		wantKind(t, err, models.NotFound)
	}
	for _, v := range []models.Viewer{p.Owner, c.Client, c.Partner, {}} {
		_, err := p.SupervisedCase(ctx, v, c.CaseID)
		wantKind(t, err, models.NotFound)
	}
	// A closed case is read on, and its supervision can be ended though nothing
	// else can be changed.
	must(t, closeCase(p, c, "e"))
	must(t, read())
	wantKind(t, grant(sam.PersonID, week8, "f"), models.Closed)
	sendOften(t, p, func() error { return p.EndSupervision(ctx, p.Owner, c.CaseID, grants[0].ID, sub("g")) })
	wantKind(t, read(), models.NotFound)
	wantKind(t, p.EndSupervision(ctx, p.Owner, c.CaseID, "nobody", sub("h")), models.Conflict)
}

func TestSupervision_readsAreKept(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	sam := p.Therapist(t, "sam")
	must(t, p.Supervise(ctx, p.Owner, c.CaseID, models.SuperviseInput{Supervisor: sam.PersonID, Until: week5}))
	before := auditRows(t, p)
	for range 3 {
		_, err := p.SupervisedCase(ctx, sam, c.CaseID)
		must(t, err)
	}
	row := fmt.Sprintf("%s therapist supervised case read %s  done", sam.PersonID, c.CaseID)
	if got, want := trailOf(t, p, before), strings.Join([]string{row, row, row}, ", "); got != want {
		t.Errorf("the audit says %q, wanted %q", got, want)
	}
}

var (
	dated    = regexp.MustCompile(`\d{4}-\d\d|\b(19|20)\d\d\b|January|February|March|April|June|July|August|September|October|November|December|\bMay \d|\d May\b`)
	pronouns = regexp.MustCompile(`(?i)\b(he|him|his|she|her|hers)\b`)
)

// TestSupervised_numbersAlone reads a case full of names and texts as its
// supervisor does.
func TestSupervised_numbersAlone(t *testing.T) {
	t.Parallel()
	p, c, _ := texted(t)
	sam := p.Therapist(t, "sam")
	must(t, p.Supervise(ctx, p.Owner, c.CaseID, models.SuperviseInput{Supervisor: sam.PersonID, Until: "2026-06-01"}))
	for _, day := range []models.Day{"2026-04-05", "2026-04-20", "2026-05-10"} { // in the phase, in its last week, after it
		on(p, day)
		k, err := p.SupervisedCase(ctx, sam, c.CaseID)
		must(t, err)
		b, err := json.Marshal(k)
		must(t, err)
		text := string(b)
		if found := dated.FindString(text); found != "" {
			t.Errorf("on %s: a date, %q, in %s", day, found, text)
		}
		if found := pronouns.FindString(text); found != "" {
			t.Errorf("on %s: says %q in %s", day, found, text)
		}
		for _, word := range []string{"Client", "Partner", "wrote", "holiday", "telephone", "Ask about", "listened", "dinner", "married", "A reason", c.Client.PersonID, c.Partner.PersonID, c.Experiment} {
			if strings.Contains(text, word) {
				t.Errorf("on %s: %q in %s", day, word, text)
			}
		}
		e := k.Experiments[0]
		if len(e.Phases) != 2 || e.Phases[1].First != 5 || e.Phases[1].Last != 8 || *e.Phases[1].Weeks[0].Conflict != 7 || *e.Phases[1].Weeks[0].Leaving != 8 || *e.Phases[1].Weeks[0].Done != 2 {
			t.Errorf("%s", text)
		}
		if len(e.Decisions) != 1 || e.Decisions[0] != (models.SupervisedDecision{Week: 5, Phase: "B1", Choice: e.Decisions[0].Choice}) {
			t.Errorf("decisions %+v", e.Decisions)
		}
		if day == "2026-04-05" && !strings.Contains(text, "the phase lasts until the last day of week 8") {
			t.Errorf("the phase ends nowhere in %s", text)
		}
	}
}

// TestSupervised_nothingOfSafety holds every byte of what a supervisor reads to
// be the same whatever was said of safety and pressure, and whatever flags there
// are; what is shown does move it.
func TestSupervised_nothingOfSafety(t *testing.T) {
	t.Parallel()
	seen := func(x course, then func(*modelstest.Practice, *modelstest.Couple)) string {
		p, c := live(t, x)
		if then != nil {
			then(p, c)
		}
		sam := p.Therapist(t, "sam")
		must(t, p.Supervise(ctx, p.Owner, c.CaseID, models.SuperviseInput{Supervisor: sam.PersonID, Until: "2026-06-01"}))
		k, err := p.SupervisedCase(ctx, sam, c.CaseID)
		must(t, err)
		k.ID = ""
		b, err := json.Marshal(k)
		must(t, err)
		return string(b)
	}
	usual := func() course { return hers("leaving", 1, "8 8 8 8 4 4 4 4").and("call", 8, "yes") }
	plain := seen(usual(), nil)
	for name, x := range map[string]course{
		"unsafe": usual().and("safe", 5, "no no no no"), "pushed": usual().and("pushed", 5, "yes yes yes yes"), "the children": usual().and("children", 5, "frightened quieter"),
		"cannot say no": usual().and("say_no", 6, "no no no"), "to be contacted": usual().and("contact", 8, "soon"), "noticed and real": usual().and("noticed", 5, "0 1 0").and("real", 7, "1"),
	} {
		if got := seen(x, nil); got != plain {
			t.Errorf("%s: %s", name, got)
		}
	}
	for name, then := range map[string]func(*modelstest.Practice, *modelstest.Couple){
		"a red flag raised": func(p *modelstest.Practice, c *modelstest.Couple) { raiseFlag(t, p, c, "violence") },
		"the partner stops": func(p *modelstest.Practice, c *modelstest.Couple) { must(t, p.StopReporting(ctx, c.Partner, sub("a"))) },
		"access ended": func(p *modelstest.Practice, c *modelstest.Couple) {
			must(t, p.EndAccess(ctx, p.Owner, c.CaseID, models.Partner, sub("a")))
		},
		"the gate shut": func(p *modelstest.Practice, c *modelstest.Couple) {
			in := gate("1")
			in.Fear = "yes"
			must(t, p.SaveGate(ctx, p.Owner, c.CaseID, in))
		},
	} {
		if got := seen(usual(), then); got != plain {
			t.Errorf("%s: %s", name, got)
		}
	}
	aside := func(p *modelstest.Practice, c *modelstest.Couple) {
		must(t, p.SetWeekAside(ctx, p.Owner, c.CaseID, string(weekAt(7)), models.SetAsideInput{Why: "pushed", Reason: "She said so."}))
	}
	missing := usual().and("missing", 7, "yes")
	if one, other := seen(usual(), aside), seen(missing, nil); one != other {
		t.Errorf("a week that is set aside is told from one without a report: %s, %s", one, other)
	}
	rests := missing
	rests.acts = onMondays{7: letsRest(t, true), 8: letsRest(t, false)}
	if one, other := seen(rests, nil), seen(missing, nil); one != other {
		t.Errorf("a week in which reports rest is told from one without a report: %s, %s", one, other)
	}
	for name, x := range map[string]course{"leaving": hers("leaving", 1, "8 8 8 8 4 4 4 5").and("call", 8, "yes"), "the call": hers("leaving", 1, "8 8 8 8 4 4 4 4").and("call", 8, "no")} {
		if seen(x, nil) == plain {
			t.Errorf("%s moves nothing", name)
		}
	}
	if !strings.Contains(plain, `"Kind":"enough"`) {
		t.Errorf("the verdict is not that of the numbers: %s", plain)
	}
}
