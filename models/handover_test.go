package models_test

import (
	"fmt"
	"testing"

	"enough/models"
)

func TestHandOver_movesTheCase(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	sam, zoe := p.Therapist(t, "sam"), p.Therapist(t, "zoe")
	_, err := p.AddTherapist(ctx, p.Owner, "Dr not joined", models.Submission{})
	must(t, err)
	waits := look(t, p, `SELECT id FROM people WHERE role = 'therapist' AND signin IS NULL`)
	for _, v := range []models.Viewer{sam, zoe} {
		must(t, p.Supervise(ctx, p.Owner, c.CaseID, models.SuperviseInput{Supervisor: v.PersonID, Until: "2026-06-01"}))
	}
	today := string(models.DayOf(p.Now(), p.Now().Location()))
	good := models.HandOverInput{To: sam.PersonID, On: today, Reason: "On leave from May.", ClientText: "To him.", PartnerText: "To her.", Submission: sub("a")}
	for field, values := range map[string][]string{"to": {"", "nobody", p.Owner.PersonID, c.Client.PersonID, waits}, "on": {"", "2031-01-01", "2020-01-01", "x"}, "reason": {"", " "}} {
		for _, value := range values {
			in := good
			*map[string]*string{"to": &in.To, "on": &in.On, "reason": &in.Reason}[field] = value
			wantField(t, p.HandOver(ctx, p.Owner, c.CaseID, in), field)
		}
	}
	for _, v := range []models.Viewer{sam, c.Client, c.Partner, {}} {
		wantKind(t, p.HandOver(ctx, v, c.CaseID, good), models.NotFound)
	}
	before := auditRows(t, p)
	sendOften(t, p, func() error { return p.HandOver(ctx, p.Owner, c.CaseID, good) })
	if got, want := trailOf(t, p, before), fmt.Sprintf("%s therapist case handed over %s %s done", p.Owner.PersonID, c.CaseID, sam.PersonID); got != want {
		t.Errorf("the trail says %q, wanted %q", got, want)
	}
	opens := func(v models.Viewer) (err error) {
		if _, err = p.Case(ctx, v, c.CaseID); err == nil {
			_, _, err = p.Experiment(ctx, v, c.Experiment)
		}
		return err
	}
	wantKind(t, opens(p.Owner), models.NotFound)
	wantKind(t, p.CloseFlag(ctx, p.Owner, c.CaseID, models.FlagInput{}), models.NotFound)
	must(t, opens(sam))
	for v, want := range map[models.Viewer]int{p.Owner: 0, sam: 1} {
		if list, err := p.Cases(ctx, v); err != nil || len(list) != want {
			t.Errorf("%s has %d cases, %v", v.Name, len(list), err)
		}
	}
	if list, err := p.Handovers(ctx, sam, c.CaseID); err != nil || len(list) != 1 || list[0] != (models.Handover{On: models.Day(today), From: "Dr Vera Test", To: "Dr sam", Reason: "On leave from May."}) {
		t.Errorf("%+v, %v", list, err)
	}
	// Who has the case reads it with all names; the other one's grant stands.
	for v, want := range map[models.Viewer]models.Kind{sam: models.NotFound, zoe: 0, p.Owner: models.NotFound} {
		if _, err := p.SupervisedCase(ctx, v, c.CaseID); models.KindOf(err) != want || want == 0 && err != nil {
			t.Errorf("%s reads it without names: %v", v.Name, err)
		}
	}
	_, err = p.Handovers(ctx, p.Owner, c.CaseID)
	wantKind(t, err, models.NotFound)
	wantLook(t, p, "To him.", `SELECT body FROM client_notices`)
	wantLook(t, p, "To her.", `SELECT body FROM partner_notices`)
	good.Reason = "Another."
	wantConflict(t, p.HandOver(ctx, p.Owner, c.CaseID, good), "This form was sent before")
	// And back, with nothing told.
	must(t, p.HandOver(ctx, sam, c.CaseID, models.HandOverInput{To: p.Owner.PersonID, On: today, Reason: "Back.", ClientText: " ", Submission: sub("b")}))
	must(t, opens(p.Owner))
	wantKind(t, opens(sam), models.NotFound)
	wantLook(t, p, "1 1 2", `SELECT (SELECT count(*) FROM client_notices), (SELECT count(*) FROM partner_notices), (SELECT count(*) FROM handovers)`)
	must(t, closeCase(p, c, "c"))
	good.Submission = sub("d")
	wantKind(t, p.HandOver(ctx, p.Owner, c.CaseID, good), models.Closed)
}

// TestHandOver_asksForTheSecondFactor tries the acts of weight by a session whose
// second factor was not given lately.
func TestHandOver_asksForTheSecondFactor(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	sam := p.Therapist(t, "sam")
	must(t, p.Close())
	strict, err := models.Open(models.Options{File: p.File, Now: p.Clock.Now, CheapPassphrases: true})
	must(t, err)
	t.Cleanup(func() { must(t, strict.Close()) })
	for _, stepped := range []bool{false, true} {
		v := p.Owner
		v.Unlocked = stepped
		for name, err := range map[string]error{
			"hand over":     strict.HandOver(ctx, v, c.CaseID, models.HandOverInput{To: sam.PersonID, On: week1, Reason: "Leave."}),
			"hand all over": strict.HandOverAll(ctx, v, models.HandOverAllInput{From: sam.PersonID, To: p.Owner.PersonID, Reason: "Leave."}),
			"a leaver":      strict.EndTherapist(ctx, v, sam.PersonID, models.Submission{}),
		} {
			if stepped && models.KindOf(err) != models.Invalid {
				continue
			}
			if stepped {
				t.Errorf("%s: %v", name, err)
				continue
			}
			wantField(t, err, "second")
		}
	}
}
