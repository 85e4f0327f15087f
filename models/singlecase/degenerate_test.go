package singlecase

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// none is a missing week.
var none = math.NaN()

func seriesOf(phases ...[]float64) (list []Phase) {
	start := 1
	for i, scores := range phases {
		list = append(list, NewPhase(string("AB"[i%2])+strconv.Itoa(i/2+1), start, scores))
		start += len(scores)
	}
	return list
}

// at follows a path such as results.nap.value or phase_stats.0.sd.
func at(t *testing.T, value any, path string) any {
	t.Helper()
	for _, name := range strings.Split(path, ".") {
		switch v := value.(type) {
		case map[string]any:
			next, ok := v[name]
			if !ok {
				return "absent"
			}
			value = next
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i >= len(v) {
				return "absent"
			}
			value = v[i]
		default:
			return "absent"
		}
	}
	return value
}

// TestUndefined goes through what cannot be had, and what still can.
func TestUndefined(t *testing.T) {
	const (
		empty    = "needs an observed week in each phase"
		two      = "needs 2 observed weeks in each phase"
		twoOfA   = "needs 2 observed weeks in A"
		start    = "actual start week is not admissible with this minimum phase length"
		schedule = "actual schedule is not admissible with this minimum phase length"
	)
	type row struct {
		path string
		want any // nil is null
	}
	long := make([]float64, 160)
	for i := range long {
		long[i] = float64(i * 7 % 11)
	}
	for _, c := range []struct {
		name   string
		phases []Phase
		want   []row
	}{
		{"one phase alone", seriesOf([]float64{3, 4}), []row{
			{"results", nil}, {"comparison", ""}, {"phase_stats.0.mean", 3.5}, {"series.lag1.why", "fewer than 3 observed weeks"},
		}},
		{"A has no observed week", seriesOf([]float64{none, none, none}, []float64{2, 3, 1}), []row{
			{"phase_stats.0.mean", nil}, {"phase_stats.0.min", nil}, {"phase_stats.0.ols_slope", nil}, {"phase_stats.0.n_missing", 3.},
			{"results.nap.value", nil}, {"results.nap.why", empty}, {"results.tau.why", empty}, {"results.tau_u.why", empty}, {"results.tau_bc.why", empty},
			{"results.mean_diff.value", nil}, {"results.mean_diff.why", empty}, {"results.median_diff.why", empty},
			{"results.pnd.why", empty}, {"results.pem.why", empty}, {"results.pand.why", empty}, {"results.ird.why", empty},
			{"results.lrr.why", empty}, {"results.smd.why", empty}, {"results.smd.pooled.value", nil}, {"results.smd.pooled.why", empty}, {"results.cdc.why", empty}, {"results.split_middle_test.why", empty}, {"results.rci.why", empty},
			{"results.piecewise.why", two}, {"results.randomization.why", empty}, {"series.lag1_within_phase.n", 3.},
		}},
		{"B has no observed week", seriesOf([]float64{5, 4, 6}, []float64{none, none, none}), []row{
			{"results.nap.why", empty}, {"results.tau_bc.why", empty}, {"results.cdc.why", empty}, {"results.randomization.why", empty}, {"results.smd.why", empty}, {"results.smd.pooled.why", empty},
		}},
		{"A has one week", seriesOf([]float64{6}, []float64{5, 6, 4}), []row{
			{"phase_stats.0.sd", nil}, {"phase_stats.0.theil_sen.why", "fewer than 2 observed weeks"}, {"phase_stats.0.mann_kendall.why", "fewer than 2 observed weeks"},
			{"results.mean_diff.value", -1.}, {"results.mean_diff.why", "interval needs 2 observed weeks in each phase"},
			{"results.nap.value", 2.5 / 3}, {"results.nap.se", nil}, {"results.nap.why_se", "standard error needs 2 observed weeks in each phase"}, {"results.nap.p_exact_one", .5},
			{"results.tau_u.value", 2. / 3}, {"results.tau_u.s_a", 0.}, {"results.tau_bc.value", nil}, {"results.tau_bc.why", twoOfA}, {"results.cdc.why", twoOfA},
			{"results.smd.why", "baseline SD version needs 3 observed weeks in A"}, {"results.smd.pooled.why", two + " and some variation"},
			{"results.rci.sd_a_version", nil}, {"results.lrr.why", two}, {"results.piecewise.why", two}, {"results.randomization.why", start},
			{"results.split_middle_test.why", "fewer than 4 observed weeks"},
		}},
		{"one week each", seriesOf([]float64{6}, []float64{5}), []row{
			{"results.nap.value", 1.}, {"results.nap.hi", 1.}, {"results.nap.p_exact_one", .5}, {"results.nap.p_exact_two", 1.}, {"results.pand.value", 1.}, {"results.tau.tau_b", 1.},
		}},
		{"two weeks each", seriesOf([]float64{6, 7}, []float64{5, 3}), []row{
			{"results.piecewise.df", 0.}, {"results.piecewise.why_se", "no residual degrees of freedom"}, {"results.piecewise.sigma", nil},
			{"results.piecewise.level_change.value", -3.}, {"results.piecewise.level_change.se", nil}, {"results.piecewise.resid_lag1", "absent"},
			{"results.smd.pooled.value", (1 - 3./7) * 2.5 / math.Sqrt(1.25)}, {"results.cdc.required", nil}, {"results.cdc.required_fisher", nil}, {"results.cdc.systematic_fisher", nil},
		}},
		{"two equal weeks in A", seriesOf([]float64{6, 6}, []float64{5, 3, 4}), []row{
			{"phase_stats.0.theil_sen.slope", 0.}, {"phase_stats.0.theil_sen.lo", nil}, {"phase_stats.0.theil_sen.hi", nil}, {"phase_stats.0.mann_kendall.tau_b", nil},
			{"phase_stats.0.mann_kendall.p_exact", 1.}, {"results.tau_bc.value", 1.}, {"results.tau_bc.tarlow.p_baseline_cc", nil}, {"results.cdc.count", 3.}, {"results.cdc.mean_line", 6.},
		}},
		{"nothing ever changes", seriesOf([]float64{.1, .1, .1, .1, .1}, []float64{.1, .1, .1, .1, .1}), []row{
			{"results.mean_diff.value", 0.}, {"results.mean_diff.why", "no variation in either phase"}, {"results.nap.value", .5}, {"results.nap.se", .125}, {"results.nap.se_tie_exact", 0.},
			{"results.nap.p_exact_one", 1.}, {"results.tau.tau_b", nil}, {"results.tau.tau_b_var_s", 0.}, {"results.tau.tau_b_z", nil}, {"results.tau_bc.tarlow.value", nil},
			{"results.pand.value", .5}, {"results.ird.value", 0.}, {"results.pem.value", .5}, {"results.cdc.count", 0.}, {"results.cdc.p", 1.}, {"results.split_middle_test.below", 0.},
			{"results.smd.why", "no variation in A"}, {"results.piecewise.why_se", "perfect fit"}, {"results.piecewise.r2", nil}, {"results.piecewise.sse", 0.},
			{"results.randomization.p", 1.}, {"series.lag1.why", "no variation"}, {"phase_stats.0.sd", 0.}, {"phase_stats.0.lag1.why", "no variation"},
		}},
		{"two straight lines", seriesOf([]float64{.1, .2, .3, .4, .5}, []float64{.9, .7, .5, .3}), []row{
			{"results.piecewise.why_se", "perfect fit"}, {"results.piecewise.r2", 1.}, {"results.piecewise.slope_change.value", -.3}, {"results.piecewise.slope_change.lo", nil},
		}},
		{"B goes on exactly along the trend of A", seriesOf([]float64{.1, .2, .3, .4, .5, .6}, []float64{.7, .8, .9}), []row{
			{"results.tau_bc.value", 0.}, {"results.tau_bc.tau_b", nil}, {"results.tau_bc.tarlow.corrected", true}, {"results.cdc.dc.count", 0.}, {"results.split_middle_test.below", 0.},
		}},
		{"B at the median of A but for rounding", seriesOf([]float64{.2, .4}, []float64{.3}), []row{
			{"results.pem.value", .5}, {"results.pem.strict", 0.}, {"results.nap.value", .5},
		}},
		{"B at the median of A but for rounding on the other side", seriesOf([]float64{.1, .7}, []float64{.4}), []row{
			{"results.pem.value", .5}, {"results.pem.strict", 0.},
		}},
		{"zeros", seriesOf([]float64{0, 0, 0}, []float64{0, 0, 0}), []row{
			{"results.lrr.truncated", true}, {"results.lrr.uncorrected", 0.}, {"results.lrr.value", 0.},
		}},
		{"no two neighbouring weeks", seriesOf([]float64{3, none, 5, none, 4}, []float64{none, 2, none, 1, none, 3}), []row{
			{"phase_stats.0.lag1.pairs", 0.}, {"phase_stats.0.lag1.value", 0.}, {"results.randomization.observed", 2.},
		}},
		{"missing weeks at the seam", seriesOf([]float64{6, 6, 6, none, none}, []float64{none, none, 3, 3, 3}), []row{
			// Any start week within the gap divides the observed weeks in the same way.
			{"results.randomization.start_weeks", []any{4., 5., 6., 7., 8.}}, {"results.randomization.p", 1.}, {"results.randomization.observed", 3.},
		}},
		{"a start week would leave a side empty", seriesOf([]float64{none, none, none, 6, 5}, []float64{4, 3, 4, 2}), []row{
			{"results.randomization.distribution.0", nil}, {"results.randomization.n_admissible", 4.}, {"results.randomization.p", .75},
		}},
		{"the phases before and after a break", []Phase{NewPhase("A", 1, []float64{5, 6, 4, 5}), NewPhase("B", 8, []float64{3, 2, 4, 3})}, []row{
			{"results.piecewise.value", nil}, {"results.piecewise.why", "phases are not adjacent"}, {"results.randomization.why", "phases are not adjacent"}, {"results.nap.tied", 1.},
		}},
		{"A-B-A-B with a short phase", seriesOf([]float64{5, 6, 4}, []float64{3, 2}, []float64{5, 6, 5}, []float64{3, 2, 1}), []row{
			{"series.randomization_abab.p", nil}, {"series.randomization_abab.why", schedule}, {"series.randomization_abab.min_phase", 3.}, {"series.randomization_abab.n_admissible", "absent"},
		}},
		{"A-B-A-B with an empty phase", seriesOf([]float64{5, 6, 4}, []float64{3, 2, 1}, []float64{none, none, none}, []float64{3, 2, 1}), []row{
			{"series.randomization_abab.why", empty}, {"more_comparisons.0.results.nap.why", empty},
		}},
		{"more weeks than are counted exactly", seriesOf(long, long), []row{
			{"results.nap.p_exact_one", nil}, {"results.nap.why_p_exact", "more than 300 observed weeks"}, {"phase_stats.0.mann_kendall.why_p_exact", "absent"}, {"results.tau_bc.tarlow.why_p_baseline_exact", "absent"},
		}},
		{"far more weeks than are counted exactly", seriesOf(slices.Repeat(long, 2), long), []row{
			{"phase_stats.0.mann_kendall.p_exact", nil}, {"phase_stats.0.mann_kendall.why_p_exact", "more than 300 observed weeks"},
			{"results.tau_bc.tarlow.p_baseline_exact", nil}, {"results.tau_bc.tarlow.why_p_baseline_exact", "more than 300 observed weeks, so the normal p with continuity correction decides"}, {"results.tau_bc.tarlow.corrected", false},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			analysis := plainJSON(t, Analyse(c.phases))
			for _, row := range c.want {
				for _, d := range differences(row.path, at(t, analysis, row.path), row.want) {
					t.Error(d)
				}
			}
			if text := Analyse(c.phases).Text(); strings.Contains(text, "NaN") || strings.Contains(text, "Inf") {
				t.Error(text)
			}
		})
	}
}

func TestAnalyse_whichPairs(t *testing.T) {
	for design, want := range map[string]string{
		"A":              "",
		"A B":            "A-B",
		"A1 B1 A2 B2":    "A1-B1 A2-B2 B1-A2",
		"A1 B1 A2":       "A1-B1 B1-A2",
		"A B1 B2":        "A-B1 B1-B2 A-B2",
		"A B1 B2 FU":     "A-B1 B1-B2 B2-FU A-B2 A-FU",
		"A1 B1 A2 B2 FU": "A1-B1 A2-B2 B1-A2 B2-FU",
		"B1 A B2":        "B1-A A-B2",
		"before after":   "before-after",
		// A name that only begins with the letter says nothing.
		"Autumn Break Advent": "Autumn-Break Break-Advent Autumn-Advent",
	} {
		var phases []Phase
		for i, name := range strings.Fields(design) {
			phases = append(phases, NewPhase(name, 3*i+1, []float64{5, 4, 6}))
		}
		a := Analyse(phases)
		got := []string{}
		if a.Results != nil {
			got = append(got, strings.Replace(a.Label, " vs ", "-", 1))
		}
		for _, p := range a.More {
			if label := fmt.Sprintf("%s vs %s", phases[p.A].Name, phases[p.B].Name); label != p.Label {
				t.Errorf("%s is called %s", label, p.Label)
			}
			got = append(got, strings.Replace(p.Label, " vs ", "-", 1))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", design, got, want)
		}
		if abab := a.Series.ABAB != nil; abab != (design == "A1 B1 A2 B2") {
			t.Errorf("%s: the test of the schedule is there: %v", design, abab)
		}
	}
}

func TestDualCriterion_required(t *testing.T) {
	// The least counts with a binomial p below .05, from 5 weeks on.
	required := []int{5: 5, 6: 6, 7: 7, 8: 7, 9: 8, 10: 9, 11: 9, 12: 10, 13: 10, 14: 11, 15: 12, 16: 12}
	for n := 1; n < len(required); n++ {
		c := DualCriterion(NewPhase("A", 1, []float64{5, 6}), NewPhase("B", 3, make([]float64, n)))
		if got, ok := c.Required.Get(); ok != (n >= 5) || ok && int(got) != required[n] {
			t.Errorf("of %d: %v", n, c.Required)
		}
	}
}

func TestCriterionLines_belowBoth(t *testing.T) {
	lines := CriterionLines{MeanLine: 4, TrendIntercept: 6, TrendSlope: -.5}
	for _, row := range []struct {
		point Point
		below bool
	}{
		{Point{2, 3.9}, true}, {Point{2, 4}, false}, {Point{2, 4.5}, false},
		{Point{6, 2.9}, true}, {Point{6, 3}, false}, {Point{6, 3.5}, false}, // the trend is at 3
		{Point{6, 3 - 1e-12}, false}, // on the line but for rounding
	} {
		if lines.Below(row.point) != row.below {
			t.Errorf("%v", row)
		}
	}
}
