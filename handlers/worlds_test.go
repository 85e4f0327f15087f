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
	"strings"
	"testing"
	"time"

	"enough/models"
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
	{"partner's phone", 2, phoneLooks}, {"partner", 2, partnerLooks}, {"another therapist", 7, therapistLooks},
}

// names are the first parts of the sign-in names of the cast's couples.
var names = []string{"ada", "eve", "bob"}

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
	wantAllActs(t, acts)
	wantAllDiffered(t, layout, tallies["client"], tallies["another client"])
	wantAllReached(t, "client", client, tallies["client"])
	wantAllReached(t, "partner's phone", partner, tallies["partner's phone"], visitPath+" own", visitPath+" about")
	wantAllReached(t, "partner", partner, tallies["partner"], visitPath+" own", visitPath+" show", visitPath+" about")
	wantAllReached(t, "another therapist", therapist, tallies["another therapist"])
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

// walk makes a walker for the rest of a pair.
func (p *pair) walk(random *rand.Rand, role access, c modelstest.Couple) *walker {
	values := map[string]string{":case": c.CaseID, ":experiment": c.Experiment, ":token": "nosuchtoken", ":week": string(models.WeekOf(p.clock.Now(), time.UTC).Add(-1)), ":step": "act", ":kind": "step_up", ":page": "week"}
	if c.Experiment == "" {
		values[":experiment"] = strings.Repeat("a", 26)
	}
	return &walker{pair: p, random: random, role: role, values: values}
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

// fateOf goes on with a life in one world.
func (l lived) fateOf(t *testing.T, p *pair, w *world, random *rand.Rand) *fate {
	f := &fate{t: t, random: random, p: &modelstest.Practice{DB: w.db, File: w.file, Clock: p.clock, Owner: theCast(t).owner}, gone: map[*modelstest.Couple]bool{}, shut: map[*modelstest.Couple]bool{}, done: map[string]int{}, words: 1000}
	for i := range l.couples {
		c := l.couples[i]
		c.Practice = f.p
		f.couples = append(f.couples, &c)
		f.gone[&c], f.shut[&c] = l.gone[i], l.shut[i]
	}
	return f
}

// clientLooks compares for the first of some clients who has a way in: in the
// other world partner and therapist go on with what shows him nothing, and then
// all that he may not see is disturbed.
func clientLooks(from int) func(*testing.T, lived, *pair, *rand.Rand) string {
	return func(t *testing.T, l lived, p *pair, random *rand.Rand) string {
		at := from
		for l.shut[at] {
			at = (at + 1) % len(l.couples)
		}
		return l.lookAsClient(t, at, p, random)
	}
}

func (l lived) lookAsClient(t *testing.T, at int, p *pair, random *rand.Rand) string {
	couple, layout := l.couples[at], layoutOf(t, p.other)
	s := layout.ofClient(couple)
	if random.IntN(4) > 0 {
		f := l.fateOf(t, p, p.other, random)
		for range 1 + random.IntN(6) {
			f.aside(f.couples[at], secrets[random.IntN(len(secrets))])
		}
		f.reportQuietly(f.couples[at])
		f.tryNames(names[at] + "-partner")
		p.differs(t, layout, s)
	}
	if random.IntN(4) > 0 {
		s.disturb(t, p.other.raw, random)
		p.differs(t, layout, s)
	}
	return p.compare(func() {
		p.cookie = p.one.cookie(l.sessions[couple.Client.PersonID])
		p.walk(random, client, couple).asClient(names[at])
	})
}

// reportQuietly is a report of a week of which nothing is shown: to change what
// is shown closes it, which he sees.
func (f *fate) reportQuietly(c *modelstest.Couple) {
	open, ok, err := f.p.PartnerForm(ctx, c.Partner)
	must(f.t, err)
	if !ok || f.gone[c] {
		return
	}
	list, _, err := f.p.Offers(ctx, c.Partner)
	must(f.t, err)
	if !slices.ContainsFunc(list, func(o models.Offer) bool {
		return o.Shown && (o.Place == string(open.Week) || o.Phase.Contains(open.Week))
	}) {
		f.report(c)
	}
}

// tryNames signs in as somebody, wrongly some times and then perhaps well.
func (f *fate) tryNames(name string) {
	for range f.random.IntN(7) {
		_, err := f.p.SignIn(ctx, name, "not her passphrase")
		f.note("wrong passphrase", err)
	}
	if f.odds(1, 2) {
		_, err := f.p.SignIn(ctx, name, modelstest.Passphrase)
		f.note("her passphrase", err)
	}
}

// phoneLooks compares for whoever holds the partner's phone: her answers differ.
func phoneLooks(t *testing.T, l lived, p *pair, random *rand.Rand) string {
	for at, couple := range l.couples {
		if l.gone[at] {
			continue
		}
		f := l.fateOf(t, p, p.one, random)
		open, ok, err := f.p.PartnerForm(ctx, couple.Partner)
		for days := 0; err == nil && (!ok || open.Saved > 0) && days < 21; days++ {
			p.clock.Set(p.clock.Now().AddDate(0, 0, 1))
			open, ok, err = f.p.PartnerForm(ctx, couple.Partner)
		}
		must(t, err)
		if !ok || open.Saved > 0 {
			p.clock.Set(l.now)
			continue
		}
		answers := [2]models.PartnerReportInput{f.reportInput(open), f.reportInput(open)}
		if random.IntN(4) > 0 {
			at := random.IntN(2)
			worried, calm := &answers[at], &answers[1-at]
			worried.Safe, worried.Pushed, worried.Children, worried.Contact, worried.ContactBy = f.one("no", "not_always"), f.one("yes", "a_little"), "frightened", "soon", f.one("safe_route", "another_way", "not_now")
			calm.Safe, calm.Pushed, calm.Children, calm.Contact = f.one("", "yes"), f.one("", "no"), f.one("", "as_usual"), f.one("", "no")
		}
		return p.compare(func() {
			p.enters(couple, false)
			p.walk(random, partner, couple).onPhone(names[at], answers)
		})
	}
	return ""
}

// enters starts a session of the partner's, the same in both worlds.
func (p *pair) enters(c modelstest.Couple, unlocked bool) {
	p.both(func(_ int, w *world) {
		token, _, err := w.db.StartSession(ctx, c.Partner)
		must(p.t, err)
		p.cookie = w.cookie(token)
		if unlocked {
			v, err := w.db.Authenticate(ctx, token)
			must(p.t, err)
			must(p.t, w.db.Unlock(ctx, v, modelstest.Passphrase))
		}
	})
}

// partnerLooks compares for the partner on her own pages: what they never give
// back of her answers differs, and what the others write for themselves.
func partnerLooks(t *testing.T, l lived, p *pair, random *rand.Rand) string {
	at := random.IntN(len(l.couples))
	if l.gone[at] {
		return ""
	}
	layout := layoutOf(t, p.other)
	s, f := layout.ofPartner(l.couples[at]), l.fateOf(t, p, p.other, random)
	for range 6 {
		f.aside(f.couples[at], judgements[random.IntN(len(judgements))])
	}
	f.checkIn(f.couples[at])
	s.disturb(t, p.other.raw, random)
	rewriteUnseen(t, p.other, random)
	p.differs(t, layout, s)
	p.deafTo = "POST" // her form raises flags, or does not
	return p.compare(func() {
		p.walk(random, partner, l.couples[at]).asPartner(func() { p.enters(l.couples[at], true) })
	})
}

// therapistLooks compares for a therapist: all of another therapist's cases
// differs.
func therapistLooks(t *testing.T, l lived, p *pair, random *rand.Rand) string {
	own, other := []modelstest.Couple{l.couples[0], l.couples[1]}, []modelstest.Couple{l.couples[2]}
	if random.IntN(2) == 0 {
		own, other = other, own
	}
	v, layout := own[0].Therapist, layoutOf(t, p.other)
	s := layout.ofTherapist(v, own)
	f := l.fateOf(t, p, p.other, random)
	for range 6 {
		for _, c := range f.couples {
			if c.CaseID == other[0].CaseID {
				f.aside(c, asides[random.IntN(len(asides)-1)]) // all but the last, which is the practice's
				f.checkIn(c)
				f.report(c)
			}
		}
	}
	s.disturb(t, p.other.raw, random)
	if random.IntN(3) == 0 {
		sqlExec(t, p.other.raw, `DELETE FROM cases WHERE therapist_id <> ?`, v.PersonID)
	}
	p.differs(t, layout, s)
	return p.compare(func() {
		p.cookie = p.one.cookie(l.sessions[v.PersonID])
		w := p.walk(random, therapist, own[0])
		w.asTherapist(own[0], other[0])
		// At last the case is closed, which opens the way to its end.
		p.both(func(_ int, in *world) {
			f := l.fateOf(t, p, in, rand.New(rand.NewPCG(1, 1)))
			c := f.couples[slices.IndexFunc(l.couples, func(c modelstest.Couple) bool { return c.CaseID == own[0].CaseID })]
			f.note("close flags", closeFlags(f, c))
			f.note("close the case", f.p.CloseCase(ctx, c.Therapist, c.CaseID, models.CloseInput{On: string(f.today()), Reason: "Done."}))
		})
		w.pages()
	})
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
