package models

import (
	"cmp"
	"context"
	"errors"
)

// Closing says when a case was closed, and why. The zero Closing is that of an
// open case.
type Closing struct {
	On     Day
	Reason string // for the therapist alone
}

// CloseInput is the form that closes a case, as typed.
type CloseInput struct {
	On, Reason string
	Submission Submission
}

// LastWeekNow is the last week that an experiment can still have when it is to
// end on a date: the one before, until this week's forms open, then this one.
func LastWeekNow(today Day) Week { return FirstStart(today).Add(-1) }

// CloseCase closes a case: the access of its two people ends, and so does an
// experiment that runs, with the last week it can have. The therapist reads
// everything as before. Only the case's own therapist may. It is Invalid with field
// messages, and Conflict when the case is closed already or a red flag is open
// in it.
func (db *DB) CloseCase(ctx context.Context, v Viewer, caseID string, in CloseInput) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		c, err := own(t.anyCaseOf(ctx, v, caseID))
		if err != nil {
			return err
		}
		today, err := t.today(ctx)
		if err != nil {
			return err
		}
		var r reading
		on := r.needDay("on", in.On, today.Add(-60), today)
		reason := r.need("reason", in.Reason, proseLimit, "Write why it is closed. Only you can read this.")
		if err := r.err(); err != nil {
			return err
		}
		_, err = t.once(ctx, v, in.Submission, "close case "+caseID, in, func() (string, error) {
			if c.Closed.On != "" {
				return "", conflict("This case is closed already.")
			}
			flags, err := t.keepFlags(ctx, caseID)
			if err != nil {
				return "", err
			}
			if OpenLevel(flags) == Red {
				return "", conflict(RedFlagOpen)
			}
			if err := t.cutShort(ctx, v, caseID, LastWeekNow(today), reason); err != nil {
				return "", err
			}
			id := newID()
			_, err = t.ExecContext(ctx, `INSERT INTO closings (id, case_id, closed_on, reason, closed_at) VALUES ($1, $2, $3, $4, $5)`, id, caseID, on, t.textsOf("closings", caseID, id).in("reason", reason), t.stamp())
			return id, errors.Join(err, t.endAccess(ctx, c.Client.ID, ""), t.endAccess(ctx, c.Partner.ID, ""), t.audit(ctx, v, didClose, caseID, id))
		})
		return err
	})
}

// cutShort ends the experiments of a case that would last longer than a week.
func (t *tx) cutShort(ctx context.Context, v Viewer, caseID string, last Week, reason string) error {
	all, err := t.experiments(ctx, caseID)
	if err != nil {
		return err
	}
	for _, e := range all {
		if !e.Started || e.EndedWeek != "" && e.EndedWeek <= last {
			continue
		}
		phases, err := t.phases(ctx, e.ID)
		if err != nil {
			return err
		}
		// One that was to end later anyway keeps its own reason.
		if err := t.endExperiment(ctx, v, e, phases, max(last, phases[0].Start), cmp.Or(e.EndReason, reason)); err != nil {
			return err
		}
	}
	return nil
}

// ReopenCase opens a closed case again. Its two people stay without access until
// each is given a new code. Only the case's own therapist may. It is Conflict when
// the case is open.
func (db *DB) ReopenCase(ctx context.Context, v Viewer, caseID string, s Submission) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		c, err := own(t.anyCaseOf(ctx, v, caseID))
		if err != nil {
			return err
		}
		_, err = t.once(ctx, v, s, "reopen case "+caseID, nil, func() (string, error) {
			if c.Closed.On == "" {
				return "", conflict("This case is open already.")
			}
			today, err := t.today(ctx)
			if err != nil {
				return "", err
			}
			_, err = t.ExecContext(ctx, `UPDATE closings SET reopened_on = $1 WHERE case_id = $2 AND reopened_on IS NULL`, today, caseID)
			return caseID, errors.Join(err, t.audit(ctx, v, didReopen, caseID, caseID))
		})
		return err
	})
}
