package handlers

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"enough/models"
)

// The owner reads under the thresholds how the rule behaves, with the numbers to
// which the rule is held.
func TestPractice_howTheRulesBehave(t *testing.T) {
	p := theStage(t).open(t)
	rules := byID(parse(t, p.as("therapist").get(practicePath).Body.String()), "rules")
	if rules == nil {
		t.Fatal("they are not on the page")
	}
	rows := elements(rules, tag("tr"))[1:]
	if len(rows) != len(models.VerdictRates) || len(rows) == 0 {
		t.Fatalf("%d rows for %d", len(rows), len(models.VerdictRates))
	}
	for i, r := range models.VerdictRates {
		var cells []string
		for _, n := range elements(rows[i], tag("th", "td")) {
			cells = append(cells, wordsIn(n))
		}
		var shares []string
		for _, share := range []float64{r.TooEarly, r.Met, r.Better, r.NoChange, r.Worse} {
			shares = append(shares, fmt.Sprint(math.Round(share)))
		}
		if !slices.Equal(cells[2:], shares) || !strings.HasPrefix(cells[0], fmt.Sprint(r.Completion, " %")) {
			t.Errorf("row %d says %q", i+1, cells)
		}
	}
	if first, sixth := wordsIn(rows[0]), wordsIn(rows[5]); !strings.HasPrefix(first, "75 %, 4 weeksnone") || !strings.HasPrefix(sixth, "75 %, 4 to 6 weeks+2") {
		t.Errorf("the first rows begin %q and %q", first, sixth)
	}
	stable, harmed := models.VerdictRates[1], models.VerdictRates[5]
	for _, want := range []string{fmt.Sprint("met in ", math.Round(stable.Met), " of 100 phases"), fmt.Sprint("false alarm in ", math.Round(stable.Worse), " of 100"), fmt.Sprint("seen in ", math.Round(harmed.Worse), " of 100"), "1, 1.5 and 2 points, 80 per cent"} {
		if !strings.Contains(wordsIn(rules), want) {
			t.Errorf("it does not say %q", want)
		}
	}
}
