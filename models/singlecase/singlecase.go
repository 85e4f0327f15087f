// Package singlecase holds the numbers of single-case research: pure functions
// over the weekly values of one person, without a database, a clock or HTTP.
// A value that cannot be had is said to be so; it is never NaN, infinite or
// zero in its place.
package singlecase

import "slices"

// Mean gives the arithmetic mean. It is false for no values.
func Mean(values []float64) (mean float64, ok bool) {
	if len(values) == 0 {
		return 0, false
	}
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values)), true
}

// Median gives the middle value, the mean of the two middle ones for an even
// number of values. It is false for no values. The order of the values does not
// matter, and they are not changed.
func Median(values []float64) (median float64, ok bool) {
	n := len(values)
	if n == 0 {
		return 0, false
	}
	sorted := slices.Sorted(slices.Values(values))
	if n%2 == 1 {
		return sorted[n/2], true
	}
	return (sorted[n/2-1] + sorted[n/2]) / 2, true
}

// Range gives the least and the greatest value. It is false for no values.
func Range(values []float64) (least, greatest float64, ok bool) {
	if len(values) == 0 {
		return 0, 0, false
	}
	return slices.Min(values), slices.Max(values), true
}
