package models

import (
	"context"
	"slices"

	"enough/models/singlecase"
)

// Review is an experiment week by week, with both sides, for its therapist.
type Review struct {
	Case       Case
	Experiment Experiment
	Phases     []PhaseReview
	Today      Day
	Paused     bool // the partner's reports rest now
	Contacts   []PartnerContactWish
	// HeldSince is the day since when publishing waits for a talk with the partner
	// alone, empty when it does not.
	HeldSince Day
	// SkillUsed is what the newest decision in the case says: that a skill was used
	// against somebody.
	SkillUsed bool
	// countedFrom is the week from which weeks are counted in sentences, empty where
	// they are told by their dates.
	countedFrom Week
	// Flags are those of the whole case, open red ones first and then by week,
	// newest first.
	Flags []Flag
}

// WithoutLate gives the review as it is when the partner reports that were
// saved late are left out, and in how many weeks one was. Every number is made
// anew, except that Contacts stay: what she asked for does not depend on when.
func (r Review) WithoutLate() (without Review, weeks int) {
	phases := make([]PhaseReview, len(r.Phases))
	for i, p := range r.Phases {
		p.Weeks = slices.Clone(p.Weeks)
		for n, w := range p.Weeks {
			if w.Report != nil && w.Report.Late {
				p.Weeks[n].Report, p.Weeks[n].LeftOut = nil, true
				weeks++
			}
		}
		phases[i] = p.counted()
	}
	r.Phases = phases
	r.setMarks()
	return r, weeks
}

func (r Review) setMarks() {
	for i := range r.Phases {
		r.Phases[i].Mark = r.mark(r.Phases[i].Phase)
	}
}

// mark is where the criterion of an intervention lies: its level, or so far
// below the mean of the baseline.
func (r Review) mark(p Phase) *float64 {
	if p.Kind != Intervention {
		return nil
	}
	if p.CriterionKind == "level" {
		level := float64(p.Criterion)
		return &level
	}
	first := r.Phases[0]
	baseline := first.Conflict
	if p.Outcome == ItemLeaving {
		baseline = first.Leaving
	}
	if first.Phase.Kind != Baseline || baseline.Mean == nil {
		return nil
	}
	level := max(0, *baseline.Mean-float64(p.Criterion))
	return &level
}

// PhaseReview is one phase with its weeks and its numbers.
type PhaseReview struct {
	Phase    Phase
	Weeks    []ReviewWeek // those whose forms have opened
	Conflict Numbers
	Leaving  Numbers
	Noticed  Numbers
	FeltReal Numbers
	Checkins int // weeks with the client's entry
	Reports  int // weeks with the partner's
	SetAside int // weeks with one that does not count
	// Asked counts the weeks asked of the client that have his entry or are
	// closed: a form that is still open is not missing. Excused weeks do not
	// count. AskedPartner is the same for the partner, without the weeks in which
	// her reports rest by agreement.
	Asked, AskedPartner int
	// LastThree is the mean of the last three answers to the primary outcome, nil
	// when there are fewer. Mark is what the criterion asks of it, nil without a
	// baseline to go from.
	LastThree, Mark *float64
	Done            int // times done, over the weeks with an entry
	Planned         int // times planned over the same weeks
	Call            *PartnerCall
	CallWeek        Week
}

// ReviewWeek is one week of a phase. A nil entry is missing, or not asked.
type ReviewWeek struct {
	Week    Week
	Asked   bool
	Excused bool
	Resting bool // the partner's reports rest by agreement
	Open    bool // entries can still come in
	LeftOut bool // the partner's report was late, and Report is nil for it
	Checkin *Checkin
	Report  *PartnerReport // that counts
	// Aside is why the partner's report does not count, nil when it does. Report is
	// nil for it; [ReviewWeek.Given] has it still.
	Aside *SetAside
	kept  *PartnerReport
}

// PartnerContactWish is a week in which the partner asked to be contacted.
type PartnerContactWish struct {
	Week    Week
	Contact string
	By      string
}

// Numbers describe the answers to one item over the weeks of a phase. The
// pointers are nil when there is no answer.
type Numbers struct {
	N        int
	Mean     *float64 `json:",omitempty"`
	Median   *float64 `json:",omitempty"`
	Least    *float64 `json:",omitempty"`
	Greatest *float64 `json:",omitempty"`
}

func numbersOf(values []float64) Numbers {
	n := Numbers{N: len(values)}
	if mean, ok := singlecase.Mean(values); ok {
		n.Mean = &mean
	}
	if median, ok := singlecase.Median(values); ok {
		n.Median = &median
	}
	if least, greatest, ok := singlecase.Range(values); ok {
		n.Least, n.Greatest = &least, &greatest
	}
	return n
}

// Review gives an experiment for its review. Only the case's therapist may.
func (db *DB) Review(ctx context.Context, v Viewer, experimentID string) (Review, error) {
	var r Review
	err := db.read(ctx, func(ctx context.Context, t *tx) (err error) {
		r, err = t.review(ctx, v, experimentID)
		return err
	})
	return r, err
}

func (t *tx) review(ctx context.Context, v Viewer, experimentID string) (Review, error) {
	var r Review
	var err error
	if r.Experiment, err = t.experimentOf(ctx, v, experimentID); err != nil {
		return r, err
	}
	caseID := r.Experiment.CaseID
	if r.Case, err = t.caseOf(ctx, v, caseID); err != nil {
		return r, err
	}
	all, rests, today, err := t.phaseReviews(ctx, caseID)
	if err != nil {
		return r, err
	}
	r.Today, r.Paused = today, rests.cover(today.Week())
	for _, p := range all {
		if p.Phase.ExperimentID == experimentID {
			r.Phases = append(r.Phases, p)
		}
	}
	r.setMarks()
	if r.Flags, err = t.flags(ctx, caseID, all, r.Today); err != nil {
		return r, err
	}
	if r.HeldSince, err = t.publishingHeld(ctx, caseID); err != nil {
		return r, err
	}
	if err := t.QueryRowContext(ctx, `SELECT COALESCE((SELECT skill_used FROM decisions WHERE case_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1), '') = 'yes'`, caseID).Scan(&r.SkillUsed); err != nil {
		return r, err
	}
	for _, report := range reportsOf(asReported(r.Phases)) {
		if report.Contact == "soon" || report.Contact == "when_convenient" || report.ContactBy == "safe_route" || report.ContactBy == "another_way" {
			r.Contacts = append(r.Contacts, PartnerContactWish{report.Week, report.Contact, report.ContactBy})
		}
	}
	return r, nil
}

// phaseReviews gives all phases of a case in order, over its experiments, with
// their weeks and numbers, and when the partner's reports rest. It is the one
// place where a report that is set aside leaves what counts.
func (t *tx) phaseReviews(ctx context.Context, caseID string) (list []PhaseReview, rests rests, today Day, err error) {
	if today, err = t.today(ctx); err != nil {
		return nil, nil, "", err
	}
	if rests, err = t.rests(ctx, caseID); err != nil {
		return nil, nil, "", err
	}
	phases, err := t.casePhases(ctx, caseID)
	if err != nil || len(phases) == 0 {
		return nil, rests, today, err
	}
	excused, err := t.excused(ctx, caseID)
	if err != nil {
		return nil, nil, "", err
	}
	from, to := phases[0].Start, phases[len(phases)-1].LastWeek()
	checkins, err := t.checkins(ctx, caseID, from, to)
	if err != nil {
		return nil, nil, "", err
	}
	reports, err := t.partnerReports(ctx, caseID, from, to)
	if err != nil {
		return nil, nil, "", err
	}
	if err := t.remember(ctx, caseID, reports); err != nil {
		return nil, nil, "", err
	}
	asides, err := t.setAsides(ctx, caseID)
	if err != nil {
		return nil, nil, "", err
	}
	for _, p := range phases {
		list = append(list, reviewPhase(p, today, checkins, reports, excused, rests, standing(asides)))
	}
	return list, rests, today, nil
}

// reportsOf lists the partner's reports over phases, in order.
func reportsOf(phases []PhaseReview) (list []*PartnerReport) {
	for _, p := range phases {
		list = append(list, reportsIn(p.Weeks)...)
	}
	return list
}

func reviewPhase(p Phase, today Day, checkins []Checkin, reports []PartnerReport, excused map[Week]bool, rests rests, asides map[Week]*SetAside) PhaseReview {
	out := PhaseReview{Phase: p}
	for w := p.Start; w <= p.LastWeek(); w = w.Add(1) {
		state := w.FormsOn(today)
		if state == FormsNotYet {
			break
		}
		week := ReviewWeek{Week: w, Asked: p.AsksIn(w) && !excused[w], Excused: excused[w], Resting: rests.cover(w), Open: state != FormsClosed}
		for i := range checkins {
			if checkins[i].Week == w {
				week.Checkin = &checkins[i]
			}
		}
		for i := range reports {
			if reports[i].Week == w {
				week.Report = &reports[i]
			}
		}
		week.setAside(asides[w])
		out.Weeks = append(out.Weeks, week)
	}
	return out.counted()
}

// counted gives the phase with its numbers as its weeks have them.
func (p PhaseReview) counted() PhaseReview {
	out := PhaseReview{Phase: p.Phase, Weeks: p.Weeks}
	var conflict, leaving, noticed, felt []float64
	for _, w := range out.Weeks {
		if w.Asked && (w.Checkin != nil || !w.Open) {
			out.Asked++
		}
		if w.Asked && !w.Resting && (w.Report != nil || w.LeftOut || w.Aside != nil || !w.Open) {
			out.AskedPartner++
		}
		if w.Aside != nil {
			out.SetAside++
		}
		if w.Checkin != nil {
			out.Checkins++
			if dose := p.Phase.Dose; w.Checkin.Done != nil && dose != nil {
				out.Done += *w.Checkin.Done
				out.Planned += *dose
			}
		}
		if w.Report != nil {
			out.Reports++
			conflict = appendAnswer(conflict, w.Report.Conflict)
			leaving = appendAnswer(leaving, w.Report.Leaving)
			noticed = appendAnswer(noticed, w.Report.Noticed)
			felt = appendAnswer(felt, w.Report.FeltReal)
			if w.Report.Call != nil {
				out.Call, out.CallWeek = w.Report.Call, w.Week
			}
		}
	}
	outcome := conflict
	if p.Phase.Outcome == ItemLeaving {
		outcome = leaving
	}
	if n := len(outcome); n >= 3 {
		if mean, ok := singlecase.Mean(outcome[n-3:]); ok {
			out.LastThree = &mean
		}
	}
	out.Conflict, out.Leaving, out.Noticed, out.FeltReal = numbersOf(conflict), numbersOf(leaving), numbersOf(noticed), numbersOf(felt)
	return out
}
