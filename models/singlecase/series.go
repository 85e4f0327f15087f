package singlecase

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"
	"strconv"
)

// Point is one observed week: its place in the calendar of the case, counted
// from 1 at the first week, and its score.
type Point struct {
	Week  int
	Score float64
}

// Phase is a run of calendar weeks under one condition. It holds the observed
// weeks only: a missing week is left out of every pairwise index, and keeps its
// place for every slope, lag and start week.
type Phase struct {
	Name   string
	Start  int // its first calendar week, observed or not
	Weeks  int // its length in calendar weeks
	Points []Point
}

// NewPhase gives a phase from its weekly scores in order; NaN stands for a
// missing week.
func NewPhase(name string, start int, scores []float64) Phase {
	p := Phase{Name: name, Start: start, Weeks: len(scores)}
	for i, s := range scores {
		if !math.IsNaN(s) {
			p.Points = append(p.Points, Point{start + i, s})
		}
	}
	return p
}

// ordered gives the observed weeks by the calendar, whatever the order in which
// they were given.
func (p Phase) ordered() []Point {
	return slices.SortedFunc(slices.Values(p.Points), func(a, b Point) int {
		return cmp.Or(cmp.Compare(a.Week, b.Week), cmp.Compare(a.Score, b.Score))
	})
}

// Scores gives the observed scores in order of the points.
func (p Phase) Scores() []float64 {
	scores := make([]float64, len(p.Points))
	for i, x := range p.Points {
		scores[i] = x.Score
	}
	return scores
}

// Number is a value that may be undefined, as its zero value is. It is never
// NaN or infinite.
type Number struct {
	value   float64
	defined bool
}

// Defined gives a number, undefined when the value is not finite.
func Defined(value float64) Number {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return Number{}
	}
	return Number{value + 0, true} // and never minus zero
}

// Get gives the value; ok is false when it is undefined.
func (n Number) Get() (value float64, ok bool) { return n.value, n.defined }

// MarshalJSON writes the value, or null when it is undefined.
func (n Number) MarshalJSON() ([]byte, error) {
	if !n.defined {
		return []byte("null"), nil
	}
	return json.Marshal(n.value)
}

// String writes the value for a reader of tests; “undefined” without one.
func (n Number) String() string {
	if !n.defined {
		return "undefined"
	}
	return strconv.FormatFloat(n.value, 'g', -1, 64)
}

// undefined writes a value that cannot be had: null under the field's name,
// and why.
func undefined(field, why string) ([]byte, error) {
	return json.Marshal(map[string]any{field: nil, "why": why})
}
