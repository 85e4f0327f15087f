package models

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
)

// Checkin is the client's entry for one week. A nil number was not asked for,
// or skipped; the states say which.
type Checkin struct {
	ID                                            string
	Week                                          Week
	Done                                          *int
	Why                                           string // forgot, no_chance, chose_not_to, not_wanted, skipped or not_asked
	Effort                                        *int
	Tension                                       int
	Forecast                                      int
	Guess                                         *int // how close is she to leaving, at the end of a phase
	Sure                                          *int // that this will be enough, 0 to 100
	DoneState, EffortState, GuessState, SureState string
	Note                                          string
	Late, OnPaper                                 bool
	Version                                       int
}

// Corrected says whether the entry was changed after it was first saved.
func (c Checkin) Corrected() bool { return c.Version > 1 }

// CheckinForm says what the form of a week asks.
type CheckinForm struct {
	Week      Week
	Phase     Phase
	Late      bool
	AsksPlan  bool // how often, why not, how much effort
	AsksGuess bool // closeness to leaving and confidence: the last week of a phase
	Taps      int  // occurrences noted during the week
	Saved     *Checkin
}

// checkinForm gives the form of a week of a phase.
func checkinForm(p Phase, w Week, today Day) CheckinForm {
	return CheckinForm{Week: w, Phase: p, Late: w.FormsOn(today) == FormsLate, AsksPlan: p.PlanAsked(),
		AsksGuess: p.Kind == Intervention && w == p.LastWeek()}
}

// CheckinInput is the client's weekly form as typed.
type CheckinInput struct {
	Week, Done, Why, Effort, Tension, Forecast, Guess, Sure, Note string

	Version    string // empty or 0 for a week without an entry
	Submission Submission
}

// The client's reasons for not having done it.
var whys = []string{"forgot", "no_chance", "chose_not_to", "not_wanted"}

func (in CheckinInput) check(r *reading, f CheckinForm) Checkin {
	c := Checkin{
		Week: f.Week, Why: "not_asked",
		DoneState: "not_asked", EffortState: "not_asked", GuessState: "not_asked", SureState: "not_asked",
		Tension:  r.needNumber("tension", in.Tension, 0, 10),
		Forecast: r.needNumber("forecast", in.Forecast, 0, 10),
		Note:     r.text("note", in.Note, noteLimit),
	}
	if f.AsksPlan {
		done := r.needNumber("done", in.Done, 0, 14)
		c.Done, c.DoneState = &done, "answered"
		if done == 0 && r.bad["done"] == "" {
			c.Why = r.choice("why", in.Why, "skipped", whys...)
		} else {
			effort := r.needNumber("effort", in.Effort, 0, 10)
			c.Effort, c.EffortState = &effort, "answered"
		}
	}
	if f.AsksGuess {
		c.Guess, c.GuessState = optional(r.number("guess", in.Guess, 0, 10))
		c.Sure, c.SureState = optional(r.number("sure", in.Sure, 0, 100))
	}
	return c
}

// optional gives a number with the state that tells an answer from a skip.
func optional(n *int) (*int, string) {
	if n == nil {
		return nil, "skipped"
	}
	return n, "answered"
}

// OpenForm gives the client's form that is open now, with what was saved. It is
// false when none is.
func (s *ClientStore) OpenForm(ctx context.Context, v Viewer) (f CheckinForm, open bool, err error) {
	err = s.read(ctx, func(ctx context.Context, t *tx) error {
		c, err := t.clientCase(ctx, v)
		if err != nil {
			return err
		}
		w, ok := FormWeek(c.Today)
		if !ok {
			return nil
		}
		p, ok := c.asks(w)
		if !ok {
			return nil
		}
		open = true
		f = checkinForm(p, w, c.Today)
		if f.Taps, _, err = t.taps(ctx, c.ID, w); err != nil {
			return err
		}
		f.Saved, err = t.checkin(ctx, c.ID, w)
		return err
	})
	return f, open, err
}

// SubmitCheckin keeps the client's entry for a week of his own case. While the
// week is open it may be corrected; what it said before is kept. It is Invalid
// with field messages, and Conflict when the week is closed, not open yet, not
// asked for, or holds an entry that the form did not know of.
func (s *ClientStore) SubmitCheckin(ctx context.Context, v Viewer, in CheckinInput) error {
	return s.db.writeOwn(ctx, v, func(ctx context.Context, t *tx) error {
		c, err := t.clientCase(ctx, v)
		if err != nil {
			return err
		}
		w, ok := ParseWeek(in.Week)
		if !ok {
			return conflict("There is no form for this week.")
		}
		_, err = t.once(ctx, v, in.Submission, "check-in "+c.ID, in, func() (string, error) {
			p, asked := c.asks(w)
			if err := formOpen(w, c.Today, asked); err != nil {
				return "", err
			}
			id, err := t.putCheckin(ctx, v, c.ID, checkinForm(p, w, c.Today), in, false)
			if err != nil {
				return "", err
			}
			return id, t.keepTrace(ctx, v, c.ID, w)
		})
		return err
	})
}

// EnterCheckin keeps a check-in that the client gave on paper, marked so. Only
// the case's therapist may, for any week of a phase whose forms have opened.
func (db *DB) EnterCheckin(ctx context.Context, v Viewer, caseID string, in CheckinInput) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		p, w, today, err := t.paperWeek(ctx, v, caseID, in.Week)
		if err != nil {
			return err
		}
		_, err = t.once(ctx, v, in.Submission, "check-in "+caseID, in, func() (string, error) {
			return t.putCheckin(ctx, v, caseID, checkinForm(p, w, today), in, true)
		})
		return err
	})
}

// PaperCheckinForm says what the client's paper form of a week asks. Only the
// case's therapist may know.
func (db *DB) PaperCheckinForm(ctx context.Context, v Viewer, caseID, week string) (f CheckinForm, err error) {
	err = db.read(ctx, func(ctx context.Context, t *tx) error {
		p, w, today, err := t.paperWeek(ctx, v, caseID, week)
		if err != nil {
			return err
		}
		f = checkinForm(p, w, today)
		f.Saved, err = t.checkin(ctx, caseID, w)
		return err
	})
	return f, err
}

// paperWeek gives the phase of a week for which a paper form can be entered.
func (t *tx) paperWeek(ctx context.Context, v Viewer, caseID, week string) (p Phase, w Week, today Day, err error) {
	if _, err = t.caseOf(ctx, v, caseID); err != nil {
		return p, w, today, err
	}
	if today, err = t.today(ctx); err != nil {
		return p, w, today, err
	}
	phases, err := t.casePhases(ctx, caseID)
	if err != nil {
		return p, w, today, err
	}
	w, ok := ParseWeek(week)
	p, in := phaseOf(phases, w)
	switch {
	case !ok || !in || !p.AsksIn(w):
		err = notFound()
	case w.FormsOn(today) == FormsNotYet:
		err = conflict("This week’s forms open on %s.", w.Opens().Long())
	}
	return p, w, today, err
}

// formOpen says in a sentence why a week’s form cannot be saved today.
func formOpen(w Week, today Day, asked bool) error {
	switch state := w.FormsOn(today); {
	case !asked:
		return conflict("There is no form for this week.")
	case state == FormsNotYet:
		return conflict("This week’s form opens on %s. Nothing was saved.", w.Opens().Long())
	case state == FormsClosed:
		return conflict("The form for the week of %s closed on %s. Nothing was saved.", w.Monday().Long(), w.Closes().Long())
	}
	return nil
}

func (t *tx) putCheckin(ctx context.Context, v Viewer, caseID string, f CheckinForm, in CheckinInput, onPaper bool) (id string, err error) {
	var r reading
	c := in.check(&r, f)
	if err := r.err(); err != nil {
		return "", err
	}
	was, err := t.checkin(ctx, caseID, f.Week)
	if err != nil {
		return "", err
	}
	if was == nil {
		c.ID, c.Version, c.Late, c.OnPaper = newID(), 1, f.Late && !onPaper, onPaper
		return c.ID, errors.Join(t.writeCheckin(ctx, caseID, c), t.audit(ctx, v, didCheckIn, caseID, c.ID))
	}
	if in.Version != digits(&was.Version) {
		return "", conflict("This week is saved already. Both are shown: what you typed is in the form, what is saved stands above it.")
	}
	if !f.AsksGuess {
		// Asked before the phase was extended: the answer stays.
		c.Guess, c.GuessState, c.Sure, c.SureState = was.Guess, was.GuessState, was.Sure, was.SureState
	}
	c.ID, c.Version, c.Late, c.OnPaper = was.ID, was.Version+1, was.Late, was.OnPaper || onPaper
	return c.ID, errors.Join(
		t.keepCorrectedCheckin(ctx, caseID, *was),
		t.writeCheckin(ctx, caseID, c),
		t.audit(ctx, v, didCorrectCheckin, caseID, c.ID))
}

func (t *tx) writeCheckin(ctx context.Context, caseID string, c Checkin) error {
	_, err := t.ExecContext(ctx, `INSERT INTO checkins (id, case_id, week, done, why, effort, tension, forecast, guess, sure,
			done_state, effort_state, guess_state, sure_state, note, late, on_paper, version, saved_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
		ON CONFLICT (case_id, week) DO UPDATE SET done = excluded.done, why = excluded.why, effort = excluded.effort, tension = excluded.tension,
			forecast = excluded.forecast, guess = excluded.guess, sure = excluded.sure, done_state = excluded.done_state, effort_state = excluded.effort_state,
			guess_state = excluded.guess_state, sure_state = excluded.sure_state, note = excluded.note, on_paper = excluded.on_paper,
			version = excluded.version, saved_at = excluded.saved_at`,
		c.ID, caseID, c.Week, c.Done, c.Why, c.Effort, c.Tension, c.Forecast, c.Guess, c.Sure,
		c.DoneState, c.EffortState, c.GuessState, c.SureState, t.textsOf("checkins", caseID, c.ID).in("note", c.Note), flag(c.Late), flag(c.OnPaper), c.Version, t.stamp())
	return err
}

// keepCorrectedCheckin keeps what an entry said before it was corrected.
func (t *tx) keepCorrectedCheckin(ctx context.Context, caseID string, was Checkin) error {
	b, err := json.Marshal(was)
	if err != nil {
		return err
	}
	id := newID()
	_, err = t.ExecContext(ctx, `INSERT INTO checkin_corrections (id, checkin_id, version, was, replaced_at) VALUES ($1, $2, $3, $4, $5)`,
		id, was.ID, was.Version, t.textsOf("checkin_corrections", caseID, id).in("was", string(b)), t.stamp())
	return err
}

const checkinColumns = `SELECT case_id, id, week, done, why, effort, tension, forecast, guess, sure, done_state, effort_state, guess_state, sure_state,
	note, late, on_paper, version FROM checkins`

func (t *tx) scanCheckin(row interface{ Scan(...any) error }) (Checkin, error) {
	var c Checkin
	var caseID string
	err := row.Scan(&caseID, &c.ID, &c.Week, &c.Done, &c.Why, &c.Effort, &c.Tension, &c.Forecast, &c.Guess, &c.Sure,
		&c.DoneState, &c.EffortState, &c.GuessState, &c.SureState,
		t.texts("checkins", &caseID, &c.ID).out("note", &c.Note), &c.Late, &c.OnPaper, &c.Version)
	return c, err
}

// checkin gives the entry of a week, nil when there is none.
func (t *tx) checkin(ctx context.Context, caseID string, w Week) (*Checkin, error) {
	c, err := t.scanCheckin(t.QueryRowContext(ctx, checkinColumns+` WHERE case_id = $1 AND week = $2`, caseID, w))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &c, err
}

// checkins gives the entries of a case from one week to another, in order.
func (t *tx) checkins(ctx context.Context, caseID string, from, to Week) ([]Checkin, error) {
	rows, err := t.QueryContext(ctx, checkinColumns+` WHERE case_id = $1 AND week BETWEEN $2 AND $3 ORDER BY week`, caseID, from, to)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Checkin
	for rows.Next() {
		c, err := t.scanCheckin(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, rows.Err()
}

// Checkins gives all of the client's entries, in order of the weeks.
func (s *ClientStore) Checkins(ctx context.Context, v Viewer) (list []Checkin, err error) {
	err = s.read(ctx, func(ctx context.Context, t *tx) error {
		c, err := t.clientCase(ctx, v)
		if err != nil {
			return err
		}
		list, err = t.checkins(ctx, c.ID, "", "9999-12-31")
		return err
	})
	return list, err
}
