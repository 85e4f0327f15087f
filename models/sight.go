package models

import (
	"slices"

	"enough/models/singlecase"
)

// SightInput is what the plan's form says of its length and its criterion, as
// typed, and how many of the weekly reports are assumed to come back.
type SightInput struct {
	CriterionKind, Criterion           string
	BaselineWeeks, PhaseWeeks, DrawnBy string // not read once the experiment has started
	Completion                         string // per cent: 100, 90, 75 or 60; empty for 75
}

// Sight is what a plan can see. The chances are those of simulated couples; see
// [singlecase.Design].
type Sight struct {
	Baselines     []int  // weeks: one length, or each that the draw can give, all as likely
	PhaseWeeks    int    // of the intervention
	PhaseName     string // of the intervention if it has begun
	CriterionKind string // level or drop
	Criterion     int
	Completion    int     // per cent
	Worthwhile    float64 // points that count as some change; the figures are for 1
	singlecase.Sight
	Unlabelled []int     // those of Baselines with which the evidence never has a label
	Longer     []SightAt // other lengths, when none has a label and they can still be chosen
}

// SightAt is what a plan could see with other lengths and all else as it is.
type SightAt struct {
	BaselineWeeks, PhaseWeeks int
	singlecase.Sight
}

// Sight tries the plan as it is typed, with the lengths of its phases once it
// has started. The thresholds are the practice's. With anything to mend there is
// no sight.
func (e Experiment) Sight(phases []Phase, in SightInput, practice Thresholds) (Sight, FieldErrors) {
	var r reading
	s := Sight{Worthwhile: practice.SomeChange}
	s.CriterionKind = r.needChoice("criterion_kind", in.CriterionKind, "level", "drop")
	least := 0
	if s.CriterionKind == "drop" {
		least = practice.LeastDrop
	}
	s.Criterion = r.needNumber("criterion", in.Criterion, least, 10)
	if e.Started && len(phases) > 0 {
		s.lengthsOf(e, phases)
	} else {
		s.readLengths(&r, in)
	}
	s.Completion = map[string]int{"100": 100, "90": 90, "75": 75, "60": 60}[r.choice("completion", in.Completion, "75", "100", "90", "75", "60")]
	if len(r.bad) > 0 {
		return Sight{}, r.bad
	}
	for _, weeks := range s.Baselines {
		one := s.try(weeks, s.PhaseWeeks)
		s.add(one, 1/float64(len(s.Baselines)))
		if one.CannotTell == 1 {
			s.Unlabelled = append(s.Unlabelled, weeks)
		}
	}
	if len(s.Unlabelled) == len(s.Baselines) && !e.Started {
		for _, weeks := range []int{5, 6} {
			a, b := max(slices.Max(s.Baselines), weeks), max(s.PhaseWeeks, weeks)
			s.Longer = append(s.Longer, SightAt{a, b, s.try(a, b)})
		}
	}
	return s, nil
}

// lengthsOf takes the lengths of the baseline and of the newest intervention, or
// of the one that is planned.
func (s *Sight) lengthsOf(e Experiment, phases []Phase) {
	s.Baselines, s.PhaseWeeks = []int{phases[0].Weeks}, *e.PhaseWeeks
	for _, p := range phases {
		if p.Kind == Intervention {
			s.PhaseWeeks, s.PhaseName, s.Worthwhile = p.Weeks, p.Name, p.SomeChange
		}
	}
}

// readLengths reads the lengths of a draft. A drawn start alone says how long
// the baseline is.
func (s *Sight) readLengths(r *reading, in SightInput) {
	latest := r.number("draw_latest", in.DrawnBy, 5, 7)
	if latest != nil {
		for weeks := earliestDrawn - 1; weeks < *latest; weeks++ {
			s.Baselines = append(s.Baselines, weeks)
		}
	} else {
		s.Baselines = []int{r.needNumber("baseline_weeks", in.BaselineWeeks, 3, mostWeeks)}
	}
	s.PhaseWeeks = r.needNumber("phase_weeks", in.PhaseWeeks, 4, mostWeeks)
}

func (s *Sight) try(baseline, phase int) singlecase.Sight {
	return singlecase.Design{Baseline: baseline, Phase: phase, Completion: float64(s.Completion) / 100,
		Drop: s.CriterionKind == "drop", Points: s.Criterion}.Sight()
}

// add counts a design by its share of the draw.
func (s *Sight) add(one singlecase.Sight, share float64) {
	s.TooEarly += share * one.TooEarly
	s.CannotTell += share * one.CannotTell
	for drop := range s.Drops {
		s.Drops[drop].Met += share * one.Drops[drop].Met
		s.Drops[drop].Better += share * one.Drops[drop].Better
	}
}
