package models_test

import (
	"fmt"
	"testing"

	"enough/models"
)

func nameDeputy(t testing.TB, db *models.DB, owner models.Viewer, person, deputy string) {
	t.Helper()
	must(t, db.NameDeputy(ctx, owner, models.DeputyInput{Person: person, Deputy: deputy}))
}

// TestDeputy_comesInWithARedFlagAlone raises flags of all levels: a red one that is
// kept lets the deputy in, to its case and no other, and with its last one she is
// out again.
func TestDeputy_comesInWithARedFlagAlone(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	sam, zoe := p.Therapist(t, "sam"), p.Therapist(t, "zoe")
	calm := p.Couple(t, p.Owner, "eve")
	nameDeputy(t, p.DB, p.Owner, p.Owner.PersonID, sam.PersonID)
	wantShut(t, p, sam, c, zoe.PersonID)
	amber := report(week6)
	amber.Safe = "not_always"
	on(p, week7)
	must(t, p.SubmitPartnerReport(ctx, c.Partner, amber))
	if level := models.OpenLevel(flagsOf(t, p, c)); level != models.Amber {
		t.Fatalf("the flag is %q", level)
	}
	wantShut(t, p, sam, c, zoe.PersonID)
	for _, what := range []string{"violence", "threat"} {
		must(t, p.RaiseFlag(ctx, p.Owner, c.CaseID, models.FlagInput{Kind: what, What: "Said so."}))
	}
	wantKept(t, p, sam, c, zoe.PersonID, models.StandIn)
	_, err := p.Case(ctx, sam, calm.CaseID)
	wantKind(t, err, models.NotFound)
	wantShut(t, p, zoe, c, sam.PersonID)
	if list, err := p.Cases(ctx, sam); err != nil || len(list) != 1 || list[0].ID != c.CaseID || list[0].Right != models.StandIn || list[0].Therapist != "Dr Vera Test" {
		t.Errorf("%+v, %v", list, err)
	}
	// With another deputy she is out, and with none.
	nameDeputy(t, p.DB, p.Owner, p.Owner.PersonID, zoe.PersonID)
	wantShut(t, p, sam, c, zoe.PersonID)
	nameDeputy(t, p.DB, p.Owner, p.Owner.PersonID, "")
	wantShut(t, p, zoe, c, sam.PersonID)
	nameDeputy(t, p.DB, p.Owner, p.Owner.PersonID, sam.PersonID)
	// Whose share it is has it by that, whatever flag is open.
	must(t, p.ShareCase(ctx, p.Owner, c.CaseID, models.ShareInput{Therapist: sam.PersonID}))
	wantKept(t, p, sam, c, zoe.PersonID, models.Shared)
	if list, err := p.Cases(ctx, sam); err != nil || len(list) != 1 || list[0].Right != models.Shared {
		t.Errorf("%+v, %v", list, err)
	}
	shares, _, err := p.Shares(ctx, p.Owner, c.CaseID)
	must(t, err)
	must(t, p.EndShare(ctx, p.Owner, c.CaseID, shares[0].ID, models.Submission{}))
	// She closes the two herself. The form of the last one, sent again, is answered as before.
	closed := 0
	for _, f := range flagsOf(t, p, c) {
		if f.Level() != models.Red {
			continue
		}
		closed++
		in := models.FlagInput{Rule: f.Rule, Week: string(f.Week), Said: f.Said, Reason: "Spoken with alone.", Submission: sub(fmt.Sprint("f", closed))}
		sendOften(t, p, func() error { return p.CloseFlag(ctx, sam, c.CaseID, in) })
		if closed == 1 {
			wantKept(t, p, sam, c, zoe.PersonID, models.StandIn)
		}
	}
	wantShut(t, p, sam, c, zoe.PersonID)
	if closed != 2 {
		t.Errorf("%d flags were red", closed)
	}
	// A case handed to another therapist is her deputy's, and no more Vera's deputy's.
	must(t, p.RaiseFlag(ctx, p.Owner, c.CaseID, models.FlagInput{Kind: "weapon", What: "Said so."}))
	must(t, p.HandOver(ctx, p.Owner, c.CaseID, models.HandOverInput{To: zoe.PersonID, On: week7, Reason: "Leave."}))
	wantShut(t, p, sam, c, p.Owner.PersonID)
	nameDeputy(t, p.DB, p.Owner, zoe.PersonID, p.Owner.PersonID)
	if k, err := p.Case(ctx, p.Owner, c.CaseID); err != nil || k.Right != models.StandIn || k.Therapist != "Dr zoe" {
		t.Errorf("%q, %v", k.Right, err)
	}
}

func TestDeputy_isNamedByTheOwner(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	sam := p.Therapist(t, "sam")
	_, err := p.AddTherapist(ctx, p.Owner, "Dr not joined", models.Submission{})
	must(t, err)
	waits := look(t, p, `SELECT id FROM people WHERE role = 'therapist' AND signin IS NULL`)
	name := func(v models.Viewer, person, deputy, id string) error {
		return p.NameDeputy(ctx, v, models.DeputyInput{Person: person, Deputy: deputy, Submission: sub(id)})
	}
	for _, v := range []models.Viewer{sam, c.Client, c.Partner, {}} {
		wantKind(t, name(v, sam.PersonID, p.Owner.PersonID, "a"), models.Forbidden)
		_, err := p.Members(ctx, v)
		wantKind(t, err, models.Forbidden)
	}
	for _, deputy := range []string{"nobody", sam.PersonID, c.Client.PersonID, waits} {
		wantField(t, name(p.Owner, sam.PersonID, deputy, "a"), "deputy")
	}
	wantKind(t, name(p.Owner, c.Client.PersonID, sam.PersonID, "a"), models.Conflict)
	before := auditRows(t, p)
	sendOften(t, p, func() error { return name(p.Owner, sam.PersonID, p.Owner.PersonID, "b") })
	if got, want := trailOf(t, p, before), fmt.Sprintf("%s therapist deputy named  %s done", p.Owner.PersonID, sam.PersonID); got != want {
		t.Errorf("the trail says %q, wanted %q", got, want)
	}
	list, err := p.Members(ctx, p.Owner)
	must(t, err)
	got := ""
	for _, m := range list {
		got += fmt.Sprint(m.Name, " ", m.DeputyID == p.Owner.PersonID, " ", m.HasCases, " ", m.Joined, ", ")
	}
	if want := "Dr Vera Test false true true, Dr not joined false false false, Dr sam true false true, "; got != want {
		t.Errorf("%q, wanted %q", got, want)
	}
}
