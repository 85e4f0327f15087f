package handlers

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"

	"enough/models"
	"enough/models/modelstest"
)

// A walker goes through the pages of one person in both worlds of a pair. The
// order, the ways of asking and what is typed are drawn from the pair's seed.
type walker struct {
	*pair
	random *rand.Rand
	role   access
	values map[string]string // for the parameters of paths
}

// walk makes a walker for the rest of a pair.
func (p *pair) walk(random *rand.Rand, role access, c modelstest.Couple) *walker {
	values := map[string]string{":case": c.CaseID, ":experiment": cmp.Or(c.Experiment, strings.Repeat("a", 26)), ":token": "nosuchtoken",
		":week": string(models.WeekOf(p.clock.Now(), time.UTC).Add(-1)), ":step": "act", ":kind": "step_up", ":page": "week", ":file": "partner"}
	return &walker{pair: p, random: random, role: role, values: values}
}

// ways are those in which a browser asks for a page.
var ways = [][]string{nil, {"HX-Request", "true"}, {"HX-Request", "true", "HX-History-Restore-Request", "true"}, {"HX-Request", "true", "HX-Boosted", "true"}}

func (w *walker) way() []string { return ways[w.random.IntN(len(ways))] }

func (w *walker) coin() bool { return w.random.IntN(2) == 0 }

// after lets time pass.
func (w *walker) after(d time.Duration) { w.clock.Set(w.clock.Now().Add(d)) }

// week is the week in which the clock stands, or one near it.
func (w *walker) week(n int) models.Week { return models.WeekOf(w.clock.Now(), time.UTC).Add(n) }

// target fills the parameters of a path.
func (w *walker) target(path string) string {
	if path == "/static/*" {
		asset, _ := w.one.assets.Path("css/app.css")
		return asset
	}
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if v, ok := w.values[part]; ok {
			parts[i] = v
		}
	}
	return strings.Join(parts, "/")
}

// everywhere asks for this person's pages and for a third of all that is not hers,
// which she must not be able to tell from what is not there, each in one way.
func (w *walker) everywhere() {
	w.pages()
	for _, r := range w.one.routes() {
		if w.random.IntN(3) > 0 {
			continue
		}
		switch target := w.target(r.path); {
		case r.method == http.MethodPost && r.allow&(anyone|w.role) == 0:
			w.post(target, url.Values{}, w.coin())
		case r.method == http.MethodGet && r.allow&w.role == 0:
			w.get(target, w.way()...)
		}
	}
	for _, target := range []string{"/nowhere", "/week/", "/cases/" + w.values[":case"] + "/nowhere", "/static/nothing.css"} {
		w.get(target, w.way()...)
	}
	method := []string{http.MethodPut, http.MethodDelete, http.MethodOptions, http.MethodPatch}[w.random.IntN(4)]
	for _, target := range []string{"/week", "/w", "/cases", "/shared"} {
		w.ask(method, target, "", "")
	}
}

// pages asks for this person's own pages: whole, in one other way, and without
// the body; and for every further view of a page that it links to.
func (w *walker) pages() {
	for _, r := range w.one.routes() {
		if r.method != http.MethodGet || r.allow&w.role == 0 {
			continue
		}
		target := w.target(r.path)
		answer := w.get(target)
		if answer.Code == http.StatusOK {
			w.reached[r.path]++
		}
		w.get(target, ways[1+w.random.IntN(len(ways)-1)]...)
		if w.random.IntN(4) == 0 {
			w.ask(http.MethodHead, target, "", "")
		}
		for _, link := range furtherViews(answer.Body.String(), target) {
			w.get(link, w.way()...)
		}
	}
}

// furtherViews are the links of a page to itself with another query.
func furtherViews(body, target string) (list []string) {
	for {
		_, after, found := strings.Cut(body, ` href="`)
		if !found {
			return list
		}
		var link string
		link, body, _ = strings.Cut(after, `"`)
		link = html.UnescapeString(link)
		if strings.HasPrefix(link, target+"?") && !slices.Contains(list, link) {
			list = append(list, link)
		}
	}
}

// draw gives up to n of a list, in any order.
func draw[T any](r *rand.Rand, list []T, n int) []T {
	list = slices.Clone(list)
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list[:min(n, len(list))]
}

// forms sends the forms of a page: without a field, with wrong values, against
// another version, well, twice, by another name, and as it was handed out, which
// by then has been overtaken.
func (w *walker) forms(page string, good map[string]string, bad map[string][]string, wrong int) {
	answer := w.get(page)
	if !strings.Contains(answer.Body.String(), "<form") {
		return
	}
	for _, s := range sheets(parse(w.t, answer.Body.String()), page) {
		if s.action == "/signout" || s.action == "/exit" {
			continue
		}
		swap := func() bool { return s.swaps && w.coin() }
		full := maps.Clone(s.values)
		for name, value := range good {
			if hasField(s, name) {
				full.Set(name, value)
			}
		}
		with := func(name string, value ...string) url.Values {
			v := maps.Clone(full)
			v[name] = value
			return v
		}
		for _, name := range draw(w.random, slices.Sorted(maps.Keys(full)), 1) {
			w.post(s.action, with(name), swap())
		}
		for _, name := range draw(w.random, slices.Sorted(maps.Keys(bad)), wrong) {
			if hasField(s, name) {
				w.post(s.action, with(name, bad[name][w.random.IntN(len(bad[name]))]), swap())
			}
		}
		if full.Has("version") {
			w.post(s.action, with("version", "77"), swap())
		}
		w.post(s.action, full, swap())
		w.post(s.action, full, swap())
		w.post(s.action, with("submission_id", "another"), swap())
		w.post(s.action, s.values, swap())
	}
}

func hasField(s sheet, name string) bool {
	return len(elements(s.node, func(n *html.Node) bool { own, _ := attr(n, "name"); return own == name })) > 0
}

// faults sends what no page of ours sends.
func (w *walker) faults(target string) {
	form := url.Values{"week": {"next"}, "note": {"Mine."}}.Encode()
	w.ask(http.MethodPost, target, formKind, form, "Sec-Fetch-Site", "cross-site")
	w.ask(http.MethodPost, target, "application/json", "{}")
	w.ask(http.MethodPost, target, formKind, "note="+strings.Repeat("a", bodyLimit))
	w.ask(http.MethodPost, target, formKind, "note=%zz")
	w.ask(http.MethodPost, target, formKind, form, "HX-Request", "true")
}

// takes keeps the cookies of an answer.
func (w *walker) takes(answer *httptest.ResponseRecorder) {
	for _, c := range answer.Result().Cookies() {
		switch {
		case c.Name == w.one.toldName():
			w.fresh = false
		case c.Name == w.one.deviceName():
			w.name = c
		case c.MaxAge < 0:
			w.cookie = nil
		default:
			w.cookie = c
		}
	}
}

// leaves ends the session.
func (w *walker) leaves(target string) {
	w.takes(w.post(target, url.Values{}, false))
	w.get("/")
	w.get(w.target("/cases/:case"), w.way()...)
}

func (w *walker) signsIn(name string) {
	w.takes(w.post("/signin", url.Values{"signin": {name}, "passphrase": {modelstest.Passphrase}}, false))
}
