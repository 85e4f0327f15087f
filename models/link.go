package models

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"
)

const (
	linkLasts   = 10 * time.Minute
	linksKept   = 24 * time.Hour // to count them by
	linksAtOnce = 3              // that are good, of one person: what more is asked for is not sent
	linksADay   = 12
	codeTries   = 5 // wrong digits, after which a link is good for nothing on its own browser either
)

// AskLink sends the client of a sign-in name a link to sign in with, good for ten
// minutes and for the browser that asked: browser is what that one holds. It does
// the same work, and says nothing, when nobody has the name, when the person has no
// address, and when too many were asked for. It never says which.
func (db *DB) AskLink(ctx context.Context, from Origin, signin, browser string) error {
	var r reading
	name := strings.ToLower(r.need("signin", signin, 60, "Enter the name with which you sign in."))
	if err := r.err(); err != nil {
		return err
	}
	if of := network(from.Address); of != "" {
		waits := db.tries.wait(networkTries+of, db.Now()) > 0
		db.tries.note(networkTries+of, false, db.Now())
		if waits { // whatever the name is
			return nil
		}
	}
	return db.writeUnaudited(ctx, func(ctx context.Context, t *tx) error {
		token := newToken()
		hash := hashed(token)
		_, err := t.ExecContext(ctx, `INSERT INTO signin_links (token_hash, signin, token, browser, code, expires_at, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			hash, t.signInMark(name), t.textsOf("signin_links", "", hash).in("token", token), hashed(browser), t.codeMark(t.linkCode(token)), stamp(t.now.Add(linkLasts)), t.stamp())
		return err
	})
}

// asked says whether links were asked for that are not in the outbox yet.
func (t *tx) asked(ctx context.Context) (yes bool, err error) {
	err = t.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM signin_links WHERE token <> x'')`).Scan(&yes)
	return yes, err
}

// putLinks puts the links that were asked for into the outbox, and forgets what they
// hold: those that nobody is to get, and those that are too many, go no further. It is
// done after they were asked for, so that asking takes the same time whoever it is for.
// A link that cannot be read is unread, and holds up no other.
func (t *tx) putLinks(ctx context.Context) (unread, err error) {
	type link struct {
		hash, signin, token string
		until               time.Time
	}
	rows, err := t.QueryContext(ctx, `SELECT token_hash, signin, expires_at, token FROM signin_links WHERE token <> x'' ORDER BY made_at, token_hash`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []link
	for rows.Next() {
		var l link
		if err := rows.Scan(&l.hash, &l.signin, (*instant)(&l.until), t.texts("signin_links", &noCase, &l.hash).out("token", &l.token)); err != nil {
			unread = errors.Join(unread, err)
			continue
		}
		list = append(list, l)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for _, l := range list {
		person, caseID, err := t.linkFor(ctx, l.signin)
		if err != nil {
			return nil, err
		}
		if person == "" {
			continue
		}
		_, err1 := t.ExecContext(ctx, `UPDATE signin_links SET person_id = $1 WHERE token_hash = $2`, person, l.hash)
		if err := errors.Join(err1, t.enqueue(ctx, LinkMessage, person, caseID, l.hash, l.token, t.now, l.until), t.audit(ctx, Viewer{}, didSendLink, caseID, person)); err != nil {
			return nil, err
		}
	}
	_, err = t.ExecContext(ctx, `UPDATE signin_links SET token = x'' WHERE token <> x''`)
	return unread, err
}

// linkFor gives the client who has a sign-in name, if a link can be sent now: there is
// an address, and not too many were. It is empty for everybody else.
func (t *tx) linkFor(ctx context.Context, signin string) (person, caseID string, err error) {
	err = t.QueryRowContext(ctx, `SELECT p.id, p.case_id FROM people p JOIN client_contacts k ON k.case_id = p.case_id
		WHERE p.signin = $1 AND p.role = 'client' AND k.address <> x''`, signin).Scan(&person, &caseID)
	if errors.Is(err, sql.ErrNoRows) {
		return "", "", nil
	} else if err != nil {
		return "", "", err
	}
	var good, day int
	err = t.QueryRowContext(ctx, `SELECT count(*) FILTER (WHERE used_at IS NULL AND expires_at > $1), count(*) FROM signin_links WHERE person_id = $2 AND made_at > $3`,
		t.stamp(), person, stamp(t.now.Add(-linksKept))).Scan(&good, &day)
	if err != nil || good >= linksAtOnce || day >= linksADay {
		return "", "", err
	}
	return person, caseID, nil
}

// linkCode gives the six digits that a link shows on another browser than its own.
func (t *tx) linkCode(token string) string {
	sum := sha256.Sum256([]byte(t.keys.secret("links").Mark(token)))
	return fmt.Sprintf("%06d", binary.BigEndian.Uint64(sum[:])%1_000_000)
}

func (t *tx) codeMark(code string) string { return t.keys.secret("link codes").Mark(code) }

// badLink is the one answer to a link that is unknown, used, expired or revoked,
// and to digits that are wrong or come too late.
func badLink(field string) error {
	return invalid(field, "This cannot be used, or not any more. Ask for another link.")
}

// OpenLink takes a link. On the browser that asked for it, it gives the client and
// the link is used up; on any other it gives six digits to type there. It is
// Invalid for a link that cannot be used.
func (db *DB) OpenLink(ctx context.Context, token, browser string) (who Viewer, code string, err error) {
	err = db.writeUnaudited(ctx, func(ctx context.Context, t *tx) error {
		var own bool
		err := t.QueryRowContext(ctx, `SELECT browser = $1 FROM signin_links WHERE token_hash = $2 AND person_id IS NOT NULL AND used_at IS NULL AND expires_at > $3 AND made_at <= $4`,
			hashed(browser), hashed(token), t.stamp(), stamp(t.now.Add(setBack))).Scan(&own)
		if errors.Is(err, sql.ErrNoRows) {
			return badLink("token")
		}
		if err == nil && !own {
			code = t.linkCode(token)
			return nil
		}
		if err == nil {
			who, err = t.useLink(ctx, hashed(token))
		}
		return err
	})
	return who, code, err
}

// useLink uses a link up, once, and gives whose it is.
func (t *tx) useLink(ctx context.Context, hash string) (Viewer, error) {
	v := Viewer{Role: Client}
	err := t.QueryRowContext(ctx, `UPDATE signin_links SET used_at = $1 WHERE token_hash = $2 AND used_at IS NULL AND expires_at > $1 RETURNING person_id`, t.stamp(), hash).Scan(&v.PersonID)
	if errors.Is(err, sql.ErrNoRows) {
		return v, badLink("token")
	}
	if err != nil {
		return v, err
	}
	v.Name, err = t.nameOf(ctx, v.PersonID)
	return v, err
}

// UseLinkCode takes the six digits that a link showed on another browser, typed on
// the one that asked for it. It is Invalid for wrong digits, and after five wrong
// ones for those of that link at all.
func (db *DB) UseLinkCode(ctx context.Context, browser, typed string) (who Viewer, err error) {
	code := strings.NewReplacer(" ", "", "-", "", "\u00a0", "").Replace(strings.TrimSpace(typed))
	var bad error
	err = db.writeUnaudited(ctx, func(ctx context.Context, t *tx) error {
		var hash string
		err := t.QueryRowContext(ctx, `SELECT token_hash FROM signin_links WHERE browser = $1 AND code = $2 AND tries < $3 AND person_id IS NOT NULL AND used_at IS NULL AND expires_at > $4 AND made_at <= $5`,
			hashed(browser), t.codeMark(code), codeTries, t.stamp(), stamp(t.now.Add(setBack))).Scan(&hash)
		if errors.Is(err, sql.ErrNoRows) {
			bad = badLink("digits")
			_, err = t.ExecContext(ctx, `UPDATE signin_links SET tries = tries + 1 WHERE browser = $1 AND tries < $2`, hashed(browser), codeTries)
			return err
		}
		if err == nil {
			who, err = t.useLink(ctx, hash)
		}
		return err
	})
	return who, errors.Join(err, bad)
}
