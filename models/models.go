// Package models is the domain of Enough: its types, its rules and its SQL.
// It knows nothing of HTTP.
//
// Start with [DB], which opens the database, and with [ClientStore], the only
// way in which the client's pages may read. A method that touches a case takes
// a [Viewer]; it checks access first, then the input, and then writes, all in
// one transaction. Rows of somebody else and rows that do not exist give the
// same NotFound. By what right a therapist may open a case is said with [Right].
//
// Data lie in three compartments. The client's own (check-ins, the plan as
// agreed), the partner's and the therapist's, which are sealed from the client,
// and what both share (snapshots, which are copies). The client's reader is
// held to the first and the third by SQLite's authorizer; see clientReads.
package models

import "time"

// Role says what a person is to the practice.
type Role string

// The roles. The owner of a practice is a therapist.
const (
	Therapist Role = "therapist"
	Client    Role = "client"
	Partner   Role = "partner"
)

// Viewer is the person who is asking. The zero Viewer is nobody.
type Viewer struct {
	PersonID string
	Role     Role
	Name     string
	Owner    bool
	// Session is the hash of the token of the session that is being used.
	Session string
	// Since and Until are when that session began, and when it ends at the latest.
	Since, Until time.Time
	// Visit is where the partner's visit stands; VisitForm for everybody else.
	Visit Visit
	// From is where the request came from; its zero value where nobody asks.
	From Origin
	// Half says that a therapist has given her passphrase and not her second
	// factor. She may do nothing but give it.
	Half bool
	// Unlocked says that the partner gave her passphrase again and may read
	// back what she wrote; or that a therapist gave her second factor in the last
	// minutes, as some acts ask for.
	Unlocked bool
	// Ended says that the session has ended with the form that was sent in it.
	// Such a viewer may send that form again and nothing else.
	Ended bool
}

// Known says whether the viewer has signed in.
func (v Viewer) Known() bool { return v.PersonID != "" }
