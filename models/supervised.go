package models

import (
	"context"
	"database/sql"
	"errors"
	"strings"
)

// SupervisedCase is a case as its supervisor reads it: numbers and choices alone.
// It holds no name, no text that anybody typed and no date; weeks are counted
// from 1 at the first of the first baseline. Nothing of the flags, of safety and
// of pressure is in it or moves anything in it.
type SupervisedCase struct {
	ID          string
	DaysLeft    int // until the grant ends, 0 on its last day
	Experiments []SupervisedExperiment
}

// SupervisedExperiment is one experiment that has begun.
type SupervisedExperiment struct {
	Number int
	Phases []SupervisedPhase
	// Verdict is what the rule says by the scores, the dose and the partner's call;
	// its Kind is empty before an intervention.
	Verdict  Verdict
	Evidence *Evidence // nil without two phases to compare
	Outcome  string    // ItemConflict or ItemLeaving, of the last phase
	// Decisions are in order.
	Decisions []SupervisedDecision
}

// SupervisedPhase is one phase. Asked and the numbers are as in a [PhaseReview].
type SupervisedPhase struct {
	Kind, Name               string
	First, Last              int // weeks, as planned
	Dose                     *int
	Asked, Reports, Checkins int
	Done, Planned            int
	Conflict, Leaving        Numbers
	Mark                     *float64 // what the criterion asks for, nil for none
	Call                     string   // the last one, empty for none
	Weeks                    []SupervisedWeek
}

// SupervisedWeek is one week whose forms have opened. A nil number is missing,
// was skipped, or does not count.
type SupervisedWeek struct {
	Number                  int
	Done, Conflict, Leaving *int
}

// SupervisedDecision is what was chosen, and in which week.
type SupervisedDecision struct {
	Week          int
	Phase, Choice string
}

// CaseLabel is by what a case is called where no name is told.
func CaseLabel(id string) string { return "Case " + strings.ToUpper(id[:min(4, len(id))]) }

// Supervised lists the cases that the viewer may supervise today, without their
// content.
func (db *DB) Supervised(ctx context.Context, v Viewer) (list []SupervisedCase, err error) {
	if v.Role != Therapist {
		return nil, &Error{Kind: Forbidden, Message: "Only therapists can see this."}
	}
	err = db.read(ctx, func(ctx context.Context, t *tx) error {
		today, err := t.today(ctx)
		if err != nil {
			return err
		}
		rows, err := t.QueryContext(ctx, `SELECT case_id, until FROM supervisions WHERE supervisor_id = $1 AND ended_at IS NULL AND until >= $2 ORDER BY case_id`, v.PersonID, today)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var c SupervisedCase
			var until Day
			if err := rows.Scan(&c.ID, &until); err != nil {
				return err
			}
			c.DaysLeft = until.Since(today)
			list = append(list, c)
		}
		return rows.Err()
	})
	return list, err
}

// SupervisedCase gives a case to its supervisor. It is NotFound for anybody
// without a grant that stands today. Each reading is kept in the audit.
func (db *DB) SupervisedCase(ctx context.Context, v Viewer, caseID string) (c SupervisedCase, err error) {
	err = db.readAudited(ctx, v, didReadSupervised, "", func(ctx context.Context, t *tx) (string, error) {
		if v.Role != Therapist {
			return "", notFound()
		}
		today, err := t.today(ctx)
		if err != nil {
			return "", err
		}
		var until Day
		err = t.QueryRowContext(ctx, `SELECT until FROM supervisions WHERE case_id = $1 AND supervisor_id = $2 AND ended_at IS NULL AND until >= $3`, caseID, v.PersonID, today).Scan(&until)
		if errors.Is(err, sql.ErrNoRows) {
			return "", notFound()
		}
		if err != nil {
			return "", err
		}
		c.ID, c.DaysLeft = caseID, until.Since(today)
		c.Experiments, err = t.supervised(ctx, caseID, today)
		return caseID, err
	})
	return c, err
}

// supervised reads the numbers of a case, and of its texts the names of phases,
// which are the program's own.
func (t *tx) supervised(ctx context.Context, caseID string, today Day) (list []SupervisedExperiment, err error) {
	phases, err := scanPhases(ctx, t, `SELECT id, experiment_id, case_id, kind, name, start_week, weeks, most_weeks, every, change, x'', x'', x'', x'',
		dose, outcome, criterion_kind, criterion, planned_weeks, some_change, worse_change, fair_dose FROM phases WHERE case_id = $1 ORDER BY start_week`, caseID)
	if err != nil || len(phases) == 0 {
		return nil, err
	}
	first := phases[0].Start
	reports, err := t.supervisedReports(ctx, caseID)
	if err != nil {
		return nil, err
	}
	checkins, err := t.supervisedCheckins(ctx, caseID)
	if err != nil {
		return nil, err
	}
	excused, err := t.excused(ctx, caseID)
	if err != nil {
		return nil, err
	}
	var reviews []Review
	for _, p := range phases {
		if n := len(reviews); n == 0 || reviews[n-1].Experiment.ID != p.ExperimentID {
			reviews = append(reviews, Review{Experiment: Experiment{ID: p.ExperimentID}, Today: today, countedFrom: first})
		}
		r := &reviews[len(reviews)-1]
		r.Phases = append(r.Phases, reviewPhase(p, today, checkins, reports, excused, nil, nil))
	}
	for i, r := range reviews {
		r.setMarks()
		e := r.supervised(first)
		e.Number = i + 1
		if e.Decisions, err = t.supervisedDecisions(ctx, r.Experiment.ID, first); err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

// supervised gives a review that was made of numbers alone.
func (r Review) supervised(first Week) SupervisedExperiment {
	e := SupervisedExperiment{Verdict: r.Verdict(), Outcome: r.Reviewed().Phase.Outcome}
	if evidence, ok := r.Evidence(); ok {
		e.Evidence = &evidence
	}
	for _, p := range r.Phases {
		out := SupervisedPhase{Kind: p.Phase.Kind, Name: p.Phase.Name, First: p.Phase.Start.Since(first) + 1, Last: p.Phase.LastWeek().Since(first) + 1, Dose: p.Phase.Dose,
			Asked: p.AskedPartner, Reports: p.Reports, Checkins: p.Checkins, Done: p.Done, Planned: p.Planned, Conflict: p.Conflict, Leaving: p.Leaving, Mark: p.Mark}
		if p.Call != nil {
			out.Call = p.Call.Answer
		}
		for _, w := range p.Weeks {
			week := SupervisedWeek{Number: w.Week.Since(first) + 1, Conflict: w.answer(ItemConflict), Leaving: w.answer(ItemLeaving)}
			if w.Checkin != nil {
				week.Done = w.Checkin.Done
			}
			out.Weeks = append(out.Weeks, week)
		}
		e.Phases = append(e.Phases, out)
	}
	return e
}

// supervisedReports reads both scores and the call, of the weeks that count.
func (t *tx) supervisedReports(ctx context.Context, caseID string) (list []PartnerReport, err error) {
	rows, err := t.QueryContext(ctx, `SELECT r.week, r.conflict, r.leaving, k.answer FROM partner_reports r LEFT JOIN partner_calls k ON k.case_id = r.case_id AND k.week = r.week
		WHERE r.case_id = $1 AND NOT EXISTS (SELECT 1 FROM set_aside_weeks s WHERE s.case_id = r.case_id AND s.week = r.week AND s.back_on IS NULL) ORDER BY r.week`, caseID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var p PartnerReport
		var call sql.NullString
		if err := rows.Scan(&p.Week, &p.Conflict, &p.Leaving, &call); err != nil {
			return nil, err
		}
		if call.Valid {
			p.Call = &PartnerCall{Answer: call.String}
		}
		list = append(list, p)
	}
	return list, rows.Err()
}

// supervisedCheckins reads how often the act was done.
func (t *tx) supervisedCheckins(ctx context.Context, caseID string) (list []Checkin, err error) {
	rows, err := t.QueryContext(ctx, `SELECT week, done FROM checkins WHERE case_id = $1 ORDER BY week`, caseID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var c Checkin
		if err := rows.Scan(&c.Week, &c.Done); err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, rows.Err()
}

func (t *tx) supervisedDecisions(ctx context.Context, experimentID string, first Week) (list []SupervisedDecision, err error) {
	rows, err := t.QueryContext(ctx, `SELECT phase, choice, decided_on FROM decisions WHERE experiment_id = $1 ORDER BY created_at, id`, experimentID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var d SupervisedDecision
		var on Day
		if err := rows.Scan(&d.Phase, &d.Choice, &on); err != nil {
			return nil, err
		}
		d.Week = on.Week().Since(first) + 1
		list = append(list, d)
	}
	return list, rows.Err()
}
