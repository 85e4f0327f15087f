package models

import (
	"context"
	"errors"
)

// EndTherapist ends the way in of a therapist who leaves, in one act: her sessions,
// open codes, sign-in, authenticator and recovery codes. What she was granted of
// cases of others ends with it, and she stands in for nobody any more. Her own
// cases stay hers until they are handed over, with her deputy. Only the owner may,
// after the second factor, and not for the owner's own. It is Conflict for that and
// for anybody else than a therapist.
func (db *DB) EndTherapist(ctx context.Context, v Viewer, personID string, s Submission) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		if err := t.ownerSteppedUp(v); err != nil {
			return err
		}
		if personID == v.PersonID {
			return conflict("Your own access cannot be ended: nobody else could give it back.")
		}
		if err := t.isTherapist(ctx, personID); err != nil {
			return err
		}
		_, err := t.once(ctx, v, s, "end therapist "+personID, nil, func() (string, error) {
			_, err1 := t.ExecContext(ctx, `UPDATE people SET deputy_id = NULL WHERE deputy_id = $1`, personID)
			_, err4 := t.ExecContext(ctx, `UPDATE people SET address = x'' WHERE id = $1`, personID)
			_, err2 := t.ExecContext(ctx, `UPDATE case_shares SET ended_at = $1 WHERE therapist_id = $2 AND ended_at IS NULL`, t.stamp(), personID)
			_, err3 := t.ExecContext(ctx, `UPDATE supervisions SET ended_at = $1 WHERE supervisor_id = $2 AND ended_at IS NULL`, t.stamp(), personID)
			return personID, errors.Join(err1, err2, err3, err4, t.endAccess(ctx, personID, ""), t.forgetSecond(ctx, personID), t.audit(ctx, v, didEndAccess, "", personID))
		})
		return err
	})
}

// ownerSteppedUp is Forbidden for all but the owner, and Invalid when the second
// factor was not given lately.
func (t *tx) ownerSteppedUp(v Viewer) error {
	if !v.Owner {
		return ownerAlone()
	}
	return t.steppedUp(v)
}

// HandOverAllInput is the form that hands over all cases of a therapist, as typed.
type HandOverAllInput struct {
	From, To   string // the ids of the therapists
	Reason     string
	Submission Submission
}

// HandOverAll gives all cases of a therapist, open and closed, to another who has
// joined, each with its own row and the reason. Nothing of them is shown. Only the
// owner may, after the second factor. It is Invalid with field messages, and
// Conflict when there is no case to be handed over.
func (db *DB) HandOverAll(ctx context.Context, v Viewer, in HandOverAllInput) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		if err := t.ownerSteppedUp(v); err != nil {
			return err
		}
		if err := t.isTherapist(ctx, in.From); err != nil {
			return err
		}
		today, err := t.today(ctx)
		if err != nil {
			return err
		}
		var r reading
		reason := r.need("reason", in.Reason, proseLimit, "Write why. It is kept with each case, for whoever has it.")
		if err := t.chooseColleague(ctx, &r, "to", in.To, in.From); err != nil {
			return err
		}
		if err := r.err(); err != nil {
			return err
		}
		_, err = t.makeOnce(ctx, v, in.Submission, "hand over all "+in.From, in, func() (string, error) {
			cases, err := t.casesOf(ctx, in.From)
			if err != nil {
				return "", err
			}
			if len(cases) == 0 {
				return "", conflict("This therapist has no case to hand over.")
			}
			for _, id := range cases {
				if err := t.handOver(ctx, v, id, in.From, in.To, today, reason); err != nil {
					return "", err
				}
			}
			return in.To, nil
		})
		return err
	})
}

// casesOf lists the ids of a therapist's own cases.
func (t *tx) casesOf(ctx context.Context, therapistID string) (list []string, err error) {
	rows, err := t.QueryContext(ctx, `SELECT id FROM cases WHERE therapist_id = $1 ORDER BY id`, therapistID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		list = append(list, id)
	}
	return list, rows.Err()
}
