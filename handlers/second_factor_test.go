package handlers

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"enough/models"
	"enough/models/modelstest"
)

// strict serves the stage as a practice that asks its therapists for both factors.
func strict(t *testing.T) *play {
	t.Helper()
	p := theStage(t).open(t)
	must(t, errors.Join(p.raw.Close(), p.db.Close()))
	db, err := models.Open(models.Options{File: p.file, Now: p.clock.Now, CheapPassphrases: true})
	must(t, err)
	p.App, p.raw = newApp(t, db), openRaw(t, p.file)
	return p
}

// TestSecondFactor_signingIn signs in with a passphrase, and gets nowhere without
// the second factor.
func TestSecondFactor_signingIn(t *testing.T) {
	p := strict(t)
	b := as(t, p.App, models.Viewer{})
	w := b.post("/signin", url.Values{"signin": {"vera"}, "passphrase": {modelstest.Passphrase}})
	if w.Code != http.StatusSeeOther || len(w.Result().Cookies()) == 0 {
		t.Fatalf("the passphrase is answered with %d", w.Code)
	}
	b.cookie = w.Result().Cookies()[0]
	for _, path := range []string{"/", "/cases", casePath(p.couple.CaseID), "/practice", "/account", "/account/second"} {
		if w := b.get(path); w.Code != http.StatusSeeOther || path != "/" && w.Header().Get("Location") != secondPath {
			t.Errorf("%s is answered with %d %s", path, w.Code, w.Header().Get("Location"))
		}
	}
	if w := b.send(http.MethodPost, casePath(p.couple.CaseID)+"/code", url.Values{"role": {"client"}}, "HX-Request", "true"); w.Code != http.StatusUnauthorized {
		t.Errorf("an act by a swap is answered with %d", w.Code)
	}
	// The picture of a new secret would let whoever has the passphrase alone in.
	if w := b.post(secondPath, url.Values{"secret": {models.NewSecret()}, "code": {"000000"}}); w.Code == http.StatusOK {
		t.Errorf("another authenticator is taken: %d", w.Code)
	}
	secret := models.NewSecret()
	if w := b.post(secondPath, url.Values{"secret": {secret}, "code": {modelstest.Code(t, secret, p.now)}}); w.Code == http.StatusOK || b.get("/cases").Code == http.StatusOK {
		t.Errorf("another authenticator is taken in the place of hers: %d", w.Code)
	}
	if w := b.post(secondPath, url.Values{"second": {authenticatorCode(t, p, "")}}); w.Code != http.StatusSeeOther || b.get("/cases").Code != http.StatusOK {
		t.Errorf("her code is answered with %d", w.Code)
	}
}

// TestSecondFactor_asksAgain holds the acts of weight to a second factor of the
// last minutes, through the page that asks for it: nothing that was typed is lost.
func TestSecondFactor_asksAgain(t *testing.T) {
	p := strict(t)
	b := p.as("therapist")
	hour := func() {
		p.clock.Set(p.clock.Now().Add(15 * time.Minute))
		sqlExec(t, p.raw, `UPDATE sessions SET unlocked_until = created_at`)
	}
	for _, act := range []struct {
		path   string
		form   url.Values
		effect string
		done   string // stands on the page afterwards
	}{
		{casePath(p.couple.CaseID) + "/code", url.Values{"role": {"partner"}}, `SELECT count(*) FROM audit WHERE action = 'code made'`, "One-time code for ada Partner"},
		{"/practice/therapists", url.Values{"name": {"Dr Iris <New>"}, "submission_id": {"one"}}, `SELECT count(*) FROM people`, "One-time code for Dr Iris &lt;New&gt;"},
		{"/account/recovery", url.Values{"submission_id": {"two"}}, `SELECT count(*) FROM audit WHERE action = 'recovery codes made'`, "Your recovery codes"},
	} {
		hour()
		before := count(t, p.raw, act.effect)
		w := b.post(act.path, act.form)
		s := sheetOf(t, w.Body.String(), "step-up-form")
		if w.Code != http.StatusOK || s.action != act.path || count(t, p.raw, act.effect) != before {
			t.Fatalf("%s is answered with %d, or acted on", act.path, w.Code)
		}
		for name := range act.form {
			if s.values.Get(name) != act.form.Get(name) {
				t.Errorf("%s: %s is lost", act.path, name)
			}
		}
		s.values.Set("second", "nonsense")
		w = b.post(s.action, s.values)
		if w.Code != http.StatusUnprocessableEntity || count(t, p.raw, act.effect) != before {
			t.Errorf("%s: a wrong code is answered with %d", act.path, w.Code)
		}
		s = sheetOf(t, w.Body.String(), "step-up-form")
		s.values.Set("second", modelstest.Code(t, p.secret, p.clock.Now()))
		w = b.post(s.action, s.values)
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), act.done) || count(t, p.raw, act.effect) != before+1 {
			t.Errorf("%s: the right code is answered with %d", act.path, w.Code)
		}
		if w := b.post("/account/recovery", url.Values{"submission_id": {act.path}}); !strings.Contains(w.Body.String(), "Your recovery codes") {
			t.Errorf("%s: right afterwards it is asked for again", act.path)
		}
	}
}
