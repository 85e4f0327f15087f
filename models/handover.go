package models

import (
	"context"
	"errors"
	"slices"
)

// Handover says from whom a case went to whom.
type Handover struct {
	On       Day
	From, To string // by name
	Reason   string // for the therapists alone
}

// HandOverInput is the form that hands a case over, as typed.
type HandOverInput struct {
	To         string // the id of the therapist
	On, Reason string
	// What each of the two is given to read, in their own places; empty for nothing.
	ClientText, PartnerText string
	Submission              Submission
}

// HandOver gives a case to another therapist of the practice who has joined. From
// then on the case is hers, and the reading of it without names or the work with it
// that she was granted before ends. Only the case's own therapist may, after her second factor; the
// same form sent again is answered as before, though the case is not hers any
// more. It is Invalid with field messages, and Closed when the case is.
func (db *DB) HandOver(ctx context.Context, v Viewer, caseID string, in HandOverInput) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		// Once the case has gone only its form is left to be recognised by.
		_, err := t.makeOnce(ctx, v, in.Submission, "hand over "+caseID, in, func() (string, error) {
			c, err := own(t.caseOf(ctx, v, caseID))
			if err == nil {
				err = t.steppedUp(v)
			}
			if err != nil {
				return "", err
			}
			today, err := t.today(ctx)
			if err != nil {
				return "", err
			}
			var r reading
			on := r.needDay("on", in.On, today.Add(-60), today)
			reason := r.need("reason", in.Reason, proseLimit, "Write why it is handed over. Only therapists who have the case can read this.")
			clientText := r.text("client_text", in.ClientText, 800)
			partnerText := r.text("partner_text", in.PartnerText, 800)
			if err := t.chooseColleague(ctx, &r, "to", in.To, c.TherapistID); err != nil {
				return "", err
			}
			if err := r.err(); err != nil {
				return "", err
			}
			return in.To, errors.Join(t.handOver(ctx, v, c.ID, c.TherapistID, in.To, on, reason),
				t.addNotice(ctx, "client_notices", c.ID, clientText, on), t.addNotice(ctx, "partner_notices", c.ID, partnerText, on))
		})
		return err
	})
}

// handOver moves a case from one therapist to another, and ends what the other
// had of it before.
func (t *tx) handOver(ctx context.Context, v Viewer, caseID, from, to string, on Day, reason string) error {
	id := newID()
	_, err1 := t.ExecContext(ctx, `UPDATE cases SET therapist_id = $1 WHERE id = $2 AND therapist_id = $3`, to, caseID, from)
	_, err2 := t.ExecContext(ctx, `INSERT INTO handovers (id, case_id, from_id, to_id, handed_on, reason, handed_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		id, caseID, from, to, on, t.textsOf("handovers", caseID, id).in("reason", reason), t.stamp())
	_, err3 := t.ExecContext(ctx, `UPDATE supervisions SET ended_at = $1 WHERE case_id = $2 AND supervisor_id = $3 AND ended_at IS NULL`, t.stamp(), caseID, to)
	_, err4 := t.ExecContext(ctx, `UPDATE messages SET state = $1, settled_at = $2 WHERE case_id = $3 AND person_id = $4 AND state = $5`, string(takenBack), t.stamp(), caseID, from, string(waiting))
	return errors.Join(err1, err2, err3, err4, t.endShares(ctx, caseID, to), t.audit(ctx, v, didHandOver, caseID, to))
}

// Handovers lists the handovers of a case, the last one first. Only the case's
// therapist may.
func (db *DB) Handovers(ctx context.Context, v Viewer, caseID string) (list []Handover, err error) {
	err = db.read(ctx, func(ctx context.Context, t *tx) error {
		if _, err := t.caseOf(ctx, v, caseID); err != nil {
			return err
		}
		rows, err := t.QueryContext(ctx, `SELECT h.id, h.handed_on, f.id, f.name, n.id, n.name, h.reason FROM handovers h
			JOIN people f ON f.id = h.from_id JOIN people n ON n.id = h.to_id WHERE h.case_id = $1 ORDER BY h.handed_at DESC, h.id`, caseID)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var h Handover
			var id, from, to string
			if err := rows.Scan(&id, &h.On, &from, t.texts("people", &noCase, &from).out("name", &h.From), &to, t.texts("people", &noCase, &to).out("name", &h.To),
				t.texts("handovers", &caseID, &id).out("reason", &h.Reason)); err != nil {
				return err
			}
			list = append(list, h)
		}
		return rows.Err()
	})
	return list, err
}

// Colleagues lists the therapists of the practice who have joined, but for the
// viewer. Any therapist may ask.
func (db *DB) Colleagues(ctx context.Context, v Viewer) (list []Person, err error) {
	if v.Role != Therapist {
		return nil, &Error{Kind: Forbidden, Message: "Only therapists can see this."}
	}
	err = db.read(ctx, func(ctx context.Context, t *tx) (err error) {
		list, err = t.colleagues(ctx, v.PersonID)
		return err
	})
	return list, err
}

// colleagues lists the therapists who have joined, but for one.
func (t *tx) colleagues(ctx context.Context, but string) ([]Person, error) {
	list, err := t.therapists(ctx)
	return slices.DeleteFunc(list, func(p Person) bool { return !p.Joined || p.ID == but }), err
}

// chooseColleague checks that a field names one of them.
func (t *tx) chooseColleague(ctx context.Context, r *reading, field, id, but string) error {
	list, err := t.colleagues(ctx, but)
	if !slices.ContainsFunc(list, func(p Person) bool { return p.ID == id }) {
		r.fail(field, "Choose one.")
	}
	return err
}
