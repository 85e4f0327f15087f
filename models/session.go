package models

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"
)

// How long a session lasts.
const (
	therapistSession = 12 * time.Hour
	clientSession    = 14 * 24 * time.Hour // from its last use, to the day
	clientLongest    = 60 * 24 * time.Hour // from its beginning
	partnerSession   = 30 * time.Minute
	unlockLasts      = 5 * time.Minute
)

// PartnerIdle and TherapistIdle are how long their sessions last while they are
// not used.
const (
	PartnerIdle   = 5 * time.Minute
	TherapistIdle = 30 * time.Minute
)

// idleLimit is zero for a role whose sessions may be left alone.
func idleLimit(role Role) time.Duration {
	return map[Role]time.Duration{Partner: PartnerIdle, Therapist: TherapistIdle}[role]
}

// setBack is how far the clock may be set back without an effect on sessions and
// codes. Set back further, those that were made in what is now the future are
// void: they would last longer than they may.
const setBack = 5 * time.Minute

func sessionLasts(role Role) time.Duration {
	switch role {
	case Client:
		return clientSession
	case Partner:
		return partnerSession
	}
	return therapistSession
}

// SignIn gives the person whom a sign-in name and a passphrase belong to.
// Unknown, wrong and not yet joined give the same error after the same work,
// and after several wrong tries each name must wait, and so must a network. On a
// browser on which the person signed in in the last thirty days only wrong tries
// on that browser count: nobody elsewhere can make her wait.
func (db *DB) SignIn(ctx context.Context, from Origin, signin, passphrase string) (Viewer, error) {
	// A name is unique within its role alone, so there may be one for each.
	name := strings.ToLower(strings.TrimSpace(signin))
	found, kept, hers := map[Role]Viewer{}, map[Role]string{}, false
	err := db.read(ctx, func(ctx context.Context, t *tx) (err error) {
		if hers, err = t.signedInOn(ctx, t.signInMark(name), from.Device); err != nil {
			return err
		}
		rows, err := t.QueryContext(ctx, `SELECT id, role, is_owner, passphrase_hash FROM people WHERE signin = $1`, t.signInMark(name))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var v Viewer
			var hash string
			if err := rows.Scan(&v.PersonID, &v.Role, &v.Owner, &hash); err != nil {
				return err
			}
			found[v.Role], kept[v.Role] = v, hash
		}
		return rows.Err()
	})
	if err != nil {
		return Viewer{}, err
	}
	var who Viewer
	counted := []string{"name " + name}
	if hers {
		counted = []string{"browser " + from.Device + " name " + name}
	} else if n := network(from.Address); n != "" {
		counted = append(counted, networkTries+n)
	}
	err = db.guess(counted, notTogether, func() bool {
		for _, role := range []Role{Therapist, Client, Partner} {
			if db.hashing.matches(passphrase, kept[role]) && !who.Known() {
				who = found[role]
			}
		}
		return who.Known()
	})
	if err != nil && db.refused.take("sign-ins", db.Now()) {
		kept := db.write(ctx, func(ctx context.Context, t *tx) error { return t.noteFailedSignIn(ctx, found) })
		if kept != nil {
			return Viewer{}, kept
		}
	}
	if err != nil {
		return who, err
	}
	// Only now: to open a name takes time that a wrong passphrase must not take.
	return who, db.read(ctx, func(ctx context.Context, t *tx) (err error) {
		who.Name, err = t.nameOf(ctx, who.PersonID)
		return err
	})
}

func (t *tx) nameOf(ctx context.Context, personID string) (name string, err error) {
	var caseID string
	err = t.QueryRowContext(ctx, `SELECT COALESCE(case_id, ''), name FROM people WHERE id = $1`, personID).Scan(&caseID, t.texts("people", &caseID, &personID).out("name", &name))
	return name, err
}

// notTogether is the one answer to a sign-in that is not right or comes too soon
// after others.
const notTogether = "This name and passphrase do not go together. Type them again; after several wrong tries, wait a minute first."

// StartSession signs a person in and gives the token for the cookie. A partner
// has one session at a time: a new one ends the old. It is Invalid for somebody
// who has no way in.
func (db *DB) StartSession(ctx context.Context, v Viewer) (token string, expires time.Time, err error) {
	token = newToken()
	err = db.write(ctx, func(ctx context.Context, t *tx) error {
		// Between the passphrase and this the way in may have been ended.
		if err := t.hasAccess(ctx, v); KindOf(err) == NotFound {
			return invalid("passphrase", notTogether)
		} else if err != nil {
			return err
		}
		expires = t.now.Add(sessionLasts(v.Role))
		var second, unlocked any
		switch {
		case v.Role != Therapist:
		case t.oneFactor:
			second, unlocked = t.stamp(), stamp(expires)
		default:
			expires = t.now.Add(halfLasts)
		}
		if err := t.makeRoom(ctx, v); err != nil {
			return err
		}
		_, err := t.ExecContext(ctx, `INSERT INTO sessions (token_hash, person_id, created_at, expires_at, second_at, unlocked_until) VALUES ($1, $2, $3, $4, $5, $6)`,
			hashed(token), v.PersonID, t.stamp(), stamp(expires), second, unlocked)
		return errors.Join(err, t.audit(ctx, v, didSignIn, "", ""), t.keepSignIn(ctx, v))
	})
	if err == nil && idleLimit(v.Role) > 0 {
		db.idle.over(hashed(token), idleLimit(v.Role), db.Now())
	}
	return token, expires, err
}

// sessionsAtOnce is how many sessions a person of each role may have: one more
// ends the oldest.
func sessionsAtOnce(role Role) int {
	if role == Partner {
		return 1
	}
	return 3
}

// makeRoom ends the sessions that are over, and of a person's those that would
// be too many with a new one.
func (t *tx) makeRoom(ctx context.Context, v Viewer) error {
	_, err := t.ExecContext(ctx, `DELETE FROM sessions WHERE expires_at <= $1`, t.stamp())
	if err != nil {
		return err
	}
	_, err = t.ExecContext(ctx, `DELETE FROM sessions WHERE person_id = $1 AND token_hash NOT IN (
			SELECT token_hash FROM sessions WHERE person_id = $1 ORDER BY created_at DESC, token_hash LIMIT $2)`, v.PersonID, sessionsAtOnce(v.Role)-1)
	return err
}

// Authenticate gives the viewer whose session a token is, the zero Viewer when
// it is nobody's or was left alone for too long. It writes nothing.
func (db *DB) Authenticate(ctx context.Context, token string) (Viewer, error) {
	var v Viewer
	if token == "" {
		return v, nil
	}
	err := db.read(ctx, func(ctx context.Context, t *tx) error {
		var caseID string
		var unlocked, ended sql.NullString
		err := t.QueryRowContext(ctx, `SELECT COALESCE(p.case_id, ''), p.id, p.role, p.is_owner, p.name, s.token_hash, s.created_at, s.expires_at, s.visit, s.second_at IS NULL, s.unlocked_until, s.ended_at
			FROM sessions s JOIN people p ON p.id = s.person_id WHERE s.token_hash = $1 AND s.expires_at > $2 AND s.created_at <= $3`,
			hashed(token), t.stamp(), stamp(t.now.Add(setBack))).Scan(&caseID, &v.PersonID, &v.Role, &v.Owner, t.texts("people", &caseID, &v.PersonID).out("name", &v.Name), &v.Session, (*instant)(&v.Since), (*instant)(&v.Until), &v.Visit, &v.Half, &unlocked, &ended)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		v.Half = v.Half && v.Role == Therapist
		v.Ended = ended.Valid
		v.Unlocked = unlocked.String > t.stamp() && !v.Ended
		return err
	})
	if limit := idleLimit(v.Role); err == nil && limit > 0 && !v.Ended && db.idle.over(v.Session, limit, db.Now()) {
		return Viewer{}, nil
	}
	return v, err
}

// Prolong makes a client's session last for two weeks from now, and 60 days in all,
// and says until when. It writes at most once a day, and for nobody else.
func (db *DB) Prolong(ctx context.Context, v Viewer) (until time.Time, err error) {
	if v.Role != Client || v.Until.Sub(db.Now()) > clientSession-24*time.Hour {
		return v.Until, nil
	}
	until = db.Now().Add(clientSession)
	if last := v.Since.Add(clientLongest); until.After(last) {
		until = last
	}
	if !until.After(v.Until) {
		return v.Until, nil
	}
	return until, db.writeUnaudited(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.ExecContext(ctx, `UPDATE sessions SET expires_at = $1 WHERE token_hash = $2 AND expires_at < $1`, stamp(until), v.Session)
		return err
	})
}

// EndSession signs the viewer out of the session that is being used.
func (db *DB) EndSession(ctx context.Context, v Viewer) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error { return t.endSession(ctx, v) })
}

func (t *tx) endSession(ctx context.Context, v Viewer) error {
	res, err := t.ExecContext(ctx, `DELETE FROM sessions WHERE token_hash = $1`, v.Session)
	if err != nil {
		return err
	}
	return t.auditEnd(ctx, v, res)
}

// auditEnd keeps that a session ended, unless it had ended before.
func (t *tx) auditEnd(ctx context.Context, v Viewer, res sql.Result) error {
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return err
	}
	return t.audit(ctx, v, didSignOut, "", "")
}

// Unlock opens the partner's own pages for five minutes after she gave her
// passphrase again. It is Invalid when the passphrase is wrong.
func (db *DB) Unlock(ctx context.Context, v Viewer, passphrase string) error {
	var kept sql.NullString
	err := db.read(ctx, func(ctx context.Context, t *tx) error {
		return t.QueryRowContext(ctx, `SELECT passphrase_hash FROM people WHERE id = $1`, v.PersonID).Scan(&kept)
	})
	if err != nil {
		return err
	}
	wrong := db.guess([]string{"person " + v.PersonID}, "This is not the passphrase. Type it again; after several wrong tries, wait a minute first.",
		func() bool { return db.hashing.matches(passphrase, kept.String) })
	if wrong != nil && !db.refused.take(v.Session, db.Now()) {
		return wrong
	}
	err = db.write(ctx, func(ctx context.Context, t *tx) error {
		if wrong != nil {
			return t.auditRefused(ctx, v, didUnlock, "", "")
		}
		_, err := t.ExecContext(ctx, `UPDATE sessions SET unlocked_until = $1 WHERE token_hash = $2`, stamp(t.now.Add(unlockLasts)), v.Session)
		return errors.Join(err, t.audit(ctx, v, didUnlock, "", ""))
	})
	if err != nil {
		return err
	}
	return wrong
}
