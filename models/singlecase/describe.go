package singlecase

import (
	"math"

	"gonum.org/v1/gonum/stat"
)

// Description is what one phase says on its own. An empty phase has only
// undefined numbers; the standard deviation and the trends need two weeks.
type Description struct {
	N            int          `json:"n"`         // observed weeks
	Weeks        int          `json:"n_weeks"`   // calendar weeks
	Missing      int          `json:"n_missing"` // calendar weeks without a score
	Mean         Number       `json:"mean"`
	Median       Number       `json:"median"`
	SD           Number       `json:"sd"` // with n-1
	Least        Number       `json:"min"`
	Greatest     Number       `json:"max"`
	OLSSlope     Number       `json:"ols_slope"`     // points a calendar week
	OLSIntercept Number       `json:"ols_intercept"` // at week 0 of the case
	TheilSen     TheilSenLine `json:"theil_sen"`
	MannKendall  MannKendall  `json:"mann_kendall"`
	Lag1         Lag1         `json:"lag1"`
	SplitMiddle  SplitMiddle  `json:"split_middle"`
}

// Describe gives the numbers of one phase. Slopes are per calendar week, so a
// missing week keeps its place; a falling slope is negative and, since lower is
// better, good. The median is the mean of the two middle values for an even
// number of weeks. The least-squares line needs two different weeks.
func Describe(p Phase) Description {
	points := p.ordered()
	scores := p.Scores()
	d := Description{
		N: len(points), Weeks: p.Weeks, Missing: p.Weeks - len(points),
		SD:          standardDeviation(scores),
		TheilSen:    theilSen(points),
		MannKendall: mannKendall(points),
		Lag1:        lagOf(points),
		SplitMiddle: splitMiddle(points),
	}
	if len(points) == 0 {
		return d
	}
	least, greatest, _ := Range(scores)
	d.Mean, d.Median = Defined(mean(scores)), Defined(median(scores))
	d.Least, d.Greatest = Defined(least), Defined(greatest)
	if l, ok := leastSquares(points); ok {
		d.OLSSlope, d.OLSIntercept = Defined(l.slope), Defined(l.intercept)
	}
	return d
}

// mean is the mean of at least one score. Equal scores have exactly their own
// value as mean, so that rounding never makes them vary.
func mean(scores []float64) float64 {
	switch m, ok := Mean(scores); {
	case !ok:
		return math.NaN()
	case varies(scores):
		return m
	}
	return scores[0]
}

// median is the median of at least one score.
func median(scores []float64) float64 {
	if m, ok := Median(scores); ok {
		return m
	}
	return math.NaN()
}

// variance is the variance with n-1, and 0 for equal scores. It is NaN for
// fewer than two scores.
func variance(scores []float64) float64 {
	if len(scores) < 2 {
		return math.NaN()
	}
	if !varies(scores) {
		return 0
	}
	return stat.Variance(scores, nil)
}

func standardDeviation(scores []float64) Number { return Defined(math.Sqrt(variance(scores))) }

// varies reports whether the scores are not all the same.
func varies(scores []float64) bool {
	least, greatest, ok := Range(scores)
	return ok && least != greatest
}

// line is a straight line over calendar weeks.
type line struct{ intercept, slope float64 }

// leastSquares fits a line over calendar weeks; it needs two different weeks.
func leastSquares(points []Point) (line, bool) {
	if len(points) < 2 || points[0].Week == points[len(points)-1].Week {
		return line{}, false
	}
	weeks, scores := coordinates(points)
	if !varies(scores) {
		return line{intercept: scores[0]}, true
	}
	intercept, slope := stat.LinearRegression(weeks, scores, nil, false)
	return line{intercept, slope}, true
}

func coordinates(points []Point) (weeks, scores []float64) {
	weeks, scores = make([]float64, len(points)), make([]float64, len(points))
	for i, p := range points {
		weeks[i], scores[i] = float64(p.Week), p.Score
	}
	return weeks, scores
}
