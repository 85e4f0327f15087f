package handlers

import (
	"testing"

	"enough/models"
)

func TestAgreement_stopWording(t *testing.T) {
	for typed, want := range map[string]string{"Not this week": "“Not this week.”", "Not this week.": "“Not this week.”", "Shall we stop?": "“Shall we stop?”"} {
		g := newAgreement("Ada", "", models.Experiment{StopWording: typed})
		if got := g.Lines[len(g.Lines)-1]; got.Value != want+" Either may say it at any time. No reason is asked for." {
			t.Errorf("%q: %q", typed, got.Value)
		}
	}
}
