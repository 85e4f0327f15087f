package singlecase

import (
	"encoding/json"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// MannKendall is the test of a trend within one phase (Mann 1945, Econometrica
// 13, 245; Kendall's S). Weeks enter by order alone; S and tau run from falling
// (negative, better) to rising, tau from -1 to 1. Ties count 0 in S and correct
// its variance. PExact is the two-sided share of all orders of these scores with
// |S| at least as large, and the one to trust; it needs no more than 300 weeks.
// The test is undefined for fewer than two observed weeks; for equal scores tau
// b and z are, and PExact is 1.
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
