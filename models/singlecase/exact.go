package singlecase

import "slices"

// exactWeeks is the greatest number of observed weeks for which exact p-values
// are computed; their cost grows with its fourth power. Beyond, the p-value is
// undefined and tooManyWeeks says why.
const (
	exactWeeks   = 100
	tooManyWeeks = "more than 100 observed weeks"
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
	sumOf := func(scores []float64) (sum int) {
		for _, s := range scores {
			i, _ := slices.BinarySearch(pooled, s)
			sum += ranks[i]
		}
		return sum
	}
	// The smaller phase is chosen: high ranks of A, or low ones of B, are better.
	few, way := a, 1
	if len(b) < len(a) {
		few, way = b, -1
	}
	mean := len(few) * (len(pooled) + 1)
	observed := way * (sumOf(few) - mean)
	var p1, p2 float64
	for sum, share := range rankSums(ranks, len(few)) {
		d := way * (sum - mean)
		if d >= observed {
			p1 += share
		}
		if max(d, -d) >= max(observed, -observed) {
			p2 += share
		}
	}
	return Defined(min(p1, 1)), Defined(min(p2, 1))
}

// rankSums is how often each sum occurs among all choices of k ranks, divided by
// the number of choices. The ranks are in order.
func rankSums(ranks []int, k int) []float64 {
	greatest := make([]int, k+1) // the greatest sum of j of the ranks so far
	shares := make([][]float64, k+1)
	top := 0
	for j := range k {
		top += ranks[len(ranks)-1-j]
		shares[j+1] = make([]float64, top+1)
	}
	shares[0] = []float64{1}
	// Each step mixes “the next rank is chosen” and “it is not” in the right
	// shares, so that no count overflows.
	for i, rank := range ranks {
		for j := min(i+1, k); j > 0; j-- {
			with := float64(j) / float64(i+1)
			if j <= i {
				for s := range greatest[j] + 1 {
					shares[j][s] *= 1 - with
				}
			}
			for s := range greatest[j-1] + 1 {
				shares[j][s+rank] += with * shares[j-1][s]
			}
			greatest[j] = greatest[j-1] + rank
		}
	}
	return shares[k]
}

// exactTrend is the two-sided p of S over all orders of the scores, ties
// included.
func exactTrend(scores []float64, s, untied int) Number {
	p := 0.0
	for inversions, share := range inversions(tieSizes(scores)) {
		if one := untied - 2*inversions; max(one, -one) >= max(s, -s) {
			p += share
		}
	}
	return Defined(min(p, 1))
}

// inversions is how often each number of falling pairs occurs among all orders
// of scores with these tie sizes: the product of Gaussian binomials, each scaled
// to a sum of one so that no count overflows.
func inversions(sizes []int) []float64 {
	all, n := []float64{1}, 0
	for _, size := range sizes {
		n += size
		all = convolve(all, gaussianBinomial(n, size))
	}
	return all
}

// gaussianBinomial gives the coefficients of the Gaussian binomial n over k,
// divided by their sum. It adds only positive terms, so that the smallest stay
// exact.
func gaussianBinomial(n, k int) []float64 {
	rows := make([][]float64, k+1) // those of i over j, for one i after another
	rows[0] = []float64{1}
	for i := 1; i <= n; i++ {
		for j := min(i, k); j > 0; j-- {
			row := make([]float64, j*(i-j)+1)
			with := float64(j) / float64(i)
			for d, share := range rows[j-1] {
				row[d] += with * share
			}
			for d, share := range rows[j] { // none yet for j = i
				row[d+j] += (1 - with) * share
			}
			rows[j] = row
		}
	}
	return rows[k]
}

func convolve(a, b []float64) []float64 {
	c := make([]float64, len(a)+len(b)-1)
	for i, x := range a {
		for j, y := range b {
			c[i+j] += x * y
		}
	}
	return c
}
