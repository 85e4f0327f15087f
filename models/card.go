package models

import (
	"context"
	"strconv"
)

// Card is a checklist for what a signal asks of the therapist: for a flag by its
// level, for a phase by its verdict. It asks and reminds, and advises nothing.
type Card string

// The cards.
const (
	RedCard       Card = "red"
	AmberCard     Card = "amber"
	WorseCard     Card = Card(Worse)
	NotEnoughCard Card = Card(NotEnough)
	NoChangeCard  Card = Card(NoChange)
	EnoughCard    Card = Card(Enough)
	TooEarlyCard  Card = Card(TooEarly)
)

// CardOf gives the card of a flag; a note has none.
func CardOf(level FlagLevel) Card {
	return map[FlagLevel]Card{Red: RedCard, Amber: AmberCard}[level]
}

// CardOfVerdict gives the card of a verdict. One that is withheld has that of the
// flag.
func CardOfVerdict(kind string) Card {
	if kind == EnoughForNow {
		kind = Enough
	}
	if card := Card(kind); len(card.Steps()) > 0 && card != RedCard && card != AmberCard {
		return card
	}
	return ""
}

// Steps lists what the card asks, in order.
func (c Card) Steps() []string {
	return map[Card][]string{
		RedCard: {"Read the partner’s own words.", "Contact the partner by the safe route, alone. Leave no message beyond the agreed words.",
			"Immediate danger: call the emergency line, and do what the local duty asks.", "Children: do what the safeguarding duty asks.",
			"Offer the specialist service. A safety plan is made there, not here.", "Tell nobody on the client’s side.",
			"Decide on the plan. Inform your supervisor.", "Write it down in the log.", "Close the flag with a reason. Nobody else can."},
		AmberCard: {"Read the partner’s own words and the numbers.", "Ask yourself: is the partner freer or less free to say no?",
			"Speak with the partner alone, by the safe route.", "Tell nobody on the client’s side.", "Write it down in the log.", "Close the flag with a reason."},
		WorseCard: {"What changed in that week?", "Is the partner freer or less free to say no?", "Did the plan itself make it worse: watched, counted, announced?",
			"Has anything learned here been used against the partner?", "Speak with the partner alone first.", "To stop is offered first. To hold needs a reason. To step up is not offered."},
		NotEnoughCard: {"Was it done as agreed, by what counts?", "Did the partner notice?", "Did it feel real?", "Quality before quantity.",
			"Is it the act that the partner would have picked?", "What would it cost the client?", "What does “not yet” need?", "Is more of the same only more performance?"},
		NoChangeCard: {"The wrong act, the wrong moment, or no act that would do?", "After the third “no change”: write why the work goes on, or end it."},
		EnoughCard: {"Hear it from the partner alone.", "Was the answer free?", "For now: until when?", "Who suffers less, and who pays?",
			"What if it fades?", "Plan the monthly follow-up."},
		TooEarlyCard: {"What is missing?", "Is a gap a sign of danger?", "Extend, or end."},
	}[c]
}

// StepsInput is the form of a checklist, as typed.
type StepsInput struct {
	Rule, Week, Said string   // of a flag
	Phase            string   // the id, of a phase's verdict
	Card             string   // of that verdict
	Done             []string // the numbers of the steps that were gone through, from 1
	Submission       Submission
}

// KeepSteps keeps which steps of a checklist were gone through: those of the form
// and no others. Nothing else changes. Only the case's therapist may. It is Conflict
// for a flag or a phase that is not of the case. For a phase it gives the experiment.
func (db *DB) KeepSteps(ctx context.Context, v Viewer, caseID string, in StepsInput) (experimentID string, err error) {
	err = db.write(ctx, func(ctx context.Context, t *tx) error {
		_, today, err := t.caseToday(ctx, v, caseID)
		if err != nil {
			return err
		}
		card, about, err := t.cardOf(ctx, caseID, in)
		if err != nil {
			return err
		}
		if in.Phase != "" {
			if err := t.QueryRowContext(ctx, `SELECT experiment_id FROM phases WHERE id = $1`, about).Scan(&experimentID); err != nil {
				return err
			}
		}
		_, err = t.once(ctx, v, in.Submission, "steps "+about+string(card), in, func() (string, error) {
			done := map[int]bool{}
			for _, s := range in.Done {
				if n, err := strconv.Atoi(s); err == nil && n >= 1 && n <= len(card.Steps()) {
					done[n] = true
				}
			}
			for n := range len(card.Steps()) {
				var err error
				if done[n+1] {
					_, err = t.ExecContext(ctx, `INSERT INTO steps_done (case_id, card, about, step, done_on, therapist_id) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
						caseID, string(card), about, n+1, today, v.PersonID)
				} else {
					_, err = t.ExecContext(ctx, `DELETE FROM steps_done WHERE case_id = $1 AND card = $2 AND about = $3 AND step = $4`, caseID, string(card), about, n+1)
				}
				if err != nil {
					return "", err
				}
			}
			return about, t.audit(ctx, v, didStepDone, caseID, about)
		})
		return err
	})
	return experimentID, err
}

// cardOf gives the card that a form is of, and the flag or the phase. A flag that
// the rules raise and that was not kept yet is kept.
func (t *tx) cardOf(ctx context.Context, caseID string, in StepsInput) (Card, string, error) {
	if in.Phase != "" {
		var own bool
		if err := t.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM phases WHERE id = $1 AND case_id = $2)`, in.Phase, caseID).Scan(&own); err != nil {
			return "", "", err
		}
		if card := CardOfVerdict(in.Card); own && card != "" {
			return card, in.Phase, nil
		}
		return "", "", conflict("This checklist is not there any more. Open the page again.")
	}
	list, err := t.keepFlags(ctx, caseID)
	if err != nil {
		return "", "", err
	}
	for _, f := range list {
		if f.key() == (Flag{Rule: in.Rule, Week: Week(in.Week), Said: in.Said}).key() && CardOf(f.Level()) != "" {
			id, err := t.flagID(ctx, caseID, f)
			return CardOf(f.Level()), id, err
		}
	}
	return "", "", conflict("This checklist is not there any more. Open the page again.")
}

// StepDone is when a step of a checklist was gone through.
type StepDone struct {
	Step int // from 1
	On   Day
}

// Steps gives the steps that were gone through in a case, by card and by the flag or
// the phase that it is about. Only the case's therapist may.
func (db *DB) Steps(ctx context.Context, v Viewer, caseID string) (done map[Card]map[string][]StepDone, err error) {
	err = db.read(ctx, func(ctx context.Context, t *tx) error {
		if _, err := t.caseOf(ctx, v, caseID); err != nil {
			return err
		}
		rows, err := t.QueryContext(ctx, `SELECT card, about, step, done_on FROM steps_done WHERE case_id = $1 ORDER BY step`, caseID)
		if err != nil {
			return err
		}
		defer rows.Close()
		done = map[Card]map[string][]StepDone{}
		for rows.Next() {
			var card Card
			var about string
			var s StepDone
			if err := rows.Scan(&card, &about, &s.Step, &s.On); err != nil {
				return err
			}
			if done[card] == nil {
				done[card] = map[string][]StepDone{}
			}
			done[card][about] = append(done[card][about], s)
		}
		return rows.Err()
	})
	return done, err
}
