package models

import (
	"fmt"
	"slices"
	"strings"

	"enough/models/singlecase"
)

// seen is a week with a report, as the rules look at it.
type seen struct {
	PartnerReport
	checkin  *Checkin     // the client's entry of the same week, nil when missing
	phase    *PhaseReview // in which the week lies
	baseline *PhaseReview // of the same experiment; nil while it is the baseline that runs
}

// account is the partner's tension score of a week beside what the client said.
type account struct{ partner, client int }

// tensions puts it beside the client's own view of that week, forecasts beside
// the score that the client expected of the partner.
func tensions(r *PartnerReport, c *Checkin) (account, bool) {
	if r == nil || c == nil || r.Conflict == nil {
		return account{}, false
	}
	return account{*r.Conflict, c.Tension}, true
}

func forecasts(r *PartnerReport, c *Checkin) (account, bool) {
	if r == nil || c == nil || r.Conflict == nil {
		return account{}, false
	}
	return account{*r.Conflict, c.Forecast}, true
}

func (a account) gap() float64  { return float64(a.partner - a.client) }
func (a account) miss() float64 { return max(a.gap(), -a.gap()) }

// over collects a measure over the weeks of a phase in which both answered.
func over(p *PhaseReview, pick func(*PartnerReport, *Checkin) (account, bool), measure func(account) float64) (mean float64, ok bool) {
	if p == nil {
		return 0, false
	}
	var values []float64
	for _, w := range p.Weeks {
		if a, both := pick(w.Report, w.Checkin); both {
			values = append(values, measure(a))
		}
	}
	return singlecase.Mean(values)
}

// reportRules are the rules that a report raises, over the reports of a case up
// to and with it. Each gives the answers and numbers that raised it, or nothing.
var reportRules = []struct {
	rule string
	said func(all []seen) string
}{
	{"R1", notSafe}, {"R2", childrenFrightened}, {"R3", pushedAgain},
	{"A1", notAlwaysSafe}, {"A2", pushedOnce}, {"A3", conflictHigh}, {"A4", leavingHigh}, {"A5", childrenQuieter},
	{"A6", accountsDiverge}, {"A7", withoutCare}, {"A8", readsBetter}, {"A9", calmAtAPrice}, {"A11", callTurned},
	{"N1", notNoticed}, {"N4", forecastHit}, {"N5", jumped},
}

// last gives the newest n reports, fewer when there are not so many.
func last(all []seen, n int) []seen { return all[max(0, len(all)-n):] }

// lastOfPhase gives the newest n reports of the newest phase; ok is false when
// it has fewer.
func lastOfPhase(all []seen, n int) (list []seen, ok bool) {
	list = last(all, n)
	now := list[len(list)-1].phase
	return list, len(list) == n && !slices.ContainsFunc(list, func(s seen) bool { return s.phase != now })
}

func notSafe(all []seen) string {
	now := all[len(all)-1]
	var said []string
	if now.Safe == "no" {
		said = append(said, "felt safe: “no”")
	}
	if now.Contact == "soon" {
		said = append(said, "contact: “soon”")
	}
	return strings.Join(said, "; ")
}

func childrenFrightened(all []seen) string {
	if all[len(all)-1].Children == "frightened" {
		return "children: “frightened or pulled in”"
	}
	return ""
}

// pushes counts the reports that say a little or yes, or did before they were
// corrected. A skipped question says neither yes nor no.
func pushes(list []seen) (some, yes int) {
	for _, s := range list {
		switch s.EverPushed() {
		case "yes":
			some, yes = some+1, yes+1
		case "a_little":
			some++
		}
	}
	return some, yes
}

func pushedAgain(all []seen) string {
	now, four := all[len(all)-1], last(all, 4)
	some, yes := pushes(four)
	if pushed := now.EverPushed(); pushed != "a_little" && pushed != "yes" || yes == 0 || some < 2 {
		return ""
	}
	return fmt.Sprintf("pushed about what to say: “yes” %s and “a little” %s in the last %s", times(yes), times(some-yes), reports(len(four)))
}

func pushedOnce(all []seen) string {
	now := all[len(all)-1]
	if pushedAgain(all) != "" {
		return "" // the red flag says it
	}
	if now.EverPushed() == "yes" {
		return "pushed about what to say: “yes”"
	}
	if some, _ := pushes(last(all, 2)); now.EverPushed() == "a_little" && some == 2 {
		return "pushed about what to say: “a little” in two reports running"
	}
	return ""
}

func notAlwaysSafe(all []seen) string {
	if all[len(all)-1].Safe == "not_always" {
		return "felt safe: “not always”"
	}
	return ""
}

func conflictHigh(all []seen) string {
	now := all[len(all)-1]
	if now.Conflict == nil {
		return ""
	}
	var said []string
	if before := last(all, 2)[0]; len(all) > 1 && *now.Conflict >= 8 && before.Conflict != nil && *before.Conflict >= 8 {
		said = append(said, fmt.Sprintf("tension %d and %d in two reports running", *before.Conflict, *now.Conflict))
	}
	if b := now.baseline; b != nil && b.Conflict.Mean != nil && float64(*now.Conflict) >= *b.Conflict.Mean+3 {
		said = append(said, fmt.Sprintf("tension %d; baseline average %s", *now.Conflict, OneDecimal(*b.Conflict.Mean)))
	}
	return strings.Join(said, "; ")
}

func leavingHigh(all []seen) string {
	now := all[len(all)-1]
	if now.Leaving == nil {
		return ""
	}
	var said []string
	before := func(s seen) bool { return s.phase == now.phase && s.Leaving != nil && *s.Leaving >= 9 }
	if *now.Leaving >= 9 && !slices.ContainsFunc(all[:len(all)-1], before) {
		said = append(said, fmt.Sprintf("close to leaving %d, the first time from 9 up in this phase", *now.Leaving))
	}
	if earlier := last(all, 2)[0]; len(all) > 1 && earlier.Leaving != nil && *now.Leaving-*earlier.Leaving >= 3 {
		said = append(said, fmt.Sprintf("close to leaving %d, after %d in the report before", *now.Leaving, *earlier.Leaving))
	}
	if len(said) == 0 {
		return ""
	}
	return strings.Join(said, "; ") + ". A high-risk time: do not disclose"
}

func childrenQuieter(all []seen) string {
	three, quieter := last(all, 3), 0
	for _, s := range three {
		if s.Children == "quieter" {
			quieter++
		}
	}
	if all[len(all)-1].Children != "quieter" || quieter < 2 {
		return ""
	}
	return fmt.Sprintf("children: “quieter or more careful” in %d of the last %s", quieter, reports(len(three)))
}

func accountsDiverge(all []seen) string {
	two := last(all, 2)
	now := two[len(two)-1]
	usual, ok := over(now.baseline, tensions, account.gap)
	if len(two) < 2 || !ok {
		return ""
	}
	var said []string
	for _, s := range two {
		a, both := tensions(&s.PartnerReport, s.checkin)
		if !both || s.baseline == nil || a.gap() < usual+2 {
			return ""
		}
		said = append(said, fmt.Sprintf("%d against %d", a.partner, a.client))
	}
	return fmt.Sprintf("tension, partner’s against client’s: %s; apart by %s in the baseline", strings.Join(said, ", "), OneDecimal(usual))
}

func withoutCare(all []seen) string {
	now := all[len(all)-1].phase
	felt := singlecase.Phase{}
	var done, planned int
	for _, s := range all {
		if s.phase != now || s.FeltReal == nil {
			continue
		}
		felt.Points = append(felt.Points, singlecase.Point{Week: s.Week.Since(now.Phase.Start) + 1, Score: float64(*s.FeltReal)})
		if s.checkin != nil && s.checkin.Done != nil && now.Phase.Dose != nil {
			done += min(*s.checkin.Done, *now.Phase.Dose)
			planned += *now.Phase.Dose
		}
	}
	slope, ok := singlecase.TheilSen(felt).Slope.Get()
	if !ok || len(felt.Points) < 3 || slope > -0.5 || planned == 0 || done*100 < planned*now.Phase.FairDose || all[len(all)-1].FeltReal == nil {
		return ""
	}
	return fmt.Sprintf("felt real %s a week over %s, while the act was done %d of %d", strings.Replace(OneDecimal(slope), "-", "−", 1), reports(len(felt.Points)), done, planned)
}

func readsBetter(all []seen) string {
	two, ok := lastOfPhase(all, 2)
	now := two[len(two)-1]
	usual, known := over(now.baseline, forecasts, account.miss)
	if !ok || !known || now.baseline.Conflict.Mean == nil {
		return ""
	}
	miss, tension := 0.0, 0.0
	for _, s := range two {
		a, both := forecasts(&s.PartnerReport, s.checkin)
		if !both {
			return ""
		}
		miss, tension = miss+a.miss()/2, tension+float64(a.partner)/2
	}
	pushed, _ := pushes(two)
	if miss > usual-1 || tension < *now.baseline.Conflict.Mean+1 && pushed == 0 {
		return ""
	}
	said := fmt.Sprintf("the client’s forecast is off by %s, in the baseline by %s; tension %s, in the baseline %s",
		OneDecimal(miss), OneDecimal(usual), OneDecimal(tension), OneDecimal(*now.baseline.Conflict.Mean))
	if pushed > 0 {
		said += "; pushed about what to say"
	}
	return said
}

func calmAtAPrice(all []seen) string {
	two, ok := lastOfPhase(all, 2)
	now := two[len(two)-1]
	if !ok || now.baseline == nil || now.baseline.Conflict.Mean == nil {
		return ""
	}
	usual, known := freedoms["say_no"].usual(now.baseline.Weeks)
	tension := 0.0
	for _, s := range two {
		rank, answered := freedoms["say_no"].rank(&s.PartnerReport)
		if s.Conflict == nil || !answered || !known || rank <= usual {
			return ""
		}
		tension += float64(*s.Conflict) / 2
	}
	if tension > *now.baseline.Conflict.Mean-1 {
		return ""
	}
	return fmt.Sprintf("tension %s, in the baseline %s; could say no: “%s” and “%s”, less than in the baseline",
		OneDecimal(tension), OneDecimal(*now.baseline.Conflict.Mean), inWords(two[0].SayNo), inWords(two[1].SayNo))
}

func callTurned(all []seen) string {
	now := all[len(all)-1].Call
	if now == nil || now.Answer != "not_yet" && now.Answer != "no" {
		return ""
	}
	for i := len(all) - 2; i >= 0; i-- {
		before := all[i].Call
		if before == nil || before.Answer == "skipped" || before.Answer == "rather_not_say" {
			continue
		}
		if before.Answer == "yes" || before.Answer == "yes_for_now" {
			return fmt.Sprintf("the partner’s call: “%s”, after “%s”", CallText(now.Answer), CallText(before.Answer))
		}
		return ""
	}
	return ""
}

func notNoticed(all []seen) string {
	three, ok := lastOfPhase(all, 3)
	if !ok {
		return ""
	}
	var said []string
	for _, s := range three {
		if s.Noticed == nil || *s.Noticed == 6 || s.checkin == nil || s.checkin.Done == nil || *s.checkin.Done-*s.Noticed < 2 {
			return ""
		}
		said = append(said, fmt.Sprintf("%d of %d", *s.Noticed, *s.checkin.Done))
	}
	return "noticed " + strings.Join(said, ", ") + " done. Talk about what counts"
}

// silent gives the weeks in which the second, fourth … partner report running
// was missing. Weeks in which her reports rest by agreement ask for none.
func silent(phases []PhaseReview) (weeks []Week) {
	missing := 0
	for _, p := range phases {
		for _, w := range p.Weeks {
			switch {
			case w.Report != nil:
				missing = 0
			case !w.Asked || w.Resting || w.Open:
			default:
				if missing++; missing%2 == 0 {
					weeks = append(weeks, w.Week)
				}
			}
		}
	}
	return weeks
}

// callLasts is how many weeks a “yes” stands in a follow-up.
const callLasts = 5

// lapsed gives the weeks in which a “yes” of the partner's ran out in a
// follow-up: she has not said yes or no again by then. What she skips or would
// rather not say is neither. A form that asks for it must have closed.
func lapsed(phases []PhaseReview, all []seen, today Day) (weeks []Week) {
	var said []seen
	for _, s := range all {
		if s.Call != nil && s.Call.Answer != "skipped" && s.Call.Answer != "rather_not_say" {
			said = append(said, s)
		}
	}
	for i, s := range said {
		over, until := s.Week.Add(callLasts), today.Week()
		if i+1 < len(said) {
			until = said[i+1].Week
		}
		inFollowUp := func(p PhaseReview) bool {
			asks := p.Phase.CallDue(over) && over.FormsOn(today) != FormsClosed
			return p.Phase.Kind == FollowUp && p.Phase.Start <= until && over <= p.Phase.LastWeek() && !asks
		}
		if (s.Call.Answer == "yes" || s.Call.Answer == "yes_for_now") && until > over && slices.ContainsFunc(phases, inFollowUp) {
			weeks = append(weeks, over)
		}
	}
	return weeks
}

func times(n int) string {
	switch n {
	case 0:
		return "never"
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return fmt.Sprintf("%d times", n)
}

func reports(n int) string { return counted(n, "report") }

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// inWords writes a stored answer.
func inWords(answer string) string { return strings.ReplaceAll(answer, "_", " ") }
