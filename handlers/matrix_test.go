package handlers

import (
	"fmt"
	"hash/maphash"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// An asked is one request of the matrix with its answer.
type asked struct {
	route
	step               string // of the partner's visit
	actor, object, way string
	*httptest.ResponseRecorder
}

// everything is every route with every kind of object, and with every step that
// can be taken at one address.
func everything(p *play) (list []asked) {
	for _, r := range p.routes() {
		steps := []string{""}
		if r.method == http.MethodPost && r.path == visitPath {
			steps = append(steps, visitSteps...)
		}
		for _, step := range steps {
			list = append(list, asked{route: r, step: step, object: objectsOf(r)[0]})
		}
	}
	return list
}

// visitSteps are the steps of the partner's visit.
var visitSteps = []string{"begin", "form", "own", "show", "about", "unlock", "keep", "back", "stop"}

// name is how the table calls it.
func (q asked) name() string {
	name := q.method + " " + q.path
	if q.step != "" {
		name += "=" + q.step
	}
	return name
}

// least is the least that a form must hold for its address to be there at all.
func (q asked) least() url.Values {
	form := url.Values{}
	if q.path == "/cases/:case/code" || q.path == "/cases/:case/access" {
		form.Set("role", "client")
	}
	if q.step != "" {
		form.Set("step", q.step)
	}
	return form
}

func (q asked) String() string {
	return fmt.Sprintf("%s, %s object, as %s, by %s: %d %s", q.name(), q.object, q.actor, q.way, q.Code, q.where())
}

// where says to where an answer sends the browser.
func (q asked) where() string {
	return q.Header().Get("Location") + q.Header().Get("HX-Redirect")
}

// cell is what became of a request, as the table of who may come in says it: a
// status for who was let in, "in" for who was sent to sign in, "-" for whom
// there is no such page.
func (q asked) cell() string {
	switch {
	case q.where() == signinPath, q.where() == secondPath, q.Code == http.StatusUnauthorized && q.way == "swap" && q.method == http.MethodPost:
		return "in"
	case q.Code == http.StatusNotFound:
		return "-"
	}
	return itoa(q.Code)
}

func (q asked) sameAs(page asked) bool { return q.Code == page.Code && q.where() == page.where() }

// A way is one manner in which each request of the matrix is put.
type way struct {
	name string
	send func(b *browser, r route, target string, body url.Values) *httptest.ResponseRecorder
	// reaches says whether it leads to the handler of a route at all.
	reaches func(r route) bool
	// right holds the answer to that of a browser without scripts.
	right func(q, page asked) bool
}

func always(route) bool  { return true }
func never(route) bool   { return false }
func byGet(r route) bool { return r.method == http.MethodGet }

// with puts a request as it should be, with some headers besides.
func with(header ...string) func(*browser, route, string, url.Values) *httptest.ResponseRecorder {
	return func(b *browser, r route, target string, body url.Values) *httptest.ResponseRecorder {
		if byGet(r) {
			body = nil
		}
		return b.send(r.method, target, body, header...)
	}
}

// by puts a request with another method.
func by(method string) func(*browser, route, string, url.Values) *httptest.ResponseRecorder {
	return func(b *browser, _ route, target string, body url.Values) *httptest.ResponseRecorder {
		return b.send(method, target, body)
	}
}

// allWays are those. The first is a browser without scripts: what it is
// answered stands in the golden table.
var allWays = []way{
	{"page", with(), always, func(q, _ asked) bool { return true }},
	{"swap", with("HX-Request", "true"), always, func(q, page asked) bool {
		if page.cell() == "in" { // a form is not taken away: it stays where it is
			return q.Code == http.StatusUnauthorized && q.method == http.MethodPost || q.Code == http.StatusOK && (q.where() == signinPath || q.where() == secondPath) && q.Body.Len() == 0
		}
		return q.sameAs(page) || q.Code == http.StatusOK && (q.where() == page.where() || q.where() == "")
	}},
	{"history", with("HX-Request", "true", "HX-History-Restore-Request", "true"), always, func(q, page asked) bool {
		return q.sameAs(page) && (q.method == http.MethodPost || steady(whole(q.ResponseRecorder)) == steady(whole(page.ResponseRecorder)))
	}},
	{"HEAD", by(http.MethodHead), byGet, func(q, page asked) bool {
		return q.method == http.MethodPost || q.sameAs(page)
	}},
	{"OPTIONS", by(http.MethodOptions), never, func(q, _ asked) bool {
		return q.Code == http.StatusNoContent && q.Body.Len() == 0 && strings.Contains(q.Header().Get("Allow"), q.method)
	}},
	{"another method", another, never, func(q, _ asked) bool {
		return q.method == http.MethodPost || q.Code == http.StatusMethodNotAllowed
	}},
	{"another site", with("Sec-Fetch-Site", "cross-site", "Origin", "https://other.example"), byGet, fromElsewhere},
	{"an old browser elsewhere", with("Sec-Fetch-Site", "", "Origin", "https://other.example"), byGet, fromElsewhere},
	{"an encoded address", encoded, always, func(q, page asked) bool { return q.sameAs(page) || q.Code == http.StatusNotFound }},
	{"a slash too many", func(b *browser, r route, target string, body url.Values) *httptest.ResponseRecorder {
		return b.send(r.method, target+"/", body)
	}, never, func(q, page asked) bool {
		return q.Code == http.StatusNotFound || q.Code != http.StatusOK && q.sameAs(page)
	}},
}

// another puts a request by another method and says in headers that it is the
// right one: the method is what it is.
func another(b *browser, r route, target string, body url.Values) *httptest.ResponseRecorder {
	method := http.MethodPut
	if r.method == http.MethodPost {
		method = http.MethodGet
	}
	return b.send(method, target, body, "X-HTTP-Method-Override", r.method, "X-HTTP-Method", r.method, "X-Method-Override", r.method)
}

func fromElsewhere(q, page asked) bool {
	return q.method == http.MethodPost && q.Code == http.StatusForbidden || q.method == http.MethodGet && q.sameAs(page)
}

var id26 = regexp.MustCompile(`[a-z2-7]{26}`)

// encoded writes one letter of an address by its number: the last of its first
// id, or the very last.
func encoded(b *browser, r route, target string, body url.Values) *httptest.ResponseRecorder {
	at := len(target) - 1
	if id := id26.FindStringIndex(target); id != nil {
		at = id[1] - 1
	}
	if at > 0 && !strings.Contains(target, "%") {
		target = fmt.Sprintf("%s%%%02X%s", target[:at], target[at], target[at+1:])
	}
	return with()(b, r, target, body)
}

// A matrix is everything asked as one actor. What may not write is asked of a
// copy of the stage that must be at the end what it was at the beginning.
type matrix struct {
	*stage
	t             *testing.T
	policy        policy
	forms         map[string]url.Values
	still, moving *play
	linted        *sync.Map  // answers that were looked at
	random        *rand.Rand // nil: no way is left out

	requests, lets, refusals, compared int
}

func (m *matrix) run(actor string) {
	m.still, m.moving = m.open(m.t), m.openIn(m.t, m.t.TempDir())
	defer func() { m.moving.close() }()
	before := rowsBut(m.t, m.still.raw, "audit") // which keeps refusals
	for _, one := range everything(m.still) {
		r := one.route
		chosen := slices.DeleteFunc(slices.Clone(allWays), func(w way) bool { return w.name != "page" && m.random != nil && m.random.IntN(3) != 0 })
		missing := map[string]asked{}
		for _, object := range objectsOf(r) {
			var page asked
			for _, w := range chosen {
				q := m.ask(w, asked{route: r, step: one.step, actor: actor, object: object, way: w.name})
				if w.name == "page" {
					page = q
				}
				lets := w.reaches(r) && m.policy.lets(q)
				m.judge(w, q, page, lets)
				if other, ok := missing[w.name]; ok && !m.policy.looks(q) {
					m.compared++
					if one, two := whole(other.ResponseRecorder), whole(q.ResponseRecorder); one != two {
						m.t.Errorf("%s: the refusal differs from that for a missing object\n%s", q, apart(one, two))
					}
				}
				if object == "missing" {
					missing[w.name] = q
				}
			}
		}
	}
	if rowsBut(m.t, m.still.raw, "audit") != before {
		m.t.Error("the database is not what it was, after nothing that may write")
	}
}

// ask puts one request. Who is let in sends an empty form; who is not sends a
// good one, which would be kept if it were taken.
func (m *matrix) ask(w way, q asked) asked {
	target := m.target(m.still.App, q.path, q.object)
	p, body, writes := m.still, m.forms[m.target(m.still.App, q.path, "own")], false
	if q.step != "" {
		body = q.least()
	}
	// A closed case keeps nothing, however good the form.
	kept := q.object != "closed" || strings.HasSuffix(m.policy.cell(q), "*")
	if q.method == http.MethodPost && w.reaches(q.route) && m.policy.lets(q) && kept {
		p, body, writes = m.moving, q.least(), true
	}
	p.secure = true // as people reach it
	before := p.changes()
	q.ResponseRecorder = w.send(p.as(q.actor), q.route, target, body)
	switch changed := p.changes() != before; {
	case changed && !writes:
		m.t.Errorf("%s: something was written", q)
	case changed:
		m.moving.close()
		m.moving = m.openIn(m.t, m.t.TempDir())
	}
	m.requests++
	return q
}

// judge holds one answer to the table, to the way in which it was asked for, and
// to what every answer must be.
func (m *matrix) judge(w way, q, page asked, lets bool) {
	if lets {
		m.lets++
	} else {
		m.refusals++
	}
	if want := m.policy.cell(q); q.way == "page" && (want == "in" || want == "-" || q.cell() == "in" || q.cell() == "-" || q.Code == http.StatusForbidden) && q.cell() != strings.TrimSuffix(want, "*") {
		m.t.Errorf("%s: the table says %s", q, want)
	}
	if q.Code >= 500 || !w.right(q, page) {
		m.t.Errorf("%s: not right beside the page, %d %s", q, page.Code, page.where())
	}
	if _, known := m.linted.LoadOrStore(maphash.String(lintSeed, whole(q.ResponseRecorder)), true); !known {
		for _, wrong := range lintFor(q) {
			m.t.Errorf("%s: %s", q, wrong)
		}
	}
}

var lintSeed = maphash.MakeSeed()
