package models

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
)

// Case is one couple in treatment, as its therapist sees it.
type Case struct {
	ID             string
	TherapistID    string
	Therapist      string // by name
	Right          Right  // by which the viewer may open it
	Client         Person
	Partner        Person
	ClientPronoun  Pronoun
	PartnerPronoun Pronoun
	ChildrenHome   bool
	Frame          Frame
	Version        int
	Closed         Closing
}

// Frame is the strategic frame: five questions in the order in which they are
// asked, and what the therapist settles when she opens the case.
type Frame struct {
	Goal        string // what does he want? His words
	Stake       string // what does it cost him if he loses it? His words
	Cooperation string // whose cooperation does it need?
	Standing    string // where does that stand now? Her words, from released facts only
	Candidates  []Candidate
	Economic    string // yes, no or unknown: does the partner depend on the client's money?
	Ending      string // "I will end this if …"
}

// Candidate is one act that could change where it stands.
type Candidate struct {
	Behaviour string
	Cost      *int // to him, 0 to 10
}

// OpenCaseInput is the form of a new case, as typed.
type OpenCaseInput struct {
	ClientName, PartnerName       string
	ClientPronoun, PartnerPronoun string
	Children                      string // yes when children live at home
	Submission                    Submission
}

// OpenCase opens a case with its two people. Any therapist may. It is Invalid
// with field messages.
func (db *DB) OpenCase(ctx context.Context, v Viewer, in OpenCaseInput) (id string, err error) {
	err = db.write(ctx, func(ctx context.Context, t *tx) error {
		if v.Role != Therapist {
			return &Error{Kind: Forbidden, Message: "Only therapists can open a case."}
		}
		var r reading
		client := r.need("client_name", in.ClientName, 100, "Enter the client’s name.")
		partner := r.need("partner_name", in.PartnerName, 100, "Enter the partner’s name.")
		clientPronoun := r.needChoice("client_pronoun", in.ClientPronoun, "she", "he", "they")
		partnerPronoun := r.needChoice("partner_pronoun", in.PartnerPronoun, "she", "he", "they")
		children := r.needChoice("children", in.Children, "yes", "no")
		if err := r.err(); err != nil {
			return err
		}
		id, err = t.makeOnce(ctx, v, in.Submission, "open case", in, func() (string, error) {
			id := newID()
			if err := t.keys.addCase(id); err != nil {
				return "", notSaved(err)
			}
			clientID, err1 := t.addPerson(ctx, id, Client, false, client)
			partnerID, err2 := t.addPerson(ctx, id, Partner, false, partner)
			if err := errors.Join(err1, err2); err != nil {
				return "", err
			}
			_, err := t.ExecContext(ctx, `INSERT INTO cases (id, therapist_id, client_id, partner_id, client_pronoun, partner_pronoun, children_home, opened_at)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, id, v.PersonID, clientID, partnerID, clientPronoun, partnerPronoun, flag(children == "yes"), t.stamp())
			if err != nil {
				return "", err
			}
			return id, t.audit(ctx, v, didOpenCase, id, id)
		})
		return err
	})
	return id, err
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// FrameInput is the form of the strategic frame, as typed.
type FrameInput struct {
	Goal, Stake, Cooperation, Standing string
	Behaviours, Costs                  [3]string
	Economic, Ending, Children         string
	Version                            string
	Submission                         Submission
}

// SaveFrame writes the strategic frame of a case. Only its therapist may. It
// is Invalid with field messages, and Conflict when the frame has changed
// since the form was made.
func (db *DB) SaveFrame(ctx context.Context, v Viewer, caseID string, in FrameInput) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		if _, err := t.caseOf(ctx, v, caseID); err != nil {
			return err
		}
		var r reading
		f := Frame{
			Goal:        r.need("goal", in.Goal, lineLimit, "Write what the client wants, in one sentence of the client’s own."),
			Stake:       r.text("stake", in.Stake, 1000),
			Cooperation: r.text("cooperation", in.Cooperation, lineLimit),
			Standing:    r.text("standing", in.Standing, 1000),
			Economic:    r.choice("economic", in.Economic, "unknown", "yes", "no", "unknown"),
			Ending:      r.text("ending", in.Ending, 1000),
		}
		children := r.needChoice("children", in.Children, "yes", "no")
		for i := range in.Behaviours {
			c := Candidate{
				Behaviour: r.text(fmt.Sprintf("candidate%d", i+1), in.Behaviours[i], lineLimit),
				Cost:      r.number(fmt.Sprintf("cost%d", i+1), in.Costs[i], 0, 10),
			}
			if c.Behaviour == "" && c.Cost != nil {
				r.fail(fmt.Sprintf("candidate%d", i+1), "Write the act that has this cost.")
			}
			if c.Behaviour != "" {
				f.Candidates = append(f.Candidates, c)
			}
		}
		if err := r.err(); err != nil {
			return err
		}
		_, err := t.once(ctx, v, in.Submission, "frame "+caseID, in, func() (string, error) {
			x := t.textsOf("cases", caseID, caseID)
			res, err := t.ExecContext(ctx, `UPDATE cases SET goal = $1, stake = $2, cooperation = $3, standing = $4, economic = $5, ending = $6,
				children_home = $7, version = version + 1 WHERE id = $8 AND CAST(version AS TEXT) = $9`,
				x.in("goal", f.Goal), x.in("stake", f.Stake), x.in("cooperation", f.Cooperation), x.in("standing", f.Standing), f.Economic,
				x.in("ending", f.Ending), flag(children == "yes"), caseID, in.Version)
			if err != nil {
				return "", err
			}
			if err := changed(res); err != nil {
				return "", err
			}
			if _, err := t.ExecContext(ctx, `DELETE FROM candidates WHERE case_id = $1`, caseID); err != nil {
				return "", err
			}
			for i, c := range f.Candidates {
				if _, err := t.ExecContext(ctx, `INSERT INTO candidates (case_id, place, behaviour, cost) VALUES ($1, $2, $3, $4)`,
					caseID, i+1, t.textsOf("candidates", caseID, strconv.Itoa(i+1)).in("behaviour", c.Behaviour), c.Cost); err != nil {
					return "", err
				}
			}
			return caseID, t.audit(ctx, v, didSaveFrame, caseID, caseID)
		})
		return err
	})
}

// Case gives one case, with the right by which the viewer may open it. Only its
// therapist may.
func (db *DB) Case(ctx context.Context, v Viewer, id string) (Case, error) {
	var c Case
	err := db.read(ctx, func(ctx context.Context, t *tx) (err error) {
		c, err = t.caseOf(ctx, v, id)
		return err
	})
	return c, err
}

// caseOf gives the case if the viewer may open it, else NotFound. It is
// Closed when a closed case is to be written to: every act of a therapist's gets
// its case here.
func (t *tx) caseOf(ctx context.Context, v Viewer, id string) (Case, error) {
	c, err := t.anyCaseOf(ctx, v, id)
	if err == nil && c.Closed.On != "" && t.writing() {
		err = &Error{Kind: Closed, Message: "This case is closed, and nothing was saved. Reopen it first."}
	}
	return c, err
}

// anyCaseOf is caseOf for the acts that a closed case still takes.
func (t *tx) anyCaseOf(ctx context.Context, v Viewer, id string) (Case, error) {
	if v.Role != Therapist {
		return Case{}, notFound()
	}
	var c Case
	right, err := t.right(ctx, v, id)
	if err != nil || right == "" {
		return c, cmp.Or(err, notFound())
	}
	var closing string
	x := t.texts("cases", &c.ID, &c.ID)
	err = t.QueryRowContext(ctx, `SELECT c.id, c.therapist_id, h.name, c.client_pronoun, c.partner_pronoun, c.children_home,
			c.goal, c.stake, c.cooperation, c.standing, c.economic, c.ending, c.version,
			a.id, a.role, a.name, a.signin IS NOT NULL, COALESCE(a.access_ended_on, ''), b.id, b.role, b.name, b.signin IS NOT NULL, COALESCE(b.access_ended_on, ''),
			COALESCE(k.closed_on, ''), COALESCE(k.id, ''), k.reason
		FROM cases c JOIN people h ON h.id = c.therapist_id JOIN people a ON a.id = c.client_id JOIN people b ON b.id = c.partner_id
			LEFT JOIN closings k ON k.case_id = c.id AND k.reopened_on IS NULL
		WHERE c.id = $1`, id).
		Scan(&c.ID, &c.TherapistID, t.texts("people", &noCase, &c.TherapistID).out("name", &c.Therapist), &c.ClientPronoun, &c.PartnerPronoun, &c.ChildrenHome,
			x.out("goal", &c.Frame.Goal), x.out("stake", &c.Frame.Stake), x.out("cooperation", &c.Frame.Cooperation),
			x.out("standing", &c.Frame.Standing), &c.Frame.Economic, x.out("ending", &c.Frame.Ending), &c.Version,
			&c.Client.ID, &c.Client.Role, t.texts("people", &c.ID, &c.Client.ID).out("name", &c.Client.Name), &c.Client.Joined, &c.Client.AccessEnded,
			&c.Partner.ID, &c.Partner.Role, t.texts("people", &c.ID, &c.Partner.ID).out("name", &c.Partner.Name), &c.Partner.Joined, &c.Partner.AccessEnded,
			&c.Closed.On, &closing, t.texts("closings", &c.ID, &closing).out("reason", &c.Closed.Reason))
	if err != nil {
		return c, err
	}
	c.Right = right
	rows, err := t.QueryContext(ctx, `SELECT place, behaviour, cost FROM candidates WHERE case_id = $1 ORDER BY place`, id)
	if err != nil {
		return c, err
	}
	defer rows.Close()
	for rows.Next() {
		var candidate Candidate
		var place string
		if err := rows.Scan(&place, t.texts("candidates", &c.ID, &place).out("behaviour", &candidate.Behaviour), &candidate.Cost); err != nil {
			return c, err
		}
		c.Frame.Candidates = append(c.Frame.Candidates, candidate)
	}
	return c, rows.Err()
}

// caseToday gives the case with the date, if the viewer may open it.
func (t *tx) caseToday(ctx context.Context, v Viewer, id string) (Case, Day, error) {
	c, err := t.caseOf(ctx, v, id)
	if err != nil {
		return c, "", err
	}
	today, err := t.today(ctx)
	return c, today, err
}

// text of a number that may be absent, as a form shows it.
func digits(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}
