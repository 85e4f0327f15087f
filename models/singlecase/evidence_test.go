package singlecase

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// gone stands for a missing week.
var gone = math.NaN()

func phases(a, b []float64) (Phase, Phase) { return NewPhase("A", 1, a), NewPhase("B", 1+len(a), b) }

var ended = Terms{Ended: true}

// TestJudge_boundaries stands on each line of the rule, and on each side of it.
func TestJudge_boundaries(t *testing.T) {
	for _, row := range []struct {
		name  string
		a, b  []float64
		terms Terms
		want  Label
	}{
		{"everything lower", []float64{6, 7, 6, 7, 6}, []float64{3, 2, 3, 2, 3}, ended, ClearlyBetter},
		{"everything higher", []float64{3, 2, 3, 2, 3}, []float64{6, 7, 6, 7, 6}, ended, ClearlyWorse},
		{"nothing moves", []float64{6, 6, 6, 6, 6}, []float64{6, 6, 6, 6, 6}, ended, NoClearChange},
		{"a drop of exactly the worthwhile change", []float64{6, 6, 6, 6, 6}, []float64{5, 5, 5, 5, 5}, ended, ClearlyBetter},
		{"a rise of exactly the worthwhile change", []float64{6, 6, 6, 6, 6}, []float64{7, 7, 7, 7, 7}, ended, ClearlyWorse},
		{"a drop of .8", []float64{6, 6, 6, 6, 6}, []float64{5, 5, 5, 5, 6}, ended, NoClearChange},
		{"a drop of .8, and .8 is worth having", []float64{6, 6, 6, 6, 6}, []float64{5, 5, 5, 5, 6}, Terms{Worthwhile: .8, Ended: true}, ProbablyBetter},
		{"a drop of 1, and 1.2 is worth having", []float64{6, 6, 6, 6, 6}, []float64{5, 5, 5, 5, 5}, Terms{Worthwhile: 1.2, Ended: true}, NoClearChange},
		// The interval is above .5 from 22 of 25 pairs on.
		{"22 of 25 pairs", []float64{6, 5, 7, 7, 6}, []float64{6, 4, 5, 3, 5}, ended, ProbablyBetter},
		{"21.5 of 25 pairs", []float64{5, 5, 7, 7, 6}, []float64{3, 6, 5, 3, 4}, ended, NoClearChange},
		// Both baselines fall. Half of the weeks below both lines is not more than half.
		{"3 of 6 below both lines", []float64{8, 7, 8, 7, 6, 6}, []float64{3, 3, 5, 3, 4, 5}, ended, NoClearChange},
		{"4 of 6 below both lines", []float64{8, 7, 8, 7, 8, 5}, []float64{5, 5, 3, 5, 4, 5}, ended, ProbablyBetter},
		{"before the planned end", []float64{6, 7, 6, 7, 6}, []float64{3, 2, 3, 2, 3}, Terms{}, CannotTell},
		{"four weeks before", []float64{6, 7, 6, 7}, []float64{3, 2, 3, 2, 3}, ended, CannotTell},
		{"four weeks after", []float64{6, 7, 6, 7, 6}, []float64{3, 2, 3, 2}, ended, CannotTell},
		{"four of five weeks after", []float64{6, 7, 6, 7, 6}, []float64{3, 2, gone, 3, 2}, ended, CannotTell},
		{"five of seven weeks after", []float64{6, 7, 6, 7, 6}, []float64{3, 2, gone, 3, 2, gone, 3}, ended, ClearlyBetter},
		{"five of eight weeks after", []float64{6, 7, 6, 7, 6}, []float64{3, 2, gone, 3, 2, gone, gone, 3}, ended, CannotTell},
		{"seven of ten weeks before", []float64{6, gone, 7, gone, 6, gone, 7, 6, 7, 6}, []float64{3, 2, 3, 2, 3}, ended, ClearlyBetter},
		{"no week at all", nil, nil, ended, CannotTell},
	} {
		a, b := phases(row.a, row.b)
		if got := Judge(a, b, row.terms); got.Label != row.want {
			t.Errorf("%s: %s %v; below %d, above %d, interval %v to %v, change %v", row.name, got.Label, got.Why, got.Below, got.Above, got.NAP.Lo, got.NAP.Hi, got.Change)
		}
	}
}

func TestJudge_saysWhatItWentBy(t *testing.T) {
	a, b := phases([]float64{9, 7, gone, 6, 5, 4}, []float64{3, gone, 2, 3})
	got := Judge(a, b, Terms{})
	if want := "not at the planned end; 3 of at least 5 weeks observed in B"; strings.Join(got.Why, "; ") != want {
		t.Errorf("why: %q", got.Why)
	}
	if fmt.Sprint(got.ObservedA, got.PlannedA, got.ObservedB, got.PlannedB) != "5 6 3 4" {
		t.Errorf("weeks: %+v", got)
	}
	if fmt.Sprintf("%.2f %.2f %.2f", got.Before.value, got.After.value, got.Change.value) != "6.20 2.67 -3.53" || got.NAP.Improved != 15 || got.NAP.Pairs != 15 {
		t.Errorf("numbers: %+v", got)
	}
	if slope, _ := got.Slope.Get(); !got.Falling || !got.FirstWorst || slope >= -.2 {
		t.Errorf("warnings: %v %v %v", got.Falling, got.FirstWorst, got.Slope)
	}
	if lines, _ := BaselineLines(a); got.Below != lines.count(b) {
		t.Errorf("below both lines: %d, not %d", got.Below, lines.count(b))
	}
}

func TestJudge_warnings(t *testing.T) {
	for _, row := range []struct {
		name                string
		a                   []float64
		falling, firstWorst bool
	}{
		{"level", []float64{6, 6, 6, 6, 6}, false, false},
		{"-.2 a week is not below it", []float64{6, gone, gone, gone, gone, 5}, false, true},
		{"-.25 a week", []float64{6, gone, gone, gone, 5}, true, true},
		{"the first is as bad as another", []float64{8, 5, 6, 8, 6}, false, false},
		{"the first observed is the worst", []float64{gone, 8, 5, 6, 7, 7}, false, true},
		{"rising", []float64{4, 5, 6, 7, 8}, false, false},
		{"one week", []float64{4}, false, false},
		{"none", nil, false, false},
	} {
		a, b := phases(row.a, []float64{1, 1, 1, 1, 1})
		if got := Judge(a, b, ended); got.Falling != row.falling || got.FirstWorst != row.firstWorst {
			t.Errorf("%s: falling %v, first worst %v", row.name, got.Falling, got.FirstWorst)
		}
	}
}

// somePhases draws two phases of 0 to 9 weeks, with gaps, many ties, and every
// amount of change.
func somePhases(r *rand.Rand) (a, b Phase) {
	spread, level, drop := r.IntN(5), r.IntN(11), r.IntN(11)-5
	scores := func(level int) []float64 {
		list := make([]float64, r.IntN(10))
		for i := range list {
			if list[i] = float64(onScale(level + r.IntN(2*spread+1) - spread)); r.IntN(8) == 0 {
				list[i] = gone
			}
		}
		return list
	}
	return phases(scores(level), scores(level-drop))
}

// TestJudge_mirror turns every score, and every label with it.
func TestJudge_mirror(t *testing.T) {
	other := map[Label]Label{CannotTell: CannotTell, NoClearChange: NoClearChange, ProbablyBetter: ProbablyWorse, ClearlyBetter: ClearlyWorse, ProbablyWorse: ProbablyBetter, ClearlyWorse: ClearlyBetter}
	r := rand.New(rand.NewPCG(3, 1))
	seen := map[Label]int{}
	for range 3000 {
		a, b := somePhases(r)
		turn := func(p Phase) Phase {
			p.Points = slices.Clone(p.Points)
			for i := range p.Points {
				p.Points[i].Score = 10 - p.Points[i].Score
			}
			return p
		}
		one, two := Judge(a, b, ended), Judge(turn(a), turn(b), ended)
		if seen[one.Label]++; two.Label != other[one.Label] || one.Below != two.Above || one.Above != two.Below {
			t.Fatalf("%v %v: %s, turned %s", a.Scores(), b.Scores(), one.Label, two.Label)
		}
	}
	if len(seen) != len(other) {
		t.Errorf("only %v were seen", seen)
	}
}

// TestYardstick_judgesAlike holds the quick way of the simulations to the rule.
func TestYardstick_judgesAlike(t *testing.T) {
	grades := map[Label]int{NoClearChange: 0, ProbablyBetter: 1, ClearlyBetter: 2, ProbablyWorse: -1, ClearlyWorse: -2}
	r := rand.New(rand.NewPCG(3, 2))
	y := newYardstick(1, 9, 9)
	compared := map[Label]int{}
	for range 20_000 {
		a, b := somePhases(r)
		label := Judge(a, b, ended).Label
		if label == CannotTell {
			continue
		}
		var quick before
		var weeks, scores []int
		for _, p := range a.Points {
			quick.add(p.Week, int(p.Score))
		}
		for _, p := range b.Points {
			weeks, scores = append(weeks, p.Week), append(scores, int(p.Score))
		}
		if compared[label]++; y.grade(&quick, weeks, scores) != grades[label] {
			t.Fatalf("%v %v: %s, and the yardstick says %d", a.Points, b.Points, label, y.grade(&quick, weeks, scores))
		}
	}
	for label := range grades {
		if compared[label] < 100 {
			t.Errorf("%s was compared only %d times", label, compared[label])
		}
	}
}

func TestJudgeReversal(t *testing.T) {
	high, low := []float64{6, 7, 6}, []float64{3, 4, 3}
	four := func(a1, b1, a2, b2 []float64) (Phase, Phase, Phase, Phase) {
		w1, w2 := 1+len(a1), 1+len(a1)+len(b1)
		return NewPhase("A", 1, a1), NewPhase("B", w1, b1), NewPhase("A", w2, a2), NewPhase("B", w2+len(a2), b2)
	}
	for _, row := range []struct {
		name           string
		a1, b1, a2, b2 []float64
		terms          Terms
		want           Label
		confirmed      bool
	}{
		{"drop, return, drop", high, low, high, low, ended, ConfirmedByGoingBack, true},
		{"no return", high, low, low, low, ended, CannotTell, false},
		{"no return, after a clear change", []float64{6, 7, 6, 7, 6}, []float64{3, 2, 3, 2, 3}, low, low, ended, ClearlyBetter, false},
		{"not again", high, low, high, high, ended, CannotTell, false},
		{"a return of 1 and no more", high, []float64{3, 3, 3}, []float64{4, 4, 4}, []float64{3, 3, 3}, ended, ConfirmedByGoingBack, true},
		{"a return of 1, and 1.5 is worth having", high, []float64{3, 3, 3}, []float64{4, 4, 4}, []float64{2, 2, 2}, Terms{Worthwhile: 1.5, Ended: true}, CannotTell, false},
		{"the last phase runs", high, low, high, low, Terms{}, CannotTell, false},
		{"two weeks in A2", high, low, []float64{6, gone, 7}, low, ended, CannotTell, false},
		{"means that went, pairs that did not", []float64{9, 2, 2}, []float64{3, 3, 3}, []float64{9, 2, 2}, []float64{3, 3, 3}, ended, CannotTell, false},
		{"nothing", nil, nil, nil, nil, ended, CannotTell, false},
	} {
		a1, b1, a2, b2 := four(row.a1, row.b1, row.a2, row.b2)
		got := JudgeReversal(a1, b1, a2, b2, row.terms)
		if got.Label != row.want || got.Back.Confirmed != row.confirmed {
			t.Errorf("%s: %s, %+v", row.name, got.Label, *got.Back)
		}
	}
}
