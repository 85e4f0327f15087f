package handlers

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"enough/models"
	"enough/models/modelstest"
)

// half signs the first couple's therapist in with her passphrase alone.
func half(t *testing.T, p *play) *browser {
	t.Helper()
	b := as(t, p.App, models.Viewer{})
	w := b.post("/signin", url.Values{"signin": {"vera"}, "passphrase": {modelstest.Passphrase}})
	if w.Code != http.StatusSeeOther || len(w.Result().Cookies()) == 0 {
		t.Fatalf("the passphrase is answered with %d", w.Code)
	}
	b.cookie = w.Result().Cookies()[0]
	return b
}

// TestPasskey_signingIn signs in with a passkey in the place of the code. What
// must not be taken is answered with the form again, and a sentence beside the
// button.
func TestPasskey_signingIn(t *testing.T) {
	p := strict(t)
	b := half(t, p)
	page := func() sheet { return sheetOf(t, b.get(secondPath).Body.String(), "second-form") }
	if w := b.get(secondPath).Body.String(); !strings.Contains(w, "/js/passkey.js") || strings.Contains(b.get("/signin").Body.String(), "passkey.js") {
		t.Error("the script does not stand where it is needed, or stands elsewhere")
	}
	device, stranger := p.device, modelstest.NewDevice(t, testSite.Host, testSite.Origin)
	copied := device
	used := device.Give(t, askedOf(t, page()))
	s := page()
	for name, answer := range map[string]string{"garbage": "nonsense", "JSON of another kind": "[]", "an empty one": "{}", "much": strings.Repeat("a", 50000), "no text": "\xff\x00",
		"a stranger’s": stranger.Give(t, askedOf(t, s)), "a challenge made up": device.Give(t, `{"challenge":"`+strings.Repeat("A", 43)+`"}`)} {
		w := b.post(s.action, s.write("assertion", answer))
		if back := sheetOf(t, w.Body.String(), "second-form"); w.Code != http.StatusUnprocessableEntity || back.wrong("assertion") == "" || back.values.Get("assertion") != "" {
			t.Errorf("%s is answered with %d, %q", name, w.Code, back.wrong("assertion"))
		}
	}
	if w := b.post(s.action, s.write("assertion", strings.Repeat("a", 70000))); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("too much is answered with %d", w.Code)
	}
	if b.get("/cases").Code == http.StatusOK {
		t.Fatal("one of them lets her in")
	}
	if w := b.post(s.action, s.write("assertion", used)); w.Code != http.StatusSeeOther || b.get("/cases").Code != http.StatusOK {
		t.Errorf("her passkey is answered with %d", w.Code)
	}
	b = half(t, p)
	s = page()
	if w := b.post(s.action, s.write("assertion", used)); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("the same answer is taken in another session: %d", w.Code)
	}
	s = page()
	w := b.post(s.action, s.write("assertion", copied.Give(t, askedOf(t, s))))
	if back := sheetOf(t, w.Body.String(), "second-form"); w.Code != http.StatusUnprocessableEntity || !strings.Contains(back.wrong("assertion"), "copied") ||
		count(t, p.raw, `SELECT count(*) FROM audit WHERE action = 'passkey counted back' AND result = 'refused'`) != 1 {
		t.Errorf("a copy is answered with %d, %q", w.Code, back.wrong("assertion"))
	}
	// The passphrase alone adds none, by no way.
	for _, path := range []string{secondPath, passkeyPath} {
		before := count(t, p.raw, `SELECT count(*) FROM passkeys`)
		options, err := p.db.OfferPasskey(t.Context(), models.Viewer{PersonID: p.couple.Therapist.PersonID, Role: models.Therapist, Session: textsIn(t, p, `SELECT token_hash FROM sessions WHERE second_at IS NULL ORDER BY created_at DESC`)[0]}, testSite)
		must(t, err)
		if w := b.post(path, url.Values{"name": {"Mine"}, "credential": {stranger.Make(t, options)}}); w.Code == http.StatusOK || count(t, p.raw, `SELECT count(*) FROM passkeys`) != before {
			t.Errorf("%s takes a passkey for a passphrase: %d", path, w.Code)
		}
	}
}

// TestPasskey_asksAgain: a passkey does for an act of weight what a code does, and
// what was typed goes along; a new passkey too.
func TestPasskey_asksAgain(t *testing.T) {
	p := strict(t)
	b, device := p.as("therapist"), p.device
	p.clock.Set(p.clock.Now().Add(15 * time.Minute))
	sqlExec(t, p.raw, `UPDATE sessions SET unlocked_until = created_at`)
	s := sheetOf(t, b.get(passkeyPath).Body.String(), "passkey-form")
	s.values.Set("name", "Her <laptop>")
	s.values.Set("credential", modelstest.NewDevice(t, testSite.Host, testSite.Origin).Make(t, askedOf(t, s)))
	w := b.post(s.action, s.values)
	again := sheetOf(t, w.Body.String(), "step-up-form")
	if w.Code != http.StatusOK || again.values.Get("credential") != s.values.Get("credential") || count(t, p.raw, `SELECT count(*) FROM passkeys`) != 1 {
		t.Fatalf("without her second factor it is answered with %d", w.Code)
	}
	w = b.post(again.action, again.write("assertion", "nonsense"))
	if again = sheetOf(t, w.Body.String(), "step-up-form"); w.Code != http.StatusUnprocessableEntity || again.wrong("assertion") == "" {
		t.Errorf("nonsense is answered with %d", w.Code)
	}
	w = b.post(again.action, again.write("assertion", device.Give(t, askedOf(t, again))))
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "The passkey is kept.") || !strings.Contains(w.Body.String(), "Her &lt;laptop&gt;") {
		t.Errorf("her passkey is answered with %d", w.Code)
	}
	// Somebody else's is not there.
	other := p.as("other therapist")
	id := textsIn(t, p, `SELECT id FROM passkeys`)[0]
	sqlExec(t, p.raw, `UPDATE sessions SET unlocked_until = '2100-01-01'`)
	for _, id := range []string{id, strings.Repeat("a", 26), ""} {
		if w := other.post(passkeyPath+"/remove", url.Values{"passkey": {id}}); w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), "not among yours") {
			t.Errorf("%q of another is answered with %d", id, w.Code)
		}
	}
	// The last second factor stays.
	sqlExec(t, p.raw, `DELETE FROM authenticators; DELETE FROM passkeys WHERE used_at IS NULL`)
	w = b.post(passkeyPath+"/remove", url.Values{"passkey": {textsIn(t, p, `SELECT id FROM passkeys`)[0]}})
	if w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), "the only second factor") || count(t, p.raw, `SELECT count(*) FROM passkeys`) != 1 {
		t.Errorf("her last one is answered with %d", w.Code)
	}
}

// TestPasskey_site says where there can be passkeys.
func TestPasskey_site(t *testing.T) {
	for _, tt := range []struct{ base, host, want string }{
		{"https://form.example", "127.0.0.1:8080", "form.example https://form.example"},
		{"https://Form.Example:443/", "x", "form.example https://form.example"},
		{"https://form.example:8443/", "x", "form.example https://form.example:8443"},
		{"http://localhost:8080", "x", "localhost http://localhost:8080"},
		{"", "localhost:8080", "localhost http://localhost:8080"},
		{"", "localhost", "localhost http://localhost"},
		{"http://form.example", "localhost", ""},
		{"https://192.0.2.7", "localhost", ""},
		{"https://[2001:db8::1]", "localhost", ""},
		{"", "127.0.0.1:8080", ""},
		{"", "[::1]:8080", ""},
		{"", "form.example", ""},
		{"", "", ""},
		{"", "loc alhost%", ""},
	} {
		a := &App{base: tt.base}
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Host = tt.host
		at, ok := a.site(echo.New().NewContext(r, nil))
		if got := strings.TrimSpace(at.Host + " " + at.Origin); got != tt.want || ok != (tt.want != "") {
			t.Errorf("-base-url %q asked as %q: %q, %t", tt.base, tt.host, got, ok)
		}
	}
	p := strict(t)
	p.base = "" // and the tests ask as example.com
	b := p.as("therapist")
	if w := b.get(accountPath).Body.String(); !strings.Contains(w, noSite) || strings.Contains(w, passkeyPath+`"`) {
		t.Error("the account page does not say why there are none")
	}
	for _, w := range []*httptest.ResponseRecorder{b.get(passkeyPath), b.post(passkeyPath, url.Values{"name": {"x"}})} {
		if w.Code != http.StatusConflict {
			t.Errorf("where there can be none a new one is answered with %d", w.Code)
		}
	}
	if s := sheetOf(t, half(t, p).get(secondPath).Body.String(), "second-form"); s.values.Has("assertion") {
		t.Error("a passkey is asked for where it cannot answer")
	}
}
