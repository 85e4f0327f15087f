package models

import "enough/models/singlecase"

// Series gives the partner's answers to one item, ItemConflict or ItemLeaving,
// over the weeks of a phase whose forms have opened. The calendar counts from 1
// at the first week of the experiment. A week without a report, excused or
// resting, between two monthly forms, or with the item skipped is missing and
// keeps its place.
func (r Review) Series(p PhaseReview, item string) singlecase.Phase {
	s := singlecase.Phase{Name: p.Phase.Name, Weeks: len(p.Weeks)}
	if len(r.Phases) == 0 {
		return s
	}
	first := r.Phases[0].Phase.Start
	s.Start = p.Phase.Start.Since(first) + 1
	for _, w := range p.Weeks {
		if answer := w.answer(item); answer != nil {
			s.Points = append(s.Points, singlecase.Point{Week: w.Week.Since(first) + 1, Score: float64(*answer)})
		}
	}
	return s
}

func (w ReviewWeek) answer(item string) *int {
	switch {
	case w.Report == nil:
		return nil
	case item == ItemLeaving:
		return w.Report.Leaving
	case item == ItemConflict:
		return w.Report.Conflict
	}
	return nil
}
