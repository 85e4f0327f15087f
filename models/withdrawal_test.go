package models_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"enough/models"
	"enough/models/modelstest"
	"enough/models/singlecase"
)

// backAndOn goes back after B1 and resumes it three weeks later.
func backAndOn(t testing.TB) onMondays {
	return onMondays{9: starts(t, "withdrawal", "3"), 12: starts(t, "resume", "4")}
}

func reviewOf(t testing.TB, p *modelstest.Practice, c *modelstest.Couple) models.Review {
	t.Helper()
	r, err := p.Review(ctx, c.Therapist, c.Experiment)
	must(t, err)
	return r
}

func TestWithdrawal_thereAndBackTwice(t *testing.T) {
	t.Parallel()
	acts := backAndOn(t)
	acts[16], acts[20] = starts(t, "withdrawal", "4"), starts(t, "resume", "5")
	p, _ := live(t, course{acts: acts, weeks: 20})
	wantLook(t, p, "baseline Baseline 2026-03-02 4 6 , intervention B1 2026-03-30 4 6 , withdrawal A2 2026-04-27 3 3 , "+
		"intervention B2 2026-05-18 4 6 resume, withdrawal A3 2026-06-15 4 4 , intervention B3 2026-07-13 5 6 resume",
		`SELECT kind, name, start_week, weeks, most_weeks, change FROM phases ORDER BY start_week`)
	wantLook(t, p, "    <nil>,     <nil>", `SELECT behaviour, label, counts_if, not_counts_if, dose FROM phases WHERE kind = 'withdrawal'`)
}

func TestWithdrawal_takesUpThePhaseThatItLeft(t *testing.T) {
	t.Parallel()
	acts := backAndOn(t)
	plan := func(p *modelstest.Practice, c *modelstest.Couple, in models.PlanInput) {
		in.Reason, in.Version = "Agreed.", look(t, p, `SELECT version FROM experiments`)
		must(t, p.SavePlan(ctx, p.Owner, c.Experiment, in))
	}
	acts[10] = func(p *modelstest.Practice, c *modelstest.Couple) {
		plan(p, c, models.PlanInput{Step: "act", Behaviour: "Cook dinner", Label: "cook dinner", CountsIf: "It is eaten.", NotCountsIf: "It is bought."})
	}
	acts[8] = func(p *modelstest.Practice, c *modelstest.Couple) {
		plan(p, c, models.PlanInput{Step: "measure", Dose: "2", Cost: "2", Prediction: "3", Confidence: "80", Outcome: "conflict", CriterionKind: "level", Criterion: "4", BaselineWeeks: "4", PhaseWeeks: "4", StopWording: "Stop."})
	}
	p, c := live(t, course{acts: acts, weeks: 12})
	const settings = `SELECT behaviour, label, counts_if, not_counts_if, dose, outcome, criterion_kind, criterion, every FROM phases WHERE name = $1`
	if b1, b2 := look(t, p, settings, "B1"), look(t, p, settings, "B2"); b1 != b2 || !strings.HasPrefix(b2, "Ask about the day") {
		t.Errorf("B1 has %s, what was resumed has %s", b1, b2)
	}
	wantLook(t, p, "leaving level 5", `SELECT outcome, criterion_kind, criterion FROM phases WHERE name = 'A2'`)
	// From there a step up goes on as ever.
	on(p, weekAt(16).Monday())
	must(t, p.StartPhase(ctx, p.Owner, c.Experiment, step(string(weekAt(16)))))
	wantLook(t, p, "B3 4 dose", `SELECT name, dose, change FROM phases WHERE start_week = $1`, weekAt(16))
}

func TestWithdrawal_theOtherActsGoOnFromIt(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{
		"step_up": "intervention B2 4 dose", "hold": "hold Hold <nil> ", "follow_up": "follow_up Follow-up 2 ", "weekly": "follow_up Follow-up 2 ",
	} {
		p, c := live(t, course{acts: onMondays{9: starts(t, "withdrawal", "3")}, weeks: 11})
		on(p, weekAt(12).Monday())
		in := step(string(weekAt(12)))
		in.Kind = kind
		must(t, p.StartPhase(ctx, p.Owner, c.Experiment, in))
		wantLook(t, p, want, `SELECT kind, name, dose, change FROM phases WHERE start_week = $1`, weekAt(12))
	}
	p, c := live(t, course{acts: onMondays{9: starts(t, "withdrawal", "3"), 11: starts(t, "hold", "2")}, weeks: 12})
	on(p, weekAt(13).Monday())
	must(t, p.StartPhase(ctx, p.Owner, c.Experiment, models.StepInput{Kind: "resume", Start: string(weekAt(13)), Weeks: "4"}))
	p, c = live(t, course{acts: onMondays{9: starts(t, "withdrawal", "6")}, weeks: 10})
	wantConflict(t, p.ExtendPhase(ctx, p.Owner, c.Experiment, models.Submission{}), "as long as it may be")
	must(t, p.EndExperiment(ctx, p.Owner, c.Experiment, models.EndInput{LastWeek: string(weekAt(10)), Reason: "Over."}))
	wantLook(t, p, "2", `SELECT weeks FROM phases WHERE kind = 'withdrawal'`)
}

func TestWithdrawal_refused(t *testing.T) {
	t.Parallel()
	type act = func(p *modelstest.Practice, c *modelstest.Couple)
	for _, row := range []struct {
		name, kind string
		course     course
		then       act
		want       string // empty when it is let
	}{
		{"at the planned end", "withdrawal", course{weeks: 8}, nil, ""},
		{"in the baseline", "withdrawal", course{weeks: 3}, nil, "directly on an intervention"},
		{"before the intervention has run", "withdrawal", course{weeks: 6}, nil, "B1 lasts until 26 April 2026"},
		{"after a hold", "withdrawal", course{acts: onMondays{8: starts(t, "hold", "1")}, weeks: 8}, nil, "directly on an intervention"},
		{"after a follow-up", "withdrawal", course{acts: onMondays{8: starts(t, "weekly", "1")}, weeks: 8}, nil, "directly on an intervention"},
		{"after another", "withdrawal", course{acts: onMondays{9: starts(t, "withdrawal", "3")}, weeks: 11}, nil, "directly on an intervention"},
		{"while the verdict is worse", "withdrawal", hers("leaving", 5, "8 8 8 8"), nil, "while the verdict is “worse”"},
		{"while a red flag is open", "withdrawal", hers("children", 8, "frightened"), nil, "while the verdict is “withheld”"},
		{"stepped up while the verdict is worse", "step_up", hers("leaving", 5, "8 8 8 8"), nil, "Stepping up is not offered while the verdict is “worse”"},
		{"stepped up while a red flag is open", "step_up", hers("children", 8, "frightened"), nil, "Stepping up is not offered while the verdict is “withheld”"},
		{"once it is closed", "withdrawal", hers("children", 8, "frightened"), func(p *modelstest.Practice, c *modelstest.Couple) {
			f := flagsOf(t, p, c)[0]
			must(t, p.CloseFlag(ctx, p.Owner, c.CaseID, models.FlagInput{Rule: f.Rule, Week: string(f.Week), Said: f.Said, Reason: "Spoken with her alone."}))
		}, ""},
		{"while another flag is open", "withdrawal", hers("safe", 8, "not_always"), nil, ""},
		{"with fear on record", "withdrawal", course{weeks: 8}, fear(t), "Fear or coercive control"},
		{"resumed with fear on record", "resume", course{acts: onMondays{9: starts(t, "withdrawal", "3")}, weeks: 11}, fear(t), "Fear or coercive control"},
		{"resumed without one", "resume", course{weeks: 8}, nil, "Nothing was withdrawn"},
		{"resumed in the baseline", "resume", course{weeks: 3}, nil, "Nothing was withdrawn"},
		{"resumed twice", "resume", course{acts: backAndOn(t), weeks: 15}, nil, "Nothing was withdrawn"},
		{"resumed after a follow-up", "resume", course{acts: onMondays{9: starts(t, "withdrawal", "3"), 12: starts(t, "weekly", "1")}, weeks: 12}, nil, "Nothing was withdrawn"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			p, c := live(t, row.course)
			p.NextMonday()
			if row.then != nil {
				row.then(p, c)
			}
			before := look(t, p, phaseRows)
			err := p.StartPhase(ctx, p.Owner, c.Experiment, models.StepInput{Kind: row.kind, Start: string(p.Week()), Weeks: "4"})
			if row.want == "" {
				must(t, err)
				return
			}
			wantConflict(t, err, row.want)
			wantLook(t, p, before, phaseRows)
		})
	}
}

// fear enters in the gate that there is some.
func fear(t testing.TB) func(*modelstest.Practice, *modelstest.Couple) {
	return func(p *modelstest.Practice, c *modelstest.Couple) {
		in := gate(look(t, p, `SELECT version FROM gates`))
		in.Fear = "yes"
		must(t, p.SaveGate(ctx, c.Therapist, c.CaseID, in))
	}
}

func TestWithdrawal_weeks(t *testing.T) {
	t.Parallel()
	p, c := live(t, course{weeks: 8}) // it is the Sunday of the eighth week
	start := func(kind string, start int, weeks string) error {
		return p.StartPhase(ctx, p.Owner, c.Experiment, models.StepInput{Kind: kind, Start: string(weekAt(start)), Weeks: weeks})
	}
	for _, weeks := range []string{"", "2", "7", "3.5"} {
		wantField(t, start("withdrawal", 9, weeks), "weeks")
	}
	wantField(t, start("withdrawal", 10, "3"), "start") // it follows directly
	must(t, start("withdrawal", 9, "3"))
	for _, weeks := range []string{"", "3", "7"} {
		wantField(t, start("resume", 12, weeks), "weeks")
	}
	wantField(t, start("resume", 13, "4"), "start")
	wantConflict(t, start("resume", 9, "4"), "later week")
	on(p, weekAt(10).Monday())
	must(t, start("resume", 11, "4")) // either of them may stop it sooner
	wantLook(t, p, "2", `SELECT weeks FROM phases WHERE kind = 'withdrawal'`)

	// A review that comes late is no reason to refuse it.
	p, c = live(t, course{weeks: 8})
	on(p, weekAt(9).Sunday())
	wantField(t, start("withdrawal", 9, "3"), "start")
	must(t, start("withdrawal", 10, "3"))
}

func TestWithdrawal_formsAreThoseOfABaseline(t *testing.T) {
	t.Parallel()
	for _, wants := range []string{"wants", "rather_not"} {
		acts := onMondays{9: starts(t, "withdrawal", "3")}
		acts[1] = func(p *modelstest.Practice, c *modelstest.Couple) {
			in := gate("1")
			in.WantsPlan = wants
			must(t, p.SaveGate(ctx, p.Owner, c.CaseID, in))
		}
		p, c := live(t, course{acts: acts, weeks: 3})
		his, hers := formsOf(t, p, c)
		course{acts: acts, weeks: 10}.goOn(t, p, c, 4)
		was, before := his, hers
		if his, hers = formsOf(t, p, c); his != was || hers != before {
			t.Errorf("she %s to know the plan. In a baseline week: %+v, %+v; in a withdrawal: %+v, %+v", wants, was, before, his, hers)
		}
		if got := forms(t, p, c, weekAt(9), 4); got != "+++-" {
			t.Errorf("a withdrawal asks in %s", got)
		}
		on(p, weekAt(11).Monday())
		wantConflict(t, p.ForClient().NoteOccurrence(ctx, c.Client, sub("a")), "No plan runs")
		paper, err := p.PaperCheckinForm(ctx, p.Owner, c.CaseID, string(weekAt(10)))
		must(t, err)
		hersOnPaper, err := p.PaperReportForm(ctx, p.Owner, c.CaseID, string(weekAt(10)))
		must(t, err)
		if paper.AsksPlan || paper.AsksGuess || hersOnPaper.AsksNoticed || hersOnPaper.AsksDifferent {
			t.Errorf("on paper it asks %+v, %+v", paper, hersOnPaper)
		}
		in := checkin(string(weekAt(10)))
		must(t, p.EnterCheckin(ctx, p.Owner, c.CaseID, withVersion(in, look(t, p, `SELECT version FROM checkins WHERE week = $1`, weekAt(10)))))
		wantLook(t, p, "<nil> not_asked <nil> not_asked", `SELECT done, done_state, effort, effort_state FROM checkins WHERE week = $1`, weekAt(10))
	}
}

// formsOf gives what the two forms that are open now ask, without the week.
func formsOf(t testing.TB, p *modelstest.Practice, c *modelstest.Couple) (his [2]bool, hers models.PartnerForm) {
	t.Helper()
	f, open, err := p.ForClient().OpenForm(ctx, c.Client)
	must(t, err)
	h, hersOpen, err := p.PartnerForm(ctx, c.Partner)
	must(t, err)
	if !open || !hersOpen {
		t.Fatal("no form is open")
	}
	h.Week = ""
	return [2]bool{f.AsksPlan, f.AsksGuess}, h
}

func withVersion(in models.CheckinInput, version string) models.CheckinInput {
	in.Version = version
	return in
}

func TestWithdrawal_flags(t *testing.T) {
	acts := backAndOn(t)
	raise(t, []raisesCase{
		{"usual weeks there and back", course{acts: acts, weeks: 15}, ""},
		{"she is worse off than in the first baseline", course{hers: says("tension", 9, "8"), acts: acts, weeks: 9}, "9 A3"},
		{"the withdrawal is no baseline for what is resumed", course{hers: says("tension", 9, "2 2 2 5 5"), acts: acts, weeks: 13}, ""},
		{"calm at a price", course{hers: says("tension", 9, "3 3").and("say_no", 9, "not_always not_always"), acts: acts, weeks: 10}, "10 A9"},
		{"what is felt goes on in no withdrawal", course{hers: says("real", 7, "7 6 . . . 5 4"), acts: acts, weeks: 13}, ""},
		{"what is noticed neither", course{hers: says("noticed", 7, "0 0 . . . 0 0"), acts: acts, weeks: 13}, ""},
		{"no reports", course{hers: says("", 9, "- -"), acts: acts, weeks: 11}, "10 A10"},
		{"a yes does not lapse in it", course{hers: says("call", 8, "yes"), acts: onMondays{9: starts(t, "withdrawal", "6")}, weeks: 14}, ""},
	})
}

func TestWithdrawal_whatIsJudgedStays(t *testing.T) {
	t.Parallel()
	x := course{hers: says("leaving", 1, "7 6 7 6 4 5 4 4 6 6 7 4 4 4 4").and("tension", 9, "6 6 6").and("call", 8, "yes"), acts: backAndOn(t), weeks: 8,
		plan: func(in *models.PlanInput) { in.CriterionKind, in.Criterion = "drop", "2" }}
	p, c := live(t, x)
	at := func(week int) models.Review {
		t.Helper()
		x.weeks = week
		x.goOn(t, p, c, int(models.WeekOf(p.Now(), time.UTC).Since(week1))+2)
		return reviewOf(t, p, c)
	}
	before := reviewOf(t, p, c)
	masked, err := p.Masked(ctx, p.Owner, c.Experiment)
	must(t, err)
	in := at(11)
	if judged, ok := in.Judged(); !ok || judged.Phase.Name != "B1" || in.Reviewed().Phase.Name != "A2" {
		t.Errorf("in a withdrawal %s is judged, %s reviewed", judged.Phase.Name, in.Reviewed().Phase.Name)
	}
	// Only what has come since is told beside it.
	was, is := before.Verdict(), in.Verdict()
	if is.Since == "" {
		t.Error("the verdict does not say what came since")
	}
	is.Since = ""
	if was.Kind != models.Enough || !reflect.DeepEqual(was, is) {
		t.Errorf("the verdict was %+v and is %+v", was, is)
	}
	if in.Phases[2].Mark != nil {
		t.Error("a withdrawal has a criterion to meet")
	}
	on := at(15)
	if judged, _ := on.Judged(); judged.Phase.Name != "B2" || judged.Mark == nil || *judged.Mark != 4.5 {
		t.Errorf("judged is %s by %v, wanted B2 by 2 below the first baseline", judged.Phase.Name, judged.Mark)
	}
	if !slices.Contains(in.Verdict().Cautions, once) || slices.Contains(on.Verdict().Cautions, once) {
		t.Errorf("cautions in the withdrawal: %q, at the end: %q", in.Verdict().Cautions, on.Verdict().Cautions)
	}
	for name, r := range map[string]models.Review{"the withdrawal": in, "the resumed intervention": on} {
		if lines := r.BaselineLines(); lines.Slope() != before.BaselineLines().Slope() || lines.From != week1 || lines.To != r.Reviewed().Phase.LastWeek() {
			t.Errorf("in %s the lines of the baseline are %+v", name, lines)
		}
	}
	masked.Later = true
	if is, err := p.Masked(ctx, p.Owner, c.Experiment); err != nil || !reflect.DeepEqual(masked, is) {
		t.Errorf("the unlabelled series was %+v and is %+v, %v", masked, is, err)
	}
	if a2 := on.Phases[2]; a2.Asked != 3 || a2.Checkins != 3 || a2.AskedPartner != 3 || a2.Reports != 3 || a2.Planned != 0 || a2.Call != nil || a2.Noticed.N != 0 || a2.FeltReal.N != 0 {
		t.Errorf("the withdrawal has %+v", a2)
	}
}

// once is a caution.
const once = "One intervention only: nothing has been repeated."

func TestReversal_needsItsFourPhasesInARow(t *testing.T) {
	t.Parallel()
	with := func(more onMondays) onMondays {
		acts := backAndOn(t)
		for n, act := range more {
			acts[n] = act
		}
		return acts
	}
	for _, row := range []struct {
		name string
		acts onMondays
		week int
		want string // the phases, empty when it is none
	}{
		{"before anything was withdrawn", nil, 8, ""},
		{"in the withdrawal", backAndOn(t), 11, ""},
		{"when the act is resumed", backAndOn(t), 12, "Baseline B1 A2 B2"},
		{"at its end", backAndOn(t), 15, "Baseline B1 A2 B2"},
		{"after a step up", with(onMondays{16: stepUp(t, "3")}), 17, "Baseline B1 A2 B2"},
		{"in the follow-up", with(onMondays{16: starts(t, "weekly", "3")}), 18, "Baseline B1 A2 B2"},
		{"when it was cut short", with(onMondays{11: starts(t, "resume", "4"), 12: nil}), 12, "Baseline B1 A2 B2"},
		{"after a step up before it", onMondays{9: stepUp(t, "3"), 13: starts(t, "withdrawal", "3"), 16: starts(t, "resume", "4")}, 19, ""},
		{"with a step up in place of what was withdrawn", with(onMondays{12: stepUp(t, "3")}), 15, ""},
		{"with a hold after the baseline", onMondays{5: starts(t, "hold", "1"), 6: starts(t, "intervention", "4"), 10: starts(t, "withdrawal", "3"), 13: starts(t, "resume", "4")}, 16, ""},
		{"with a hold after the withdrawal", with(onMondays{12: starts(t, "hold", "1"), 13: starts(t, "resume", "4")}), 16, ""},
		{"in a second withdrawal", with(onMondays{16: starts(t, "withdrawal", "3")}), 16, ""},
		{"after a second one", with(onMondays{16: starts(t, "withdrawal", "3"), 19: starts(t, "resume", "4")}), 22, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			p, c := live(t, course{acts: row.acts, weeks: row.week})
			a1, b1, a2, b2, ok := reviewOf(t, p, c).Reversal()
			got := ""
			if ok {
				got = strings.Join([]string{a1.Phase.Name, b1.Phase.Name, a2.Phase.Name, b2.Phase.Name}, " ")
			}
			if got != row.want {
				t.Errorf("it went back and on in %q, wanted %q", got, row.want)
			}
		})
	}
	// What is planned and has not begun is none yet.
	p, c := live(t, course{acts: onMondays{9: starts(t, "withdrawal", "3"), 10: func(p *modelstest.Practice, c *modelstest.Couple) {
		must(t, p.StartPhase(ctx, p.Owner, c.Experiment, models.StepInput{Kind: "resume", Start: string(weekAt(12)), Weeks: "4"}))
	}}, weeks: 11})
	if _, _, _, _, ok := reviewOf(t, p, c).Reversal(); ok {
		t.Error("what has not begun counts")
	}
}

func TestReversal_isConfirmedByGoingBack(t *testing.T) {
	t.Parallel()
	p, c := live(t, course{hers: says("leaving", 1, "8 9 8 9 5 4 5 4 8 9 8 4 5 4 5"), acts: backAndOn(t)})
	r := reviewOf(t, p, c)
	a1, b1, a2, b2, ok := r.Reversal()
	if !ok {
		t.Fatal("there is no reversal")
	}
	series := func(p models.PhaseReview) singlecase.Phase { return r.Series(p, models.ItemLeaving) }
	if e := singlecase.JudgeReversal(series(a1), series(b1), series(a2), series(b2), singlecase.Terms{Ended: true}); e.Label != singlecase.ConfirmedByGoingBack {
		t.Errorf("the evidence is %s, %+v", e.Label, e.Back)
	}
}
