package singlecase

import (
	"encoding/json"
	"math"
	"slices"
)

// z95 is the normal quantile of a two-sided 95 % interval.
const z95 = 1.959963984540054

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
// 1950; Sen 1968, JASA 63, 1379) in points a calendar week, without bound;
// negative is falling, which is better. Tied weeks count as slopes of 0, and the
// interval uses Kendall's variance corrected for ties. It is undefined for fewer
// than two observed weeks.
func TheilSen(p Phase) TheilSenLine { return theilSen(p.ordered()) }

// Falling warns of a baseline whose scores fall by more than .2 a week. So do 19
// to 33 of 100 baselines of couples for whom nothing changes.
func (l TheilSenLine) Falling() bool {
	slope, ok := l.Slope.Get()
	return ok && slope < -.2-tie
}

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
