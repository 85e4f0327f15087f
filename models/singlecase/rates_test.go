package singlecase

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// series is how many couples are drawn for each cell of a table; 40,000 are as
// many as in the study that is reproduced. With -v the tables are printed.
var series = flag.Int("series", 40_000, "simulated couples in each cell of the tables of error rates")

// studied is the study's own number in each cell.
const studied = 40_000

// apart is how many standard errors of the difference of both studies a cell
// may be off. There are about 150 cells, and the draws are seeded: a right
// program is right every time.
const apart = 4

// near says whether a share in per cent agrees with one that was printed with
// one decimal after so many couples.
func near(got, want float64, n, wantN int) bool {
	p := min(max(want, .3), 99.7) / 100
	return math.Abs(got-want) <= .05+100*apart*math.Sqrt(p*(1-p)*(1/float64(n)+1/float64(wantN)))
}

// world is what couples are like, and what happens to them.
type world struct {
	weeks  int     // of each phase
	lag    float64 // from week to week
	trend  float64 // points a week, from the first week on
	crisis bool    // watching begins in a week of 8 or more
	drop   int     // while the plan runs: in every second phase
}

// draw gives the weekly scores of one couple before anything is done about it.
func (w world) draw(r *rand.Rand, noise []float64) []int {
	for lean(r, UsualSD, w.lag, noise); w.crisis && whole(noise[0]) < 8; {
		lean(r, UsualSD, w.lag, noise)
	}
	scores := make([]int, len(noise))
	for i, x := range noise {
		scores[i] = whole(x + w.trend*float64(i))
	}
	return scores
}

// labels are per cent of couples, probably with clearly.
type labels struct{ Better, ClearlyBetter, Worse, ClearlyWorse float64 }

// BenchmarkLabels judges 10,000 couples by the rule.
func BenchmarkLabels(b *testing.B) {
	for b.Loop() {
		world{weeks: 8, lag: .2}.labels(10_000)
	}
}

func (w world) labels(n int) (l labels) {
	r := rand.New(rand.NewPCG(2, uint64(w.weeks)))
	y := newYardstick(1, w.weeks, w.weeks)
	noise, weeks := make([]float64, 2*w.weeks), make([]int, w.weeks)
	one := 100 / float64(n)
	for range n {
		scores := w.draw(r, noise)
		var a before
		for i := range w.weeks {
			weeks[i] = w.weeks + i
			scores[i], scores[w.weeks+i] = onScale(scores[i]), onScale(scores[w.weeks+i]-w.drop)
			a.add(i, scores[i])
		}
		switch y.grade(&a, weeks, scores[w.weeks:]) {
		case 2:
			l.ClearlyBetter += one
			fallthrough
		case 1:
			l.Better += one
		case -2:
			l.ClearlyWorse += one
			fallthrough
		case -1:
			l.Worse += one
		}
	}
	return l
}

// TestRates_reproduced holds the rule to the error rates and the power with
// which it was recommended: v4 is probably better and v5 clearly better.
func TestRates_reproduced(t *testing.T) {
	for _, row := range []struct {
		name   string
		world  world
		v4, v5 [3]float64 // at 5+5, 6+6 and 8+8 weeks
		worse  bool       // nothing changed: worse is as likely
	}{
		{"nothing, lag 0", world{}, [3]float64{1.6, 1.5, 1.6}, [3]float64{1.0, .8, .9}, true},
		{"nothing, lag .2", world{lag: .2}, [3]float64{2.9, 2.9, 2.9}, [3]float64{1.9, 1.4, 1.9}, true},
		{"nothing, lag .4", world{lag: .4}, [3]float64{5.0, 4.7, 5.1}, [3]float64{3.3, 2.5, 3.4}, true},
		{"drop 1", world{lag: .2, drop: 1}, [3]float64{14.4, 14.8, 18.7}, [3]float64{9.7, 8.4, 12.8}, false},
		{"drop 2", world{lag: .2, drop: 2}, [3]float64{37.9, 40.9, 51.7}, [3]float64{27.2, 25.5, 39.0}, false},
		{"drop 3", world{lag: .2, drop: 3}, [3]float64{65.7, 69.9, 79.9}, [3]float64{50.6, 50.3, 66.6}, false},
		{"improving .15", world{lag: .2, trend: -.15}, [3]float64{8.8, 10.6, 17.6}, [3]float64{5.5, 5.3, 10.6}, false},
		{"improving .25", world{lag: .2, trend: -.25}, [3]float64{14.9, 19.1, 30.2}, [3]float64{8.9, 9.5, 18.3}, false},
		{"crisis start", world{lag: .4, crisis: true}, [3]float64{8.2, 7.0, 6.7}, [3]float64{4.0, 3.0, 3.8}, false},
		{"worsening, drop 2", world{lag: .2, trend: .25, drop: 2}, [3]float64{10.5, 7.2, 3.1}, [3]float64{7.7, 4.2, 2.2}, false},
	} {
		line := fmt.Sprintf("%-18s", row.name)
		for i, weeks := range []int{5, 6, 8} {
			w := row.world
			w.weeks = weeks
			l := w.labels(*series)
			line += fmt.Sprintf(" | %d+%d  %4.1f %4.1f  (%4.1f %4.1f)  worse %4.1f %4.1f", weeks, weeks, l.Better, l.ClearlyBetter, row.v4[i], row.v5[i], l.Worse, l.ClearlyWorse)
			if !near(l.Better, row.v4[i], *series, studied) || !near(l.ClearlyBetter, row.v5[i], *series, studied) {
				t.Errorf("%s, %d+%d weeks: %.1f %% probably and %.1f %% clearly better, the study has %.1f and %.1f",
					row.name, weeks, weeks, l.Better, l.ClearlyBetter, row.v4[i], row.v5[i])
			}
			if row.worse && (!near(l.Worse, row.v4[i], *series, studied) || !near(l.ClearlyWorse, row.v5[i], *series, studied)) {
				t.Errorf("%s, %d+%d weeks: %.1f %% probably and %.1f %% clearly worse, better has %.1f and %.1f",
					row.name, weeks, weeks, l.Worse, l.ClearlyWorse, row.v4[i], row.v5[i])
			}
		}
		t.Log(line)
	}
}

// TestRates_fallingBaselines counts the baselines of which it is said that they
// fall: a warning that many stable couples get, and no test.
func TestRates_fallingBaselines(t *testing.T) {
	for _, row := range []struct {
		name  string
		world world
		want  [3]float64 // at 5, 6 and 8 weeks
	}{
		{"nothing, lag 0", world{}, [3]float64{32.2, 26.8, 18.7}},
		{"nothing, lag .2", world{lag: .2}, [3]float64{33.2, 28.1, 21.1}},
		{"nothing, lag .4", world{lag: .4}, [3]float64{32.8, 28.6, 22.9}},
		{"improving .15", world{lag: .2, trend: -.15}, [3]float64{43.8, 41.7, 39.1}},
		{"improving .25", world{lag: .2, trend: -.25}, [3]float64{50.4, 50.5, 53.4}},
		{"crisis start", world{lag: .4, crisis: true}, [3]float64{74.4, 67.8, 56.2}},
	} {
		n := max(*series/10, 1)
		for i, weeks := range []int{5, 6, 8} {
			r, noise, got := rand.New(rand.NewPCG(6, 1)), make([]float64, weeks), 0.
			for range n {
				a := Phase{Start: 1, Weeks: weeks}
				for week, score := range row.world.draw(r, noise) {
					a.Points = append(a.Points, Point{week + 1, float64(onScale(score))})
				}
				if Judge(a, Phase{}, Terms{}).Falling {
					got += 100 / float64(n)
				}
			}
			if !near(got, row.want[i], n, studied) {
				t.Errorf("%s, %d weeks: %.1f %% fall, the study has %.1f", row.name, weeks, got, row.want[i])
			}
		}
	}
}

// schedules are the ways to divide so many weeks into A-B-A-B with three weeks
// or more a phase: the first week of each phase, counted from 0, and the end.
func schedules(weeks int) (list [][5]int) {
	for b1 := 3; b1 < weeks; b1++ {
		for a2 := b1 + 3; a2 < weeks; a2++ {
			for b2 := a2 + 3; b2 <= weeks-3; b2++ {
				list = append(list, [5]int{0, b1, a2, b2, weeks})
			}
		}
	}
	return list
}

// confirmed is in how many per cent of couples 16 weeks of A-B-A-B, their
// schedule drawn, are confirmed by going back.
func (w world) confirmed(n int) float64 {
	r := rand.New(rand.NewPCG(5, 1))
	all := schedules(16)
	noise, count := make([]float64, 16), 0
	for range n {
		scores, from := w.draw(r, noise), all[r.IntN(len(all))]
		var p [4]Phase
		for i := range p {
			p[i] = Phase{Start: from[i] + 1, Weeks: from[i+1] - from[i]}
			for week := from[i]; week < from[i+1]; week++ {
				p[i].Points = append(p[i].Points, Point{week + 1, float64(onScale(scores[week] - w.drop*(i%2)))})
			}
		}
		if JudgeReversal(p[0], p[1], p[2], p[3], ended).Label == ConfirmedByGoingBack {
			count++
		}
	}
	return 100 * float64(count) / float64(n)
}

func TestRates_goingBackReproduced(t *testing.T) {
	if n := len(schedules(16)); n != 35 {
		t.Fatalf("%d schedules", n)
	}
	n := max(*series/10, 1)
	for _, row := range []struct {
		name  string
		world world
		want  float64
	}{
		{"nothing, lag 0", world{}, 1.2},
		{"nothing, lag .2", world{lag: .2}, 1.8},
		{"nothing, lag .4", world{lag: .4}, 2.3},
		{"improving .25", world{lag: .2, trend: -.25}, 3.8},
		{"drop 1", world{lag: .2, drop: 1}, 15.6},
		{"drop 2", world{lag: .2, drop: 2}, 51.5},
		{"drop 3", world{lag: .2, drop: 3}, 85.4},
		{"drop 2, improving .25", world{lag: .2, trend: -.25, drop: 2}, 49.5},
	} {
		got := row.world.confirmed(n)
		if t.Logf("%-22s %4.1f (%4.1f)", row.name, got, row.want); !near(got, row.want, n, studied) {
			t.Errorf("%s: confirmed in %.1f %%, the study has %.1f", row.name, got, row.want)
		}
	}
}

// TestRates_asPrinted holds the rates that people read to the simulation: those
// of all designs lie within them, and reach both ends.
func TestRates_asPrinted(t *testing.T) {
	nothing := []world{{}, {lag: .2}, {lag: .4}}
	kinds := []struct {
		name   string
		of     func(Rates) Span
		worlds func(way int) []world
	}{
		{"nothing", func(r Rates) Span { return r.Nothing }, func(int) []world { return nothing }},
		{"drifting", func(r Rates) Span { return r.Drifting }, func(way int) []world {
			return []world{{lag: .2, trend: -.15 * float64(way)}, {lag: .2, trend: -.25 * float64(way)}}
		}},
		{"crisis", func(r Rates) Span { return r.Crisis }, func(int) []world { return []world{{lag: .4, crisis: true}} }},
		{"two", func(r Rates) Span { return r.Two }, func(way int) []world { return []world{{lag: .2, drop: 2 * way}} }},
		{"three", func(r Rates) Span { return r.Three }, func(way int) []world { return []world{{lag: .2, drop: 3 * way}} }},
	}
	for _, kind := range kinds {
		spans := map[Label]Span{}
		see := func(label Label, share float64) {
			s, ok := spans[label]
			if !ok {
				s = Span{share, share}
			}
			spans[label] = Span{min(s.Least, share), max(s.Most, share)}
		}
		for way, labels := range map[int][2]Label{1: {ProbablyBetter, ClearlyBetter}, -1: {ProbablyWorse, ClearlyWorse}} {
			for _, w := range kind.worlds(way) {
				for _, w.weeks = range []int{5, 6, 7, 8} {
					if l := w.labels(*series); way > 0 {
						see(labels[0], l.Better)
						see(labels[1], l.ClearlyBetter)
					} else {
						see(labels[0], l.Worse)
						see(labels[1], l.ClearlyWorse)
					}
				}
			}
		}
		for _, w := range kind.worlds(1) {
			see(ConfirmedByGoingBack, w.confirmed(max(*series/10, 1)))
		}
		for label, got := range spans {
			r, ok := label.Rates()
			want, n := kind.of(r), *series
			if label == ConfirmedByGoingBack {
				n = max(*series/10, 1)
			}
			if worse := label == ProbablyWorse || label == ClearlyWorse; worse && kind.name == "crisis" {
				got = Span{}
			}
			if !ok || !near(got.Least, want.Least, n, 200_000) || !near(got.Most, want.Most, n, 200_000) {
				t.Errorf("%s, %s: %.1f to %.1f %%, printed %v", label, kind.name, got.Least, got.Most, want)
			}
		}
	}
	for _, label := range []Label{CannotTell, NoClearChange} {
		if _, ok := label.Rates(); ok {
			t.Errorf("%s has rates", label)
		}
	}
}
