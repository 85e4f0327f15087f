package handlers

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"enough/models"
)

// everyHeader is what security.go puts on every answer.
var everyHeader = map[string]string{
	"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; " +
		"form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
	"X-Content-Type-Options":       "nosniff",
	"Referrer-Policy":              "no-referrer",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Permissions-Policy":           "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
	"X-Robots-Tag":                 "noindex, nofollow",
}

// lint says what is wrong with an answer, whoever asked.
func lint(w *httptest.ResponseRecorder, static bool) (wrong []string) {
	h := w.Header()
	for name, want := range everyHeader {
		if got := h.Values(name); len(got) != 1 || got[0] != want {
			wrong = append(wrong, "header "+name+" is "+strings.Join(got, " | "))
		}
	}
	want := "no-store"
	if static && w.Code == http.StatusOK {
		want = "public, max-age=31536000, immutable"
	}
	if got := h.Values("Cache-Control"); len(got) != 1 || got[0] != want {
		wrong = append(wrong, "Cache-Control is "+strings.Join(got, " | "))
	}
	for _, cookie := range h.Values("Set-Cookie") {
		if low := strings.ToLower(cookie); !strings.Contains(low, "; httponly") || !strings.Contains(low, "; samesite=") || strings.Contains(low, "samesite=none") || !strings.Contains(low, "; path=/") {
			wrong = append(wrong, "cookie "+cookie)
		}
	}
	for _, name := range []string{"ETag", "Last-Modified", "Server", "X-Powered-By", "HX-Push-Url"} {
		if h.Get(name) != "" {
			wrong = append(wrong, name+" is sent")
		}
	}
	if !strings.HasPrefix(h.Get("Content-Type"), "text/html") {
		return wrong
	}
	body := w.Body.String()
	fragment := w.Body.Len() > 0 && !strings.HasPrefix(body, "<!doctype html>")
	if fragment && !strings.Contains(h.Get("Vary"), "HX-Request") {
		wrong = append(wrong, "a fragment without Vary: HX-Request")
	}
	return append(wrong, lintHTML(body)...)
}

// fetched are the attributes that name what a browser loads or where it goes.
var fetched = []string{"src", "srcset", "href", "xlink:href", "action", "formaction", "data", "poster", "background", "ping", "manifest", "codebase", "cite", "longdesc"}

// lintHTML says what in a page the content policy would stop, or should not
// have to.
func lintHTML(body string) (wrong []string) {
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		return []string{err.Error()}
	}
	exit := len(elements(doc, func(n *html.Node) bool { _, refresh := attr(n, "http-equiv"); return n.Data == "meta" && refresh })) > 0
	ids := map[string]bool{}
	for _, n := range elements(doc, func(*html.Node) bool { return true }) {
		kind, _ := attr(n, "type")
		switch inline := wordsIn(n); {
		case n.Data == "script" && inline != "" && kind != "application/json", n.Data == "style":
			wrong = append(wrong, "inline "+n.Data)
		case n.Data == "script" && kind == "application/json" && !json.Valid([]byte(inline)):
			wrong = append(wrong, "JSON that cannot be read")
		case n.Data == "meta" && kind == "" && exit && len(elements(doc, tag("link", "script", "a", "img"))) > 0:
			wrong = append(wrong, "the exit page holds more than its way out")
		}
		for _, a := range n.Attr {
			value := strings.ToLower(strings.TrimSpace(a.Val))
			foreign := strings.Contains(value, "://") || strings.HasPrefix(value, "//") || strings.HasPrefix(value, "javascript:") || strings.HasPrefix(value, "data:")
			switch key := a.Key; {
			case key == "style" || strings.HasPrefix(key, "on") || strings.HasPrefix(key, "hx-on") || strings.HasPrefix(key, "hx-vals") || key == "hx-push-url":
				wrong = append(wrong, "attribute "+key)
			case foreign && (slices.Contains(fetched, key) || strings.HasPrefix(key, "hx-")):
				wrong = append(wrong, key+" leads to "+a.Val)
			case key == "id" && ids[a.Val]:
				wrong = append(wrong, "two elements with the id "+a.Val)
			case key == "id":
				ids[a.Val] = true
			}
		}
	}
	return wrong
}

// titleOfPage is the title of a whole page; ok is false for a fragment.
func titleOfPage(body string) (title string, ok bool) {
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil || !strings.HasPrefix(body, "<!doctype html>") {
		return "", false
	}
	list := elements(doc, tag("title"))
	if len(list) != 1 {
		return "", true
	}
	return wordsIn(list[0]), true
}

// lintFor says what is wrong with an answer to somebody over HTTPS: a title that
// tells anything, no way to leave for one of the two of a couple, an id that tells
// how many there are, a cookie that goes further than this host.
func lintFor(q asked) (wrong []string) {
	wrong = lint(q.ResponseRecorder, q.path == "/static/*")
	if q.Header().Get("Strict-Transport-Security") == "" {
		wrong = append(wrong, "no Strict-Transport-Security")
	}
	for _, cookie := range q.Result().Cookies() {
		if !cookie.Secure || !strings.HasPrefix(cookie.Name, "__Host-") || cookie.Domain != "" {
			wrong = append(wrong, "cookie "+cookie.String())
		}
	}
	if !strings.HasPrefix(q.Header().Get("Content-Type"), "text/html") {
		return wrong
	}
	doc, err := html.Parse(strings.NewReader(q.Body.String()))
	if err != nil {
		return append(wrong, err.Error())
	}
	wrong = append(wrong, lintIDs(doc)...)
	title, whole := titleOfPage(q.Body.String())
	role := roleOf(q.actor)
	if !whole || q.path == "/exit" {
		return wrong
	}
	if named := regexp.MustCompile(`\b(ada|bob) (Client|Partner)\b|Dr `).FindString(title); named != "" || role != models.Therapist && title != neutralTitle {
		wrong = append(wrong, "the title is "+title)
	}
	ways := 0
	for _, s := range sheets(doc, "") {
		if s.action == "/exit" {
			ways++
		}
	}
	if (role == models.Client || role == models.Partner) && q.allow&anyone == 0 && ways != 1 {
		wrong = append(wrong, fmt.Sprintf("there are %d ways to leave", ways))
	}
	return wrong
}

var (
	daysIn     = regexp.MustCompile(`\d{4}-\d{2}-\d{2}`)
	countsIn   = regexp.MustCompile(`[/=.-]\d+(?:$|[/&.?#-])`)
	countsWith = regexp.MustCompile(`^(?:\w+[.-])?\d+$`)
)

// lintIDs says where an address, or what a form sends along, names something by
// a number that counts up. Weeks and days are no such numbers.
func lintIDs(doc *html.Node) (wrong []string) {
	for _, n := range elements(doc, func(*html.Node) bool { return true }) {
		name, _ := attr(n, "name")
		kind, _ := attr(n, "type")
		for _, a := range n.Attr {
			value := daysIn.ReplaceAllString(a.Val, "")
			address := slices.Contains(fetched, a.Key) || strings.HasPrefix(a.Key, "hx-")
			along := a.Key == "value" && kind == "hidden" && name != "version"
			if address && countsIn.MatchString(value) && a.Val[0] != '#' || along && countsWith.MatchString(value) {
				wrong = append(wrong, fmt.Sprintf("%s %s %s counts", n.Data, a.Key, a.Val))
			}
		}
	}
	return wrong
}

// TestGuard_refusesForms sends forms that another site, another kind of sender
// or too much text made. Nothing of them is kept.
func TestGuard_refusesForms(t *testing.T) {
	p := theStage(t).open(t)
	good := url.Values{"week": {string(p.week)}, "done": {"1"}, "effort": {"2"}, "tension": {"3"}, "forecast": {"4"}}
	const kind = "application/x-www-form-urlencoded"
	tests := []struct {
		name, kind, body string
		header           []string
		status           int
	}{
		{"another site", kind, good.Encode(), []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"a sibling site", kind, good.Encode(), []string{"Sec-Fetch-Site", "same-site"}, 403},
		{"a foreign origin", kind, good.Encode(), []string{"Sec-Fetch-Site", "", "Origin", "https://other.example"}, 403},
		{"no origin to speak of", kind, good.Encode(), []string{"Sec-Fetch-Site", "", "Origin", "null"}, 403},
		{"multipart", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"tension\"\r\n\r\n3\r\n--x--\r\n", nil, 415},
		{"JSON", "application/json", `{"tension":3}`, nil, 415},
		{"plain text", "text/plain", good.Encode(), nil, 415},
		{"no kind", "", good.Encode(), nil, 415},
		{"compressed", kind, good.Encode(), []string{"Content-Encoding", "gzip"}, 415},
		{"one byte too many", kind, "note=" + strings.Repeat("a", bodyLimit-4), nil, 413},
		{"broken escapes", kind, "note=%zz", nil, 400},
		{"a field twice", kind, good.Encode() + "&tension=9", nil, 400},
	}
	for _, tt := range tests {
		for _, actor := range []string{"client", "nobody", "partner", "therapist"} {
			for _, r := range p.routes() {
				if r.method != http.MethodPost || (tt.status == 413 || tt.status == 400) && (r.path != "/week" || actor != "client") {
					continue
				}
				before := p.changes()
				w := p.as(actor).sendText(http.MethodPost, p.target(p.App, r.path, "own"), tt.kind, tt.body, tt.header...)
				if w.Code != tt.status || p.changes() != before {
					t.Fatalf("%s, POST %s as %s: %d, written %v", tt.name, r.path, actor, w.Code, p.changes() != before)
				}
				for _, wrong := range lint(w, false) {
					t.Errorf("%s, POST %s: %s", tt.name, r.path, wrong)
				}
			}
		}
	}
	if w := p.as("client").sendText(http.MethodPost, "/week", kind, "note="+strings.Repeat("a", bodyLimit-5)); w.Code >= 500 || w.Code == 413 {
		t.Errorf("a body of just the limit: %d", w.Code)
	}
	if w := p.as("client").send(http.MethodPost, "/week", good, "Sec-Fetch-Site", "", "Origin", "http://example.com"); w.Code != http.StatusSeeOther {
		t.Errorf("the site's own form: %d", w.Code)
	}
}

func TestMethods(t *testing.T) {
	p := theStage(t).open(t)
	server := httptest.NewServer(p)
	defer server.Close()
	ask := func(method, target, actor string) *http.Response {
		r, err := http.NewRequest(method, server.URL+target, nil)
		must(t, err)
		if c := p.as(actor).cookie; c != nil {
			r.AddCookie(c)
		}
		res, err := http.DefaultTransport.RoundTrip(r)
		must(t, err)
		t.Cleanup(func() { res.Body.Close() })
		return res
	}
	for _, r := range p.routes() {
		target := p.target(p.App, r.path, "own")
		for _, actor := range []string{"nobody", "client", "partner", "therapist"} {
			if r.method == http.MethodGet {
				get, head := ask("GET", target, actor), ask("HEAD", target, actor)
				if body, _ := io.ReadAll(head.Body); get.StatusCode != head.StatusCode || len(body) > 0 || get.Header.Get("Location") != head.Header.Get("Location") {
					t.Errorf("HEAD %s as %s: %d with %d bytes, GET %d", target, actor, head.StatusCode, len(body), get.StatusCode)
				}
			}
		}
		for _, method := range []string{"PUT", "DELETE", "PATCH"} {
			res := ask(method, target, "therapist")
			if allow := res.Header.Get("Allow"); res.StatusCode != http.StatusMethodNotAllowed || !strings.Contains(allow, r.method) {
				t.Errorf("%s %s: %d, Allow %q", method, r.path, res.StatusCode, allow)
			}
		}
	}
	for _, target := range []string{"/nowhere", "/week/", "/weeks", "/w/own", "/w/", "/cases/", "/.env", "/static/", "/static/app.css", "//week", "/WEEK", "/week%2f"} {
		if res := ask("GET", target, "client"); res.StatusCode != http.StatusNotFound || res.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("GET %s: %d, %s", target, res.StatusCode, res.Header.Get("Cache-Control"))
		}
	}
	for name, kind := range map[string]string{"css/app.css": "text/css", "js/app.js": "text/javascript", "vendor/htmx.min.js": "text/javascript", "icons/icon.svg": "image/svg+xml"} {
		target, err := p.assets.Path(name)
		must(t, err)
		res := ask("GET", target, "nobody")
		if res.StatusCode != 200 || !strings.HasPrefix(res.Header.Get("Content-Type"), kind) || !strings.Contains(res.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d, %v", name, res.StatusCode, res.Header)
		}
	}
}

// TestCookies_overHTTPS holds the session's cookie to the host.
func TestCookies_overHTTPS(t *testing.T) {
	p := theStage(t).open(t)
	p.secure = true
	w := p.as("nobody").post("/signin", url.Values{"signin": {"ada-partner"}, "passphrase": {"correct horse battery"}})
	list := w.Header().Values("Set-Cookie")
	if all := strings.Join(list, "\n"); len(list) != 2 || !strings.Contains(all, "__Host-form=") || !strings.Contains(all, "__Host-browser=") {
		t.Errorf("the cookies are %q", list)
	}
	for _, got := range list {
		for _, want := range []string{"__Host-", "; Path=/", "; HttpOnly", "; Secure", "; SameSite=Strict"} {
			if !strings.Contains(got, want) || strings.Contains(got, "Domain") {
				t.Errorf("%s is not in %s", want, got)
			}
		}
	}
	if w.Header().Get("Strict-Transport-Security") == "" {
		t.Error("no Strict-Transport-Security over HTTPS")
	}
}
