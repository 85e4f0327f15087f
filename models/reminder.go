package models

import (
	"context"
	"errors"
	"time"
)

// A reminder goes out within one hour of the clock, so that the two of a couple
// are never reminded in the same one, or not at all.

// on gives the date of a day of the week on which the week's forms are open:
// Friday to Sunday of the week itself, Monday to Wednesday of the next.
func (w Week) on(day int) Day {
	d := w.Monday().Add(day - 1)
	if d < w.Opens() {
		d = d.Add(7)
	}
	return d
}

// hour is the beginning of an hour of a date. One that the clocks skip begins when
// they have been put forward; of one that they repeat it is the first.
func hourOf(d Day, hour int, zone *time.Location) time.Time {
	at := d.Time()
	return time.Date(at.Year(), at.Month(), at.Day(), hour, 0, 0, 0, zone)
}

func within(now, from time.Time) bool {
	return !now.Before(from) && now.Before(from.Add(time.Hour))
}

// dates are those of the first reminder of a week and, if it is open then, of the
// one 48 hours later.
func (w Week) dates(day int) (list []Day) {
	for d := w.on(day); d <= w.Closes() && len(list) < 2; d = d.Add(2) {
		list = append(list, d)
	}
	return list
}

// planned is a message whose time has come.
type planned struct {
	kind                          MessageKind
	person, caseID, about, detail string
	until                         time.Time
	other                         string // the client, of the partner's
}

// PlanMessages puts the messages into the outbox whose time has come: reminders,
// and what must be said again of a red flag. It is the program's own act.
func (db *DB) PlanMessages(ctx context.Context) error {
	var list []planned
	old := false
	err := db.read(ctx, func(ctx context.Context, t *tx) (err error) {
		if old, err = t.forgettable(ctx); err != nil {
			return err
		}
		p, err := t.practice(ctx)
		if KindOf(err) == NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		zone := p.Location()
		today := DayOf(t.now, zone)
		w, open := FormWeek(today)
		flags, err1 := t.flagsAgain(ctx)
		if list = flags; !open || p.Quiet(today) {
			return err1
		}
		his, err2 := t.clientReminders(ctx, w, zone)
		if list = append(list, his...); p.Policy == noSecrets {
			return errors.Join(err1, err2)
		}
		hers, err3 := t.partnerReminders(ctx, w, zone)
		list = append(list, hers...)
		return errors.Join(err1, err2, err3)
	})
	if len(list) == 0 && !old {
		return err
	}
	// What could be planned is, whatever else could not.
	return errors.Join(err, db.writeUnaudited(ctx, func(ctx context.Context, t *tx) error {
		if err := t.forgetMessages(ctx); err != nil {
			return err
		}
		for _, m := range list {
			if err := t.enqueue(ctx, m.kind, m.person, m.caseID, m.about, m.detail, t.now, m.until); err != nil {
				return err
			}
		}
		return nil
	}))
}

// forgettable says whether there is anything for forgetMessages.
func (t *tx) forgettable(ctx context.Context) (old bool, err error) {
	err = t.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM messages WHERE settled_at < $1) OR EXISTS (SELECT 1 FROM signin_links WHERE made_at < $2)`,
		stamp(t.now.Add(-messagesLast)), stamp(t.now.Add(-linksKept))).Scan(&old)
	return old, err
}

// reminded is somebody who wants to be reminded and has a way in; in a closed case
// nobody has.
type reminded struct {
	caseID, person      string
	day, first, last    int
	again               bool
	subject             string
	other               string // the client, of the partner's
	otherReminded       bool
	otherDay, otherHour int
}

func (t *tx) clientReminders(ctx context.Context, w Week, zone *time.Location) (list []planned, err error) {
	rows, err := t.QueryContext(ctx, `SELECT c.id, c.client_id, k.day, k.hour FROM client_contacts k JOIN cases c ON c.id = k.case_id JOIN people p ON p.id = c.client_id
		WHERE k.remind = 1 AND p.signin IS NOT NULL
			AND NOT EXISTS (SELECT 1 FROM checkins i WHERE i.case_id = c.id AND i.week = $1) ORDER BY c.id`, w)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var due []planned
	for rows.Next() {
		var r reminded
		if err := rows.Scan(&r.caseID, &r.person, &r.day, &r.first); err != nil {
			return nil, err
		}
		for n, d := range w.dates(r.day) {
			if from := hourOf(d, r.first, zone); within(t.now, from) {
				due = append(due, planned{kind: ClientReminder, person: r.person, caseID: r.caseID, about: string(w) + " " + digit(n), until: from.Add(time.Hour)})
			}
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for _, m := range due {
		k, unread := t.clientCase(ctx, Viewer{PersonID: m.person, Role: Client}) // nothing but what he may read has a part in it
		_, asked := k.asks(w)
		if err = errors.Join(err, unread); asked && unread == nil { // one case that cannot be read keeps nobody else from it
			list = append(list, m)
		}
	}
	return list, err
}

// partnerReminders come whether or not she has reported, so that one on a shared
// screen says nothing, and never in an hour in which something goes to the client.
func (t *tx) partnerReminders(ctx context.Context, w Week, zone *time.Location) (list []planned, err error) {
	rows, err := t.QueryContext(ctx, `SELECT c.id, c.partner_id, k.day, k.first, k.last, k.again, k.subject, c.client_id,
			COALESCE(h.remind, 0), COALESCE(h.day, 7), COALESCE(h.hour, 0)
		FROM partner_reminders k JOIN cases c ON c.id = k.case_id JOIN people p ON p.id = c.partner_id LEFT JOIN client_contacts h ON h.case_id = c.id
		WHERE k.remind = 1 AND p.signin IS NOT NULL ORDER BY c.id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var due []planned
	for rows.Next() {
		var r reminded
		if err := rows.Scan(&r.caseID, &r.person, &r.day, &r.first, &r.last, &r.again, &r.subject, &r.other, &r.otherReminded, &r.otherDay, &r.otherHour); err != nil {
			return nil, err
		}
		for n, d := range w.dates(r.day) {
			for hour := r.first; hour <= r.last && (n == 0 || r.again); hour++ {
				from := hourOf(d, hour, zone)
				if within(t.now, from) && !r.clientAt(w, from, zone) {
					due = append(due, planned{PartnerReminder, r.person, r.caseID, string(w) + " " + digit(n), r.subject, from.Add(time.Hour), r.other})
				}
			}
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for _, m := range due {
		_, asked, unread := t.partnerForm(ctx, Viewer{PersonID: m.person, Role: Partner}, w, DayOf(t.now, zone))
		var his bool
		if unread == nil {
			unread = t.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM messages WHERE person_id = $1 AND kind <> 'link' AND (due_at >= $2 AND due_at < $3 OR settled_at >= $2 AND settled_at < $3))`,
				m.other, stamp(m.until.Add(-time.Hour)), stamp(m.until)).Scan(&his)
		}
		if err = errors.Join(err, unread); unread == nil && asked && !his {
			list = append(list, m)
		}
	}
	return list, err
}

// clientAt says whether the client may be reminded in the hour that begins at an
// instant.
func (r reminded) clientAt(w Week, from time.Time, zone *time.Location) bool {
	for _, d := range w.dates(r.otherDay) {
		if r.otherReminded && hourOf(d, r.otherHour, zone).Equal(from) {
			return true
		}
	}
	return false
}

func digit(n int) string { return string(rune('0' + n)) }

// How long after a red flag its therapist is asked again, and after that whoever
// stands in for her; and for how long a message about it is of use.
const (
	flagAgain  = 2 * time.Hour
	flagDeputy = 4 * time.Hour
	flagLasts  = 24 * time.Hour
)

// tellFlag asks the therapist of a case to sign in because of a red flag.
func (t *tx) tellFlag(ctx context.Context, caseID, flagID string) error {
	var therapist string
	if err := t.QueryRowContext(ctx, `SELECT therapist_id FROM cases WHERE id = $1`, caseID).Scan(&therapist); err != nil {
		return err
	}
	return t.enqueue(ctx, RedFlagMessage, therapist, caseID, flagID+" 0", "", t.now, t.now.Add(flagLasts))
}

// flagsAgain gives what must be said again of the red flags that are open, unless
// the therapist has signed in since.
func (t *tx) flagsAgain(ctx context.Context) (list []planned, err error) {
	rows, err := t.QueryContext(ctx, `SELECT f.id, f.case_id, c.therapist_id, COALESCE(p.deputy_id, ''), f.raised_at FROM flags f JOIN cases c ON c.id = f.case_id JOIN people p ON p.id = c.therapist_id
		WHERE f.closed_on IS NULL AND f.rule LIKE 'R%' AND f.raised_at > $1 AND f.raised_at <= $2
			AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.person_id = c.therapist_id AND s.second_at >= f.raised_at)
			AND EXISTS (SELECT 1 FROM messages m WHERE m.person_id = c.therapist_id AND m.kind = 'red_flag' AND m.about = f.id || ' 0')
		ORDER BY f.id`, stamp(t.now.Add(-flagLasts)), stamp(t.now.Add(-flagAgain)))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id, deputy string
		var raised time.Time
		m := planned{kind: RedFlagMessage}
		if err := rows.Scan(&id, &m.caseID, &m.person, &deputy, (*instant)(&raised)); err != nil {
			return nil, err
		}
		m.about, m.until = id+" 1", raised.Add(flagLasts)
		list = append(list, m)
		if deputy != "" && !t.now.Before(raised.Add(flagDeputy)) {
			m.person = deputy
			list = append(list, m)
		}
	}
	return list, rows.Err()
}

// TellClient puts a message to the client into the outbox: there is something to
// read before his next appointment. It goes at the next full hour, whatever goes to
// the partner. Only the case's therapist may. It is Invalid with field messages,
// and when the client has no address.
func (db *DB) TellClient(ctx context.Context, v Viewer, caseID, on string, s Submission) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		c, today, err := t.caseToday(ctx, v, caseID)
		if err != nil {
			return err
		}
		practice, err := t.practice(ctx)
		if err != nil {
			return err
		}
		his, err := t.clientContact(ctx, caseID)
		if err != nil {
			return err
		}
		var r reading
		day := r.needDay("on", on, today, today.Add(120))
		if his.Address == "" {
			r.fail("on", "The client has no address here. Enter one first.")
		}
		if err := r.err(); err != nil {
			return err
		}
		_, err = t.makeOnce(ctx, v, s, "tell client "+caseID, on, func() (string, error) {
			next := t.now.In(practice.Location()).Add(time.Hour)
			due := hourOf(DayOf(next, practice.Location()), next.Hour(), practice.Location())
			return caseID, errors.Join(t.enqueue(ctx, NoteMessage, c.Client.ID, caseID, newID(), string(day), due, due.Add(time.Hour)), t.audit(ctx, v, didTell, caseID, c.Client.ID))
		})
		return err
	})
}
