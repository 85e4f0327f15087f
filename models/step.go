package models

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

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
