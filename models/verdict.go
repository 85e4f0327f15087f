package models

import (
	"fmt"
	"slices"
	"strings"

	"enough/models/singlecase"
)

// Kinds of verdict.
const (
	Withheld     = "withheld"
	Worse        = "worse"
	TooEarly     = "too_early"
	Enough       = "enough"
	EnoughForNow = "enough_for_now"
	NotEnough    = "not_enough"
	NoChange     = "no_change"
)

// VerdictText writes a kind of verdict.
func VerdictText(kind string) string {
	return map[string]string{Withheld: "Withheld", Worse: "Worse", TooEarly: "Too early", Enough: "Enough", EnoughForNow: "Enough, for now",
		NotEnough: "Not enough", NoChange: "No change"}[kind]
}

// Verdict is what the rule says that was set before an intervention began. It
// is the therapist's alone. It judges by the partner's reports and never by what
// is missing: averages are of reported weeks.
type Verdict struct {
	Phase        string   // the intervention that is judged, by name; empty for none
	Kind         string   `json:",omitempty"`
	Reasons      []string `json:",omitempty"` // what the rule looked at
	Lacking      []string `json:",omitempty"` // why it is too early, or what is missing to be enough
	Disagreement string   `json:",omitempty"` // between the numbers and the partner's own answer
	Since        string   `json:",omitempty"` // what came after the intervention and is not judged
	Cautions     []string `json:",omitempty"`
}

// Judged gives the intervention that a verdict is about: the newest that has
// begun. It is false before there is one.
func (r Review) Judged() (PhaseReview, bool) {
	for i := len(r.Phases) - 1; i >= 0; i-- {
		if p := r.Phases[i]; p.Phase.Kind == Intervention && p.Phase.Start <= r.Today.Week() {
			return p, true
		}
	}
	return PhaseReview{}, false
}

// Verdict gives the verdict on the judged intervention, with an empty Kind when
// there is none.
func (r Review) Verdict() Verdict {
	if p, ok := r.Judged(); ok {
		return r.VerdictOn(p)
	}
	return Verdict{}
}

// VerdictOn judges one intervention against the baseline of the experiment by
// the rule; the first of its lines that fits stands. In order: withheld, worse,
// too early, enough, not enough, no change.
func (r Review) VerdictOn(p PhaseReview) Verdict {
	j := r.facts(p)
	v := Verdict{Phase: p.Phase.Name, Reasons: j.reasons(), Since: r.since(p), Cautions: r.cautions(j)}
	early, short := j.tooEarly(), j.missing()
	switch worse := j.worse(); {
	case j.red > 0:
		v.Kind, v.Lacking = Withheld, []string{"Safety first. No verdict while a red flag is open."}
	case worse != "":
		v.Kind, v.Lacking = Worse, []string{worse}
	case len(early) > 0:
		v.Kind, v.Lacking = TooEarly, early
	case len(short) == 0 && j.call == "yes":
		v.Kind = Enough
	case len(short) == 0:
		v.Kind = EnoughForNow
	case j.improved():
		v.Kind, v.Lacking = NotEnough, short
	default:
		v.Kind = NoChange
		if j.conflict.rose() >= j.some-tie || j.leaving.rose() >= j.some-tie {
			v.Cautions = append([]string{"No change, leaning worse: an outcome rose by " + OneDecimal(max(j.conflict.rose(), j.leaving.rose())) + "."}, v.Cautions...)
		}
	}
	if v.Kind != Withheld {
		v.Disagreement = j.disagreement()
	}
	return v
}

// tie is far below any step of an average of whole numbers, and far above the
// rounding of one.
const tie = 1e-9

// outcome is one of the partner's two scores before and during an intervention.
type outcome struct {
	name string
	a, b []float64
}

func (o outcome) means() (a, b float64, ok bool) {
	a, before := singlecase.Mean(o.a)
	b, during := singlecase.Mean(o.b)
	return a, b, before && during
}

// rose is by how much the average is higher than in the baseline; zero when one
// of the two is not known.
func (o outcome) rose() float64 {
	a, b, ok := o.means()
	if !ok {
		return 0
	}
	return b - a
}

// facts is what a verdict goes by.
type facts struct {
	phase             PhaseReview
	conflict, leaving outcome
	primary, other    outcome
	mark              *float64
	call              string
	pushedSome        int // in the last three reports
	pushedYes         int
	less              []string // freedoms that are worse than in the baseline
	red, open         int
	asked             int // reports that the whole phase asks for
	delivered         int // times done, no more than the dose counted in any week
	over              bool
	until             string // when the phase ends
	some, worsening   float64
}

func (r Review) facts(p PhaseReview) facts {
	var a PhaseReview
	if first := r.Phases[0]; first.Phase.Kind == Baseline {
		a = first
	}
	j := facts{phase: p, mark: p.Mark, some: p.Phase.SomeChange, worsening: p.Phase.WorseChange,
		conflict: outcome{ItemText(ItemConflict), r.Series(a, ItemConflict).Scores(), r.Series(p, ItemConflict).Scores()},
		leaving:  outcome{ItemText(ItemLeaving), r.Series(a, ItemLeaving).Scores(), r.Series(p, ItemLeaving).Scores()}}
	j.primary, j.other = j.conflict, j.leaving
	if p.Phase.Outcome == ItemLeaving {
		j.primary, j.other = j.leaving, j.conflict
	}
	if p.Call != nil {
		j.call = p.Call.Answer
	}
	j.asked, j.over, j.until = p.PlannedReports(), r.over(p), r.endOf(p.Phase)
	var last []*PartnerReport
	for _, w := range p.Weeks {
		if w.Report != nil {
			last = append(last, w.Report)
		}
		if w.Checkin != nil && w.Checkin.Done != nil && p.Phase.Dose != nil {
			j.delivered += min(*w.Checkin.Done, *p.Phase.Dose)
		}
	}
	last = last[max(0, len(last)-3):]
	for _, report := range last {
		switch report.EverPushed() {
		case "yes":
			j.pushedSome, j.pushedYes = j.pushedSome+1, j.pushedYes+1
		case "a_little":
			j.pushedSome++
		}
	}
	for _, f := range []string{"say_no", "safe", "children"} {
		if freedoms[f].worse(a.Weeks, last) {
			j.less = append(j.less, freedoms[f].name)
		}
	}
	for _, f := range r.Flags {
		if f.Open() && f.Level() == Red {
			j.red++
		}
		if f.Open() && f.Level() != Note && f.Week <= p.Phase.LastWeek() {
			j.open++
		}
	}
	return j
}

func (j facts) met() bool {
	return j.mark != nil && j.phase.LastThree != nil && *j.phase.LastThree <= *j.mark+tie
}

func (j facts) yes() bool { return j.call == "yes" || j.call == "yes_for_now" }

// worse says how an outcome is worse than in the baseline, empty when none is:
// the last two reports are both above every one of the baseline and average so
// much above its average, or the whole phase does, from three reports on.
func (j facts) worse() string {
	var said []string
	for _, o := range []outcome{j.conflict, j.leaving} {
		a, b, ok := o.means()
		if !ok {
			continue
		}
		if n := len(o.b); n >= 2 && len(o.a) >= 3 {
			two := o.b[n-2:]
			if m, _ := singlecase.Mean(two); slices.Min(two) > slices.Max(o.a) && m >= a+j.worsening-tie {
				said = append(said, fmt.Sprintf("%s: the last two reports, %g and %g, are above each of the baseline’s, which average %s", capital(o.name), two[0], two[1], OneDecimal(a)))
				continue
			}
		}
		if len(o.b) >= 3 && b >= a+j.worsening-tie {
			said = append(said, fmt.Sprintf("%s: average %s, in the baseline %s", capital(o.name), OneDecimal(b), OneDecimal(a)))
		}
	}
	return strings.Join(said, ". ")
}

// tooEarly lists what keeps the phase from being a fair test.
func (j facts) tooEarly() (list []string) {
	add := func(yes bool, format string, args ...any) {
		if yes {
			list = append(list, fmt.Sprintf(format, args...))
		}
	}
	p := j.phase.Phase
	add(len(j.primary.a) < 3, "%d of at least 3 baseline reports", len(j.primary.a))
	add(!j.over, "the phase lasts until %s", j.until)
	add(j.over && p.Weeks < p.PlannedWeeks, "the phase ran %d of %d planned weeks", p.Weeks, p.PlannedWeeks)
	add(len(j.primary.b) < 3, "%d of at least 3 reports in this phase", len(j.primary.b))
	add(j.phase.Checkins < 3, "%d of at least 3 check-ins", j.phase.Checkins)
	add(j.phase.Planned > 0 && j.delivered*100 < j.phase.Planned*p.FairDose, "not a fair test yet: done %d of %d, at most the dose counted in a week", j.delivered, j.phase.Planned)
	add(j.met() && j.yes() && (j.pushedYes > 0 || j.pushedSome >= 2), "the partner’s answer may not be free: pushed about what to say in %d of the last 3 reports", j.pushedSome)
	return list
}

// missing lists what is missing to be enough.
func (j facts) missing() (list []string) {
	add := func(yes bool, text string) {
		if yes {
			list = append(list, text)
		}
	}
	add(!j.met(), "the criterion is not met")
	add(!j.yes(), "the partner’s call is not a yes")
	add(j.other.rose() >= j.some-tie, j.other.name+" is up by "+OneDecimal(j.other.rose()))
	for _, name := range j.less {
		add(true, name+": worse than in the baseline")
	}
	add(j.open > 0, flagsOpen(j.open))
	return list
}

func flagsOpen(n int) string {
	if n == 1 {
		return "a flag is open: look at it first"
	}
	return fmt.Sprintf("%d flags are open: look at them first", n)
}

// improved says whether anything did: the criterion, an average, the call.
func (j facts) improved() bool {
	return j.met() || j.yes() || j.conflict.rose() <= tie-j.some || j.leaving.rose() <= tie-j.some
}

// disagreement is a sentence for each of three; a machine resolves none.
func (j facts) disagreement() string {
	switch answered := j.call != "" && j.call != "skipped" && j.call != "rather_not_say"; {
	case j.yes() && (j.pushedYes > 0 || j.pushedSome >= 2):
		return "The partner says yes and was pushed about what to say. Hear it alone."
	case j.met() && answered && !j.yes():
		return "The numbers meet the criterion, and the partner says that it would not be enough. The partner’s answer is the measure."
	case !j.met() && j.yes():
		return "The partner says yes, and the numbers do not meet the criterion. Ask what changed that the numbers do not show."
	}
	return ""
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// Against says whether a decision goes another way than a verdict. Such a
// decision needs its reason; to stop for harm or to end never does.
func (v Verdict) Against(choice string) bool {
	with := map[string][]string{
		Withheld:     {"hold", "stop_no_benefit"},
		Worse:        {"stop_no_benefit"},
		TooEarly:     {"extend", "hold", "follow_up"},
		Enough:       {"enough", "enough_for_now", "follow_up"},
		EnoughForNow: {"enough_for_now", "follow_up"},
		NotEnough:    {"step_up", "hold", "extend", "stop_no_benefit"},
		NoChange:     {"step_up", "hold", "extend", "stop_no_benefit"},
	}[v.Kind]
	return v.Kind != "" && choice != "stop_harm" && choice != "end_treatment" && !slices.Contains(with, choice)
}

// Refuses says whether a decision is not to be had at all: nothing more is
// tried while the partner is worse off or a red flag is open.
func (v Verdict) Refuses(choice string) bool { return choice == "step_up" && v.spares() }

// spares says whether nothing more is asked of the partner.
func (v Verdict) spares() bool { return v.Kind == Worse || v.Kind == Withheld }
