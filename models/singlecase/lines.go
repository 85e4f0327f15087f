package singlecase

import (
	"encoding/json"
	"math"
)

// tie is how near two computed values must be to count as equal: what is left of
// a detrended score, or a score beside a line, is known only so far.
const tie = 1e-9

// CriterionLines are the two lines of a baseline that a week has to lie below:
// its mean and its trend.
type CriterionLines struct {
	MeanLine       float64
	TrendIntercept float64 // at week 0 of the case
	TrendSlope     float64 // points a calendar week
}

// BaselineLines gives the lines of the conservative dual criterion (Fisher,
// Kelley & Lomas 2003, J. Applied Behavior Analysis 36, 387): the mean and the
// least-squares trend of the baseline, both lowered by a quarter of its standard
// deviation. They may leave the scale and are not clipped. ok is false for fewer
// than two observed weeks.
func BaselineLines(a Phase) (lines CriterionLines, ok bool) { return linesLowered(a, .25) }

func linesLowered(a Phase, deviations float64) (CriterionLines, bool) {
	trend, ok := leastSquares(a.ordered())
	if !ok {
		return CriterionLines{}, false
	}
	scores := a.Scores()
	shift := deviations * math.Sqrt(variance(scores))
	return CriterionLines{mean(scores) - shift, trend.intercept - shift, trend.slope}, true
}

// Below reports whether a week lies strictly below both lines, which is better;
// on a line is not below it.
func (l CriterionLines) Below(p Point) bool {
	return p.Score < l.MeanLine-tie && p.Score < l.TrendIntercept+l.TrendSlope*float64(p.Week)-tie
}

// SplitMiddle is the celeration line of White & Haring 1980 (in Kazdin 1982):
// through median week and median score of each half of the observed weeks, the
// middle week of an odd number left out, then shifted until the median residual
// of all weeks is 0. The slope is without bound and negative when falling, which
// is better; ties are like any other scores. It is undefined for fewer than four
// observed weeks.
type SplitMiddle struct {
	Slope            Number `json:"slope"`
	InterceptQuarter Number `json:"intercept_quarter"` // of the line through both medians
	Intercept        Number `json:"intercept"`         // shifted so that half the weeks lie on each side
	X1               Number `json:"x1"`
	Y1               Number `json:"y1"`
	X2               Number `json:"x2"`
	Y2               Number `json:"y2"`
	Why              string `json:"why,omitempty"`
}

// MarshalJSON leaves out what an undefined line does not have.
func (s SplitMiddle) MarshalJSON() ([]byte, error) {
	if s.Why != "" {
		return undefined("slope", s.Why)
	}
	type plain SplitMiddle
	return json.Marshal(plain(s))
}

func splitMiddle(points []Point) SplitMiddle {
	n := len(points)
	if n < 4 {
		return SplitMiddle{Why: "fewer than 4 observed weeks"}
	}
	weeks, scores := coordinates(points)
	half := n / 2
	x1, y1 := median(weeks[:half]), median(scores[:half])
	x2, y2 := median(weeks[n-half:]), median(scores[n-half:])
	slope := (y2 - y1) / (x2 - x1)
	quarter := y1 - slope*x1
	residuals := make([]float64, n)
	for i := range points {
		residuals[i] = scores[i] - quarter - slope*weeks[i]
	}
	return SplitMiddle{
		Slope: Defined(slope), InterceptQuarter: Defined(quarter), Intercept: Defined(quarter + median(residuals)),
		X1: Defined(x1), Y1: Defined(y1), X2: Defined(x2), Y2: Defined(y2),
	}
}
