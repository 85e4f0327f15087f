package models

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// How long an invitation can be used.
const (
	setUpLasts   = 24 * time.Hour
	partnerLasts = 30 * time.Minute // while she and the therapist speak alone
	othersLast   = 72 * time.Hour
)

// newCode gives a one-time code that can be read aloud: five groups of four
// characters, 100 random bits.
func newCode() string {
	s := rand.Text()[:20]
	return strings.Join([]string{s[:4], s[4:8], s[8:12], s[12:16], s[16:]}, "-")
}

// plainCode is a code as typed, without its spaces, hyphens and case.
func plainCode(typed string) string {
	return strings.ToUpper(strings.NewReplacer("-", "", " ", "", "\t", "").Replace(strings.TrimSpace(typed)))
}

func (t *tx) invite(ctx context.Context, personID, token string, lasts time.Duration) error {
	if _, err := t.ExecContext(ctx, `DELETE FROM invitations WHERE person_id IS NULLIF($1, '')`, personID); err != nil {
		return err
	}
	_, err := t.ExecContext(ctx, `INSERT INTO invitations (code_hash, person_id, expires_at, created_at) VALUES ($1, NULLIF($2, ''), $3, $4)`,
		hashed(token), personID, stamp(t.now.Add(lasts)), t.stamp())
	return err
}

// badCode is the one answer to a code that is unknown, used, expired or made
// for something else.
func badCode() error { return invalid("code", "This code cannot be used. Ask for a new one.") }

// useInvitation takes an invitation that is still good and gives its person,
// empty for the set-up.
func (t *tx) useInvitation(ctx context.Context, token string) (personID string, err error) {
	var person sql.NullString
	err = t.QueryRowContext(ctx, `UPDATE invitations SET used_at = $1 WHERE code_hash = $2 AND used_at IS NULL AND expires_at > $1 AND created_at <= $3 RETURNING person_id`,
		t.stamp(), hashed(token), stamp(t.now.Add(setBack))).Scan(&person)
	if errors.Is(err, sql.ErrNoRows) {
		return "", badCode()
	}
	return person.String, err
}

// SetUpToken makes the one-time secret with which an empty practice is set up.
// It is empty when the practice is there already.
func (db *DB) SetUpToken(ctx context.Context) (string, error) {
	token := ""
	err := db.write(ctx, func(ctx context.Context, t *tx) error {
		if _, err := t.practice(ctx); KindOf(err) != NotFound {
			return err
		}
		token = newToken()
		return errors.Join(t.invite(ctx, "", token, setUpLasts), t.audit(ctx, Viewer{}, didMakeSetUp, "", ""))
	})
	return token, err
}

// SetUpOpen says whether a set-up secret can still be used.
func (db *DB) SetUpOpen(ctx context.Context, token string) (bool, error) {
	open := false
	err := db.read(ctx, func(ctx context.Context, t *tx) error {
		return t.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM invitations WHERE code_hash = $1 AND person_id IS NULL AND used_at IS NULL AND expires_at > $2)`,
			hashed(token), t.stamp()).Scan(&open)
	})
	return open, err
}

// SetUpInput is the first form of an empty practice, as typed.
type SetUpInput struct {
	Token       string
	OwnerName   string
	Practice    PracticeInput
	Credentials CredentialsInput
}

// SetUp makes the practice and its owner, once. It is Invalid with field
// messages, and for a secret that cannot be used.
func (db *DB) SetUp(ctx context.Context, in SetUpInput) (Viewer, error) {
	var r reading
	practice := in.Practice.check(&r, Practice{Policy: "limited", KeepYears: 7, Thresholds: DefaultThresholds})
	name := r.need("name", in.OwnerName, 100, "Enter your name.")
	signin := in.Credentials.check(&r, Therapist)
	if err := r.err(); err != nil {
		return Viewer{}, err
	}
	hash := db.hashing.hash(in.Credentials.Passphrase)
	v := Viewer{Role: Therapist, Name: name, Owner: true}
	err := db.write(ctx, func(ctx context.Context, t *tx) error {
		person, err := t.useInvitation(ctx, in.Token)
		if err != nil {
			return err
		}
		if person != "" {
			return badCode()
		}
		_, err = t.ExecContext(ctx, `INSERT INTO practices (id, name, zone, office, emergency, policy, created_at,
				some_change, worse_change, least_drop, fair_dose) VALUES (1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			practice.Name, practice.Zone, practice.Office, practice.Emergency, practice.Policy, t.stamp(),
			practice.SomeChange, practice.WorseChange, practice.LeastDrop, practice.FairDose)
		if err != nil {
			return err
		}
		if v.PersonID, err = t.addPerson(ctx, "", Therapist, true, name); err != nil {
			return err
		}
		if err := t.setCredentials(ctx, v.PersonID, signin, hash); err != nil {
			return err
		}
		return t.audit(ctx, v, didSetUp, "", v.PersonID)
	})
	return v, err
}

// JoinInput is what somebody types who was given a code.
type JoinInput struct {
	Code        string
	Credentials CredentialsInput
}

// Join lets the person whom a code was made for choose a sign-in name and a
// passphrase. A code works once. It is Invalid with field messages.
func (db *DB) Join(ctx context.Context, in JoinInput) (Viewer, error) {
	code := plainCode(in.Code)
	v, err := db.invited(ctx, code)
	if err != nil {
		return Viewer{}, err
	}
	var r reading
	signin := in.Credentials.check(&r, v.Role)
	if err := r.err(); err != nil {
		return Viewer{}, err
	}
	hash := db.hashing.hash(in.Credentials.Passphrase)
	err = db.write(ctx, func(ctx context.Context, t *tx) error {
		person, err := t.useInvitation(ctx, code)
		if err != nil {
			return err
		}
		if person != v.PersonID {
			return badCode()
		}
		if err := t.setCredentials(ctx, person, signin, hash); err != nil {
			return err
		}
		if _, err := t.ExecContext(ctx, `DELETE FROM sessions WHERE person_id = $1`, person); err != nil {
			return err
		}
		return errors.Join(t.forgetSecond(ctx, person), t.audit(ctx, v, didJoin, "", person))
	})
	return v, err
}

// invited gives the person for whom a code can still be used.
func (db *DB) invited(ctx context.Context, code string) (Viewer, error) {
	var v Viewer
	err := db.read(ctx, func(ctx context.Context, t *tx) error {
		var caseID string
		err := t.QueryRowContext(ctx, `SELECT COALESCE(p.case_id, ''), p.id, p.role, p.name, p.is_owner FROM invitations i JOIN people p ON p.id = i.person_id
			WHERE i.code_hash = $1 AND i.used_at IS NULL AND i.expires_at > $2 AND i.created_at <= $3`, hashed(code), t.stamp(), stamp(t.now.Add(setBack))).
			Scan(&caseID, &v.PersonID, &v.Role, t.texts("people", &caseID, &v.PersonID).out("name", &v.Name), &v.Owner)
		if errors.Is(err, sql.ErrNoRows) {
			return badCode()
		}
		return err
	})
	return v, err
}

// InviteTo makes a one-time code for the client or the partner of a case,
// which is shown once, on the therapist's own screen. It kills a code made
// before. Only the case's therapist may, after her second factor.
func (db *DB) InviteTo(ctx context.Context, v Viewer, caseID string, role Role) (code string, err error) {
	err = db.write(ctx, func(ctx context.Context, t *tx) error {
		c, err := t.caseOf(ctx, v, caseID)
		if err == nil {
			err = t.steppedUp(v)
		}
		if err != nil {
			return err
		}
		person, lasts := c.Client.ID, othersLast
		if role == Partner {
			shut, err := t.partnersShut(ctx)
			if err != nil {
				return err
			}
			if shut {
				return conflict("This practice keeps no secrets between the two, and so has no partner’s side. Enter reports in the session.")
			}
			person, lasts = c.Partner.ID, partnerLasts
		}
		code = newCode()
		if err := t.invite(ctx, person, plainCode(code), lasts); err != nil {
			return err
		}
		if _, err := t.ExecContext(ctx, `UPDATE people SET access_ended_on = NULL WHERE id = $1`, person); err != nil {
			return err
		}
		return t.audit(ctx, v, didMakeCode, caseID, person)
	})
	return code, err
}

// InviteTherapist makes a one-time code for a therapist who cannot sign in any
// more. With it she chooses a passphrase and an authenticator anew; until then
// those of before hold. Only the owner may, after her second factor. It is Conflict
// for anybody else than a therapist.
func (db *DB) InviteTherapist(ctx context.Context, v Viewer, personID string) (code string, err error) {
	err = db.write(ctx, func(ctx context.Context, t *tx) error {
		if !v.Owner {
			return ownerAlone()
		}
		if err := t.steppedUp(v); err != nil {
			return err
		}
		code = newCode()
		return t.inviteTherapist(ctx, v, personID, code)
	})
	return code, err
}

// TherapistNames lists the therapists of the practice, for whoever runs the
// server.
func (db *DB) TherapistNames(ctx context.Context) (names []string, err error) {
	err = db.read(ctx, func(ctx context.Context, t *tx) error {
		people, err := t.therapists(ctx)
		for _, p := range people {
			names = append(names, p.Name)
		}
		return err
	})
	return names, err
}

// CodeFor makes a one-time code as InviteTherapist does, for whoever runs the
// server. It is NotFound unless exactly one therapist has the name.
func (db *DB) CodeFor(ctx context.Context, name string) (code string, err error) {
	err = db.write(ctx, func(ctx context.Context, t *tx) error {
		people, err := t.therapists(ctx)
		if err != nil {
			return err
		}
		people = slices.DeleteFunc(people, func(p Person) bool { return p.Name != name })
		if len(people) != 1 {
			return &Error{Kind: NotFound, Message: fmt.Sprintf("%d therapists have this name", len(people))}
		}
		code = newCode()
		return t.inviteTherapist(ctx, Viewer{}, people[0].ID, code)
	})
	return code, err
}

func (t *tx) inviteTherapist(ctx context.Context, v Viewer, personID, code string) error {
	if err := t.isTherapist(ctx, personID); err != nil {
		return err
	}
	_, err := t.ExecContext(ctx, `UPDATE people SET access_ended_on = NULL WHERE id = $1`, personID)
	return errors.Join(err, t.invite(ctx, personID, plainCode(code), othersLast), t.audit(ctx, v, didMakeCode, "", personID))
}

// AddTherapist adds a therapist to the practice and gives her one-time code.
// The same form sent twice adds her once; the code given last is the one that
// works. Only the owner may, after her second factor.
func (db *DB) AddTherapist(ctx context.Context, v Viewer, name string, s Submission) (code string, err error) {
	err = db.write(ctx, func(ctx context.Context, t *tx) error {
		if !v.Owner {
			return ownerAlone()
		}
		var r reading
		name := r.need("name", name, 100, "Enter the therapist’s name.")
		if err := r.err(); err != nil {
			return err
		}
		if err := t.steppedUp(v); err != nil {
			return err
		}
		id, err := t.makeOnce(ctx, v, s, "therapist", name, func() (string, error) {
			id, err := t.addPerson(ctx, "", Therapist, false, name)
			return id, errors.Join(err, t.audit(ctx, v, didAddPeer, "", id))
		})
		if err != nil {
			return err
		}
		code = newCode()
		return errors.Join(t.invite(ctx, id, plainCode(code), othersLast), t.audit(ctx, v, didMakeCode, "", id))
	})
	return code, err
}
