package models_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"enough/models"
)

// TestLibrary_canBePlanned saves each entry as a plan: none is on the list of what may
// never be, and all are whole.
func TestLibrary_canBePlanned(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	id, err := p.NewExperiment(ctx, p.Owner, c.CaseID, "An act", models.Submission{})
	must(t, err)
	seen := map[string]bool{}
	for i, e := range models.Library {
		in := models.PlanInput{Step: "act", Behaviour: e.Behaviour, Label: e.Label, CountsIf: e.CountsIf, NotCountsIf: e.NotCountsIf, Version: fmt.Sprint(i + 1)}
		if err := p.SavePlan(ctx, p.Owner, id, in); err != nil {
			t.Errorf("%s: %v", e.Slug, err)
		}
		if seen[e.Slug] || e.Dose < 1 || e.Dose > 14 || e.Notice == "" || e.Cost == "" || e.Risks == "" || e.Points < 2 || !slices.Contains([]string{"conflict", "leaving"}, e.Outcome) || e.Kind != "drop" {
			t.Errorf("%s: %+v", e.Slug, e)
		}
		seen[e.Slug] = true
	}
	for _, e := range models.Library {
		for _, next := range e.Then {
			if !seen[next] || next == e.Slug {
				t.Errorf("after %s comes %q", e.Slug, next)
			}
		}
	}
	if len(seen) != 25 {
		t.Errorf("there are %d", len(seen))
	}
}

// TestPlan_never refuses what no experiment may be, with a sentence that says why.
func TestPlan_never(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	id, err := p.NewExperiment(ctx, p.Owner, c.CaseID, "An act", models.Submission{})
	must(t, err)
	said := map[string]bool{}
	for _, behaviour := range []string{"Bring flowers on Friday", "Plan a weekend away", "Kiss her good night", "Start touching her more", "Write a love letter", "Look at her phone", "Share my location with her", "Check whether she is loyal, a test of her",
		"Ask for praise on Sunday", "Give an allowance when the week was calm", "Ask her to cook with me", "Tell him to call his mother"} {
		err := p.SavePlan(ctx, p.Owner, id, models.PlanInput{Step: "act", Behaviour: behaviour, Label: "do it", CountsIf: "x", NotCountsIf: "y", Version: "1"})
		wantField(t, err, "behaviour")
		if text := err.Error(); !strings.Contains(text, "behaviour") {
			t.Errorf("%s: %s", behaviour, text)
		}
		said[behaviour] = true
	}
}

func TestLibrary_against(t *testing.T) {
	t.Parallel()
	entry := func(slug string) models.ReadyMade { e, _ := models.LibraryBy(slug); return e }
	depends := func(answer string) models.Case { return models.Case{Frame: models.Frame{Economic: answer}} }
	home := models.Case{ChildrenHome: true, Frame: models.Frame{Economic: "no"}}
	for _, row := range []struct {
		name, slug string
		c          models.Case
		g          models.Gate
		red        bool
		why        string
		caution    bool
	}{
		{"nothing against it", "ask-day", home, models.Gate{Fear: "no"}, false, "", false},
		{"a red flag", "ask-day", home, models.Gate{Fear: "no"}, true, "A red flag is open. Look at it first.", false},
		{"fear", "ask-day", home, models.Gate{Fear: "yes"}, false, "Not with fear or coercive control.", false},
		{"no children", "school-run", depends("no"), models.Gate{}, false, "No children live at home.", false},
		{"children", "school-run", home, models.Gate{}, false, "", false},
		{"economic dependence", "standing-duty", depends("yes"), models.Gate{}, false, "Not while the partner depends on the client’s money, without specialist advice.", false},
		{"not known", "standing-duty", depends("unknown"), models.Gate{}, false, "", true},
		{"none", "standing-duty", depends("no"), models.Gate{}, false, "", false},
	} {
		if why, caution := entry(row.slug).Against(row.c, row.g, row.red); why != row.why || (caution != "") != row.caution {
			t.Errorf("%s: %q, %q", row.name, why, caution)
		}
	}
	if _, ok := models.LibraryBy("nothing"); ok {
		t.Error("an unknown slug is known")
	}
}
