package proof

import (
	"database/sql"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// A crowd sends forms to a program, each lane one after the other and all lanes
// at once. It keeps what was acknowledged in a ledger that lies on a disk which
// nobody takes away, and knows what must be found in the database because of it.
type crowd struct {
	t      testing.TB
	p      practice
	addr   string
	ledger *os.File

	mu    sync.Mutex
	moved sync.Cond
	state state
	lanes []*lane
	acked map[string]int // by route
	full  int            // refused with 503

	besides int  // how many more of each form are sent at once
	unread  bool // what is kept cannot be read: a page that is refused may be without its form
	stays   bool // nobody leaves in haste, which goes through when nothing can be kept
	typed   []string
}

// state says which lanes may go on.
type state int

const (
	halted  state = iota // none
	again                // those whose form was not acknowledged, to send it again
	running              // all
	over                 // all are to end
)

// A lane is one after the other of what one or a few people do. Nobody else
// touches what they touch.
type lane struct {
	*crowd
	name    string
	known   map[string]int // by query: what must be found
	settled map[string]int // what nobody touches any more
	flight  *flight        // on its way
	last    *flight        // acknowledged last
	waits   bool
	ended   bool
	left    int // how many forms are left to send, 0 for no end
}

// A flight is one form on its way: what it says, and what will be found once it
// is kept.
type flight struct {
	act
	path   string
	values url.Values
	before map[string]int
	after  map[string]int
}

// An act is a form to be filled in and sent.
type act struct {
	route string // as in the table
	who   *phone
	page  string // on which the form stands
	form  func(sheet) bool
	to    string // where another button of the form sends it
	fill  fill
	press fill // the button that is pressed, where it says something
	found []effect
	// once is an act that is not to be sent again needlessly: another code is made,
	// another session begun. One that counts then counts twice.
	once, counts bool
	// alone is an act that costs too much to be sent twenty times: a passphrase is
	// looked at.
	alone bool
}

// effect is a number that is found in the database once a form is kept.
type effect struct {
	query string
	value int
}

func newCrowd(t testing.TB, p practice, addr string) *crowd {
	t.Helper()
	ledger, err := os.OpenFile(filepath.Join(t.TempDir(), "ledger"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	must(t, err)
	c := &crowd{t: t, p: p, addr: addr, ledger: ledger, acked: map[string]int{}}
	c.moved.L = &c.mu
	t.Cleanup(func() {
		c.let(over)
		must(t, ledger.Close())
	})
	return c
}

// lane starts a lane, which waits until it is let.
func (c *crowd) lane(name string, life func(*lane)) {
	l := &lane{crowd: c, name: name, known: map[string]int{}, settled: map[string]int{}}
	c.lanes = append(c.lanes, l)
	go func() {
		defer func() {
			c.mu.Lock()
			l.ended = true
			c.moved.Broadcast()
			c.mu.Unlock()
		}()
		life(l)
	}()
}

// let changes which lanes may go on. Of all but running it returns when every
// lane has come to rest.
func (c *crowd) let(s state) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state = s
	c.moved.Broadcast()
	if s == running {
		return
	}
	for slices.ContainsFunc(c.lanes, func(l *lane) bool { return !l.ended && (!l.waits || l.may()) }) {
		c.moved.Wait()
	}
}

// halt only says that no lane may go on; what is on its way stays so.
func (c *crowd) halt() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state = halted
}

func (l *lane) may() bool {
	return l.state == running || l.state == over || l.state == again && l.flight != nil
}

// turn waits until the lane may go on.
func (l *lane) turn() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waits = true
	l.moved.Broadcast()
	for !l.may() {
		l.moved.Wait()
	}
	l.waits = false
	if l.state == over {
		l.mu.Unlock()
		defer l.mu.Lock()
		runtime.Goexit()
	}
}

// fail reports what must not be, and ends the lane.
func (l *lane) fail(format string, args ...any) {
	l.t.Errorf("%s: %s", l.name, fmt.Sprintf(format, args...))
	runtime.Goexit()
}

// value is what must be found for a query: what was found before anything was
// sent, and what came of the forms since.
func (l *lane) value(query string) int {
	for _, known := range []map[string]int{l.known, l.settled} {
		if v, ok := known[query]; ok {
			return v
		}
	}
	return ask(l.t, l.p.before, query)
}

func ask(t testing.TB, db *sql.DB, query string) (n int) {
	t.Helper()
	if err := db.QueryRow(`SELECT COALESCE((` + query + `), 0)`).Scan(&n); err != nil {
		t.Errorf("%s: %v", query, err)
	}
	return n
}

// more is one more than before for a query.
func (l *lane) more(query string, args ...string) effect {
	e := is(0, query, args...)
	e.value = l.value(e.query) + 1
	return e
}

// is says what a query must give. Each of its question marks is one of the ids.
func is(value int, query string, ids ...string) effect {
	for _, id := range ids {
		query = strings.Replace(query, "?", "'"+id+"'", 1)
	}
	return effect{query, value}
}

// audited is one more line in the trail of a person.
func (l *lane) audited(who person, action string) effect {
	return l.more(`SELECT count(*) FROM audit WHERE person_id = ? AND action = ?`, who.id, action)
}

// do fetches the page of a form, fills it in and sends it until it is
// acknowledged.
func (l *lane) do(a act) answer {
	f := l.fetch(a)
	l.mu.Lock()
	l.flight = f
	l.mu.Unlock()
	for {
		got, err := l.send(f)
		switch {
		case err != nil: // the program is gone
			time.Sleep(time.Millisecond)
		case got.acknowledged():
			l.acknowledge(f)
			if l.left--; l.left == 0 {
				runtime.Goexit()
			}
			return got
		case got.status == 503:
			l.refused(f, got)
			time.Sleep(5 * time.Millisecond)
		default:
			l.fail("%s with %v is answered with %s", f.route, f.values, got)
		}
		l.turn()
	}
}

// send sends a form, and with it as many more of the same at once as the crowd
// is told to. All must be answered alike.
func (l *lane) send(f *flight) (answer, error) {
	if f.once || f.alone || l.besides == 0 {
		return f.who.post(l.addr, f.path, f.values)
	}
	answers := make([]answer, l.besides)
	var all sync.WaitGroup
	for i := range answers {
		p := newPhone()
		p.cookies = maps.Clone(f.who.cookies)
		all.Go(func() {
			defer p.http.CloseIdleConnections()
			for answers[i].status == 0 || answers[i].status == 503 { // on a slow machine the last may wait too long
				var err error
				if answers[i], err = p.post(l.addr, f.path, f.values); err != nil {
					answers[i] = answer{status: -1, body: err.Error()}
				}
			}
		})
	}
	got, err := f.who.post(l.addr, f.path, f.values)
	all.Wait()
	for _, other := range answers {
		if other.status != got.status || other.location != got.location || steady(other.body) != steady(got.body) {
			l.fail("%s, sent %d times at once, is answered with %d %s and with %d %s: %s", f.route, 1+l.besides, got.status, got.location, other.status, other.location, apart(steady(got.body), steady(other.body)))
		}
	}
	return got, err
}

// random is what is drawn anew for every answer.
var random = regexp.MustCompile(`[A-Z2-7]{26}|[a-z2-7]{26}|[A-Z2-7]{4}(-[A-Z2-7]{4}){4}|&#34;challenge&#34;:&#34;[\w-]{43}&#34;`)

// apart shows where two answers begin to differ.
func apart(one, other string) string {
	i := 0
	for i < min(len(one), len(other)) && one[i] == other[i] {
		i++
	}
	cut := func(s string) string { return s[max(0, min(i-60, len(s))):min(len(s), i+120)] }
	return fmt.Sprintf("…%q and …%q", cut(one), cut(other))
}

func steady(body string) string { return random.ReplaceAllString(body, "") }

// fetch gives a form filled in.
func (l *lane) fetch(a act) *flight {
	for {
		l.turn()
		page, err := a.who.get(l.addr, a.page)
		if err != nil || page.status == 503 {
			time.Sleep(time.Millisecond)
			continue
		}
		for _, s := range sheets(page.body, a.page) {
			if !a.form(s) {
				continue
			}
			for _, part := range []fill{a.fill, a.press} {
				for name, value := range part {
					s.values.Set(name, value)
					l.note(value)
				}
			}
			if a.to != "" {
				s.action = a.to
			}
			f := &flight{act: a, path: s.action, values: s.values, before: map[string]int{}, after: map[string]int{}}
			if !fits(a.route, s.action) {
				l.fail("the form goes to %s, which is not %s", s.action, a.route)
			}
			for _, e := range a.found {
				f.before[e.query], f.after[e.query] = l.value(e.query), e.value
			}
			return f
		}
		l.fail("%s has no form for %s: %s", a.page, a.route, page)
	}
}

// fits says whether a path is one of a route.
func fits(route, path string) bool {
	_, pattern, _ := strings.Cut(route, " ")
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		if want[i] != got[i] && !strings.HasPrefix(want[i], ":") {
			return false
		}
	}
	return true
}

func (l *lane) acknowledge(f *flight) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, err := fmt.Fprintln(l.ledger, l.name, f.route, f.values.Get("submission_id")); err != nil {
		l.t.Error(err)
	}
	if err := l.ledger.Sync(); err != nil {
		l.t.Error(err)
	}
	route := f.route
	if step := f.values.Get("step"); step != "" { // the steps of a visit have one address
		route += "=" + step
	}
	l.acked[route]++
	maps.Copy(l.known, f.after)
	l.last, l.flight = f, nil
}

// refused holds an answer that nothing was saved to its words, and to what was
// typed.
func (l *lane) refused(f *flight, got answer) {
	l.mu.Lock()
	l.full++
	l.mu.Unlock()
	if !strings.Contains(got.body, "Not saved") {
		l.fail("%s is answered with %s", f.route, got)
	}
	again := false
	for _, s := range sheets(got.body, f.page) {
		if s.action != f.path || s.values.Get("submission_id") != f.values.Get("submission_id") {
			continue
		}
		again = true
		for name, values := range f.values {
			if f.press[name] == "" && name != "passphrase" && name != "again" && name != "now" && !slices.Equal(values, s.values[name]) && strings.Join(values, "") != "" {
				l.fail("%s is refused, and %s was %q and is %q", f.route, name, values, s.values[name])
			}
		}
	}
	if len(f.fill) > 0 && !again && !l.unread {
		l.fail("%s is refused, and what was typed is not there: %s", f.route, got)
	}
}

// settle says that what a lane did so far is touched by nobody any more. It is
// looked at once more at the end.
func (l *lane) settle() {
	l.mu.Lock()
	defer l.mu.Unlock()
	maps.Copy(l.settled, l.known)
	clear(l.known)
}

// sum is how many forms were acknowledged.
func (c *crowd) sum() (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, k := range c.acked {
		n += k
	}
	return n
}
