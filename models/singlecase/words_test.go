package singlecase

import "testing"

func TestTell(t *testing.T) {
	named := func(name string, p Phase) Phase { p.Name = name; return p }
	pair := seriesOf([]float64{7, 8, 7, 8}, []float64{7, 6, 6, 7, 6})
	a, b := named("the baseline", pair[0]), named("B1", pair[1])
	got := Tell("Tension", a, b)
	want := Words{
		Level:   "Tension averaged 7.5 in 4 weeks of the baseline and 6.4 in 5 weeks of B1: 1.1 points lower.",
		Overlap: "In 16 of 20 week-by-week comparisons the later week had the lower score (4 were equal and count half). That is 90 %; with so few weeks anything from 50 to 99 % would fit. No difference would be 50 %, which lies within this range.",
		Lines:   "5 of 5 weeks of B1 lie below both lines of the baseline, its mean and its least-squares trend, both lowered by a quarter of its SD (CDC); at even odds 5 or more would be rare.",
		Trend:   "Scores were rising by about 0.17 a week in the baseline; such a course can also turn by itself.",
	}
	if got != want {
		t.Errorf("tells %+v\nwant  %+v", got, want)
	}

	quarters := seriesOf([]float64{6, 6, 6, 7}, []float64{3, 3, 3, 4})
	if got := Tell("Tension", named("A", quarters[0]), named("B", quarters[1])).Level; got != "Tension averaged 6.25 in 4 weeks of A and 3.25 in 4 weeks of B: 3 points lower." {
		t.Error(got)
	}
	if got := Tell("Tension", a, Phase{Name: "B1"}); got != (Words{Level: "No comparison: needs an observed week in each phase."}) {
		t.Errorf("of an empty phase: %+v", got)
	}
	worst := seriesOf([]float64{9, 6, 7, 6}, []float64{6, 5, 6})
	if got := Tell("Tension", named("the baseline", worst[0]), named("B1", worst[1])).First; got != "The first observed week of the baseline was its worst, so part of this may be a return to what is usual." {
		t.Errorf("of a worst first week: %q", got)
	}
	worse := seriesOf([]float64{7, 5, 6}, []float64{8, 8, 9})
	if got := Tell("Tension", named("the baseline", worse[0]), named("B1", worse[1])).First; got != "" {
		t.Errorf("of a worse later phase: %q", got)
	}
}

func TestCompareSeam(t *testing.T) {
	for _, row := range []struct {
		a, b []float64
		want Number
	}{
		{[]float64{1, 1, 8, 6, 7}, []float64{4, 5, 3, 9, 9}, Defined(-3)}, // 7 and 4
		{[]float64{8, none, 6, none}, []float64{none, 9}, Defined(2)},
		{[]float64{none}, []float64{4}, Number{}},
	} {
		pair := seriesOf(row.a, row.b)
		if got := CompareSeam(pair[0], pair[1]).Value; got != row.want {
			t.Errorf("%v to %v: %v, want %v", row.a, row.b, got, row.want)
		}
	}

	weeks := []float64{7, 6, 5}
	for start, why := range map[int]string{3: notAdjacent, 4: "", 5: notAdjacent} {
		got := CompareSeam(NewPhase("A", 1, weeks), NewPhase("B", start, weeks))
		if _, ok := got.Value.Get(); got.Why != why || ok != (why == "") {
			t.Errorf("three weeks, and more from week %d on: %v, %q", start, got.Value, got.Why)
		}
	}
}
