package models

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// Need is why a case asks for its therapist.
type Need string

// The needs, the most urgent first.
const (
	NeedsAct    Need = "act"    // a red flag is open
	NeedsLook   Need = "look"   // an amber one is
	NeedsWord   Need = "word"   // two reports of the partner's running are missing
	NeedsReview Need = "review" // the last phase is over
	NeedsEnd    Need = "end"    // the phase ends within a week
	NeedsReason Need = "reason" // the work has gone on for long without “enough”
	NeedsNone   Need = ""
)

// Needs lists them in their order.
var Needs = []Need{NeedsAct, NeedsLook, NeedsWord, NeedsReview, NeedsEnd, NeedsReason, NeedsNone}

// CaseLine is one line of a therapist's list of cases.
type CaseLine struct {
	ID, Client, Partner string
	Goal                string
	Experiment          Experiment // the newest; its zero value when there is none
	Phases              []Phase    // of that experiment, in order
	Today               Day
	Need                Need
	// Flags are those that are open and ask for a look, the most urgent first.
	Flags []Flag
	// Weeks are the last twelve, this one last; none before the first experiment.
	Weeks []CaseWeek
	// Support is what was last written of the partner's own; SupportDue says that
	// there has been none for eight weeks.
	Support    LogLine
	SupportDue bool
	// ReadFirst says that one of the last four weeks' reports asks to be read
	// before anything else: not safe, pushed, or a wish to be contacted.
	ReadFirst bool
	// Closed is the date on which the case was closed, empty for one that is
	// open. In a closed case nothing asks for a look.
	Closed Day
	// Right is that by which the viewer may open it, and Therapist by name whose it
	// is.
	Right     Right
	Therapist string
}

// CaseWeek is one week of a case in short. What is missing, or does not count, is
// nil.
type CaseWeek struct {
	Week              Week
	Phase             string // by name; empty between phases
	Conflict, Leaving *int   // the partner's, 0 to 10
	Done, Dose        *int   // times
}

// weeksShown is how many weeks of a case its line shows.
const weeksShown = 12

// Cases lists the cases that the viewer may open, closed ones too: by what they
// need of her, and then by name.
func (db *DB) Cases(ctx context.Context, v Viewer) ([]CaseLine, error) {
	if v.Role != Therapist {
		return nil, &Error{Kind: Forbidden, Message: "Only therapists can see this."}
	}
	var lines []CaseLine
	err := db.read(ctx, func(ctx context.Context, t *tx) (err error) {
		if lines, err = t.caseLines(ctx, v); err != nil {
			return err
		}
		for i := range lines {
			if lines[i].Closed != "" {
				continue
			}
			if err := t.lookAt(ctx, &lines[i]); err != nil {
				return err
			}
		}
		slices.SortStableFunc(lines, func(a, b CaseLine) int {
			return cmp.Or(cmp.Compare(slices.Index(Needs, a.Need), slices.Index(Needs, b.Need)), strings.Compare(a.Client, b.Client))
		})
		return nil
	})
	return lines, err
}

// caseLines gives the cases that the viewer may open, without what is read of each
// apart.
func (t *tx) caseLines(ctx context.Context, v Viewer) (lines []CaseLine, err error) {
	today, err := t.today(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := t.QueryContext(ctx, `SELECT c.id, a.id, a.name, b.id, b.name, c.goal, EXISTS (SELECT 1 FROM partner_reports r WHERE r.case_id = c.id AND r.week >= $3
			AND (r.safe IN ('not_always', 'no') OR r.pushed IN ('a_little', 'yes') OR r.contact IN ('when_convenient', 'soon'))), COALESCE(k.closed_on, ''), m.held, h.id, h.name
		FROM `+mayOpen+` m JOIN cases c ON c.id = m.case_id JOIN people h ON h.id = c.therapist_id JOIN people a ON a.id = c.client_id JOIN people b ON b.id = c.partner_id
			LEFT JOIN closings k ON k.case_id = c.id AND k.reopened_on IS NULL
		ORDER BY c.id, m.place`, v.PersonID, today, today.Week().Add(-4))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		line := CaseLine{Today: today}
		var client, partner, therapist string
		if err := rows.Scan(&line.ID, &client, t.texts("people", &line.ID, &client).out("name", &line.Client),
			&partner, t.texts("people", &line.ID, &partner).out("name", &line.Partner),
			t.texts("cases", &line.ID, &line.ID).out("goal", &line.Goal), &line.ReadFirst, &line.Closed,
			&line.Right, &therapist, t.texts("people", &noCase, &therapist).out("name", &line.Therapist)); err != nil {
			return nil, err
		}
		if n := len(lines); n > 0 && lines[n-1].ID == line.ID {
			continue // by a weaker right too
		}
		line.ReadFirst = line.ReadFirst && line.Closed == ""
		lines = append(lines, line)
	}
	return lines, rows.Err()
}

// lookAt reads what a case that is open asks of its therapist.
func (t *tx) lookAt(ctx context.Context, line *CaseLine) error {
	phases, _, today, err := t.phaseReviews(ctx, line.ID)
	if err != nil {
		return err
	}
	flags, err := t.flags(ctx, line.ID, phases, today)
	if err != nil {
		return err
	}
	for _, f := range flags {
		if f.Open() && f.Level() != Note {
			line.Flags = append(line.Flags, f)
		}
	}
	slices.SortStableFunc(line.Flags, func(a, b Flag) int { return cmp.Compare(a.LookBy(), b.LookBy()) })
	slices.SortStableFunc(line.Flags, func(a, b Flag) int { return cmp.Compare(a.urgency(), b.urgency()) })
	all, err := t.experiments(ctx, line.ID)
	if err != nil {
		return err
	}
	if len(all) > 0 {
		line.Experiment = all[len(all)-1]
		for _, p := range phases {
			if p.Phase.ExperimentID == line.Experiment.ID {
				line.Phases = append(line.Phases, p.Phase)
			}
		}
	}
	line.Weeks = lastWeeks(phases, today.Week())
	log, err := t.log(ctx, line.ID)
	if err != nil {
		return err
	}
	concluded, err := t.concludedOn(ctx, line.ID)
	if err != nil {
		return err
	}
	line.Support, _ = Latest(log, LogSupport)
	line.SupportDue = supportDue(log, phases, today.Week())
	line.Need = line.needs(goesOnForLong(log, concluded, phases, today))
	return nil
}

// needs gives the most urgent need of a case; long is that the work has gone on for
// long without “enough”.
func (l CaseLine) needs(long bool) Need {
	switch {
	case OpenLevel(l.Flags) == Red:
		return NeedsAct
	case slices.ContainsFunc(l.Flags, func(f Flag) bool { return f.Rule != "A10" }):
		return NeedsLook
	case len(l.Flags) > 0:
		return NeedsWord
	case l.ReviewDue():
		return NeedsReview
	case l.phaseEnds():
		return NeedsEnd
	case long:
		return NeedsReason
	}
	return NeedsNone
}

// runs says whether the newest experiment has begun and was not ended.
func (l CaseLine) runs() bool {
	return len(l.Phases) > 0 && (l.Experiment.EndedWeek == "" || l.Experiment.EndedWeek >= l.Today.Week())
}

// ReviewDue says whether the last phase is over and nothing follows it.
func (l CaseLine) ReviewDue() bool {
	return l.runs() && l.Phases[len(l.Phases)-1].LastWeek() < l.Today.Week()
}

// phaseEnds says whether the phase that runs ends within the week.
func (l CaseLine) phaseEnds() bool {
	p, ok := phaseOf(l.Phases, l.Today.Week())
	return ok && l.runs() && p.LastWeek() == l.Today.Week()
}

// lastWeeks gives the newest weeks of a case, with those between phases.
func lastWeeks(phases []PhaseReview, now Week) (list []CaseWeek) {
	if len(phases) == 0 || phases[0].Phase.Start > now {
		return nil
	}
	for w := max(phases[0].Phase.Start, now.Add(1-weeksShown)); w <= now; w = w.Add(1) {
		week := CaseWeek{Week: w}
		for _, p := range phases {
			if !p.Phase.Contains(w) {
				continue
			}
			week.Phase = p.Phase.Name
			if p.Phase.PlanAsked() && p.Phase.AsksIn(w) {
				week.Dose = p.Phase.Dose
			}
			for _, r := range p.Weeks {
				if r.Week != w {
					continue
				}
				if r.Report != nil {
					week.Conflict, week.Leaving = r.Report.Conflict, r.Report.Leaving
				}
				if r.Checkin != nil && p.Phase.PlanAsked() {
					week.Done = r.Checkin.Done
				}
			}
		}
		list = append(list, week)
	}
	return list
}
