package singlecase

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestDescriptives(t *testing.T) {
	for _, row := range []struct {
		name                          string
		values                        []float64
		mean, median, least, greatest float64
	}{
		{"one value", []float64{4}, 4, 4, 4, 4},
		{"an even number, out of order", []float64{9, 8, 9, 8}, 8.5, 8.5, 8, 9},
		{"an odd number, out of order", []float64{5, 1, 3}, 3, 3, 1, 5},
		{"a median apart from the mean", []float64{0, 0, 0, 10}, 2.5, 0, 0, 10},
	} {
		t.Run(row.name, func(t *testing.T) {
			before := slices.Clone(row.values)
			mean, ok1 := Mean(row.values)
			median, ok2 := Median(row.values)
			least, greatest, ok3 := Range(row.values)
			if !ok1 || !ok2 || !ok3 || mean != row.mean || median != row.median || least != row.least || greatest != row.greatest {
				t.Errorf("mean %v, median %v, range %v to %v", mean, median, least, greatest)
			}
			if !slices.Equal(before, row.values) {
				t.Error("the values were changed")
			}
		})
	}
}

func TestDescriptives_ofNothing(t *testing.T) {
	if _, ok := Mean(nil); ok {
		t.Error("nothing has a mean")
	}
	if _, ok := Median([]float64{}); ok {
		t.Error("nothing has a median")
	}
	if _, _, ok := Range(nil); ok {
		t.Error("nothing has a range")
	}
}

func TestDescriptives_orderNeverMatters(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		values := make([]float64, 1+random.IntN(12))
		for i := range values {
			values[i] = float64(random.IntN(11))
		}
		shuffled := slices.Clone(values)
		random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		mean, _ := Mean(values)
		again, _ := Mean(shuffled)
		median, _ := Median(values)
		medianAgain, _ := Median(shuffled)
		if mean != again || median != medianAgain {
			t.Fatalf("%v and %v differ", values, shuffled)
		}
		least, greatest, _ := Range(values)
		if mean < least || mean > greatest || median < least || median > greatest {
			t.Fatalf("%v: mean %v or median %v outside %v to %v", values, mean, median, least, greatest)
		}
	}
}
