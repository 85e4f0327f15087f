package models

import (
	"context"
	"database/sql"
	"errors"
	"strings"
)

// Share is a grant to another therapist of the practice to work with a case
// beside its own.
type Share struct {
	ID           string
	TherapistID  string
	Therapist    string // by name
	Since, Until Day    // Until is the last day, empty for none
	Ended        bool   // by the case's therapist, or with its last day
}

// shareLongest is how far off a last day may be, in days.
const shareLongest = 10 * 365

// Shares lists the grants of a case, those that stand first, and all therapists
// who can be given one. Only the case's own therapist may.
func (db *DB) Shares(ctx context.Context, v Viewer, caseID string) (list []Share, others []Person, err error) {
	err = db.read(ctx, func(ctx context.Context, t *tx) error {
		if _, err := own(t.caseOf(ctx, v, caseID)); err != nil {
			return err
		}
		if list, err = t.shares(ctx, caseID); err != nil {
			return err
		}
		others, err = t.colleagues(ctx, v.PersonID)
		return err
	})
	return list, others, err
}

func (t *tx) shares(ctx context.Context, caseID string) ([]Share, error) {
	today, err := t.today(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := t.QueryContext(ctx, `SELECT s.id, p.id, p.name, s.since, COALESCE(s.until, ''), s.ended_at IS NOT NULL OR COALESCE(s.until, $2) < $2
		FROM case_shares s JOIN people p ON p.id = s.therapist_id WHERE s.case_id = $1 ORDER BY 6, s.granted_at DESC, s.id`, caseID, today)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Share
	for rows.Next() {
		var s Share
		if err := rows.Scan(&s.ID, &s.TherapistID, t.texts("people", &noCase, &s.TherapistID).out("name", &s.Therapist), &s.Since, &s.Until, &s.Ended); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, rows.Err()
}

// ShareInput is the form that lets another therapist work with a case, as typed.
type ShareInput struct {
	Therapist  string // the id
	Until      string // the last day, empty for none
	Submission Submission
}

// ShareCase lets another therapist of the practice who has joined work with a case,
// from today. A grant that she has already ends with it. Only the case's own
// therapist may. It is Invalid with field messages, also for whoever supervises the
// case, since that is without names.
func (db *DB) ShareCase(ctx context.Context, v Viewer, caseID string, in ShareInput) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		c, err := own(t.caseOf(ctx, v, caseID))
		if err != nil {
			return err
		}
		today, err := t.today(ctx)
		if err != nil {
			return err
		}
		var r reading
		var until Day
		if strings.TrimSpace(in.Until) != "" {
			until = r.needDay("until", in.Until, today, today.Add(shareLongest))
		}
		if err := t.chooseColleague(ctx, &r, "therapist", in.Therapist, c.TherapistID); err != nil {
			return err
		}
		switch supervises, err := t.supervises(ctx, caseID, in.Therapist, today); {
		case err != nil:
			return err
		case supervises:
			r.fail("therapist", "This therapist supervises the case and reads it without names. End that first, or choose another.")
		}
		if err := r.err(); err != nil {
			return err
		}
		_, err = t.once(ctx, v, in.Submission, "share "+caseID, in, func() (string, error) {
			return in.Therapist, errors.Join(t.endShares(ctx, caseID, in.Therapist), t.share(ctx, caseID, in.Therapist, today, until), t.audit(ctx, v, didShare, caseID, in.Therapist))
		})
		return err
	})
}

func (t *tx) share(ctx context.Context, caseID, therapistID string, since, until Day) error {
	_, err := t.ExecContext(ctx, `INSERT INTO case_shares (id, case_id, therapist_id, since, until, granted_at) VALUES ($1, $2, $3, $4, NULLIF($5, ''), $6)`,
		newID(), caseID, therapistID, since, until, t.stamp())
	return err
}

// endShares ends what a therapist was granted of a case.
func (t *tx) endShares(ctx context.Context, caseID, therapistID string) error {
	_, err := t.ExecContext(ctx, `UPDATE case_shares SET ended_at = $1 WHERE case_id = $2 AND therapist_id = $3 AND ended_at IS NULL`, t.stamp(), caseID, therapistID)
	return err
}

// EndShare ends a grant at once, of a closed case too. Only the case's own
// therapist may. It is Conflict when the case has no such grant.
func (db *DB) EndShare(ctx context.Context, v Viewer, caseID, id string, s Submission) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		if _, err := own(t.anyCaseOf(ctx, v, caseID)); err != nil {
			return err
		}
		_, err := t.once(ctx, v, s, "end share "+caseID, id, func() (string, error) {
			var therapist string
			err := t.QueryRowContext(ctx, `UPDATE case_shares SET ended_at = COALESCE(ended_at, $1) WHERE id = $2 AND case_id = $3 RETURNING therapist_id`, t.stamp(), id, caseID).Scan(&therapist)
			if errors.Is(err, sql.ErrNoRows) {
				return "", conflict("This case is not shared so.")
			}
			return therapist, errors.Join(err, t.audit(ctx, v, didEndShare, caseID, therapist))
		})
		return err
	})
}
