package singlecase

import (
	"math/rand/v2"
	"testing"
)

// randomPhases makes phases of these lengths with whole scores from 0 to 10;
// one week in ten is missing.
func randomPhases(random *rand.Rand, names []string, weeks ...int) (phases []Phase) {
	start := 1
	for i, n := range weeks {
		p := Phase{Name: names[i%len(names)], Start: start, Weeks: n}
		for w := range n {
			if random.IntN(10) > 0 {
				p.Points = append(p.Points, Point{start + w, float64(random.IntN(11))})
			}
		}
		phases = append(phases, p)
		start += n
	}
	return phases
}

// BenchmarkAnalyse is one case of five phases, a year of weeks.
func BenchmarkAnalyse(b *testing.B) {
	phases := randomPhases(rand.New(rand.NewPCG(1, 2)), []string{"A", "B1", "B2", "B3", "FU"}, 8, 12, 12, 12, 8)
	b.ReportAllocs()
	for b.Loop() {
		Analyse(phases)
	}
}

// BenchmarkAnalyse_thousandWeeks is far longer than any case, in two phases and
// in forty.
func BenchmarkAnalyse_thousandWeeks(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	forty := make([]int, 40)
	for i := range forty {
		forty[i] = 25
	}
	for name, weeks := range map[string][]int{"two": {500, 500}, "twenty-one": {500, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25}, "forty": forty, "fifty against each": {50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50}, "the longest exact": {150, 150, 150, 150, 150, 150, 100}, "one": {999, 1}} {
		phases := randomPhases(random, []string{"A", "B", "C", "D"}, weeks...)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Analyse(phases)
			}
		})
	}
}
