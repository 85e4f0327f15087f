package models

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"slices"
)

// StartExperiment locks the plan and starts the baseline in a given week: this
// one, or one of the next eight. A plan with a drawn start draws and keeps the
// week of the intervention now. Only the case's therapist may. It is Conflict
// while the gate is not open, the plan has gaps, a red flag is open in the case,
// or an experiment before lasts.
func (db *DB) StartExperiment(ctx context.Context, v Viewer, experimentID, week string, s Submission) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		e, err := t.experimentOf(ctx, v, experimentID)
		if err != nil {
			return err
		}
		c, err := t.caseOf(ctx, v, e.CaseID)
		if err != nil {
			return err
		}
		gate, err := t.gate(ctx, e.CaseID)
		if err != nil {
			return err
		}
		_, err = t.once(ctx, v, s, "start "+experimentID, week, func() (string, error) {
			switch {
			case e.Started:
				return "", conflict("This experiment has started already.")
			case !e.Complete():
				return "", conflict("The plan is not complete. Fill in both steps first.")
			case !gate.Open(c.Frame.Ending):
				return "", conflict("The gate is not open. Settle each of its points first.")
			}
			flags, err := t.caseFlags(ctx, e.CaseID)
			if err != nil {
				return "", err
			}
			if OpenLevel(flags) == Red {
				return "", conflict(RedFlagOpen)
			}
			start, err := t.startWeek(ctx, e.CaseID, week)
			if err != nil {
				return "", err
			}
			before, err := t.casePhases(ctx, e.CaseID)
			if err != nil {
				return "", err
			}
			if n := len(before); n > 0 && before[n-1].LastWeek() >= start {
				return "", conflict("The experiment before lasts until then. Choose the week of %s or a later one.", before[n-1].LastWeek().Add(1).Monday().Long())
			}
			weeks, drawn := *e.BaselineWeeks, Week("")
			if e.DrawLatest != nil {
				if drawn, err = drawWeek(start, *e.DrawLatest); err != nil {
					return "", err
				}
				weeks = drawn.Since(start)
			}
			if _, err := t.ExecContext(ctx, `UPDATE experiments SET started_at = $1, drawn_week = NULLIF($2, ''), version = version + 1 WHERE id = $3`,
				t.stamp(), drawn, e.ID); err != nil {
				return "", err
			}
			p := e.phase(Baseline, "Baseline", start, weeks, max(weeks, mostWeeks)).withoutAct()
			return e.ID, errors.Join(t.addPhase(ctx, p), t.audit(ctx, v, didStart, e.CaseID, e.ID))
		})
		return err
	})
}

// earliestDrawn is the first week of the baseline in which an intervention whose
// start is drawn can begin.
const earliestDrawn = 4

// drawWeek draws the start of the intervention with equal chances from the 4th
// week to the given one, counted from the first of the baseline.
func drawWeek(baseline Week, latest int) (Week, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(int64(latest-earliestDrawn+1)))
	if err != nil {
		return "", err
	}
	return baseline.Add(earliestDrawn - 1 + int(n.Int64())), nil
}

// phase gives a phase of the experiment with the plan's own settings.
func (e Experiment) phase(kind, name string, start Week, weeks, most int) Phase {
	return Phase{ID: newID(), ExperimentID: e.ID, CaseID: e.CaseID, Kind: kind, Name: name, Start: start, Weeks: weeks, MostWeeks: most, Every: 1,
		Behaviour: e.Behaviour, Label: e.Label, CountsIf: e.CountsIf, NotCountsIf: e.NotCountsIf, Dose: e.Dose,
		Outcome: e.Outcome, CriterionKind: e.CriterionKind, Criterion: *e.Criterion}
}

// withoutAct gives the phase with nothing planned in it.
func (p Phase) withoutAct() Phase {
	p.Behaviour, p.Label, p.CountsIf, p.NotCountsIf, p.Dose = "", "", "", "", nil
	return p
}

// StartPhase moves a running experiment into its next phase. The phase before
// ends with the week before. Only the case's therapist may. It is Invalid with
// field messages, and Conflict when the act does not fit where the experiment
// stands, would try more while fear or coercive control is on record, or asks more
// of the partner than the verdict allows (see [Review.MayStart]).
func (db *DB) StartPhase(ctx context.Context, v Viewer, experimentID string, in StepInput) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		e, phases, today, err := t.experimentToday(ctx, v, experimentID)
		if err != nil {
			return err
		}
		gate, err := t.gate(ctx, e.CaseID)
		if err != nil {
			return err
		}
		_, err = t.once(ctx, v, in.Submission, "phase "+experimentID, in, func() (string, error) {
			if !e.Running() {
				return "", conflict("This experiment does not run.")
			}
			if why := gate.Refuses(); why != "" && slices.Contains([]string{"intervention", "step_up", "withdrawal", "resume"}, in.Kind) {
				return "", conflict("%s Nothing more can be tried in this case.", why)
			}
			r, err := t.review(ctx, v, e.ID)
			if err != nil {
				return "", err
			}
			if err := r.MayStart(in.Kind); err != nil {
				return "", err
			}
			start, err := t.startWeek(ctx, e.CaseID, in.Start)
			if err != nil {
				return "", err
			}
			practice, err := t.practice(ctx)
			if err != nil {
				return "", err
			}
			p, err := in.phase(e, phases, start, today, practice.LeastDrop)
			if err != nil {
				return "", err
			}
			last := phases[len(phases)-1]
			if last.LastWeek() >= start {
				if _, err := t.ExecContext(ctx, `UPDATE phases SET weeks = $1 WHERE id = $2`, start.Since(last.Start), last.ID); err != nil {
					return "", err
				}
			}
			return p.ID, errors.Join(t.addPhase(ctx, p), t.audit(ctx, v, didStep, e.CaseID, p.ID))
		})
		return err
	})
}

func (t *tx) addPhase(ctx context.Context, p Phase) error {
	x := t.texts("phases", &p.CaseID, &p.ID)
	_, err := t.ExecContext(ctx, `INSERT INTO phases (id, experiment_id, case_id, kind, name, start_week, weeks, most_weeks, every, change,
			behaviour, label, counts_if, not_counts_if, dose, outcome, criterion_kind, criterion, created_at,
			planned_weeks, some_change, worse_change, fair_dose)
		SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $7, some_change, worse_change, fair_dose
		FROM practices WHERE id = 1`,
		p.ID, p.ExperimentID, p.CaseID, p.Kind, p.Name, p.Start, p.Weeks, p.MostWeeks, p.Every, p.Change,
		x.in("behaviour", p.Behaviour), x.in("label", p.Label), x.in("counts_if", p.CountsIf), x.in("not_counts_if", p.NotCountsIf), p.Dose, p.Outcome, p.CriterionKind, p.Criterion, t.stamp())
	if isUnique(err) {
		return conflict("A phase of this case starts in that week already. Choose another week.")
	}
	return err
}

// ExtendPhase lengthens the phase that runs by one week, up to six. Only the
// case's therapist may. It is Conflict when the phase is as long as it may be,
// has been followed by another, or the added week is over. Averages of the
// phase that were proposed or shown are closed.
func (db *DB) ExtendPhase(ctx context.Context, v Viewer, experimentID string, s Submission) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		e, phases, today, err := t.experimentToday(ctx, v, experimentID)
		if err != nil {
			return err
		}
		_, err = t.once(ctx, v, s, "extend "+experimentID, nil, func() (string, error) {
			if !e.Running() {
				return "", conflict("This experiment does not run.")
			}
			p := phases[len(phases)-1]
			switch {
			case p.Weeks >= p.MostWeeks:
				return "", conflict("This phase is as long as it may be.")
			case e.DrawnWeek != "" && p.Kind == Baseline:
				return "", conflict("The start was drawn beforehand. The baseline ends with it.")
			case p.LastWeek().Add(1) < today.Week():
				return "", conflict("The week that would be added is over.")
			}
			// An average over fewer weeks, once known, would give away the week
			// that is added.
			_, err := t.ExecContext(ctx, `UPDATE phases SET weeks = weeks + 1 WHERE id = $1`, p.ID)
			return p.ID, errors.Join(err, t.closeAverages(ctx, p), t.audit(ctx, v, didExtend, e.CaseID, p.ID))
		})
		return err
	})
}

// EndInput is the form that ends an experiment, as typed.
type EndInput struct {
	LastWeek   string // the last week of it
	Reason     string // for the therapist alone
	Submission Submission
}

// EndExperiment ends an experiment with a given week: the one before this, until
// this week's forms open, this one, or one of the next. Phases that were to
// begin later are dropped. Only the case's therapist may. It is Invalid with
// field messages, and Conflict when the experiment does not run.
func (db *DB) EndExperiment(ctx context.Context, v Viewer, experimentID string, in EndInput) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		e, phases, today, err := t.experimentToday(ctx, v, experimentID)
		if err != nil {
			return err
		}
		var r reading
		last, ok := ParseWeek(in.LastWeek)
		if first := LastWeekNow(today); !ok || last < first || last > first.Add(9) {
			r.fail("last_week", fmt.Sprintf("Choose a week from %s to %s.", first.Monday().Long(), first.Add(9).Monday().Long()))
		}
		reason := r.need("reason", in.Reason, proseLimit, "Write why it ends. Only you can read this.")
		if err := r.err(); err != nil {
			return err
		}
		_, err = t.once(ctx, v, in.Submission, "end "+experimentID, in, func() (string, error) {
			if !e.Running() {
				return "", conflict("This experiment does not run.")
			}
			if first := phases[0].Start; last < first {
				return "", invalid("last_week", "The baseline starts in "+first.Monday().Long()+". Choose that week or a later one.")
			}
			return e.ID, t.endExperiment(ctx, v, e, phases, last, reason)
		})
		return err
	})
}

// endExperiment ends an experiment with a week in which one of its phases has
// begun.
func (t *tx) endExperiment(ctx context.Context, v Viewer, e Experiment, phases []Phase, last Week, reason string) error {
	p := phases[0]
	for _, later := range phases {
		if later.Start <= last {
			p = later
		}
	}
	if _, err := t.ExecContext(ctx, `DELETE FROM phases WHERE experiment_id = $1 AND start_week > $2`, e.ID, last); err != nil {
		return err
	}
	if p.LastWeek() > last {
		if _, err := t.ExecContext(ctx, `UPDATE phases SET weeks = $1 WHERE id = $2`, last.Since(p.Start)+1, p.ID); err != nil {
			return err
		}
	}
	_, err := t.ExecContext(ctx, `UPDATE experiments SET ended_week = $1, end_reason = $2, version = version + 1 WHERE id = $3`,
		last, t.texts("experiments", &e.CaseID, &e.ID).in("end_reason", reason), e.ID)
	return errors.Join(err, t.audit(ctx, v, didEnd, e.CaseID, e.ID))
}
