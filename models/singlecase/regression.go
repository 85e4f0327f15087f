package singlecase

import (
	"encoding/json"
	"math"
)

// Piecewise is one straight line for each phase.
type Piecewise struct {
	Intercept   Coefficient `json:"intercept"`    // of A at its first calendar week
	TrendA      Coefficient `json:"trend_a"`      // points a calendar week
	LevelChange Coefficient `json:"level_change"` // between the lines at the first calendar week of B
	SlopeChange Coefficient `json:"slope_change"` // slope of B - slope of A
	DF          int         `json:"df"`
	Sigma       Number      `json:"sigma"`
	SSE         Number      `json:"sse"`
	R2          Number      `json:"r2"`
	ResidLag1   Number      `json:"resid_lag1,omitzero"` // lag-1 autocorrelation of what is left
	Why         string      `json:"why,omitempty"`
	WhySE       string      `json:"why_se,omitempty"`
}

// Coefficient is an estimate with its test; all but the value are undefined when
// nothing is left to estimate the error from.
type Coefficient struct {
	Value Number `json:"value"`
	SE    Number `json:"se"`
	T     Number `json:"t"`
	P     Number `json:"p"` // two-sided
	Lo    Number `json:"lo"`
	Hi    Number `json:"hi"`
}

// MarshalJSON leaves out what an undefined regression does not have.
func (p Piecewise) MarshalJSON() ([]byte, error) {
	if p.Why != "" {
		return undefined("value", p.Why)
	}
	type plain Piecewise
	return json.Marshal(plain(p))
}

const notAdjacent = "phases are not adjacent"

// CompareLines gives the piecewise regression of Huitema & McKean 2000 (Educ.
// Psychol. Measurement 60, 38; Center, Skiba & Casey 1985), ordinary least
// squares over calendar weeks: level and slope of A, and how both change at the
// first calendar week of B, observed or not. Changes are without bound, and
// negative ones are better. R2 runs from 0 to 1 and is undefined when all scores are equal.
//
// It is undefined for fewer than two observed weeks in a phase and for phases
// that do not follow each other in the calendar; its standard errors, when no
// degree of freedom is left or the fit is perfect (no week further than 1e-9
// from its line).
func CompareLines(a, b Phase) Piecewise {
	if !follows(a, b) {
		return Piecewise{Why: notAdjacent}
	}
	before, okA := fitLine(a.ordered(), a.Start)
	after, okB := fitLine(b.ordered(), b.Start)
	if !okA || !okB {
		return Piecewise{Why: "needs 2 observed weeks in each phase"}
	}
	// The model has a line for each phase, so it is fitted as two: only the
	// variance of what is left is common to both.
	n := len(a.Points) + len(b.Points)
	sse := before.sse + after.sse
	p := Piecewise{DF: n - 4, SSE: Defined(sse)}
	all := append(a.Scores(), b.Scores()...)
	if varies(all) {
		p.R2 = Defined(1 - sse/(variance(all)*float64(n-1)))
	}
	sigma := math.Sqrt(sse / float64(n-4))
	switch {
	case p.DF == 0:
		p.WhySE, sigma = "no residual degrees of freedom", math.NaN()
	case max(before.furthest, after.furthest) < tie:
		p.WhySE, sigma = "perfect fit", math.NaN()
		p.SSE = Defined(0)
	default:
		p.ResidLag1 = lagAround(append(before.left, after.left...), 0).Value
	}
	p.Sigma = Defined(sigma)
	df := float64(p.DF)
	// How far the line of A reaches when it is extended to the first week of B.
	extended, extendedSpread := before.at(b.Start)
	p.Intercept = coefficient(before.start, before.startSpread, sigma, df)
	p.TrendA = coefficient(before.slope, before.slopeSpread, sigma, df)
	p.LevelChange = coefficient(after.start-extended, after.startSpread+extendedSpread, sigma, df)
	p.SlopeChange = coefficient(after.slope-before.slope, after.slopeSpread+before.slopeSpread, sigma, df)
	return p
}

// follows reports whether b begins in the week after a ends.
func follows(a, b Phase) bool { return b.Start == a.Start+a.Weeks }

func coefficient(value, spread, sigma, df float64) Coefficient {
	se := sigma * math.Sqrt(spread)
	c := Coefficient{Value: Defined(value), SE: Defined(se)}
	c.T, c.P, c.Lo, c.Hi = studentTest(value, se, df)
	return c
}

// fitted is the least-squares line of one phase. A spread is the variance of an
// estimate in units of the variance of what is left.
type fitted struct {
	start, startSpread float64 // at the first calendar week
	slope, slopeSpread float64
	sse, furthest      float64
	left               []Point
	centre, level, n   float64
}

// at gives the height of the line in a week, and its spread.
func (f fitted) at(week int) (height, spread float64) {
	d := float64(week) - f.centre
	return f.level + f.slope*d, 1/f.n + d*d*f.slopeSpread
}

func fitLine(points []Point, start int) (fitted, bool) {
	l, ok := leastSquares(points)
	if !ok {
		return fitted{}, false
	}
	weeks, scores := coordinates(points)
	f := fitted{slope: l.slope, centre: mean(weeks), level: mean(scores), n: float64(len(points))}
	sxx := 0.0
	for i, week := range weeks {
		d := week - f.centre
		sxx += d * d
		e := scores[i] - f.level - f.slope*d
		f.sse += e * e
		f.furthest = max(f.furthest, math.Abs(e))
		f.left = append(f.left, Point{points[i].Week, e})
	}
	f.slopeSpread = 1 / sxx
	f.start, f.startSpread = f.at(start)
	return f, true
}
