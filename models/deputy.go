package models

import (
	"context"
	"errors"
)

// Member is a therapist as the owner of the practice sees her.
type Member struct {
	Person
	DeputyID string // who stands in for her, empty for nobody
	HasCases bool   // open or closed; the owner learns no more of them
}

// Members lists the practice's therapists by name. Only the owner may.
func (db *DB) Members(ctx context.Context, v Viewer) (list []Member, err error) {
	if !v.Owner {
		return nil, ownerAlone()
	}
	err = db.read(ctx, func(ctx context.Context, t *tx) error {
		people, err := t.therapists(ctx)
		if err != nil {
			return err
		}
		for _, p := range people {
			m := Member{Person: p}
			if err := t.QueryRowContext(ctx, `SELECT COALESCE(deputy_id, ''), COALESCE(access_ended_on, ''), EXISTS (SELECT 1 FROM cases WHERE therapist_id = people.id) FROM people WHERE id = $1`,
				p.ID).Scan(&m.DeputyID, &m.AccessEnded, &m.HasCases); err != nil {
				return err
			}
			list = append(list, m)
		}
		return nil
	})
	return list, err
}

// ownerAlone is what everybody else is told.
func ownerAlone() error {
	return &Error{Kind: Forbidden, Message: "Only the owner of the practice can do this."}
}

// DeputyInput is the form that names a therapist's deputy, as typed.
type DeputyInput struct {
	Person, Deputy string // their ids; no deputy is empty
	Submission     Submission
}

// NameDeputy says who stands in for a therapist: she may open a case of hers as
// long as a red flag of it is open, and no other. Only the owner may. It is Invalid
// when the deputy has not joined or is the therapist herself, and Conflict for
// somebody who is no therapist.
func (db *DB) NameDeputy(ctx context.Context, v Viewer, in DeputyInput) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		if !v.Owner {
			return ownerAlone()
		}
		if err := t.isTherapist(ctx, in.Person); err != nil {
			return err
		}
		var r reading
		if in.Deputy != "" {
			if err := t.chooseColleague(ctx, &r, "deputy", in.Deputy, in.Person); err != nil {
				return err
			}
		}
		if err := r.err(); err != nil {
			return err
		}
		_, err := t.once(ctx, v, in.Submission, "deputy "+in.Person, in, func() (string, error) {
			_, err := t.ExecContext(ctx, `UPDATE people SET deputy_id = NULLIF($1, '') WHERE id = $2`, in.Deputy, in.Person)
			return in.Person, errors.Join(err, t.audit(ctx, v, didNameDeputy, "", in.Person))
		})
		return err
	})
}

// isTherapist is Conflict for anybody else.
func (t *tx) isTherapist(ctx context.Context, id string) error {
	var is bool
	if err := t.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM people WHERE id = $1 AND role = 'therapist')`, id).Scan(&is); err != nil {
		return err
	}
	if !is {
		return conflict("There is no such therapist in this practice.")
	}
	return nil
}
