package handlers

import (
	"bytes"
	crand "crypto/rand"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"enough/models"
	"enough/models/modelstest"
)

// A world is one of two copies of a practice, with an app on it.
type world struct {
	*App
	file  string
	raw   *sql.DB
	heard []string      // the statements that were run for the latest request
	log   *bytes.Buffer // what the app said of it
	later time.Duration // by which its clock is ahead
	pools []*sql.DB
}

// worldApps are the apps of the two worlds. They are made once: to read all
// templates takes longer than most of what is asked.
var worldApps = sync.OnceValues(func() (apps [2]*App, err error) {
	for i := range apps {
		if apps[i], err = New(Config{BaseURL: testSite.Origin}); err != nil {
			return apps, err
		}
	}
	return apps, nil
})

// openWorld opens a copy of a practice in which what is run is written down and
// nobody waits for the disk.
func openWorld(t testing.TB, app *App, file string, clock *modelstest.Clock) *world {
	t.Helper()
	w := &world{App: app, file: file}
	db, err := models.Open(models.Options{File: file, Now: func() time.Time { return clock.Now().Add(w.later) }, CheapPassphrases: true, OneFactor: true})
	must(t, err)
	for _, name := range []string{"client", "readers", "writer"} {
		pool := poolOf(db, name)
		w.pools = append(w.pools, *pool)
		*pool = listenTo(*pool, func(statement string) { w.heard = append(w.heard, name+": "+statement) })
	}
	sqlExec(t, *poolOf(db, "writer"), `PRAGMA synchronous = OFF`)
	w.db, w.App.client = db, db.ForClient()
	w.log = &bytes.Buffer{}
	w.App.log = slog.New(slog.NewTextHandler(w.log, nil))
	w.raw = openRaw(t, file)
	sqlExec(t, w.raw, `PRAGMA synchronous = OFF`)
	return w
}

func (w *world) close(t testing.TB) {
	t.Helper()
	must(t, w.raw.Close())
	for _, pool := range w.pools {
		must(t, pool.Close())
	}
	must(t, w.db.Close())
}

// fixedRandom runs fn while all that is drawn at random comes from a seed.
func fixedRandom(seed int, fn func()) {
	defer func(before io.Reader) { crand.Reader = before }(crand.Reader)
	crand.Reader = rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(seed >> 16)})
	fn()
}

// A pair is two worlds at the same instant that differ in what one person may
// not see. Whatever she asks is asked in both.
type pair struct {
	t          testing.TB
	one, other *world
	clock      *modelstest.Clock
	cookie     *http.Cookie // of her session, in both
	fresh      bool         // her device has not shown what leaving does
	name       *http.Cookie // by which her browser is known
	draws      int
	deafTo     string // the method of requests for which other statements may be run
	*tally
}

// A tally counts over all pairs of one kind.
type tally struct {
	pairs, answers, statements int
	mails                      int // to the person who looks
	statuses                   map[int]int
	reached                    map[string]int  // answers of a page that was shown, by route
	differed                   map[string]bool // columns in which two worlds ever differed
}

func newTally() *tally {
	return &tally{statuses: map[int]int{}, reached: map[string]int{}, differed: map[string]bool{}}
}

func (l lived) pair(t testing.TB, dir string, n *tally) *pair {
	t.Helper()
	apps, err := worldApps()
	must(t, err)
	p := &pair{t: t, clock: &modelstest.Clock{}, tally: n}
	p.clock.Set(l.now)
	must(t, os.Mkdir(dir, 0o700))
	p.one = openWorld(t, apps[0], l.kept.lay(t, filepath.Join(dir, "one")), p.clock)
	p.other = openWorld(t, apps[1], l.kept.lay(t, filepath.Join(dir, "other")), p.clock)
	return p
}

// differs notes in which columns the worlds differ, and holds that none lies in
// the scope of the person who looks.
func (p *pair) differs(t *testing.T, l layout, s scope) {
	t.Helper()
	all := func(string, string) bool { return true }
	one, other := contents(t, p.one.raw, l.tables, nil, all), contents(t, p.other.raw, l.tables, nil, all)
	for name := range one {
		if one[name] != other[name] {
			p.differed[name] = true
		}
	}
	one, other = contents(t, p.one.raw, l.tables, s.rows, s.reads), contents(t, p.other.raw, l.tables, s.rows, s.reads)
	for name := range one {
		if one[name] != other[name] {
			t.Fatalf("the worlds differ in what may be seen: %s %s", name, apart(one[name], other[name]))
		}
	}
}

func (p *pair) close() { p.one.close(p.t); p.other.close(p.t) }

// parted ends the crawl of a pair at the first answer in which its worlds
// differ.
type parted struct{ how string }

// compare crawls both worlds and gives the first answer that differs, empty when
// none does.
func (p *pair) compare(crawl func()) (how string) {
	defer func() {
		if r := recover(); r != nil {
			how = r.(parted).how // any other panic stays one
		}
	}()
	crawl()
	p.pairs++
	return ""
}

// both does the same in each world, with the same draws.
func (p *pair) both(fn func(i int, w *world)) {
	p.draws++
	for i, w := range []*world{p.one, p.other} {
		// Far from the seeds of the lives: what they drew is not drawn again.
		fixedRandom(1<<16+p.draws, func() { fn(i, w) })
	}
}

// ask sends one request in both worlds and gives the first answer.
func (p *pair) ask(method, target, kind, body string, header ...string) *httptest.ResponseRecorder {
	return p.askEach(method, target, kind, [2]string{body, body}, header...)
}

// askEach sends a request whose body may differ, and holds the second answer to
// the first: status, headers, cookies and body to the byte, but for the date,
// and the statements that were run for it.
func (p *pair) askEach(method, target, kind string, bodies [2]string, header ...string) *httptest.ResponseRecorder {
	var answers [2]*httptest.ResponseRecorder
	if p.name != nil {
		header = append(slices.Clip(header), "Cookie", p.name.Name+"="+p.name.Value)
	}
	p.both(func(i int, w *world) {
		w.heard = w.heard[:0]
		w.log.Reset()
		b := &browser{t: p.t, app: w, cookie: p.cookie, fresh: p.fresh}
		answers[i] = b.sendText(method, target, kind, bodies[i], header...)
	})
	part := func(what, one, other string) {
		panic(parted{fmt.Sprintf("%s: %s %s %v %.400s\n%s %s\n%s%s", p.clock.Now().Format("Monday 2 January 15:04"), method, target, header, bodies[1], what, apart(one, other), p.one.log, p.other.log)})
	}
	if one, other := whole(answers[0]), whole(answers[1]); one != other {
		part("the answers differ", one, other)
	}
	if method != p.deafTo && !slices.Equal(p.one.heard, p.other.heard) {
		part("other statements are run", strings.Join(p.one.heard, "\n"), strings.Join(p.other.heard, "\n"))
	}
	p.answers++
	p.statements += len(p.one.heard)
	p.statuses[answers[0].Code]++
	return answers[0]
}

func (p *pair) get(target string, header ...string) *httptest.ResponseRecorder {
	return p.ask(http.MethodGet, target, "", "", header...)
}

const formKind = "application/x-www-form-urlencoded"

// post sends a form, as a page or as a swap.
func (p *pair) post(target string, form url.Values, swap bool) *httptest.ResponseRecorder {
	return p.postEach(target, [2]url.Values{form, form}, swap)
}

func (p *pair) postEach(target string, forms [2]url.Values, swap bool) *httptest.ResponseRecorder {
	var header []string
	if swap {
		header = []string{"HX-Request", "true"}
	}
	return p.askEach(http.MethodPost, target, formKind, [2]string{forms[0].Encode(), forms[1].Encode()}, header...)
}
