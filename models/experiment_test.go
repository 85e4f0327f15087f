package models_test

import (
	"strings"
	"testing"

	"enough/models"
)

// act and measure are the two steps of a full plan.
func act(version string) models.PlanInput {
	return models.PlanInput{Step: "act", Behaviour: "Ask about the day", Label: "ask about your day", CountsIf: "Asked and listened for five minutes.",
		NotCountsIf: "Phone in hand.", IfMoment: "It is after dinner", ThenAct: "I ask", Version: version}
}

func measure(version string) models.PlanInput {
	return models.PlanInput{Step: "measure", Dose: "2", Cost: "2", Prediction: "3", Confidence: "80", Outcome: "leaving", CriterionKind: "level",
		Criterion: "5", BaselineWeeks: "4", PhaseWeeks: "4", StopWording: "Not this week.", Version: version}
}

func TestSavePlan_limits(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	id, err := p.NewExperiment(ctx, p.Owner, c.CaseID, "", models.Submission{})
	must(t, err)
	for _, row := range []struct {
		name, step, field string
		spoil             func(*models.PlanInput)
	}{
		{"no act", "act", "behaviour", func(in *models.PlanInput) { in.Behaviour = " " }},
		{"a trait", "act", "behaviour", func(in *models.PlanInput) { in.Behaviour = "Be more caring" }},
		{"a feeling", "act", "behaviour", func(in *models.PlanInput) { in.Behaviour = "feel closer" }},
		{"an attempt", "act", "behaviour", func(in *models.PlanInput) { in.Behaviour = "  TRY TO listen" }},
		{"an understanding", "act", "behaviour", func(in *models.PlanInput) { in.Behaviour = "Understand her side" }},
		{"an act too long", "act", "behaviour", func(in *models.PlanInput) { in.Behaviour = strings.Repeat("x", 201) }},
		{"no name for the partner’s form", "act", "label", func(in *models.PlanInput) { in.Label = "" }},
		{"no word on what counts", "act", "counts_if", func(in *models.PlanInput) { in.CountsIf = "" }},
		{"no word on what does not count", "act", "not_counts_if", func(in *models.PlanInput) { in.NotCountsIf = "" }},
		{"half an if-then line", "act", "if_moment", func(in *models.PlanInput) { in.ThenAct = "" }},
		{"no dose", "measure", "dose", func(in *models.PlanInput) { in.Dose = "" }},
		{"a dose of nothing", "measure", "dose", func(in *models.PlanInput) { in.Dose = "0" }},
		{"a dose of fifteen", "measure", "dose", func(in *models.PlanInput) { in.Dose = "15" }},
		{"half a dose", "measure", "dose", func(in *models.PlanInput) { in.Dose = "1.5" }},
		{"a cost of eleven", "measure", "cost", func(in *models.PlanInput) { in.Cost = "11" }},
		{"no prediction", "measure", "prediction", func(in *models.PlanInput) { in.Prediction = "" }},
		{"a confidence over 100", "measure", "confidence", func(in *models.PlanInput) { in.Confidence = "101" }},
		{"no outcome", "measure", "outcome", func(in *models.PlanInput) { in.Outcome = "" }},
		{"an outcome that is not offered", "measure", "outcome", func(in *models.PlanInput) { in.Outcome = "noticed" }},
		{"no kind of criterion", "measure", "criterion_kind", func(in *models.PlanInput) { in.CriterionKind = "" }},
		{"a drop of one", "measure", "criterion", func(in *models.PlanInput) { in.CriterionKind, in.Criterion = "drop", "1" }},
		{"a level of eleven", "measure", "criterion", func(in *models.PlanInput) { in.Criterion = "11" }},
		{"a baseline of two weeks", "measure", "baseline_weeks", func(in *models.PlanInput) { in.BaselineWeeks = "2" }},
		{"a baseline of seven weeks", "measure", "baseline_weeks", func(in *models.PlanInput) { in.BaselineWeeks = "7" }},
		{"a phase of three weeks", "measure", "phase_weeks", func(in *models.PlanInput) { in.PhaseWeeks = "3" }},
		{"no words to stop with", "measure", "stop_wording", func(in *models.PlanInput) { in.StopWording = "" }},
		{"a draw of one week alone", "measure", "draw_latest", func(in *models.PlanInput) { in.DrawnBy = "4" }},
		{"a draw beyond the seventh week", "measure", "draw_latest", func(in *models.PlanInput) { in.DrawnBy = "8" }},
	} {
		t.Run(row.name, func(t *testing.T) {
			in := act("1")
			if row.step == "measure" {
				in = measure("1")
			}
			row.spoil(&in)
			wantField(t, p.SavePlan(ctx, p.Owner, id, in), row.field)
		})
	}
	wantLook(t, p, "1 ", `SELECT version, behaviour FROM experiments`)
	for _, good := range []func(*models.PlanInput){
		func(in *models.PlanInput) { in.Dose = "1" },
		func(in *models.PlanInput) { in.Dose = "14" },
		func(in *models.PlanInput) { in.CriterionKind, in.Criterion = "drop", "2" },
		func(in *models.PlanInput) { in.Criterion = "0" },
		func(in *models.PlanInput) { in.BaselineWeeks, in.PhaseWeeks, in.DrawnBy = "3", "6", "7" },
	} {
		in := measure(look(t, p, `SELECT version FROM experiments`))
		good(&in)
		must(t, p.SavePlan(ctx, p.Owner, id, in))
	}
	for _, behaviour := range []string{"Become quiet", "think of her", "Love her", "Respect her", "Care for her"} {
		in := act(look(t, p, `SELECT version FROM experiments`))
		in.Behaviour = behaviour
		wantField(t, p.SavePlan(ctx, p.Owner, id, in), "behaviour")
	}
	in := act(look(t, p, `SELECT version FROM experiments`))
	in.Behaviour = "Begin the day with a question"
	must(t, p.SavePlan(ctx, p.Owner, id, in))
}

func TestSavePlan_secondEditorLosesNothing(t *testing.T) {
	t.Parallel()
	p, c := startable(t) // at version 3
	first, second := act("3"), act("3")
	first.CountsIf, second.CountsIf = "The first.", "The second."
	must(t, p.SavePlan(ctx, p.Owner, c.Experiment, first))
	wantKind(t, p.SavePlan(ctx, p.Owner, c.Experiment, second), models.Conflict)
	wantKind(t, p.SavePlan(ctx, p.Owner, c.Experiment, measure("3")), models.Conflict)
	for _, version := range []string{"", "0", "x"} {
		wantKind(t, p.SavePlan(ctx, p.Owner, c.Experiment, act(version)), models.Conflict)
	}
	wantLook(t, p, "The first. 4", `SELECT counts_if, version FROM experiments`)
	second.Version = "4"
	must(t, p.SavePlan(ctx, p.Owner, c.Experiment, second))
	e, _, err := p.Experiment(ctx, p.Owner, c.Experiment)
	if err != nil || e.CountsIf != "The second." || number(e.Dose) != "2" || e.StopWording != "Not this week." {
		t.Errorf("the plan is %+v, %v", e, err) // one step leaves the other as it was
	}
}

func TestSavePlan_afterTheStart(t *testing.T) {
	t.Parallel()
	p, c := startable(t)
	must(t, p.StartExperiment(ctx, p.Owner, c.Experiment, week1, models.Submission{}))
	wantLook(t, p, "0", `SELECT count(*) FROM plan_changes`)

	in := act("4")
	in.CountsIf = "Ten minutes."
	wantField(t, p.SavePlan(ctx, p.Owner, c.Experiment, in), "reason")
	dose := measure("4")
	dose.Dose, dose.Reason = "4", "More."
	wantField(t, p.SavePlan(ctx, p.Owner, c.Experiment, dose), "dose")

	in.Reason = "Five were too few."
	must(t, p.SavePlan(ctx, p.Owner, c.Experiment, in))
	level := measure("5")
	level.Criterion, level.BaselineWeeks, level.PhaseWeeks, level.DrawnBy, level.Reason = "4", "6", "6", "7", "Asked by her."
	must(t, p.SavePlan(ctx, p.Owner, c.Experiment, level))
	changes, err := p.PlanChanges(ctx, p.Owner, c.Experiment)
	must(t, err)
	want := []models.PlanChange{
		{Field: "Counts if", Was: "Asked and listened for five minutes.", Now: "Ten minutes.", Reason: "Five were too few.", On: "2026-03-02"},
		{Field: "Criterion", Was: "5", Now: "4", Reason: "Asked by her.", On: "2026-03-02"},
	}
	if len(changes) != 2 || changes[0] != want[0] || changes[1] != want[1] {
		t.Errorf("the changes are %+v, wanted %+v", changes, want)
	}
	// The length and the draw were settled by the start.
	wantLook(t, p, "4 4 <nil> 4", `SELECT baseline_weeks, phase_weeks, draw_latest, criterion FROM experiments`)
	wantLook(t, p, "5 ", `SELECT criterion, counts_if FROM phases`)
}

func TestSavePlan_wordsFollowIntoThePhaseThatRuns(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	in := act("4")
	in.CountsIf, in.Label, in.Reason = "Ten minutes.", "ask and listen", "Clearer."
	must(t, p.SavePlan(ctx, p.Owner, c.Experiment, in))
	wantLook(t, p, "Baseline   5, B1 Ten minutes. ask and listen 5", `SELECT name, counts_if, label, criterion FROM phases ORDER BY start_week`)
	level := measure("5")
	level.Criterion, level.Reason = "3", "Asked by her."
	must(t, p.SavePlan(ctx, p.Owner, c.Experiment, level))
	wantLook(t, p, "5, 5", `SELECT criterion FROM phases`) // locked when each began
}

func TestSavePlan_ended(t *testing.T) {
	t.Parallel()
	p, c := baseline(t)
	must(t, p.EndExperiment(ctx, p.Owner, c.Experiment, models.EndInput{LastWeek: week1, Reason: "Over."}))
	in := act("5")
	in.Reason = "Too late."
	wantConflict(t, p.SavePlan(ctx, p.Owner, c.Experiment, in), "has ended")
}

func TestNewExperiment_oneAtATime(t *testing.T) {
	t.Parallel()
	p, c := startable(t)
	another := func() error {
		_, err := p.NewExperiment(ctx, p.Owner, c.CaseID, "Listen", models.Submission{})
		return err
	}
	wantConflict(t, another(), "One at a time")
	must(t, p.StartExperiment(ctx, p.Owner, c.Experiment, week1, models.Submission{}))
	wantConflict(t, another(), "One at a time")
	must(t, p.EndExperiment(ctx, p.Owner, c.Experiment, models.EndInput{LastWeek: week1, Reason: "Over."}))
	must(t, another())
	wantConflict(t, another(), "One at a time")
	wantLook(t, p, "1, 2", `SELECT number FROM experiments ORDER BY number`)
}

func TestStartExperiment(t *testing.T) {
	t.Parallel()
	t.Run("not without a whole plan", func(t *testing.T) {
		p, c := couple(t)
		id, err := p.NewExperiment(ctx, p.Owner, c.CaseID, "Ask", models.Submission{})
		must(t, err)
		start := func() error { return p.StartExperiment(ctx, p.Owner, id, week1, models.Submission{}) }
		wantConflict(t, start(), "not complete")
		must(t, p.SavePlan(ctx, p.Owner, id, act("1")))
		wantConflict(t, start(), "not complete")
		must(t, p.SavePlan(ctx, p.Owner, id, measure("2")))
		must(t, start())
		wantConflict(t, start(), "started already")
	})
	t.Run("not with a trait that the draft began with", func(t *testing.T) {
		p, c := couple(t)
		id, err := p.NewExperiment(ctx, p.Owner, c.CaseID, "Be nicer", models.Submission{})
		must(t, err)
		must(t, p.SavePlan(ctx, p.Owner, id, measure("1")))
		wantConflict(t, p.StartExperiment(ctx, p.Owner, id, week1, models.Submission{}), "not complete")
	})
	t.Run("makes a baseline without a plan in it", func(t *testing.T) {
		p, _ := baseline(t)
		wantLook(t, p, "baseline Baseline 2026-03-02 4 6    <nil> leaving level 5",
			`SELECT kind, name, start_week, weeks, most_weeks, behaviour, label, counts_if, dose, outcome, criterion_kind, criterion FROM phases`)
	})
	t.Run("in this week until its forms open, or in one of the next eight", func(t *testing.T) {
		for _, row := range []struct {
			day   models.Day
			start string
			good  bool
		}{
			{"2026-03-02", week1, true}, {"2026-03-05", week1, true}, {"2026-03-06", week1, false}, {"2026-03-08", week1, false},
			{"2026-03-06", week2, true}, {"2026-03-02", "2026-02-23", false}, {"2026-03-02", "2026-04-27", true}, {"2026-03-02", "2026-05-04", false},
			{"2026-03-06", "2026-05-04", true}, {"2026-03-02", "2026-03-03", false}, {"2026-03-02", "", false}, {"2026-03-02", "soon", false},
		} {
			p, c := startable(t)
			on(p, row.day)
			err := p.StartExperiment(ctx, p.Owner, c.Experiment, row.start, models.Submission{})
			if row.good {
				if err != nil {
					t.Errorf("on %s a start in %s: %v", row.day, row.start, err)
				}
				continue
			}
			wantField(t, err, "start")
		}
	})
	t.Run("not over a phase of the experiment before", func(t *testing.T) {
		p, c := baseline(t)
		on(p, week2)
		must(t, p.EndExperiment(ctx, p.Owner, c.Experiment, models.EndInput{LastWeek: week4, Reason: "Over soon."}))
		id, err := p.NewExperiment(ctx, p.Owner, c.CaseID, "Listen", models.Submission{})
		must(t, err)
		must(t, p.SavePlan(ctx, p.Owner, id, act("1")))
		must(t, p.SavePlan(ctx, p.Owner, id, measure("2")))
		for _, week := range []string{week2, week3, week4} {
			wantConflict(t, p.StartExperiment(ctx, p.Owner, id, week, models.Submission{}), "30 March 2026")
		}
		must(t, p.StartExperiment(ctx, p.Owner, id, week5, models.Submission{}))
	})
}

// What asks for a look today is looked at before anything new begins, whether it
// was raised by a report or by hand.
func TestStartExperiment_notUnderARedFlag(t *testing.T) {
	t.Parallel()
	p, c := startable(t)
	raiseFlag(t, p, c, "threat")
	first := c.Experiment
	start := func(id string, week models.Week) error {
		return p.StartExperiment(ctx, p.Owner, id, string(week), models.Submission{})
	}
	wantConflict(t, start(first, week1), "A red flag is open.")
	wantLook(t, p, "0", `SELECT count(*) FROM phases`)
	closeFlag(t, p, c, "R4")
	must(t, start(first, week1))

	hers("safe", 4, "no").goOn(t, p, c, 1)
	on(p, weekAt(5).Monday())
	must(t, p.EndExperiment(ctx, p.Owner, first, models.EndInput{LastWeek: week4, Reason: "Not safe."}))
	c.Plan(t)
	wantConflict(t, start(c.Experiment, weekAt(5)), "A red flag is open.")
	closeFlag(t, p, c, "R1")
	must(t, start(c.Experiment, weekAt(5)))
}

func TestStartExperiment_drawnStart(t *testing.T) {
	t.Parallel()
	drawn := map[string]bool{}
	for range 40 {
		p, c := startable(t)
		in := measure("3")
		in.BaselineWeeks, in.DrawnBy = "3", "5"
		must(t, p.SavePlan(ctx, p.Owner, c.Experiment, in))
		must(t, p.StartExperiment(ctx, p.Owner, c.Experiment, week1, models.Submission{}))
		got := look(t, p, `SELECT drawn_week FROM experiments`)
		if got != week4 && got != week5 {
			t.Fatalf("drawn is %s, wanted the fourth or the fifth week", got)
		}
		wantLook(t, p, number(ptr(models.Week(got).Since(week1))), `SELECT weeks FROM phases`) // the baseline ends with it
		if drawn[got] {
			continue
		}
		drawn[got] = true
		on(p, week3)
		wantConflict(t, p.ExtendPhase(ctx, p.Owner, c.Experiment, models.Submission{}), "drawn beforehand")
		for _, week := range []string{week3, week4, week5, week6} {
			if week != got {
				wantField(t, p.StartPhase(ctx, p.Owner, c.Experiment, models.StepInput{Kind: "intervention", Start: week, Weeks: "4"}), "start")
			}
		}
		must(t, p.StartPhase(ctx, p.Owner, c.Experiment, models.StepInput{Kind: "intervention", Start: got, Weeks: "4"}))
		if len(drawn) == 2 {
			return
		}
	}
	if len(drawn) != 2 { // by chance once in 2^39
		t.Errorf("forty draws gave only %v", drawn)
	}
}

func ptr[T any](v T) *T { return &v }

func TestStartPhase_drawnWeekMissed(t *testing.T) {
	t.Parallel()
	p, c := startable(t)
	in := measure("3")
	in.DrawnBy = "5"
	must(t, p.SavePlan(ctx, p.Owner, c.Experiment, in))
	must(t, p.StartExperiment(ctx, p.Owner, c.Experiment, week1, models.Submission{}))
	on(p, week7)
	must(t, p.StartPhase(ctx, p.Owner, c.Experiment, models.StepInput{Kind: "intervention", Start: week7, Weeks: "4"}))
}
