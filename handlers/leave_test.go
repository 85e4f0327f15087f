package handlers

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"enough/models"
	"enough/models/modelstest"
)

// TestLeave_endsTheSession leaves as everybody, also when the database takes no
// write and when another site would like to be left by it.
func TestLeave_endsTheSession(t *testing.T) {
	p := theStage(t).open(t)
	p.leave = "https://weather.example/today?a=1&b=2"
	for _, actor := range actors {
		b := p.as(actor)
		if w := b.send(http.MethodPost, "/exit", url.Values{}, "Sec-Fetch-Site", "cross-site"); w.Code != http.StatusForbidden {
			t.Errorf("%s: another site leaves for her: %d", actor, w.Code)
		}
		var before models.Viewer
		if b.cookie != nil {
			before = mustViewer(t, p, b)
		}
		w := b.sendText(http.MethodPost, "/exit", "", "") // as a script sends it, without a body
		cookies := w.Result().Cookies()
		if w.Code != http.StatusOK || len(cookies) != 1 || cookies[0].Value != "" || cookies[0].MaxAge >= 0 || !cookies[0].HttpOnly || w.Header().Get("Clear-Site-Data") != `"cookies", "storage"` {
			t.Errorf("%s: %d %v", actor, w.Code, w.Header())
		}
		doc := parse(t, w.Body.String())
		meta := elements(doc, func(n *html.Node) bool { v, _ := attr(n, "http-equiv"); return v == "refresh" })
		if to, _ := attr(meta[0], "content"); len(meta) != 1 || to != "0;url="+p.leave || wordsIn(elements(doc, tag("body"))[0]) != "" {
			t.Errorf("%s: the page leads to %q\n%s", actor, to, w.Body)
		}
		if before.Known() && !before.Ended && mustViewer(t, p, b).Known() {
			t.Errorf("%s: the session lives", actor)
		}
		if w := b.get("/exit"); w.Code != http.StatusMethodNotAllowed {
			t.Errorf("%s: GET %d", actor, w.Code)
		}
	}
	for name, refuse := range refusing {
		p := theStage(t).open(t)
		release := refuse(p)
		if w := p.as("partner").post("/exit", url.Values{}); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), DefaultLeave) || len(w.Result().Cookies()) != 1 {
			t.Errorf("the database is %s: %d", name, w.Code)
		}
		release()
	}
}

// TestTold_onceOnADevice holds the page about leaving to stand before her first
// form on a device, and never in the way of a form that was sent.
func TestTold_onceOnADevice(t *testing.T) {
	p := theStage(t).open(t)
	b := p.as("other partner")
	b.fresh = true
	first := b.get("/w").Body.String()
	for _, want := range []string{"Leave this page", "Shift three times", "What you have not saved is lost", "To come back", "does not clear the browser’s history", "Weekly form", "cannot protect you", "www.bbc.co.uk"} {
		if !strings.Contains(first, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if strings.Contains(first, "visit-form") || strings.Contains(first, "Back to the form") {
		t.Error("her form stands there before she was told")
	}
	if again := b.turn(models.VisitOwn).Body.String(); again != first {
		t.Error("another step passes the page by")
	}
	w := b.post("/w", url.Values{"step": {"begin"}})
	told := w.Result().Cookies()
	if w.Code != http.StatusSeeOther || len(told) != 1 || told[0].Name != "told" || !told[0].HttpOnly || told[0].SameSite != http.SameSiteStrictMode || told[0].MaxAge < 365*24*60*60 {
		t.Fatalf("%d %v", w.Code, told)
	}
	b.fresh = false
	if body := b.get("/w").Body.String(); !strings.Contains(body, "visit-form") {
		t.Error("after it there is no form")
	}
	if later := b.turn(models.VisitAbout).Body.String(); !strings.Contains(later, "Shift three times") || !strings.Contains(later, "Back to the form") {
		t.Error("it cannot be read later")
	}
	p.secure = true
	if w := b.post("/w", url.Values{"step": {"begin"}}); strings.Contains(w.Header().Get("Set-Cookie"), "told") {
		t.Error("the session's cookie of the open road was taken over HTTPS")
	}
	p.secure = false
	b.fresh = true
	if w := b.post("/w", url.Values{"alone": {"yes"}, "week": {string(p.week)}}); w.Code != http.StatusSeeOther || count(t, p.raw, `SELECT count(*) FROM partner_reports WHERE case_id = ? AND week = ?`, p.other.CaseID, string(p.week)) != 1 {
		t.Errorf("a form from a device that was not told: %d", w.Code)
	}
}

// TestVisit_oneAddress follows everything on the partner's pages.
func TestVisit_oneAddress(t *testing.T) {
	p := theStage(t).open(t)
	seen, pages := map[string]bool{}, 0
	for request, w := range p.as("partner unlocked").follow("/") {
		title, whole := titleOfPage(w.Body.String())
		if !whole || !strings.Contains(w.Body.String(), `<body class="for-partner"`) {
			continue
		}
		if title != neutralTitle {
			t.Errorf("%s: the title is %q", request, title)
		}
		doc := parse(t, w.Body.String())
		head := ""
		for _, h := range elements(doc, tag("h1", "h2")) {
			head += wordsIn(h) + ". "
		}
		seen[head] = true
		pages++
		if !strings.HasPrefix(head, neutralTitle+". ") && !strings.HasPrefix(head, "Not ") {
			t.Errorf("%s: the heading is %q", request, head)
		}
		for _, n := range elements(doc, tag("a", "form")) {
			to, _ := attr(n, map[string]string{"a": "href", "form": "action"}[n.Data])
			if swap, ok := attr(n, "hx-post"); ok && swap != to {
				t.Errorf("%s: htmx sends to %s, a browser to %s", request, swap, to)
			}
			if !slices.Contains([]string{visitPath, "/exit", "/", "#main"}, to) {
				t.Errorf("%s leads to %q", request, to)
			}
		}
	}
	t.Logf("%d pages of %d kinds", pages, len(seen))
	if len(seen) < 4 {
		t.Errorf("only %d kinds of page were seen: %v", len(seen), seen)
	}
}

// TestVisit_browserKeepsNothing: no field of the partner's, and no passphrase,
// asks the browser to keep what is typed.
func TestVisit_browserKeepsNothing(t *testing.T) {
	p := theStage(t).open(t)
	fields := 0
	look := func(name string, w *httptest.ResponseRecorder) {
		for _, n := range elements(parse(t, w.Body.String()), tag("input", "textarea", "select")) {
			kind, _ := attr(n, "type")
			if kind == "hidden" {
				continue
			}
			fields++
			want := "off"
			if kind == "password" {
				want = "one-time-code"
			}
			got, own := attr(n, "autocomplete")
			for form := n.Parent; form != nil && !own; form = form.Parent {
				if form.Data == "form" {
					got, own = attr(form, "autocomplete")
				}
			}
			if got != want {
				id, _ := attr(n, "name")
				t.Errorf("%s, %s: autocomplete is %q", name, id, got)
			}
		}
	}
	for _, actor := range []string{"partner", "other partner", "partner unlocked", "nobody"} {
		for request, w := range p.as(actor).follow("/") {
			look(actor+" "+request, w)
		}
	}
	if fields < 100 {
		t.Errorf("only %d fields were seen", fields)
	}
}

// TestVisit_leftAlone ends with the time, whatever she was at.
func TestVisit_leftAlone(t *testing.T) {
	for _, at := range []models.Visit{models.VisitForm, models.VisitOwn, models.VisitShow, models.VisitAbout} {
		p := theStage(t).open(t)
		b := p.as("partner unlocked")
		b.turn(at)
		p.clock.Set(p.now.Add(4 * time.Minute))
		if w := b.get("/w"); w.Code != http.StatusOK {
			t.Errorf("%s, after four minutes: %d", at, w.Code)
		}
		p.clock.Set(p.now.Add(9 * time.Minute))
		for _, w := range []*httptest.ResponseRecorder{b.get("/w"), b.post("/w", url.Values{"step": {"unlock"}, "passphrase": {modelstest.Passphrase}}), b.get("/")} {
			if w.Header().Get("Location") != signinPath {
				t.Errorf("%s, five minutes later: %d %s", at, w.Code, w.Header().Get("Location"))
			}
		}
	}
}
