package models_test

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"enough/models"
	"enough/models/singlecase"
)

var drop2 = models.SightInput{CriterionKind: "drop", Criterion: "2", BaselineWeeks: "6", PhaseWeeks: "6"}

// sees gives what a plan that has not begun can see.
func sees(t *testing.T, in models.SightInput) models.Sight {
	t.Helper()
	s, bad := models.Experiment{}.Sight(nil, in, models.DefaultThresholds)
	if bad != nil {
		t.Fatalf("to mend: %v", bad)
	}
	return s
}

func TestExperimentSight_triesWhatIsTyped(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		in   models.SightInput
		want singlecase.Design
	}{
		{drop2, singlecase.Design{Baseline: 6, Phase: 6, Completion: .75, Drop: true, Points: 2}},
		{models.SightInput{CriterionKind: "level", Criterion: " 0 ", BaselineWeeks: "3", PhaseWeeks: "4", Completion: "60"}, singlecase.Design{Baseline: 3, Phase: 4, Completion: .6}},
		{models.SightInput{CriterionKind: "level", Criterion: "10", BaselineWeeks: "5", PhaseWeeks: "6", Completion: "100"}, singlecase.Design{Baseline: 5, Phase: 6, Completion: 1, Points: 10}},
	} {
		s := sees(t, row.in)
		if s.Sight != row.want.Sight() {
			t.Errorf("%+v sees %+v, the design %+v", row.in, s.Sight, row.want.Sight())
		}
	}
}

// A draw alone says how long the baseline is, each length as likely.
func TestExperimentSight_drawn(t *testing.T) {
	t.Parallel()
	in := drop2
	in.DrawnBy, in.BaselineWeeks = "7", ""
	s := sees(t, in)
	if !slices.Equal(s.Baselines, []int{3, 4, 5, 6}) || !slices.Equal(s.Unlabelled, []int{3, 4}) || len(s.Longer) != 0 {
		t.Errorf("baselines %v, without a label %v, longer %v", s.Baselines, s.Unlabelled, s.Longer)
	}
	early, met := 0., 0.
	for _, weeks := range s.Baselines {
		one := singlecase.Design{Baseline: weeks, Phase: 6, Completion: .75, Drop: true, Points: 2}.Sight()
		early += one.TooEarly / 4
		met += one.Drops[2].Met / 4
	}
	if math.Abs(s.TooEarly-early) > 1e-9 || math.Abs(s.Drops[2].Met-met) > 1e-9 {
		t.Errorf("too early %.4f, met %.4f; the averages are %.4f and %.4f", s.TooEarly, s.Drops[2].Met, early, met)
	}
}

func TestExperimentSight_longer(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		baseline, phase, drawn string
		want                   [][2]int
	}{
		{"4", "4", "", [][2]int{{5, 5}, {6, 6}}}, {"6", "4", "", [][2]int{{6, 5}, {6, 6}}}, {"3", "6", "", [][2]int{{5, 6}, {6, 6}}},
		{"6", "6", "5", [][2]int{{5, 6}, {6, 6}}}, {"5", "5", "", nil},
	} {
		in := models.SightInput{CriterionKind: "drop", Criterion: "2", BaselineWeeks: row.baseline, PhaseWeeks: row.phase, DrawnBy: row.drawn}
		s := sees(t, in)
		var got [][2]int
		for _, l := range s.Longer {
			got = append(got, [2]int{l.BaselineWeeks, l.PhaseWeeks})
			if want := (singlecase.Design{Baseline: l.BaselineWeeks, Phase: l.PhaseWeeks, Completion: .75, Drop: true, Points: 2}).Sight(); l.Sight != want {
				t.Errorf("%+v: %d and %d weeks see %+v, want %+v", row, l.BaselineWeeks, l.PhaseWeeks, l.Sight, want)
			}
		}
		if !reflect.DeepEqual(got, row.want) {
			t.Errorf("%+v: longer ones are %v", row, got)
		}
	}
}

// Once it has started, its own phases say how long they are.
func TestExperimentSight_started(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	look := func() models.Sight {
		t.Helper()
		e, phases, err := p.Experiment(ctx, p.Owner, c.Experiment)
		must(t, err)
		s, bad := e.Sight(phases, models.SightInput{CriterionKind: "level", Criterion: "4", BaselineWeeks: "9", PhaseWeeks: "x", DrawnBy: "7"}, models.Thresholds{SomeChange: 3, LeastDrop: 2})
		if bad != nil {
			t.Fatalf("to mend: %v", bad)
		}
		return s
	}
	s := look()
	if !slices.Equal(s.Baselines, []int{4}) || s.PhaseWeeks != 4 || s.PhaseName != "B1" || s.Worthwhile != 1 || len(s.Longer) != 0 {
		t.Errorf("%+v", s)
	}
	must(t, p.ExtendPhase(ctx, p.Owner, c.Experiment, models.Submission{}))
	if s := look(); s.PhaseWeeks != 5 {
		t.Errorf("after a week more the phase has %d", s.PhaseWeeks)
	}
	on(p, week6)
	must(t, p.StartPhase(ctx, p.Owner, c.Experiment, step(week8)))
	if s := look(); s.PhaseWeeks != 4 || s.PhaseName != "B2" {
		t.Errorf("after a step up: %s of %d weeks", s.PhaseName, s.PhaseWeeks)
	}

	p, c = baseline(t)
	if s = look(); !slices.Equal(s.Baselines, []int{4}) || s.PhaseWeeks != 4 || s.PhaseName != "" || s.Worthwhile != 3 {
		t.Errorf("in the baseline: %+v", s)
	}
}

func TestExperimentSight_toMend(t *testing.T) {
	t.Parallel()
	rubbish := []string{"-1", "+4", "7.0", "4,5", "1e1", "٤", "x", "99999999999999999999", "\x00", "\xff"}
	set := map[string]func(*models.SightInput, string){
		"criterion_kind": func(in *models.SightInput, s string) { in.CriterionKind = s }, "criterion": func(in *models.SightInput, s string) { in.Criterion = s },
		"baseline_weeks": func(in *models.SightInput, s string) { in.BaselineWeeks = s }, "phase_weeks": func(in *models.SightInput, s string) { in.PhaseWeeks = s },
		"draw_latest": func(in *models.SightInput, s string) { in.DrawnBy = s }, "completion": func(in *models.SightInput, s string) { in.Completion = s },
	}
	for field, more := range map[string][]string{"criterion_kind": {""}, "criterion": {"", "1", "11"}, "baseline_weeks": {"", "2", "7"}, "phase_weeks": {"", "3", "7"},
		"draw_latest": {"4", "8"}, "completion": {"0", "55", "75 %", "0.75", "101"}} {
		for _, value := range append(more, rubbish...) {
			in := drop2
			set[field](&in, value)
			s, bad := models.Experiment{}.Sight(nil, in, models.DefaultThresholds)
			if len(bad) != 1 || !strings.HasSuffix(bad[field], ".") || !reflect.DeepEqual(s, models.Sight{}) {
				t.Errorf("%s = %q: %v, %+v", field, value, bad, s)
			}
		}
	}
	strict := models.DefaultThresholds
	strict.LeastDrop = 3
	if _, bad := (models.Experiment{}).Sight(nil, drop2, strict); bad["criterion"] != "Enter a whole number from 3 to 10." {
		t.Errorf("a drop of 2 where 3 is the least: %v", bad)
	}
	_, bad := models.Experiment{}.Sight(nil, models.SightInput{}, models.DefaultThresholds)
	if len(bad) != 4 {
		t.Errorf("of an empty form: %v", bad)
	}
}
