package models

import "context"

// Kinds of phase.
const (
	Baseline     = "baseline"
	Intervention = "intervention"
	Withdrawal   = "withdrawal" // the act rests for a while, to see whether what changed goes back
	Hold         = "hold"
	FollowUp     = "follow_up"
)

// mostWeeks is the longest that a baseline or an intervention may run.
const mostWeeks = 6

// Phase is a run of whole weeks under one plan. It has its own copy of what was
// agreed, so that a later step changes nothing before it.
type Phase struct {
	ID, ExperimentID, CaseID string
	Kind                     string
	Name                     string // Baseline, B1, B2 …, A2, A3 …, Hold, Follow-up
	Start                    Week
	Weeks                    int    // planned, with every extension
	MostWeeks                int    // the planned range runs from Weeks to this
	Every                    int    // forms every so many weeks: 1, or 4 in a monthly follow-up
	Change                   string // what the step changed: dose, quality or behaviour; resume after a withdrawal, when nothing did
	Behaviour                string
	Label                    string // the partner's form; empty on the client's side
	CountsIf, NotCountsIf    string
	Dose                     *int
	Outcome, CriterionKind   string
	Criterion                int

	// The rest stays out of the client's store. PlannedWeeks is the length with
	// which the phase began; the thresholds are the practice's of that day.
	PlannedWeeks            int
	SomeChange, WorseChange float64 // points of an average
	FairDose                int     // per cent
}

// LastWeek is the last planned week of the phase.
func (p Phase) LastWeek() Week { return p.Start.Add(p.Weeks - 1) }

// Contains says whether a week belongs to the phase.
func (p Phase) Contains(w Week) bool { return p.Start <= w && w <= p.LastWeek() }

// AsksIn says whether the forms of a week of the phase are asked for.
func (p Phase) AsksIn(w Week) bool {
	return p.Kind != Hold && p.Contains(w) && (w.Since(p.Start)+1)%p.Every == 0
}

// Asked lists the weeks of the phase for which the forms are asked.
func (p Phase) Asked() []Week {
	var weeks []Week
	for w := p.Start; w <= p.LastWeek(); w = w.Add(1) {
		if p.AsksIn(w) {
			weeks = append(weeks, w)
		}
	}
	return weeks
}

// CallDue says whether the partner's call belongs to a week: with the last
// report of an intervention, with every monthly report of a follow-up, and with
// the last report of a weekly one.
func (p Phase) CallDue(w Week) bool {
	switch p.Kind {
	case Intervention:
		return w == p.LastWeek()
	case FollowUp:
		return p.AsksIn(w) && (p.Every == 4 || w == p.LastWeek())
	}
	return false
}

// PlanAsked says whether the forms of the phase ask how often the act was done,
// noticed, or made a difference. A withdrawal asks what a baseline asks, so that
// its weeks can be held against those of one.
func (p Phase) PlanAsked() bool { return p.Kind == Intervention || p.Kind == FollowUp }

// phaseOf gives the phase in which a week lies. It is false between phases.
func phaseOf(phases []Phase, w Week) (Phase, bool) {
	for _, p := range phases {
		if p.Contains(w) {
			return p, true
		}
	}
	return Phase{}, false
}

func (t *tx) phases(ctx context.Context, experimentID string) ([]Phase, error) {
	return t.queryPhases(ctx, `experiment_id = $1`, experimentID)
}

// casePhases gives all phases of a case in order, over its experiments.
func (t *tx) casePhases(ctx context.Context, caseID string) ([]Phase, error) {
	return t.queryPhases(ctx, `case_id = $1`, caseID)
}

func (t *tx) queryPhases(ctx context.Context, where, id string) ([]Phase, error) {
	return scanPhases(ctx, t, `SELECT id, experiment_id, case_id, kind, name, start_week, weeks, most_weeks, every, change,
		behaviour, label, counts_if, not_counts_if, dose, outcome, criterion_kind, criterion, planned_weeks, some_change, worse_change, fair_dose
		FROM phases WHERE `+where+` ORDER BY start_week`, id)
}

func scanPhases(ctx context.Context, t *tx, query string, args ...any) ([]Phase, error) {
	rows, err := t.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Phase
	for rows.Next() {
		var p Phase
		x := t.texts("phases", &p.CaseID, &p.ID)
		if err := rows.Scan(&p.ID, &p.ExperimentID, &p.CaseID, &p.Kind, &p.Name, &p.Start, &p.Weeks, &p.MostWeeks, &p.Every, &p.Change,
			x.out("behaviour", &p.Behaviour), x.out("label", &p.Label), x.out("counts_if", &p.CountsIf), x.out("not_counts_if", &p.NotCountsIf), &p.Dose, &p.Outcome, &p.CriterionKind, &p.Criterion,
			&p.PlannedWeeks, &p.SomeChange, &p.WorseChange, &p.FairDose); err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, rows.Err()
}

// experimentToday gives an experiment with its phases and the date, if the
// viewer may open its case.
func (t *tx) experimentToday(ctx context.Context, v Viewer, id string) (e Experiment, phases []Phase, today Day, err error) {
	if e, err = t.experimentOf(ctx, v, id); err != nil {
		return e, nil, "", err
	}
	if phases, err = t.phases(ctx, id); err != nil {
		return e, nil, "", err
	}
	today, err = t.today(ctx)
	return e, phases, today, err
}
