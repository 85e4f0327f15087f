package models_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"enough/models"
	"enough/models/modelstest"
)

// release is the whole rule in small. Each thing of hers is private, or proposed
// in the version that she agreed to, or open. What is not in the map is private.
type release map[string]stand

type stand struct {
	version string
	open    bool
}

// propose is hers alone. What is not ticked is private again, unless it is open.
func (r release) propose(ticked []string, reads map[string]string) {
	maps.DeleteFunc(r, func(_ string, s stand) bool { return !s.open })
	for _, key := range ticked {
		if !r[key].open {
			r[key] = stand{version: reads[key]}
		}
	}
}

// publish is the therapist's alone, of what is proposed and rests on no week that
// is set aside; without a talk alone of a week's numbers only, and not while held.
func (r release) publish(keys []string, rests func(string) bool, spoken, held bool) bool {
	for _, key := range keys {
		weekly := strings.HasPrefix(key, "conflict.") || strings.HasPrefix(key, "noticed.")
		if _, proposed := r[key]; !proposed || rests(key) || !spoken && (!weekly || held) {
			return false
		}
	}
	for _, key := range keys {
		r[key] = stand{r[key].version, true}
	}
	return len(keys) > 0
}

// close is what taking back does, and correcting what she had said.
func (r release) close(key string) { delete(r, key) }

// open is what he sees, and nothing else.
func (r release) open() map[string]string {
	seen := map[string]string{}
	for key, s := range r {
		if s.open {
			seen[key] = s.version
		}
	}
	return seen
}

// TestRelease_randomActs does what everybody may do in random order, with the
// database failing at any statement, and holds after every act: he sees what is
// open by the rule and nothing else; nothing opens but by her proposal and the
// therapist's publication after it; what is taken back is as if it had never been
// published. ENOUGH_RELEASE_STEPS says how many acts; it is 2000 without.
func TestRelease_randomActs(t *testing.T) {
	t.Parallel()
	const runs = 4
	steps, err := strconv.Atoi(os.Getenv("ENOUGH_RELEASE_STEPS"))
	if err != nil {
		steps = 2000
	}
	all := make([]*releasing, runs)
	t.Run("acts", func(t *testing.T) {
		for seed := range all {
			t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
				t.Parallel()
				all[seed] = newReleasing(t, uint64(seed))
				all[seed].run(steps / runs)
			})
		}
	})
	sum := map[string]int{}
	for _, s := range all {
		for act, n := range s.done {
			sum[act] += n
		}
	}
	t.Logf("%d acts: %v", steps, sum)
}

// A releasing is one couple on which everybody acts.
type releasing struct {
	*testing.T
	p       *modelstest.Practice
	c       *modelstest.Couple
	random  *rand.Rand
	rule    release
	fault   *fault
	phase   map[string]string // its id, by week
	answers map[string]string // as she last gave them, by item and week
	pushed  map[string]bool   // weeks that hold publishing of what follows
	aside   map[string]bool   // weeks
	reads   map[string]string // what each thing that can be shown reads now
	done    map[string]int
}

func newReleasing(t *testing.T, seed uint64) *releasing {
	p, c := concluded(t)
	s := &releasing{T: t, p: p, c: c, random: rand.New(rand.NewPCG(2026, seed)), rule: release{}, fault: newFault(t, p),
		phase: map[string]string{}, answers: map[string]string{}, pushed: map[string]bool{}, aside: map[string]bool{}, done: map[string]int{}}
	for i := range 8 {
		w := models.Week(week1).Add(i)
		s.phase[string(w)] = phaseID(t, p, map[bool]string{true: "Baseline", false: "B1"}[i < 4])
		report, err := p.PartnerReport(ctx, p.Owner, c.CaseID, w)
		must(t, err)
		s.corrected(string(w), number(report.Conflict), number(report.Leaving), number(report.Noticed), number(report.FeltReal))
	}
	return s
}

func (s *releasing) run(steps int) {
	acts := []func() string{s.propose, s.propose, s.publish, s.publish, s.publish, s.takeBack, s.correct, s.setAside, s.others, s.publishInVain}
	for n := range steps {
		list, _, _ := offers(s, s.p, s.c)
		s.reads = map[string]string{}
		for _, o := range list {
			s.reads[o.Key()] = valueText(o.Value, o.Answer)
			if stands, known := s.rule[o.Key()]; known != o.Proposed || stands.open != o.Shown {
				s.Fatalf("act %d: she is told that %s is proposed: %t, shown: %t; by the rule it is %+v", n, o.Key(), o.Proposed, o.Shown, stands)
			}
		}
		before, mayOpen := s.rule.open(), maps.Clone(s.rule)
		act := acts[s.random.IntN(len(acts))]()
		s.done[act]++
		seen := s.seen()
		if want := s.rule.open(); !maps.Equal(seen, want) {
			s.Fatalf("act %d (%s): he sees %v, wanted %v", n, act, seen, want)
		}
		for key, value := range seen {
			if _, was := before[key]; !was && (act != "published" || mayOpen[key].version != value) {
				s.Fatalf("act %d (%s): %s has opened, which stood at %+v", n, act, key, mayOpen[key])
			}
		}
	}
	for _, act := range []string{"proposed", "published", "refused", "taken back", "corrected", "set aside", "taken in", "something else", "published in vain", "failed"} {
		if s.done[act] < steps/100 {
			s.Errorf("of %d acts only %d were %s", steps, s.done[act], act)
		}
	}
	wantLook(s, s.p, "0", `SELECT count(*) FROM snapshots s WHERE NOT EXISTS (SELECT 1 FROM snapshot_values v WHERE v.snapshot_id = s.id)`)
}

// try does an act of which, one time in five, some statement fails: then nothing
// of it is kept, and then is not done.
func (s *releasing) try(name string, act func() error, then func()) string {
	s.Helper()
	if s.random.IntN(5) > 0 {
		must(s, act())
		then()
		return name
	}
	failed, err := s.fault.at(1+s.random.IntN(8), act)
	if !failed {
		must(s, err)
		then()
		return name
	}
	if err == nil {
		s.Fatalf("%s: a statement failed, and nobody was told", name)
	}
	return "failed"
}
