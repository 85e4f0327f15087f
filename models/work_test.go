package models_test

import (
	"testing"
	"time"

	"enough/models"
)

// TestWork_ownAlone counts a therapist's own cases and nobody else's, by the last
// decision, and by how she felt.
func TestWork_ownAlone(t *testing.T) {
	t.Parallel()
	p, c := concluded(t)
	other := p.Couple(t, p.Therapist(t, "wim"), "bea")
	work := func(v models.Viewer) models.Work {
		t.Helper()
		w, err := p.Work(ctx, v)
		must(t, err)
		return w
	}
	if w := work(c.Therapist); w.Cases != 0 || w.Open != 1 || w.Seen != 0 || len(w.Unsupervised) != 1 {
		t.Errorf("at first it is %+v", w)
	}
	in := decision(t, p, c)
	in.Choice, in.Because = "stop_no_benefit", "Heard alone."
	must(t, p.Decide(ctx, p.Owner, c.Experiment, in))
	if w := work(c.Therapist); w.Cases != 0 {
		t.Errorf("while the experiment runs it is %+v", w)
	}
	must(t, p.EndExperiment(ctx, p.Owner, c.Experiment, models.EndInput{LastWeek: string(models.LastWeekNow(models.DayOf(p.Now(), time.UTC))), Reason: "Over."}))
	for i, felt := range []string{"criticised", "criticised", "fine"} {
		must(t, p.KeepResponse(ctx, c.Therapist, c.CaseID, models.ResponseInput{Felt: felt, Submission: sub(string(rune('a' + i)))}))
	}
	w := work(c.Therapist)
	if w.Cases != 1 || w.Concluded["stop_no_benefit"] != 1 || w.Seen != 1 || w.Felt["criticised"] != 1 || w.Felt["fine"] != 1 || len(w.Unsupervised) != 0 {
		t.Errorf("then it is %+v", w)
	}
	if w := work(other.Therapist); w.Cases != 0 || w.Open != 1 || w.Seen != 0 || len(w.Felt) != 0 {
		t.Errorf("a colleague's is %+v", w)
	}
	later(p, 57*24*time.Hour)
	if w := work(c.Therapist); w.Cases != 1 || w.Seen != 0 {
		t.Errorf("eight weeks later it is %+v", w)
	}
	for _, v := range []models.Viewer{c.Client, c.Partner} {
		if _, err := p.Work(ctx, v); models.KindOf(err) != models.Forbidden {
			t.Errorf("%s: %v", v.Role, err)
		}
	}
}

// TestResponses_herOwnAlone: whoever has the case later does not read how the one
// before her felt.
func TestResponses_herOwnAlone(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	wim := p.Therapist(t, "wim")
	must(t, p.KeepResponse(ctx, c.Therapist, c.CaseID, models.ResponseInput{Felt: "afraid", Submission: sub("a")}))
	must(t, p.KeepResponse(ctx, c.Therapist, c.CaseID, models.ResponseInput{Felt: "afraid", Submission: sub("a")})) // sent twice
	wantField(t, p.KeepResponse(ctx, c.Therapist, c.CaseID, models.ResponseInput{Felt: "well"}), "felt")
	if err := p.KeepResponse(ctx, wim, c.CaseID, models.ResponseInput{Felt: "fine"}); models.KindOf(err) != models.NotFound {
		t.Errorf("somebody else notes: %v", err)
	}
	own, err := p.Responses(ctx, c.Therapist, c.CaseID)
	if err != nil || len(own) != 1 || own[0].Felt != "afraid" {
		t.Errorf("she reads %+v, %v", own, err)
	}
	if _, err := p.Responses(ctx, wim, c.CaseID); models.KindOf(err) != models.NotFound {
		t.Errorf("somebody else reads: %v", err)
	}
	v := p.Owner
	v.Unlocked = true
	must(t, p.HandOver(ctx, v, c.CaseID, models.HandOverInput{To: wim.PersonID, On: string(models.DayOf(p.Now(), time.UTC)), Reason: "On leave.", Submission: sub("h")}))
	if hers, err := p.Responses(ctx, wim, c.CaseID); err != nil || len(hers) != 0 {
		t.Errorf("the next therapist reads %+v, %v", hers, err)
	}
}

// TestWork_supervised: a talk with a supervisor, or a grant, is supervision for eight
// weeks.
func TestWork_supervised(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	due := func(want int) {
		t.Helper()
		w, err := p.Work(ctx, p.Owner)
		must(t, err)
		if len(w.Unsupervised) != want {
			t.Errorf("on %s due are %d", models.DayOf(p.Now(), time.UTC), len(w.Unsupervised))
		}
	}
	due(0)
	later(p, 28*24*time.Hour)
	due(1)
	must(t, p.Write(ctx, p.Owner, c.CaseID, models.LogInput{Kind: "contact", What: "supervisor", On: string(models.DayOf(p.Now(), time.UTC)), Submission: sub("s")}))
	due(0)
	later(p, 56*24*time.Hour)
	due(0)
	later(p, 24*time.Hour)
	due(1)
}
