package models

import (
	"context"
	"database/sql"
	"errors"
)

// Right is that by which a therapist may open a case; empty for by none. Where a
// method says that the case's therapist may, whoever has any of them may; what
// stays with the case's own therapist says so.
type Right string

// The rights, the strongest first.
const (
	Own     Right = "own"     // the case is hers
	Shared  Right = "shared"  // its therapist lets her work with it too
	StandIn Right = "standin" // she is its therapist's deputy, and a red flag of it is open
)

// mayOpen gives the cases that the therapist $1 may open on the date $2, each with
// the right by which she may. It is the one place that says so. All its parts are
// found by indices, whether every case is asked for or one.
const mayOpen = `(SELECT id AS case_id, 'own' AS held, 1 AS place FROM cases WHERE therapist_id = $1
	UNION ALL SELECT s.case_id, 'shared', 2 FROM case_shares s WHERE s.therapist_id = $1 AND s.ended_at IS NULL AND COALESCE(s.until, $2) >= $2
	UNION ALL SELECT k.id, 'standin', 3 FROM people p JOIN cases k ON k.therapist_id = p.id WHERE p.deputy_id = $1
		AND EXISTS (SELECT 1 FROM flags f WHERE f.case_id = k.id AND f.rule LIKE 'R%' AND f.closed_on IS NULL))`

// right says by what right the viewer may open a case today.
func (t *tx) right(ctx context.Context, v Viewer, caseID string) (r Right, err error) {
	if v.Role != Therapist {
		return "", nil
	}
	today, err := t.today(ctx)
	if err != nil {
		return "", err
	}
	err = t.QueryRowContext(ctx, `SELECT held FROM `+mayOpen+` WHERE case_id = $3 ORDER BY place LIMIT 1`, v.PersonID, today, caseID).Scan(&r)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return r, err
}

// own lets the case's own therapist alone pass. It is Forbidden for those who
// work with the case besides.
func own(c Case, err error) (Case, error) {
	if err == nil && c.Right != Own {
		err = &Error{Kind: Forbidden, Message: "This stays with " + c.Therapist + ", whose case it is."}
	}
	return c, err
}

// OwnCase gives one case for what stays with its own therapist. It is Forbidden
// for those who work with the case besides, and NotFound for everybody else.
func (db *DB) OwnCase(ctx context.Context, v Viewer, id string) (Case, error) {
	var c Case
	err := db.read(ctx, func(ctx context.Context, t *tx) (err error) {
		c, err = own(t.caseOf(ctx, v, id))
		return err
	})
	return c, err
}

// NoteVisit keeps that a therapist who is not the case's own asks for a page of it,
// by the id of the case or of an experiment of it, whatever she is answered. Nothing is kept of its own
// therapist, nor of anybody who may not open the case. It is Unavailable when the row
// cannot be kept; then nothing may be shown.
func (db *DB) NoteVisit(ctx context.Context, v Viewer, caseID, experimentID string) error {
	var right Right
	err := db.read(ctx, func(ctx context.Context, t *tx) (err error) {
		if caseID == "" {
			if err := t.QueryRowContext(ctx, `SELECT COALESCE(max(case_id), '') FROM experiments WHERE id = $1`, experimentID).Scan(&caseID); err != nil {
				return err
			}
		}
		right, err = t.right(ctx, v, caseID)
		return err
	})
	if err != nil || right == "" || right == Own {
		return err
	}
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		if right == Shared {
			return t.audit(ctx, v, didReadShare, caseID, ownID(experimentID))
		}
		return t.audit(ctx, v, didStandIn, caseID, ownID(experimentID))
	})
}
