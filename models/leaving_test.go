package models_test

import (
	"fmt"
	"testing"

	"enough/models"
)

func TestEndTherapist_leavesNoWayIn(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	sam := p.Therapist(t, "sam")
	own := p.Couple(t, sam, "eve")
	p.SecondFactor(t, sam)
	token := signIn(t, p, sam)
	code, err := p.InviteTherapist(ctx, p.Owner, sam.PersonID)
	must(t, err)
	must(t, p.ShareCase(ctx, p.Owner, c.CaseID, models.ShareInput{Therapist: sam.PersonID}))
	must(t, p.Supervise(ctx, p.Owner, p.Couple(t, p.Owner, "una").CaseID, models.SuperviseInput{Supervisor: sam.PersonID, Until: week5}))
	nameDeputy(t, p.DB, p.Owner, p.Owner.PersonID, sam.PersonID)
	nameDeputy(t, p.DB, p.Owner, sam.PersonID, p.Owner.PersonID)
	for _, v := range []models.Viewer{sam, c.Client, c.Partner, {}} {
		wantKind(t, p.EndTherapist(ctx, v, p.Owner.PersonID, sub("x")), models.Forbidden)
	}
	for _, id := range []string{"", "nobody", p.Owner.PersonID, c.Client.PersonID} {
		wantKind(t, p.EndTherapist(ctx, p.Owner, id, sub("x")), models.Conflict)
	}
	before := auditRows(t, p)
	sendOften(t, p, func() error { return p.EndTherapist(ctx, p.Owner, sam.PersonID, sub("a")) })
	if got, want := trailOf(t, p, before), fmt.Sprintf("%s therapist access ended  %s done", p.Owner.PersonID, sam.PersonID); got != want {
		t.Errorf("the trail says %q, wanted %q", got, want)
	}
	if v, err := p.Authenticate(ctx, token); err != nil || v.Known() {
		t.Errorf("the session goes on: %+v, %v", v, err)
	}
	if _, err := p.Join(ctx, models.JoinInput{Code: code, Credentials: models.CredentialsInput{SignIn: "sam", Passphrase: "correct horse battery", Again: "correct horse battery"}}); models.KindOf(err) != models.Invalid {
		t.Errorf("the code lets her in: %v", err)
	}
	if _, err := p.SignIn(ctx, models.Origin{}, "sam", "correct horse battery"); models.KindOf(err) != models.Invalid {
		t.Errorf("the passphrase lets her in: %v", err)
	}
	wantLook(t, p, "0 0 0 0 0", `SELECT (SELECT count(*) FROM sessions WHERE person_id = $1), (SELECT count(*) FROM authenticators WHERE person_id = $1), (SELECT count(*) FROM recovery_codes WHERE person_id = $1),
		(SELECT count(*) FROM case_shares WHERE ended_at IS NULL), (SELECT count(*) FROM supervisions WHERE ended_at IS NULL)`, sam.PersonID)
	members, err := p.Members(ctx, p.Owner)
	must(t, err)
	for _, m := range members {
		if m.ID == sam.PersonID && (m.Joined || m.AccessEnded != week1 || !m.HasCases || m.DeputyID != p.Owner.PersonID) || m.ID == p.Owner.PersonID && m.DeputyID != "" {
			t.Errorf("%+v", m)
		}
	}
	// Her case is watched over until it is handed over: her deputy comes in by a flag.
	must(t, p.RaiseFlag(ctx, sam, own.CaseID, models.FlagInput{Kind: "threat", What: "By telephone."}))
	if k, err := p.Case(ctx, p.Owner, own.CaseID); err != nil || k.Right != models.StandIn {
		t.Errorf("%q, %v", k.Right, err)
	}
	// Nothing can be given to her any more.
	wantField(t, p.ShareCase(ctx, p.Owner, c.CaseID, models.ShareInput{Therapist: sam.PersonID}), "therapist")
	wantField(t, p.HandOver(ctx, p.Owner, c.CaseID, models.HandOverInput{To: sam.PersonID, On: week1, Reason: "Hers."}), "to")
	// A new code lets her come back, with nothing of the others'.
	_, err = p.InviteTherapist(ctx, p.Owner, sam.PersonID)
	must(t, err)
	wantLook(t, p, "<nil>", `SELECT access_ended_on FROM people WHERE id = $1`, sam.PersonID)
}

func TestHandOverAll_movesEveryCase(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	sam, zoe := p.Therapist(t, "sam"), p.Therapist(t, "zoe")
	var hers []string
	for i, name := range []string{"eve", "una", "ida"} {
		own := p.Couple(t, sam, name)
		hers = append(hers, own.CaseID)
		if i == 0 {
			must(t, closeCase(p, own, "c"))
		}
	}
	must(t, p.ShareCase(ctx, sam, hers[1], models.ShareInput{Therapist: zoe.PersonID}))
	all := func(v models.Viewer, from, to, reason, id string) error {
		return p.HandOverAll(ctx, v, models.HandOverAllInput{From: from, To: to, Reason: reason, Submission: sub(id)})
	}
	for _, v := range []models.Viewer{sam, c.Client, c.Partner, {}} {
		wantKind(t, all(v, sam.PersonID, zoe.PersonID, "Left.", "x"), models.Forbidden)
	}
	wantKind(t, all(p.Owner, "nobody", zoe.PersonID, "Left.", "x"), models.Conflict)
	wantConflict(t, all(p.Owner, zoe.PersonID, sam.PersonID, "Left.", "x"), "no case to hand over")
	for _, to := range []string{"", "nobody", sam.PersonID, c.Client.PersonID} {
		wantField(t, all(p.Owner, sam.PersonID, to, "Left.", "x"), "to")
	}
	wantField(t, all(p.Owner, sam.PersonID, zoe.PersonID, " ", "x"), "reason")
	must(t, p.EndTherapist(ctx, p.Owner, sam.PersonID, sub("e")))
	sendOften(t, p, func() error { return all(p.Owner, sam.PersonID, zoe.PersonID, "She has left.", "a") })
	wantLook(t, p, "3 3 3 0", `SELECT (SELECT count(*) FROM handovers WHERE from_id = $1 AND to_id = $2), (SELECT count(*) FROM cases WHERE therapist_id = $2),
		(SELECT count(*) FROM audit WHERE action = 'case handed over' AND object_id = $2), (SELECT count(*) FROM case_shares WHERE ended_at IS NULL)`, sam.PersonID, zoe.PersonID)
	for _, id := range hers {
		list, err := p.Handovers(ctx, zoe, id)
		must(t, err)
		if len(list) != 1 || list[0].Reason != "She has left." || list[0].From != "Dr sam" || list[0].To != "Dr zoe" {
			t.Errorf("%+v", list)
		}
		_, err = p.Case(ctx, sam, id)
		wantKind(t, err, models.NotFound)
		_, err = p.Case(ctx, p.Owner, id)
		wantKind(t, err, models.NotFound)
	}
	if k, err := p.Case(ctx, zoe, hers[0]); err != nil || k.Closed.On == "" {
		t.Errorf("the closed case: %+v, %v", k.Closed, err)
	}
	wantLook(t, p, "0 0", `SELECT (SELECT count(*) FROM client_notices), (SELECT count(*) FROM partner_notices)`)
}
