package models

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// Site is where people reach the practice, as their browsers know it. A passkey
// works at the site that it was made at and at no other.
type Site struct {
	Host   string // by name, without a port
	Origin string // with scheme and port
}

// Passkey is one of a therapist's own.
type Passkey struct {
	ID, Name   string
	Made, Used time.Time // Used is zero for one that was never used
}

// mostPasskeys is how many one person may have.
const mostPasskeys = 10

// rules gives what answers of passkeys are held to. Nothing in it names the
// practice: it stands in the list of whatever keeps the passkey.
func (s Site) rules() (*webauthn.WebAuthn, error) {
	return webauthn.New(&webauthn.Config{RPID: s.Host, RPDisplayName: "Form", RPOrigins: []string{s.Origin},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementPreferred,
			UserVerification: protocol.VerificationRequired}})
}

// holder is a person with her passkeys, as the library asks for them.
type holder struct {
	id   string
	keys []webauthn.Credential
}

func (h holder) WebAuthnID() []byte                         { return []byte(h.id) }
func (h holder) WebAuthnName() string                       { return "Form" }
func (h holder) WebAuthnDisplayName() string                { return "Form" }
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

// holder reads the public halves of a person's passkeys.
func (t *tx) holder(ctx context.Context, personID string) (holder, error) {
	h := holder{id: personID}
	rows, err := t.QueryContext(ctx, `SELECT credential, public_key, sign_count, flags FROM passkeys WHERE person_id = $1 ORDER BY made_at, id`, personID)
	if err != nil {
		return h, err
	}
	defer rows.Close()
	for rows.Next() {
		var k webauthn.Credential
		var flags byte
		if err := rows.Scan(&k.ID, &k.PublicKey, &k.Authenticator.SignCount, &flags); err != nil {
			return h, err
		}
		k.Flags = webauthn.NewCredentialFlags(protocol.AuthenticatorFlags(flags))
		h.keys = append(h.keys, k)
	}
	return h, rows.Err()
}

// Passkeys lists the viewer's own, the oldest first. It is Forbidden for all but
// therapists.
func (db *DB) Passkeys(ctx context.Context, v Viewer) (list []Passkey, err error) {
	if v.Role != Therapist {
		return nil, noSecond()
	}
	return list, db.read(ctx, func(ctx context.Context, t *tx) error {
		rows, err := t.QueryContext(ctx, `SELECT id, name, made_at, used_at FROM passkeys WHERE person_id = $1 ORDER BY made_at, id`, v.PersonID)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var p Passkey
			var used sql.NullString
			if err := rows.Scan(&p.ID, t.texts("passkeys", &noCase, &p.ID).out("name", &p.Name), (*instant)(&p.Made), &used); err != nil {
				return err
			}
			if used.Valid {
				if err := (*instant)(&p.Used).Scan(used.String); err != nil {
					return err
				}
			}
			list = append(list, p)
		}
		return rows.Err()
	})
}

// OfferPasskey gives what a browser is to make a passkey from, as JSON. The
// answer is good once and for five minutes. It is Forbidden for all but
// therapists.
func (db *DB) OfferPasskey(ctx context.Context, v Viewer, at Site) (options string, err error) {
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
	if err != nil {
		return "", err
	}
	made, asked, err := rules.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.keys).CredentialDescriptors()))
	if err != nil {
		return "", err
	}
	db.challenges.keep(v.Session, making, *asked, db.Now())
	b, err := json.Marshal(made.Response)
	return string(b), err
}

// PasskeyInput is the form with which a therapist adds a passkey.
type PasskeyInput struct {
	Name       string
	Credential string // what her browser made, as JSON

	Submission Submission
}

const noPasskey = "No passkey came with this form, or it took too long. Press the button again."

// AddPasskey keeps a passkey of the viewer's. The first second factor that she
// has makes her session whole, ends her others and comes with recovery codes,
// which are shown once; to add one to it she must have given it lately. It is
// Invalid with field messages, Conflict when she has too many, and Forbidden for
// all but therapists.
func (db *DB) AddPasskey(ctx context.Context, v Viewer, at Site, in PasskeyInput) (codes []string, err error) {
	rules, err := at.rules()
	if err != nil {
		return nil, err
	}
	answer, unread := protocol.ParseCredentialCreationResponseBytes([]byte(in.Credential))
	all := db.recoveryCodesOf(v, in.Submission)
	var c challenge
	taken := false
	err = db.write(ctx, func(ctx context.Context, t *tx) error {
		if v.Role != Therapist {
			return noSecond()
		}
		typed := struct{ Name, Credential string }{in.Name, in.Credential}
		_, err := t.makeOnce(ctx, v, in.Submission, "passkey", typed, func() (string, error) {
			has, err := t.factors(ctx, v.PersonID)
			if err != nil {
				return "", err
			}
			if has.any() {
				if err := t.steppedUp(v); err != nil {
					return "", err
				}
			}
			if has.Passkeys >= mostPasskeys {
				return "", conflict("You have %d passkeys. Remove one that you do not use first.", has.Passkeys)
			}
			var r reading
			name := r.need("name", in.Name, 60, "Enter a name by which you will know it, such as the device.")
			if unread != nil {
				r.fail("credential", noPasskey)
			}
			if err := r.err(); err != nil {
				return "", err
			}
			if c, taken = db.challenges.take(v.Session, making, answer.Response.CollectedClientData.Challenge, t.now); !taken {
				return "", invalid("credential", noPasskey)
			}
			made, err := rules.CreateCredential(holder{id: v.PersonID}, c.asked, answer)
			if err != nil {
				return "", invalid("credential", "This passkey cannot be used here. Make it at the address of this page, and with the lock of your device: a fingerprint, a face or a PIN.")
			}
			return t.addPasskey(ctx, v, name, *made, !has.any(), all)
		})
		if err != nil {
			return err
		}
		// The same form sent twice shows the same codes, if it made any.
		var first bool
		err = t.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM recovery_codes WHERE person_id = $1 AND mark = $2)`,
			v.PersonID, t.recoveryMark(v.PersonID, plainCode(all[0]))).Scan(&first)
		if first {
			codes = all
		}
		return err
	})
	if taken && KindOf(err) == Unavailable {
		db.challenges.keep(v.Session, making, c.asked, db.Now())
	}
	return codes, err
}

func (t *tx) addPasskey(ctx context.Context, v Viewer, name string, made webauthn.Credential, first bool, codes []string) (id string, err error) {
	var kept bool
	if err := t.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM passkeys WHERE credential = $1)`, made.ID).Scan(&kept); err != nil {
		return "", err
	}
	if kept {
		return "", invalid("credential", "This passkey is kept already. Make another one.")
	}
	id = newID()
	_, err = t.ExecContext(ctx, `INSERT INTO passkeys (id, person_id, name, credential, public_key, sign_count, flags, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		id, v.PersonID, t.textsOf("passkeys", "", id).in("name", name), made.ID, made.PublicKey, made.Authenticator.SignCount, made.Flags.MsgpByte(), t.stamp())
	if err == nil && first {
		_, err = t.ExecContext(ctx, `DELETE FROM sessions WHERE person_id = $1 AND token_hash <> $2`, v.PersonID, v.Session)
		err = errors.Join(err, t.makeRecoveryCodes(ctx, v, codes), t.second(ctx, v))
	}
	return id, errors.Join(err, t.audit(ctx, v, didAddPasskey, "", id))
}

// RemovePasskey forgets a passkey of the viewer's, and ends her other sessions.
// It is Invalid when her second factor was not given lately, and Conflict for one
// that is not hers, and for the last second factor where the practice asks for two.
func (db *DB) RemovePasskey(ctx context.Context, v Viewer, id string, s Submission) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.once(ctx, v, s, "remove passkey "+id, nil, func() (string, error) {
			var hers bool
			if err := t.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM passkeys WHERE id = $1 AND person_id = $2)`, id, v.PersonID).Scan(&hers); err != nil {
				return "", err
			}
			if !hers {
				return "", conflict("This passkey is not among yours any more.")
			}
			if err := t.steppedUp(v); err != nil {
				return "", err
			}
			has, err := t.factors(ctx, v.PersonID)
			if err != nil {
				return "", err
			}
			if !has.Set && has.Passkeys == 1 && !t.oneFactor {
				return "", conflict("This is the only second factor that you have. Add another passkey or set up an authenticator first.")
			}
			_, err1 := t.ExecContext(ctx, `DELETE FROM passkeys WHERE id = $1`, id)
			_, err2 := t.ExecContext(ctx, `DELETE FROM sessions WHERE person_id = $1 AND token_hash <> $2`, v.PersonID, v.Session)
			return id, errors.Join(err1, err2, t.audit(ctx, v, didRemovePasskey, "", id))
		})
		return err
	})
}
