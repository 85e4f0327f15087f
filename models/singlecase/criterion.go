package singlecase

import (
	"encoding/json"

	"gonum.org/v1/gonum/stat/distuv"
)

// CDC counts the later weeks below both lines of the baseline.
type CDC struct {
	Count          int    `json:"count"`
	NB             int    `json:"n_b"`
	P              Number `json:"p"`        // binomial, of so many or more at even odds
	Required       Number `json:"required"` // the least count with p < .05; undefined below 5 weeks
	Systematic     bool   `json:"systematic"`
	MeanLine       Number `json:"mean_line"`
	TrendIntercept Number `json:"trend_intercept"` // at week 0 of the case
	TrendSlope     Number `json:"trend_slope"`     // points a calendar week
	// RequiredFisher is the count of the published table, which is not quite the
	// binomial one; undefined below 3 and beyond 12 weeks.
	RequiredFisher   Number       `json:"required_fisher"`
	SystematicFisher *bool        `json:"systematic_fisher"`
	DC               DualCriteria `json:"dc"`
	Why              string       `json:"why,omitempty"`
}

// DualCriteria is the count below the lines where they are, not lowered.
type DualCriteria struct {
	Count      int    `json:"count"`
	P          Number `json:"p"`
	Systematic bool   `json:"systematic"`
}

// MarshalJSON leaves out what an undefined count does not have.
func (c CDC) MarshalJSON() ([]byte, error) {
	if c.Why != "" {
		return undefined("value", c.Why)
	}
	type plain CDC
	return json.Marshal(plain(c))
}

// requiredFisher is the table in use with the dual criteria (Fisher, Kelley &
// Lomas 2003, as Lanovaz's group applies it), from 3 to 12 later weeks.
var requiredFisher = []int{3: 3, 4: 4, 5: 5, 6: 6, 7: 6, 8: 7, 9: 8, 10: 8, 11: 9, 12: 9}

// DualCriterion counts the weeks of B strictly below both lines of A, the
// conservative dual criterion (Fisher, Kelley & Lomas 2003, J. Applied Behavior
// Analysis 36, 387); see [BaselineLines]. The count runs from 0 to the observed
// weeks of B; more is better, and a week on a line (nearer than 1e-9) does not
// count. It is systematic when the binomial p is
// below .05, for which fewer than five weeks can never suffice. That p is a rule
// of thumb: the lines are estimated from the same few weeks. DC is the count
// without lowered lines. It is undefined for fewer than two observed weeks in A
// or none in B.
func DualCriterion(a, b Phase) CDC {
	if len(a.Points) == 0 || len(b.Points) == 0 {
		return CDC{Why: emptyPhase}
	}
	lines, ok := BaselineLines(a)
	if !ok {
		return CDC{Why: "needs 2 observed weeks in A"}
	}
	n := len(b.Points)
	c := CDC{
		Count: lines.count(b), NB: n,
		MeanLine: Defined(lines.MeanLine), TrendIntercept: Defined(lines.TrendIntercept), TrendSlope: Defined(lines.TrendSlope),
	}
	p := evenOdds(c.Count, n)
	c.P, c.Systematic = Defined(p), p < .05
	required := n + 1
	for required > 0 && evenOdds(required-1, n) < .05 {
		required--
	}
	if required <= n {
		c.Required = Defined(float64(required))
	}
	if n >= 3 && n < len(requiredFisher) {
		c.RequiredFisher = Defined(float64(requiredFisher[n]))
		enough := c.Count >= requiredFisher[n]
		c.SystematicFisher = &enough
	}
	asTheyAre, _ := linesLowered(a, 0)
	c.DC.Count = asTheyAre.count(b)
	p = evenOdds(c.DC.Count, n)
	c.DC.P, c.DC.Systematic = Defined(p), p < .05
	return c
}

func (l CriterionLines) count(b Phase) (below int) {
	for _, p := range b.Points {
		if l.Below(p) {
			below++
		}
	}
	return below
}

// evenOdds is the chance of k or more of n at even odds.
func evenOdds(k, n int) float64 {
	if k > n {
		return 0
	}
	// By symmetry that of n-k or fewer, which needs no subtraction from one.
	return distuv.Binomial{N: float64(n), P: .5}.CDF(float64(n - k))
}

// SplitMiddleTest counts the weeks of B strictly below the split-middle line of
// A, extended (White & Haring 1980; Kazdin 1982), with the one-sided binomial p
// of so many or more at even odds. The count runs from 0 to the observed weeks of
// B; more is better, and a week on the line (nearer than 1e-9) does not count.
// The p is too small, since the line is uncertain. It is undefined for fewer than
// four observed weeks in A or none in B.
type SplitMiddleTest struct {
	Below int    `json:"below"`
	NB    int    `json:"n_b"`
	P     Number `json:"p"`
	Why   string `json:"why,omitempty"`
}

// MarshalJSON leaves out what an undefined test does not have.
func (s SplitMiddleTest) MarshalJSON() ([]byte, error) {
	if s.Why != "" {
		return undefined("value", s.Why)
	}
	type plain SplitMiddleTest
	return json.Marshal(plain(s))
}

func belowSplitMiddle(middle SplitMiddle, a, b Phase) SplitMiddleTest {
	if len(a.Points) == 0 || len(b.Points) == 0 {
		return SplitMiddleTest{Why: emptyPhase}
	}
	if middle.Why != "" {
		return SplitMiddleTest{Why: middle.Why}
	}
	slope, _ := middle.Slope.Get()
	intercept, _ := middle.Intercept.Get()
	s := SplitMiddleTest{NB: len(b.Points)}
	for _, p := range b.Points {
		if p.Score < intercept+slope*float64(p.Week)-tie {
			s.Below++
		}
	}
	s.P = Defined(evenOdds(s.Below, s.NB))
	return s
}
