package models_test

import (
	"slices"
	"testing"

	"enough/models"
	"enough/models/modelstest"
)

// eightWeeks lives a baseline and an intervention of four weeks; the partner
// reports every week but the second, and comes late in the third.
func eightWeeks(t *testing.T) (*modelstest.Practice, *modelstest.Couple) {
	t.Helper()
	p := modelstest.Open(t)
	c := p.Couple(t, p.Owner, "ann").Start(t)
	for i, leaving := range []string{"8", "", "7", "9", "6", "5", "4", "4"} {
		if i == 4 {
			c.Intervene(t)
		}
		p.Sunday()
		if i == 2 {
			p.NextMonday()
		}
		if leaving != "" {
			c.Report(t, models.PartnerReportInput{Tension: "5", Leaving: leaving})
		}
		if i != 2 && i != 7 {
			p.NextMonday()
		}
	}
	return p, c
}

func guess(t *testing.T, p *modelstest.Practice, c *modelstest.Couple, saw string) models.GuessInput {
	t.Helper()
	m, err := p.Masked(ctx, p.Owner, c.Experiment)
	must(t, err)
	return models.GuessInput{Saw: saw, Version: m.Version, Submission: models.Submission{ID: "one"}}
}

func TestMasked_isARunOfWeeksAndNothingElse(t *testing.T) {
	t.Parallel()
	p, c := eightWeeks(t)
	m, err := p.Masked(ctx, p.Owner, c.Experiment)
	must(t, err)
	if m.Item != models.ItemLeaving || m.Later || m.Answer != nil || !slices.Equal(m.Starts, []int{4, 5, 6}) {
		t.Errorf("the run is %+v", m)
	}
	for i, want := range []int{8, -1, 7, 9, 6, 5, 4, 4} {
		if got := m.Scores[i]; (got == nil) != (want < 0) || got != nil && *got != want {
			t.Errorf("week %d: %v, wanted %d", i+1, got, want)
		}
	}
	// What comes after the first intervention is no part of the run.
	p.NextMonday()
	must(t, p.StartPhase(ctx, p.Owner, c.Experiment, models.StepInput{Kind: "weekly", Start: string(p.Week()), Weeks: "2"}))
	p.Sunday()
	c.Report(t, models.PartnerReportInput{Tension: "5", Leaving: "1"})
	if m, err = p.Masked(ctx, p.Owner, c.Experiment); err != nil || len(m.Scores) != 8 || !m.Later {
		t.Errorf("with a follow-up the run has %d weeks, left out %v, %v", len(m.Scores), m.Later, err)
	}
}

func TestMasked_tooShort(t *testing.T) {
	t.Parallel()
	p, c := baseline(t)
	for _, at := range []models.Day{week4, models.Week(week6).Sunday()} {
		if at != week4 {
			on(p, week5)
			c.Intervene(t)
		}
		on(p, at)
		m, err := p.Masked(ctx, p.Owner, c.Experiment)
		if err != nil || len(m.Starts) > 0 {
			t.Errorf("on %s the weeks offered are %v, %v", at, m.Starts, err)
		}
		wantConflict(t, p.Guess(ctx, p.Owner, c.Experiment, guess(t, p, c, "4")), "too few weeks")
	}
	on(p, models.Week(week7).Sunday())
	if m, err := p.Masked(ctx, p.Owner, c.Experiment); err != nil || !slices.Equal(m.Starts, []int{4, 5}) {
		t.Errorf("with three weeks on each side the weeks offered are %v, %v", m.Starts, err)
	}
}

func TestGuess_theFirstStands(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		saw   string
		kept  models.Guess
		right bool
	}{
		{"5", models.Guess{Week: 5, Saw: "week", Weeks: 8, On: "2026-04-26"}, true},
		{"6", models.Guess{Week: 6, Saw: "week", Weeks: 8, On: "2026-04-26"}, false},
		{models.SawNoChange, models.Guess{Saw: models.SawNoChange, Weeks: 8, On: "2026-04-26"}, false},
		{models.SawAnswer, models.Guess{Saw: models.SawAnswer, Weeks: 8, On: "2026-04-26"}, false},
	} {
		t.Run(row.saw, func(t *testing.T) {
			t.Parallel()
			p, c := eightWeeks(t)
			first := guess(t, p, c, row.saw)
			must(t, p.Guess(ctx, p.Owner, c.Experiment, first))
			must(t, p.Guess(ctx, p.Owner, c.Experiment, first)) // sent twice by a bad connection
			other := first
			other.Saw = "4"
			wantConflict(t, p.Guess(ctx, p.Owner, c.Experiment, other), "was sent before")
			other.Submission.ID = "two"
			wantConflict(t, p.Guess(ctx, p.Owner, c.Experiment, other), "first answer stands")
			other.Submission.ID = ""
			wantConflict(t, p.Guess(ctx, p.Owner, c.Experiment, other), "first answer stands")
			m, err := p.Masked(ctx, p.Owner, c.Experiment)
			must(t, err)
			x := m.Answer
			if x == nil || x.Guess != row.kept || x.Began != 5 || x.BeganOn != week5 || x.Right() != row.right || x.Among() != 3 {
				t.Errorf("the answer is %+v", x)
			}
			if n := look(t, p, `SELECT count(*) FROM masked_guesses`) + " " + look(t, p, `SELECT count(*) FROM audit WHERE action = 'unlabelled series answered' AND case_id = $1`, c.CaseID); n != "1 1" {
				t.Errorf("rows and audit rows: %s", n)
			}
		})
	}
}

func TestGuess_isFrozenWithItsWeeks(t *testing.T) {
	t.Parallel()
	p, c := baseline(t)
	on(p, week5)
	c.Intervene(t)
	on(p, models.Week(week7).Sunday())
	must(t, p.Guess(ctx, p.Owner, c.Experiment, guess(t, p, c, "4")))
	on(p, models.Week(week8).Sunday())
	m, err := p.Masked(ctx, p.Owner, c.Experiment)
	if err != nil || len(m.Scores) != 7 || !m.Later || m.Answer.Weeks != 7 || m.Answer.Among() != 2 {
		t.Errorf("a week later the run has %d weeks, the answer is %+v, %v", len(m.Scores), m.Answer, err)
	}
}

func TestGuess_wrong(t *testing.T) {
	t.Parallel()
	p, c := eightWeeks(t)
	for _, saw := range []string{"", "0", "3", "7", "8", "-4", "4.5", "week", "none"} {
		wantField(t, p.Guess(ctx, p.Owner, c.Experiment, guess(t, p, c, saw)), "saw")
	}
	stale := guess(t, p, c, "4")
	c.Report(t, models.PartnerReportInput{Tension: "5", Leaving: "2", Version: "1"})
	wantConflict(t, p.Guess(ctx, p.Owner, c.Experiment, stale), "has changed")
	if n := look(t, p, `SELECT count(*) FROM masked_guesses`); n != "0" {
		t.Errorf("%s guesses are kept", n)
	}
}

func TestGuess_onlyTheCasesTherapist(t *testing.T) {
	t.Parallel()
	p, c := eightWeeks(t)
	sam := p.Therapist(t, "sam")
	for _, v := range []models.Viewer{{}, sam, c.Client, c.Partner} {
		_, err := p.Masked(ctx, v, c.Experiment)
		_, none := p.Masked(ctx, v, "nothing")
		wantKind(t, err, models.NotFound)
		wantSame(t, err, none)
		// Access comes before the input.
		wantKind(t, p.Guess(ctx, v, c.Experiment, models.GuessInput{Saw: "99"}), models.NotFound)
	}
}
