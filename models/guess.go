package models

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
)

// What a therapist may say of the unlabelled series, beside the number of a
// week: she sees no change, or she wants the answer without a guess.
const (
	SawNoChange = "no_change"
	SawAnswer   = "shown"
)

// leastSide is how many weeks must lie on each side of a week in which a change
// may have begun.
const leastSide = 3

// Masked is the primary outcome of an experiment over its baseline and its
// first intervention, as one run of weeks that tells neither phases nor dates.
type Masked struct {
	Item    string // ItemConflict or ItemLeaving
	Scores  []*int // by week, 0 to 10; nil where there is no answer
	Starts  []int  // weeks in which a change may have begun, counted from 1; empty while the run is too short
	Later   bool   // weeks after these are left out
	Version string // of all this, for the form
	Answer  *Answer
}

// Answer is what the therapist said of the series, beside what was. There is
// none before she has said it.
type Answer struct {
	Guess
	Began   int  // the week in which the intervention began, counted from 1
	BeganOn Week // the same in the calendar
}

// Guess is what a therapist saw in the unlabelled series.
type Guess struct {
	Week  int    // in which week the change began; 0 without one
	Saw   string // SawNoChange, SawAnswer, or "week"
	Weeks int    // how many weeks the run had
	On    Day
}

// Right says whether she named the week in which the intervention began.
func (a Answer) Right() bool { return a.Week == a.Began }

// Among counts the weeks that she could name: a pick at random is right once in
// so many.
func (g Guess) Among() int { return g.Weeks - 2*leastSide + 1 }

// masked gives the run as it is now, without an answer, and where in it the
// intervention began. Reports that came late count: what was late would tell.
func (r Review) masked() (m Masked, began int, on Week) {
	if len(r.Phases) == 0 {
		return m, 0, ""
	}
	from, at := r.Phases[0].Phase.Start, slices.IndexFunc(r.Phases, func(p PhaseReview) bool { return p.Phase.Kind == Intervention })
	if at < 0 || r.Phases[0].Phase.Kind != Baseline {
		return m, 0, ""
	}
	first := r.Phases[at]
	on = first.Phase.Start
	m.Item, began = first.Phase.Outcome, on.Since(from)+1
	m.Scores = make([]*int, on.Since(from)+len(first.Weeks))
	for _, p := range r.Phases[:at+1] {
		for _, w := range p.Weeks {
			m.Scores[w.Week.Since(from)] = w.answer(m.Item)
		}
	}
	m.Later = slices.ContainsFunc(r.Phases[at+1:], func(p PhaseReview) bool { return len(p.Weeks) > 0 })
	for week := leastSide + 1; week <= len(m.Scores)-leastSide+1; week++ {
		m.Starts = append(m.Starts, week)
	}
	if !slices.Contains(m.Starts, began) {
		m.Starts = nil
	}
	b, err := json.Marshal(m.Scores)
	if err != nil { // only whole numbers are in it
		panic(err)
	}
	m.Version = hashed(string(b))[:16]
	return m, began, on
}

// Masked gives the unlabelled series of an experiment. Once the therapist has
// answered, it is the run as long as it was then, with her answer. Only the
// case's therapist may.
func (db *DB) Masked(ctx context.Context, v Viewer, experimentID string) (m Masked, err error) {
	err = db.read(ctx, func(ctx context.Context, t *tx) error {
		r, err := t.review(ctx, v, experimentID)
		if err != nil {
			return err
		}
		var began int
		var on Week
		m, began, on = r.masked()
		g, err := t.guess(ctx, v, experimentID)
		if err != nil || g == nil {
			return err
		}
		m.Answer = &Answer{*g, began, on}
		m.Later = m.Later || g.Weeks < len(m.Scores)
		m.Scores = m.Scores[:min(g.Weeks, len(m.Scores))]
		return nil
	})
	return m, err
}

func (t *tx) guess(ctx context.Context, v Viewer, experimentID string) (*Guess, error) {
	var g Guess
	err := t.QueryRowContext(ctx, `SELECT saw, COALESCE(week, 0), weeks, made_on FROM masked_guesses WHERE experiment_id = $1 AND therapist_id = $2`,
		experimentID, v.PersonID).Scan(&g.Saw, &g.Week, &g.Weeks, &g.On)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &g, err
}

// GuessInput is the form under the unlabelled series as typed.
type GuessInput struct {
	Saw        string // the number of a week, SawNoChange or SawAnswer
	Version    string // of the series that the form showed
	Submission Submission
}

// Guess keeps what the therapist saw in the unlabelled series, once and for
// good. Only the case's therapist may. It is Invalid with field messages, and
// Conflict when she has answered before, when the series has changed since the
// form was made, or while it is too short.
func (db *DB) Guess(ctx context.Context, v Viewer, experimentID string, in GuessInput) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		r, err := t.review(ctx, v, experimentID)
		if err != nil {
			return err
		}
		_, err = t.makeOnce(ctx, v, in.Submission, "guess "+experimentID, in, func() (string, error) {
			m, _, _ := r.masked()
			switch before, err := t.guess(ctx, v, experimentID); {
			case err != nil:
				return "", err
			case before != nil:
				return "", conflict("You have answered before. Your first answer stands.")
			}
			if len(m.Starts) == 0 {
				return "", conflict("There are too few weeks to look at yet.")
			}
			saw, week := in.Saw, (*int)(nil)
			if saw != SawNoChange && saw != SawAnswer {
				n, err := strconv.Atoi(saw)
				if err != nil || !slices.Contains(m.Starts, n) {
					return "", invalid("saw", "Choose a week, or say that you see no change.")
				}
				saw, week = "week", &n
			}
			if in.Version != m.Version {
				return "", conflict("The series has changed since this form was made. Look at it again.")
			}
			id := newID()
			_, err := t.ExecContext(ctx, `INSERT INTO masked_guesses (id, experiment_id, therapist_id, saw, week, weeks, made_on, made_at)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, id, experimentID, v.PersonID, saw, week, len(m.Scores), r.Today, t.stamp())
			return id, errors.Join(err, t.audit(ctx, v, didGuess, r.Case.ID, id))
		})
		return err
	})
}
