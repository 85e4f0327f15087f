package singlecase

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"
)

// Write writes an analysis as text, or every number of it as JSON for a
// program.
func (a Analysis) Write(w io.Writer, asJSON bool) error {
	if !asJSON {
		_, err := io.WriteString(w, a.Text())
		return err
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(a)
}

// Text writes an analysis for a clinician to read and a supervisor to check:
// the phases, for each comparison the numbers, then the doubt, then what else
// could explain them, and below all the other indices under their names, with
// the reason where one is undefined. Numbers have two decimals at most.
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
	w := tell("The score", a, b, ofA, c)
	for _, sentence := range []string{w.Level, w.Overlap, w.Lines, w.Trend, w.First} {
		if sentence != "" {
			t.paragraph(sentence)
		}
	}
	t.line("")
}

// paragraph writes a sentence in lines of a readable length.
func (t *text) paragraph(sentence string) {
	const indent, width = "  ", 96
	line := indent
	for _, word := range strings.Fields(sentence) {
		if utf8.RuneCountInString(line+word) > width && line != indent {
			t.line("%s", line)
			line = indent + indent
		}
		line += word + " "
	}
	t.line("%s", line)
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
