package handlers

import (
	"strings"
	"testing"
)

// TestConcern_isToldToTheTherapist: when fear is put on record while an experiment
// runs, the reports rest, the therapist reads why, and nobody else anything.
func TestConcern_isToldToTheTherapist(t *testing.T) {
	s := theStage(t)
	stands, p := s.open(t), s.open(t)
	form := sheetOf(t, p.as("therapist").get(casePath(p.couple.CaseID)+"/gate").Body.String(), "gate-form").write("fear", "yes")
	form.Set("fear_sure", "yes")
	p.sends(casePath(p.couple.CaseID)+"/gate", form)
	weeks := parse(t, p.as("therapist").get(casePath(p.couple.CaseID)+"/weeks").Body.String())
	if byID(weeks, "pause-form") != nil || !strings.Contains(wordsIn(byID(weeks, "refused")), "Fear or coercive control is on record.") {
		t.Error("the weeks do not say why the reports rest, or offer to take them up again")
	}
	if !strings.Contains(p.as("therapist").get(casePath(p.couple.CaseID)).Body.String(), "Screen again every four weeks") {
		t.Error("the case does not ask for another screen")
	}
	for _, page := range []string{weekPath, planPath, chartPath, sharedPath} {
		one, other := steady(whole(stands.as("client").get(page))), steady(whole(p.as("client").get(page)))
		if one != other {
			t.Errorf("%s: %s", page, apart(one, other))
		}
	}
	hers := p.as("partner").get(visitPath).Body.String()
	for _, word := range []string{"record", "Fear", "fear", "concern"} {
		if strings.Contains(hers, word) {
			t.Errorf("the partner’s page says %q", word)
		}
	}
}
