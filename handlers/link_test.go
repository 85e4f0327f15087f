package handlers

import (
	"io"
	"log/slog"
	"mime/quotedprintable"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"enough/models"
	"enough/models/modelstest"
)

// A surfer is a browser that keeps its cookies.
type surfer struct {
	app     http.Handler
	cookies map[string]*http.Cookie
}

func (s *surfer) send(method, target string, form url.Values, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	for _, c := range s.cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	s.app.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if s.cookies == nil {
			s.cookies = map[string]*http.Cookie{}
		}
		if s.cookies[c.Name] = c; c.MaxAge < 0 {
			delete(s.cookies, c.Name)
		}
	}
	return w
}

var linkInMail = regexp.MustCompile(`(/link/\w+)`)

// asks lets a browser ask for a link, and gives where it leads.
func asks(t *testing.T, p *play, s *surfer, box *modelstest.Mailbox) string {
	t.Helper()
	had := len(box.Received())
	if w := s.send(http.MethodPost, "/signin/link", url.Values{"signin": {"ada-client"}}); w.Code != http.StatusSeeOther || w.Header().Get("Location") != digitsPath {
		t.Fatalf("asking is answered with %d %s", w.Code, w.Header().Get("Location"))
	}
	for more := true; more; {
		var err error
		more, err = p.db.Post(t.Context(), box.Server(t), slog.New(slog.DiscardHandler))
		must(t, err)
	}
	if n, kept := len(box.Received())-had, count(t, p.raw, `SELECT count(*) FROM audit WHERE action = 'link sent' AND result = 'done'`); n != 1 || kept != had+1 {
		t.Fatalf("%d messages came, %d rows of the audit say so", n, kept)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(box.Received()[had].Body)))
	must(t, err)
	m := linkInMail.FindStringSubmatch(string(body))
	if m == nil {
		t.Fatalf("there is no link in %q", body)
	}
	return m[1]
}

func signedIn(s *surfer) bool { return s.send(http.MethodGet, "/week", nil).Code == http.StatusOK }

// TestLink_onItsBrowser signs in with a link. Whatever looks at it before changes
// nothing: scanners of mail, previews, prefetches, and other browsers.
func TestLink_onItsBrowser(t *testing.T) {
	p := theStage(t).open(t)
	p.reachable()
	box, s, scanner := modelstest.NewMailbox(t), &surfer{app: p.App}, &surfer{app: p.App}
	at := asks(t, p, s, box)
	ask := s.cookies["ask"]
	for range 50 {
		if w := scanner.send(http.MethodGet, at, nil); w.Code != http.StatusOK || len(w.Result().Cookies()) > 0 {
			t.Fatalf("a scanner is answered with %d and %v", w.Code, w.Result().Cookies())
		}
	}
	scanner.send(http.MethodHead, at, nil)
	scanner.send(http.MethodOptions, at, nil)
	scanner.send(http.MethodGet, at, nil, "Sec-Purpose", "prefetch;prerender")
	scanner.send(http.MethodGet, at, nil, "X-Moz", "prefetch", "Purpose", "preview")
	if w := scanner.send(http.MethodPost, at, nil); w.Code != http.StatusOK || signedIn(scanner) { // some press buttons too
		t.Fatalf("another browser is answered with %d", w.Code)
	}
	if w := s.send(http.MethodGet, at, nil); w.Code != http.StatusOK || signedIn(s) {
		t.Fatalf("looking is answered with %d", w.Code)
	}
	if w := s.send(http.MethodPost, at, nil); w.Code != http.StatusSeeOther || w.Header().Get("Location") != weekPath || !signedIn(s) {
		t.Fatalf("opening is answered with %d %s", w.Code, w.Header().Get("Location"))
	}
	again := &surfer{app: p.App, cookies: map[string]*http.Cookie{"ask": ask}}
	if w := again.send(http.MethodPost, at, nil); w.Code != http.StatusUnprocessableEntity || signedIn(again) {
		t.Errorf("the same link again is answered with %d", w.Code)
	}
}

// TestLink_digits opens a link on another browser, and types what it shows there
// into the first.
func TestLink_digits(t *testing.T) {
	p := theStage(t).open(t)
	p.reachable()
	box, s, mailer := modelstest.NewMailbox(t), &surfer{app: p.App}, &surfer{app: p.App}
	at := asks(t, p, s, box)
	digits := regexp.MustCompile(`\d{3} \d{3}`).FindString(mailer.send(http.MethodPost, at, nil).Body.String())
	if digits == "" {
		t.Fatal("no digits are shown")
	}
	elsewhere := &surfer{app: p.App}
	asks(t, p, elsewhere, box)
	for name, w := range map[string]*httptest.ResponseRecorder{
		"nobody’s browser":    (&surfer{app: p.App}).send(http.MethodPost, digitsPath, url.Values{"digits": {digits}}),
		"another who asked":   elsewhere.send(http.MethodPost, digitsPath, url.Values{"digits": {digits}}),
		"wrong digits":        s.send(http.MethodPost, digitsPath, url.Values{"digits": {"12"}}),
		"wrong digits, wrong": s.send(http.MethodPost, digitsPath, url.Values{"digits": {"\x00"}}),
	} {
		if w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	if w := s.send(http.MethodPost, digitsPath, url.Values{"digits": {digits}}); w.Code != http.StatusSeeOther || !signedIn(s) {
		t.Errorf("the digits are answered with %d", w.Code)
	}
}

// TestLink_guessing holds that five wrong digits are the last.
func TestLink_guessing(t *testing.T) {
	p := theStage(t).open(t)
	p.reachable()
	s := &surfer{app: p.App}
	at := asks(t, p, s, modelstest.NewMailbox(t))
	digits := regexp.MustCompile(`\d{3} \d{3}`).FindString((&surfer{app: p.App}).send(http.MethodPost, at, nil).Body.String())
	for range 5 {
		s.send(http.MethodPost, digitsPath, url.Values{"digits": {"x"}})
	}
	if w := s.send(http.MethodPost, digitsPath, url.Values{"digits": {digits}}); w.Code != http.StatusUnprocessableEntity || signedIn(s) {
		t.Errorf("after five wrong ones the right digits are answered with %d", w.Code)
	}
}

// TestLink_oneAnswer holds that a link that was used, has expired, was revoked or
// never was is answered alike, and so is asking for one that is not sent.
func TestLink_oneAnswer(t *testing.T) {
	p := theStage(t).open(t)
	p.reachable()
	box := modelstest.NewMailbox(t)
	used, expired, revoked := &surfer{app: p.App}, &surfer{app: p.App}, &surfer{app: p.App}
	atUsed := asks(t, p, used, box)
	ask := used.cookies["ask"]
	used.send(http.MethodPost, atUsed, nil)
	atExpired := asks(t, p, expired, box)
	p.clock.Set(p.clock.Now().Add(10*time.Minute + time.Second))
	atRevoked := asks(t, p, revoked, box)
	must(t, p.db.EndAccess(t.Context(), p.couple.Therapist, p.couple.CaseID, models.Client, models.Submission{}))
	never := (&surfer{app: p.App}).send(http.MethodPost, "/link/"+strings.Repeat("a", 52), nil)
	for name, w := range map[string]*httptest.ResponseRecorder{
		"used":    (&surfer{app: p.App, cookies: map[string]*http.Cookie{"ask": ask}}).send(http.MethodPost, atUsed, nil),
		"expired": expired.send(http.MethodPost, atExpired, nil),
		"revoked": revoked.send(http.MethodPost, atRevoked, nil),
	} {
		if one, other := steady(whole(never)), steady(whole(w)); one != other {
			t.Errorf("%s: %d %s", name, w.Code, apart(one, other))
		}
	}
	asked := func(name string) string {
		w := (&surfer{app: p.App}).send(http.MethodPost, "/signin/link", url.Values{"signin": {name}})
		return regexp.MustCompile(`ask=\w+`).ReplaceAllString(steady(whole(w)), "")
	}
	want := asked("bob-client")
	for _, name := range []string{"nobody", "ada-client", "bob-partner", "vera"} {
		if got := asked(name); got != want {
			t.Errorf("asking as %s: %s", name, apart(want, got))
		}
	}
}
