package models_test

import (
	"slices"
	"strings"
	"testing"

	"enough/models"
	"enough/models/modelstest"
	"enough/models/singlecase"
)

// long is a course of a baseline of five weeks and an intervention of five with
// these answers to the primary outcome, which is closeness to leaving.
func long(t testing.TB, answers string, acts onMondays) course {
	x := hers("leaving", 1, answers)
	x.plan = func(in *models.PlanInput) { in.BaselineWeeks, in.PhaseWeeks = "5", "5" }
	x.acts = onMondays{5: func(*modelstest.Practice, *modelstest.Couple) {}, 6: starts(t, "intervention", "5")}
	for week, act := range acts {
		x.acts[week] = act
	}
	return x
}

func evidenceOf(t testing.TB, p *modelstest.Practice, c *modelstest.Couple) models.Evidence {
	t.Helper()
	e, ok := reviewOf(t, p, c).Evidence()
	if !ok {
		t.Fatal("there is no evidence")
	}
	return e
}

func TestEvidence_isReadOnceAtThePlannedEnd(t *testing.T) {
	t.Parallel()
	p, c := live(t, long(t, "8 9 8 9 8 4 5 4 5", nil))
	if e := evidenceOf(t, p, c); e.Label != singlecase.CannotTell || !strings.Contains(e.Doubt(), "Not at the planned end; 4 of at least 5 weeks observed in B1.") {
		t.Errorf("before the last week: %s %s", e.Label, e.Doubt())
	}
	on(p, weekAt(10).Monday())
	p.Sunday()
	c.Report(t, models.PartnerReportInput{Tension: "5", Leaving: "4", Safe: "yes", Enough: "not_yet"})
	e := evidenceOf(t, p, c)
	if e.Label != singlecase.ClearlyBetter || e.Below != 5 || e.PlannedB != 5 {
		t.Errorf("at the end: %s, %d of %d below both lines", e.Label, e.Below, e.PlannedB)
	}
	if want := "In simulations of couples for whom nothing changed this still appeared in up to 4 of 100, and in 5 to 18 of 100 who were already getting better on their own."; e.Doubt() != want {
		t.Errorf("the doubt is %q,\nwanted %q", e.Doubt(), want)
	}
	for _, want := range []string{"Clearly better. In simulations", "Closeness to leaving averaged 8.4 in 5 weeks of the baseline and 4.4 in 5 weeks of B1: 4 points lower.", "In 25 of 25 week-by-week comparisons", "5 of 5 weeks of B1 lie below both lines"} {
		if !strings.Contains(e.Told(), want) {
			t.Errorf("a decision would not keep %q: %s", want, e.Told())
		}
	}
	// A longer phase is read a second time.
	must(t, p.ExtendPhase(ctx, p.Owner, c.Experiment, models.Submission{}))
	if e := evidenceOf(t, p, c); e.Label != singlecase.CannotTell {
		t.Errorf("once the phase is longer: %s", e.Label)
	}
	on(p, weekAt(12).Monday())
	if e := evidenceOf(t, p, c); e.Label != singlecase.ClearlyBetter || !oneSays(e.Remarks(), "made longer than planned") {
		t.Errorf("at the end of the longer phase: %s %q", e.Label, e.Remarks())
	}
}

func oneSays(list []string, part string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return strings.Contains(s, part) })
}

func TestEvidence_labels(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		course  course
		want    singlecase.Label
		doubt   string
		remarks []string // parts, one each and in order
	}{
		{"better", long(t, "6 5 7 7 6 6 4 5 3 5", nil), singlecase.ProbablyBetter, "2 to 6 of 100, and in 9 to 30 of 100 who were already getting better", nil},
		{"worse", long(t, "4 5 3 3 4 4 6 5 7 5", nil), singlecase.ProbablyWorse, "2 to 6 of 100, and in 9 to 29 of 100 who were already getting worse", nil},
		{"the same", long(t, "6 5 7 7 6 6 5 7 7 6", nil), singlecase.NoClearChange, "5 and 5 weeks show a drop of 1 point in ", nil},
		{"a baseline that falls, its first week the worst", long(t, "9 8 8 7 7 3 3 3 3 3", nil), singlecase.ClearlyBetter, "simulations",
			[]string{"Closeness to leaving was already falling by 0.50 a week", "first asked in a crisis, for whom nothing changed, 2 to 4 of 100"}},
		{"cut short after five of six weeks", long(t, "8 9 8 9 8 4 5 4 5 4 .", onMondays{6: starts(t, "intervention", "6"), 11: starts(t, "hold", "1")}), singlecase.CannotTell, "Not at the planned end.", nil},
		{"a second step", long(t, "8 9 8 9 8 6 7 6 7 6 4 5 4 5 4", onMondays{11: func(p *modelstest.Practice, c *modelstest.Couple) {
			in := step(string(p.Week()))
			in.Weeks = "5"
			must(t, p.StartPhase(ctx, p.Owner, c.Experiment, in))
		}}), singlecase.ClearlyBetter, "simulations", []string{"This is comparison 2 with the same baseline"}},
		{"four planned weeks", hers("leaving", 1, "8 9 8 9 4 5 4 5"), singlecase.CannotTell, "So short a plan gives numbers and a chart, and no label.", nil},
		{"the practice asks for a change of 2", long(t, "6 5 7 7 6 6 4 5 3 5", onMondays{6: func(p *modelstest.Practice, c *modelstest.Couple) {
			changes(t, func(in *models.PracticeInput) { in.SomeChange, in.WorseChange = "2", "2" })(p, c)
			starts(t, "intervention", "5")(p, c)
		}}), singlecase.NoClearChange, "No clear change does not mean no change", []string{"smallest worthwhile change of 1 point; here it is 2"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			p, c := live(t, row.course)
			e := evidenceOf(t, p, c)
			if e.Label != row.want || !strings.Contains(e.Doubt(), row.doubt) {
				t.Errorf("%s: %s", e.Label, e.Doubt())
			}
			got := e.Remarks()
			if len(got) != len(row.remarks) {
				t.Fatalf("remarks %q, wanted %q", got, row.remarks)
			}
			for i, part := range row.remarks {
				if !strings.Contains(got[i], part) {
					t.Errorf("remark %q does not say %q", got[i], part)
				}
			}
		})
	}
}

func TestEvidence_goingBack(t *testing.T) {
	t.Parallel()
	acts := onMondays{11: starts(t, "withdrawal", "3"), 14: starts(t, "resume", "5")}
	p, c := live(t, long(t, "8 9 8 9 8 4 5 4 5 4 8 8 7 4 4", acts))
	e := evidenceOf(t, p, c)
	if e.Label != singlecase.ClearlyBetter || !oneSays(e.Remarks(), "Going back cannot be read yet: not at the planned end; 2 of at least 4 weeks observed in B2. The label is that of the first two phases.") {
		t.Errorf("in B2: %s %q", e.Label, e.Remarks())
	}
	for n := 16; n <= 18; n++ {
		on(p, weekAt(n).Monday())
		p.Sunday()
		c.Report(t, models.PartnerReportInput{Tension: "5", Leaving: "4", Safe: "yes"})
	}
	e = evidenceOf(t, p, c)
	if e.Label != singlecase.ConfirmedByGoingBack || !strings.Contains(e.Doubt(), "1 to 2 of 100, and in 4 of 100") || !oneSays(e.Remarks(), "With the act 4.0 lower, without it 3.3 higher, with it again 3.7 lower.") || oneSays(e.Remarks(), "with the same baseline") {
		t.Errorf("at the end: %s %s %q", e.Label, e.Doubt(), e.Remarks())
	}
}

func TestEvidence_noneWithoutAnIntervention(t *testing.T) {
	t.Parallel()
	p, c := live(t, course{weeks: 3})
	if e, ok := reviewOf(t, p, c).Evidence(); ok {
		t.Errorf("in the baseline there is %+v", e)
	}
}
