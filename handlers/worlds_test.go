package handlers

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"testing"

	"enough/models/modelstest"
)

// A viewing is one kind of pair: who looks, and in what the worlds differ for
// that.
type viewing struct {
	name  string
	every int // it comes up in every so many lives
	// look makes the worlds differ, crawls them, and gives the first answer that
	// differs.
	look func(t *testing.T, l lived, p *pair, random *rand.Rand) (how string)
}

var viewings = []viewing{
	{"client", 1, clientLooks(0)}, {"another client", 1, clientLooks(1)},
	{"partner's phone", 2, phoneLooks}, {"partner", 2, partnerLooks}, {"another therapist", 7, therapistLooks}, {"supervisor", 4, supervisorLooks},
}

// TestWorlds is the second promise: what the partner has not shown cannot be seen
// or guessed. Practices live at random through the models' own methods. In a copy
// of each, what one person may not see is made another at random, and what was
// published stays. Then both are crawled as that person, and each answer must be
// the same byte for byte.
func TestWorlds(t *testing.T) {
	pairs := 100
	if n, err := strconv.Atoi(os.Getenv("ENOUGH_WORLDS")); err == nil && n > 0 {
		pairs = n
	} else {
		t.Log("100 pairs of worlds for the client; ENOUGH_WORLDS=1000 compares 1,000")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // little is kept, much is thrown away
	acts, tallies := map[string]int{}, map[string]*tally{}
	for _, v := range viewings {
		tallies[v.name] = newTally()
	}
	var layout layout
	for seed := range uint64(pairs / 2) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			dir := t.TempDir()
			l := live(t, dir, seed, acts)
			for i, v := range viewings {
				if seed%uint64(v.every) != uint64(i%v.every) {
					continue
				}
				p := l.pair(t, filepath.Join(dir, itoa(i)), tallies[v.name])
				layout = layoutOf(t, p.one)
				if how := v.look(t, l, p, rand.New(rand.NewPCG(seed, uint64(i)))); how != "" {
					t.Errorf("%s, again with ENOUGH_WORLDS=%d go test ./handlers -run 'TestWorlds/seed_%d$':\n%s", v.name, 2*seed+2, seed, how)
				}
				p.close()
			}
		})
	}
	ran := tallies["client"].pairs
	for _, v := range viewings {
		n := tallies[v.name]
		t.Logf("%-18s %4d pairs, %6d answers and %7d statements compared, answers by status %v", v.name, n.pairs, n.answers, n.statements, n.statuses)
	}
	if ran < 50 {
		t.Logf("whether everything was reached and everything differed is asked of 100 pairs, not of %d", ran)
		return
	}
	if mails := tallies["client"].mails + tallies["another client"].mails; mails < ran/2 {
		t.Errorf("only %d messages to clients were compared", mails)
	} else {
		t.Logf("%d messages to clients compared", mails)
	}
	wantAllActs(t, acts)
	wantAllDiffered(t, layout, tallies["client"], tallies["another client"])
	wantAllReached(t, "client", client, tallies["client"])
	wantAllReached(t, "partner's phone", partner, tallies["partner's phone"], visitPath+" own", visitPath+" about")
	wantAllReached(t, "partner", partner, tallies["partner"], visitPath+" own", visitPath+" show", visitPath+" about")
	tallies["another therapist"].reached[supervisedPath+"/:case"]++ // that is the supervisor's
	tallies["another therapist"].reached[secondPath]++              // that is for whoever is half signed in
	wantAllReached(t, "another therapist", therapist, tallies["another therapist"])
	wantAllReached(t, "supervisor", 0, tallies["supervisor"], supervisedPath, supervisedPath+"/:case")
}

// TestWorlds_areNotBlind shows that a pair parts where something was shown.
func TestWorlds_areNotBlind(t *testing.T) {
	for name, part := range map[string]func(t *testing.T, l lived, p *pair) (crawl func(random *rand.Rand)){
		"an item more is published": func(t *testing.T, l lived, p *pair) func(*rand.Rand) {
			f := l.fateOf(t, p, p.other, rand.New(rand.NewPCG(0, 0)))
			if l.shut[0] || l.gone[0] || publish(f, f.couples[0]) != nil {
				return nil
			}
			p.cookie = p.one.cookie(l.sessions[l.couples[0].Client.PersonID])
			return func(random *rand.Rand) { p.walk(random, client, l.couples[0]).asClient(names[0]) }
		},
		"something is written to the partner": func(t *testing.T, l lived, p *pair) func(*rand.Rand) {
			modelstest.Write(t, p.other.raw, p.other.file, "partner_notices", "body", "The form ends.", "1")
			if l.gone[0] || count(t, p.other.raw, `SELECT count(*) FROM partner_notices WHERE case_id = ?`, l.couples[0].CaseID) == 0 {
				return nil
			}
			return func(random *rand.Rand) {
				p.walk(random, partner, l.couples[0]).asPartner(func() { p.enters(l.couples[0], true) })
			}
		},
		"the frame of his own case is another": func(t *testing.T, l lived, p *pair) func(*rand.Rand) {
			modelstest.Write(t, p.other.raw, p.other.file, "cases", "stake", "The house.", "1")
			p.cookie = p.one.cookie(l.sessions[l.couples[2].Therapist.PersonID])
			return func(random *rand.Rand) {
				p.walk(random, therapist, l.couples[2]).asTherapist(l.couples[2], l.couples[0])
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(50) {
				dir := t.TempDir()
				l := live(t, dir, seed, map[string]int{})
				p := l.pair(t, filepath.Join(dir, "pair"), newTally())
				if crawl := part(t, l, p); crawl != nil {
					if p.compare(func() { crawl(rand.New(rand.NewPCG(seed, 0))) }) == "" {
						t.Error("and no answer differs")
					}
					p.close()
					return
				}
				p.close()
			}
			t.Error("in no life was there anything to part by")
		})
	}
}

// wantAllActs holds that the lives are rich: each act was taken at least once.
func wantAllActs(t *testing.T, acts map[string]int) {
	t.Helper()
	want := []string{"start", "plan", "intervention", "step_up", "withdrawal", "resume", "hold", "follow_up", "weekly", "extend", "end", "reopen",
		"check-in", "late check-in", "check-in corrected", "report", "late report", "report corrected", "report with the call", "report, pushed"}
	for _, a := range asides {
		want = append(want, a.name)
	}
	for _, name := range want {
		if acts[name] == 0 {
			t.Errorf("the act %q never came; it was refused %d times", name, acts[name+", refused"])
		}
	}
}

// wantAllDiffered holds that each column that a client cannot read was another
// between two worlds at least once.
func wantAllDiffered(t *testing.T, l layout, tallies ...*tally) {
	t.Helper()
	fixed := l.ofClient(theCast(t).couples[0]).fixed
	sealed := 0
	for table, columns := range l.tables {
		for _, c := range columns {
			if l.reads(table, c.name) || fixed[c.full()] != "" || table == keyTable {
				continue
			}
			sealed++
			if !slices.ContainsFunc(tallies, func(n *tally) bool { return n.differed[c.full()] }) {
				t.Errorf("%s is closed to the client and never differed between two worlds: let the lives fill it and the other world change it", c.full())
			}
		}
	}
	t.Logf("%d columns are closed to the client; each differed", sealed)
}

// wantAllReached holds that each page of a role was shown.
func wantAllReached(t *testing.T, name string, role access, n *tally, more ...string) {
	t.Helper()
	apps, err := worldApps()
	must(t, err)
	for _, r := range apps[0].routes() {
		if r.method == http.MethodGet && r.allow&role != 0 {
			more = append(more, r.path)
		}
	}
	for _, page := range more {
		if n.reached[page] == 0 {
			t.Errorf("%s: %s was never shown", name, page)
		}
	}
}
