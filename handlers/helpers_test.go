package handlers

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"enough/models"
	"enough/models/demo"
	"enough/models/modelstest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	closeChromium()
	os.Exit(code)
}

func quietLog() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// testSite is where the app of a test believes to be reached.
var testSite = models.Site{Host: "form.example", Origin: "https://form.example"}

// newApp serves a database.
func newApp(t testing.TB, db *models.DB) *App {
	t.Helper()
	a, err := New(Config{DB: db, Log: quietLog(), BaseURL: testSite.Origin})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// newDemo serves the demo practice as it stands on a Sunday evening.
func newDemo(t testing.TB) *App {
	t.Helper()
	now := time.Date(2026, time.June, 14, 16, 30, 0, 0, time.UTC)
	start := time.Now()
	p, err := demo.Open(context.Background(), t.TempDir(), "http://127.0.0.1", func() time.Time { return now.Add(time.Since(start)) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.DB.Close() })
	var people []DemoPerson
	for _, person := range p.People {
		people = append(people, DemoPerson(person))
	}
	a, err := New(Config{DB: p.DB, Log: quietLog(), BaseURL: testSite.Origin, Demo: people})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// person finds a person of the demo by the beginning of her name.
func (a *App) person(t testing.TB, name string) models.Viewer {
	t.Helper()
	for _, p := range a.demo {
		if strings.HasPrefix(p.Name, name) {
			return p.Viewer
		}
	}
	t.Fatalf("nobody in the demo is called %s", name)
	return models.Viewer{}
}

// browser sends requests with the cookie of one session. The partner has been
// told on it what leaving does, unless it is fresh.
type browser struct {
	t      testing.TB
	app    http.Handler
	cookie *http.Cookie
	fresh  bool
}

// as opens a browser in which a person is signed in; the zero Viewer is nobody.
func as(t testing.TB, a *App, v models.Viewer) *browser {
	t.Helper()
	b := &browser{t: t, app: a}
	if v.Known() {
		b.cookie = sessionOf(t, a, v)
	}
	return b
}

// unlocked opens the partner's browser after her passphrase again.
func unlocked(t testing.TB, a *App, v models.Viewer) *browser {
	t.Helper()
	b := as(t, a, v)
	if got := b.post("/w", url.Values{"step": {"unlock"}, "passphrase": {modelstest.Passphrase}}); got.Code != http.StatusSeeOther {
		t.Fatalf("unlock: %d", got.Code)
	}
	return b
}

func sessionOf(t testing.TB, a *App, v models.Viewer) *http.Cookie {
	t.Helper()
	token, _, err := a.db.StartSession(context.Background(), v)
	if err != nil {
		t.Fatal(err)
	}
	return a.cookie(token)
}

// send sends one request. Headers come as name and value by turns.
func (b *browser) send(method, target string, body url.Values, header ...string) *httptest.ResponseRecorder {
	b.t.Helper()
	if body == nil {
		return b.sendText(method, target, "", "", header...)
	}
	return b.sendText(method, target, "application/x-www-form-urlencoded", body.Encode(), header...)
}

// sendText sends one request with a body as it stands.
func (b *browser) sendText(method, target, kind, body string, header ...string) *httptest.ResponseRecorder {
	b.t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	if b.cookie != nil {
		r.AddCookie(b.cookie)
	}
	if !b.fresh {
		r.AddCookie(&http.Cookie{Name: "told", Value: "yes"})
		r.AddCookie(&http.Cookie{Name: "__Host-told", Value: "yes"})
	}
	w := httptest.NewRecorder()
	b.app.ServeHTTP(w, r)
	return w
}

func (b *browser) get(target string) *httptest.ResponseRecorder {
	b.t.Helper()
	return b.send(http.MethodGet, target, nil)
}

func (b *browser) post(target string, body url.Values) *httptest.ResponseRecorder {
	b.t.Helper()
	return b.send(http.MethodPost, target, body)
}

// turn brings the partner's visit to one of its pages and looks at it.
func (b *browser) turn(to models.Visit) *httptest.ResponseRecorder {
	b.t.Helper()
	if w := b.post(visitPath, url.Values{"step": {string(to)}}); w.Code != http.StatusSeeOther {
		b.t.Fatalf("to %s: %d", to, w.Code)
	}
	return b.get(visitPath)
}

// swap posts as htmx does.
func (b *browser) swap(target string, body url.Values) *httptest.ResponseRecorder {
	b.t.Helper()
	return b.send(http.MethodPost, target, body, "HX-Request", "true")
}
