package handlers

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// labels are what would tell where a phase ends: a phase or a date, and what is
// drawn by phase.
var labels = regexp.MustCompile(`(?i)\bbaseline\b|\bB\d\b|\bhold\b|follow-up|\d{4}-\d\d-\d\d|\b(january|february|march|april|may|june|july|august|september|october|november|december|\d+ (jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec))\b|\bdose\b|\bdone\b|\bmean\b|\bcriterion\b|markline|markarea|band`)

func TestMasked_tellsNeitherPhaseNorDate(t *testing.T) {
	demo := newDemo(t)
	p := theStage(t).open(t)
	leavesOut := map[string]bool{"Iris": true, "Marcus": true}
	for name, page := range map[string]string{
		"the stage": p.as("therapist").get(maskedPath(p.couple.Experiment)).Body.String(),
		"Iris":      as(t, demo, demo.person(t, "Dr Vera")).get(maskedPath(experimentIn(t, demo, "Iris"))).Body.String(),
		"Marcus":    as(t, demo, demo.person(t, "Dr Vera")).get(maskedPath(experimentIn(t, demo, "Marcus"))).Body.String(),
	} {
		sheetOf(t, page, "guess-form")
		if strings.Contains(page, "Later weeks are left out.") != leavesOut[name] {
			t.Errorf("%s: what it says of later weeks is wrong", name)
		}
		if found := labels.FindAllString(page, -1); found != nil {
			t.Errorf("%s: the page says %q", name, found)
		}
	}
}

func TestMasked_guessThenAnswer(t *testing.T) {
	for _, row := range []struct {
		saw  string
		form string
		want []string
		not  []string
	}{
		{"5", "guess-form", []string{"in the week in which the intervention began", "In week 5, the week of 30 March 2026", "In 1 of 3", `intervention\nand your guess`, "on 8 weeks"}, nil},
		{"4", "guess-form", []string{"You saw the change begin 1 week before the intervention began", "In week 4", "In 1 of 3", "your guess"}, []string{"1 weeks"}},
		{"no_change", "guess-form", []string{"You saw no change", "In week 5, the week of 30 March 2026"}, []string{"chance", "your guess"}},
		{"shown", "look-form", []string{"Shown without a guess", "In week 5, the week of 30 March 2026"}, []string{"chance", "your guess"}},
	} {
		t.Run(row.saw, func(t *testing.T) {
			p := theStage(t).open(t)
			b, path := p.as("therapist"), maskedPath(p.couple.Experiment)
			page := b.get(path).Body.String()
			first := sheetOf(t, page, row.form).write("saw", row.saw)
			second := sheetOf(t, page, "guess-form").write("saw", "6")
			second.Set("submission_id", "another")
			if w := b.post(path, first); w.Code != http.StatusSeeOther || w.Header().Get("Location") != path {
				t.Fatalf("the answer: %d", w.Code)
			}
			again := b.post(path, second)
			if again.Code != http.StatusConflict || !strings.Contains(again.Body.String(), "Your first answer stands.") {
				t.Errorf("a second answer: %d", again.Code)
			}
			for _, body := range []string{b.get(path).Body.String(), again.Body.String()} {
				for _, want := range append(row.want, "Kept on 26 April 2026") {
					if !strings.Contains(body, want) {
						t.Errorf("the answer does not say %q", want)
					}
				}
				for _, not := range append(row.not, "guess-form", "look-form", "ignifican", "prove", "uccess") {
					if strings.Contains(body, not) {
						t.Errorf("the answer says %q", not)
					}
				}
			}
		})
	}
}

func TestMasked_tooShort(t *testing.T) {
	p := theStage(t).open(t)
	sqlExec(t, p.raw, `UPDATE phases SET start_week = '2026-04-13', weeks = 2 WHERE name = 'B1' AND experiment_id = ?`, p.couple.Experiment)
	body := p.as("therapist").get(maskedPath(p.couple.Experiment)).Body.String()
	if !strings.Contains(body, "too little to look at yet") || strings.Contains(body, "<form id") || strings.Contains(body, "<figure") {
		t.Errorf("too short a run shows\n%s", body)
	}
}

// It is found before the verdict is: beside the review, and as soon as there is
// an intervention.
func TestMasked_isOfferedBesideTheReview(t *testing.T) {
	p := theStage(t).open(t)
	for _, has := range []bool{true, false} {
		if !has {
			sqlExec(t, p.raw, `DELETE FROM phases WHERE kind <> 'baseline'`)
		}
		page := p.as("therapist").get(experimentPath(p.couple.Experiment)).Body.String()
		if strings.Contains(page, `href="`+maskedPath(p.couple.Experiment)+`"`) != has || strings.Contains(page, "Look at the series before you read the verdict.") != has {
			t.Errorf("with an intervention %v: offered %v", has, !has)
		}
	}
}

// experimentIn gives the experiment of a couple of the demo.
func experimentIn(t testing.TB, a *App, client string) string {
	t.Helper()
	lines, err := a.db.Cases(t.Context(), a.person(t, "Dr Vera"))
	must(t, err)
	for _, line := range lines {
		if strings.HasPrefix(line.Client, client) {
			return line.Experiment.ID
		}
	}
	t.Fatalf("the demo has no couple of %s", client)
	return ""
}
