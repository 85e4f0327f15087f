package models

import (
	"fmt"
	"strings"

	"enough/models/singlecase"
)

// EvidenceText writes a label.
func EvidenceText(label singlecase.Label) string {
	return map[singlecase.Label]string{singlecase.CannotTell: "Cannot tell", singlecase.NoClearChange: "No clear change",
		singlecase.ProbablyBetter: "Probably better", singlecase.ClearlyBetter: "Clearly better", singlecase.ConfirmedByGoingBack: "Confirmed by going back",
		singlecase.ProbablyWorse: "Probably worse", singlecase.ClearlyWorse: "Clearly worse"}[label]
}

// Doubt says how often the label is wrong, what keeps it from being given, or
// what would have been found.
func (e Evidence) Doubt() string {
	switch rates, ok := e.Label.Rates(); {
	case e.Label == singlecase.CannotTell:
		text := capital(strings.Join(e.Why, "; ")) + "."
		if min(e.PlannedA, e.PlannedB) < singlecase.LeastObserved {
			text += " So short a plan gives numbers and a chart, and no label."
		}
		return text
	case !ok:
		return e.unseen()
	default:
		going := "better"
		if e.Label == singlecase.ProbablyWorse || e.Label == singlecase.ClearlyWorse {
			going = "worse"
		}
		return fmt.Sprintf("In simulations of couples for whom nothing changed this still appeared in %s of 100, and in %s of 100 who were already getting %s on their own.",
			ofHundred(rates.Nothing), ofHundred(rates.Drifting), going)
	}
}

// unseen says how often so many weeks show a drop.
func (e Evidence) unseen() string {
	drops := singlecase.Design{Baseline: e.ObservedA, Phase: e.ObservedB, Completion: 1}.Sight().Drops
	return fmt.Sprintf("No clear change does not mean no change: %d and %d weeks show a drop of 1 point in %.0f of 100 couples, one of 2 points in %.0f, one of 3 in %.0f.",
		e.ObservedA, e.ObservedB, 100*drops[1].Better, 100*drops[2].Better, 100*drops[3].Better)
}

// Remarks are what must be read with the label, whatever it is.
func (e Evidence) Remarks() (list []string) {
	if slope, ok := e.Slope.Get(); ok && e.Falling {
		list = append(list, fmt.Sprintf("%s was already falling by %.2f a week in the baseline: part of a drop may have come anyway.", capital(ItemText(e.Outcome)), -slope))
	}
	if e.FirstWorst {
		text := "The first baseline week was the worst: part of a drop may be a return to what is usual."
		if rates, ok := e.Label.Rates(); ok && rates.Crisis.Most > 0 {
			text += fmt.Sprintf(" Of couples first asked in a crisis, for whom nothing changed, %s of 100 still got this label.", ofHundred(rates.Crisis))
		}
		list = append(list, text)
	}
	if e.Back != nil {
		list = append(list, e.goingBack())
	}
	if e.Label == singlecase.CannotTell {
		return list
	}
	if e.Extended > 0 {
		list = append(list, "The phase was made longer than planned. A series that is read twice gives a false label more often than one that is read once.")
	}
	if e.Step > 1 && e.Back == nil {
		list = append(list, fmt.Sprintf("This is comparison %d with the same baseline: with each one the chances of a false label add up.", e.Step))
	}
	if e.Worthwhile != 1 {
		list = append(list, fmt.Sprintf("The rates are for a smallest worthwhile change of 1 point; here it is %g.", e.Worthwhile))
	}
	return list
}

// goingBack tells what going back and on again showed.
func (e Evidence) goingBack() string {
	if len(e.Back.Why) > 0 {
		return "Going back cannot be read yet: " + strings.Join(e.Back.Why, "; ") + ". The label is that of the first two phases."
	}
	text := fmt.Sprintf("With the act %s, without it %s, with it again %s.", moved(e.Back.Drop, -1), moved(e.Back.Return, 1), moved(e.Back.Again, -1))
	if !e.Back.Confirmed {
		text += " That does not confirm it; the label is that of the first two phases."
	}
	return text
}

// moved writes a difference that counts upwards with way 1 and downwards with -1.
func moved(by singlecase.Number, way float64) string {
	value, _ := by.Get()
	if value *= way; value > 0 {
		return OneDecimal(value) + " higher"
	}
	return OneDecimal(-value) + " lower"
}

// Told writes the evidence as a decision keeps it: the label with its doubt, what
// must be read with it, and the numbers.
func (e Evidence) Told() string {
	words := singlecase.Tell(capital(ItemText(e.Outcome)), e.A, e.B)
	parts := append([]string{EvidenceText(e.Label) + ".", e.Doubt()}, e.Remarks()...)
	for _, s := range []string{words.Level, words.Overlap, words.Lines} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " ")
}

// ItemText writes an outcome, ItemConflict or ItemLeaving, within a sentence.
func ItemText(item string) string {
	if item == ItemLeaving {
		return "closeness to leaving"
	}
	return "tension"
}

// ofHundred writes a range of shares in whole numbers of a hundred.
func ofHundred(s singlecase.Span) string {
	least, most := fmt.Sprintf("%.0f", s.Least), fmt.Sprintf("%.0f", s.Most)
	switch least {
	case "0":
		return "up to " + most
	case most:
		return most
	}
	return least + " to " + most
}
