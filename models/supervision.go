package models

import (
	"context"
	"database/sql"
	"errors"
	"slices"
)

// Supervision is a grant to another therapist of the practice to read a case
// without names, texts and dates, as a [SupervisedCase].
type Supervision struct {
	ID           string
	SupervisorID string
	Supervisor   string // by name
	Until        Day    // the last day
	Ended        bool   // by the case's therapist, or with its last day
}

// How long a supervision lasts unless another day is chosen, and the longest, in
// days.
const (
	SupervisionLasts   = 28
	supervisionLongest = 365
)

// Supervisions lists the grants of a case, those that stand first, and all
// therapists who can be given one. Only the case's own therapist may.
func (db *DB) Supervisions(ctx context.Context, v Viewer, caseID string) (list []Supervision, others []Person, err error) {
	err = db.read(ctx, func(ctx context.Context, t *tx) error {
		if _, err := own(t.caseOf(ctx, v, caseID)); err != nil {
			return err
		}
		today, err := t.today(ctx)
		if err != nil {
			return err
		}
		if list, err = t.supervisions(ctx, caseID, today); err != nil {
			return err
		}
		others, err = t.therapists(ctx)
		others = slices.DeleteFunc(others, func(p Person) bool { return p.ID == v.PersonID })
		return err
	})
	return list, others, err
}

func (t *tx) supervisions(ctx context.Context, caseID string, today Day) ([]Supervision, error) {
	rows, err := t.QueryContext(ctx, `SELECT s.id, p.id, p.name, s.until, s.ended_at IS NOT NULL OR s.until < $2 FROM supervisions s JOIN people p ON p.id = s.supervisor_id
		WHERE s.case_id = $1 ORDER BY 5, s.granted_at DESC, s.id`, caseID, today)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Supervision
	for rows.Next() {
		var s Supervision
		if err := rows.Scan(&s.ID, &s.SupervisorID, t.texts("people", &noCase, &s.SupervisorID).out("name", &s.Supervisor), &s.Until, &s.Ended); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, rows.Err()
}

// SuperviseInput is the form that grants a supervision, as typed.
type SuperviseInput struct {
	Supervisor string // the id of the therapist
	Until      string // the last day
	Submission Submission
}

// Supervise grants another therapist of the practice the reading of a case until
// a day within a year. A grant that she has already ends with it. Only the case's
// own therapist may. It is Invalid with field messages, also for whoever works with
// the case and so knows its names.
func (db *DB) Supervise(ctx context.Context, v Viewer, caseID string, in SuperviseInput) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		if _, err := own(t.caseOf(ctx, v, caseID)); err != nil {
			return err
		}
		today, err := t.today(ctx)
		if err != nil {
			return err
		}
		therapists, err := t.therapists(ctx)
		if err != nil {
			return err
		}
		var r reading
		if in.Supervisor == v.PersonID || !slices.ContainsFunc(therapists, func(p Person) bool { return p.ID == in.Supervisor }) {
			r.fail("supervisor", "Choose one.")
		}
		until := r.needDay("until", in.Until, today, today.Add(supervisionLongest))
		switch right, err := t.right(ctx, Viewer{PersonID: in.Supervisor, Role: Therapist}, caseID); {
		case err != nil:
			return err
		case right != "":
			r.fail("supervisor", "This therapist works with the case and knows the names. End that first, or choose another.")
		}
		if err := r.err(); err != nil {
			return err
		}
		_, err = t.once(ctx, v, in.Submission, "supervise "+caseID, in, func() (string, error) {
			id := newID()
			_, err1 := t.ExecContext(ctx, `UPDATE supervisions SET ended_at = $1 WHERE case_id = $2 AND supervisor_id = $3 AND ended_at IS NULL`, t.stamp(), caseID, in.Supervisor)
			_, err2 := t.ExecContext(ctx, `INSERT INTO supervisions (id, case_id, supervisor_id, until, granted_at) VALUES ($1, $2, $3, $4, $5)`,
				id, caseID, in.Supervisor, until, t.stamp())
			return in.Supervisor, errors.Join(err1, err2, t.audit(ctx, v, didSupervise, caseID, in.Supervisor))
		})
		return err
	})
}

// supervises says whether a therapist may read a case without names on a date.
func (t *tx) supervises(ctx context.Context, caseID, therapistID string, today Day) (does bool, err error) {
	err = t.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM supervisions WHERE case_id = $1 AND supervisor_id = $2 AND ended_at IS NULL AND until >= $3)`,
		caseID, therapistID, today).Scan(&does)
	return does, err
}

// EndSupervision ends a grant at once, of a closed case too. Only the case's own
// therapist may. It is Conflict when the case has no such grant.
func (db *DB) EndSupervision(ctx context.Context, v Viewer, caseID, id string, s Submission) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		if _, err := own(t.anyCaseOf(ctx, v, caseID)); err != nil {
			return err
		}
		_, err := t.once(ctx, v, s, "end supervision "+caseID, id, func() (string, error) {
			var supervisor string
			err := t.QueryRowContext(ctx, `UPDATE supervisions SET ended_at = COALESCE(ended_at, $1) WHERE id = $2 AND case_id = $3 RETURNING supervisor_id`, t.stamp(), id, caseID).Scan(&supervisor)
			if errors.Is(err, sql.ErrNoRows) {
				return "", conflict("There is no such supervision of this case.")
			}
			return supervisor, errors.Join(err, t.audit(ctx, v, didEndSupervision, caseID, supervisor))
		})
		return err
	})
}
