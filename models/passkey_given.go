package models

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// AskPasskey gives the question to the viewer's passkeys, as JSON, for her
// browser; the empty text when she has none. The answer is good once and for five
// minutes. It is Forbidden for all but therapists.
func (db *DB) AskPasskey(ctx context.Context, v Viewer, at Site) (options string, err error) {
	if v.Role != Therapist {
		return "", noSecond()
	}
	rules, err := at.rules()
	if err != nil {
		return "", err
	}
	var h holder
	err = db.read(ctx, func(ctx context.Context, t *tx) (err error) {
		h, err = t.holder(ctx, v.PersonID)
		return err
	})
	if err != nil || len(h.keys) == 0 {
		return "", err
	}
	question, asked, err := rules.BeginLogin(h)
	if err != nil {
		return "", err
	}
	db.challenges.keep(v.Session, giving, *asked, db.Now())
	b, err := json.Marshal(question.Response)
	return string(b), err
}

const wrongPasskey = "The passkey did not answer, or took too long. Try again, or use a code."

// errCopied is a passkey that counts back: there may be two of it.
var errCopied = errors.New("the passkey counts back")

// GivePasskey takes the answer of one of the viewer's passkeys, with the effect of
// GiveSecond. It is Invalid for an answer that is to no question of this session,
// that is not hers, or of a passkey that may have been copied, and NotFound for
// who has no passkey.
func (db *DB) GivePasskey(ctx context.Context, v Viewer, at Site, typed string) error {
	rules, err := at.rules()
	if err != nil {
		return err
	}
	answer, unread := protocol.ParseCredentialRequestResponseBytes([]byte(typed))
	var c challenge
	taken, copied := false, ""
	err = db.write(ctx, func(ctx context.Context, t *tx) error {
		if whole, err := t.isWhole(ctx, v); v.Half && (whole || err != nil) {
			return err // the same form came twice at once
		}
		h, err := t.holder(ctx, v.PersonID)
		if err != nil {
			return err
		}
		if v.Role != Therapist || len(h.keys) == 0 {
			return notFound()
		}
		if unread != nil {
			return invalid("assertion", wrongPasskey)
		}
		if c, taken = db.challenges.take(v.Session, giving, answer.Response.CollectedClientData.Challenge, t.now); !taken {
			return invalid("assertion", wrongPasskey)
		}
		id, err := t.usePasskey(ctx, rules, h, c.asked, answer)
		if errors.Is(err, errCopied) {
			copied = id
			return invalid("assertion", "This passkey may have been copied and is not taken. Use a code, then remove the passkey on your account page.")
		}
		if err != nil {
			return err
		}
		return errors.Join(t.second(ctx, v), t.audit(ctx, v, didSecond, "", id))
	})
	switch {
	case taken && KindOf(err) == Unavailable:
		db.challenges.keep(v.Session, giving, c.asked, db.Now())
	case copied != "":
		err = errors.Join(err, db.write(ctx, func(ctx context.Context, t *tx) error { return t.auditRefused(ctx, v, didMeetCopy, "", copied) }))
	case KindOf(err) == Invalid && db.refused.take(v.Session, db.Now()):
		err = errors.Join(err, db.write(ctx, func(ctx context.Context, t *tx) error { return t.auditRefused(ctx, v, didSecond, "", "") }))
	}
	return err
}

// usePasskey gives the id of the passkey that has answered, and notes how far it
// counts. It is errCopied when that is no further than before.
func (t *tx) usePasskey(ctx context.Context, rules *webauthn.WebAuthn, h holder, asked webauthn.SessionData, answer *protocol.ParsedCredentialAssertionData) (id string, err error) {
	used, err := rules.ValidateLogin(h, asked, answer)
	if err != nil {
		return "", invalid("assertion", wrongPasskey)
	}
	if err := t.QueryRowContext(ctx, `SELECT id FROM passkeys WHERE credential = $1 AND person_id = $2`, used.ID, h.id).Scan(&id); err != nil {
		return "", err
	}
	if used.Authenticator.CloneWarning {
		return id, errCopied
	}
	_, err = t.ExecContext(ctx, `UPDATE passkeys SET sign_count = $1, flags = $2, used_at = $3 WHERE id = $4`, used.Authenticator.SignCount, used.Flags.MsgpByte(), t.stamp(), id)
	return id, err
}
