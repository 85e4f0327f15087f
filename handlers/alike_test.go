package handlers

import (
	"math"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"enough/models"
	"enough/models/modelstest"
)

// A stranger is answered alike whatever is the case: for each question, the ways of
// asking it that must not be told apart.
type alike struct {
	name string
	ways []asking
}

type asking struct {
	name string
	ask  func()
}

// strangers gives what somebody who is not signed in can ask.
func strangers(t *testing.T, p *play) []alike {
	t.Helper()
	p.reachable()
	s := theStage(t)
	other := s.couple
	box := modelstest.NewMailbox(t)
	form := func(target string, values url.Values) func() {
		return func() { (&surfer{app: p.App}).send(http.MethodPost, target, values) }
	}
	signIn := func(name string) func() {
		return form(signinPath, url.Values{"signin": {name}, "passphrase": {"not this one"}})
	}
	askFor := func(name string) func() { return form(askPath, url.Values{"signin": {name}}) }

	used, expired := &surfer{app: p.App}, &surfer{app: p.App}
	atUsed := asks(t, p, used, box)
	ask := used.cookies["ask"]
	used.send(http.MethodPost, atUsed, nil)
	atExpired := asks(t, p, expired, box)
	p.clock.Set(p.clock.Now().Add(10*time.Minute + time.Second))
	again := func(target string, cookie *http.Cookie) func() {
		return func() {
			(&surfer{app: p.App, cookies: map[string]*http.Cookie{"ask": cookie}}).send(http.MethodPost, target, nil)
		}
	}
	code := func() string {
		c, err := p.db.InviteTo(t.Context(), other.Therapist, other.CaseID, models.Partner)
		must(t, err)
		return c
	}
	killed := code()
	late := code()
	p.clock.Set(p.clock.Now().Add(31 * time.Minute))
	join := func(code string) func() {
		return form("/join", url.Values{"code": {code}, "signin": {"somebody"}, "passphrase": {"three words will do"}, "again": {"three words will do"}})
	}
	return []alike{
		{"sign-in", []asking{{"nobody", signIn("nobody")}, {"client", signIn("ada-client")}, {"partner", signIn("ada-partner")}, {"therapist", signIn("vera")}}},
		{"asking for a link", []asking{{"nobody", askFor("nobody")}, {"client", askFor("ada-client")}, {"no address", askFor("bob-client")}, {"partner", askFor("ada-partner")}}},
		{"a link", []asking{{"never", again("/link/"+strings.Repeat("a", 52), ask)}, {"used", again(atUsed, ask)}, {"expired", again(atExpired, expired.cookies["ask"])}}},
		{"a code", []asking{{"never", join("AAAA-BBBB-CCCC-DDDD-EEEE")}, {"replaced", join(killed)}, {"expired", join(late)}}},
	}
}

// TestAlike_sameStatements holds what is asked of the database to be the same in each
// of the ways: no time can tell them apart but what the disk takes.
func TestAlike_sameStatements(t *testing.T) {
	p := theStage(t).open(t)
	kinds := strangers(t, p)
	var heard []string
	for _, name := range []string{"client", "readers", "writer"} {
		pool := poolOf(p.db, name)
		was := *pool
		*pool = listenTo(was, func(statement string) { heard = append(heard, name+": "+statement) })
		t.Cleanup(func() { must(t, (*pool).Close()); *pool = was })
	}
	compared := 0
	for _, k := range kinds {
		var want []string
		for i, w := range k.ways {
			p.clock.Set(p.clock.Now().Add(time.Minute))
			heard = nil
			w.ask()
			if i == 0 {
				want = slices.Clone(heard)
			}
			if compared += len(heard); len(heard) == 0 || !slices.Equal(heard, want) {
				t.Errorf("%s: %s is told from %s: %d statements and %d\n%s", k.name, w.name, k.ways[0].name, len(heard), len(want), apart(strings.Join(want, "\n"), strings.Join(heard, "\n")))
			}
		}
	}
	// A name that must wait, after what was tried for it.
	for range 12 {
		kinds[0].ways[1].ask()
	}
	p.clock.Set(p.clock.Now().Add(30 * time.Second))
	var lists [2][]string
	for i, w := range []asking{kinds[0].ways[0], kinds[0].ways[1]} {
		heard = nil
		w.ask()
		lists[i] = slices.Clone(heard)
	}
	if len(lists[0]) == 0 || !slices.Equal(lists[0], lists[1]) {
		t.Errorf("a name that waits is told from one that nobody has:\n%s", apart(strings.Join(lists[0], "\n"), strings.Join(lists[1], "\n")))
	}
	t.Logf("%d statements compared", compared)
}

// TestAlike_time measures how long the ways take, with ENOUGH_TIMINGS of each. The
// figure is Welch's t against the first way; beyond 4.5 it could be told by time.
func TestAlike_time(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("ENOUGH_TIMINGS"))
	if n == 0 {
		t.Skip("set ENOUGH_TIMINGS to the number of samples, such as 10000, to measure")
	}
	p := theStage(t).open(t)
	for _, k := range strangers(t, p) {
		took := make([][]float64, len(k.ways))
		for range n {
			for i, w := range k.ways {
				p.clock.Set(p.clock.Now().Add(time.Minute))
				start := time.Now()
				w.ask()
				took[i] = append(took[i], float64(time.Since(start).Microseconds()))
			}
		}
		for i, w := range k.ways[1:] {
			one, v1 := meanAndVariance(trimmed(took[0]))
			other, v2 := meanAndVariance(trimmed(took[i+1]))
			t.Logf("%-18s %-10s against %-7s %d of each: means %.0f and %.0f µs, t %.1f", k.name, w.name, k.ways[0].name, n, other, one, (other-one)/math.Sqrt((v1+v2)/float64(n)))
		}
	}
}

// trimmed leaves out the slowest twentieth, in which the machine did something else.
func trimmed(list []float64) []float64 {
	slices.Sort(list)
	return list[:len(list)*19/20]
}

func meanAndVariance(list []float64) (mean, variance float64) {
	for _, x := range list {
		mean += x / float64(len(list))
	}
	for _, x := range list {
		variance += (x - mean) * (x - mean) / float64(len(list)-1)
	}
	return mean, variance
}
