package models_test

import (
	"testing"

	"enough/models"
	"enough/models/modelstest"
)

// step is a step up of the dose alone.
func step(start string) models.StepInput {
	return models.StepInput{Kind: "step_up", Start: start, Weeks: "4", Change: "dose", Dose: "4", Behaviour: "Ask about the day", Label: "ask about your day",
		CountsIf: "Asked and listened for five minutes.", NotCountsIf: "Phone in hand.", Criterion: "5"}
}

const phaseRows = `SELECT kind, name, start_week, weeks, dose FROM phases ORDER BY start_week`

func TestStartPhase_thePhaseBeforeEnds(t *testing.T) {
	t.Parallel()
	p, c := baseline(t)
	on(p, week3)
	must(t, p.StartPhase(ctx, p.Owner, c.Experiment, models.StepInput{Kind: "intervention", Start: week4, Weeks: "6"}))
	wantLook(t, p, "baseline Baseline 2026-03-02 3 <nil>, intervention B1 2026-03-23 6 2", phaseRows)
	on(p, week6)
	must(t, p.StartPhase(ctx, p.Owner, c.Experiment, step(week7)))
	wantLook(t, p, "baseline Baseline 2026-03-02 3 <nil>, intervention B1 2026-03-23 3 2, intervention B2 2026-04-13 4 4", phaseRows)
	// A later week than the one after the last leaves a gap in which nothing is asked.
	on(p, "2026-05-04")
	must(t, p.StartPhase(ctx, p.Owner, c.Experiment, models.StepInput{Kind: "weekly", Start: "2026-05-18", Weeks: "2"}))
	on(p, "2026-05-17")
	_, open, err := p.ForClient().OpenForm(ctx, c.Client)
	if err != nil || open {
		t.Errorf("between phases a form is open: %t, %v", open, err)
	}
}

func TestStartPhase_thisWeekOnlyBeforeFriday(t *testing.T) {
	t.Parallel()
	for day, good := range map[models.Day]bool{"2026-03-30": true, "2026-04-02": true, "2026-04-03": false, "2026-04-05": false} {
		p, c := baseline(t)
		on(p, day)
		err := p.StartPhase(ctx, p.Owner, c.Experiment, models.StepInput{Kind: "intervention", Start: week5, Weeks: "4"})
		if good {
			must(t, err)
			continue
		}
		wantField(t, err, "start")
		must(t, p.StartPhase(ctx, p.Owner, c.Experiment, models.StepInput{Kind: "intervention", Start: week6, Weeks: "4"}))
	}
}

func TestStartPhase_order(t *testing.T) {
	t.Parallel()
	p, c := baseline(t)
	start := func(in models.StepInput) error { return p.StartPhase(ctx, p.Owner, c.Experiment, in) }
	wantConflict(t, start(models.StepInput{Kind: "intervention", Start: week1, Weeks: "4"}), "later week") // the baseline's own
	wantConflict(t, start(step(week2)), "nothing to step up from")
	wantConflict(t, start(models.StepInput{Kind: "follow_up", Start: week2, Weeks: "3"}), "nothing to follow up")
	wantConflict(t, start(models.StepInput{Kind: "weekly", Start: week2, Weeks: "3"}), "nothing to follow up")
	wantKind(t, start(models.StepInput{Kind: "baseline", Start: week2, Weeks: "4"}), models.NotFound)
	wantKind(t, start(models.StepInput{Start: week2, Weeks: "4"}), models.NotFound)
	must(t, start(models.StepInput{Kind: "intervention", Start: week5, Weeks: "4"}))
	wantConflict(t, start(models.StepInput{Kind: "intervention", Start: week6, Weeks: "4"}), "started already")
	wantConflict(t, start(step(week5)), "later week")
	on(p, week6)
	must(t, p.EndExperiment(ctx, p.Owner, c.Experiment, models.EndInput{LastWeek: week6, Reason: "Over."}))
	wantConflict(t, start(step(week7)), "does not run")
}

func TestStartPhase_lengths(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	on(p, week6)
	for kind, lengths := range map[string][]string{
		"step_up": {"", "3", "7", "4.5"}, "hold": {"", "0", "13"}, "follow_up": {"", "0", "13"}, "weekly": {"", "0", "13", "-1"},
	} {
		for _, weeks := range lengths {
			in := step(week7)
			in.Kind, in.Weeks = kind, weeks
			wantField(t, p.StartPhase(ctx, p.Owner, c.Experiment, in), "weeks")
		}
	}
	p, c = baseline(t)
	for _, weeks := range []string{"", "3", "7"} {
		wantField(t, p.StartPhase(ctx, p.Owner, c.Experiment, models.StepInput{Kind: "intervention", Start: week5, Weeks: weeks}), "weeks")
	}
}

func TestStartPhase_stepUp(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, field string // the field to mend, empty when the step is good
		change      func(*models.StepInput)
	}{
		{"a higher dose", "", func(*models.StepInput) {}},
		{"the same dose", "dose", func(in *models.StepInput) { in.Dose = "2" }},
		{"a lower dose", "dose", func(in *models.StepInput) { in.Dose = "1" }},
		{"no dose", "dose", func(in *models.StepInput) { in.Dose = "" }},
		{"a dose of fifteen", "dose", func(in *models.StepInput) { in.Dose = "15" }},
		{"no kind of step", "change", func(in *models.StepInput) { in.Change = "" }},
		{"a kind that is not offered", "change", func(in *models.StepInput) { in.Change = "all" }},
		{"a better quality", "", func(in *models.StepInput) { in.Change, in.Dose, in.CountsIf = "quality", "2", "Ten minutes." }},
		{"a quality as before", "counts_if", func(in *models.StepInput) { in.Change, in.Dose = "quality", "2" }},
		{"both", "", func(in *models.StepInput) { in.Change, in.CountsIf = "dose_quality", "Ten minutes." }},
		{"both, with the dose as before", "dose", func(in *models.StepInput) { in.Change, in.Dose, in.CountsIf = "dose_quality", "2", "Ten minutes." }},
		{"both, with the quality as before", "counts_if", func(in *models.StepInput) { in.Change = "dose_quality" }},
		{"another act", "", func(in *models.StepInput) {
			in.Change, in.Dose, in.Behaviour, in.Label = "behaviour", "1", "Cook dinner", "cook dinner"
		}},
		{"the same act as another", "behaviour", func(in *models.StepInput) { in.Change = "behaviour" }},
		{"more often, of another act", "behaviour", func(in *models.StepInput) { in.Behaviour = "Cook dinner" }},
		{"more often, counted otherwise", "counts_if", func(in *models.StepInput) { in.CountsIf = "Ten minutes." }},
		{"a better quality, more often", "dose", func(in *models.StepInput) { in.Change, in.CountsIf = "quality", "Ten minutes." }},
		{"no act", "behaviour", func(in *models.StepInput) { in.Behaviour = "" }},
		{"no name on the form", "label", func(in *models.StepInput) { in.Label = "" }},
		{"no word on what counts", "counts_if", func(in *models.StepInput) { in.CountsIf = "" }},
		{"no word on what does not count", "not_counts_if", func(in *models.StepInput) { in.NotCountsIf = "" }},
		{"a criterion of eleven", "criterion", func(in *models.StepInput) { in.Criterion = "11" }},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			p, c := intervention(t)
			on(p, week8)
			in := step(week9)
			row.change(&in)
			err := p.StartPhase(ctx, p.Owner, c.Experiment, in)
			if row.field != "" {
				wantField(t, err, row.field)
				wantLook(t, p, "2", `SELECT count(*) FROM phases`)
				return
			}
			must(t, err)
			wantLook(t, p, "B2 "+in.Change+" "+in.Dose+" "+in.Behaviour+" "+in.CountsIf, `SELECT name, change, dose, behaviour, counts_if FROM phases WHERE start_week = $1`, week9)
			// What was before stays as it was.
			wantLook(t, p, "2 Ask about the day Asked and listened for five minutes.", `SELECT dose, behaviour, counts_if FROM phases WHERE name = 'B1'`)
		})
	}
}

func TestExtendPhase(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	extend := func() error { return p.ExtendPhase(ctx, p.Owner, c.Experiment, models.Submission{}) }
	must(t, extend())
	must(t, extend())
	wantConflict(t, extend(), "as long as it may be")
	wantLook(t, p, "6", `SELECT weeks FROM phases WHERE kind = 'intervention'`)

	p, c = intervention(t)
	on(p, "2026-05-03") // the Sunday of the week that would be added
	must(t, extend())
	on(p, "2026-05-11") // a week after that
	wantConflict(t, extend(), "is over")

	p, c = intervention(t)
	on(p, "2026-05-04")
	wantConflict(t, extend(), "is over")
	must(t, p.StartPhase(ctx, p.Owner, c.Experiment, models.StepInput{Kind: "hold", Start: "2026-05-04", Weeks: "2"}))
	wantConflict(t, extend(), "as long as it may be")
	must(t, p.EndExperiment(ctx, p.Owner, c.Experiment, models.EndInput{LastWeek: "2026-05-04", Reason: "Over."}))
	wantConflict(t, extend(), "does not run")

	p, c = baseline(t)
	must(t, extend())
	wantLook(t, p, "5", `SELECT weeks FROM phases`)
}

func TestExtendPhase_movesTheLastQuestions(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	on(p, models.Week(week8).Sunday())
	asks := func() (guess, call bool) {
		t.Helper()
		f, _, err := p.ForClient().OpenForm(ctx, c.Client)
		must(t, err)
		h, _, err := p.PartnerForm(ctx, c.Partner)
		must(t, err)
		return f.AsksGuess, h.AsksCall
	}
	if guess, call := asks(); !guess || !call {
		t.Errorf("in the last week: guess %t, call %t", guess, call)
	}
	must(t, p.ExtendPhase(ctx, p.Owner, c.Experiment, models.Submission{}))
	if guess, call := asks(); guess || call {
		t.Errorf("in the last but one week: guess %t, call %t", guess, call)
	}
	on(p, models.Week(week9).Sunday())
	if guess, call := asks(); !guess || !call {
		t.Errorf("in the new last week: guess %t, call %t", guess, call)
	}
}

func TestHold_hasNoForms(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	on(p, week6)
	must(t, p.StartPhase(ctx, p.Owner, c.Experiment, models.StepInput{Kind: "hold", Start: week7, Weeks: "3"}))
	wantLook(t, p, "  <nil>", `SELECT behaviour, label, dose FROM phases WHERE kind = 'hold'`)
	on(p, models.Week(week8).Sunday())
	_, open, err := p.ForClient().OpenForm(ctx, c.Client)
	_, open2, err2 := p.PartnerForm(ctx, c.Partner)
	if err != nil || err2 != nil || open || open2 {
		t.Errorf("a form is open in a hold: %t, %t, %v, %v", open, open2, err, err2)
	}
	wantConflict(t, p.ForClient().SubmitCheckin(ctx, c.Client, checkin(week8)), "no form")
	wantConflict(t, p.SubmitPartnerReport(ctx, c.Partner, report(week8)), "no form")
	wantConflict(t, p.ForClient().NoteOccurrence(ctx, c.Client, sub("a")), "No plan runs")
	// After it the plan goes on from where it was.
	must(t, p.StartPhase(ctx, p.Owner, c.Experiment, step(week9)))
	wantLook(t, p, "B2 4", `SELECT name, dose FROM phases WHERE start_week = $1`, week9)
}

// forms lists, from a first week on, the weeks whose forms both are open on
// their Sunday, with ! for those that ask for her call.
func forms(t *testing.T, p *modelstest.Practice, c *modelstest.Couple, from models.Week, n int) (list string) {
	t.Helper()
	for w := from; w < from.Add(n); w = w.Add(1) {
		on(p, w.Sunday())
		_, his, err := p.ForClient().OpenForm(ctx, c.Client)
		must(t, err)
		f, hers, err := p.PartnerForm(ctx, c.Partner)
		must(t, err)
		if his != hers {
			t.Errorf("in %s his form is open: %t, hers: %t", w, his, hers)
		}
		switch {
		case hers && f.AsksCall:
			list += "!"
		case hers:
			list += "+"
		default:
			list += "-"
		}
	}
	return list
}

func TestFollowUp_everyFourthWeekWithTheCall(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	if got := forms(t, p, c, week5, 5); got != "+++!-" {
		t.Errorf("B1 of four weeks asks in %s", got)
	}
	on(p, week9)
	must(t, p.StartPhase(ctx, p.Owner, c.Experiment, models.StepInput{Kind: "follow_up", Start: week9, Weeks: "3"}))
	wantLook(t, p, "follow_up Follow-up 12 12 4 2", `SELECT kind, name, weeks, most_weeks, every, dose FROM phases WHERE start_week = $1`, week9)
	if got := forms(t, p, c, week9, 10); got != "---!---!--" {
		t.Errorf("a monthly follow-up asks in %s", got)
	}
	// Two months on, back to every week.
	back := models.Week(week9).Add(10)
	on(p, back.Monday())
	must(t, p.StartPhase(ctx, p.Owner, c.Experiment, models.StepInput{Kind: "weekly", Start: string(back), Weeks: "3"}))
	wantLook(t, p, "10", `SELECT weeks FROM phases WHERE start_week = $1`, week9)
	if got := forms(t, p, c, back, 4); got != "++!-" {
		t.Errorf("a weekly follow-up asks in %s", got)
	}
}

func TestEndExperiment_cutsThePhase(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	on(p, week6)
	end := func(week, reason string) error {
		return p.EndExperiment(ctx, p.Owner, c.Experiment, models.EndInput{LastWeek: week, Reason: reason})
	}
	wantField(t, end(week6, " "), "reason")
	wantField(t, end("2026-04-07", "Over."), "last_week")
	wantField(t, end("2026-03-23", "Over."), "last_week")
	wantField(t, end("2026-12-28", "Over."), "last_week")
	must(t, end(week6, "Over."))
	wantLook(t, p, "4, 2", `SELECT weeks FROM phases ORDER BY start_week`)
	wantLook(t, p, "2026-04-06 Over.", `SELECT ended_week, end_reason FROM experiments`)
	if got := forms(t, p, c, week5, 4); got != "+!--" {
		t.Errorf("after the end forms are asked in %s", got)
	}
	on(p, week6)
	wantConflict(t, end(week7, "Again."), "does not run")
	// His side sees that it ended, never why.
	his, err := p.ForClient().Case(ctx, c.Client)
	if err != nil || his.Experiment.EndedWeek != week6 || his.Experiment.EndReason != "" || his.Experiment.Running() {
		t.Errorf("his experiment is %+v, %v", his.Experiment, err)
	}
}

func TestEndExperiment_losesNoReport(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	on(p, "2026-04-12") // the Sunday of the second week
	must(t, p.ForClient().SubmitCheckin(ctx, c.Client, checkin(week6)))
	must(t, p.SubmitPartnerReport(ctx, c.Partner, report(week6)))
	// Once the forms of a week are open, the experiment cannot end before it.
	wantField(t, p.EndExperiment(ctx, p.Owner, c.Experiment, models.EndInput{LastWeek: week5, Reason: "Over."}), "last_week")
	must(t, p.EndExperiment(ctx, p.Owner, c.Experiment, models.EndInput{LastWeek: week6, Reason: "Over."}))
	r, err := p.Review(ctx, p.Owner, c.Experiment)
	must(t, err)
	if weeks := r.Phases[1].Weeks; len(weeks) != 2 || weeks[1].Checkin == nil || weeks[1].Report == nil {
		t.Errorf("the review has %+v", weeks)
	}
	p, c = intervention(t)
	on(p, "2026-04-09") // a Thursday: this week's are not open yet
	must(t, p.EndExperiment(ctx, p.Owner, c.Experiment, models.EndInput{LastWeek: week5, Reason: "Over."}))
}

func TestEndExperiment_beforeAPhaseThatHasNotBegun(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	on(p, week6)
	must(t, p.StartPhase(ctx, p.Owner, c.Experiment, step(week9)))
	must(t, p.EndExperiment(ctx, p.Owner, c.Experiment, models.EndInput{LastWeek: week6, Reason: "Stop now."}))
	wantLook(t, p, "baseline Baseline 2026-03-02 4 <nil>, intervention B1 2026-03-30 2 2", phaseRows)
}
