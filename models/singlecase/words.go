package singlecase

import (
	"fmt"
	"math"
	"strings"
)

// Words tell a comparison in sentences: the numbers, then the doubt, then what
// else could explain them. An empty one has nothing to say.
type Words struct {
	Level   string // the means and their difference; or why there is no comparison
	Overlap string // the nonoverlap of all pairs with its interval
	Lines   string // the weeks below both lines of the earlier phase
	Trend   string // what the earlier phase was doing anyway
	First   string // that its first week was the worst, when the later phase is better
}

// Tell tells how an outcome, named as a sentence begins, compares between two
// phases. The phases go by their names.
func Tell(outcome string, a, b Phase) Words {
	ofA := Describe(a)
	return tell(outcome, a, b, ofA, compare(a, b, ofA))
}

func tell(outcome string, a, b Phase, ofA Description, c Comparison) Words {
	if c.NAP.Why != "" {
		return Words{Level: fmt.Sprintf("No comparison: %s.", c.NAP.Why)}
	}
	by, ok := c.MeanDiff.Value.Get()
	if !ok {
		return Words{Level: "No comparison: the scores are too great."}
	}
	before, after := mean(a.Scores()), mean(b.Scores())
	w := Words{
		Level: fmt.Sprintf("%s averaged %s in %s of %s and %s in %s of %s: %s.", outcome, points(before), count(len(a.Points), "week"), a.Name,
			points(after), count(len(b.Points), "week"), b.Name, change(by)),
		Overlap: nonoverlapInWords(c.NAP, len(a.Points)+len(b.Points)),
		Lines:   criterionInWords(c.CDC, a, b),
		Trend:   trendInWords(ofA.TheilSen, by, a.Name),
	}
	if by < 0 && firstWorst(a.ordered()) {
		w.First = fmt.Sprintf("The first observed week of %s was its worst, so part of this may be a return to what is usual.", a.Name)
	}
	return w
}

// rounded writes a number with so many decimals, halves away from zero.
func rounded(value float64, decimals int) string {
	return fmt.Sprintf("%.*f", decimals, value+math.Copysign(tie, value))
}

// points writes a mean so that its reader can reckon with it: two decimals at
// most.
func points(value float64) string {
	return strings.TrimSuffix(strings.TrimRight(rounded(value, 2), "0"), ".")
}

func change(by float64) string {
	size, unit := points(math.Abs(by)), "points"
	if size == "1" {
		unit = "point"
	}
	switch {
	case size == "0":
		return "no change"
	case by < 0:
		return size + " " + unit + " lower"
	default:
		return size + " " + unit + " higher"
	}
}

// nonoverlapInWords says how many pairs of weeks speak for the later phase.
func nonoverlapInWords(nap NAP, weeks int) string {
	value, _ := nap.Value.Get()
	lo, _ := nap.Lo.Get()
	hi, _ := nap.Hi.Get()
	equal := ""
	switch {
	case nap.Tied == 1:
		equal = " (1 was equal and counts half)"
	case nap.Tied > 1:
		equal = fmt.Sprintf(" (%d were equal and count half)", nap.Tied)
	}
	amount := "with so few weeks"
	if weeks > 24 {
		amount = fmt.Sprintf("with these %d weeks", weeks)
	}
	inside := "lies outside this range"
	if lo <= .5 && .5 <= hi {
		inside = "lies within this range"
	}
	return fmt.Sprintf("In %d of %s the later week had the lower score%s. That is %s %%; %s anything from %s to %s %% would fit. No difference would be 50 %%, which %s.",
		nap.Improved, count(nap.Pairs, "week-by-week comparison"), equal, rounded(100*value, 0), amount, rounded(100*lo, 0), rounded(100*hi, 0), inside)
}

// criterionInWords says how many weeks lie below both lines of the baseline, and
// how many would be much.
func criterionInWords(c CDC, a, b Phase) string {
	if c.Why != "" {
		return fmt.Sprintf("Weeks of %s below both lines of %s: undefined, %s.", b.Name, a.Name, c.Why)
	}
	lie := "lie"
	if c.Count == 1 || c.NB == 1 {
		lie = "lies"
	}
	needed := "fewer than 5 weeks can never be enough to go by"
	if required, ok := c.Required.Get(); ok {
		needed = fmt.Sprintf("at even odds %.0f or more would be rare", required)
	}
	return fmt.Sprintf("%d of %s of %s %s below both lines of %s, its mean and its least-squares trend, both lowered by a quarter of its SD (CDC); %s.", c.Count, count(c.NB, "week"), b.Name, lie, a.Name, needed)
}

// trendInWords says what the baseline was doing anyway, and whether the change
// went the same way.
func trendInWords(l TheilSenLine, change float64, name string) string {
	slope, ok := l.Slope.Get()
	way := "falling"
	if slope > 0 {
		way = "rising"
	}
	switch {
	case !ok:
		return fmt.Sprintf("Whether the scores of %s were moving already cannot be said: %s.", name, l.Why)
	case math.Abs(slope) < .005:
		return fmt.Sprintf("The scores of %s show no trend; something else may still have changed at the same time.", name)
	case slope*change > 0:
		return fmt.Sprintf("Scores were already %s by about %.2f a week in %s, so part of this may have come anyway.", way, math.Abs(slope), name)
	}
	return fmt.Sprintf("Scores were %s by about %.2f a week in %s; such a course can also turn by itself.", way, math.Abs(slope), name)
}
