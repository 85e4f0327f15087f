package models_test

import (
	"fmt"
	"testing"

	"enough/models"
	"enough/models/modelstest"
)

// caseload opens a practice with thirty cases: in the baseline, in the first
// step, in the second, in a follow-up, and ended by what was raised.
func caseload(t testing.TB) (*modelstest.Practice, []*modelstest.Couple) {
	t.Helper()
	lives := []course{
		{weeks: 3},
		{hers: says("tension", 1, "6 7 6 - 7 6 5 7").and("leaving", 1, "7 6 7 - 6 7 8"), weeks: 8},
		{hers: says("tension", 1, "7 8 7 6 6 5 6 - 5 4 4 5").and("leaving", 1, "8 8 7 8 7 7 6 - 6 5 5 4").and("call", 12, "yes_for_now"),
			his: says("done", 5, "2 2 1 3 3 4 3 3").and("forecast", 1, "3 4 4 5 5 5"), acts: onMondays{9: stepUp(t, "3")}, weeks: 12},
		{hers: says("tension", 1, "6 6 7 6 4 4 5 4").and("call", 8, "yes").and("", 14, "- -"), acts: onMondays{9: starts(t, "weekly", "12")}, weeks: 20},
		{hers: says("pushed", 5, "no a_little yes a_little").and("safe", 6, "not_always no").and("children", 6, "quieter quieter quieter").and("tension", 5, "8 9 8 9"), weeks: 10},
	}
	p := modelstest.Open(t)
	var list []*modelstest.Couple
	for i := range 30 {
		on(p, week1)
		c := p.Couple(t, p.Owner, fmt.Sprint("couple", i)).Start(t)
		lives[i%len(lives)].goOn(t, p, c, 1)
		list = append(list, c)
	}
	on(p, weekAt(20).Sunday())
	return p, list
}

// BenchmarkVerdicts reads the verdicts of a caseload, with the flags that they
// go by, as the review does. All thirty are to take less than 20 ms.
func BenchmarkVerdicts(b *testing.B) {
	p, list := caseload(b)
	b.ReportAllocs()
	for b.Loop() {
		kinds := map[string]int{}
		for _, c := range list {
			r, err := p.Review(ctx, c.Therapist, c.Experiment)
			must(b, err)
			kinds[r.Verdict().Kind]++
		}
		if len(kinds) < 4 || kinds[models.Withheld] == 0 {
			b.Fatalf("the caseload has %v", kinds)
		}
	}
}
