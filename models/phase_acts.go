package models

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// StartExperiment locks the plan and starts the baseline in a given week: this
// one, or one of the next eight. A plan with a drawn start draws and keeps the
// week of the intervention now. Only the case's therapist may. It is Conflict
// while the gate is not open, the plan has gaps, a red flag is open in the case,
// or an experiment before lasts.
func (db *DB) StartExperiment(ctx context.Context, v Viewer, experimentID, week string, s Submission) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		e, err := t.experimentOf(ctx, v, experimentID)
		if err != nil {
			return err
		}
		c, err := t.caseOf(ctx, v, e.CaseID)
		if err != nil {
			return err
		}
		gate, err := t.gate(ctx, e.CaseID)
		if err != nil {
			return err
		}
		_, err = t.once(ctx, v, s, "start "+experimentID, week, func() (string, error) {
			switch {
			case e.Started:
				return "", conflict("This experiment has started already.")
			case !e.Complete():
				return "", conflict("The plan is not complete. Fill in both steps first.")
			case !gate.Open(c.Frame.Ending):
				return "", conflict("The gate is not open. Settle each of its points first.")
			}
			flags, err := t.caseFlags(ctx, e.CaseID)
			if err != nil {
				return "", err
			}
			if OpenLevel(flags) == Red {
				return "", conflict("A red flag is open. Look at it first.")
			}
			start, err := t.startWeek(ctx, e.CaseID, week)
			if err != nil {
				return "", err
			}
			before, err := t.casePhases(ctx, e.CaseID)
			if err != nil {
				return "", err
			}
			if n := len(before); n > 0 && before[n-1].LastWeek() >= start {
				return "", conflict("The experiment before lasts until then. Choose the week of %s or a later one.", before[n-1].LastWeek().Add(1).Monday().Long())
			}
			weeks, drawn := *e.BaselineWeeks, Week("")
			if e.DrawLatest != nil {
				if drawn, err = drawWeek(start, *e.DrawLatest); err != nil {
					return "", err
				}
				weeks = drawn.Since(start)
			}
			if _, err := t.ExecContext(ctx, `UPDATE experiments SET started_at = $1, drawn_week = NULLIF($2, ''), version = version + 1 WHERE id = $3`,
				t.stamp(), drawn, e.ID); err != nil {
				return "", err
			}
			p := e.phase(Baseline, "Baseline", start, weeks, max(weeks, mostWeeks)).withoutAct()
			return e.ID, errors.Join(t.addPhase(ctx, p), t.audit(ctx, v, "baseline started", e.CaseID, e.ID))
		})
		return err
	})
}

// earliestDrawn is the first week of the baseline in which an intervention whose
// start is drawn can begin.
const earliestDrawn = 4

// drawWeek draws the start of the intervention with equal chances from the 4th
// week to the given one, counted from the first of the baseline.
func drawWeek(baseline Week, latest int) (Week, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(int64(latest-earliestDrawn+1)))
	if err != nil {
		return "", err
	}
	return baseline.Add(earliestDrawn - 1 + int(n.Int64())), nil
}

// phase gives a phase of the experiment with the plan's own settings.
func (e Experiment) phase(kind, name string, start Week, weeks, most int) Phase {
	return Phase{ID: newID(), ExperimentID: e.ID, CaseID: e.CaseID, Kind: kind, Name: name, Start: start, Weeks: weeks, MostWeeks: most, Every: 1,
		Behaviour: e.Behaviour, Label: e.Label, CountsIf: e.CountsIf, NotCountsIf: e.NotCountsIf, Dose: e.Dose,
		Outcome: e.Outcome, CriterionKind: e.CriterionKind, Criterion: *e.Criterion}
}

// withoutAct gives the phase with nothing planned in it.
func (p Phase) withoutAct() Phase {
	p.Behaviour, p.Label, p.CountsIf, p.NotCountsIf, p.Dose = "", "", "", "", nil
	return p
}

// startWeek reads the week in which a phase is to start. The week that runs can
// still be chosen until its forms open.
func (t *tx) startWeek(ctx context.Context, caseID, typed string) (Week, error) {
	today, err := t.today(ctx)
	if err != nil {
		return "", err
	}
	first := FirstStart(today)
	w, ok := ParseWeek(typed)
	if !ok || w < first || w > first.Add(8) {
		return "", invalid("start", fmt.Sprintf("Choose a week from %s to %s.", first.Monday().Long(), first.Add(8).Monday().Long()))
	}
	return w, nil
}

// FirstStart is the first week in which a phase can still start on a date.
func FirstStart(today Day) Week {
	w := today.Week()
	if w.FormsOn(today) != FormsNotYet {
		return w.Add(1)
	}
	return w
}

// StartWeeks lists the weeks in which a step of a kind can start after a phase,
// on a date. A withdrawal follows directly on that phase, or as soon as it still
// can; what was withdrawn is resumed directly after the withdrawal or sooner.
func StartWeeks(kind string, after Phase, today Day) (weeks []Week) {
	first := FirstStart(today)
	directly := max(after.LastWeek().Add(1), first)
	from, to := first, first.Add(8)
	switch kind {
	case "withdrawal":
		from, to = directly, directly
	case "resume":
		from, to = max(after.Start.Add(1), first), directly
	}
	for w := from; w <= to; w = w.Add(1) {
		weeks = append(weeks, w)
	}
	return weeks
}

// StepInput is the form with which the therapist moves an experiment on, as
// typed.
type StepInput struct {
	Kind  string // intervention, step_up, withdrawal, resume, hold, follow_up or weekly
	Start string
	Weeks string // for a monthly follow-up: months

	Change                                  string // step_up: dose, quality or behaviour
	Dose                                    string
	Behaviour, Label, CountsIf, NotCountsIf string
	Criterion                               string

	Submission Submission
}

// StartPhase moves a running experiment into its next phase. The phase before
// ends with the week before. Only the case's therapist may. It is Invalid with
// field messages, and Conflict when the act does not fit where the experiment
// stands, would try more while fear or coercive control is on record, or asks more
// of the partner than the verdict allows (see [Review.MayStart]).
func (db *DB) StartPhase(ctx context.Context, v Viewer, experimentID string, in StepInput) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		e, phases, today, err := t.experimentToday(ctx, v, experimentID)
		if err != nil {
			return err
		}
		gate, err := t.gate(ctx, e.CaseID)
		if err != nil {
			return err
		}
		_, err = t.once(ctx, v, in.Submission, "phase "+experimentID, in, func() (string, error) {
			if !e.Running() {
				return "", conflict("This experiment does not run.")
			}
			if gate.Fear == "yes" && slices.Contains([]string{"intervention", "step_up", "withdrawal", "resume"}, in.Kind) {
				return "", conflict("Fear or coercive control is on record. Nothing more can be tried in this case.")
			}
			r, err := t.review(ctx, v, e.ID)
			if err != nil {
				return "", err
			}
			if err := r.MayStart(in.Kind); err != nil {
				return "", err
			}
			start, err := t.startWeek(ctx, e.CaseID, in.Start)
			if err != nil {
				return "", err
			}
			practice, err := t.practice(ctx)
			if err != nil {
				return "", err
			}
			p, err := in.phase(e, phases, start, today, practice.LeastDrop)
			if err != nil {
				return "", err
			}
			last := phases[len(phases)-1]
			if last.LastWeek() >= start {
				if _, err := t.ExecContext(ctx, `UPDATE phases SET weeks = $1 WHERE id = $2`, start.Since(last.Start), last.ID); err != nil {
					return "", err
				}
			}
			return p.ID, errors.Join(t.addPhase(ctx, p), t.audit(ctx, v, "phase started: "+in.Kind, e.CaseID, p.ID))
		})
		return err
	})
}

// phase makes the next phase from the form. leastDrop is the least that a
// criterion may ask for.
func (in StepInput) phase(e Experiment, phases []Phase, start Week, today Day, leastDrop int) (Phase, error) {
	last := phases[len(phases)-1]
	if start <= last.Start {
		return Phase{}, conflict("The phase before starts in %s. Choose a later week.", last.Start.Monday().Long())
	}
	interventions, withdrawals := 0, 0
	var plan, before Phase // the newest with an act, and the newest but for holds
	for _, p := range phases {
		switch p.Kind {
		case Intervention:
			interventions++
		case Withdrawal:
			withdrawals++
		}
		if p.Dose != nil {
			plan = p
		}
		if p.Kind != Hold {
			before = p
		}
	}
	var r reading
	name := fmt.Sprintf("B%d", interventions+1)
	p := e.phase(Intervention, name, start, 0, mostWeeks)
	switch in.Kind {
	case "intervention":
		if interventions > 0 {
			return p, conflict("The intervention has started already.")
		}
		// A drawn week that was missed cannot be had any more: then any week will
		// do, and the start is not a drawn one.
		if e.DrawnWeek != "" && e.DrawnWeek >= FirstStart(today) && start != e.DrawnWeek {
			return p, invalid("start", "The start was drawn beforehand: "+e.DrawnWeek.Monday().Long()+".")
		}
		p.Weeks = r.needNumber("weeks", in.Weeks, 4, mostWeeks)
	case "step_up":
		if interventions == 0 {
			return p, conflict("There is nothing to step up from yet. Start the intervention first.")
		}
		in.stepUp(&r, &p, plan, leastDrop)
	case "withdrawal":
		p = p.withoutAct()
		p.Kind, p.Name = Withdrawal, fmt.Sprintf("A%d", withdrawals+2)
		p.Outcome, p.CriterionKind, p.Criterion = plan.Outcome, plan.CriterionKind, plan.Criterion
		p.Weeks = r.needNumber("weeks", in.Weeks, 3, mostWeeks)
		p.MostWeeks = p.Weeks
	case "resume":
		if before.Kind != Withdrawal {
			return p, conflict("Nothing was withdrawn that could be resumed.")
		}
		plan.ID, plan.Name, plan.Start, plan.Change = p.ID, name, start, "resume"
		p = plan
		p.Weeks, p.MostWeeks = r.needNumber("weeks", in.Weeks, 4, mostWeeks), mostWeeks
	case "hold":
		p = p.withoutAct()
		p.Kind, p.Name = Hold, "Hold"
		p.Weeks = r.needNumber("weeks", in.Weeks, 1, 12)
		p.MostWeeks = p.Weeks
	case "follow_up", "weekly":
		if interventions == 0 {
			return p, conflict("There is nothing to follow up yet. Start the intervention first.")
		}
		plan.ID, plan.Kind, plan.Name, plan.Start, plan.Change = p.ID, FollowUp, "Follow-up", start, ""
		p = plan
		p.Every, p.Weeks = 1, r.needNumber("weeks", in.Weeks, 1, 12)
		if in.Kind == "follow_up" {
			p.Every, p.Weeks = 4, 4*p.Weeks
		}
		p.MostWeeks = p.Weeks
	default:
		return p, notFound()
	}
	if !slices.Contains(StartWeeks(in.Kind, last, today), start) {
		r.fail("start", "It follows directly on "+last.Name+". Choose one of the weeks that are offered.")
	}
	return p, r.err()
}

// stepUp reads what the next step changes over the plan before it. One change
// at a time is the rule; dose and quality together are kept as both.
func (in StepInput) stepUp(r *reading, p *Phase, plan Phase, leastDrop int) {
	p.Weeks = r.needNumber("weeks", in.Weeks, 4, mostWeeks)
	p.Change = r.needChoice("change", in.Change, "dose", "quality", "dose_quality", "behaviour")
	dose := r.needNumber("dose", in.Dose, 1, 14)
	p.Dose = &dose
	p.Behaviour = r.need("behaviour", in.Behaviour, lineLimit, "Write one act that others could see or hear.")
	p.Label = r.need("label", in.Label, 60, "Write how the partner’s form names it.")
	p.CountsIf = r.need("counts_if", in.CountsIf, 400, "Write what must have happened for it to count.")
	p.NotCountsIf = r.need("not_counts_if", in.NotCountsIf, 400, "Write what would make it not count.")
	least := 0
	if p.CriterionKind == "drop" {
		least = leastDrop
	}
	p.Criterion = r.needNumber("criterion", in.Criterion, least, 10)
	switch {
	case strings.HasPrefix(p.Change, "dose") && plan.Dose != nil && dose <= *plan.Dose:
		r.fail("dose", fmt.Sprintf("The dose was %d. Enter more, or choose another kind of step.", *plan.Dose))
	case strings.HasSuffix(p.Change, "quality") && p.CountsIf == plan.CountsIf:
		r.fail("counts_if", "Write what counts from now on. It is still what counted before.")
	case p.Change == "behaviour" && p.Behaviour == plan.Behaviour:
		r.fail("behaviour", "Write the other act. It is still the one before.")
	}
	// What the step is called must be what it changes.
	if p.Change != "behaviour" && p.Behaviour != plan.Behaviour {
		r.fail("behaviour", "This is another act. Leave it as it was, or choose that kind of step.")
	}
	for field, changed := range map[string]bool{"counts_if": p.CountsIf != plan.CountsIf, "not_counts_if": p.NotCountsIf != plan.NotCountsIf} {
		if p.Change == "dose" && changed {
			r.fail(field, "This changes what counts. Leave it as it was, or choose both.")
		}
	}
	if p.Change == "quality" && plan.Dose != nil && dose != *plan.Dose {
		r.fail("dose", fmt.Sprintf("The dose was %d. Leave it, or choose both.", *plan.Dose))
	}
}

func (t *tx) addPhase(ctx context.Context, p Phase) error {
	_, err := t.ExecContext(ctx, `INSERT INTO phases (id, experiment_id, case_id, kind, name, start_week, weeks, most_weeks, every, change,
			behaviour, label, counts_if, not_counts_if, dose, outcome, criterion_kind, criterion, created_at,
			planned_weeks, some_change, worse_change, fair_dose)
		SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $7, some_change, worse_change, fair_dose
		FROM practices WHERE id = 1`,
		p.ID, p.ExperimentID, p.CaseID, p.Kind, p.Name, p.Start, p.Weeks, p.MostWeeks, p.Every, p.Change,
		p.Behaviour, p.Label, p.CountsIf, p.NotCountsIf, p.Dose, p.Outcome, p.CriterionKind, p.Criterion, t.stamp())
	if isUnique(err) {
		return conflict("A phase of this case starts in that week already. Choose another week.")
	}
	return err
}

// ExtendPhase lengthens the phase that runs by one week, up to six. Only the
// case's therapist may. It is Conflict when the phase is as long as it may be,
// has been followed by another, or the added week is over. Averages of the
// phase that were proposed or shown are closed.
func (db *DB) ExtendPhase(ctx context.Context, v Viewer, experimentID string, s Submission) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		e, phases, today, err := t.experimentToday(ctx, v, experimentID)
		if err != nil {
			return err
		}
		_, err = t.once(ctx, v, s, "extend "+experimentID, nil, func() (string, error) {
			if !e.Running() {
				return "", conflict("This experiment does not run.")
			}
			p := phases[len(phases)-1]
			switch {
			case p.Weeks >= p.MostWeeks:
				return "", conflict("This phase is as long as it may be.")
			case e.DrawnWeek != "" && p.Kind == Baseline:
				return "", conflict("The start was drawn beforehand. The baseline ends with it.")
			case p.LastWeek().Add(1) < today.Week():
				return "", conflict("The week that would be added is over.")
			}
			// An average over fewer weeks, once known, would give away the week
			// that is added.
			_, err := t.ExecContext(ctx, `UPDATE phases SET weeks = weeks + 1 WHERE id = $1`, p.ID)
			return p.ID, errors.Join(err, t.closeAverages(ctx, p), t.audit(ctx, v, "phase extended", e.CaseID, p.ID))
		})
		return err
	})
}

// EndInput is the form that ends an experiment, as typed.
type EndInput struct {
	LastWeek   string // the last week of it
	Reason     string // for the therapist alone
	Submission Submission
}

// EndExperiment ends an experiment with a given week: the one before this, until
// this week's forms open, this one, or one of the next. Phases that were to
// begin later are dropped. Only the case's therapist may. It is Invalid with
// field messages, and Conflict when the experiment does not run.
func (db *DB) EndExperiment(ctx context.Context, v Viewer, experimentID string, in EndInput) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		e, phases, today, err := t.experimentToday(ctx, v, experimentID)
		if err != nil {
			return err
		}
		var r reading
		last, ok := ParseWeek(in.LastWeek)
		if first := FirstStart(today).Add(-1); !ok || last < first || last > first.Add(9) {
			r.fail("last_week", fmt.Sprintf("Choose a week from %s to %s.", first.Monday().Long(), first.Add(9).Monday().Long()))
		}
		reason := r.need("reason", in.Reason, proseLimit, "Write why it ends. Only you can read this.")
		if err := r.err(); err != nil {
			return err
		}
		_, err = t.once(ctx, v, in.Submission, "end "+experimentID, in, func() (string, error) {
			if !e.Running() {
				return "", conflict("This experiment does not run.")
			}
			p := phases[0]
			if last < p.Start {
				return "", invalid("last_week", "The baseline starts in "+p.Start.Monday().Long()+". Choose that week or a later one.")
			}
			for _, later := range phases {
				if later.Start <= last {
					p = later
				}
			}
			if _, err := t.ExecContext(ctx, `DELETE FROM phases WHERE experiment_id = $1 AND start_week > $2`, e.ID, last); err != nil {
				return "", err
			}
			if p.LastWeek() > last {
				if _, err := t.ExecContext(ctx, `UPDATE phases SET weeks = $1 WHERE id = $2`, last.Since(p.Start)+1, p.ID); err != nil {
					return "", err
				}
			}
			_, err := t.ExecContext(ctx, `UPDATE experiments SET ended_week = $1, end_reason = $2, version = version + 1 WHERE id = $3`, last, reason, e.ID)
			return e.ID, errors.Join(err, t.audit(ctx, v, "experiment ended", e.CaseID, e.ID))
		})
		return err
	})
}
