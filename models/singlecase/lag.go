package singlecase

import "encoding/json"

// Lag1 is how far a week resembles the week before it: 0 for independent weeks,
// positive when neighbouring weeks are alike. At eight weeks its standard error
// is about .35, so it can neither clear nor convict a series.
type Lag1 struct {
	Value     Number `json:"value"`
	N         int    `json:"n"`
	Pairs     int    `json:"pairs"`     // pairs of neighbouring observed weeks
	Corrected Number `json:"corrected"` // value + 1/n
	Why       string `json:"why,omitempty"`
}

// MarshalJSON leaves out what an undefined autocorrelation does not have.
func (l Lag1) MarshalJSON() ([]byte, error) {
	if l.Why != "" {
		return json.Marshal(map[string]any{"value": nil, "n": l.N, "pairs": nil, "why": l.Why})
	}
	type plain Lag1
	return json.Marshal(plain(l))
}

// LagOne gives the lag-1 autocorrelation of the whole series (Huitema & McKean
// 1991, Psychological Bulletin 110, 291, with their correction for bias, +1/n).
// It runs from -1 to 1, the correction a little beyond; positive is alike, which
// is neither better nor worse. Pairs are neighbours in the calendar: a missing
// week breaks two of them, and without any pair the sum is 0, as Pairs tells. A
// change between phases makes it too large. It is undefined for fewer than three
// weeks or equal scores.
func LagOne(phases []Phase) Lag1 {
	var all Phase
	for _, p := range phases {
		all.Points = append(all.Points, p.Points...)
	}
	return lagOf(all.ordered())
}

// LagOneWithinPhases is [LagOne] of what is left when the mean of its phase is
// taken from each week, so that a change between phases does not count as
// resemblance. Pairs across a seam count. It is undefined for fewer than three
// weeks or when no phase varies.
func LagOneWithinPhases(phases []Phase) Lag1 {
	var left Phase
	for _, p := range phases {
		m := mean(p.Scores())
		for _, x := range p.Points {
			left.Points = append(left.Points, Point{x.Week, x.Score - m})
		}
	}
	return lagAround(left.ordered(), 0)
}

func lagOf(points []Point) Lag1 {
	_, scores := coordinates(points)
	return lagAround(points, mean(scores))
}

// lagAround is the autocorrelation of deviations from a centre.
func lagAround(points []Point, centre float64) Lag1 {
	l := Lag1{N: len(points)}
	if l.N < 3 {
		l.Why = "fewer than 3 observed weeks"
		return l
	}
	var together, alone float64
	for i, x := range points {
		alone += (x.Score - centre) * (x.Score - centre)
		if i+1 < l.N && points[i+1].Week == x.Week+1 {
			l.Pairs++
			together += (x.Score - centre) * (points[i+1].Score - centre)
		}
	}
	if alone == 0 {
		l.Why = "no variation"
		return l
	}
	l.Value = Defined(together / alone)
	l.Corrected = Defined(together/alone + 1/float64(l.N))
	return l
}
