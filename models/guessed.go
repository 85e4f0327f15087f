package models

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"time"
)

// guessed is how many wrong passphrases of one of a couple in one day are worth a
// look: somebody else may be trying.
const guessed = 10

// raiseGuessed raises the flag that the tenth wrong passphrase of a day is a sign
// of. The work is the same for nobody, and nobody is kept out.
func (t *tx) raiseGuessed(ctx context.Context, v Viewer) error {
	zone, err := t.zone(ctx)
	if err != nil {
		return err
	}
	today := DayOf(t.now, zone)
	if wrong, err := t.wrongSince(ctx, v.PersonID, stamp(hourOf(today, 0, zone))); err != nil || wrong != guessed {
		return err
	}
	var caseID string
	err = t.QueryRowContext(ctx, `SELECT id FROM cases WHERE $1 IN (client_id, partner_id) AND NOT EXISTS (SELECT 1 FROM closings WHERE case_id = cases.id AND reopened_on IS NULL)`, v.PersonID).Scan(&caseID)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	} else if err != nil {
		return err
	}
	said := strconv.Itoa(guessed) + " passphrases were refused on " + today.Long() + " for the " + string(v.Role) + "’s sign-in name"
	return t.keepFlag(ctx, Viewer{}, caseID, Flag{Rule: "A12", Week: today.Week(), Said: said, RaisedOn: today})
}

// wrongSince counts the wrong passphrases of a person that were kept from an
// instant on.
func (t *tx) wrongSince(ctx context.Context, personID, from string) (n int, err error) {
	err = t.QueryRowContext(ctx, `SELECT count(*) FROM audit WHERE person_id = $1 AND result = 'refused' AND at >= $2 AND action IN ($3, $4)`,
		personID, from, string(didSignIn), string(didUnlock)).Scan(&n)
	return n, err
}

// WrongPassphrases counts the passphrases that were refused for the viewer's name in
// the last 24 hours.
func (db *DB) WrongPassphrases(ctx context.Context, v Viewer) (n int, err error) {
	err = db.read(ctx, func(ctx context.Context, t *tx) error {
		n, err = t.wrongSince(ctx, v.PersonID, stamp(t.now.Add(-24*time.Hour)))
		return err
	})
	return n, err
}
