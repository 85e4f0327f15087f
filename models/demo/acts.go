package demo

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"enough/models"
)

// begin moves the experiment into its next phase, from a week of the case on.
func begin(week int, in models.StepInput) act {
	return func(ctx context.Context, l *life) error {
		in := in
		in.Start = string(l.week(week))
		return l.db.StartPhase(ctx, l.therapist, l.experiment, in)
	}
}

// intervene starts B1, planned for four weeks.
func intervene(week int) act { return begin(week, models.StepInput{Kind: "intervention", Weeks: "4"}) }

// followUp starts a monthly follow-up over a number of months.
func followUp(week int, months string) act {
	return begin(week, models.StepInput{Kind: "follow_up", Weeks: months})
}

func extend(ctx context.Context, l *life) error {
	return l.db.ExtendPhase(ctx, l.therapist, l.experiment, models.Submission{})
}

// end ends the experiment with a week of the case.
func end(lastWeek int, reason string) act {
	return func(ctx context.Context, l *life) error {
		return l.db.EndExperiment(ctx, l.therapist, l.experiment, models.EndInput{LastWeek: string(l.week(lastWeek)), Reason: reason})
	}
}

// pause lets the partner's reports rest from the week that runs.
func pause(reason string) act {
	return func(ctx context.Context, l *life) error {
		return l.db.PausePartner(ctx, l.therapist, l.caseID, true, reason)
	}
}

// supervise lets the colleague read the case, without names, for four weeks.
func supervise(ctx context.Context, l *life) error {
	until := models.DayOf(l.db.Now(), l.zone).Add(models.SupervisionLasts)
	return l.db.Supervise(ctx, l.therapist, l.caseID, models.SuperviseInput{Supervisor: l.colleague.PersonID, Until: string(until)})
}

// closeFlags closes the open flags of one week, or those of some rules of it.
func closeFlags(week int, reason string, rules ...string) act {
	return func(ctx context.Context, l *life) error {
		flags, err := l.db.Flags(ctx, l.therapist, l.caseID)
		if err != nil {
			return err
		}
		for _, f := range flags {
			if !f.Open() || f.Week != l.week(week) || len(rules) > 0 && !slices.Contains(rules, f.Rule) {
				continue
			}
			if err := l.db.CloseFlag(ctx, l.therapist, l.caseID, models.FlagInput{Rule: f.Rule, Week: string(f.Week), Said: f.Said, Reason: reason}); err != nil {
				return err
			}
		}
		return nil
	}
}

// write adds a line to the case's log.
func write(kind models.LogKind, what, words string) act {
	return func(ctx context.Context, l *life) error {
		return l.db.Write(ctx, l.therapist, l.caseID, models.LogInput{Kind: string(kind), What: what, Words: words, On: string(models.DayOf(l.db.Now(), l.zone))})
	}
}

// feel keeps how the therapist felt after the day's session.
func feel(felt string) act {
	return func(ctx context.Context, l *life) error {
		return l.db.KeepResponse(ctx, l.therapist, l.caseID, models.ResponseInput{Felt: felt})
	}
}

// goThrough ticks the first steps of the checklist of a week's flag by a rule.
func goThrough(week int, rule string, steps int) act {
	return func(ctx context.Context, l *life) error {
		flags, err := l.db.Flags(ctx, l.therapist, l.caseID)
		if err != nil {
			return err
		}
		for _, f := range flags {
			if f.Rule != rule || f.Week != l.week(week) {
				continue
			}
			in := models.StepsInput{Rule: f.Rule, Week: string(f.Week), Said: f.Said}
			for n := range steps {
				in.Done = append(in.Done, strconv.Itoa(n+1))
			}
			_, err := l.db.KeepSteps(ctx, l.therapist, l.caseID, in)
			return err
		}
		return errors.New("no flag of rule " + rule)
	}
}

// decide keeps a decision of the day on which it is made.
func decide(in models.DecisionInput) act {
	return func(ctx context.Context, l *life) error {
		review, err := l.db.Review(ctx, l.therapist, l.experiment)
		if err != nil {
			return err
		}
		in := in
		in.On = string(review.Today)
		in.ClientText, in.PartnerText = l.dated(in.ClientText), l.dated(in.PartnerText)
		_, in.Version = review.Frozen()
		if in.SkillUsed == "" {
			in.SkillUsed = "no"
		}
		if in.Line == [4]string{} {
			in.Line = [4]string{"yes", "no", "no", "no"}
		}
		in.From, in.PartnerFirst = string(review.NextReview()), in.On
		return l.db.Decide(ctx, l.therapist, l.experiment, in)
	}
}

// some names things that can be shown: an item over a span of weeks. An average
// or a call is meant when all of it lies in the span.
type some struct {
	item     string
	from, to int
}

func (s some) holds(l *life, o models.Offer) bool {
	first, last := models.Week(o.Place), models.Week(o.Place)
	if !o.ByWeek() {
		first, last = o.Phase.Start, o.Phase.LastWeek()
	}
	return o.Item == s.item && l.week(s.from) <= first && last <= l.week(s.to)
}

// tick lets the partner sign in, give her passphrase again, and choose what may
// be shown. What she chose before stays chosen.
func tick(what ...some) act {
	return func(ctx context.Context, l *life) error {
		token, _, err := l.db.StartSession(ctx, l.withPartner)
		if err != nil {
			return err
		}
		v, err := l.db.Authenticate(ctx, token)
		if err != nil {
			return err
		}
		if err := l.db.Unlock(ctx, v, passphrase); err != nil {
			return err
		}
		if v, err = l.db.Authenticate(ctx, token); err != nil {
			return err
		}
		offers, version, err := l.db.Offers(ctx, v)
		if err != nil {
			return err
		}
		l.ticked = nil
		var keys []string
		for _, o := range offers {
			chosen := slices.ContainsFunc(what, func(s some) bool { return s.holds(l, o) })
			if chosen {
				l.ticked = append(l.ticked, o.Key())
			}
			if chosen || o.Proposed {
				keys = append(keys, o.Key())
			}
		}
		return errors.Join(l.db.Propose(ctx, v, models.ProposeInput{Keys: keys, Version: version}), l.db.EndSession(ctx, v))
	}
}

// publish shows the client what the partner ticked last. She has been spoken to
// alone on the same day.
func publish(words string) act {
	return func(ctx context.Context, l *life) error {
		_, version, err := l.db.Proposals(ctx, l.therapist, l.caseID)
		if err != nil {
			return err
		}
		_, err = l.db.Publish(ctx, l.therapist, l.caseID, models.PublishInput{Keys: l.ticked, Words: words,
			SpokenOn: string(models.DayOf(l.db.Now(), l.zone)), Version: version})
		return err
	}
}
