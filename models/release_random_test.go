package models_test

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"enough/models"
)

// release is the whole rule in small: what she wrote, what she proposed, what
// is shown. Everything else in this file is a consequence of it.
type release struct {
	answers  map[string]string // by item and week
	proposed map[string]string
	shown    map[string]string
}

func (r release) propose(keys []string, offered map[string]string) {
	maps.DeleteFunc(r.proposed, func(key, _ string) bool { _, shown := r.shown[key]; return !shown })
	for _, key := range keys {
		r.proposed[key] = offered[key]
	}
}

func (r release) mayPublish(keys []string, spoken, held bool) bool {
	for _, key := range keys {
		if _, ok := r.proposed[key]; !ok || !spoken && !strings.HasPrefix(key, "conflict.") && !strings.HasPrefix(key, "noticed.") {
			return false
		}
	}
	return len(keys) > 0 && !held
}

func (r release) publish(keys []string) {
	for _, key := range keys {
		r.shown[key] = r.proposed[key]
	}
}

func (r release) close(key string) { delete(r.proposed, key); delete(r.shown, key) }

// answer writes one answer of a week, and closes what it makes untrue.
func (r release) answer(item, week, value, closes string) {
	if r.answers[item+week] != value {
		r.close(closes)
	}
	r.answers[item+week] = value
}

// acts is how many random acts there are in all.
var acts = flag.Int("acts", 2000, "random acts of releasing, publishing, taking back and correcting")

// TestRelease_randomActs does what the three may do in random order, and
// compares what the client sees with the small rule after every act.
func TestRelease_randomActs(t *testing.T) {
	t.Parallel()
	const runs = 4
	for seed := range uint64(runs) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			randomActs(t, rand.New(rand.NewPCG(2026, seed)), *acts/runs)
		})
	}
}

func randomActs(t *testing.T, random *rand.Rand, n int) {
	p, c := concluded(t)
	r := release{map[string]string{}, map[string]string{}, map[string]string{}}
	phase := map[string]string{}
	for i, w := 0, models.Week(week1); w <= week8; i, w = i+1, w.Add(1) {
		phase[string(w)] = phaseID(t, p, map[bool]string{true: "Baseline", false: "B1"}[i < 4])
		reports, err := p.PartnerReport(ctx, p.Owner, c.CaseID, w)
		must(t, err)
		r.answers["conflict"+string(w)], r.answers["leaving"+string(w)] = number(reports.Conflict), number(reports.Leaving)
		r.answers["noticed"+string(w)], r.answers["felt_real"+string(w)] = number(reports.Noticed), number(reports.FeltReal)
	}
	some := func(keys []string) (list []string) {
		for _, key := range keys {
			if random.IntN(4) == 0 {
				list = append(list, key)
			}
		}
		return list
	}
	pushed := map[string]string{}
	done := map[string]int{}
	for n := range n {
		list, keys, version := offers(t, p, c)
		offered := map[string]string{}
		for _, o := range list {
			offered[o.Key()] = valueText(o.Value, o.Answer)
			if _, ok := r.proposed[o.Key()]; ok != o.Proposed {
				t.Fatalf("act %d: %s is proposed: %t, wanted %t", n, o.Key(), o.Proposed, ok)
			}
			if _, ok := r.shown[o.Key()]; ok != o.Shown {
				t.Fatalf("act %d: she is told that %s is shown: %t, wanted %t", n, o.Key(), o.Shown, ok)
			}
		}
		act := ""
		switch random.IntN(5) {
		case 0:
			act = "proposed"
			chosen := some(keys)
			must(t, p.Propose(ctx, c.Partner, models.ProposeInput{Keys: chosen, Version: version}))
			r.propose(chosen, offered)
		case 1, 2:
			chosen := some(slices.Sorted(maps.Keys(r.proposed)))
			if random.IntN(3) == 0 { // tries for more than was proposed
				chosen = some(keys)
			}
			today := string(models.DayOf(p.Now(), time.UTC))
			spoken := map[bool]string{true: today}[random.IntN(2) == 0]
			held := false
			for w := models.Week(week5); w <= week8; w = w.Add(1) {
				held = held || (pushed[string(w)] == "yes" && spoken == "")
			}
			err := publish(p, c, spoken, chosen...)
			may := r.mayPublish(chosen, spoken != "", held)
			if (err == nil) != may {
				t.Fatalf("act %d: publishing %v gives %v, allowed should be %t", n, chosen, err, may)
			}
			if act = "refused"; may {
				act = "published"
				r.publish(chosen)
			}
		case 3:
			act = "taken back"
			key := keys[random.IntN(len(keys))]
			must(t, p.TakeBack(ctx, c.Partner, key))
			r.close(key)
		case 4:
			act = "corrected"
			w := string(models.Week(week1).Add(random.IntN(8)))
			was, err := p.PartnerReport(ctx, p.Owner, c.CaseID, models.Week(w))
			must(t, err)
			answer := func() string { return []string{"", "3", "4"}[random.IntN(3)] }
			in := models.PartnerReportInput{Week: w, Version: number(&was.Version), Tension: answer(), Leaving: answer(), Noticed: answer(), Real: answer(),
				Pushed: []string{"no", "no", "no", "no", "no", "yes"}[random.IntN(6)]}
			must(t, p.EnterPartnerReport(ctx, p.Owner, c.CaseID, in))
			if in.Pushed == "yes" { // a correction does not undo it
				pushed[w] = "yes"
			}
			kept := func(s string, asked bool) string {
				if s == "" || !asked {
					return "nil"
				}
				return s
			}
			plan := w >= week5
			r.answer("conflict", w, kept(in.Tension, true), "conflict."+w)
			r.answer("noticed", w, kept(in.Noticed, plan), "noticed."+w)
			r.answer("leaving", w, kept(in.Leaving, true), "leaving."+phase[w])
			r.answer("felt_real", w, kept(in.Real, plan && in.Noticed != ""), "felt_real."+phase[w])
		}
		done[act]++
		if got := shown(t, p, c); !maps.Equal(got, r.shown) {
			t.Fatalf("act %d (%s): he sees %v, wanted %v", n, act, got, r.shown)
		}
	}
	for _, act := range []string{"proposed", "published", "refused", "taken back", "corrected"} {
		if done[act] < n/40 {
			t.Errorf("of %d acts only %d were %s", n, done[act], act)
		}
	}
	wantLook(t, p, "0", `SELECT count(*) FROM snapshots s WHERE NOT EXISTS (SELECT 1 FROM snapshot_values v WHERE v.snapshot_id = s.id)`)
}
