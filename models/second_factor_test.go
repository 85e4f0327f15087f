package models_test

import (
	"sync"
	"testing"
	"time"

	"enough/models"
	"enough/models/modelstest"
)

// strict is a practice that asks its therapists for both factors.
func strict(t *testing.T) *modelstest.Practice {
	t.Helper()
	p := modelstest.Open(t)
	reopenStrict(t, p)
	return p
}

// reopenStrict lets a practice ask for both factors from now on.
func reopenStrict(t *testing.T, p *modelstest.Practice) {
	t.Helper()
	must(t, p.Close())
	db, err := models.Open(models.Options{File: p.File, Now: p.Clock.Now, CheapPassphrases: true})
	must(t, err)
	t.Cleanup(func() { db.Close() })
	p.DB = db
}

// give gives a code in a new session, and says what the session is then.
func give(t *testing.T, p *modelstest.Practice, code string) (models.Viewer, error) {
	t.Helper()
	token := signIn(t, p, p.Owner)
	err := p.GiveSecond(ctx, who(t, p, token), code)
	return who(t, p, token), err
}

// TestSecondFactor_asRFC6238 holds the codes to those of the standard, appendix B,
// of which an authenticator shows the last six digits.
func TestSecondFactor_asRFC6238(t *testing.T) {
	t.Parallel()
	const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" // “12345678901234567890”
	for at, code := range map[int64]string{1111111109: "081804", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		p := strict(t)
		p.Clock.Set(time.Unix(at, 0))
		v := who(t, p, signIn(t, p, p.Owner))
		for _, wrong := range []string{"", "000000", "0" + code, code[1:], "94287082"} {
			if _, err := p.SetSecond(ctx, v, models.SecondInput{Secret: secret, Code: wrong}); models.KindOf(err) != models.Invalid {
				t.Errorf("at %d the code %q gives %v", at, wrong, err)
			}
		}
		if _, err := p.SetSecond(ctx, v, models.SecondInput{Secret: secret, Code: code}); err != nil {
			t.Errorf("at %d the code %s is not taken: %v", at, code, err)
		}
	}
}

func TestSecondFactor_makesASessionWhole(t *testing.T) {
	t.Parallel()
	p := strict(t)
	token, until, err := p.StartSession(ctx, p.Owner)
	must(t, err)
	if v := who(t, p, token); !v.Half || v.Unlocked || !until.Equal(p.Now().Add(10*time.Minute)) {
		t.Fatalf("with her passphrase alone she is %+v until %v", v, until)
	}
	secret, codes := p.SecondFactor(t, p.Owner)
	if who(t, p, token).Known() {
		t.Error("her other session did not end when she set up an authenticator")
	}
	if wrong, err := give(t, p, "nonsense"); models.KindOf(err) != models.Invalid || !wrong.Half {
		t.Errorf("a wrong code gives %v, %+v", err, wrong)
	}
	if v, err := give(t, p, modelstest.Code(t, secret, p.Now())); models.KindOf(err) != models.Invalid || !v.Half {
		t.Errorf("the code with which she set it up is taken again: %v, %+v", err, v)
	}
	later(p, 30*time.Second)
	now := modelstest.Code(t, secret, p.Now())
	if v, err := give(t, p, now); err != nil || v.Half || !v.Unlocked {
		t.Errorf("the right code gives %v, %+v", err, v)
	}
	if _, err := give(t, p, now); models.KindOf(err) != models.Invalid {
		t.Errorf("the same code is taken twice: %v", err)
	}
	if _, err := give(t, p, modelstest.Code(t, secret, p.Now().Add(-30*time.Second))); models.KindOf(err) != models.Invalid {
		t.Errorf("the code before one that was taken is taken: %v", err)
	}
	later(p, 10*time.Minute)
	if _, err := give(t, p, modelstest.Code(t, secret, p.Now().Add(-time.Minute))); models.KindOf(err) != models.Invalid {
		t.Errorf("the code of a minute ago is taken: %v", err)
	}
	if v, err := give(t, p, " "+modelstest.Code(t, secret, p.Now().Add(-30*time.Second))[:3]+" "+modelstest.Code(t, secret, p.Now().Add(-30*time.Second))[3:]); err != nil || v.Half {
		t.Errorf("the code of half a minute ago, with spaces: %v, %+v", err, v)
	}
	if v, err := give(t, p, codes[3]); err != nil || v.Half {
		t.Errorf("a recovery code gives %v, %+v", err, v)
	}
	if _, err := give(t, p, codes[3]); models.KindOf(err) != models.Invalid {
		t.Errorf("a recovery code is taken twice: %v", err)
	}
	if has, err := p.DB.SecondFactor(ctx, p.Owner); err != nil || !has.Set || has.Left != 9 {
		t.Errorf("she has %+v, %v", has, err)
	}
}

// TestSecondFactor_triesAreSlowed sends many codes at once: no more are looked at
// than may be tried.
func TestSecondFactor_triesAreSlowed(t *testing.T) {
	t.Parallel()
	p := strict(t)
	secret, _ := p.SecondFactor(t, p.Owner)
	later(p, time.Minute)
	v := who(t, p, signIn(t, p, p.Owner))
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			if err := p.GiveSecond(ctx, v, "nonsense"); models.KindOf(err) != models.Invalid {
				t.Errorf("a wrong code gives %v", err)
			}
		})
	}
	all.Wait()
	right := modelstest.Code(t, secret, p.Now())
	if err := p.GiveSecond(ctx, v, right); models.KindOf(err) != models.Invalid {
		t.Errorf("after 40 wrong codes the right one is taken at once: %v", err)
	}
	later(p, 2*time.Second)
	if err := p.GiveSecond(ctx, v, right); err != nil {
		t.Errorf("two seconds later it is not: forty tries at once count as more than six, or the wait never ends: %v", err)
	}
}

// TestSecondFactor_clockSetBack: a clock that ran ahead when a code was taken locks
// nobody out once it is right.
func TestSecondFactor_clockSetBack(t *testing.T) {
	t.Parallel()
	p := strict(t)
	right := p.Now()
	later(p, 365*24*time.Hour)
	secret, _ := p.SecondFactor(t, p.Owner)
	p.Clock.Set(right)
	if v, err := give(t, p, modelstest.Code(t, secret, right)); err != nil || v.Half {
		t.Errorf("the code of now gives %v, %+v", err, v)
	}
}

// TestSecondFactor_actsOfWeight holds each act that asks for the second factor
// again to it.
func TestSecondFactor_actsOfWeight(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	must(t, p.Close())
	db, err := models.Open(models.Options{File: p.File, Now: p.Clock.Now, CheapPassphrases: true})
	must(t, err)
	t.Cleanup(func() { db.Close() })
	p.DB = db
	secret, _ := p.SecondFactor(t, p.Owner)
	later(p, time.Minute)
	token := signIn(t, p, p.Owner)
	must(t, p.GiveSecond(ctx, who(t, p, token), modelstest.Code(t, secret, p.Now())))
	acts := map[string]func(models.Viewer) error{
		"a code for the partner": func(v models.Viewer) error { _, err := p.InviteTo(ctx, v, c.CaseID, models.Partner); return err },
		"another therapist": func(v models.Viewer) error {
			_, err := p.AddTherapist(ctx, v, "Dr New", models.Submission{})
			return err
		},
		"recovery codes": func(v models.Viewer) error { _, err := p.NewRecoveryCodes(ctx, v, models.Submission{}); return err },
		"another authenticator": func(v models.Viewer) error {
			_, err := p.SetSecond(ctx, v, models.SecondInput{Secret: secret, Code: modelstest.Code(t, secret, p.Now())})
			return err
		},
	}
	for name, act := range acts {
		if err := act(who(t, p, token)); err != nil {
			t.Errorf("%s, right after the second factor: %v", name, err)
		}
	}
	later(p, 10*time.Minute)
	v := who(t, p, token)
	if v.Half || v.Unlocked {
		t.Fatalf("ten minutes later she is %+v", v)
	}
	must(t, p.CloseCase(ctx, v, c.CaseID, models.CloseInput{On: string(models.DayOf(p.Now(), time.UTC)), Reason: "Done."}))
	acts = map[string]func(models.Viewer) error{"a code": acts["another therapist"], "recovery codes": acts["recovery codes"], "another authenticator": acts["another authenticator"],
		"erasing": func(v models.Viewer) error {
			_, err := p.EraseCase(ctx, v, c.CaseID, models.EraseInput{Name: "Ann Client"})
			return err
		}}
	for name, act := range acts {
		before := look(t, p, `SELECT count(*) FROM audit`)
		if err := act(v); models.KindOf(err) != models.Invalid || look(t, p, `SELECT count(*) FROM audit`) != before {
			t.Errorf("%s, ten minutes after it: %v", name, err)
		}
	}
}

// TestSecondFactor_aNewCodeBeginsAnew: whoever was given a new code has neither
// the authenticator nor the sessions of before.
func TestSecondFactor_aNewCodeBeginsAnew(t *testing.T) {
	t.Parallel()
	p := modelstest.Open(t)
	sam := p.Therapist(t, "sam")
	p.SecondFactor(t, sam)
	code, err := p.InviteTherapist(ctx, p.Owner, sam.PersonID)
	must(t, err)
	token := signIn(t, p, sam)
	_, err = p.Join(ctx, models.JoinInput{Code: code, Credentials: models.CredentialsInput{SignIn: "sam", Passphrase: "another long passphrase", Again: "another long passphrase"}})
	must(t, err)
	if has, err := p.DB.SecondFactor(ctx, sam); err != nil || has.Set || has.Left != 0 || who(t, p, token).Known() {
		t.Errorf("after a new code she has %+v, %v, and her session", has, err)
	}
	for name, v := range map[string]models.Viewer{"another therapist": sam, "nobody": {}} {
		if _, err := p.InviteTherapist(ctx, v, p.Owner.PersonID); models.KindOf(err) != models.Forbidden {
			t.Errorf("%s makes a code for the owner: %v", name, err)
		}
	}
	if _, err := p.InviteTherapist(ctx, p.Owner, "nobody"); models.KindOf(err) != models.Conflict {
		t.Errorf("a code for nobody: %v", err)
	}
}
