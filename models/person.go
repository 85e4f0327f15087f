package models

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Person is somebody who can sign in, or will.
type Person struct {
	ID     string
	Role   Role
	Owner  bool
	Name   string
	Joined bool // has a sign-in name and a passphrase
	// AccessEnded is the date on which the way in was ended, empty when it was
	// not, or when a new code was made since.
	AccessEnded Day
}

// Pronoun is how the forms speak of somebody.
type Pronoun string

// The pronouns a case may use.
const (
	She  Pronoun = "she"
	He   Pronoun = "he"
	They Pronoun = "they"
)

// Subject is she, he or they.
func (p Pronoun) Subject() string { return string(p) }

// Object is her, him or them.
func (p Pronoun) Object() string {
	return map[Pronoun]string{She: "her", He: "him", They: "them"}[p]
}

// Possessive is her, his or their.
func (p Pronoun) Possessive() string {
	return map[Pronoun]string{She: "her", He: "his", They: "their"}[p]
}

// Verb picks the form of a verb that follows the pronoun: she says, they say.
func (p Pronoun) Verb(singular, plural string) string {
	if p == They {
		return plural
	}
	return singular
}

// Cap is the subject at the beginning of a sentence.
func (p Pronoun) Cap() string {
	s := p.Subject()
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// addPerson adds somebody of a case, or of the practice for no case.
func (t *tx) addPerson(ctx context.Context, caseID string, role Role, owner bool, name string) (string, error) {
	id := newID()
	isOwner := 0
	if owner {
		isOwner = 1
	}
	_, err := t.ExecContext(ctx, `INSERT INTO people (id, case_id, role, is_owner, name, created_at) VALUES ($1, NULLIF($2, ''), $3, $4, $5, $6)`,
		id, caseID, string(role), isOwner, t.textsOf("people", caseID, id).in("name", name), t.stamp())
	return id, err
}

// Therapists lists the practice's therapists. Any therapist may ask.
func (db *DB) Therapists(ctx context.Context, v Viewer) ([]Person, error) {
	if v.Role != Therapist {
		return nil, &Error{Kind: Forbidden, Message: "Only therapists can see this."}
	}
	var people []Person
	err := db.read(ctx, func(ctx context.Context, t *tx) (err error) {
		people, err = t.therapists(ctx)
		return err
	})
	return people, err
}

// therapists lists them by name.
func (t *tx) therapists(ctx context.Context) (people []Person, err error) {
	rows, err := t.QueryContext(ctx, `SELECT id, role, is_owner, name, signin IS NOT NULL FROM people WHERE role = 'therapist' ORDER BY id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var p Person
		if err := rows.Scan(&p.ID, &p.Role, &p.Owner, t.texts("people", &noCase, &p.ID).out("name", &p.Name), &p.Joined); err != nil {
			return nil, err
		}
		people = append(people, p)
	}
	slices.SortStableFunc(people, func(a, b Person) int { return strings.Compare(a.Name, b.Name) })
	return people, rows.Err()
}

// noCase stands for the practice where texts ask for a case.
var noCase = ""

// CredentialsInput is the sign-in name and passphrase that a person chooses.
type CredentialsInput struct{ SignIn, Passphrase, Again string }

// LeastPassphrase is the shortest passphrase of each role, in characters.
func LeastPassphrase(role Role) int {
	if role == Therapist {
		return 15
	}
	return 8
}

func (in CredentialsInput) check(r *reading, role Role) (signin string) {
	signin = strings.ToLower(r.need("signin", in.SignIn, 60, "Choose a name to sign in with."))
	if strings.ContainsAny(signin, " \t\n") {
		r.fail("signin", "Choose a name without spaces.")
	}
	in.checkPassphrase(r, role)
	return signin
}

func (in CredentialsInput) checkPassphrase(r *reading, role Role) {
	least := LeastPassphrase(role)
	switch n := utf8.RuneCountInString(in.Passphrase); {
	case n < least:
		r.fail("passphrase", fmt.Sprintf("Choose a passphrase of at least %d characters. Three or four words do well.", least))
	case n > lineLimit || !utf8.ValidString(in.Passphrase):
		r.fail("passphrase", fmt.Sprintf("Choose a passphrase of at most %d characters.", lineLimit))
	case in.Again != in.Passphrase:
		r.fail("again", "The two passphrases differ. Type the same one twice.")
	}
}

// setCredentials gives a person a way to sign in. The sign-in name must be
// free.
func (t *tx) setCredentials(ctx context.Context, personID, signin, passphraseHash string) error {
	_, err := t.ExecContext(ctx, `UPDATE people SET signin = $1, passphrase_hash = $2, passphrase_on = NULL WHERE id = $3`, t.signInMark(signin), passphraseHash, personID)
	if isUnique(err) {
		return invalid("signin", "This name cannot be had. Choose another.")
	}
	return err
}

// signInMark is how a sign-in name is kept: the same for the same name, and of
// no use to anybody who reads the database.
func (t *tx) signInMark(name string) string { return t.keys.secret("sign-in names").Mark(name) }
