package models_test

import (
	"strings"
	"testing"
	"time"

	"enough/models"
	"enough/models/modelstest"
)

var form = models.Site{Host: "form.example", Origin: "https://form.example"}

func must1[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}

// withSam is a practice that asks for both factors, and has a second therapist.
func withSam(t *testing.T) (p *modelstest.Practice, sam models.Viewer) {
	t.Helper()
	p = modelstest.Open(t)
	sam = p.Therapist(t, "sam")
	reopenStrict(t, p)
	return p, sam
}

func newDevice(t *testing.T) *modelstest.Device {
	t.Helper()
	return modelstest.NewDevice(t, form.Host, form.Origin)
}

// adds adds a passkey of a device.
func adds(t *testing.T, p *modelstest.Practice, v models.Viewer, d *modelstest.Device) ([]string, error) {
	t.Helper()
	options, err := p.OfferPasskey(ctx, v, form)
	must(t, err)
	return p.AddPasskey(ctx, v, form, models.PasskeyInput{Name: "Phone", Credential: d.Make(t, options)})
}

// asked signs a person in with her passphrase, and gives what her passkeys are
// asked in that session.
func asked(t *testing.T, p *modelstest.Practice, v models.Viewer) (token, options string) {
	t.Helper()
	token = signIn(t, p, v)
	options, err := p.AskPasskey(ctx, who(t, p, token), form)
	must(t, err)
	return token, options
}

func rows(t *testing.T, p *modelstest.Practice, action, result string) string {
	t.Helper()
	return look(t, p, `SELECT count(*) FROM audit WHERE action = ? AND result = ?`, action, result)
}

// TestPasskey_standsForTheCode sets one up as the first second factor, and signs
// in with it.
func TestPasskey_standsForTheCode(t *testing.T) {
	t.Parallel()
	p, d := strict(t), newDevice(t)
	elsewhere, token := signIn(t, p, p.Owner), signIn(t, p, p.Owner)
	codes, err := adds(t, p, who(t, p, token), d)
	must(t, err)
	if v := who(t, p, token); v.Half || !v.Unlocked || len(codes) != 10 || who(t, p, elsewhere).Known() {
		t.Errorf("after her first passkey she is %+v with %d codes, and elsewhere %v", v, len(codes), who(t, p, elsewhere).Known())
	}
	for range 2 {
		token, options := asked(t, p, p.Owner)
		if !who(t, p, token).Half {
			t.Fatal("her passphrase alone let her in")
		}
		later(p, 4*time.Minute)
		must(t, p.GivePasskey(ctx, who(t, p, token), form, d.Give(t, options)))
		if v := who(t, p, token); v.Half || !v.Unlocked {
			t.Errorf("her passkey makes her %+v", v)
		}
	}
	if v, err := give(t, p, codes[0]); err != nil || v.Half {
		t.Errorf("a recovery code that came with it gives %v", err)
	}
	if v, err := give(t, p, modelstest.Code(t, "", p.Now())); models.KindOf(err) != models.Invalid || !v.Half {
		t.Errorf("the code of an authenticator that she does not have gives %v", err)
	}
	list, err := p.Passkeys(ctx, p.Owner)
	if err != nil || len(list) != 1 || list[0].Name != "Phone" || !list[0].Used.After(list[0].Made) {
		t.Errorf("she has %+v, %v", list, err)
	}
	if n := rows(t, p, "second factor given", "done"); n != "3" {
		t.Errorf("%s rows say that it was given", n)
	}
}

// TestPasskey_refused sends answers that must not be taken. None makes a session
// whole, and each leaves a row.
func TestPasskey_refused(t *testing.T) {
	t.Parallel()
	p, sam := withSam(t)
	d := newDevice(t)
	_, err := adds(t, p, who(t, p, signIn(t, p, p.Owner)), d)
	must(t, err)
	theirs := newDevice(t)
	_, err = adds(t, p, who(t, p, signIn(t, p, sam)), theirs)
	must(t, err)
	for name, answer := range map[string]func(v models.Viewer, options string) string{
		"nothing": func(models.Viewer, string) string { return "" },
		"garbage": func(models.Viewer, string) string { return `{"id":"` + strings.Repeat("A", 60000) },
		"another kind of answer": func(_ models.Viewer, o string) string {
			return newDevice(t).Make(t, strings.Replace(o, "{", `{"user":{"id":"AA"},`, 1))
		},
		"a challenge of her own":       func(models.Viewer, string) string { return d.Give(t, `{"challenge":"`+strings.Repeat("A", 43)+`"}`) },
		"the passkey of another":       func(_ models.Viewer, o string) string { return theirs.Give(t, o) },
		"one that is not kept":         func(_ models.Viewer, o string) string { return newDevice(t).Give(t, o) },
		"the question of another":      func(models.Viewer, string) string { _, o := asked(t, p, sam); return d.Give(t, o) },
		"that of another session":      func(models.Viewer, string) string { _, o := asked(t, p, p.Owner); return d.Give(t, o) },
		"a question that was long ago": func(_ models.Viewer, o string) string { later(p, 5*time.Minute); return d.Give(t, o) },
		"that for a new one": func(v models.Viewer, _ string) string {
			o, err := p.OfferPasskey(ctx, v, form)
			must(t, err)
			return d.Give(t, o)
		},
		"at another address": func(_ models.Viewer, o string) string {
			lie := *d
			lie.Origin = "https://form.example.org"
			return lie.Give(t, o)
		},
		"of another site": func(_ models.Viewer, o string) string {
			lie := *d
			lie.Host = "example"
			return lie.Give(t, o)
		},
		"without its owner": func(_ models.Viewer, o string) string {
			lie := *d
			lie.Says = modelstest.Present
			return lie.Give(t, o)
		},
		"another key for it": func(_ models.Viewer, o string) string {
			lie := newDevice(t)
			lie.ID = d.ID
			return lie.Give(t, o)
		},
	} {
		token, options := asked(t, p, p.Owner)
		v, before := who(t, p, token), rows(t, p, "second factor given", "refused")
		err := p.GivePasskey(ctx, v, form, answer(v, options))
		if models.KindOf(err) != models.Invalid || rows(t, p, "second factor given", "refused") == before {
			t.Errorf("%s: %v", name, err)
		}
		if v := who(t, p, token); v.Known() && !v.Half {
			t.Errorf("%s lets her in", name)
		}
		later(p, time.Minute)
	}
	if n := rows(t, p, "second factor given", "done"); n != "0" {
		t.Errorf("%s were taken", n)
	}
}

// TestPasskey_onceAndForward: an answer is taken once, and a passkey that counts
// back not at all.
func TestPasskey_onceAndForward(t *testing.T) {
	t.Parallel()
	p, d := strict(t), newDevice(t)
	_, err := adds(t, p, who(t, p, signIn(t, p, p.Owner)), d)
	must(t, err)
	copied := *d
	token, options := asked(t, p, p.Owner)
	answer := d.Give(t, options)
	must(t, p.GivePasskey(ctx, who(t, p, token), form, answer))
	if err := p.GivePasskey(ctx, who(t, p, token), form, answer); models.KindOf(err) != models.Invalid {
		t.Errorf("sent again it gives %v", err)
	}
	token, _ = asked(t, p, p.Owner)
	if err := p.GivePasskey(ctx, who(t, p, token), form, answer); models.KindOf(err) != models.Invalid || !who(t, p, token).Half {
		t.Errorf("in another session it gives %v", err)
	}
	token, options = asked(t, p, p.Owner)
	if err := p.GivePasskey(ctx, who(t, p, token), form, copied.Give(t, options)); models.KindOf(err) != models.Invalid || !who(t, p, token).Half {
		t.Errorf("a copy that counts as far gives %v", err)
	}
	if n := look(t, p, `SELECT count(*) FROM audit JOIN passkeys ON object_id = passkeys.id WHERE action = 'passkey counted back' AND result = 'refused' AND sign_count = 1`); n != "1" {
		t.Errorf("%s rows say that there may be a copy", n)
	}
	// A device that does not count says 0 each time.
	still := newDevice(t)
	_, err = adds(t, p, who(t, p, token), still)
	if models.KindOf(err) != models.Invalid {
		t.Errorf("who has not given her second factor adds a passkey: %v", err)
	}
	must(t, p.GivePasskey(ctx, who(t, p, token), form, d.Give(t, must1(p.AskPasskey(ctx, who(t, p, token), form)))))
	_, err = adds(t, p, who(t, p, token), still)
	must(t, err)
	for range 2 {
		still.Count = ^uint32(0)
		must(t, p.GivePasskey(ctx, who(t, p, token), form, still.Give(t, must1(p.AskPasskey(ctx, who(t, p, token), form)))))
	}
}

// TestPasskey_adding holds a new one to its form, and to who may.
func TestPasskey_adding(t *testing.T) {
	t.Parallel()
	p, sam := withSam(t)
	d := newDevice(t)
	secret, _ := p.SecondFactor(t, p.Owner)
	later(p, time.Minute)
	token := signIn(t, p, p.Owner)
	if _, err := adds(t, p, who(t, p, token), d); models.KindOf(err) != models.Invalid {
		t.Errorf("with her passphrase alone she adds one: %v", err)
	}
	if _, err := p.SetSecond(ctx, who(t, p, token), models.SecondInput{Secret: secret, Code: modelstest.Code(t, secret, p.Now())}); models.KindOf(err) != models.Invalid {
		t.Errorf("with her passphrase alone she sets another authenticator: %v", err)
	}
	must(t, p.GiveSecond(ctx, who(t, p, token), modelstest.Code(t, secret, p.Now())))
	v := who(t, p, token)
	offer := func() string { return must1(p.OfferPasskey(ctx, v, form)) }
	unverified, elsewhere := newDevice(t), newDevice(t)
	unverified.Says, elsewhere.Origin = modelstest.Present, "https://elsewhere.example"
	for name, in := range map[string]models.PasskeyInput{
		"no name":              {Name: " ", Credential: newDevice(t).Make(t, offer())},
		"a long name":          {Name: strings.Repeat("a", 61), Credential: newDevice(t).Make(t, offer())},
		"no passkey":           {Name: "Phone"},
		"garbage":              {Name: "Phone", Credential: "{"},
		"an answer":            {Name: "Phone", Credential: d.Give(t, offer())},
		"without its owner":    {Name: "Phone", Credential: unverified.Make(t, offer())},
		"at another address":   {Name: "Phone", Credential: elsewhere.Make(t, offer())},
		"of no question":       {Name: "Phone", Credential: d.Make(t, `{"challenge":"`+strings.Repeat("A", 43)+`","user":{"id":"AA"}}`)},
		"of another’s session": {Name: "Phone", Credential: d.Make(t, must1(p.OfferPasskey(ctx, sam, form)))},
	} {
		if codes, err := p.AddPasskey(ctx, v, form, in); models.KindOf(err) != models.Invalid || codes != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	options := offer()
	in := models.PasskeyInput{Name: "Phone", Credential: d.Make(t, options), Submission: models.Submission{ID: "one"}}
	for range 2 { // the same form twice is one passkey
		codes, err := p.AddPasskey(ctx, v, form, in)
		if err != nil || codes != nil {
			t.Errorf("a passkey beside her authenticator: %v, %d codes", err, len(codes))
		}
	}
	in.Submission.ID = "two"
	if _, err := p.AddPasskey(ctx, v, form, in); models.KindOf(err) != models.Invalid {
		t.Errorf("an answer that was used: %v", err)
	}
	if _, err := adds(t, p, v, d); models.KindOf(err) != models.Invalid {
		t.Errorf("a passkey that is kept: %v", err)
	}
	if n := look(t, p, `SELECT count(*) FROM passkeys`); n != "1" {
		t.Errorf("%s passkeys are kept", n)
	}
	for range 9 {
		_, err := adds(t, p, v, newDevice(t))
		must(t, err)
	}
	if _, err := adds(t, p, v, newDevice(t)); models.KindOf(err) != models.Conflict {
		t.Errorf("the eleventh: %v", err)
	}
	for _, other := range []models.Viewer{{}, {PersonID: v.PersonID, Role: models.Client}, {PersonID: v.PersonID, Role: models.Partner}} {
		_, err1 := p.OfferPasskey(ctx, other, form)
		_, err2 := p.AskPasskey(ctx, other, form)
		_, err3 := p.Passkeys(ctx, other)
		_, err4 := p.AddPasskey(ctx, other, form, in)
		for _, err := range []error{err1, err2, err3, err4} {
			if models.KindOf(err) != models.Forbidden {
				t.Errorf("%s: %v", other.Role, err)
			}
		}
		if err := p.GivePasskey(ctx, other, form, ""); models.KindOf(err) != models.NotFound {
			t.Errorf("%s: %v", other.Role, err)
		}
	}
}

// TestPasskey_removing: hers alone, lately confirmed, and never the last.
func TestPasskey_removing(t *testing.T) {
	t.Parallel()
	p, sam := withSam(t)
	d := newDevice(t)
	token := signIn(t, p, p.Owner)
	_, err := adds(t, p, who(t, p, token), d)
	must(t, err)
	v := who(t, p, token)
	id := func(n int) string { return must1(p.Passkeys(ctx, v))[n].ID }
	if err := p.RemovePasskey(ctx, v, id(0), models.Submission{}); models.KindOf(err) != models.Conflict {
		t.Errorf("her only second factor: %v", err)
	}
	later(p, time.Second)
	_, err = adds(t, p, v, newDevice(t))
	must(t, err)
	elsewhere := signIn(t, p, p.Owner)
	for name, err := range map[string]error{"another’s": p.RemovePasskey(ctx, sam, id(0), models.Submission{}),
		"none": p.RemovePasskey(ctx, v, "none", models.Submission{}), "nobody": p.RemovePasskey(ctx, models.Viewer{}, id(0), models.Submission{})} {
		if models.KindOf(err) != models.Conflict || !strings.Contains(err.Error(), "not among yours") {
			t.Errorf("%s: %v", name, err)
		}
	}
	locked := v
	locked.Unlocked = false
	if err := p.RemovePasskey(ctx, locked, id(0), models.Submission{}); models.KindOf(err) != models.Invalid {
		t.Errorf("without her second factor: %v", err)
	}
	first := id(0)
	for range 2 {
		must(t, p.RemovePasskey(ctx, v, first, models.Submission{ID: "one"}))
	}
	if list, has := must1(p.Passkeys(ctx, v)), must1(p.DB.SecondFactor(ctx, v)); len(list) != 1 || list[0].ID == first || has.Left != 10 || who(t, p, elsewhere).Known() || !who(t, p, token).Known() {
		t.Errorf("after one is removed there are %v, and %+v", list, has)
	}
	token, options := asked(t, p, p.Owner)
	if err := p.GivePasskey(ctx, who(t, p, token), form, d.Give(t, options)); models.KindOf(err) != models.Invalid {
		t.Errorf("one that was removed: %v", err)
	}
	secret := models.NewSecret()
	must1(p.SetSecond(ctx, v, models.SecondInput{Secret: secret, Code: modelstest.Code(t, secret, p.Now())}))
	must(t, p.RemovePasskey(ctx, v, id(0), models.Submission{}))
}

// TestPasskey_aNewCodeForgetsIt: whoever has lost everything begins with nothing.
func TestPasskey_aNewCodeForgetsIt(t *testing.T) {
	t.Parallel()
	p, d := strict(t), newDevice(t)
	_, err := adds(t, p, who(t, p, signIn(t, p, p.Owner)), d)
	must(t, err)
	code, err := p.CodeFor(ctx, p.Owner.Name)
	must(t, err)
	_, err = p.Join(ctx, models.JoinInput{Code: code, Credentials: models.CredentialsInput{SignIn: "vera", Passphrase: "another long passphrase", Again: "another long passphrase"}})
	must(t, err)
	if has := must1(p.DB.SecondFactor(ctx, p.Owner)); has != (models.SecondFactor{}) {
		t.Errorf("she has %+v", has)
	}
}
