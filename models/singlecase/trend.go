package singlecase

import (
	"encoding/json"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// z95 is the normal quantile of a two-sided 95 % interval.
const z95 = 1.959963984540054

// exactWeeks is the greatest number of observed weeks for which exact p-values
// are computed; their cost grows with its fourth power. Beyond, the p-value is
// undefined and tooManyWeeks says why.
const (
	exactWeeks   = 100
	tooManyWeeks = "more than 100 observed weeks"
)

// TheilSenLine is a line that a single odd week hardly moves.
type TheilSenLine struct {
	Slope     Number `json:"slope"`     // points a calendar week; negative is falling
	Intercept Number `json:"intercept"` // at week 0, median of score - slope × week
	// InterceptConover is another intercept in use: median score - slope × median
	// week.
	InterceptConover Number `json:"intercept_conover"`
	Pairs            int    `json:"n_pairs"`
	// Lo and Hi are Sen's 95 % interval, undefined when it runs outside the slopes
	// of all pairs, as it usually does for five weeks or fewer.
	Lo  Number `json:"lo"`
	Hi  Number `json:"hi"`
	Why string `json:"why,omitempty"`
}

// MarshalJSON leaves out what an undefined line does not have.
func (l TheilSenLine) MarshalJSON() ([]byte, error) {
	if l.Why != "" {
		return undefined("slope", l.Why)
	}
	type plain TheilSenLine
	return json.Marshal(plain(l))
}

// TheilSen gives the median of the slopes between all pairs of weeks (Theil
// 1950; Sen 1968, JASA 63, 1379) in points a calendar week; negative is falling,
// which is better. The interval uses Kendall's variance corrected for ties. It
// is undefined for fewer than two observed weeks.
func TheilSen(p Phase) TheilSenLine { return theilSen(p.ordered()) }

func theilSen(points []Point) TheilSenLine {
	var slopes []float64
	for i, a := range points {
		for _, b := range points[i+1:] {
			if b.Week != a.Week {
				slopes = append(slopes, (b.Score-a.Score)/float64(b.Week-a.Week))
			}
		}
	}
	if len(slopes) == 0 {
		return TheilSenLine{Why: "fewer than 2 observed weeks"}
	}
	slices.Sort(slopes)
	slope := median(slopes)
	weeks, scores := coordinates(points)
	residuals := make([]float64, len(points))
	for i := range points {
		residuals[i] = scores[i] - slope*weeks[i]
	}
	l := TheilSenLine{
		Slope: Defined(slope), Intercept: Defined(median(residuals)),
		InterceptConover: Defined(median(scores) - slope*median(weeks)), Pairs: len(slopes),
	}
	// As many slopes are cut off at one end as at the other.
	cut := int(math.Floor((float64(len(slopes)) - z95*math.Sqrt(varianceOfS(scores))) / 2))
	if cut > 0 {
		l.Lo, l.Hi = Defined(slopes[cut-1]), Defined(slopes[len(slopes)-cut])
	}
	return l
}

// MannKendall is the test of a trend within one phase.
type MannKendall struct {
	S      Number `json:"S"` // pairs of weeks that rise, less those that fall
	VarS   Number `json:"var_s"`
	TauA   Number `json:"tau_a"`
	TauB   Number `json:"tau_b"`
	Z      Number `json:"z"` // with continuity correction
	P      Number `json:"p"` // of z, two-sided
	PExact Number `json:"p_exact"`
	WhyP   string `json:"why_p_exact,omitempty"`
	Why    string `json:"why,omitempty"`

	zPlain, pPlain Number // without continuity correction
}

// MarshalJSON leaves out what an undefined test does not have.
func (m MannKendall) MarshalJSON() ([]byte, error) {
	if m.Why != "" {
		return undefined("S", m.Why)
	}
	type plain MannKendall
	return json.Marshal(plain(m))
}

// TestTrend is the Mann-Kendall test of a phase (Mann 1945, Econometrica 13,
// 245; Kendall's S). Weeks enter by order alone; S and tau run from falling
// (negative, better) to rising, tau from -1 to 1. Ties count 0 in S and correct
// its variance. PExact is the two-sided share of all orders of these scores with
// |S| at least as large, and the one to trust; it needs no more than 100 weeks.
// The test is undefined for fewer than two observed weeks; for equal scores tau
// b and z are, and PExact is 1.
func TestTrend(p Phase) MannKendall { return mannKendall(p.ordered()) }

func mannKendall(points []Point) MannKendall {
	n := len(points)
	if n < 2 {
		return MannKendall{Why: "fewer than 2 observed weeks"}
	}
	_, scores := coordinates(points)
	s := 0
	for i, a := range scores {
		for _, b := range scores[i+1:] {
			s += sign(b - a)
		}
	}
	pairs, untied := float64(n)*float64(n-1)/2, untiedPairs(scores)
	v := varianceOfS(scores)
	m := MannKendall{S: Defined(float64(s)), VarS: Defined(v), TauA: Defined(float64(s) / pairs)}
	if untied > 0 {
		m.TauB = Defined(float64(s) / math.Sqrt(pairs*float64(untied)))
		m.Z, m.P = normalTest(float64(s-sign(float64(s))), v)
		m.zPlain, m.pPlain = normalTest(float64(s), v)
	}
	if n > exactWeeks {
		m.WhyP = tooManyWeeks
		return m
	}
	m.PExact = exactTrend(scores, s, untied)
	return m
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

// tieSizes gives how often each different score occurs, from the lowest up.
func tieSizes(scores []float64) (sizes []int) {
	sorted := slices.Sorted(slices.Values(scores))
	for i, s := range sorted {
		if i == 0 || s != sorted[i-1] {
			sizes = append(sizes, 0)
		}
		sizes[len(sizes)-1]++
	}
	return sizes
}

func untiedPairs(scores []float64) int {
	n := len(scores)
	pairs := n * (n - 1) / 2
	for _, t := range tieSizes(scores) {
		pairs -= t * (t - 1) / 2
	}
	return pairs
}

// varianceOfS is the variance of Kendall's S over time, corrected for ties.
func varianceOfS(scores []float64) float64 {
	spread := func(n int) float64 { return float64(n) * float64(n-1) * float64(2*n+5) }
	v := spread(len(scores))
	for _, t := range tieSizes(scores) {
		v -= spread(t)
	}
	return v / 18
}

// normalTest gives z and its two-sided p, undefined without variance.
func normalTest(s, variance float64) (z, p Number) {
	if variance <= 0 {
		return Number{}, Number{}
	}
	value := s / math.Sqrt(variance)
	return Defined(value), Defined(2 * distuv.UnitNormal.Survival(math.Abs(value)))
}

func sign(x float64) int {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}
