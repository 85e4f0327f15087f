package singlecase

import (
	"slices"
	"testing"
)

func TestRandomizeStartAmong(t *testing.T) {
	pair := seriesOf([]float64{6, 6, 6, 6}, []float64{3, 3, 3, 3, 3})
	all, drawn := RandomizeStart(pair[0], pair[1]), RandomizeStartAmong(pair[0], pair[1], []int{4, 5, 6, 7, 8})
	if p, _ := drawn.P.Get(); p != .25 || !slices.Equal(drawn.StartWeeks, []int{4, 5, 6, 7}) {
		t.Errorf("among the 4th to the 8th week: p %v of %v; want .25, as the 8th leaves two weeks", drawn.P, drawn.StartWeeks)
	}
	if drawn.P != all.P {
		t.Errorf("all start weeks of nine are the 4th to the 7th: p %v, want %v", drawn.P, all.P)
	}
	two := RandomizeStartAmong(pair[0], pair[1], []int{5, 6})
	if p, _ := two.P.Get(); p != .5 || two.Admissible != 2 || two.PMin != Defined(.5) {
		t.Errorf("of two weeks: %+v", two)
	}
	if other := RandomizeStartAmong(pair[0], pair[1], []int{6, 7}); other.Why != notAdmissible {
		t.Errorf("started in a week that was not in the list: %+v", other)
	}
}
