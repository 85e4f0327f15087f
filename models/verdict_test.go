package models_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"enough/models"
	"enough/models/modelstest"
)

// verdictOf gives the verdict on a phase of a couple's experiment; 1 is B1.
func verdictOf(t testing.TB, p *modelstest.Practice, c *modelstest.Couple, phase int) models.Verdict {
	t.Helper()
	r, err := p.Review(ctx, p.Owner, c.Experiment)
	must(t, err)
	return r.VerdictOn(r.Phases[phase])
}

// spelled writes a verdict with what it says to it: “too_early: 2 of at least 3
// check-ins”.
func spelled(v models.Verdict) string {
	if len(v.Lacking) == 0 {
		return v.Kind
	}
	return v.Kind + ": " + strings.Join(v.Lacking, "; ")
}

// judgedCase is a course with the verdict on one of its interventions. In these
// courses the criterion is met by what is usual, and the partner is not asked
// for the call but in week 8.
type judgedCase struct {
	name   string
	course course
	want   string // the kind alone, or as spelled
}

func judge(t *testing.T, phase int, list []judgedCase) {
	t.Helper()
	for _, row := range list {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			p, c := live(t, row.course)
			if v := verdictOf(t, p, c, phase); v.Kind != row.want && spelled(v) != row.want {
				t.Errorf("the verdict is %q, wanted %q", spelled(v), row.want)
			}
		})
	}
}

// yes is a course that ends with the partner's yes, in which the answers to one
// item are unusual from a week on.
func yes(item string, from int, answers string) course {
	return hers("call", 8, "yes").and(item, from, answers)
}

// with gives the course under another plan, and under acts of the therapist.
func (x course) with(plan func(*models.PlanInput), acts onMondays) course {
	x.plan, x.acts = plan, acts
	return x
}

// level, drop and doseOf change the plan.
func level(criterion string) func(*models.PlanInput) {
	return func(in *models.PlanInput) { in.Criterion = criterion }
}

func drop(criterion string) func(*models.PlanInput) {
	return func(in *models.PlanInput) { in.CriterionKind, in.Criterion = "drop", criterion }
}

func doseOf(n string) func(*models.PlanInput) {
	return func(in *models.PlanInput) { in.Dose = n }
}

// closes closes the flag of a rule on a Monday, extends lengthens the phase.
func closes(t testing.TB, rule string) func(*modelstest.Practice, *modelstest.Couple) {
	return func(p *modelstest.Practice, c *modelstest.Couple) { closeFlag(t, p, c, rule) }
}

func extends(t testing.TB) func(*modelstest.Practice, *modelstest.Couple) {
	return func(p *modelstest.Practice, c *modelstest.Couple) {
		must(t, p.ExtendPhase(ctx, p.Owner, c.Experiment, models.Submission{}))
	}
}

// improves steps up the dose, the quality or both.
func improves(t testing.TB, change string) func(*modelstest.Practice, *modelstest.Couple) {
	return func(p *modelstest.Practice, c *modelstest.Couple) {
		in := step(string(p.Week()))
		if in.Change = change; change != "dose" {
			in.CountsIf = "Asked and listened for ten minutes."
		}
		if change == "quality" {
			in.Dose = "2"
		}
		must(t, p.StartPhase(ctx, p.Owner, c.Experiment, in))
	}
}

const withheld = "withheld: Safety first. No verdict while a red flag is open."

func TestVerdict_withheld(t *testing.T) {
	t.Parallel()
	judge(t, 1, []judgedCase{
		{"a red flag", yes("safe", 6, "no"), withheld},
		{"in the baseline", yes("safe", 1, "no"), withheld},
		{"before worse", yes("safe", 6, "no").and("tension", 5, "9 9 9 9"), withheld},
		{"before too early", hers("safe", 5, "no"), withheld},
		{"learned by the therapist", yes("", 1, "").with(nil, onMondays{8: func(p *modelstest.Practice, c *modelstest.Couple) { raiseFlag(t, p, c, "threat") }}), withheld},
		{"not when it is closed", yes("safe", 4, "no").with(nil, onMondays{5: func(p *modelstest.Practice, c *modelstest.Couple) {
			closeFlag(t, p, c, "R1")
			c.Intervene(t)
		}}), "enough"},
		{"not by an amber one", yes("safe", 5, "not_always"), "not_enough: a flag is open: look at it first"},
	})
}

func TestVerdict_worse(t *testing.T) {
	t.Parallel()
	const inWeek6 = "the phase lasts until 26 April 2026; 2 of at least 3 reports in this phase; 2 of at least 3 check-ins"
	for item, name := range map[string]string{"tension": "Tension", "leaving": "Closeness to leaving"} {
		scores := func(a, b string) course { return hers(item, 1, a+" "+b) }
		t.Run(item, func(t *testing.T) {
			judge(t, 1, []judgedCase{
				{"two up by 1.5", scores("5 5 5 5", "6 7"), "worse: " + name + ": the last two reports, 6 and 7, are above each of the baseline’s, which average 5.0"},
				{"two up by 1.5 from quarters", scores("4 6 6 6", "7 7"), "worse"},
				{"not by 1.25", scores("5 6 6 6", "7 7"), "too_early: " + inWeek6},
				{"both above each", scores("7 4 4 4", "8 8"), "worse"},
				{"not as high as one", scores("7 4 4 4", "8 7"), "too_early"},
				{"not one", scores("5 5 5 5", "9"), "too_early"},
				{"against three of the baseline", scores("- 5 5 5", "6 7"), "worse"},
				{"not against two", scores("- - 5 5", "6 7"), "too_early: 2 of at least 3 baseline reports; " + inWeek6},
				{"the last two", scores("5 5 5 5", "5 7 7"), "worse"},
				{"not the two before", scores("5 5 5 5", "7 7 5"), "too_early"},
				{"two with an answer", scores("5 5 5 5", "6 skipped 7"), "worse"},
				{"three by their average", scores("5 5 5 5", "9 6 5"), "worse: " + name + ": average 6.7, in the baseline 5.0"},
				{"not two by theirs", scores("5 5 5 5", "9 5"), "too_early"},
				{"four by 1.5", scores("5 5 5 5", "8 8 5 5"), "worse: " + name + ": average 6.5, in the baseline 5.0"},
				{"not four by 1.25", scores("5 5 5 5", "8 8 5 4").with(level("1"), nil), "no_change"},
				{"their average, against one of the baseline", scores("- - - 5", "9 6 5"), "worse"},
				{"not without a baseline", scores("- - - -", "9 9 9 9"), "too_early"},
			})
		})
	}
	judge(t, 1, []judgedCase{
		{"both outcomes", hers("tension", 5, "6 7").and("leaving", 5, "7 7"), "worse: Tension: the last two reports, 6 and 7, are above each of the baseline’s, which average 5.0. " +
			"Closeness to leaving: the last two reports, 7 and 7, are above each of the baseline’s, which average 5.0"},
		{"before enough", yes("tension", 5, "6 6 7 7"), "worse"},
	})
}

func TestVerdict_tooEarly(t *testing.T) {
	t.Parallel()
	his := func(item string, from int, answers string) course {
		return course{hers: says("call", 8, "yes"), his: says(item, from, answers)}
	}
	judge(t, 1, []judgedCase{
		{"2 baseline reports", yes("", 1, "- - . ."), "too_early: 2 of at least 3 baseline reports"},
		{"3 baseline reports", yes("", 1, "- . . ."), "enough"},
		{"2 baseline reports with the outcome", yes("leaving", 1, "skipped skipped . ."), "too_early: 2 of at least 3 baseline reports"},
		{"2 reports", yes("", 5, "- . - ."), "too_early: 2 of at least 3 reports in this phase"},
		{"3 reports", yes("", 5, "- . . ."), "enough"},
		{"2 reports with the outcome", yes("leaving", 5, "skipped . . skipped"), "too_early: 2 of at least 3 reports in this phase"},
		{"2 check-ins", his("", 5, "- . . -"), "too_early: 2 of at least 3 check-ins"},
		{"3 check-ins", his("", 5, "- . . ."), "enough"},
		{"80 % of the dose", his("done", 5, "4 4 4 4").with(doseOf("5"), nil), "enough"},
		{"75 % of the dose", his("done", 5, "4 4 4 3").with(doseOf("5"), nil), "too_early: not a fair test yet: done 15 of 20, at most the dose counted in a week"},
		{"no more than the dose counts in a week", his("done", 5, "9 5 1 1").with(doseOf("5"), nil), "too_early: not a fair test yet: done 12 of 20, at most the dose counted in a week"},
		{"the dose of the weeks with an entry", his("done", 5, "5 - 5 2").with(doseOf("5"), nil), "enough"},
		{"while the phase lasts", course{weeks: 7}, "too_early: the phase lasts until 26 April 2026"},
		{"before an extension is over", course{weeks: 8, acts: onMondays{8: extends(t)}}, "too_early: the phase lasts until 3 May 2026"},
		{"after it", hers("call", 9, "yes").with(nil, onMondays{8: extends(t)}), "enough"},
		{"cut by a step", course{weeks: 8, acts: onMondays{8: stepUp(t, "3")}}, "too_early: the phase ran 3 of 4 planned weeks"},
		{"cut back to its plan", course{weeks: 9, acts: onMondays{8: extends(t), 9: stepUp(t, "3")}}, "not_enough: the partner’s call is not a yes"},
		{"all reasons", course{hers: says("", 1, "- - . .").and("", 5, "- -"), his: says("done", 5, "0"), weeks: 6}, "too_early: 2 of at least 3 baseline reports; " +
			"the phase lasts until 26 April 2026; 0 of at least 3 reports in this phase; 2 of at least 3 check-ins; not a fair test yet: done 2 of 4, at most the dose counted in a week"},
	})
}

// The phase is over with the report of its last week, or else with that week.
func TestVerdict_tooEarlyUntilTheLastWeekIsOver(t *testing.T) {
	t.Parallel()
	p, c := live(t, hers("", 8, "-"))
	for day, want := range map[models.Day]string{weekAt(8).Sunday(): "too_early: the phase lasts until 26 April 2026", week9: "not_enough: the partner’s call is not a yes"} {
		on(p, day)
		if v := verdictOf(t, p, c, 1); spelled(v) != want {
			t.Errorf("on %s the verdict is %q, wanted %q", day, spelled(v), want)
		}
	}
}

func TestVerdict_pushed(t *testing.T) {
	t.Parallel()
	notFree := func(n string) string {
		return "too_early: the partner’s answer may not be free: pushed about what to say in " + n + " of the last 3 reports"
	}
	judge(t, 1, []judgedCase{
		{"yes once", yes("pushed", 8, "yes"), notFree("1")},
		{"in the third of the last reports", yes("pushed", 6, "yes"), notFree("1")},
		{"not in the fourth", yes("pushed", 5, "yes"), "not_enough: a flag is open: look at it first"},
		{"a little twice", yes("pushed", 6, "a_little no a_little"), notFree("2")},
		{"not once", yes("pushed", 8, "a_little"), "enough"},
		{"not in the fourth and a later one", yes("pushed", 5, "a_little no a_little"), "enough"},
		{"three reports, not weeks", yes("pushed", 5, "a_little - no a_little"), notFree("2")},
		{"not skipped", yes("pushed", 6, "skipped skipped skipped"), "enough"},
		{"for now", hers("call", 8, "yes_for_now").and("pushed", 6, "a_little no a_little"), notFree("2")},
		{"not when the criterion is not met", yes("pushed", 6, "a_little no a_little").with(level("4"), nil), "not_enough: the criterion is not met"},
		{"not without a yes", hers("call", 8, "not_yet").and("pushed", 6, "a_little no a_little"), "not_enough: the partner’s call is not a yes"},
	})
}

func TestVerdict_enough(t *testing.T) {
	t.Parallel()
	const unmet, noYes = "not_enough: the criterion is not met", "not_enough: the partner’s call is not a yes"
	judge(t, 1, []judgedCase{
		{"yes", hers("call", 8, "yes"), "enough"},
		{"yes, for now", hers("call", 8, "yes_for_now"), "enough_for_now"},
		{"not yet", hers("call", 8, "not_yet"), noYes},
		{"no", hers("call", 8, "no"), noYes},
		{"would rather not say", hers("call", 8, "rather_not_say"), noYes},
		{"skipped", hers("call", 8, "skipped"), noYes},

		{"the last three at the level", yes("leaving", 5, "7 4 5 6"), "enough"},
		{"a third above it", yes("leaving", 5, "4 5 5 6"), unmet},
		{"the last three answers", yes("leaving", 5, "4 5 6 skipped"), "enough"},
		{"2 below the baseline", yes("leaving", 5, "3 3 3 3").with(drop("2"), nil), "enough"},
		{"1.7 below it", yes("leaving", 5, "3 3 3 4").with(drop("2"), nil), unmet},
		{"2 below thirds", yes("leaving", 1, "- 5 5 6 3 3 3 4").with(drop("2"), nil), "enough"},
		{"at 0 when more cannot be", yes("leaving", 1, "1 1 1 1 0 0 0 0").with(drop("2"), nil), "enough"},
		{"not above 0 then", yes("leaving", 1, "1 1 1 1 0 0 0 1").with(drop("2"), nil), unmet},
		{"by the outcome that was chosen", yes("tension", 5, "6 6 6 6").with(func(in *models.PlanInput) { in.Outcome = "conflict" }, nil), unmet},

		{"the other outcome up by 1", yes("tension", 5, "6 6 6 6"), "not_enough: tension is up by 1.0"},
		{"by 0.75", yes("tension", 5, "6 6 6 5"), "enough"},
		{"closeness to leaving as the other", yes("leaving", 5, "6 6 6 6").with(func(in *models.PlanInput) { in.Outcome = "conflict" }, nil), "not_enough: closeness to leaving is up by 1.0"},

		{"saying no, worse once", yes("say_no", 8, "not_always"), "not_enough: saying no: worse than in the baseline"},
		{"not before the last three", yes("say_no", 5, "not_always"), "enough"},
		{"as once in the baseline", yes("say_no", 1, "not_always").and("say_no", 8, "not_always"), "enough"},
		{"worse in the middle", yes("say_no", 1, "not_always").and("say_no", 7, "not_always not_always"), "not_enough: saying no: worse than in the baseline"},
		{"better", yes("say_no", 5, "yes yes yes yes"), "enough"},
		{"not answered", yes("say_no", 6, "skipped did_not_come_up skipped"), "enough"},
		{"not answered in the baseline", yes("say_no", 1, "skipped skipped skipped skipped . no no no"), "enough"},
		{"feeling safe, worse", yes("safe", 8, "mostly"), "not_enough: feeling safe: worse than in the baseline"},
		{"the children, worse", yes("children", 8, "quieter"), "not_enough: the children: worse than in the baseline"},

		{"a flag", yes("tension", 5, "8 5 5 5"), "not_enough: a flag is open: look at it first"},
		{"a flag of the baseline", yes("leaving", 1, "5 8"), "not_enough: a flag is open: look at it first"},
		{"two flags", yes("tension", 5, "8 5 5 5").and("leaving", 4, "2 5"), "not_enough: 2 flags are open: look at them first"},
		{"a closed one", yes("tension", 5, "8 5 5 5").with(nil, onMondays{6: closes(t, "A3")}), "enough"},
		{"a note alone", course{hers: says("call", 8, "yes").and("noticed", 6, "0 0 0")}, "enough"},
		{"a flag of a later phase", course{hers: says("call", 8, "yes").and("tension", 9, "8"), acts: onMondays{9: stepUp(t, "3")}}, "enough"},

		{"all that is missing", hers("call", 8, "not_yet").and("leaving", 5, "4 4 4 4").and("tension", 5, "8 5 6 5").and("say_no", 8, "no").and("children", 8, "quieter").with(level("3"), nil),
			"not_enough: the criterion is not met; the partner’s call is not a yes; tension is up by 1.0; saying no: worse than in the baseline; the children: worse than in the baseline; a flag is open: look at it first"},
	})
	judge(t, 2, []judgedCase{
		{"a yes of the phase before", course{hers: says("call", 8, "yes"), acts: onMondays{9: improves(t, "quality")}, weeks: 12}, "not_enough: the partner’s call is not a yes"},
	})
}

func TestVerdict_someChange(t *testing.T) {
	t.Parallel()
	unmet := level("1")
	notYet := func(item string, answers string) course {
		return hers("call", 8, "not_yet").and(item, 5, answers).with(unmet, nil)
	}
	judge(t, 1, []judgedCase{
		{"nothing", notYet("", ""), "no_change"},
		{"the criterion alone", hers("call", 8, "not_yet"), "not_enough"},
		{"a yes alone", yes("", 1, "").with(unmet, nil), "not_enough"},
		{"closeness to leaving down by 1", notYet("leaving", "4 4 4 4"), "not_enough"},
		{"by 0.75", notYet("leaving", "4 4 4 5"), "no_change"},
		{"tension down by 1", notYet("tension", "4 4 4 4"), "not_enough"},
		{"tension by 0.75", notYet("tension", "4 4 4 5"), "no_change"},
	})
}

// cautioned gives the disagreement and the cautions of a verdict.
func cautioned(v models.Verdict) string {
	return strings.TrimSpace(v.Disagreement + "\n" + strings.Join(v.Cautions, "\n"))
}

func TestVerdict_disagreementsAndCautions(t *testing.T) {
	t.Parallel()
	const (
		pushed  = "The partner says yes and was pushed about what to say. Hear it alone."
		no      = "The numbers meet the criterion, and the partner says that it would not be enough. The partner’s answer is the measure."
		numbers = "The partner says yes, and the numbers do not meet the criterion. Ask what changed that the numbers do not show."
		worse   = "No change, leaning worse: an outcome rose by "
		falling = "The baseline was already falling, by "
		crisis  = "The first baseline week was the highest by 3 or more: a start in a crisis falls by itself."
		ranged  = "The baseline ranged from "
		both    = "Two things changed at once, how often and how."
		once    = "One intervention only: nothing has been repeated."
	)
	leaving := func(baseline string) course { return hers("leaving", 1, baseline+" .") }
	rose := func(item, answers string) course { return hers(item, 5, answers).with(level("1"), nil) }
	for _, row := range []struct {
		name   string
		course course
		phase  int
		want   []string
	}{
		{"yes, and pushed", yes("pushed", 8, "yes"), 1, []string{pushed, once}},
		{"yes, and pushed a little twice", yes("pushed", 6, "a_little no a_little"), 1, []string{pushed, once}},
		{"not a little once", yes("pushed", 8, "a_little"), 1, []string{once}},
		{"yes and pushed, without the criterion", yes("pushed", 8, "yes").with(level("1"), nil), 1, []string{pushed, once}},
		{"the criterion, and not yet", hers("call", 8, "not_yet"), 1, []string{no, once}},
		{"the criterion, and no", hers("call", 8, "no"), 1, []string{no, once}},
		{"not when she would rather not say", hers("call", 8, "rather_not_say"), 1, []string{once}},
		{"not when she skipped it", hers("call", 8, "skipped"), 1, []string{once}},
		{"yes, without the criterion", yes("", 1, "").with(level("1"), nil), 1, []string{numbers, once}},
		{"for now, without the criterion", hers("call", 8, "yes_for_now").with(level("1"), nil), 1, []string{numbers, once}},
		{"both agree", yes("", 1, ""), 1, []string{once}},
		{"both say no", hers("call", 8, "no").with(level("1"), nil), 1, []string{once}},
		{"none while the verdict is withheld", yes("safe", 8, "no").with(level("1"), nil), 1, []string{once}},

		{"up by 1", rose("tension", "6 6 6 6"), 1, []string{worse + "1.0.", once}},
		{"closeness to leaving up by 1", rose("leaving", "6 6 6 6"), 1, []string{worse + "1.0.", once}},
		{"not by 0.75", rose("tension", "6 6 6 5"), 1, []string{once}},
		{"not when something is better", rose("tension", "6 6 6 6").and("leaving", 5, "4 4 4 4"), 1, []string{once}},

		{"falling by 0.5", leaving("6 6 5 -"), 1, []string{falling + "0.5 a week.", once}},
		{"not by 0.4", leaving("6 6 5 5"), 1, []string{once}},
		{"rising", leaving("4 5 6 7"), 1, []string{once}},
		{"tension is not the outcome", hers("tension", 1, "9 7 5 3 ."), 1, []string{once}},
		{"first week highest by 3", leaving("8 4 5 5"), 1, []string{falling + "0.5 a week.", crisis, once}},
		{"not by 2", leaving("7 4 5 5"), 1, []string{once}},
		{"not a later week", leaving("5 8 4 5"), 1, []string{once}},
		{"not the second week when the first is missing", leaving("- 8 4 5"), 1, []string{falling + "1.5 a week.", once}},
		{"a range of 5", leaving("4 3 8 5"), 1, []string{ranged + "3 to 8.", once}},
		{"not of 4", leaving("4 4 8 5"), 1, []string{once}},
		{"two things at once", course{weeks: 9, acts: onMondays{9: improves(t, "dose_quality")}}, 2, []string{both}},
		{"one thing", course{weeks: 9, acts: onMondays{9: improves(t, "dose")}}, 2, nil},
		{"the first of two phases", course{weeks: 9, acts: onMondays{9: improves(t, "dose_quality")}}, 1, []string{once}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			p, c := live(t, row.course)
			got := cautioned(verdictOf(t, p, c, row.phase))
			if want := strings.Join(row.want, "\n"); got != want {
				t.Errorf("it says %q, wanted %q", got, want)
			}
		})
	}
}

func TestVerdict_reasons(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, want string
		course     course
	}{
		{"all", "4 of 4 reports; 4 check-ins; done 9 of 8; closeness to leaving 5.0 in the baseline, 4.3 in B1; tension 5.0 in the baseline, 5.3 in B1; last three average 4.0; " +
			"criterion at most 5: met; partner’s call: yes, for now", course{hers: says("leaving", 5, "5 4 4 4").and("tension", 8, "6").and("call", 8, "yes_for_now"), his: says("done", 5, "3")}},
		{"what is missing", "2 of 3 reports; 1 of them with closeness to leaving; 1 check-in; done 2 of 2; closeness to leaving 5.0 in the baseline, 5.0 in B1; tension not reported on both sides; " +
			"criterion at least 2 below the baseline average: cannot be read yet; partner’s call: not given",
			course{weeks: 7, hers: says("leaving", 5, "skipped").and("tension", 5, "skipped skipped skipped skipped"), his: says("", 5, "- - . ."), acts: onMondays{6: excuses(t, 6)}, plan: drop("2")}},
	} {
		p, c := live(t, row.course)
		if got := strings.Join(verdictOf(t, p, c, 1).Reasons, "; "); got != row.want {
			t.Errorf("%s: it looked at\n%q, wanted\n%q", row.name, got, row.want)
		}
	}
}

// The verdict is about the newest intervention that has begun.
func TestVerdict_judgesTheNewestThatHasBegun(t *testing.T) {
	t.Parallel()
	p, c := live(t, course{weeks: 4})
	judged := func() string {
		r, err := p.Review(ctx, p.Owner, c.Experiment)
		must(t, err)
		v := r.Verdict()
		return v.Phase + " " + v.Kind
	}
	steps := []string{judged()}
	add := func(from, to int, acts onMondays) {
		course{weeks: to, acts: acts}.goOn(t, p, c, from)
		steps = append(steps, judged())
	}
	add(5, 8, nil)
	on(p, week9)
	must(t, p.StartPhase(ctx, p.Owner, c.Experiment, step(string(weekAt(10)))))
	steps = append(steps, judged())
	add(10, 10, nil)
	add(11, 11, onMondays{11: starts(t, "weekly", "4")})
	if got, want := strings.Join(steps, ", "), " , B1 not_enough, B1 not_enough, B2 too_early, B2 too_early"; got != want {
		t.Errorf("judged are %q, wanted %q", got, want)
	}
}

// changes sets thresholds of the practice on a Monday, before B1 begins when it
// is that of week 5.
func changes(t testing.TB, set func(*models.PracticeInput)) func(*modelstest.Practice, *modelstest.Couple) {
	return func(p *modelstest.Practice, c *modelstest.Couple) {
		in := settings()
		set(&in)
		must(t, p.ChangePractice(ctx, p.Owner, in))
		if p.Week() == week5 {
			c.Intervene(t)
		}
	}
}

// A phase is judged by the thresholds of the day on which it began.
func TestVerdict_thresholdsOfThePractice(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name        string
		set         func(*models.PracticeInput)
		course      course
		usual, then string
	}{
		{"worse from 2", func(in *models.PracticeInput) { in.WorseChange = "2" }, hers("tension", 5, "6 7"), "worse", "too_early"},
		{"worse from 1", func(in *models.PracticeInput) { in.WorseChange = "1" }, hers("tension", 5, "6 6"), "too_early", "worse"},
		{"the average, worse from 1", func(in *models.PracticeInput) { in.WorseChange = "1" }, hers("tension", 5, "7 7 5 5"), "not_enough", "worse"},
		{"better from 0.5", func(in *models.PracticeInput) { in.SomeChange = "0.5" }, hers("leaving", 5, "4 4 5 5").with(level("1"), nil), "no_change", "not_enough"},
		{"up from 0.5", func(in *models.PracticeInput) { in.SomeChange = "0.5" }, yes("tension", 5, "6 6 5 5"), "enough", "not_enough"},
		{"half the dose", func(in *models.PracticeInput) { in.FairDose = "50" }, course{hers: says("call", 8, "yes"), his: says("done", 5, "1 1 1 1")}, "too_early", "enough"},
		{"the whole dose", func(in *models.PracticeInput) { in.FairDose = "100" }, course{hers: says("call", 8, "yes"), his: says("done", 5, "2 2 2 1")}, "enough", "too_early"},
	} {
		for when, want := range map[int]string{5: row.then, 6: row.usual} {
			t.Run(row.name, func(t *testing.T) {
				t.Parallel()
				x := row.course
				x.acts = onMondays{when: changes(t, row.set)}
				p, c := live(t, x)
				if v := verdictOf(t, p, c, 1); v.Kind != want {
					t.Errorf("changed in week %d the verdict is %q, wanted %q", when, spelled(v), want)
				}
			})
		}
	}
	t.Run("each phase by its own", func(t *testing.T) {
		t.Parallel()
		x := course{weeks: 12, hers: says("tension", 5, "6 6 6 6 6 6 6 6").and("call", 8, "yes").and("call", 12, "yes"), his: says("done", 9, "3 3 3 3"),
			acts: onMondays{6: changes(t, func(in *models.PracticeInput) { in.SomeChange = "1.1" }), 9: stepUp(t, "3")}}
		p, c := live(t, x)
		if one, two := verdictOf(t, p, c, 1), verdictOf(t, p, c, 2); spelled(one) != "not_enough: tension is up by 1.0" || two.Kind != "enough" {
			t.Errorf("the verdicts are %q and %q", spelled(one), spelled(two))
		}
	})
}

// The least drop holds for the criteria that are written after it was changed.
func TestPlan_leastDropOfThePractice(t *testing.T) {
	t.Parallel()
	x := yes("leaving", 5, "3 3 3 3").with(drop("2"), onMondays{6: changes(t, func(in *models.PracticeInput) { in.LeastDrop = "3" })})
	p, c := live(t, x)
	if v := verdictOf(t, p, c, 1); v.Kind != models.Enough {
		t.Errorf("a criterion from before is judged %q", spelled(v))
	}
	on(p, week9)
	in := step(week9)
	in.Criterion = "2"
	wantField(t, p.StartPhase(ctx, p.Owner, c.Experiment, in), "criterion")
	in.Criterion = "3"
	must(t, p.StartPhase(ctx, p.Owner, c.Experiment, in))
	other := p.Couple(t, p.Owner, "bea").Plan(t)
	plan := measures()
	drop("2")(&plan)
	wantField(t, p.SavePlan(ctx, p.Owner, other.Experiment, plan), "criterion")
	plan.Criterion = "3"
	must(t, p.SavePlan(ctx, p.Owner, other.Experiment, plan))
}

// Every decision under every verdict: free, against the verdict, or refused.
func TestDecide_againstTheVerdict(t *testing.T) {
	t.Parallel()
	for kind, row := range map[string]struct {
		course course
		want   string // in the order of models.Choices: . is free, b needs a reason, x is refused
	}{
		"":                  {course{weeks: 4}, "........."},
		models.Withheld:     {yes("safe", 8, "no"), "bbx.b...b"},
		models.Worse:        {yes("tension", 5, "6 6 7 7"), "bbxbb...b"},
		models.TooEarly:     {course{weeks: 7}, "bbb..b..."},
		models.Enough:       {yes("", 1, ""), "..bbbb..."},
		models.EnoughForNow: {hers("call", 8, "yes_for_now"), "b.bbbb..."},
		models.NotEnough:    {hers("call", 8, "not_yet"), "bb......b"},
		models.NoChange:     {hers("call", 8, "no").with(level("1"), nil), "bb......b"},
	} {
		t.Run("the verdict "+models.VerdictText(kind), func(t *testing.T) {
			t.Parallel()
			p, c := live(t, row.course)
			decide := func(choice, because string) error {
				in := decision(t, p, c)
				in.Choice, in.Because = choice, because
				return p.Decide(ctx, p.Owner, c.Experiment, in)
			}
			var kept []string
			for i, choice := range models.Choices {
				switch row.want[i] {
				case '.':
					must(t, decide(choice, ""))
					must(t, decide(choice, "Not asked for."))
					kept = append(kept, choice+" ", choice+" ")
				case 'b':
					wantField(t, decide(choice, " \n"), "because")
					wantField(t, decide(choice, strings.Repeat("x", 601)), "because")
					must(t, decide(choice, "It was heard alone."))
					kept = append(kept, choice+" It was heard alone.")
				case 'x':
					wantField(t, decide(choice, ""), "choice")
					wantField(t, decide(choice, "It was heard alone."), "choice")
				}
			}
			list, err := p.Decisions(ctx, p.Owner, c.Experiment)
			must(t, err)
			var got []string
			for _, d := range list {
				if got = append(got, d.Choice+" "+d.Because); d.Frozen.Verdict.Kind != kind {
					t.Errorf("%s was decided on %q, wanted %q", d.Choice, d.Frozen.Verdict.Kind, kind)
				}
			}
			if slices.Sort(got); !slices.Equal(got, slices.Sorted(slices.Values(kept))) {
				t.Errorf("kept are %q, wanted %q", got, kept)
			}
		})
	}
}

// What is reported afterwards changes the verdict, and not what was decided on.
func TestDecide_theVerdictStaysFrozen(t *testing.T) {
	t.Parallel()
	p, c := live(t, yes("", 6, "-"))
	in := decision(t, p, c)
	in.Choice = "enough"
	must(t, p.Decide(ctx, p.Owner, c.Experiment, in))
	frozen := func() models.Verdict {
		list, err := p.Decisions(ctx, p.Owner, c.Experiment)
		must(t, err)
		return list[0].Frozen.Verdict
	}
	before := verdictOf(t, p, c, 1)
	if !reflect.DeepEqual(frozen(), before) || before.Kind != models.Enough || len(before.Reasons) < 4 || len(before.Cautions) == 0 {
		t.Fatalf("frozen is %+v, the verdict %+v", frozen(), before)
	}
	must(t, p.EnterPartnerReport(ctx, p.Owner, c.CaseID, hers("tension", 6, "10").report(t, 6)))
	hers("call", 8, "no").and("safe", 8, "no").correct(t, p, c, 8)
	must(t, p.ChangePractice(ctx, p.Owner, settings()))
	if v := verdictOf(t, p, c, 1); v.Kind != models.Withheld || reflect.DeepEqual(v.Reasons, before.Reasons) {
		t.Errorf("the verdict is now %+v", v)
	}
	if got := frozen(); !reflect.DeepEqual(got, before) {
		t.Errorf("frozen is %+v, it was %+v", got, before)
	}
}

func TestVerdict_whatCameAfterIsToldAndNotJudged(t *testing.T) {
	t.Parallel()
	x := hers("call", 8, "yes").and("leaving", 9, "8 skipped").and("call", 10, "no")
	x.his, x.acts = says("done", 9, "1"), onMondays{9: starts(t, "weekly", "2")}
	p, c := live(t, x)
	v := verdictOf(t, p, c, 1)
	if want := "B1 ended on 26 April 2026. Since then, and not judged here: 2 reports; last tension 5; last closeness to leaving 8; done 3 of 4; last call: no."; v.Since != want || v.Kind == models.Worse {
		t.Errorf("the verdict is %s, and since then %q, wanted %q", v.Kind, v.Since, want)
	}
	p, c = live(t, course{weeks: 8})
	if v := verdictOf(t, p, c, 1); v.Since != "" {
		t.Errorf("nothing came after B1, and it says %q", v.Since)
	}
}
