package models

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"
)

// Session is one of a person's own sessions.
type Session struct {
	Since, Until time.Time
	Here         bool // the one that is asking
}

// Sessions lists the viewer's own sessions, the newest first. A partner sees the
// present one alone: what she does elsewhere is for no screen.
func (db *DB) Sessions(ctx context.Context, v Viewer) ([]Session, error) {
	var list []Session
	err := db.read(ctx, func(ctx context.Context, t *tx) error {
		rows, err := t.QueryContext(ctx, `SELECT token_hash, created_at, expires_at FROM sessions
			WHERE person_id = $1 AND expires_at > $2 AND ended_at IS NULL ORDER BY created_at DESC, token_hash`, v.PersonID, t.stamp())
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var hash string
			var s Session
			if err := rows.Scan(&hash, (*instant)(&s.Since), (*instant)(&s.Until)); err != nil {
				return err
			}
			s.Here = hash == v.Session
			list = append(list, s)
		}
		return rows.Err()
	})
	if v.Role == Partner {
		list = slices.DeleteFunc(list, func(s Session) bool { return !s.Here })
	}
	return list, err
}

// EndOtherSessions signs the viewer out everywhere but here.
func (db *DB) EndOtherSessions(ctx context.Context, v Viewer) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		res, err := t.ExecContext(ctx, `DELETE FROM sessions WHERE person_id = $1 AND token_hash <> $2`, v.PersonID, v.Session)
		if err != nil {
			return err
		}
		return t.auditEnd(ctx, v, res)
	})
}

// ChangePassphraseInput is the form with which somebody changes her own passphrase,
// as typed.
type ChangePassphraseInput struct {
	Now        string // the passphrase so far
	New, Again string

	Submission Submission
}

// ChangePassphrase gives the viewer another passphrase in place of the one that
// she types. Her other sessions end, and so do codes and links that were made for her. It is
// Invalid with field messages.
func (db *DB) ChangePassphrase(ctx context.Context, v Viewer, in ChangePassphraseInput) error {
	const act = "passphrase"
	var kept sql.NullString
	acted := false
	err := db.read(ctx, func(ctx context.Context, t *tx) (err error) {
		if acted, err = t.acted(ctx, v, in.Submission, act); err != nil {
			return err
		}
		return t.QueryRowContext(ctx, `SELECT passphrase_hash FROM people WHERE id = $1`, v.PersonID).Scan(&kept)
	})
	if err != nil || acted {
		return err
	}
	var r reading
	CredentialsInput{Passphrase: in.New, Again: in.Again}.checkPassphrase(&r, v.Role)
	if err := r.err(); err != nil {
		return err
	}
	wrong := db.guess([]string{"person " + v.PersonID}, "This is not the passphrase. Type it again; after several wrong tries, wait a minute first.",
		func() bool { return db.hashing.matches(in.Now, kept.String) })
	var e *Error
	if errors.As(wrong, &e) {
		return invalid("now", e.Fields["passphrase"])
	}
	hash := db.hashing.hash(in.New)
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		// What was typed is no part of the fingerprint: it would be a quicker way to
		// try passphrases than the hash.
		_, err := t.once(ctx, v, in.Submission, act, nil, func() (string, error) {
			// Of two changes at once the second was typed over a passphrase that is gone.
			today, err := t.today(ctx)
			if err != nil {
				return "", err
			}
			res, err := t.ExecContext(ctx, `UPDATE people SET passphrase_hash = $1, passphrase_on = $2 WHERE id = $3 AND passphrase_hash = $4`, hash, today, v.PersonID, kept.String)
			if err == nil {
				err = changed(res)
			}
			if err != nil {
				return "", err
			}
			_, err1 := t.ExecContext(ctx, `DELETE FROM sessions WHERE person_id = $1 AND token_hash <> $2`, v.PersonID, v.Session)
			_, err2 := t.ExecContext(ctx, `DELETE FROM invitations WHERE person_id = $1`, v.PersonID)
			_, err3 := t.ExecContext(ctx, `DELETE FROM signin_links WHERE person_id = $1`, v.PersonID)
			return v.PersonID, errors.Join(err1, err2, err3, t.audit(ctx, v, didChangePassphrase, "", v.PersonID))
		})
		return err
	})
}

// PassphraseOn gives the date on which the viewer changed her passphrase last, empty
// for never.
func (db *DB) PassphraseOn(ctx context.Context, v Viewer) (on Day, err error) {
	err = db.read(ctx, func(ctx context.Context, t *tx) error {
		return t.QueryRowContext(ctx, `SELECT COALESCE(passphrase_on, '') FROM people WHERE id = $1`, v.PersonID).Scan(&on)
	})
	return on, err
}

// Rename changes the viewer's own name. It is Invalid without one.
func (db *DB) Rename(ctx context.Context, v Viewer, name string, s Submission) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		var r reading
		name = r.need("name", name, 100, "Enter your name.")
		if err := r.err(); err != nil {
			return err
		}
		_, err := t.once(ctx, v, s, "rename", strings.TrimSpace(name), func() (string, error) {
			var caseID string
			if err := t.QueryRowContext(ctx, `SELECT COALESCE(case_id, '') FROM people WHERE id = $1`, v.PersonID).Scan(&caseID); err != nil {
				return "", err
			}
			_, err := t.ExecContext(ctx, `UPDATE people SET name = $1 WHERE id = $2`, t.textsOf("people", caseID, v.PersonID).in("name", name), v.PersonID)
			return v.PersonID, errors.Join(err, t.audit(ctx, v, didRename, "", v.PersonID))
		})
		return err
	})
}
