package models_test

import (
	"fmt"
	"strings"
	"testing"

	"enough/models"
	"enough/models/modelstest"
)

// ownActs are what stays with the case's own therapist, by name.
func ownActs(p *modelstest.Practice, v models.Viewer, c *modelstest.Couple, other string) map[string]error {
	_, _, supervisions := p.Supervisions(ctx, v, c.CaseID)
	_, _, shares := p.Shares(ctx, v, c.CaseID)
	_, erase := p.EraseCase(ctx, v, c.CaseID, models.EraseInput{Name: "ann Client"})
	_, form := p.OwnCase(ctx, v, c.CaseID)
	return map[string]error{
		"hand over":       p.HandOver(ctx, v, c.CaseID, models.HandOverInput{To: other, On: week1, Reason: "Mine now."}),
		"share":           p.ShareCase(ctx, v, c.CaseID, models.ShareInput{Therapist: other}),
		"end a share":     p.EndShare(ctx, v, c.CaseID, "nobody", models.Submission{}),
		"supervise":       p.Supervise(ctx, v, c.CaseID, models.SuperviseInput{Supervisor: other, Until: week5}),
		"end supervision": p.EndSupervision(ctx, v, c.CaseID, "nobody", models.Submission{}),
		"close":           p.CloseCase(ctx, v, c.CaseID, models.CloseInput{On: week1, Reason: "Over."}),
		"reopen":          p.ReopenCase(ctx, v, c.CaseID, models.Submission{}),
		"end access":      p.EndAccess(ctx, v, c.CaseID, models.Client, models.Submission{}),
		"erase":           erase, "supervisions": supervisions, "shares": shares, "forms": form,
	}
}

// wantKept holds that somebody works with a case and that what is its own
// therapist’s stays hers.
func wantKept(t *testing.T, p *modelstest.Practice, v models.Viewer, c *modelstest.Couple, other string, right models.Right) {
	t.Helper()
	k, err := p.Case(ctx, v, c.CaseID)
	must(t, err)
	if k.Right != right || k.TherapistID != c.Therapist.PersonID || k.Therapist != "Dr Vera Test" {
		t.Errorf("the case says %q, %q", k.Right, k.Therapist)
	}
	for name, err := range ownActs(p, v, c, other) {
		if models.KindOf(err) != models.Forbidden || !strings.Contains(err.Error(), "This stays with Dr Vera Test, whose case it is.") {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, p.SaveFrame(ctx, v, c.CaseID, models.FrameInput{Goal: "Another goal.", Children: "yes", Version: fmt.Sprint(k.Version)}))
	if c.Experiment != "" {
		_, err = p.Review(ctx, v, c.Experiment)
		must(t, err)
	}
}

// wantShut holds that nothing of a case opens for somebody.
func wantShut(t *testing.T, p *modelstest.Practice, v models.Viewer, c *modelstest.Couple, other string) {
	t.Helper()
	_, err := p.Case(ctx, v, c.CaseID)
	wantKind(t, err, models.NotFound)
	if c.Experiment != "" {
		_, err = p.Review(ctx, v, c.Experiment)
		wantKind(t, err, models.NotFound)
	}
	for name, err := range ownActs(p, v, c, other) {
		if models.KindOf(err) != models.NotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	if list, err := p.Cases(ctx, v); err != nil || len(list) != 0 {
		t.Errorf("the list has %d cases, %v", len(list), err)
	}
}

func TestShare_worksUntilItEnds(t *testing.T) {
	t.Parallel()
	p, c := baseline(t)
	sam, zoe := p.Therapist(t, "sam"), p.Therapist(t, "zoe")
	share := func(to, until, id string) error {
		return p.ShareCase(ctx, p.Owner, c.CaseID, models.ShareInput{Therapist: to, Until: until, Submission: sub(id)})
	}
	wantShut(t, p, sam, c, zoe.PersonID)
	for _, to := range []string{"", "nobody", p.Owner.PersonID, c.Client.PersonID} {
		wantField(t, share(to, "", "a"), "therapist")
	}
	for _, until := range []string{"2026-03-01", "2040-01-01", "soon"} {
		wantField(t, share(sam.PersonID, until, "a"), "until")
	}
	before := auditRows(t, p)
	sendOften(t, p, func() error { return share(sam.PersonID, week2, "b") })
	if got, want := trailOf(t, p, before), fmt.Sprintf("%s therapist case shared %s %s done", p.Owner.PersonID, c.CaseID, sam.PersonID); got != want {
		t.Errorf("the trail says %q, wanted %q", got, want)
	}
	on(p, week2) // the last day
	wantKept(t, p, sam, c, zoe.PersonID, models.Shared)
	if list, err := p.Cases(ctx, sam); err != nil || len(list) != 1 || list[0].Right != models.Shared || list[0].Therapist != "Dr Vera Test" {
		t.Errorf("%+v, %v", list, err)
	}
	on(p, "2026-03-10")
	wantShut(t, p, sam, c, zoe.PersonID)
	must(t, share(sam.PersonID, week5, "c"))
	must(t, share(sam.PersonID, "", "d")) // instead, without an end
	on(p, "2029-01-01")
	wantKept(t, p, sam, c, zoe.PersonID, models.Shared)
	list, others, err := p.Shares(ctx, p.Owner, c.CaseID)
	must(t, err)
	if len(list) != 3 || list[0].Ended || list[0].Until != "" || list[0].Therapist != "Dr sam" || !list[1].Ended || !list[2].Ended || len(others) != 2 {
		t.Errorf("%+v, %+v", list, others)
	}
	wantKind(t, p.EndShare(ctx, p.Owner, c.CaseID, "nobody", sub("e")), models.Conflict)
	sendOften(t, p, func() error { return p.EndShare(ctx, p.Owner, c.CaseID, list[0].ID, sub("f")) })
	wantShut(t, p, sam, c, zoe.PersonID)
}

// TestShare_neverTheSupervisor holds the one who reads a case without names apart
// from those who know them, both ways.
func TestShare_neverTheSupervisor(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	sam := p.Therapist(t, "sam")
	share := func() error {
		return p.ShareCase(ctx, p.Owner, c.CaseID, models.ShareInput{Therapist: sam.PersonID})
	}
	until := week2
	supervise := func() error {
		return p.Supervise(ctx, p.Owner, c.CaseID, models.SuperviseInput{Supervisor: sam.PersonID, Until: until})
	}
	must(t, supervise())
	wantField(t, share(), "therapist")
	on(p, "2026-03-10") // her last day is over
	must(t, share())
	until = week5
	wantField(t, supervise(), "supervisor")
	list, _, err := p.Shares(ctx, p.Owner, c.CaseID)
	must(t, err)
	must(t, p.EndShare(ctx, p.Owner, c.CaseID, list[0].ID, models.Submission{}))
	on(p, week1)
	must(t, supervise())
}

// TestShare_andHandover gives a case to whoever worked with it: her share has
// ended, and another one’s stands.
func TestShare_andHandover(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	sam, zoe := p.Therapist(t, "sam"), p.Therapist(t, "zoe")
	for _, v := range []models.Viewer{sam, zoe} {
		must(t, p.ShareCase(ctx, p.Owner, c.CaseID, models.ShareInput{Therapist: v.PersonID}))
	}
	must(t, p.HandOver(ctx, p.Owner, c.CaseID, models.HandOverInput{To: sam.PersonID, On: week1, Reason: "Leave."}))
	for v, want := range map[models.Viewer]models.Right{sam: models.Own, zoe: models.Shared} {
		if k, err := p.Case(ctx, v, c.CaseID); err != nil || k.Right != want || k.Therapist != "Dr sam" {
			t.Errorf("%s: %q, %v", v.Name, k.Right, err)
		}
	}
	must(t, p.HandOver(ctx, sam, c.CaseID, models.HandOverInput{To: p.Owner.PersonID, On: week1, Reason: "Back."}))
	c2 := *c
	wantShut(t, p, sam, &c2, zoe.PersonID)
}
