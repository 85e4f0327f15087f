package singlecase

import (
	"fmt"
	"slices"
)

// Label says how sure one can be that anything changed between two phases. It
// never says why.
type Label string

// The labels. What is better is lower.
const (
	CannotTell           Label = "cannot_tell"
	NoClearChange        Label = "no_clear_change"
	ProbablyBetter       Label = "probably_better"
	ClearlyBetter        Label = "clearly_better"
	ConfirmedByGoingBack Label = "confirmed_by_going_back"
	ProbablyWorse        Label = "probably_worse"
	ClearlyWorse         Label = "clearly_worse"
)

// LeastObserved is how many weeks of each phase must be observed for a label.
const LeastObserved = 5

const (
	leastObservedGoingBack = 3 // weeks of each of the four phases of A-B-A-B
	notAtEnd               = "not at the planned end"
)

// Terms are what was fixed before the later phase began.
type Terms struct {
	// Worthwhile is the smallest change between the means of two phases that is
	// worth having, in points; 0 stands for 1.
	Worthwhile float64
	// Ended says that the planned end is reached. Reading a series every week
	// nearly doubles the false alarms, so it is read once.
	Ended bool
}

// Evidence is how sure one can be that anything changed, with all that it went
// by. The numbers are there also when it cannot tell.
type Evidence struct {
	Label Label
	Why   []string // what is missing, when it cannot tell

	Before, After Number // means of the observed weeks
	Change        Number // after less before: negative is better
	NAP           NAP
	Below, Above  int // weeks of B below both lines of the baseline, and above both of their mirror images

	ObservedA, PlannedA int // weeks
	ObservedB, PlannedB int

	// Two warnings, whatever the label. Slope is Theil-Sen's of the baseline in
	// points a week; Falling says that it is below -.2, as it is in 19 to 33 of
	// 100 couples for whom nothing changes. FirstWorst says that the first
	// observed week of the baseline was worse than each of the others.
	Slope      Number
	Falling    bool
	FirstWorst bool

	Back *Reversal // of A-B-A-B alone
}

// Reversal is what going back to the first condition and on again showed.
type Reversal struct {
	Drop, Return, Again Number // between the means of neighbouring phases; all are positive when they went as hoped
	NAP                 NAP    // of all weeks of A1 and A2 with all of B1 and B2
	Confirmed           bool
	Why                 []string // what is missing, when it cannot tell
}

// Judge gives the evidence of an A-B series: whether a baseline and the phase
// after it differ by more than weeks do. Weeks of a phase are those in which a
// report was planned; one that was excused beforehand is not.
//
// It cannot tell before the planned end, and with fewer than five observed weeks
// in A or in B or fewer than 70 % of the planned ones: weeks are seldom missing
// by chance. Probably better is a drop of the mean by the worthwhile change or
// more, with the 95 % interval of the nonoverlap of all pairs above .5 (Parker &
// Vannest 2009; see [CompareNAP]), and more than half of the weeks of B below
// both lines of the conservative dual criterion (Fisher, Kelley & Lomas 2003;
// see [DualCriterion]). Clearly better is that with so many weeks below both
// lines that their binomial p is below .05. Worse is the mirror image.
//
// How often a label is given was simulated, in per cent, from 5 and 5 to 8 and 8
// weeks with every report there (what the couples are like stands at [Rates]):
//
//	                                  probably better   clearly better
//	nothing changes, lag 0                1.5 to 1.7        0.5 to 1.1
//	nothing changes, lag .2               2.8 to 3.2        1.1 to 2.0
//	nothing changes, lag .4               4.8 to 5.5        2.1 to 3.5
//	improving anyway by .15 a week        9.0 to 17.9       5.2 to 11.1
//	improving anyway by .25 a week       14.9 to 30.1       9.0 to 18.2
//	first asked in a crisis               6.7 to 8.4        2.3 to 4.1
//	a true drop of 1 point               14.1 to 18.7       7.3 to 12.9
//	a true drop of 2 points              37.8 to 51.6      24.6 to 39.0
//	a true drop of 3 points              65.7 to 79.7      49.2 to 66.3
//
// Worse is as frequent when nothing changes and when the level rises.
func Judge(a, b Phase, terms Terms) Evidence {
	e := Evidence{
		NAP:       CompareNAP(a, b),
		ObservedA: len(a.Points), PlannedA: a.Weeks,
		ObservedB: len(b.Points), PlannedB: b.Weeks,
		FirstWorst: firstWorst(a.ordered()),
	}
	trend := TheilSen(a)
	e.Slope, e.Falling = trend.Slope, trend.Falling()
	if lines, ok := BaselineLines(a); ok {
		e.Below = lines.count(b)
		mirrored, _ := BaselineLines(mirror(a))
		e.Above = mirrored.count(mirror(b))
	}
	if len(a.Points) > 0 {
		e.Before = Defined(mean(a.Scores()))
	}
	if len(b.Points) > 0 {
		e.After = Defined(mean(b.Scores()))
	}
	e.Change = less(e.After, e.Before)
	if !terms.Ended {
		e.Why = append(e.Why, notAtEnd)
	}
	e.Why = slices.Concat(e.Why, tooFew(a, LeastObserved), tooFew(b, LeastObserved))
	if e.Label = CannotTell; len(e.Why) == 0 {
		e.Label = e.label(terms.worthwhile())
	}
	return e
}

// label reads the numbers by the rule.
func (e Evidence) label(worthwhile float64) Label {
	change, _ := e.Change.Get()
	lo, _ := e.NAP.Lo.Get()
	hi, _ := e.NAP.Hi.Get()
	most := func(k int) bool { return 2*k > e.ObservedB }
	systematic := func(k int) bool { return evenOdds(k, e.ObservedB) < .05 }
	switch {
	case change <= tie-worthwhile && lo > .5 && most(e.Below) && systematic(e.Below):
		return ClearlyBetter
	case change <= tie-worthwhile && lo > .5 && most(e.Below):
		return ProbablyBetter
	case change >= worthwhile-tie && hi < .5 && most(e.Above) && systematic(e.Above):
		return ClearlyWorse
	case change >= worthwhile-tie && hi < .5 && most(e.Above):
		return ProbablyWorse
	}
	return NoClearChange
}

// JudgeReversal gives the evidence of an A-B-A-B series. It is confirmed by
// going back when the mean dropped by the worthwhile change or more, rose by as
// much when the first condition returned and dropped by as much again, and the
// 95 % interval of the nonoverlap of all weeks of A with all of B is above .5.
// That needs the end, three observed weeks in each phase and 70 % of the planned
// ones. Otherwise the label is that of the first two phases, which have ended.
//
// In 16 weeks whose schedule is drawn it is confirmed for 1.2, 1.8 and 2.3 % of
// couples for whom nothing changes (lag 0, .2 and .4), for 4 % of those who were
// improving by .15 or .25 a week, for 5 % of those first asked in a crisis, and
// for 16, 51 and 85 % of those with a true drop of 1, 2 and 3 points.
func JudgeReversal(a1, b1, a2, b2 Phase, terms Terms) Evidence {
	e := Judge(a1, b1, Terms{Worthwhile: terms.Worthwhile, Ended: true})
	means := [4]Number{e.Before, e.After}
	for i, p := range []Phase{a2, b2} {
		if len(p.Points) > 0 {
			means[2+i] = Defined(mean(p.Scores()))
		}
	}
	pooled := func(p, q Phase) Phase { return Phase{Points: slices.Concat(p.Points, q.Points)} }
	back := &Reversal{Drop: less(means[0], means[1]), Return: less(means[2], means[1]), Again: less(means[2], means[3]),
		NAP: CompareNAP(pooled(a1, a2), pooled(b1, b2))}
	e.Back = back
	if !terms.Ended {
		back.Why = append(back.Why, notAtEnd)
	}
	for _, p := range []Phase{a1, b1, a2, b2} {
		back.Why = slices.Concat(back.Why, tooFew(p, leastObservedGoingBack))
	}
	lo, _ := back.NAP.Lo.Get()
	back.Confirmed = len(back.Why) == 0 && lo > .5
	for _, step := range []Number{back.Drop, back.Return, back.Again} {
		points, ok := step.Get()
		back.Confirmed = back.Confirmed && ok && points >= terms.worthwhile()-tie
	}
	if back.Confirmed {
		e.Label, e.Why = ConfirmedByGoingBack, nil
	}
	return e
}

func (t Terms) worthwhile() float64 {
	if t.Worthwhile == 0 {
		return 1
	}
	return t.Worthwhile
}

// leastWeeks is how many weeks of a phase must be observed: so many at least,
// and 70 % of the planned ones.
func leastWeeks(least, planned int) int { return max(least, (7*planned+9)/10) }

func tooFew(p Phase, least int) []string {
	if least = leastWeeks(least, p.Weeks); len(p.Points) < least {
		return []string{fmt.Sprintf("%d of at least %d weeks observed in %s", len(p.Points), least, p.Name)}
	}
	return nil
}

// firstWorst says whether the first week is higher than each other one.
func firstWorst(points []Point) bool {
	for _, p := range points[min(1, len(points)):] {
		if p.Score >= points[0].Score {
			return false
		}
	}
	return len(points) > 1
}

func less(x, y Number) Number {
	if !x.defined || !y.defined {
		return Number{}
	}
	return Defined(x.value - y.value)
}

// mirror turns the scores, so that what was worse is better.
func mirror(p Phase) Phase {
	points := slices.Clone(p.Points)
	for i := range points {
		points[i].Score = -points[i].Score
	}
	p.Points = points
	return p
}
