package models_test

import (
	"slices"
	"testing"
	"time"

	"enough/models"
	"enough/models/modelstest"
)

// TestFlags_A12_guessed: the tenth refused passphrase of a day, wherever it was
// typed, raises a flag in the case, once a day, for the name of each of the two.
func TestFlags_A12_guessed(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	other := p.Couple(t, p.Owner, "bea")
	a12 := func(of *modelstest.Couple) (list []string) {
		t.Helper()
		must(t, p.RaiseGuessed(ctx))
		must(t, p.RaiseGuessed(ctx))
		flags, err := p.Flags(ctx, of.Therapist, of.CaseID)
		must(t, err)
		for _, f := range flags {
			if f.Rule == "A12" {
				list = append(list, f.Said)
			}
		}
		return list
	}
	wrong := func(name string, times int) {
		t.Helper()
		for range times {
			_, err := p.SignIn(ctx, models.Origin{}, name, "wrong")
			wantField(t, err, "passphrase")
		}
	}
	wrong("ann-partner", 5)
	v := who(t, p, signIn(t, p, c.Partner))
	for range 4 {
		wantField(t, p.Unlock(ctx, v, "wrong"), "passphrase")
	}
	if got := a12(c); !slices.Equal(got, []string(nil)) {
		t.Errorf("the flags are %q", got)
	}
	wrong("ann-partner", 1)
	if got := a12(c); !slices.Equal(got, []string{"10 or more passphrases were refused on 2 March 2026 for the partner’s sign-in name"}) {
		t.Errorf("the flags are %q", got)
	}
	wrong("ann-partner", 3)
	if got := a12(c); len(got) != 1 {
		t.Errorf("three more on the same day leave %q", got)
	}
	later(p, time.Minute)
	wrong("ann-client", 10)
	if got := a12(c); len(got) != 2 {
		t.Errorf("ten for the client's name leave %q", got)
	}
	later(p, time.Minute)
	wrong("vera", 12) // a therapist has no case of her own
	wrong("nobody", 8)
	if got := a12(other); !slices.Equal(got, []string(nil)) {
		t.Errorf("the flags are %q", got)
	}
	if n, err := p.WrongPassphrases(ctx, p.Owner); n != 12 || err != nil {
		t.Errorf("the therapist is told of %d, %v", n, err)
	}
	later(p, 24*time.Hour+time.Second)
	if n, err := p.WrongPassphrases(ctx, p.Owner); n != 0 || err != nil {
		t.Errorf("a day later the therapist is told of %d, %v", n, err)
	}
	wrong("ann-partner", 9)
	if got := a12(c); len(got) != 2 {
		t.Errorf("nine on the next day leave %q", got)
	}
	wrong("ann-partner", 1)
	if got := a12(c); len(got) != 3 {
		t.Errorf("ten on the next day leave %q", got)
	}
	must(t, closeCase(p, c, "close"))
	later(p, 24*time.Hour)
	wrong("ann-partner", 12)
	if got := a12(c); len(got) != 3 {
		t.Errorf("after the case was closed there are %q", got)
	}
}
