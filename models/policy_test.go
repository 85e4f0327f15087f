package models_test

import (
	"context"
	"testing"

	"enough/models"
	"enough/models/modelstest"
)

// TestPolicy_noSecrets holds that with it nobody comes in to the partner's side, by
// whatever way, and that without it she comes in as before.
func TestPolicy_noSecrets(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	p := modelstest.Open(t)
	c := p.Couple(t, p.Owner, "ada").Start(t)
	token, _, err := p.StartSession(ctx, c.Partner)
	must(t, err)
	waiting := p.Couple(t, p.Owner, "bob")
	code, err := p.InviteTo(ctx, p.Owner, waiting.CaseID, models.Partner)
	must(t, err)
	set := func(policy, version string) {
		t.Helper()
		must(t, p.ChangePractice(ctx, p.Owner, models.PracticeInput{Name: "n", Zone: "Europe/Belgrade", Office: "Test Office", Emergency: "e", Policy: policy, Version: version}))
	}
	set("no_secrets", "1")
	if v, err := p.Authenticate(ctx, token); err != nil || v.Known() {
		t.Errorf("her session goes on: %v %v", v, err)
	}
	who, err := p.SignIn(ctx, models.Origin{}, "ada-partner", modelstest.Passphrase)
	must(t, err)
	if _, _, err := p.StartSession(ctx, who); models.KindOf(err) != models.Invalid {
		t.Errorf("she signs in: %v", err)
	}
	if _, err := p.InviteTo(ctx, p.Owner, c.CaseID, models.Partner); models.KindOf(err) != models.Conflict {
		t.Errorf("a code is made for her: %v", err)
	}
	if _, err := p.Join(ctx, models.JoinInput{Code: code, Credentials: models.CredentialsInput{SignIn: "eve", Passphrase: modelstest.Passphrase, Again: modelstest.Passphrase}}); models.KindOf(err) != models.Invalid {
		t.Errorf("a code of before lets somebody in: %v", err)
	}
	if err := p.SubmitPartnerReport(ctx, c.Partner, models.PartnerReportInput{Week: string(p.Week()), Tension: "4"}); models.KindOf(err) != models.NotFound {
		t.Errorf("a report on its way is kept: %v", err)
	}
	if _, _, err := p.StartSession(ctx, c.Client); err != nil {
		t.Errorf("he is kept out too: %v", err)
	}
	set("limited", "2")
	if _, _, err := p.StartSession(ctx, who); err != nil {
		t.Errorf("she is kept out for good: %v", err)
	}
}
