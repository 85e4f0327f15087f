package models

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"time"
)

// ClientContact is how the client is reached, and when he is reminded.
type ClientContact struct {
	Address string
	Remind  bool
	Day     int // 1 for Monday to 7 for Sunday
	Hour    int // 0 to 23, in the practice's zone
	Version int // 0 when nothing has been saved
}

// ClientContactInput is the form of it, as typed.
type ClientContactInput struct {
	Address, Remind, Day, Hour string
	Version                    string
	Submission                 Submission
}

func (in ClientContactInput) check(r *reading) ClientContact {
	c := ClientContact{Address: r.address("address", in.Address), Remind: r.needChoice("remind", in.Remind, "yes", "no") == "yes",
		Day: r.reminderDay("day", in.Day), Hour: r.needNumber("hour", in.Hour, 0, 23)}
	if c.Remind && c.Address == "" {
		r.fail("address", "Enter the address to which a reminder goes.")
	}
	return c
}

// reminderDay takes a day on which the form is open: every one but Thursday.
func (r *reading) reminderDay(field, typed string) int {
	n, _ := strconv.Atoi(r.needChoice(field, typed, "5", "6", "7", "1", "2", "3"))
	return n
}

// Contact gives the client's own contact.
func (s *ClientStore) Contact(ctx context.Context, v Viewer) (c ClientContact, err error) {
	err = s.read(ctx, func(ctx context.Context, t *tx) error {
		k, err := t.clientCase(ctx, v)
		if err == nil {
			c, err = t.clientContact(ctx, k.ID)
		}
		return err
	})
	return c, err
}

// FormTimes gives the instants, from now on, at which the client's forms may be
// filled in: on his own day and at his own hour, of the weeks that are planned.
// There are none while nothing is.
func (s *ClientStore) FormTimes(ctx context.Context, v Viewer) (list []time.Time, err error) {
	err = s.read(ctx, func(ctx context.Context, t *tx) error {
		k, err := t.clientCase(ctx, v)
		if err != nil {
			return err
		}
		contact, err := t.clientContact(ctx, k.ID)
		if err != nil {
			return err
		}
		zone, err := t.zone(ctx)
		if err != nil {
			return err
		}
		for _, p := range k.Phases {
			for _, w := range p.Asked() {
				at := hourOf(w.on(contact.Day), contact.Hour, zone)
				if !k.Excused[w] && at.After(t.now) {
					list = append(list, at)
				}
			}
		}
		return nil
	})
	return list, err
}

// ClientContact gives the contact of a case's client. Only the case's therapist may.
func (db *DB) ClientContact(ctx context.Context, v Viewer, caseID string) (c ClientContact, err error) {
	err = db.read(ctx, func(ctx context.Context, t *tx) error {
		if _, err := t.caseOf(ctx, v, caseID); err != nil {
			return err
		}
		c, err = t.clientContact(ctx, caseID)
		return err
	})
	return c, err
}

func (t *tx) clientContact(ctx context.Context, caseID string) (ClientContact, error) {
	c := ClientContact{Day: 7, Hour: 18}
	err := t.QueryRowContext(ctx, `SELECT address, remind, day, hour, version FROM client_contacts WHERE case_id = $1`, caseID).
		Scan(t.textsOf("client_contacts", caseID, caseID).out("address", &c.Address), &c.Remind, &c.Day, &c.Hour, &c.Version)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return c, err
}

// SaveOwnContact changes how the client is reached, by himself. Nothing of it
// depends on the partner's: what must not go to one mailbox is kept from hers. It
// is Invalid with field messages, and Conflict when the contact has changed since
// the form was made.
func (db *DB) SaveOwnContact(ctx context.Context, v Viewer, in ClientContactInput) error {
	return db.writeOwn(ctx, v, func(ctx context.Context, t *tx) error {
		k, err := t.clientCase(ctx, v)
		if err != nil {
			return err
		}
		var r reading
		c := in.check(&r)
		if err := r.err(); err != nil {
			return err
		}
		return t.saveClientContact(ctx, v, k.ID, in, c)
	})
}

// SaveClientContact changes how the client is reached. Only the case's therapist
// may. It is Invalid for the partner's address, with field messages, and Conflict
// when the contact has changed since the form was made.
func (db *DB) SaveClientContact(ctx context.Context, v Viewer, caseID string, in ClientContactInput) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		if _, err := t.caseOf(ctx, v, caseID); err != nil {
			return err
		}
		hers, err := t.partnerContact(ctx, caseID)
		if err != nil {
			return err
		}
		var r reading
		c := in.check(&r)
		if sameAddress(c.Address, hers.Address) {
			r.fail("address", anotherAddress)
		}
		if err := r.err(); err != nil {
			return err
		}
		return t.saveClientContact(ctx, v, caseID, in, c)
	})
}

// anotherAddress is said of an address that both of a couple would have.
const anotherAddress = "This address cannot be used here. Enter another, or leave it empty and use text, paper or the session."

func (t *tx) saveClientContact(ctx context.Context, v Viewer, caseID string, in ClientContactInput, c ClientContact) error {
	_, err := t.once(ctx, v, in.Submission, "client contact "+caseID, in, func() (string, error) {
		was, err := t.clientContact(ctx, caseID)
		if err != nil {
			return "", err
		}
		if in.Version != "" && in.Version != strconv.Itoa(was.Version) || in.Version == "" && was.Version > 0 {
			return "", conflict("This was changed meanwhile. Both texts are shown: yours is in the form, the saved one beside it.")
		}
		_, err = t.ExecContext(ctx, `INSERT INTO client_contacts (case_id, address, remind, day, hour) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (case_id) DO UPDATE SET address = excluded.address, remind = excluded.remind, day = excluded.day, hour = excluded.hour, version = client_contacts.version + 1`,
			caseID, t.textsOf("client_contacts", caseID, caseID).in("address", c.Address), flag(c.Remind), c.Day, c.Hour)
		return caseID, errors.Join(err, t.audit(ctx, v, didSaveContact, caseID, caseID))
	})
	return err
}

// PartnerReminders is how the partner wants to be reminded. Its zero value is: not
// at all.
type PartnerReminders struct {
	Remind      bool
	Day         int // 1 for Monday to 7 for Sunday
	First, Last int // the hours in which it may come, two at least
	Again       bool
	Subject     string // form, notes or hello
}

// PartnerReach is how the partner is reached, with her reminders.
type PartnerReach struct {
	Contact   Contact
	Reminders PartnerReminders
	// SameMailbox says, to a therapist, that both gave one address, so that
	// nothing is sent to hers.
	SameMailbox bool
}

// PartnerReachInput is the form of it, as typed. The channel and the address are
// the partner's own to change; a therapist changes them in the gate.
type PartnerReachInput struct {
	Channel, Address                         string
	Remind, Day, First, Last, Again, Subject string
	Submission                               Submission
}

func (in PartnerReachInput) check(r *reading) PartnerReminders {
	p := PartnerReminders{Remind: r.needChoice("remind", in.Remind, "yes", "no") == "yes", Day: r.reminderDay("remind_day", in.Day),
		First: r.needNumber("first", in.First, 0, 22), Last: r.needNumber("last", in.Last, 1, 23),
		Again: r.choice("again", in.Again, "", "yes", "no") == "yes", Subject: r.choice("subject", in.Subject, "form", PartnerSubjects...)}
	if r.bad["first"] == "" && r.bad["last"] == "" && p.Last <= p.First {
		r.fail("last", "Enter a later hour than the first: two hours at least, of which one is used.")
	}
	return p
}

func (t *tx) partnerContact(ctx context.Context, caseID string) (k Contact, err error) {
	x := t.textsOf("partner_contacts", caseID, caseID)
	err = t.QueryRowContext(ctx, `SELECT channel, address, times, words, never, device_shared FROM partner_contacts WHERE case_id = $1`, caseID).
		Scan(&k.Channel, x.out("address", &k.Address), x.out("times", &k.Times), x.out("words", &k.Words), x.out("never", &k.Never), &k.DeviceShared)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return k, err
}

func (t *tx) partnerReach(ctx context.Context, caseID string) (p PartnerReach, err error) {
	if p.Contact, err = t.partnerContact(ctx, caseID); err != nil {
		return p, err
	}
	r := &p.Reminders
	*r = PartnerReminders{Day: 7, First: 9, Last: 20, Subject: "form"}
	err = t.QueryRowContext(ctx, `SELECT remind, day, first, last, again, subject FROM partner_reminders WHERE case_id = $1`, caseID).
		Scan(&r.Remind, &r.Day, &r.First, &r.Last, &r.Again, &r.Subject)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return p, err
}

// PartnerReach gives how the partner of a case is reached. Only the case's
// therapist may.
func (db *DB) PartnerReach(ctx context.Context, v Viewer, caseID string) (p PartnerReach, err error) {
	err = db.read(ctx, func(ctx context.Context, t *tx) error {
		if _, err := t.caseOf(ctx, v, caseID); err != nil {
			return err
		}
		if p, err = t.partnerReach(ctx, caseID); err != nil {
			return err
		}
		his, err := t.clientContact(ctx, caseID)
		p.SameMailbox = sameAddress(his.Address, p.Contact.Address)
		return err
	})
	return p, err
}

// OwnReach gives how the partner is reached, to herself. It is Forbidden unless
// she gave her passphrase again.
func (db *DB) OwnReach(ctx context.Context, v Viewer) (p PartnerReach, err error) {
	err = db.read(ctx, func(ctx context.Context, t *tx) error {
		caseID, err := t.caseOfPartner(ctx, v)
		if err == nil {
			p, err = t.partnerReach(ctx, caseID)
		}
		return err
	})
	return p, err
}

// SaveOwnReach changes how the partner is reached, by herself. A gate that her
// therapist has open meanwhile is not saved over it. It is Forbidden unless she
// gave her passphrase again, and Invalid with field messages.
func (db *DB) SaveOwnReach(ctx context.Context, v Viewer, in PartnerReachInput) error {
	return db.writeOwn(ctx, v, func(ctx context.Context, t *tx) error {
		caseID, err := t.caseOfPartner(ctx, v)
		if err != nil {
			return err
		}
		his, err := t.clientContact(ctx, caseID)
		if err != nil {
			return err
		}
		var r reading
		p := in.check(&r)
		channel := r.choice("channel", in.Channel, "", "phone", "text", "email", "in_session")
		address := r.text("address", in.Address, lineLimit)
		if channel == "email" {
			address = r.address("address", in.Address)
		}
		switch {
		case p.Remind && channel != "email":
			r.fail("channel", "A reminder comes by e-mail only. Choose e-mail, or no reminder.")
		case p.Remind && address == "":
			r.fail("address", "Enter the address to which a reminder goes.")
		case channel == "email" && sameAddress(his.Address, address):
			r.fail("address", anotherAddress)
		}
		if err := r.err(); err != nil {
			return err
		}
		_, err = t.once(ctx, v, in.Submission, "reach "+caseID, in, func() (string, error) {
			_, err1 := t.ExecContext(ctx, `INSERT INTO partner_contacts (case_id, channel, address) VALUES ($1, $2, $3)
				ON CONFLICT (case_id) DO UPDATE SET channel = excluded.channel, address = excluded.address`,
				caseID, channel, t.textsOf("partner_contacts", caseID, caseID).in("address", address))
			_, err2 := t.ExecContext(ctx, `UPDATE gates SET version = version + 1 WHERE case_id = $1`, caseID)
			return caseID, errors.Join(err1, err2, t.putReminders(ctx, caseID, p), t.audit(ctx, v, didSaveReach, caseID, v.PersonID))
		})
		return err
	})
}

// SavePartnerReminders changes the partner's reminders, as she wished in the
// interview. Only the case's therapist may. It is Invalid with field messages.
func (db *DB) SavePartnerReminders(ctx context.Context, v Viewer, caseID string, in PartnerReachInput) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		c, err := t.caseOf(ctx, v, caseID)
		if err != nil {
			return err
		}
		k, err := t.partnerContact(ctx, caseID)
		if err != nil {
			return err
		}
		var r reading
		p := in.check(&r)
		if _, bad := parseMail(k); p.Remind && bad {
			r.fail("remind", "A reminder needs a mail address: enter e-mail as the safe contact first.")
		}
		if err := r.err(); err != nil {
			return err
		}
		_, err = t.once(ctx, v, in.Submission, "reminders "+caseID, in, func() (string, error) {
			return caseID, errors.Join(t.putReminders(ctx, caseID, p), t.audit(ctx, v, didSaveReach, caseID, c.Partner.ID))
		})
		return err
	})
}

// parseMail gives the mail address of a safe contact. It is bad when the contact is
// by another channel, or nothing can be sent to the address.
func parseMail(k Contact) (address string, bad bool) {
	var r reading
	address = r.address("address", k.Address)
	return address, k.Channel != "email" || address == ""
}

func (t *tx) putReminders(ctx context.Context, caseID string, p PartnerReminders) error {
	_, err := t.ExecContext(ctx, `INSERT INTO partner_reminders (case_id, remind, day, first, last, again, subject) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (case_id) DO UPDATE SET remind = excluded.remind, day = excluded.day, first = excluded.first, last = excluded.last, again = excluded.again, subject = excluded.subject`,
		caseID, flag(p.Remind), p.Day, p.First, p.Last, flag(p.Again), p.Subject)
	return err
}

// Address gives the viewer's own mail address, of a therapist.
func (db *DB) Address(ctx context.Context, v Viewer) (address string, err error) {
	err = db.read(ctx, func(ctx context.Context, t *tx) error {
		address, err = t.therapistAddress(ctx, v.PersonID)
		return err
	})
	return address, err
}

func (t *tx) therapistAddress(ctx context.Context, personID string) (address string, err error) {
	err = t.QueryRowContext(ctx, `SELECT address FROM people WHERE id = $1`, personID).Scan(t.textsOf("people", "", personID).out("address", &address))
	return address, err
}

// SaveAddress changes the viewer's own mail address, of a therapist. It is Invalid
// for what is none.
func (db *DB) SaveAddress(ctx context.Context, v Viewer, typed string, s Submission) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		var r reading
		address := r.address("address", typed)
		if err := r.err(); err != nil {
			return err
		}
		_, err := t.once(ctx, v, s, "address", address, func() (string, error) {
			_, err := t.ExecContext(ctx, `UPDATE people SET address = $1 WHERE id = $2 AND role = 'therapist'`, t.textsOf("people", "", v.PersonID).in("address", address), v.PersonID)
			return v.PersonID, errors.Join(err, t.audit(ctx, v, didSaveAddress, "", v.PersonID))
		})
		return err
	})
}

// addressFor gives where a message of a kind goes now, empty for nowhere.
func (t *tx) addressFor(ctx context.Context, kind MessageKind, caseID, personID string) (string, error) {
	switch kind {
	case RedFlagMessage:
		return t.therapistAddress(ctx, personID)
	case PartnerReminder:
		p, err := t.partnerReach(ctx, caseID)
		if err != nil || !p.Reminders.Remind {
			return "", err
		}
		his, err := t.clientContact(ctx, caseID)
		address, bad := parseMail(p.Contact)
		if bad || sameAddress(his.Address, address) {
			return "", err
		}
		return address, err
	}
	his, err := t.clientContact(ctx, caseID)
	if kind == ClientReminder && !his.Remind {
		return "", err
	}
	return his.Address, err
}
