package models_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"enough/models"
	"enough/models/modelstest"
)

func join(p *modelstest.Practice, code, signin, passphrase string) (models.Viewer, error) {
	return p.Join(ctx, models.JoinInput{Code: code, Credentials: models.CredentialsInput{SignIn: signin, Passphrase: passphrase, Again: passphrase}})
}

// invited opens a case whose people have not joined.
func invited(t testing.TB) (p *modelstest.Practice, caseID string) {
	t.Helper()
	p = modelstest.Open(t)
	caseID, err := p.OpenCase(ctx, p.Owner, models.OpenCaseInput{ClientName: "Al", PartnerName: "Bo", ClientPronoun: "he", PartnerPronoun: "she", Children: "no"})
	must(t, err)
	return p, caseID
}

func code(t testing.TB, p *modelstest.Practice, caseID string, role models.Role) string {
	t.Helper()
	code, err := p.InviteTo(ctx, p.Owner, caseID, role)
	must(t, err)
	return code
}

func TestInvitation_keptHashedAndUsedOnce(t *testing.T) {
	t.Parallel()
	p, id := invited(t)
	c := code(t, p, id, models.Partner)
	plain := strings.ReplaceAll(c, "-", "")
	wantLook(t, p, "0", `SELECT count(*) FROM invitations WHERE code_hash IN ($1, $2) OR code_hash LIKE '%' || $2 || '%'`, c, plain)
	if len(plain) != 20 {
		t.Errorf("the code %q has not 100 bits", c)
	}
	_, unknown := join(p, "AAAA-BBBB-CCCC-DDDD-EEEE", "bo", modelstest.Passphrase)
	wantField(t, unknown, "code")
	// Typed small, with spaces, as it was read aloud.
	v, err := join(p, " "+strings.ToLower(strings.ReplaceAll(c, "-", " "))+"\n", "bo", modelstest.Passphrase)
	if err != nil || v.Role != models.Partner || v.Name != "Bo" {
		t.Fatalf("joined as %+v, %v", v, err)
	}
	_, used := join(p, c, "bo2", modelstest.Passphrase)
	wantSame(t, used, unknown)
	for _, empty := range []string{"", " ", "-", look(t, p, `SELECT code_hash FROM invitations WHERE person_id = $1`, v.PersonID)} {
		_, err := join(p, empty, "bo3", modelstest.Passphrase)
		wantSame(t, err, unknown)
	}
	if who, err := p.SignIn(ctx, models.Origin{}, "bo", modelstest.Passphrase); err != nil || who.PersonID != v.PersonID {
		t.Errorf("signs in as %+v, %v", who, err)
	}
}

func TestInvitation_usedOnceAtOnce(t *testing.T) {
	t.Parallel()
	p, id := invited(t)
	c := code(t, p, id, models.Client)
	var wg sync.WaitGroup
	errs := make([]error, 20)
	for i := range errs {
		wg.Go(func() { _, errs[i] = join(p, c, "al"+strings.Repeat("x", i), modelstest.Passphrase) })
	}
	wg.Wait()
	joined := 0
	for _, err := range errs {
		if err == nil {
			joined++
		}
	}
	if joined != 1 {
		t.Errorf("the code worked %d times", joined)
	}
}

func TestInvitation_expires(t *testing.T) {
	t.Parallel()
	for role, lasts := range map[models.Role]time.Duration{models.Client: 72 * time.Hour, models.Partner: 30 * time.Minute} {
		t.Run(string(role), func(t *testing.T) {
			t.Parallel()
			p, id := invited(t)
			c := code(t, p, id, role)
			later(p, lasts)
			_, unknown := join(p, "AAAA-BBBB-CCCC-DDDD-EEEE", "bo", modelstest.Passphrase)
			_, expired := join(p, c, "bo", modelstest.Passphrase)
			wantSame(t, expired, unknown)
			later(p, -time.Second)
			if _, err := join(p, c, "bo", modelstest.Passphrase); err != nil {
				t.Errorf("a second before its end: %v", err)
			}
		})
	}
}

func TestInvitation_newCodeKillsTheOld(t *testing.T) {
	t.Parallel()
	p, id := invited(t)
	old, partner := code(t, p, id, models.Client), code(t, p, id, models.Partner)
	young := code(t, p, id, models.Client)
	_, unknown := join(p, "AAAA-BBBB-CCCC-DDDD-EEEE", "al", modelstest.Passphrase)
	_, err := join(p, old, "al", modelstest.Passphrase)
	wantSame(t, err, unknown)
	if _, err := join(p, young, "al", modelstest.Passphrase); err != nil {
		t.Errorf("the new code: %v", err)
	}
	if _, err := join(p, partner, "bo", modelstest.Passphrase); err != nil {
		t.Errorf("the partner's code: %v", err)
	}
}

func TestJoin_againEndsTheSessions(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	token := signIn(t, p, c.Client)
	again := code(t, p, c.CaseID, models.Client)
	if !who(t, p, token).Known() {
		t.Error("making a code ended the session")
	}
	if _, err := join(p, again, "ann-client", "another passphrase"); err != nil {
		t.Fatal(err)
	}
	if who(t, p, token).Known() {
		t.Error("the old session goes on after a new passphrase")
	}
	if _, err := p.SignIn(ctx, models.Origin{}, "ann-client", modelstest.Passphrase); err == nil {
		t.Error("the old passphrase still works")
	}
	if _, err := p.SignIn(ctx, models.Origin{}, "ann-client", "another passphrase"); err != nil {
		t.Error(err)
	}
}

func TestJoin_credentials(t *testing.T) {
	t.Parallel()
	p, id := invited(t)
	therapist, err := p.AddTherapist(ctx, p.Owner, "Dr Two", models.Submission{})
	must(t, err)
	client, partner := code(t, p, id, models.Client), code(t, p, id, models.Partner)
	for _, row := range []struct {
		name, code, signin, passphrase, again, field string
	}{
		{"a client's passphrase one character short", client, "al", "1234567", "1234567", "passphrase"},
		{"a partner's passphrase one character short", partner, "bo", "äöüäöüä", "äöüäöüä", "passphrase"},
		{"a therapist's passphrase one character short", therapist, "two", "12345678901234", "12345678901234", "passphrase"},
		{"a passphrase that is too long", client, "al", strings.Repeat("x", 201), strings.Repeat("x", 201), "passphrase"},
		{"a passphrase that is no text", client, "al", "\xff\xfe12345678", "\xff\xfe12345678", "passphrase"},
		{"two passphrases that differ", client, "al", "12345678", "12345679", "again"},
		{"no sign-in name", client, " ", "12345678", "12345678", "signin"},
		{"a sign-in name in two words", client, "a l", "12345678", "12345678", "signin"},
		{"a sign-in name that is too long", client, strings.Repeat("x", 61), "12345678", "12345678", "signin"},
		{"a sign-in name that another therapist has", therapist, "VERA", "123456789012345", "123456789012345", "signin"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := p.Join(ctx, models.JoinInput{Code: row.code,
				Credentials: models.CredentialsInput{SignIn: row.signin, Passphrase: row.passphrase, Again: row.again}})
			wantField(t, err, row.field)
		})
	}
	// None of that used up a code, and the shortest and the longest are good.
	for _, in := range [][3]string{{client, "al", "12345678"}, {partner, "bo", strings.Repeat("é", 200)}, {therapist, "two", "123456789012345"}} {
		if _, err := join(p, in[0], in[1], in[2]); err != nil {
			t.Errorf("%s: %v", in[1], err)
		}
		if _, err := p.SignIn(ctx, models.Origin{}, in[1], in[2]); err != nil {
			t.Errorf("%s cannot sign in: %v", in[1], err)
		}
	}
}

func TestAddTherapist_ownerAlone(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	for _, v := range []models.Viewer{{}, p.Therapist(t, "other"), c.Client, c.Partner} {
		_, err := p.AddTherapist(ctx, v, "Dr Two", models.Submission{})
		wantKind(t, err, models.Forbidden)
	}
	_, err := p.AddTherapist(ctx, p.Owner, " ", models.Submission{})
	wantField(t, err, "name")
	list, err := p.Therapists(ctx, p.Owner)
	if err != nil || len(list) != 2 {
		t.Errorf("the therapists are %+v, %v", list, err)
	}
}

func setUp(token string) models.SetUpInput {
	return models.SetUpInput{Token: token, OwnerName: "Dr Vera", Practice: models.PracticeInput{Name: "P", Zone: "UTC", Office: "O", Emergency: "E"},
		Credentials: models.CredentialsInput{SignIn: "vera", Passphrase: modelstest.Passphrase, Again: modelstest.Passphrase}}
}

func TestSetUp_once(t *testing.T) {
	t.Parallel()
	db, _, clock := modelstest.Empty(t)
	_, unknown := db.SetUp(ctx, setUp("x"))
	wantField(t, unknown, "code")
	_, err := db.Practice(ctx)
	wantKind(t, err, models.NotFound)
	old, err := db.SetUpToken(ctx)
	must(t, err)
	token, err := db.SetUpToken(ctx)
	must(t, err)
	_, err = db.SetUp(ctx, setUp(old))
	wantSame(t, err, unknown)
	clock.Set(clock.Now().Add(24 * time.Hour))
	_, err = db.SetUp(ctx, setUp(token))
	wantSame(t, err, unknown)
	if open, err := db.SetUpOpen(ctx, token); open || err != nil {
		t.Errorf("after a day it is open: %t, %v", open, err)
	}
	clock.Set(clock.Now().Add(-time.Second))
	if open, err := db.SetUpOpen(ctx, token); !open || err != nil {
		t.Errorf("within its day it is open: %t, %v", open, err)
	}
	v, err := db.SetUp(ctx, setUp(token))
	if err != nil || !v.Owner || v.Role != models.Therapist {
		t.Fatalf("set up by %+v, %v", v, err)
	}
	_, err = db.SetUp(ctx, setUp(token))
	wantSame(t, err, unknown)
	if again, err := db.SetUpToken(ctx); again != "" || err != nil {
		t.Errorf("a practice that is there gives a secret again: %q, %v", again, err)
	}
}

func TestSetUp_takesNoOtherCode(t *testing.T) {
	t.Parallel()
	p, id := invited(t)
	_, unknown := p.SetUp(ctx, setUp("x"))
	c := code(t, p, id, models.Client)
	_, err := p.SetUp(ctx, setUp(strings.ReplaceAll(c, "-", "")))
	wantSame(t, err, unknown)
	if _, err := join(p, c, "al", modelstest.Passphrase); err != nil {
		t.Errorf("the code was used up: %v", err)
	}
}

// A name that somebody of another role has is free: nobody learns by trying who
// has joined.
func TestJoin_namesOfOtherRolesAreFree(t *testing.T) {
	t.Parallel()
	p, c := baseline(t)
	id, err := p.OpenCase(ctx, p.Owner, models.OpenCaseInput{ClientName: "Al", PartnerName: "Bo", ClientPronoun: "he", PartnerPronoun: "she", Children: "no"})
	must(t, err)
	const taken = "ann-partner"
	v, err := join(p, code(t, p, id, models.Client), taken, "12345678")
	must(t, err)
	if got, err := p.SignIn(ctx, models.Origin{}, taken, "12345678"); err != nil || got.PersonID != v.PersonID {
		t.Errorf("the client signs in as %+v, %v", got, err)
	}
	if got, err := p.SignIn(ctx, models.Origin{}, taken, modelstest.Passphrase); err != nil || got.PersonID != c.Partner.PersonID {
		t.Errorf("the partner signs in as %+v, %v", got, err)
	}
}
