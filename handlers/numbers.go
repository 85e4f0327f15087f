package handlers

import (
	"fmt"
	"math"
	"strings"

	"enough/models"
	"enough/models/singlecase"
)

// numbersView sets the baseline beside the judged intervention: for each outcome
// the numbers that are always shown, and all others in tables. The therapist's
// alone.
type numbersView struct {
	Heading  string
	Outcomes []outcomeNumbers // the primary outcome first
	Details  []table
	Words    []string // how to read the details
}

// outcomeNumbers tells one outcome.
type outcomeNumbers struct {
	Name  string
	Pairs []saved
}

func newNumbersView(r models.Review) *numbersView {
	a, b, ok := r.Compared()
	if !ok {
		return nil
	}
	items := []string{models.ItemConflict, models.ItemLeaving}
	if b.Phase.Outcome == models.ItemLeaving {
		items[0], items[1] = items[1], items[0]
	}
	v := &numbersView{Heading: "The baseline and " + b.Phase.Name}
	var pairs []comparedPair
	for i, item := range items {
		pair := comparePair(item, r.Series(a, item), r.Series(b, item))
		pairs = append(pairs, pair)
		name := outcomeName(item)
		if i == 0 {
			name += ", the primary measure"
		}
		weeks := fmt.Sprintf("%d of %d in the baseline, %d of %d in %s", len(pair.a.Points), a.PlannedReports(), len(pair.b.Points), b.PlannedReports(), b.Phase.Name) + models.AsideWords(a.SetAside+b.SetAside)
		v.Outcomes = append(v.Outcomes, outcomeNumbers{name, append(pair.pairs(), saved{"Weeks reported", weeks})})
	}
	v.Details = []table{detailTable(r, b, pairs), ladderTable(r)}
	v.Words = []string{"Intervals are for 95 %. All take the weeks to be independent of one another, which weeks seldom are: intervals are in truth wider, and p-values larger."}
	if _, _, _, _, back := r.Reversal(); !back && steps(r) > 1 {
		v.Words = append(v.Words, "Three steps, each followed by scores that move to the new level, would show control (What Works Clearinghouse, version 5); fewer do not. With every step that is read the chances of a false alarm add up.")
	}
	return v
}

func steps(r models.Review) (n int) {
	for _, p := range r.Phases {
		if p.Phase.Kind == models.Intervention {
			n++
		}
	}
	return n
}

// comparedPair is one outcome in the baseline and in the intervention.
type comparedPair struct {
	item      string
	a, b      singlecase.Phase
	ofA, ofB  singlecase.Description
	c         singlecase.Comparison
	lag       singlecase.Lag1 // within the two phases
	immediacy singlecase.MedianDifference
	words     singlecase.Words
}

func comparePair(item string, a, b singlecase.Phase) comparedPair {
	all := singlecase.Analyse([]singlecase.Phase{a, b})
	return comparedPair{item, a, b, all.PhaseStats[0], all.PhaseStats[1], *all.Results, all.Series.Lag1WithinPhases, singlecase.CompareSeam(a, b), singlecase.Tell(outcomeName(item), a, b)}
}

// pairs are the numbers that are always shown.
func (x comparedPair) pairs() (list []saved) {
	add := func(name string, sentences ...string) {
		if text := strings.TrimSpace(strings.Join(sentences, " ")); text != "" {
			list = append(list, saved{name, strings.ReplaceAll(text, " %", "\u00a0%")})
		}
	}
	trend := x.words.Trend
	if x.ofA.TheilSen.Falling() {
		trend = "Flag. " + trend
	}
	add("Average", x.words.Level)
	add("Week by week", x.words.Overlap)
	add("Below both lines", x.words.Lines, x.offScale())
	add("Trend of the baseline", trend, x.words.First)
	return list
}

// offScale says that the trend of the baseline leaves the scale of 0 to 10 over
// the weeks of the intervention: above it no week can fail to lie below, and
// under it none can lie below.
func (x comparedPair) offScale() string {
	lines, ok := singlecase.BaselineLines(x.a)
	if !ok {
		return ""
	}
	for _, p := range x.b.Points {
		switch height := lines.TrendIntercept + lines.TrendSlope*float64(p.Week); {
		case height > 10:
			return "The trend line leaves the scale above 10, so there the mean alone decides."
		case height < 0:
			return "The trend line leaves the scale below 0, where no week can lie under it."
		}
	}
	return ""
}

// twoDecimals writes a number with two decimals, halves away from zero.
func twoDecimals(value float64) string {
	return fmt.Sprintf("%.2f", value+math.Copysign(1e-9, value))
}

// share writes a number from 0 to 1 without its 0, or why there is none.
func share(n singlecase.Number, why string) string {
	value, ok := n.Get()
	switch text := twoDecimals(value); {
	case !ok:
		return orElse(why, "–")
	case text == "0.00" && value > 0:
		return "under .01"
	default:
		return strings.Replace(text, "0.", ".", 1)
	}
}

// signed writes a number with its sign, or why there is none.
func signed(n singlecase.Number, why string) string { return inSize(n, why, "−%s", "+%s") }

// moved writes a difference in points, or why there is none.
func moved(n singlecase.Number, why string) string { return inSize(n, why, "%s lower", "%s higher") }

// inSize writes the size of a number by a form for each sign.
func inSize(n singlecase.Number, why, below, above string) string {
	value, ok := n.Get()
	switch size := twoDecimals(math.Abs(value)); {
	case !ok:
		return orElse(why, "–")
	case size == "0.00":
		return size
	case value < 0:
		return fmt.Sprintf(below, size)
	default:
		return fmt.Sprintf(above, size)
	}
}

func withInterval(value string, lo, hi singlecase.Number, write func(singlecase.Number, string) string, why string) string {
	_, some := lo.Get()
	switch {
	case value == why: // there is no value, and this says why
		return value
	case !some:
		return value + ", no interval"
	}
	return value + " (" + write(lo, "") + " to " + write(hi, "") + ")"
}

func spread(d singlecase.Description) string {
	least, some := d.Least.Get()
	if !some {
		return "–"
	}
	greatest, _ := d.Greatest.Get()
	text := short(least) + "–" + short(greatest)
	if sd, ok := d.SD.Get(); ok {
		text = twoDecimals(sd) + ", " + text
	}
	return text
}

func slopeOf(l singlecase.TheilSenLine) string {
	return withInterval(signed(l.Slope, l.Why), l.Lo, l.Hi, signed, l.Why)
}

func coefficient(c singlecase.Coefficient, p singlecase.Piecewise) string {
	return withInterval(signed(c.Value, p.Why), c.Lo, c.Hi, signed, p.Why)
}
