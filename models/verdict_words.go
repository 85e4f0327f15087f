package models

import (
	"fmt"
	"slices"
	"strings"

	"enough/models/singlecase"
)

// freedom is a question whose answers say how free or safe somebody is, from
// the best answer down.
type freedom struct {
	name    string
	answers []string
	of      func(*PartnerReport) string
}

var freedoms = map[string]freedom{
	"say_no":   {"saying no", []string{"yes", "mostly", "not_always", "no"}, func(p *PartnerReport) string { return p.SayNo }},
	"safe":     {"feeling safe", []string{"yes", "mostly", "not_always", "no"}, func(p *PartnerReport) string { return p.Safe }},
	"children": {"the children", []string{"as_usual", "quieter", "frightened"}, func(p *PartnerReport) string { return p.Children }},
}

// rank is the place of a report's answer, 0 for the best. It is false when the
// question was not answered.
func (f freedom) rank(p *PartnerReport) (rank float64, answered bool) {
	i := slices.Index(f.answers, f.of(p))
	return float64(i), i >= 0
}

func (f freedom) ranks(list []*PartnerReport) (ranks []float64) {
	for _, p := range list {
		if rank, answered := f.rank(p); answered {
			ranks = append(ranks, rank)
		}
	}
	return ranks
}

func reportsIn(weeks []ReviewWeek) (list []*PartnerReport) {
	for _, w := range weeks {
		if w.Report != nil {
			list = append(list, w.Report)
		}
	}
	return list
}

// usual is the median answer of some weeks.
func (f freedom) usual(weeks []ReviewWeek) (rank float64, ok bool) {
	return singlecase.Median(f.ranks(reportsIn(weeks)))
}

// worse says whether the last answers are worse than those of the baseline: in
// the middle, or at the worst. Without an answer on either side nothing is.
func (f freedom) worse(baseline []ReviewWeek, last []*PartnerReport) bool {
	before, now := f.ranks(reportsIn(baseline)), f.ranks(last)
	usual, ok := singlecase.Median(before)
	middle, answered := singlecase.Median(now)
	return ok && answered && (middle > usual || slices.Max(now) > slices.Max(before))
}

// reasons lists what the rule looked at.
func (j facts) reasons() []string {
	p := j.phase
	list := []string{fmt.Sprintf("%d of %s", p.Reports, reports(j.asked)) + AsideWords(p.SetAside)}
	if n := len(j.primary.b); n != p.Reports {
		list = append(list, fmt.Sprintf("%d of them with %s", n, j.primary.name))
	}
	list = append(list, counted(p.Checkins, "check-in"))
	if p.Planned > 0 {
		list = append(list, fmt.Sprintf("done %d of %d", p.Done, p.Planned))
	}
	for _, o := range []outcome{j.primary, j.other} {
		if a, b, ok := o.means(); ok {
			list = append(list, fmt.Sprintf("%s %s in the baseline, %s in %s", o.name, OneDecimal(a), OneDecimal(b), p.Phase.Name))
		} else {
			list = append(list, o.name+" not reported on both sides")
		}
	}
	if p.LastThree != nil {
		list = append(list, "last three average "+OneDecimal(*p.LastThree))
	}
	list = append(list, "criterion "+j.criterion())
	call := "not given"
	if j.call != "" {
		call = strings.ToLower(CallText(j.call))
	}
	return append(list, "partner’s call: "+call)
}

func (j facts) criterion() string {
	p := j.phase.Phase
	text := fmt.Sprintf("at most %d", p.Criterion)
	if p.CriterionKind == "drop" {
		text = fmt.Sprintf("at least %d below the baseline average", p.Criterion)
	}
	switch {
	case j.phase.LastThree == nil || j.mark == nil:
		return text + ": cannot be read yet"
	case j.met():
		return text + ": met"
	}
	return text + ": not met"
}

// since tells what came after an intervention. It is empty when nothing did.
func (r Review) since(p PhaseReview) string {
	after := PhaseReview{}
	for _, q := range r.Phases {
		if q.Phase.Start > p.Phase.Start && q.Phase.Kind != Intervention {
			after.Weeks = append(after.Weeks, q.Weeks...)
			after.Done, after.Planned = after.Done+q.Done, after.Planned+q.Planned
			if q.Call != nil {
				after.Call = q.Call
			}
		}
	}
	list := reportsIn(after.Weeks)
	if len(list) == 0 && after.Planned == 0 {
		return ""
	}
	said := []string{reports(len(list))}
	for _, item := range []string{ItemConflict, ItemLeaving} {
		for i := len(after.Weeks) - 1; i >= 0; i-- {
			if answer := after.Weeks[i].answer(item); answer != nil {
				said = append(said, fmt.Sprintf("last %s %d", ItemText(item), *answer))
				break
			}
		}
	}
	if after.Planned > 0 {
		said = append(said, fmt.Sprintf("done %d of %d", after.Done, after.Planned))
	}
	if after.Call != nil {
		said = append(said, "last call: "+strings.ToLower(CallText(after.Call.Answer)))
	}
	return fmt.Sprintf("%s ended on %s. Since then, and not judged here: %s.", p.Phase.Name, r.endOf(p.Phase), strings.Join(said, "; "))
}

// endOf tells when a phase ends.
func (r Review) endOf(p Phase) string {
	if r.countedFrom != "" {
		return fmt.Sprintf("the last day of week %d", p.LastWeek().Since(r.countedFrom)+1)
	}
	return p.LastWeek().Sunday().Long()
}

// cautions are what a careful reader holds against the numbers.
func (r Review) cautions(j facts) (list []string) {
	a := singlecase.Phase{}
	if r.Phases[0].Phase.Kind == Baseline {
		a = r.Series(r.Phases[0], j.phase.Phase.Outcome)
	}
	if slope, ok := singlecase.TheilSen(a).Slope.Get(); ok && slope <= -0.5 {
		list = append(list, "The baseline was already falling, by "+OneDecimal(-slope)+" a week.")
	}
	if n := len(a.Points); n >= 2 && a.Points[0].Week == a.Start && a.Points[0].Score-slices.Max(a.Scores()[1:]) >= 3 {
		list = append(list, "The first baseline week was the highest by 3 or more: a start in a crisis falls by itself.")
	}
	if least, greatest, ok := singlecase.Range(j.primary.a); ok && greatest-least > 4 {
		list = append(list, fmt.Sprintf("The baseline ranged from %g to %g.", least, greatest))
	}
	if j.phase.Phase.Change == "dose_quality" {
		list = append(list, "Two things changed at once, how often and how.")
	}
	interventions := 0
	for _, p := range r.Phases {
		if p.Phase.Kind == Intervention && p.Phase.Start <= j.phase.Phase.Start {
			interventions++
		}
	}
	if interventions == 1 {
		list = append(list, "One intervention only: nothing has been repeated.")
	}
	return list
}
