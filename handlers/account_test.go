package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"enough/models/modelstest"
)

// TestAccount_clientStaysSignedIn: the cookie of a client who comes back lasts as
// long as his session, and nobody else's is sent anew.
func TestAccount_clientStaysSignedIn(t *testing.T) {
	p := theStage(t).open(t)
	b := p.as("client")
	if got := b.get("/week"); len(got.Result().Cookies()) != 0 {
		t.Errorf("on the day on which he signed in he is sent %v", got.Result().Cookies())
	}
	p.clock.Set(p.clock.Now().Add(10 * 24 * time.Hour))
	got := b.get("/plan")
	cookies := got.Result().Cookies()
	if len(cookies) != 1 || cookies[0].Value != b.cookie.Value || cookies[0].MaxAge != 14*24*60*60 || cookies[0].SameSite != http.SameSiteLaxMode || !cookies[0].HttpOnly {
		t.Fatalf("ten days later he is sent %v", cookies)
	}
	p.clock.Set(p.clock.Now().Add(13 * 24 * time.Hour))
	if got := b.get("/plan"); got.Code != http.StatusOK {
		t.Errorf("thirteen days after that he is answered with %d", got.Code)
	}
}

// TestAccount_partnersPassphrase changes hers on her own pages, which say on which
// day it was; nobody who has not given it gets there.
func TestAccount_partnersPassphrase(t *testing.T) {
	p := theStage(t).open(t)
	form := url.Values{"step": {"passphrase"}, "submission_id": {"one"}, "now": {modelstest.Passphrase}, "passphrase": {"eight or more"}, "again": {"eight or more"}}
	changed := func() int { return count(t, p.raw, `SELECT count(*) FROM audit WHERE action = 'passphrase changed'`) }
	if w := p.as("partner").post("/w", form); w.Code != http.StatusSeeOther || changed() != 0 {
		t.Errorf("without her passphrase it is answered with %d, changed %d", w.Code, changed())
	}
	b := p.as("partner unlocked")
	b.post("/w", url.Values{"step": {"own"}})
	if body := b.get("/w").Body.String(); strings.Contains(body, "Your passphrase is of") {
		t.Error("the page says that she changed it before she has")
	}
	wrong := url.Values{"step": {"passphrase"}, "submission_id": {"one"}, "now": {"wrong"}, "passphrase": {"eight or more"}, "again": {"eight or more"}}
	if w := b.post("/w", wrong); w.Code != http.StatusUnprocessableEntity || changed() != 0 || !strings.Contains(w.Body.String(), `id="now-error"`) {
		t.Errorf("a wrong one is answered with %d, changed %d", w.Code, changed())
	}
	for range 2 {
		if w := b.post("/w", form); w.Code != http.StatusSeeOther || w.Header().Get("Location") != visitPath || changed() != 1 {
			t.Errorf("it is answered with %d, changed %d", w.Code, changed())
		}
	}
	if body := b.get("/w").Body.String(); !strings.Contains(body, "Your passphrase is of Sunday 26 April 2026.") {
		t.Error("the page does not say that she changed it")
	}
}

// TestAccount_names: the client and the partner each change their own name; the
// therapist reads it, and nothing of hers reaches his pages.
func TestAccount_names(t *testing.T) {
	p := theStage(t).open(t)
	his, hers := p.as("client"), p.as("partner unlocked")
	before := his.get("/plan").Body.String()
	hers.post("/w", url.Values{"step": {"own"}})
	if w := hers.post("/w", url.Values{"step": {"name"}, "submission_id": {"hers"}, "name": {"Bea Changed"}}); w.Code != http.StatusSeeOther {
		t.Errorf("hers is answered with %d", w.Code)
	}
	if after := his.get("/plan").Body.String(); after != before {
		t.Error("his page has changed with her name")
	}
	if w := his.post("/account/name", url.Values{"submission_id": {"his"}, "name": {"Ada Changed"}}); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "The name is changed.") {
		t.Errorf("his is answered with %d", w.Code)
	}
	page := p.as("therapist").get(casePath(p.couple.CaseID)).Body.String()
	for _, name := range []string{"Ada Changed", "Bea Changed"} {
		if !strings.Contains(page, name) {
			t.Errorf("the therapist does not read %q", name)
		}
	}
	if w := p.as("partner").post("/w", url.Values{"step": {"name"}, "submission_id": {"again"}, "name": {"Bea Third"}}); w.Code != http.StatusSeeOther || count(t, p.raw, `SELECT count(*) FROM audit WHERE action = 'renamed'`) != 2 {
		t.Errorf("without her passphrase it is answered with %d", w.Code)
	}
}

// TestAccount_partnersSession: her own pages tell of the session she is in, and of
// no other.
func TestAccount_partnersSession(t *testing.T) {
	p := theStage(t).open(t)
	b := p.as("partner unlocked")
	b.post("/w", url.Values{"step": {"own"}})
	body := b.get("/w").Body.String()
	if n := strings.Count(body, "Signed in: since "); n != 1 || !strings.Contains(body, "(here).") {
		t.Errorf("her pages tell of %d sessions", n)
	}
	if body := p.as("partner").get("/w").Body.String(); strings.Contains(body, "Signed in: ") {
		t.Error("it is told before her passphrase")
	}
}
