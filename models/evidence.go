package models

import "enough/models/singlecase"

// Evidence is how sure one can be that the primary outcome moved, between the
// baseline and the judged intervention, by more than weeks do. It never says why.
// It is read once, at the planned end, always over all reports, and is the
// therapist's alone.
type Evidence struct {
	singlecase.Evidence
	Outcome string           // ItemConflict or ItemLeaving
	A, B    singlecase.Phase // the baseline and the intervention, by the names that sentences use
	// Worthwhile is the smallest change worth having, in points of an average.
	Worthwhile float64
	Extended   int // weeks by which the intervention became longer than it was planned
	Step       int // 1 for the first intervention that is compared with this baseline
}

// Evidence gives the evidence on the judged intervention. It is false when there
// is none, or no baseline to compare it with.
func (r Review) Evidence() (Evidence, bool) {
	a, p, ok := r.Compared()
	if !ok {
		return Evidence{}, false
	}
	item := p.Phase.Outcome
	e := Evidence{Outcome: item, A: r.compared(a, item), B: r.compared(p, item), Worthwhile: p.Phase.SomeChange, Extended: max(0, p.Phase.Weeks-p.Phase.PlannedWeeks)}
	for _, other := range r.Phases {
		if other.Phase.Kind == Intervention && other.Phase.Start <= p.Phase.Start {
			e.Step++
		}
	}
	terms := singlecase.Terms{Worthwhile: e.Worthwhile, Ended: r.over(p) && p.Phase.Weeks >= p.Phase.PlannedWeeks}
	if a1, b1, a2, b2, ok := r.Reversal(); ok && b2.Phase.ID == p.Phase.ID {
		e.Evidence = singlecase.JudgeReversal(r.compared(a1, item), r.compared(b1, item), r.compared(a2, item), r.compared(b2, item), terms)
	} else {
		e.Evidence = singlecase.Judge(e.A, e.B, terms)
	}
	return e, true
}

// Compared gives the baseline and the judged intervention. It is false where
// Evidence is.
func (r Review) Compared() (a, b PhaseReview, ok bool) {
	b, ok = r.Judged()
	if !ok || r.Phases[0].Phase.Kind != Baseline {
		return a, b, false
	}
	return r.Phases[0], b, true
}

// compared is a series whose weeks are those in which a report was planned.
func (r Review) compared(p PhaseReview, item string) singlecase.Phase {
	s := r.Series(p, item)
	s.Weeks = p.PlannedReports()
	return s
}

// over says whether the end of a phase is reached: with the report of its last
// week, or with that week.
func (r Review) over(p PhaseReview) bool {
	for _, w := range p.Weeks {
		if w.Given() != nil && w.Week == p.Phase.LastWeek() {
			return true
		}
	}
	return r.Today > p.Phase.LastWeek().Sunday()
}

// PlannedReports counts the reports that a whole phase asks of the partner. A week that
// was excused, or in which the reports rest by agreement, counts only when there
// is one, be it left out or set aside.
func (p PhaseReview) PlannedReports() int {
	n := len(p.Phase.Asked())
	for _, w := range p.Weeks {
		if p.Phase.AsksIn(w.Week) && (w.Excused || w.Resting) && w.Report == nil && !w.LeftOut && w.Aside == nil {
			n--
		}
	}
	return n
}
