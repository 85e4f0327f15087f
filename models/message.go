package models

import (
	"context"
	"strings"
	"time"

	"enough/models/mail"
)

// MessageKind says what a message is for.
type MessageKind string

// The messages that there are.
const (
	ClientReminder  MessageKind = "client_reminder"
	PartnerReminder MessageKind = "partner_reminder"
	NoteMessage     MessageKind = "note"     // to the client: there is something to read before the next appointment
	LinkMessage     MessageKind = "link"     // to the client: a link to sign in with
	RedFlagMessage  MessageKind = "red_flag" // to a therapist
)

// messageState says where a message stands.
type messageState string

const (
	waiting   messageState = "waiting"
	sending   messageState = "sending"   // being handed to the mail server
	handed    messageState = "handed"    // all of it but its end has been
	sent      messageState = "sent"      // the mail server took it
	unknown   messageState = "unknown"   // the mail server may have taken it
	givenUp   messageState = "given_up"  // it could not be sent in its time, or was refused
	takenBack messageState = "withdrawn" // there was nobody any more to send it to
	notSent   messageState = "not_sent"  // no mail server is named
)

// Message is one message of the outbox, as a therapist sees it.
type Message struct {
	Kind     MessageKind
	To       Role
	Subject  string
	Body     string // empty for a link, which is nobody else's
	State    string // in words
	Due, End time.Time
}

// text writes what a message says. link is the address of the site.
func (k MessageKind) text(detail, link, office string) (subject, body string) {
	switch k {
	case ClientReminder:
		return "Weekly form", "Your weekly form is open until Wednesday. " + link + " – " + office
	case PartnerReminder:
		return PartnerSubject(detail), "The form is open until Wednesday. " + link
	case NoteMessage:
		return "Your next appointment", "There is a note for your next appointment on " + Day(detail).Long() + ". " + link
	case LinkMessage:
		return "Your link", "Open this within 10 minutes to go on. " + link + "/link/" + detail
	}
	return "Please sign in", "A case needs you today. " + link
}

// PartnerSubjects lists the subjects of which the partner chooses one.
var PartnerSubjects = []string{"form", "notes", "hello"}

// PartnerSubject writes one of them.
func PartnerSubject(choice string) string {
	return map[string]string{"form": "Form", "notes": "Appointment notes", "hello": "Hello from the office"}[choice]
}

// words says where a message stands, to a therapist.
func (s messageState) words(tries int, k MessageKind) string {
	switch s {
	case waiting, sending, handed:
		if tries > 1 {
			return "not sent yet, and tried again"
		}
		return "waiting"
	case sent:
		return "sent"
	case unknown:
		return "sent, and no answer was heard: it may not have arrived"
	case takenBack:
		return "withdrawn"
	case notSent:
		return "would have been sent: no mail server is named"
	}
	if k == RedFlagMessage {
		return "not sent: tried and given up. Use another way"
	}
	return "not sent: tried and given up"
}

// Messages lists the messages of a case, newest first, at most thirty. Only its
// therapist may.
func (db *DB) Messages(ctx context.Context, v Viewer, caseID string) (list []Message, err error) {
	err = db.read(ctx, func(ctx context.Context, t *tx) error {
		if _, err := t.caseOf(ctx, v, caseID); err != nil {
			return err
		}
		practice, err := t.practice(ctx)
		if err != nil {
			return err
		}
		rows, err := t.QueryContext(ctx, `SELECT m.id, m.kind, m.detail, m.state, m.tries, m.due_at, COALESCE(m.settled_at, m.due_at), p.role
			FROM messages m JOIN people p ON p.id = m.person_id WHERE m.case_id = $1 ORDER BY m.made_at DESC, m.id LIMIT 30`, caseID)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var m Message
			var id, detail string
			var state messageState
			var tries int
			if err := rows.Scan(&id, &m.Kind, t.texts("messages", &caseID, &id).out("detail", &detail), &state, &tries, (*instant)(&m.Due), (*instant)(&m.End), &m.To); err != nil {
				return err
			}
			m.State = state.words(tries, m.Kind)
			m.Subject, m.Body = m.Kind.text(detail, db.site, practice.Office)
			if m.Kind == LinkMessage {
				m.Body = ""
			}
			list = append(list, m)
		}
		return rows.Err()
	})
	return list, err
}

// address takes a mail address, or nothing.
func (r *reading) address(field, typed string) string {
	if strings.TrimSpace(typed) == "" {
		return ""
	}
	a, err := mail.ParseAddress(typed)
	if err != nil {
		r.fail(field, "Enter one mail address, such as name@example.org.")
	}
	return a
}

// sameAddress says whether two addresses are one mailbox, as far as can be told.
func sameAddress(a, b string) bool {
	return a != "" && strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b))
}
