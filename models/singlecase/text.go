package singlecase

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// Text writes an analysis for a clinician to read and a supervisor to check:
// the phases, for each comparison the numbers, then the doubt, then what else
// could explain them, and below all the other indices under their names, with
// the reason where one is undefined. Numbers have two decimals.
func (a Analysis) Text() string {
	var t text
	t.line("Lower is better. Weeks are calendar weeks; a missing week keeps its place.")
	t.line("")
	t.phases(a)
	if a.Results != nil {
		t.sentences(a.Phases[0], a.Phases[1], a.PhaseStats[0], *a.Results)
	}
	for _, p := range a.More {
		t.sentences(a.Phases[p.A], a.Phases[p.B], a.PhaseStats[p.A], p.Results)
	}
	t.line("Details")
	t.line("Of nap, tau and their kind more is better; of changes, ratios and slopes less is. Intervals")
	t.line("are for 95 %% and, like all p-values, take the weeks to be independent, which weeks rarely are.")
	t.line("")
	for i, d := range a.PhaseStats {
		t.phaseDetails(a.Phases[i].Name, d)
	}
	if a.Results != nil {
		t.comparisonDetails(a.Label, a.NA, *a.Results)
	}
	for _, p := range a.More {
		t.comparisonDetails(p.Label, p.NA, p.Results)
	}
	t.seriesDetails(a.Series)
	t.line("A-B data: other causes are not ruled out.")
	return t.String()
}

// text is what has been written so far.
type text struct{ strings.Builder }

func (t *text) line(format string, values ...any) {
	t.WriteString(strings.TrimRight(fmt.Sprintf(format, values...), " ") + "\n")
}

func (t *text) phases(a Analysis) {
	width := len("phase")
	for _, p := range a.Phases {
		width = max(width, utf8.RuneCountInString(p.Name))
	}
	t.line("%-*s  %-9s  %-10s  %6s  %6s  %6s  %-13s  %s", width, "phase", "weeks", "observed", "mean", "median", "SD", "range", "trend a week")
	for i, p := range a.Phases {
		d := a.PhaseStats[i]
		spread := "-"
		if d.N > 0 {
			spread = short(d.Least) + " to " + short(d.Greatest)
		}
		t.line("%-*s  %-9s  %-10s  %6s  %6s  %6s  %-13s  %s", width, p.Name,
			fmt.Sprintf("%d-%d", p.Start, p.Start+p.Weeks-1), fmt.Sprintf("%d of %d", d.N, d.Weeks),
			shown(d.Mean), shown(d.Median), shown(d.SD), spread, signed(d.TheilSen.Slope))
	}
	t.line("")
}

// sentences are the numbers, the doubt and the other explanation for one pair.
func (t *text) sentences(a, b Phase, ofA Description, c Comparison) {
	t.line("%s vs %s", a.Name, b.Name)
	if c.NAP.Why != "" {
		t.line("  No comparison: %s.", c.NAP.Why)
		t.line("")
		return
	}
	t.paragraph("The score averaged %s in %s of %s and %s in %s of %s: %s.", shown(ofA.Mean), count(len(a.Points), "week"), a.Name,
		shown(Defined(mean(b.Scores()))), count(len(b.Points), "week"), b.Name, change(c.MeanDiff.Value))
	t.paragraph("%s", nonoverlapInWords(c.NAP, len(a.Points)+len(b.Points)))
	t.paragraph("%s", criterionInWords(c.CDC, a, b))
	t.paragraph("%s", trendInWords(ofA.TheilSen, c.MeanDiff.Value, a.Name))
	if c.MeanDiff.Value.value < 0 && firstWorst(a.ordered()) {
		t.paragraph("The first observed week of %s was its worst, so part of this may be a return to what is usual.", a.Name)
	}
	t.line("")
}

// paragraph writes a sentence in lines of a readable length.
func (t *text) paragraph(format string, values ...any) {
	const indent, width = "  ", 96
	line := indent
	for _, word := range strings.Fields(fmt.Sprintf(format, values...)) {
		if utf8.RuneCountInString(line+word) > width && line != indent {
			t.line("%s", line)
			line = indent + indent
		}
		line += word + " "
	}
	t.line("%s", line)
}

func change(n Number) string {
	switch value, ok := n.Get(); {
	case !ok:
		return "the change is undefined"
	case value < -.005:
		return fmt.Sprintf("%.2f points lower", -value)
	case value >= .005:
		return fmt.Sprintf("%.2f points higher", value)
	}
	return "no change"
}

// nonoverlapInWords says how many pairs of weeks speak for the later phase.
func nonoverlapInWords(nap NAP, weeks int) string {
	value, _ := nap.Value.Get()
	lo, _ := nap.Lo.Get()
	hi, _ := nap.Hi.Get()
	were := "were"
	if nap.Tied == 1 {
		were = "was"
	}
	amount := "with so few weeks"
	if weeks > 24 {
		amount = fmt.Sprintf("with these %d weeks", weeks)
	}
	inside := "lies outside this range"
	if lo <= .5 && .5 <= hi {
		inside = "lies within this range"
	}
	return fmt.Sprintf("In %d of %s the later week was calmer (%d %s equal). That is %.0f %%; %s anything from %.0f to %.0f %% would fit. No difference would be 50 %%, which %s.",
		nap.Improved, count(nap.Pairs, "week-by-week comparison"), nap.Tied, were, 100*value, amount, 100*lo, 100*hi, inside)
}

// criterionInWords says how many weeks lie below both lines of the baseline, and
// how many would be much.
func criterionInWords(c CDC, a, b Phase) string {
	if c.Why != "" {
		return fmt.Sprintf("Weeks of %s below both lines of %s: undefined, %s.", b.Name, a.Name, c.Why)
	}
	lie := "weeks of %s lie"
	if c.Count == 1 {
		lie = "weeks of %s lies"
	}
	needed := "fewer than 5 weeks can never be enough to go by"
	if required, ok := c.Required.Get(); ok {
		needed = fmt.Sprintf("at even odds %.0f or more would be rare", required)
	}
	return fmt.Sprintf("%d of %d "+lie+" below both lines of %s, its mean and its trend (CDC); %s.", c.Count, c.NB, b.Name, a.Name, needed)
}

// trendInWords says what the baseline was doing anyway, and whether the change
// went the same way.
func trendInWords(l TheilSenLine, change Number, name string) string {
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
	case slope*change.value > 0:
		return fmt.Sprintf("Scores were already %s by about %.2f a week in %s, so part of this may have come anyway.", way, math.Abs(slope), name)
	}
	return fmt.Sprintf("Scores were %s by about %.2f a week in %s; such a course can also turn by itself.", way, math.Abs(slope), name)
}

// shown writes a number with two decimals, or a dash.
func shown(n Number) string {
	if value, ok := n.Get(); ok {
		return fmt.Sprintf("%.2f", value)
	}
	return "-"
}

// short is shown without closing zeros.
func short(n Number) string { return strings.TrimSuffix(strings.TrimRight(shown(n), "0"), ".") }

// signed is shown with its sign.
func signed(n Number) string {
	value, ok := n.Get()
	switch {
	case !ok:
		return "-"
	case math.Abs(value) < .005:
		return "0.00"
	}
	return fmt.Sprintf("%+.2f", value)
}

// probability writes a p-value.
func probability(n Number) string {
	value, ok := n.Get()
	switch {
	case !ok:
		return "-"
	case value < .0005:
		return "< .001"
	}
	return strings.TrimPrefix(fmt.Sprintf("%.3f", value), "0")
}

// between writes an interval, or why there is none.
func between(lo, hi Number, otherwise string) string {
	if _, ok := lo.Get(); !ok {
		return "no interval (" + otherwise + ")"
	}
	return "interval " + shown(lo) + " to " + shown(hi)
}
