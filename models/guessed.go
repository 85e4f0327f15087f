package models

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"time"
)

// guessed is how many wrong passphrases of one of a couple in one day are worth a
// look: somebody else may be trying.
const guessed = 10

// RaiseGuessed raises a flag in the cases in which ten passphrases of one of the two
// were refused today, once a day. It is the program's own act, apart from the sign-ins:
// they take no time for it, and nobody is kept out by it.
func (db *DB) RaiseGuessed(ctx context.Context) error {
	var list []guessedAt
	err := db.read(ctx, func(ctx context.Context, t *tx) (err error) {
		list, err = t.refusedToday(ctx)
		return err
	})
	if err != nil || len(list) == 0 {
		return err
	}
	return db.writeUnaudited(ctx, func(ctx context.Context, t *tx) error {
		for _, r := range list {
			if err := t.keepFlag(ctx, Viewer{}, r.caseID, r.flag); err != nil {
				return err
			}
		}
		return nil
	})
}

// guessedAt is a flag that is to be raised in a case for what was refused there.
type guessedAt struct {
	caseID string
	flag   Flag
}

// refusedToday gives the flags that the passphrases of today are a sign of and that are
// not there yet.
func (t *tx) refusedToday(ctx context.Context) (list []guessedAt, err error) {
	zone, err := t.zone(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil // no practice yet
	} else if err != nil {
		return nil, err
	}
	today := DayOf(t.now, zone)
	rows, err := t.QueryContext(ctx, `SELECT p.case_id, p.role FROM audit a JOIN people p ON p.id = a.person_id
		WHERE a.result = 'refused' AND a.at >= $1 AND a.action IN ($2, $3) AND p.role IN ('client', 'partner')
			AND NOT EXISTS (SELECT 1 FROM closings k WHERE k.case_id = p.case_id AND k.reopened_on IS NULL)
		GROUP BY p.id HAVING count(*) >= $4 ORDER BY p.id`, stamp(hourOf(today, 0, zone)), string(didSignIn), string(didUnlock), guessed)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r guessedAt
		var role string
		if err := rows.Scan(&r.caseID, &role); err != nil {
			return nil, err
		}
		r.flag = Flag{Rule: "A12", Week: today.Week(), RaisedOn: today,
			Said: strconv.Itoa(guessed) + " or more passphrases were refused on " + today.Long() + " for the " + role + "’s sign-in name"}
		list = append(list, r)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list, func(r guessedAt) bool {
		_, err := t.flagID(ctx, r.caseID, r.flag)
		return err == nil
	}), nil
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
