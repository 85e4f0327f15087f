package singlecase

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"testing"
)

// TestNAP_exact counts all ways to choose which weeks come before.
func TestNAP_exact(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 5))
	for range 200 {
		m, n := 1+random.IntN(6), 1+random.IntN(6)
		pooled := make([]float64, m+n)
		for i := range pooled {
			pooled[i] = float64(random.IntN(6))
		}
		split := func(chosen uint) (a, b []float64) {
			for i, s := range pooled {
				if chosen>>i&1 == 1 {
					a = append(a, s)
				} else {
					b = append(b, s)
				}
			}
			return a, b
		}
		twice := func(a, b []float64) (sum int) { // better pairs, doubled
			for _, x := range a {
				for _, y := range b {
					sum += 1 + sign(x-y)
				}
			}
			return sum
		}
		observed := twice(pooled[:m], pooled[m:])
		all, one, two := 0, 0, 0
		for chosen := range uint(1) << (m + n) {
			if bits.OnesCount(chosen) != m {
				continue
			}
			all++
			got := twice(split(chosen))
			if got >= observed {
				one++
			}
			if max(got-m*n, m*n-got) >= max(observed-m*n, m*n-observed) {
				two++
			}
		}
		p1, p2 := exactNonoverlap(pooled[:m], pooled[m:])
		expect(t, "one-sided", p1, float64(one)/float64(all))
		expect(t, "two-sided", p2, float64(two)/float64(all))
	}
}

func trendOf(scores []float64) MannKendall { return mannKendall(NewPhase("A", 1, scores).Points) }

// TestMannKendall_exact goes through all orders of the scores.
func TestMannKendall_exact(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 5))
	for range 60 {
		scores := make([]float64, 2+random.IntN(6))
		for i := range scores {
			scores[i] = float64(random.IntN(5))
		}
		s := func() int {
			value, _ := trendOf(scores).S.Get()
			return int(math.Abs(value))
		}
		observed, p := s(), trendOf(scores).PExact
		all, asFar := 0, 0
		var permute func(k int)
		permute = func(k int) {
			if k == len(scores) {
				all++
				if s() >= observed {
					asFar++
				}
				return
			}
			for i := k; i < len(scores); i++ {
				scores[k], scores[i] = scores[i], scores[k]
				permute(k + 1)
				scores[k], scores[i] = scores[i], scores[k]
			}
		}
		permute(0)
		expect(t, "p", p, float64(asFar)/float64(all))
	}
}

// TestExact_long holds the longest exact distributions to their sum, and to the
// normal one that they approach.
func TestExact_long(t *testing.T) {
	random := rand.New(rand.NewPCG(6, 5))
	for _, distinct := range []int{3, 11, 1000000} {
		scores := make([]float64, exactWeeks)
		for i := range scores {
			scores[i] = float64(random.IntN(distinct)) - float64(i)*float64(distinct)/2000
			if distinct < 1000 {
				scores[i] = math.Round(scores[i])
			}
		}
		sum := 0.0
		for _, share := range inversions(tieSizes(scores)) {
			sum += share
		}
		if math.Abs(sum-1) > 1e-12 {
			t.Errorf("the shares of all orders of %d scores add to %v", distinct, sum)
		}
		trend := trendOf(scores)
		exact, _ := trend.PExact.Get()
		normal, _ := trend.P.Get()
		if math.Abs(exact-normal) > .01 {
			t.Errorf("%d scores: exact p %v, normal p %v", distinct, exact, normal)
		}
		a, b := NewPhase("A", 1, scores[:50]), NewPhase("B", 51, scores[50:])
		nap := CompareNAP(a, b)
		z, _ := Compare(a, b).Tau.TauBZCC.Get()
		exact, _ = nap.PTwo.Get()
		if normal := math.Erfc(math.Abs(z) / math.Sqrt2); math.Abs(exact-normal) > .01 {
			t.Errorf("%d scores: exact p of NAP %v, normal p %v", distinct, exact, normal)
		}
	}
}

// TestGaussianBinomial compares with counted orders of five and of 4 over 2.
func TestGaussianBinomial(t *testing.T) {
	expect(t, "4 over 2", gaussianBinomial(4, 2), []float64{1. / 6, 1. / 6, 2. / 6, 1. / 6, 1. / 6})
	expect(t, "5 over 1", gaussianBinomial(5, 1), []float64{.2, .2, .2, .2, .2})
	expect(t, "3 over 3", gaussianBinomial(3, 3), []float64{1})
	expect(t, "orders of three", inversions([]int{1, 1, 1}), []float64{1. / 6, 2. / 6, 2. / 6, 1. / 6})
}

// TestRandomization_recomputed divides the weeks anew for each start week and
// each schedule.
func TestRandomization_recomputed(t *testing.T) {
	random := rand.New(rand.NewPCG(8, 5))
	for range 100 {
		phases := randomPhases(random, []string{"A1", "B1", "A2", "B2"}, 3+random.IntN(3), 3+random.IntN(3), 3+random.IntN(3), 3+random.IntN(3))
		var points []Point
		for _, p := range phases {
			points = append(points, p.Points...)
		}
		end := phases[3].Start + phases[3].Weeks
		average := func(from, to int) float64 {
			sum, n := 0.0, 0.0
			for _, p := range points {
				if p.Week >= from && p.Week < to {
					sum, n = sum+p.Score, n+1
				}
			}
			return sum / n
		}
		observed := (average(1, phases[1].Start)+average(phases[2].Start, phases[3].Start))/2 - (average(phases[1].Start, phases[2].Start)+average(phases[3].Start, end))/2
		if math.IsNaN(observed) {
			continue
		}
		all, asLarge := 0, 0
		for i := 4; i < end; i++ {
			for j := i + 3; j < end; j++ {
				for k := j + 3; k+3 <= end; k++ {
					all++
					if d := (average(1, i)+average(j, k))/2 - (average(i, j)+average(k, end))/2; math.IsNaN(d) || d >= observed-1e-9 {
						asLarge++
					}
				}
			}
		}
		r := RandomizeSchedule(phases[0], phases[1], phases[2], phases[3])
		expect(t, "schedules", r.Admissible, all)
		expect(t, "p of the schedule", r.P, float64(asLarge)/float64(all))

		a, b := phases[0], phases[1]
		points = append(append([]Point{}, a.Points...), b.Points...)
		observed, end = average(1, b.Start)-average(b.Start, phases[2].Start), phases[2].Start
		all, asLarge = 0, 0
		for start := 4; start+3 <= end; start++ {
			all++
			if d := average(1, start) - average(start, end); math.IsNaN(d) || d >= observed-1e-9 {
				asLarge++
			}
		}
		if start := RandomizeStart(a, b); start.Why == "" {
			expect(t, "p of the start week", start.P, float64(asLarge)/float64(all))
			expect(t, "start weeks", start.Admissible, all)
		}
	}
}
