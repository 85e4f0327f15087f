package models_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"enough/models"
	"enough/models/modelstest"
)

// A course is what a couple enters, week by week: a baseline of four weeks and
// then B1, unless the therapist does something else.
type course struct {
	hers, his told
	plan      func(*models.PlanInput) // over the plan's usual measures
	acts      onMondays               // of the therapist, on the Monday of a week
	weeks     int                     // how many are lived; 0 is up to the last that is told of
}

// told says by week what differs from a usual one.
type told map[int]map[string]string

// says begins it: the answers to one item from a week on. A point is the usual
// answer, a dash a week without an entry.
func says(item string, from int, answers string) told { return told{}.and(item, from, answers) }

func (x told) and(item string, from int, answers string) told {
	for i, answer := range strings.Fields(answers) {
		week := x[from+i]
		if week == nil {
			week = map[string]string{}
			x[from+i] = week
		}
		switch answer {
		case ".":
		case "-":
			week["missing"] = "yes"
		case "skipped":
			week[item] = ""
		default:
			week[item] = answer
		}
	}
	return x
}

// into writes what differs over an entry, whose fields are given by item.
func (x told) into(t testing.TB, week int, fields map[string]*string) {
	t.Helper()
	for item, answer := range x[week] {
		if fields[item] == nil {
			t.Fatalf("nobody is asked for %q", item)
		}
		*fields[item] = answer
	}
}

// weekAt is the Monday of the nth week of these tests.
func weekAt(n int) models.Week { return models.Week(week1).Add(n - 1) }

// measures is the second step of the plan in its usual form, to be saved again.
func measures() models.PlanInput {
	return models.PlanInput{Step: "measure", Dose: "2", Cost: "2", Prediction: "3", Confidence: "80", Outcome: "leaving", CriterionKind: "level",
		Criterion: "5", BaselineWeeks: "4", PhaseWeeks: "4", StopWording: "Not this week.", Version: "3"}
}

// live opens a practice and lives a course in it. The clock stands on the Sunday
// of the last week.
func live(t testing.TB, x course) (*modelstest.Practice, *modelstest.Couple) {
	t.Helper()
	p, c := couple(t)
	c.Plan(t)
	if x.plan != nil {
		in := measures()
		x.plan(&in)
		must(t, p.SavePlan(ctx, p.Owner, c.Experiment, in))
	}
	c.Start(t)
	x.goOn(t, p, c, 1)
	return p, c
}

// goOn lives a course from a week on.
func (x course) goOn(t testing.TB, p *modelstest.Practice, c *modelstest.Couple, from int) {
	t.Helper()
	last := x.weeks
	for _, list := range []told{x.hers, x.his} {
		for n := range list {
			last = max(last, n)
		}
	}
	if x.weeks > 0 {
		last = x.weeks
	}
	for n := from; n <= last; n++ {
		on(p, weekAt(n).Monday())
		if act := x.acts[n]; act != nil {
			act(p, c)
		} else if n == 5 {
			c.Intervene(t)
		}
		p.Sunday()
		_, asked, err := p.ForClient().OpenForm(ctx, c.Client)
		must(t, err)
		if asked && x.his[n]["missing"] == "" {
			in := models.CheckinInput{Done: "2", Effort: "3", Tension: "5", Forecast: "5"}
			x.his.into(t, n, map[string]*string{"done": &in.Done, "tension": &in.Tension, "forecast": &in.Forecast})
			c.CheckIn(t, in)
		}
		_, asked, err = p.PartnerForm(ctx, c.Partner)
		must(t, err)
		if asked && x.hers[n]["missing"] == "" {
			c.Report(t, x.report(t, n))
		}
	}
}

// report is the partner's entry of a week.
func (x course) report(t testing.TB, n int) models.PartnerReportInput {
	t.Helper()
	in := models.PartnerReportInput{Week: string(weekAt(n)), Tension: "5", Leaving: "5", Noticed: "2", Real: "5", SayNo: "mostly", Safe: "yes", Pushed: "no",
		Children: "as_usual", Contact: "no"}
	x.hers.into(t, n, map[string]*string{"tension": &in.Tension, "leaving": &in.Leaving, "noticed": &in.Noticed, "real": &in.Real, "say_no": &in.SayNo,
		"safe": &in.Safe, "pushed": &in.Pushed, "children": &in.Children, "contact": &in.Contact, "call": &in.Enough})
	return in
}

// correct writes over what the partner said of a week.
func (x course) correct(t testing.TB, p *modelstest.Practice, c *modelstest.Couple, n int) {
	t.Helper()
	in := x.report(t, n)
	in.Version = look(t, p, `SELECT version FROM partner_reports WHERE week = $1`, weekAt(n))
	must(t, p.SubmitPartnerReport(ctx, c.Partner, in))
}

func flagsOf(t testing.TB, p *modelstest.Practice, c *modelstest.Couple) []models.Flag {
	t.Helper()
	list, err := p.Flags(ctx, c.Therapist, c.CaseID)
	must(t, err)
	return list
}

// raised writes the flags of a case by week: "5 A3, 6 R1".
func raised(list []models.Flag) string {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b models.Flag) int { return strings.Compare(string(a.Week), string(b.Week)) })
	var texts []string
	for _, f := range list {
		texts = append(texts, fmt.Sprint(f.Week.Since(week1)+1, " ", f.Rule))
	}
	return strings.Join(texts, ", ")
}

func wantFlags(t testing.TB, p *modelstest.Practice, c *modelstest.Couple, want string) {
	t.Helper()
	if got := raised(flagsOf(t, p, c)); got != want {
		t.Errorf("raised are %q, wanted %q", got, want)
	}
}

// stepUp, hold, follow and excuse are what a therapist does on a Monday.
func stepUp(t testing.TB, dose string) func(*modelstest.Practice, *modelstest.Couple) {
	return func(p *modelstest.Practice, c *modelstest.Couple) {
		in := step(string(p.Week()))
		in.Dose = dose
		must(t, p.StartPhase(ctx, p.Owner, c.Experiment, in))
	}
}

func starts(t testing.TB, kind, weeks string) func(*modelstest.Practice, *modelstest.Couple) {
	return func(p *modelstest.Practice, c *modelstest.Couple) {
		must(t, p.StartPhase(ctx, p.Owner, c.Experiment, models.StepInput{Kind: kind, Start: string(p.Week()), Weeks: weeks}))
	}
}

func excuses(t testing.TB, n int) func(*modelstest.Practice, *modelstest.Couple) {
	return func(p *modelstest.Practice, c *modelstest.Couple) {
		must(t, p.ExcuseWeek(ctx, p.Owner, c.CaseID, string(weekAt(n)), "A holiday."))
	}
}

func letsRest(t testing.TB, pause bool) func(*modelstest.Practice, *modelstest.Couple) {
	return func(p *modelstest.Practice, c *modelstest.Couple) {
		must(t, p.PausePartner(ctx, p.Owner, c.CaseID, pause, "Agreed."))
	}
}

type onMondays = map[int]func(*modelstest.Practice, *modelstest.Couple)

// raisesCase is a course with the flags that it raises.
type raisesCase struct {
	name   string
	course course
	want   string
}

func raise(t *testing.T, list []raisesCase) {
	t.Helper()
	t.Parallel()
	for _, row := range list {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			p, c := live(t, row.course)
			wantFlags(t, p, c, row.want)
		})
	}
}

// hers is a course in which only what the partner said is unusual.
func hers(item string, from int, answers string) course {
	return course{hers: says(item, from, answers)}
}

func TestFlags_usualWeeksRaiseNone(t *testing.T) {
	raise(t, []raisesCase{{"eight weeks", course{weeks: 8}, ""}})
}

func TestFlags_safety(t *testing.T) {
	raise(t, []raisesCase{
		{"R1: not safe", hers("safe", 5, "no"), "5 R1"},
		{"R1: not safe, in the baseline", hers("safe", 1, "no"), "1 R1"},
		{"R1: to be contacted soon", hers("contact", 5, "soon"), "5 R1"},
		{"R1: both are one flag", course{hers: says("safe", 5, "no").and("contact", 5, "soon")}, "5 R1"},
		{"R1: each week anew", hers("safe", 5, "no no"), "5 R1, 6 R1"},
		{"not R1: contact when convenient", hers("contact", 5, "when_convenient"), ""},
		{"A1: not always safe", hers("safe", 5, "not_always"), "5 A1"},
		{"not A1: mostly safe", hers("safe", 5, "mostly"), ""},
		{"neither: safe and contact skipped", course{hers: says("safe", 5, "skipped").and("contact", 5, "skipped")}, ""},
		{"R2: frightened", hers("children", 5, "frightened"), "5 R2"},
	})
}

func TestFlags_pushed(t *testing.T) {
	raise(t, []raisesCase{
		{"A2: yes once", hers("pushed", 5, "yes"), "5 A2"},
		{"A2: a little in two running", hers("pushed", 5, "a_little a_little"), "6 A2"},
		{"A2: again in the next", hers("pushed", 5, "a_little a_little a_little"), "6 A2, 7 A2"},
		{"A2: a week without a report between two that run", hers("pushed", 5, "a_little - a_little"), "7 A2"},
		{"A2: over two phases", hers("pushed", 4, "a_little a_little"), "5 A2"},
		{"not A2: a little once", hers("pushed", 5, "a_little no"), ""},
		{"not A2: a little, no, a little", hers("pushed", 5, "a_little no a_little"), ""},
		{"not A2: a little, skipped, a little", hers("pushed", 5, "a_little skipped a_little"), ""},
		{"R3: yes twice", hers("pushed", 5, "yes yes"), "5 A2, 6 R3"},
		{"R3: yes, and a little before", hers("pushed", 5, "a_little yes"), "6 R3"},
		{"R3: a little, and yes before", hers("pushed", 5, "yes a_little"), "5 A2, 6 R3"},
		{"R3: the fourth report counts", hers("pushed", 5, "yes no no yes"), "5 A2, 8 R3"},
		{"R3: the fourth report counts for a little too", hers("pushed", 5, "yes no no a_little"), "5 A2, 8 R3"},
		{"not R3: the fifth does not", hers("pushed", 4, "yes no no no yes"), "4 A2, 8 A2"},
		{"not R3: the fifth does not, for a little", hers("pushed", 4, "yes no no no a_little"), "4 A2"},
		{"R3: four reports, not four weeks", hers("pushed", 4, "yes no - no yes"), "4 A2, 8 R3"},
		{"R3: a skipped question is a report, and no answer", hers("pushed", 5, "yes skipped skipped yes"), "5 A2, 8 R3"},
		{"not R3: a little three times, and never yes", hers("pushed", 5, "a_little no a_little no"), ""},
		{"not R3: no follows", hers("pushed", 5, "yes yes no skipped"), "5 A2, 6 R3"},
	})
}

func TestFlags_A3_tension(t *testing.T) {
	raise(t, []raisesCase{
		{"8 twice running", hers("tension", 1, "8 8"), "2 A3"},
		{"not 8 and 7", hers("tension", 1, "8 7 8"), ""},
		{"not 8 once", hers("tension", 1, "8"), ""},
		{"8, no report, 8", hers("tension", 1, "8 - 8"), "3 A3"},
		{"not 8, skipped, 8", hers("tension", 1, "8 skipped 8"), ""},
		{"8 twice running over two phases", hers("tension", 1, "6 6 6 8 8"), "5 A3"},
		{"3 above the average of the baseline", hers("tension", 5, "8"), "5 A3"},
		{"not 2 above it", hers("tension", 5, "7"), ""},
		{"not 8 against 5.25", hers("tension", 1, "5 5 5 6 8"), ""},
		{"9 against 5.25", hers("tension", 1, "5 5 5 6 9"), "5 A3"},
		{"an average of reported weeks", hers("tension", 1, "5 - skipped 5 8"), "5 A3"},
		{"not without a baseline to compare with", hers("tension", 1, "- - - - 10"), "2 A10, 4 A10"},
		{"not while the baseline runs", hers("tension", 1, "1 1 1 7"), ""},
		{"a follow-up is compared with the baseline too", course{hers: says("tension", 9, "8"), acts: onMondays{9: starts(t, "weekly", "4")}}, "9 A3"},
	})
}

func TestFlags_A4_leaving(t *testing.T) {
	raise(t, []raisesCase{
		{"9, the first time", hers("leaving", 1, "7 9"), "2 A4"},
		{"not 8", hers("leaving", 1, "7 8"), ""},
		{"not the second time in a phase", hers("leaving", 1, "7 9 8 9"), "2 A4"},
		{"the first time in the next phase", hers("leaving", 1, "9 9 9 9 9 9"), "1 A4, 5 A4"},
		{"up by 3", hers("leaving", 1, "5 8"), "2 A4"},
		{"not up by 2", hers("leaving", 1, "5 7"), ""},
		{"not down by 3", hers("leaving", 1, "8 5"), ""},
		{"not up by 3 over two reports", hers("leaving", 1, "5 7 8"), ""},
		{"up by 3 on the last report, a week without one between", hers("leaving", 1, "5 - 8"), "3 A4"},
		{"not on a report that skipped it", hers("leaving", 1, "5 skipped 8"), ""},
		{"up by 3 into the next phase", hers("leaving", 4, "5 8"), "5 A4"},
		{"9 again and up by 3: one flag for the rise", hers("leaving", 1, "9 5 9"), "1 A4, 3 A4"},
	})
}

func TestFlags_A5_children(t *testing.T) {
	raise(t, []raisesCase{
		{"two running", hers("children", 5, "quieter quieter"), "6 A5"},
		{"two of three", hers("children", 5, "quieter as_usual quieter"), "7 A5"},
		{"not two of four", hers("children", 5, "quieter as_usual as_usual quieter"), ""},
		{"not once", hers("children", 5, "quieter"), ""},
		{"of three reports, not weeks", hers("children", 5, "quieter - as_usual quieter"), "8 A5"},
		{"a question that she would rather not answer is a report", hers("children", 5, "quieter rather_not_say skipped quieter"), ""},
		{"not in the week after", hers("children", 5, "quieter quieter as_usual"), "6 A5"},
		{"not when they were away", hers("children", 5, "not_at_home not_at_home"), ""},
		{"over two phases", hers("children", 4, "quieter quieter"), "5 A5"},
	})
}

func TestFlags_A6_accounts(t *testing.T) {
	apart := func(hers, his string) course {
		return course{hers: says("tension", 1, hers), his: says("tension", 1, his)}
	}
	raise(t, []raisesCase{
		{"2 further apart, two running", apart("5 5 5 5 7 7", "5 5 5 5 5 5"), "6 A6"},
		{"and in each week after", apart("5 5 5 5 7 7 7", "5 5 5 5 5 5 5"), "6 A6, 7 A6"},
		{"not 2 and 1", apart("5 5 5 5 7 6 7", "5 5 5 5 5 5 5"), ""},
		{"not once", apart("5 5 5 5 7", "5 5 5 5 5"), ""},
		{"from where the baseline is", apart("5 5 5 5 6 6", "6 6 6 6 5 5"), "6 A6"},
		{"not 1 from there", apart("5 5 5 5 5 5", "6 6 6 6 5 5"), ""},
		{"not when he says more", apart("5 5 5 5 5 5", "5 5 5 5 7 7"), ""},
		{"not 2 against an average of 0.5", apart("5 5 5 7 7 7", "5 5 5 5 5 5"), ""},
		{"the baseline by weeks in which both answered", apart("5 5 10 5 7 7", "5 5 - 5 5 5"), "6 A6"},
		{"a week without her report between two that run", apart("5 5 5 5 7 - 7", "5 5 5 5 5 5 5"), "7 A6"},
		{"not when his entry of one is missing", apart("5 5 5 5 7 7 7", "5 5 5 5 5 - 5"), ""},
		{"not when she skipped one", apart("5 5 5 5 7 skipped 7", "5 5 5 5 5 5 5"), ""},
		{"not without his baseline", apart("5 5 5 5 7 7", "- - - - 5 5"), ""},
		{"not with the last week of the baseline", apart("5 5 5 7 7 5", "5 5 5 3 3 5"), ""},
	})
}

func TestFlags_A7_withoutCare(t *testing.T) {
	real := func(answers, done string) course {
		return course{hers: says("real", 5, answers), his: says("done", 5, done)}
	}
	five := func(done string) course {
		return course{hers: says("real", 5, "6 5 4").and("noticed", 5, "4 4 4"), his: says("done", 5, done), plan: func(in *models.PlanInput) { in.Dose = "5" }}
	}
	raise(t, []raisesCase{
		{"falling by 0.5 a week", real("6 6 5", "2 2 2"), "7 A7"},
		{"not by a third", real("6 6 6 5", "2 2 2 2"), ""},
		{"not over two reports", real("6 4", "2 2"), ""},
		{"not rising", real("4 5 6", "2 2 2"), ""},
		{"by calendar week: 6, no report, 5, 5 falls by a third", real("6 - 5 5", "2 2 2 2"), ""},
		{"by calendar week: 6, no report, 5, 4 falls by 0.67", real("6 - 5 4", "2 2 2 2"), "8 A7"},
		{"not in a report that does not say", course{hers: says("real", 5, "6 6 5 .").and("noticed", 8, "0")}, "7 A7"},
		{"not over two phases", course{hers: says("real", 7, "7 6 5 5"), acts: onMondays{9: stepUp(t, "3")}}, ""},
		{"80 % of the dose", five("4 4 4"), "7 A7"},
		{"not less", five("4 4 3"), ""},
		{"no more than the dose counts in a week", five("14 5 1"), ""},
		{"not without his entries", real("6 5 4", "- - -"), ""},
		{"by the weeks with his entry", real("6 5 4", "2 - 2"), "7 A7"},
	})
}

func TestFlags_A8_readsBetter(t *testing.T) {
	reads := func(tension, forecast string) course {
		return course{hers: says("tension", 1, tension), his: says("forecast", 1, forecast)}
	}
	pushed := func(x course, from int, answers string) course { x.hers.and("pushed", from, answers); return x }
	raise(t, []raisesCase{
		{"1 nearer, and tension up by 1", reads("5 5 5 5 6 6", "3 3 3 3 5 5"), "6 A8"},
		{"as much below as above", reads("5 5 5 5 6 6", "7 7 7 7 7 5"), "6 A8"},
		{"not 0.5 nearer", reads("5 5 5 5 6 6", "3 3 3 3 5 4"), ""},
		{"not with tension up by 0.5", reads("5 5 5 5 6 5", "3 3 3 3 6 5"), ""},
		{"pushed a little instead", pushed(reads("5 5 5 5 5 5", "3 3 3 3 5 5"), 6, "a_little"), "6 A8"},
		{"pushed a little in the one before", pushed(reads("5 5 5 5 5 5", "3 3 3 3 5 5"), 5, "a_little"), "6 A8"},
		{"not pushed two reports before", pushed(reads("5 5 5 5 5 5 5", "3 3 3 3 5 5 5"), 5, "a_little"), "6 A8"},
		{"not pushed skipped", pushed(reads("5 5 5 5 5 5", "3 3 3 3 5 5"), 5, "skipped skipped"), ""},
		{"not over two phases", reads("5 5 5 5 6", "3 3 3 3 5"), ""},
		{"not when his entry of one is missing", reads("5 5 5 5 6 6", "3 3 3 3 5 -"), ""},
		{"not when she skipped one", reads("5 5 5 5 6 skipped", "3 3 3 3 5 5"), ""},
		{"a week without a report between", reads("5 5 5 5 6 - 6", "3 3 3 3 5 5 5"), "7 A8"},
		{"the baseline by weeks in which both answered", reads("5 5 skipped 5 6 6", "3 3 9 - 5 5"), "6 A8"},
		{"not without his baseline", reads("5 5 5 5 6 6", "- - - - 5 5"), ""},
	})
}

func TestFlags_A9_calmAtAPrice(t *testing.T) {
	calm := func(tension, sayNo string) course {
		return course{hers: says("tension", 1, tension).and("say_no", 1, sayNo)}
	}
	raise(t, []raisesCase{
		{"tension down by 1, and less free in both", calm("5 5 5 5 4 4", "yes yes yes yes mostly mostly"), "6 A9"},
		{"tension by its average", calm("5 5 5 5 5 3", "yes yes yes yes mostly mostly"), "6 A9"},
		{"not down by 0.5", calm("5 5 5 5 5 4", "yes yes yes yes mostly mostly"), ""},
		{"not less free in one only", calm("5 5 5 5 4 4 4", "yes yes yes yes mostly yes mostly"), ""},
		{"not as free as before", calm("5 5 5 5 4 4", "mostly mostly mostly mostly mostly mostly"), ""},
		{"less than the usual answer", calm("5 5 5 5 4 4", "yes mostly yes mostly mostly mostly"), "6 A9"},
		{"not when it did not come up", calm("5 5 5 5 4 4", "yes yes yes yes no did_not_come_up"), ""},
		{"not when it was skipped", calm("5 5 5 5 4 4", "yes yes yes yes no skipped"), ""},
		{"not when tension was skipped", calm("5 5 5 5 4 skipped", "yes yes yes yes no no"), ""},
		{"not without a baseline of it", calm("5 5 5 5 4 4", "skipped did_not_come_up skipped skipped no no"), ""},
		{"not over two phases", calm("5 5 5 5 4", "yes yes yes no no"), ""},
		{"a week without a report between", calm("5 5 5 5 4 - 4", "yes yes yes yes no . no"), "7 A9"},
	})
}

func TestFlags_N1_notNoticed(t *testing.T) {
	noticed := func(answers, done string) course {
		return course{hers: says("noticed", 5, answers), his: says("done", 5, done)}
	}
	raise(t, []raisesCase{
		{"2 below, three running", noticed("1 1 1", "3 3 3"), "7 N1"},
		{"and in the week after", noticed("0 0 0 0", "2 2 2 2"), "7 N1, 8 N1"},
		{"not 1 below in one", noticed("1 2 1", "3 3 3"), ""},
		{"not twice", noticed("1 1", "3 3"), ""},
		{"not six or more", noticed("5 5 6_or_more", "14 14 14"), ""},
		{"not when she is not sure", noticed("1 not_sure 1 1", "3 3 3 3"), ""},
		{"not when she skipped it", noticed("1 skipped 1 1", "3 3 3 3"), ""},
		{"not when his entry is missing", noticed("1 1 1 1", "3 - 3 3"), ""},
		{"a week without her report between", noticed("1 - 1 1", "3 3 3 3"), "8 N1"},
		{"not over two phases", course{hers: says("noticed", 7, "0 0 0 0"), acts: onMondays{9: stepUp(t, "3")}}, ""},
	})
}

// Silence is looked at when the forms of the last week are closed.
func TestFlags_A10_silence(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		course course
		want   string
	}{
		{"two running", hers("", 5, "- -"), "6 A10"},
		{"two running in the baseline", hers("", 1, "- -"), "2 A10"},
		{"not one", hers("", 5, "- . - ."), ""},
		{"not the third, but the fourth", hers("", 5, "- - - -"), "6 A10, 8 A10"},
		{"not the third", hers("", 5, "- - -"), "6 A10"},
		{"anew after a report", hers("", 1, "- - . - -"), "2 A10, 5 A10"},
		{"over two phases", hers("", 4, "- -"), "5 A10"},
		{"a planned gap asks for none", course{hers: says("", 5, "- - - ."), acts: onMondays{6: excuses(t, 6)}}, "7 A10"},
		{"not with a planned gap", course{hers: says("", 5, "- - . ."), acts: onMondays{6: excuses(t, 6)}}, ""},
		{"not while her reports rest", course{hers: says("", 5, ". - - ."), acts: onMondays{6: letsRest(t, true), 8: letsRest(t, false)}}, ""},
		{"not in a hold", course{hers: says("", 8, "-"), weeks: 11, acts: onMondays{9: starts(t, "hold", "3")}}, ""},
		{"a hold between two that run", course{hers: says("", 8, "- . . . -"), acts: onMondays{9: starts(t, "hold", "3"), 12: starts(t, "weekly", "4")}}, "12 A10"},
		{"two of a monthly follow-up", course{hers: says("", 12, "- . . . -"), acts: onMondays{9: starts(t, "follow_up", "3")}}, "16 A10"},
		{"not one of it", course{hers: says("", 12, "-"), weeks: 15, acts: onMondays{9: starts(t, "follow_up", "3")}}, ""},
		{"a report in a week taken out afterwards ends it", course{hers: says("", 5, "- . - ."), acts: onMondays{7: excuses(t, 6)}}, ""},
		{"a report before her reports rested ends it", course{hers: says("", 5, "- . - ."), acts: onMondays{6: func(p *modelstest.Practice, c *modelstest.Couple) {
			on(p, weekAt(6).Monday().Add(4))
			c.Report(t, course{}.report(t, 6))
			letsRest(t, true)(p, c)
		}, 7: letsRest(t, false)}}, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			p, c := live(t, row.course)
			on(p, p.Week().Closes().Add(1))
			wantFlags(t, p, c, row.want)
		})
	}
}

func TestFlags_A10_notWhileAFormIsOpen(t *testing.T) {
	t.Parallel()
	p, c := live(t, hers("", 5, "- -"))
	for day, want := range map[models.Day]string{weekAt(6).Sunday(): "", weekAt(6).Closes(): "", weekAt(6).Closes().Add(1): "6 A10"} {
		on(p, day)
		wantFlags(t, p, c, want)
	}
}

func TestFlags_A11_callTurned(t *testing.T) {
	// The calls of B1, B2 and B3, in weeks 8, 12 and 16.
	calls := func(one, two, three string) course {
		return course{hers: says("call", 8, one).and("call", 12, two).and("call", 16, three), acts: onMondays{9: stepUp(t, "3"), 13: stepUp(t, "4")}}
	}
	raise(t, []raisesCase{
		{"yes, not yet", calls("yes", "not_yet", "skipped"), "12 A11"},
		{"yes, no", calls("yes", "no", "skipped"), "12 A11"},
		{"yes for now, not yet", calls("yes_for_now", "not_yet", "skipped"), "12 A11"},
		{"not a second time", calls("yes", "not_yet", "no"), "12 A11"},
		{"not yes twice", calls("yes", "yes_for_now", "yes"), ""},
		{"not never yes", calls("not_yet", "no", "not_yet"), ""},
		{"not to yes", calls("not_yet", "yes", "yes"), ""},
		{"not yes, skipped", calls("yes", "skipped", "skipped"), ""},
		{"yes, skipped, no", calls("yes", "skipped", "no"), "16 A11"},
		{"yes, rather not say, not yet", calls("yes", "rather_not_say", "not_yet"), "16 A11"},
		{"not rather not say", calls("yes", "rather_not_say", "skipped"), ""},
	})
}

func TestFlags_A11_callLapsed(t *testing.T) {
	t.Parallel()
	follow := onMondays{9: starts(t, "follow_up", "6")}
	for _, row := range []struct {
		name   string
		course course
		on     models.Day
		want   string
	}{
		{"a form of the follow-up not filled in", course{hers: says("call", 8, "yes").and("", 12, "-"), acts: follow, weeks: 12}, weekAt(14).Monday(), "13 A11"},
		{"not within five weeks", course{hers: says("call", 8, "yes").and("", 12, "-"), acts: follow, weeks: 12}, weekAt(13).Sunday(), ""},
		{"yes, for now", course{hers: says("call", 8, "yes_for_now").and("", 12, "-"), acts: follow, weeks: 12}, weekAt(14).Monday(), "13 A11"},
		{"the question skipped", course{hers: says("call", 8, "yes").and("call", 12, "skipped"), acts: follow, weeks: 12}, weekAt(14).Monday(), "13 A11"},
		{"the question not answered, she would rather not say", course{hers: says("call", 8, "yes").and("call", 12, "rather_not_say"), acts: follow, weeks: 12}, weekAt(14).Monday(), "13 A11"},
		{"not when it was given again", course{hers: says("call", 8, "yes").and("call", 12, "yes"), acts: follow, weeks: 12}, weekAt(17).Sunday(), ""},
		{"the one that was given again lapses", course{hers: says("call", 8, "yes").and("call", 12, "yes").and("", 16, "-"), acts: follow, weeks: 16}, weekAt(18).Monday(), "17 A11"},
		{"not when she never said yes", course{hers: says("call", 8, "not_yet").and("", 12, "-"), acts: follow, weeks: 12}, weekAt(14).Monday(), ""},
		{"not outside of a follow-up", course{hers: says("call", 8, "yes"), acts: onMondays{9: stepUp(t, "3")}, weeks: 14}, weekAt(14).Sunday(), ""},
		{"not after the follow-up has ended", course{hers: says("call", 8, "yes").and("", 12, "-"), acts: onMondays{9: starts(t, "follow_up", "1")}, weeks: 12}, weekAt(16).Monday(), ""},
		{"not while the form is open that asks for it", course{hers: says("call", 8, "yes").and("", 13, "-"), acts: onMondays{10: starts(t, "follow_up", "6")}, weeks: 13}, weekAt(13).Closes(), ""},
		{"but after that form", course{hers: says("call", 8, "yes").and("", 13, "-"), acts: onMondays{10: starts(t, "follow_up", "6")}, weeks: 13}, weekAt(13).Closes().Add(1), "13 A11"},
		{"it stays raised when she says yes again later", course{hers: says("call", 8, "yes").and("", 12, "-").and("call", 16, "yes"), acts: follow, weeks: 16}, weekAt(16).Sunday(), "13 A11"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			p, c := live(t, row.course)
			on(p, row.on)
			wantFlags(t, p, c, row.want)
		})
	}
}

// A second experiment begins from its own baseline.
func TestFlags_anotherExperimentIsNotCompared(t *testing.T) {
	t.Parallel()
	x := hers("tension", 1, "3 3 3 3 3 3 7 7 7 7 8")
	x.acts = onMondays{7: func(p *modelstest.Practice, c *modelstest.Couple) {
		must(t, p.EndExperiment(ctx, p.Owner, c.Experiment, models.EndInput{LastWeek: week6, Reason: "Another one."}))
		c.Experiment = ""
		c.Start(t)
	}, 11: func(_ *modelstest.Practice, c *modelstest.Couple) { c.Intervene(t) }}
	p, c := live(t, x)
	wantFlags(t, p, c, "")
}

func TestFlags_levels(t *testing.T) {
	t.Parallel()
	for rule, want := range map[string]models.FlagLevel{"R1": models.Red, "R5": models.Red, "A1": models.Amber, "A11": models.Amber, "N1": models.Note} {
		if got := (models.Flag{Rule: rule}).Level(); got != want || models.FlagText(rule) == "" {
			t.Errorf("%s is %s: %q", rule, got, models.FlagText(rule))
		}
	}
}

func TestFlags_newestWeekFirstRedBeforeAmber(t *testing.T) {
	t.Parallel()
	p, c := live(t, course{hers: says("safe", 5, "not_always no").and("children", 5, "quieter quieter").and("leaving", 6, "9")})
	var got []string
	for _, f := range flagsOf(t, p, c) {
		got = append(got, f.Rule)
	}
	if want := "R1 A4 A5 A1"; strings.Join(got, " ") != want {
		t.Errorf("in order %q, wanted %q", got, want)
	}
}
