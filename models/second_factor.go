package models

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"database/sql"
	"encoding/base32"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
)

// How long a therapist has for her second factor after her passphrase, and how
// long she may then do what asks for it again.
const (
	halfLasts      = 10 * time.Minute
	steppedUpLasts = 10 * time.Minute
)

// A code changes every half minute (RFC 6238). One before and one after is taken
// too, for clocks that differ and for slow fingers.
const (
	codeLasts = 30
	codeSlack = 1
)

var codeKind = hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}

// recoveryCodes is how many are made at a time.
const recoveryCodes = 10

const wrongSecond = "This is not a code of today’s, or it was used before. Wait for the next one; after several wrong tries, wait a minute first."

// SecondFactor is what a therapist has beside her passphrase.
type SecondFactor struct {
	Set      bool // she has an authenticator
	Passkeys int  // how many she has
	Left     int  // recovery codes that were not used
}

// any says whether she has one at all.
func (f SecondFactor) any() bool { return f.Set || f.Passkeys > 0 }

func noSecond() error {
	return &Error{Kind: Forbidden, Message: "Only therapists have a second factor."}
}

// secretSize is that of an authenticator's secret, in bytes.
const secretSize = 20

// NewSecret gives a new secret for an authenticator, 160 random bits in base 32.
func NewSecret() string {
	b := make([]byte, secretSize)
	rand.Read(b) // never fails
	return base32.StdEncoding.EncodeToString(b)
}

// IsSecret says whether a text can be such a secret.
func IsSecret(s string) bool {
	raw, err := base32.StdEncoding.DecodeString(s)
	return err == nil && len(raw) == secretSize
}

// AuthenticatorAddress is a secret as an authenticator reads it from a picture.
// It names no practice and nobody.
func AuthenticatorAddress(secret string) string {
	q := url.Values{"secret": {secret}, "issuer": {"Form"}}
	return "otpauth://totp/Form?" + q.Encode()
}

// step is the half minute in which an instant lies.
func step(now time.Time) int64 { return now.Unix() / codeLasts }

// stepOf gives the step whose code was typed, of those that an instant allows.
func stepOf(secret, code string, now time.Time) (found int64, ok bool) {
	if !IsSecret(secret) {
		return 0, false
	}
	for s := step(now) - codeSlack; s <= step(now)+codeSlack; s++ {
		want, err := hotp.GenerateCodeCustom(secret, uint64(s), codeKind)
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			found, ok = s, true
		}
	}
	return found, ok
}

// SecondFactor says what the viewer has. It is Forbidden for all but therapists.
func (db *DB) SecondFactor(ctx context.Context, v Viewer) (SecondFactor, error) {
	var f SecondFactor
	if v.Role != Therapist {
		return f, noSecond()
	}
	err := db.read(ctx, func(ctx context.Context, t *tx) (err error) {
		f, err = t.factors(ctx, v.PersonID)
		return err
	})
	return f, err
}

func (t *tx) factors(ctx context.Context, personID string) (f SecondFactor, err error) {
	return f, t.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM authenticators WHERE person_id = $1), (SELECT count(*) FROM passkeys WHERE person_id = $1),
		(SELECT count(*) FROM recovery_codes WHERE person_id = $1 AND used_at IS NULL)`, personID).Scan(&f.Set, &f.Passkeys, &f.Left)
}

// steppedUp is Invalid, beside the field second, for a therapist whose second
// factor is not fresh enough for an act of weight.
func (t *tx) steppedUp(v Viewer) error {
	if v.Role != Therapist || v.Unlocked || t.oneFactor {
		return nil
	}
	return invalid("second", "Enter a code of your authenticator.")
}

// GiveSecond takes a code of the viewer's authenticator, or a recovery code. A
// session of a passphrase alone becomes whole; a whole one may do for ten minutes
// what asks for the second factor again. It is Invalid for a code that is wrong or
// was used.
func (db *DB) GiveSecond(ctx context.Context, v Viewer, typed string) error {
	code := plainCode(typed)
	var secret string
	err := db.read(ctx, func(ctx context.Context, t *tx) error {
		err := t.QueryRowContext(ctx, `SELECT secret FROM authenticators WHERE person_id = $1`, v.PersonID).
			Scan(t.texts("authenticators", &noCase, &v.PersonID).out("secret", &secret))
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		// With passkeys alone a recovery code is the one code there is.
		has, err := t.factors(ctx, v.PersonID)
		if err == nil && !has.any() {
			return notFound()
		}
		return err
	})
	if err != nil {
		return err
	}
	name := "second " + v.PersonID
	wrong := db.write(ctx, func(ctx context.Context, t *tx) error {
		if whole, err := t.isWhole(ctx, v); v.Half && (whole || err != nil) {
			return err // the same form came twice at once
		}
		// One writer at a time: tries that come together are counted one by one.
		if db.tries.wait(name, t.now) > 0 {
			return invalid("second", wrongSecond)
		}
		err := t.takeSecond(ctx, v, secret, code)
		if err == nil || KindOf(err) == Invalid {
			db.tries.note(name, err == nil, t.now)
		}
		if err != nil {
			return err
		}
		return errors.Join(t.second(ctx, v), t.audit(ctx, v, didSecond, "", ""))
	})
	if KindOf(wrong) == Invalid && db.refused.take(v.Session, db.Now()) {
		if err := db.write(ctx, func(ctx context.Context, t *tx) error { return t.auditRefused(ctx, v, didSecond, "", "") }); err != nil {
			return err
		}
	}
	return wrong
}

// takeSecond uses a code up. It is Invalid for one that is wrong or was used. A
// step that lies further ahead than any code could is of a clock that has been
// set back since, and holds nobody up.
func (t *tx) takeSecond(ctx context.Context, v Viewer, secret, code string) error {
	var res sql.Result
	var err error
	if s, ok := stepOf(secret, code, t.now); ok {
		res, err = t.ExecContext(ctx, `UPDATE authenticators SET last_step = $1 WHERE person_id = $2 AND (last_step < $1 OR last_step > $3)`,
			s, v.PersonID, step(t.now)+codeSlack)
	} else {
		res, err = t.ExecContext(ctx, `UPDATE recovery_codes SET used_at = $1 WHERE person_id = $2 AND mark = $3 AND used_at IS NULL`,
			t.stamp(), v.PersonID, t.recoveryMark(v.PersonID, code))
	}
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(invalid("second", wrongSecond), err)
	}
	return nil
}

// second notes in the session that the second factor was given.
func (t *tx) second(ctx context.Context, v Viewer) error {
	_, err := t.ExecContext(ctx, `UPDATE sessions SET second_at = COALESCE(second_at, $1), unlocked_until = $2,
		expires_at = CASE WHEN second_at IS NULL THEN $3 ELSE expires_at END WHERE token_hash = $4`,
		t.stamp(), stamp(t.now.Add(steppedUpLasts)), stamp(t.now.Add(therapistSession)), v.Session)
	return err
}

// isWhole says whether the viewer's session has its second factor by now.
func (t *tx) isWhole(ctx context.Context, v Viewer) (whole bool, err error) {
	err = t.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM sessions WHERE token_hash = $1 AND second_at IS NOT NULL)`, v.Session).Scan(&whole)
	return whole, err
}

func (t *tx) recoveryMark(personID, code string) string {
	return t.keys.secret("recovery codes").Mark(personID + " " + code)
}

// SecondInput is the form with which a therapist sets up her authenticator.
type SecondInput struct {
	Secret string // as NewSecret made it
	Code   string // that the authenticator shows for it

	Submission Submission
}

// SetSecond gives the viewer an authenticator in place of the one that she had,
// and new recovery codes, which are shown once. Her other sessions end. Whoever
// has a second factor already must have given it lately. It is Invalid when the
// code is not one of the secret's.
func (db *DB) SetSecond(ctx context.Context, v Viewer, in SecondInput) (codes []string, err error) {
	if !IsSecret(in.Secret) {
		return nil, invalid("code", "Let the authenticator read the picture above, and enter the six digits that it then shows.")
	}
	codes = db.recoveryCodesOf(v, in.Submission)
	return codes, db.write(ctx, func(ctx context.Context, t *tx) error {
		if v.Role != Therapist {
			return noSecond()
		}
		has, err := t.factors(ctx, v.PersonID)
		if err != nil {
			return err
		}
		if has.any() {
			if err := t.steppedUp(v); err != nil {
				return err
			}
		}
		_, err = t.once(ctx, v, in.Submission, "second factor", in.Secret, func() (string, error) {
			now, ok := stepOf(in.Secret, plainCode(in.Code), t.now)
			if !ok {
				return "", invalid("code", "This is not the code that goes with the picture. Enter the six digits that the authenticator shows now.")
			}
			_, err1 := t.ExecContext(ctx, `INSERT INTO authenticators (person_id, secret, last_step, made_at) VALUES ($1, $2, $3, $4)
				ON CONFLICT (person_id) DO UPDATE SET secret = excluded.secret, last_step = excluded.last_step, made_at = excluded.made_at`,
				v.PersonID, t.textsOf("authenticators", "", v.PersonID).in("secret", in.Secret), now, t.stamp())
			_, err2 := t.ExecContext(ctx, `DELETE FROM sessions WHERE person_id = $1 AND token_hash <> $2`, v.PersonID, v.Session)
			return v.PersonID, errors.Join(err1, err2, t.makeRecoveryCodes(ctx, v, codes), t.second(ctx, v), t.audit(ctx, v, didSetSecond, "", v.PersonID))
		})
		return err
	})
}

// NewRecoveryCodes gives the viewer ten new recovery codes, which are shown once.
// It is Invalid when her second factor was not given lately, and Conflict when she
// has none.
func (db *DB) NewRecoveryCodes(ctx context.Context, v Viewer, in Submission) (codes []string, err error) {
	codes = db.recoveryCodesOf(v, in)
	return codes, db.write(ctx, func(ctx context.Context, t *tx) error {
		has, err := t.factors(ctx, v.PersonID)
		if err != nil {
			return err
		}
		if !has.any() {
			return conflict("You have no second factor. Set one up first.")
		}
		if err := t.steppedUp(v); err != nil {
			return err
		}
		_, err = t.once(ctx, v, in, "recovery codes", nil, func() (string, error) {
			return v.PersonID, errors.Join(t.makeRecoveryCodes(ctx, v, codes), t.audit(ctx, v, didRecover, "", v.PersonID))
		})
		return err
	})
}

// makeRecoveryCodes puts new codes in the place of all before them.
func (t *tx) makeRecoveryCodes(ctx context.Context, v Viewer, codes []string) error {
	_, err := t.ExecContext(ctx, `DELETE FROM recovery_codes WHERE person_id = $1`, v.PersonID)
	for _, code := range codes {
		if err == nil {
			_, err = t.ExecContext(ctx, `INSERT INTO recovery_codes (person_id, mark) VALUES ($1, $2)`, v.PersonID, t.recoveryMark(v.PersonID, plainCode(code)))
		}
	}
	return err
}

// recoveryCodesOf gives the ten codes that a form makes, 80 bits each. The same
// form sent twice gives the same ones, although none is kept.
func (db *DB) recoveryCodesOf(v Viewer, s Submission) []string {
	id := s.ID
	if id == "" {
		id = newID()
	}
	var codes []string
	for n := range recoveryCodes {
		m := strings.ToUpper(db.keys.secret("recovery codes to be made").Mark(fmt.Sprint(v.PersonID, " ", id, " ", n)))
		codes = append(codes, strings.Join([]string{m[:5], m[5:10], m[10:15], m[15:20]}, "-"))
	}
	return codes
}

// forgetSecond takes away what somebody has beside a passphrase, so that a new
// code begins with nothing.
func (t *tx) forgetSecond(ctx context.Context, personID string) error {
	_, err1 := t.ExecContext(ctx, `DELETE FROM authenticators WHERE person_id = $1`, personID)
	_, err2 := t.ExecContext(ctx, `DELETE FROM recovery_codes WHERE person_id = $1`, personID)
	_, err3 := t.ExecContext(ctx, `DELETE FROM passkeys WHERE person_id = $1`, personID)
	return errors.Join(err1, err2, err3)
}
