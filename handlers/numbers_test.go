package handlers

import (
	"context"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"enough/models"
	"enough/models/modelstest"
)

// cellsOf gives the rows of the table with a caption, by their first cells.
func cellsOf(t testing.TB, body, caption string) map[string][]string {
	t.Helper()
	rows := map[string][]string{}
	for _, x := range elements(parse(t, body), tag("table")) {
		if heads := elements(x, tag("caption")); len(heads) != 1 || wordsIn(heads[0]) != caption {
			continue
		}
		for _, tr := range elements(x, tag("tr")) {
			var cells []string
			for _, cell := range elements(tr, func(n *html.Node) bool { return n.Data == "td" || n.Data == "th" }) {
				cells = append(cells, wordsIn(cell))
			}
			rows[cells[0]] = cells[1:]
		}
	}
	if len(rows) == 0 {
		t.Fatalf("no table %q in\n%s", caption, body)
	}
	return rows
}

// TestReviewNumbers compares with numbers that were worked out by hand from the
// answers 8, none, 7, 9 and 6, 5, 4, 4.
func TestReviewNumbers(t *testing.T) {
	c := twoLate(t)
	b := as(t, newApp(t, c.Practice.DB), c.Therapist)
	body := b.get(reviewPath(c.Experiment)).Body.String()
	text := wordsIn(byID(parse(t, body), "numbers"))
	for _, want := range []string{
		"Closeness to leaving averaged 8 in 3 weeks of the baseline and 4.75 in 4 weeks of B1: 3.25 points lower.",
		"Closeness to leaving, the primary measure", "In 12 of 12 week-by-week comparisons", "4 of 4 weeks of B1 lie below both lines of the baseline",
		"Scores were rising by about 0.33 a week in the baseline", "Weeks reported3 of 4 in the baseline, 4 of 4 in B1",
		"Tension averaged 5 in 3 weeks of the baseline and 5 in 4 weeks of B1: no change.",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the numbers do not say %q:\n%s", want, text)
		}
	}
	details := cellsOf(t, body, "Details: the baseline and B1")
	for name, want := range map[string][2]string{
		"Level: change of the median":             {"0.00", "3.50 lower"},
		"Spread: SD and range":                    {"0.00, 5–5 → 0.00, 5–5", "1.00, 7–9 → 0.96, 4–6"},
		"Immediacy":                               {"0.00", "3.00 lower"},
		"Exact permutation p, lower / either way": {"1.00 / 1.00", ".03 / .06"},
		"Below both lines: CDC, binomial p":       {"0 of 4, p 1.00", "4 of 4, p .06"},
		"Tau if the baseline trend had gone on":   {"not shown: 3 of at least 6 baseline weeks", "not shown: 3 of at least 6 baseline weeks"},
	} {
		if got := details[name]; len(got) != 4 || got[1] != want[0] || got[0] != want[1] || got[2] == "" || got[3] == "" {
			t.Errorf("%s: %q, wanted %q", name, got, want)
		}
	}
	for name := range details {
		if strings.Contains(name, "Randomisation") || strings.Contains(name, "eliable") {
			t.Errorf("%s is shown, and the start was not drawn, nor has the item a known error", name)
		}
	}
	ladder := cellsOf(t, body, "Each phase against the baseline")
	if got := ladder["B1, 2 a week"]; len(got) != 4 || got[1] != "3 of 4 at or below 5.0" || !strings.HasPrefix(got[3], "4.8, 1.00 (") {
		t.Errorf("the ladder: %q", ladder)
	}

	without := wordsIn(byID(parse(t, b.get(reviewPath(c.Experiment)+"?late=without").Body.String()), "numbers"))
	for _, want := range []string{"averaged 8.5 in 2 weeks of the baseline and 4.67 in 3 weeks of B1", "Weeks reported2 of 4 in the baseline, 3 of 4 in B1"} {
		if !strings.Contains(without, want) {
			t.Errorf("without the late ones they do not say %q:\n%s", want, without)
		}
	}
}

func TestReviewNumbers_ofADrawnStart(t *testing.T) {
	for _, latest := range []string{"", "5"} {
		p := modelstest.Open(t)
		c := p.Couple(t, p.Owner, "ada").Plan(t)
		ctx := context.Background()
		if err := p.SavePlan(ctx, p.Owner, c.Experiment, models.PlanInput{Step: "measure", Dose: "2", Cost: "2", Prediction: "3", Confidence: "80", Outcome: "leaving", CriterionKind: "level",
			Criterion: "5", BaselineWeeks: "4", PhaseWeeks: "4", StopWording: "Not this week.", DrawnBy: latest, Version: "3"}); err != nil {
			t.Fatal(err)
		}
		c.Start(t)
		e, phases, err := p.Experiment(ctx, p.Owner, c.Experiment)
		if err != nil {
			t.Fatal(err)
		}
		agreed := map[string]string{"": "4 weeks before", "5": "3 to 4 weeks before"}[latest]
		if page := as(t, newApp(t, p.DB), p.Owner).get(agreementPath(c.Experiment)).Body.String(); !strings.Contains(page, agreed+" anything changes, then 4 to 6 weeks of the plan.") {
			t.Errorf("the agreement does not say “%s anything changes”", agreed)
		}
		begins := phases[0].Start.Add(4)
		if latest != "" {
			begins = e.DrawnWeek
		}
		for p.Week() < begins.Add(4) {
			if p.Week() == begins {
				c.Intervene(t)
			}
			leaving := "8"
			if p.Week() >= begins {
				leaving = "4"
			}
			p.Sunday()
			c.Report(t, models.PartnerReportInput{Tension: "5", Leaving: leaving, Safe: "yes"})
			p.NextMonday()
		}
		got := cellsOf(t, as(t, newApp(t, p.DB), p.Owner).get(reviewPath(c.Experiment)).Body.String(), "Details: the baseline and B1")["Randomisation p of the drawn start"]
		if latest == "" && got != nil {
			t.Errorf("nothing was drawn: %q", got)
		}
		if latest != "" && (len(got) != 4 || got[0] != ".50, at best .50" || got[1] != "1.00, at best .50") {
			t.Errorf("drawn of two weeks: %q", got)
		}
	}
}

func TestReviewEvidence_isFrozenWithTheDecision(t *testing.T) {
	c := twoLate(t)
	b := as(t, newApp(t, c.Practice.DB), c.Therapist)
	line := wordsIn(byID(parse(t, b.get(reviewPath(c.Experiment)).Body.String()), "verdict"))
	if want := "Cannot tell 3 of at least 5 weeks observed in the baseline; 4 of at least 5 weeks observed in B1."; !strings.Contains(line, want) {
		t.Fatalf("the review does not say %q: %s", want, line)
	}
	path := decisionPath(c.Experiment)
	page := b.get(path).Body.String()
	if !strings.Contains(page, "Cannot tell") || !strings.Contains(page, "3.25 points lower") {
		t.Errorf("the decision does not show what it will keep")
	}
	s := sheetOf(t, page, "decision-form")
	for name, answer := range map[string]string{"choice": "stop_harm", "present": "client", "reasons": "Not safe.", "suffers_less": "She.", "who_pays": "He.", "skill_used": "no", "line_care": "yes", "line_breaks": "no", "line_harms": "no", "line_enjoys": "unsure"} {
		s.values.Set(name, answer)
	}
	if got := b.post(path, s.values); got.Code >= 400 {
		t.Fatalf("%d\n%s", got.Code, got.Body)
	}
	kept := wordsIn(byID(parse(t, b.get(reviewPath(c.Experiment)).Body.String()), "decisions"))
	if want := "Cannot tell. 3 of at least 5 weeks observed in the baseline; 4 of at least 5 weeks observed in B1. So short a plan gives numbers and a chart, and no label. Closeness to leaving averaged 8 in 3 weeks of the baseline and 4.75 in 4 weeks of B1: 3.25 points lower."; !strings.Contains(kept, want) {
		t.Errorf("the decision keeps\n%s\nwanted\n%s", kept, want)
	}
}

func TestReviewNumbers_linesThatLeaveTheScale(t *testing.T) {
	weeks := func(answers string) (list []seen) {
		for _, answer := range strings.Fields(answers) {
			list = append(list, seen{answer, false})
		}
		return list
	}
	const above, below = "The trend line leaves the scale above 10", "The trend line leaves the scale below 0"
	for answers, want := range map[string]string{"6 7 8 9 9 8": above, "6 4 2 0 0 1": below, "6 6 6 6 5 5": ""} {
		c := reviewed(t, weeks(answers)...)
		text := wordsIn(byID(parse(t, as(t, newApp(t, c.Practice.DB), c.Therapist).get(reviewPath(c.Experiment)).Body.String()), "numbers"))
		for _, sentence := range []string{above, below} {
			if strings.Contains(text, sentence) != (sentence == want) {
				t.Errorf("%s: “%s” is said: %t", answers, sentence, sentence != want)
			}
		}
	}
}
