package models_test

import (
	"testing"

	"enough/models"
)

func TestFlags_N4_forecasts(t *testing.T) {
	raise(t, []raisesCase{
		{"four running that move", course{hers: says("tension", 1, "4 6 5 5"), his: says("forecast", 1, "4 6 5 5")}, "4 N4"},
		{"three running", course{hers: says("tension", 1, "4 6 5 4"), his: says("forecast", 1, "4 6 5 5")}, ""},
		{"scores that hardly move", course{hers: says("tension", 1, "4 5 4 5"), his: says("forecast", 1, "4 5 4 5")}, ""},
		{"moved by two only with the fifth", course{hers: says("tension", 1, "5 5 5 5 3"), his: says("forecast", 1, "5 5 5 5 3")}, "5 N4"},
		{"a check-in missing between", course{hers: says("tension", 1, "4 6 5 6 4"), his: says("forecast", 1, "4 6 5 4 4").and("missing", 3, "yes")}, ""},
	})
}

// A note changes no verdict: it is about to be talked of.
func TestFlags_N4_leavesTheVerdict(t *testing.T) {
	t.Parallel()
	x := yes("tension", 5, "5 4 3 4")
	x.his = says("forecast", 5, "5 4 3 4")
	p, c := live(t, x)
	wantFlags(t, p, c, "7 N4")
	if v := verdictOf(t, p, c, 1); v.Kind != models.Enough {
		t.Errorf("the verdict is %q", spelled(v))
	}
}
