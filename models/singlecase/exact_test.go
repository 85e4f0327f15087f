package singlecase

import (
	"math"
	"math/big"
	"math/bits"
	"math/rand/v2"
	"slices"
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

// longScores are so many scores with so many different values or fewer; they fall
// a little.
func longScores(random *rand.Rand, weeks, values int) []float64 {
	scores := make([]float64, weeks)
	for i := range scores {
		scores[i] = math.Round(float64(random.IntN(values)) - float64(i*values)/float64(20*weeks))
	}
	return scores
}

// TestExact_long holds the longest exact distributions to the normal one that
// they approach.
func TestExact_long(t *testing.T) {
	random := rand.New(rand.NewPCG(6, 5))
	for _, values := range []int{3, 11, 1000000} {
		scores := longScores(random, exactWeeks, values)
		trend := trendOf(scores)
		exact, ok := trend.PExact.Get()
		normal, _ := trend.P.Get()
		if !ok || math.Abs(exact-normal) > .01 {
			t.Errorf("%d scores: exact p %v, normal p %v", values, trend.PExact, normal)
		}
		half := exactWeeks / 2
		a, b := NewPhase("A", 1, scores[:half]), NewPhase("B", half+1, scores[half:])
		nap := CompareNAP(a, b)
		z, _ := Compare(a, b).Tau.TauBZCC.Get()
		exact, ok = nap.PTwo.Get()
		if normal := math.Erfc(math.Abs(z) / math.Sqrt2); !ok || math.Abs(exact-normal) > .01 {
			t.Errorf("%d scores: exact p of NAP %v, normal p %v", values, nap.PTwo, normal)
		}
	}
}

// TestInversions compares with counted orders.
func TestInversions(t *testing.T) {
	expect(t, "two and two", inversions([]int{2, 2}, 4), []float64{1. / 6, 1. / 6, 2. / 6, 1. / 6, 1. / 6})
	expect(t, "one and four", inversions([]int{1, 4}, 4), []float64{.2, .2, .2, .2, .2})
	expect(t, "three alike", inversions([]int{3}, 0), []float64{1})
	expect(t, "rarer than a float can say", trendOf(slices.Sorted(slices.Values(longScores(rand.New(rand.NewPCG(1, 1)), 300, 1000000)))).PExact, 0.)
	expect(t, "three", inversions([]int{1, 1, 1}, 3), []float64{1. / 6, 2. / 6, 2. / 6, 1. / 6})
}

// isShare says whether a share of whole numbers is met within 1e-9 of its size.
func isShare(got float64, count, all *big.Int) bool {
	want, _ := new(big.Rat).SetFrac(count, all).Float64()
	return math.Abs(got-want) <= 1e-9*want
}

// TestInversions_whole compares long series with whole numbers, down to shares
// that a float hardly holds.
func TestInversions_whole(t *testing.T) {
	for _, sizes := range [][]int{{150, 150}, {75, 75, 75, 75}, {131, 74, 45, 30, 10, 5, 5}, slices.Repeat([]int{3}, 50), slices.Repeat([]int{1}, 150)} {
		n, all := sizes[0], big.NewInt(1)
		pairs := 0
		for i, size := range sizes {
			for _, other := range sizes[i+1:] {
				pairs += size * other
			}
		}
		counts := make([]big.Int, pairs/2+1)
		counts[0].SetInt64(1)
		for _, size := range sizes[1:] {
			for j := 1; j <= size; j++ {
				for d := len(counts) - 1; d >= n+j; d-- {
					counts[d].Sub(&counts[d], &counts[d-n-j])
				}
				for d := j; d < len(counts); d++ {
					counts[d].Add(&counts[d], &counts[d-j])
				}
			}
			n += size
			all.Mul(all, new(big.Int).Binomial(int64(n), int64(size)))
		}
		for d, share := range inversions(sizes, pairs/2) {
			if share > 1e-290 && !isShare(share, &counts[d], all) {
				t.Fatalf("%d kinds: %d inversions have the share %v", len(sizes), d, share)
			}
		}
	}
}

// TestRankSums_whole compares the tails of a long series with whole numbers.
func TestRankSums_whole(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 5))
	for _, weeks := range [][2]int{{30, 90}, {8, exactWeeks - 8}} {
		ranks := make([]int, weeks[0]+weeks[1])
		for i := range ranks {
			ranks[i] = random.IntN(2 * len(ranks))
		}
		slices.Sort(ranks)
		k, most := weeks[0], 0
		for _, rank := range ranks[len(ranks)-k:] {
			most += rank
		}
		counts := make([][]big.Int, k+1)
		for j := range counts {
			counts[j] = make([]big.Int, most+1)
		}
		counts[0][0].SetInt64(1)
		for _, rank := range ranks {
			for j := k; j > 0; j-- {
				for s := range counts[j-1][:most+1-rank] {
					if counts[j-1][s].Sign() != 0 {
						counts[j][s+rank].Add(&counts[j][s+rank], &counts[j-1][s])
					}
				}
			}
		}
		all, below := new(big.Int).Binomial(int64(len(ranks)), int64(k)), new(big.Int)
		sums := newRankSums(ranks, k)
		for s := range counts[k] {
			if s%97 == 0 && !isShare(sums.atLeast(s), new(big.Int).Sub(all, below), all) {
				t.Fatalf("%v weeks: the share of at least %d is %v", weeks, s, sums.atLeast(s))
			}
			below.Add(below, &counts[k][s])
			if s%97 == 0 && !isShare(sums.atMost(s), below, all) {
				t.Fatalf("%v weeks: the share of at most %d is %v", weeks, s, sums.atMost(s))
			}
		}
	}
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
