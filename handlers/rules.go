package handlers

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"enough/models"
)

// rulesView says how often the verdict's rule says what, and how to read that.
type rulesView struct {
	Intro   string
	Table   table
	Reading []string
}

func newRulesView() rulesView {
	d := models.DefaultThresholds
	view := rulesView{
		Intro: fmt.Sprintf("Simulated couples under the usual thresholds: %g, %g and %d points, %d per cent. Their true level is 6. Weeks vary around it by 1.2 points (standard deviation), each leaning on the one before by .3. "+
			"One outcome; the criterion lies %d points below the baseline; the plan is always done; the partner’s call is left out. Baseline and phase take 4 weeks each, or run on to 6 until three reports are there. "+
			"“Worse” counts whenever it is said while the phase runs.", d.SomeChange, d.WorseChange, d.LeastDrop, d.FairDose, d.LeastDrop),
		Table: table{Caption: "What is said, in per cent of couples", Head: []string{"Reports and weeks", "True change", "Too early", "Criterion met", "Some better", "No change", "Worse"}},
	}
	for _, r := range models.VerdictRates {
		weeks := "4 weeks"
		if r.Longest > 4 {
			weeks = fmt.Sprintf("4 to %d weeks", r.Longest)
		}
		row := []string{fmt.Sprintf("%d %%, %s", r.Completion, weeks), "none"}
		if r.Change != 0 {
			row[1] = strings.Replace(fmt.Sprintf("%+d", r.Change), "-", "−", 1)
		}
		for _, share := range []float64{r.TooEarly, r.Met, r.Better, r.NoChange, r.Worse} {
			row = append(row, inHundred(share))
		}
		view.Table.Rows = append(view.Table.Rows, row)
	}
	stable, harmed, short, helped := rateOf(6, 0), rateOf(6, 2), rateOf(4, 0), rateOf(6, -2)
	view.Reading = []string{
		"When nothing changes, the criterion is met in " + inHundred(stable.Met) + " of 100 phases, and that is before the partner’s own answer is asked.",
		"“Worse” is a false alarm in " + inHundred(stable.Worse) + " of 100 phases in which nothing changes, for each outcome. That is the price of an early call: a true worsening by 2 points is seen in " + inHundred(harmed.Worse) + " of 100.",
		"Four weeks alone end “too early” in " + inHundred(short.TooEarly) + " of 100, weeks that may run on in " + inHundred(stable.TooEarly) +
			". A criterion as far off as the true change is met in only " + inHundred(helped.Met) + " of 100: set it at about two thirds of the change that is hoped for.",
	}
	return view
}

// rateOf gives the row for three of four reports, and a true change.
func rateOf(longest, change int) models.VerdictRate {
	i := slices.IndexFunc(models.VerdictRates, func(r models.VerdictRate) bool {
		return r.Completion == 75 && r.Longest == longest && r.Change == change
	})
	return models.VerdictRates[i]
}

func inHundred(share float64) string { return itoa(int(math.Round(share))) }
