package singlecase

import (
	"iter"
	"slices"
)

// exactWeeks is the greatest number of observed weeks for which exact p-values
// are computed. A thousand weeks then take a third of a second, however they are
// divided; those of two phases together cost with their fourth power. Beyond
// four hundred weeks of one phase rounding could spoil its count of orders, too.
// The p-value is then undefined and tooManyWeeks says why.
const (
	exactWeeks   = 300
	tooManyWeeks = "more than 300 observed weeks"
)

// exactNonoverlap gives the one- and the two-sided p of the sum of ranks over
// all ways to choose which of the weeks come before the change. Tied weeks share
// their middle rank; doubled ranks are whole numbers, so that nothing is missed
// by rounding.
func exactNonoverlap(a, b []float64) (one, two Number) {
	pooled := slices.Concat(a, b)
	slices.Sort(pooled)
	var ranks []int // the doubled midrank of each pooled score, from the lowest up
	for _, size := range tieSizes(pooled) {
		rank := 2*len(ranks) + size + 1
		for range size {
			ranks = append(ranks, rank)
		}
	}
	// The smaller phase is chosen: high ranks of A, or low ones of B, are better.
	few := a
	if len(b) < len(a) {
		few = b
	}
	mean, observed := len(few)*(len(pooled)+1), 0
	for _, s := range few {
		i, _ := slices.BinarySearch(pooled, s)
		observed += ranks[i]
	}
	sums := newRankSums(ranks, len(few))
	p1 := sums.atMost(observed)
	if len(a) <= len(b) {
		p1 = sums.atLeast(observed)
	}
	far := max(observed-mean, mean-observed)
	return Defined(min(p1, 1)), Defined(min(sums.atLeast(mean+far)+sums.atMost(mean-far), 1))
}

// rankSums are the sums of all choices of k ranks. The choices among the lower
// half of the ranks and among the upper half are counted apart and only brought
// together for a tail, which takes an eighth of the time.
type rankSums struct {
	lower, upper []sums // by how many ranks of the half are chosen
	k            int
	all          float64 // the choices
}

// sums counts the choices with each sum, from the least on.
type sums struct {
	least  int
	counts []float64
}

// newRankSums takes the ranks in order.
func newRankSums(ranks []int, k int) rankSums {
	half := len(ranks) / 2
	r := rankSums{lower: choices(ranks[:half], k), upper: choices(ranks[half:], k), k: k, all: 1}
	for i := range k {
		r.all *= float64(len(ranks)-i) / float64(i+1)
	}
	return r
}

// choices counts the sums of up to k of the ranks, which are in order. Floats hold
// the counts: there are fewer than 1e90 choices, and only sums are taken, so that
// rare ones are as exact as the others.
func choices(ranks []int, k int) []sums {
	k = min(k, len(ranks))
	chosen := make([]sums, k+1)
	greatest := 0
	chosen[0].counts = []float64{1}
	for j := range k {
		greatest += ranks[len(ranks)-1-j]
		chosen[j+1].least = chosen[j].least + ranks[j]
		chosen[j+1].counts = make([]float64, greatest-chosen[j+1].least+1)
	}
	reached := make([]int, k+1) // how many sums can occur so far
	reached[0] = 1
	for i, rank := range ranks {
		for j := min(i+1, k); j > 0; j-- {
			without := chosen[j-1].counts[:reached[j-1]]
			shift := chosen[j-1].least + rank - chosen[j].least
			with := chosen[j].counts[shift:][:len(without)]
			for s, count := range without {
				with[s] += count
			}
			reached[j] = shift + len(without)
		}
	}
	return chosen
}

// atLeast is the share of choices with this sum or a greater one.
func (r rankSums) atLeast(sum int) (p float64) {
	for low, high := range r.halves() {
		from, beyond := len(high.counts), 0.
		for s, count := range low.counts {
			for from > 0 && low.least+s+high.least+from-1 >= sum {
				from--
				beyond += high.counts[from]
			}
			p += count * beyond
		}
	}
	return p / r.all
}

// atMost is the share of choices with this sum or a smaller one.
func (r rankSums) atMost(sum int) (p float64) {
	for low, high := range r.halves() {
		to, beyond := 0, 0.
		for s := len(low.counts) - 1; s >= 0; s-- {
			for to < len(high.counts) && low.least+s+high.least+to <= sum {
				beyond += high.counts[to]
				to++
			}
			p += low.counts[s] * beyond
		}
	}
	return p / r.all
}

// halves gives the sums of both halves for each way to share the choice between
// them.
func (r rankSums) halves() iter.Seq2[sums, sums] {
	return func(yield func(low, high sums) bool) {
		for j, low := range r.lower {
			if other := r.k - j; other < len(r.upper) && !yield(low, r.upper[other]) {
				return
			}
		}
	}
}

// exactTrend is the two-sided p of S over all orders of the scores, ties
// included. One below 1e-300 becomes 0.
func exactTrend(scores []float64, s, untied int) Number {
	if s == 0 {
		return Defined(1)
	}
	p := 0.0
	for _, share := range inversions(tieSizes(scores), (untied-max(s, -s))/2) {
		p += share
	}
	return Defined(min(2*p, 1)) // rising and falling pairs are as likely
}

// inversions is how often each number of falling pairs, from none to the given
// one, occurs among all orders of scores with these tie sizes, divided by the
// number of orders. The counts are the coefficients of a product of Gaussian
// binomials. Each is built up factor by factor, (1 - q^(n+j)) / (1 - q^j) for n
// scores before and j of the next size. What stands in between is a Gaussian
// binomial too and never negative; what rounding takes from it grows with the
// sizes, to 1e-12 of a share for 300 scores and beyond 1e-9 for 600.
func inversions(sizes []int, most int) []float64 {
	sizes = slices.Sorted(slices.Values(sizes))
	slices.Reverse(sizes) // the first costs nothing
	shares, next := make([]float64, most+1), make([]float64, most+1)
	shares[0] = 1
	n, greatest := sizes[0], 0
	for _, size := range sizes[1:] {
		for j := 1; j <= size; j++ {
			greatest = min(greatest+n, most)
			multiply(next[:greatest+1], shares[:greatest+1], n+j, j)
			shares, next = next, shares
		}
		n += size
	}
	return shares
}

// multiply writes the product of from and (1 - q^n) / (1 - q^k), divided by the
// sum n/k of the latter, as far as both slices reach, which are of one length.
func multiply(to, from []float64, n, k int) {
	scale := float64(k) / float64(n)
	for d, share := range from[:min(k, len(from))] {
		to[d] = share * scale
	}
	for d := k; d < min(n, len(from)); d++ {
		to[d] = to[d-k] + from[d]*scale
	}
	for d := n; d < len(from); d++ {
		to[d] = to[d-k] + (from[d]-from[d-n])*scale
	}
}
