package singlecase

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// manySeries calls f with random A-B series, short ones and long ones, with
// missing weeks, whole and broken scores.
func manySeries(t *testing.T, times int, f func(t *testing.T, a, b Phase)) {
	t.Helper()
	random := rand.New(rand.NewPCG(7, 11))
	for range times {
		phases := randomPhases(random, []string{"A", "B"}, 1+random.IntN(9), 1+random.IntN(9))
		if random.IntN(3) == 0 {
			for i := range phases {
				for j := range phases[i].Points {
					phases[i].Points[j].Score += math.Round(random.Float64()*100) / 100
				}
			}
		}
		f(t, phases[0], phases[1])
		if t.Failed() {
			t.Fatalf("A %v, B %v", phases[0], phases[1])
		}
	}
}

// with gives a phase whose points are changed.
func with(p Phase, change func(Point) Point) Phase {
	points := make([]Point, len(p.Points))
	for i, x := range p.Points {
		points[i] = change(x)
	}
	p.Points = points
	return p
}

// pairwise keeps what no calendar may change.
func pairwise(t *testing.T, c Comparison) map[string]any {
	all := plainJSON(t, c).(map[string]any)
	for name := range all {
		if !slices.Contains([]string{"mean_diff", "median_diff", "nap", "tau", "tau_u", "ird", "pand", "pnd", "pem", "lrr", "smd", "rci"}, name) {
			delete(all, name)
		}
	}
	return all
}

func expect(t *testing.T, name string, got, want any) {
	t.Helper()
	for _, d := range differences(name, plainJSON(t, got), plainJSON(t, want)) {
		t.Error(d)
	}
}

func TestProperty_gapsLeavePairsAlone(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	manySeries(t, 300, func(t *testing.T, a, b Phase) {
		week, spread := 0, func(p Phase) Phase {
			p.Start += 50
			return p
		}
		stretch := func(p Point) Point {
			week += 1 + random.IntN(4)
			return Point{week, p.Score}
		}
		expect(t, "pairwise", pairwise(t, Compare(spread(with(a, stretch)), spread(with(b, stretch)))), pairwise(t, Compare(a, b)))
	})
}

func TestProperty_orderOfPoints(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 1))
	manySeries(t, 300, func(t *testing.T, a, b Phase) {
		want := plainJSON(t, Analyse([]Phase{a, b}))
		shuffled := func(p Phase) Phase {
			p.Points = slices.Clone(p.Points)
			random.Shuffle(len(p.Points), func(i, j int) { p.Points[i], p.Points[j] = p.Points[j], p.Points[i] })
			return p
		}
		a, b = shuffled(a), shuffled(b)
		before := fmt.Sprint(a, b)
		expect(t, "shuffled", Analyse([]Phase{a, b}), want)
		if before != fmt.Sprint(a, b) {
			t.Error("the points were changed")
		}
	})
}

func TestProperty_shift(t *testing.T) {
	manySeries(t, 300, func(t *testing.T, a, b Phase) {
		c := Compare(a, b)
		// Later in the calendar: nothing moves but the lines at week 0.
		later := func(p Phase) Phase {
			p.Start += 1000
			return with(p, func(p Point) Point { return Point{p.Week + 1000, p.Score} })
		}
		moved := Compare(later(a), later(b))
		expect(t, "pairwise", pairwise(t, moved), pairwise(t, c))
		expect(t, "piecewise", moved.Piecewise, c.Piecewise)
		expect(t, "randomisation", moved.Randomization, c.Randomization)
		expect(t, "tau_bc", moved.TauBC.Value, c.TauBC.Value)
		expect(t, "cdc", []int{moved.CDC.Count, moved.CDC.DC.Count}, []int{c.CDC.Count, c.CDC.DC.Count})
		expect(t, "slopes", Describe(later(a)).TheilSen.Slope, Describe(a).TheilSen.Slope)

		// Two points more in every week: levels move, comparisons do not.
		more := func(p Phase) Phase { return with(p, func(p Point) Point { return Point{p.Week, p.Score + 2} }) }
		moved = Compare(more(a), more(b))
		expect(t, "nap", moved.NAP, c.NAP)
		expect(t, "tau_bc", moved.TauBC.Value, c.TauBC.Value)
		expect(t, "mean", moved.MeanDiff.Why, c.MeanDiff.Why)
		expect(t, "cdc", moved.CDC.Count, c.CDC.Count)
		expect(t, "randomisation", moved.Randomization.P, c.Randomization.P)
		expect(t, "level", moved.Piecewise.LevelChange.P, c.Piecewise.LevelChange.P)
	})
}

func minus(n Number, from float64) Number { return scaled(n, -1, from) }

func TestProperty_mirror(t *testing.T) {
	mirrored := func(p Phase) Phase { return with(p, func(p Point) Point { return Point{p.Week, 10 - p.Score} }) }
	manySeries(t, 300, func(t *testing.T, a, b Phase) {
		c, m := Compare(a, b), Compare(mirrored(a), mirrored(b))
		expect(t, "nap", m.NAP.Value, minus(c.NAP.Value, 1))
		expect(t, "lo", m.NAP.Lo, minus(c.NAP.Hi, 1))
		expect(t, "hi", m.NAP.Hi, minus(c.NAP.Lo, 1))
		expect(t, "se", []Number{m.NAP.SE, m.NAP.SETieExact, m.NAP.SEHanley}, []Number{c.NAP.SE, c.NAP.SETieExact, c.NAP.SEHanley})
		expect(t, "p", m.NAP.PTwo, c.NAP.PTwo)
		expect(t, "pairs", []int{m.NAP.Improved, m.NAP.Tied, m.NAP.Worse}, []int{c.NAP.Worse, c.NAP.Tied, c.NAP.Improved})
		expect(t, "tau", []Number{m.Tau.Value, m.Tau.S, m.Tau.TauB}, []Number{minus(c.Tau.Value, 0), minus(c.Tau.S, 0), minus(c.Tau.TauB, 0)})
		expect(t, "tau_u", m.TauU.Value, minus(c.TauU.Value, 0))
		expect(t, "tau_bc", []Number{m.TauBC.Value, m.TauBC.Slope}, []Number{minus(c.TauBC.Value, 0), minus(c.TauBC.Slope, 0)})
		expect(t, "mean", []Number{m.MeanDiff.Value, m.MeanDiff.Lo, m.MeanDiff.P}, []Number{minus(c.MeanDiff.Value, 0), minus(c.MeanDiff.Hi, 0), c.MeanDiff.P})
		expect(t, "smd", []Number{m.SMD.Value, m.SMD.SE}, []Number{minus(c.SMD.Value, 0), c.SMD.SE})
		expect(t, "rci", m.RCI.Value, minus(c.RCI.Value, 0))
		expect(t, "pem", m.PEM.Value, minus(c.PEM.Value, 1))
		expect(t, "level", []Number{m.Piecewise.LevelChange.Value, m.Piecewise.LevelChange.SE}, []Number{minus(c.Piecewise.LevelChange.Value, 0), c.Piecewise.LevelChange.SE})
		expect(t, "randomisation", []Number{m.Randomization.Observed, m.Randomization.PTwo}, []Number{minus(c.Randomization.Observed, 0), c.Randomization.PTwo})
		expect(t, "lag", Describe(mirrored(a)).Lag1, Describe(a).Lag1)
	})
}

func TestProperty_bothWays(t *testing.T) {
	manySeries(t, 300, func(t *testing.T, a, b Phase) {
		there, back := CompareNAP(a, b), CompareNAP(b, a)
		expect(t, "the other way round", back.Value, minus(there.Value, 1))
		expect(t, "lo", back.Lo, minus(there.Hi, 1))
		// Both tails together hold everything, and the observed value twice.
		one, ok := there.POne.Get()
		other, _ := back.POne.Get()
		if ok && (one+other < 1-1e-12 || one <= 0 || other <= 0) {
			t.Errorf("tails of %v and %v", one, other)
		}
	})
}

func TestProperty_ranges(t *testing.T) {
	within := func(name string, n Number, lo, hi float64) {
		if value, ok := n.Get(); ok && (value < lo-1e-12 || value > hi+1e-12) {
			t.Errorf("%s is %v, outside %v to %v", name, value, lo, hi)
		}
	}
	contains := func(name string, lo, value, hi Number) {
		if l, ok := lo.Get(); ok {
			h, _ := hi.Get()
			within(name, value, l, h)
		}
	}
	manySeries(t, 500, func(t *testing.T, a, b Phase) {
		c := Compare(a, b)
		for name, n := range map[string]Number{
			"nap": c.NAP.Value, "lo": c.NAP.Lo, "hi": c.NAP.Hi, "ird": c.IRD.Value, "pand": c.PAND.Value, "pnd": c.PND.Value, "pem": c.PEM.Value,
			"exact p": c.NAP.POne, "two-sided p": c.NAP.PTwo, "Welch p": c.MeanDiff.P, "cdc p": c.CDC.P, "start p": c.Randomization.P, "R²": c.Piecewise.R2,
		} {
			within(name, n, 0, 1)
		}
		within("tau", c.Tau.Value, -1, 1)
		within("tau b", c.Tau.TauB, -1, 1)
		contains("nap", c.NAP.Lo, c.NAP.Value, c.NAP.Hi)
		contains("tau", c.Tau.Lo, c.Tau.Value, c.Tau.Hi)
		contains("tau_bc", c.TauBC.Lo, c.TauBC.Value, c.TauBC.Hi)
		contains("mean", c.MeanDiff.Lo, c.MeanDiff.Value, c.MeanDiff.Hi)
		contains("smd", c.SMD.Lo, c.SMD.Value, c.SMD.Hi)
		contains("lrr", c.LRR.Lo, c.LRR.Value, c.LRR.Hi)
		contains("level", c.Piecewise.LevelChange.Lo, c.Piecewise.LevelChange.Value, c.Piecewise.LevelChange.Hi)
		for _, p := range []Phase{a, b} {
			l := TheilSen(p)
			contains("slope", l.Lo, l.Slope, l.Hi)
		}
		if value, ok := c.NAP.Value.Get(); ok {
			// The interval leaves out .5 exactly when NAP is further from it than
			// 1.96 null standard errors.
			null, _ := c.NAP.SENull.Get()
			lo, _ := c.NAP.Lo.Get()
			hi, _ := c.NAP.Hi.Get()
			if (lo > .5 || hi < .5) != (math.Abs(value-.5) > z95*null) {
				t.Errorf("NAP %v, interval %v to %v, null standard error %v", value, lo, hi, null)
			}
		}
	})
}

func TestNAP_completeSeparation(t *testing.T) {
	for n, want := range map[int]float64{4: .582, 6: .689, 8: .756} {
		nap := CompareNAP(Phase{Points: make([]Point, n)}, Phase{Points: slices.Repeat([]Point{{9, -1}}, n)})
		lo, _ := nap.Lo.Get()
		hi, _ := nap.Hi.Get()
		if math.Abs(lo-want) > .0005 || hi != 1 {
			t.Errorf("%d and %d weeks: %v to %v", n, n, lo, hi)
		}
	}
}
