package models

import "enough/models/singlecase"

// Series gives the partner's answers to one item, ItemConflict or ItemLeaving,
// over the weeks of a phase whose forms have opened. The calendar counts from 1
// at the first week of the experiment. A week without a report, excused or
// resting, set aside, between two monthly forms, or with the item skipped is
// missing and keeps its place. The name is the one that sentences use.
func (r Review) Series(p PhaseReview, item string) singlecase.Phase {
	s := singlecase.Phase{Name: p.Phase.Name, Weeks: len(p.Weeks)}
	if p.Phase.Kind == Baseline {
		s.Name = "the baseline"
	}
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

// AtDose counts the weeks with an entry of the client's in which the act was done
// as often as planned or more often.
func (p PhaseReview) AtDose() (k, of int) {
	for _, w := range p.Weeks {
		if w.Checkin != nil && w.Checkin.Done != nil && p.Phase.Dose != nil {
			of++
			if *w.Checkin.Done >= *p.Phase.Dose {
				k++
			}
		}
	}
	return k, of
}

// AtTarget counts the answers to the primary outcome that lie at or below the
// mark of the phase. Both are zero without a mark.
func (r Review) AtTarget(p PhaseReview) (k, of int) {
	if p.Mark == nil {
		return 0, 0
	}
	for _, score := range r.Series(p, p.Phase.Outcome).Scores() {
		of++
		if score <= *p.Mark+tie {
			k++
		}
	}
	return k, of
}

// DrawnAmong lists the start weeks among which that of the judged intervention
// was drawn, counted from 1 at the first week of the experiment. It is empty
// unless the first intervention is judged and began in the week that was drawn.
func (r Review) DrawnAmong() (weeks []int) {
	p, ok := r.Judged()
	if !ok || r.Experiment.DrawLatest == nil || p.Phase.Start != r.Experiment.DrawnWeek {
		return nil
	}
	for week := earliestDrawn; week <= *r.Experiment.DrawLatest; week++ {
		weeks = append(weeks, week)
	}
	return weeks
}
