package handlers

import (
	"net/http"
	"testing"
	"time"
)

// TestSeen_isTheClientsOwnPage holds “What he sees” to what he sees.
func TestSeen_isTheClientsOwnPage(t *testing.T) {
	p := theStage(t).open(t)
	compare := func(when string) {
		p.sessions["therapist"] = sessionOf(t, p.App, p.couple.Therapist).Value // his lasts longer than hers
		p.as("client").get("/week")                                             // keeps him signed in
		for _, page := range []string{"week", "plan", "chart", "shared"} {
			his, seen := p.as("client").get("/"+page), p.as("therapist").get(casePath(p.couple.CaseID)+"/seen/"+page)
			if his.Code != http.StatusOK || whole(his) != whole(seen) {
				t.Errorf("%s, /%s: %s", when, page, apart(whole(his), whole(seen)))
			}
		}
	}
	compare("with an open form")
	form := sheetOf(t, p.as("client").get("/week").Body.String(), "checkin-form").values
	for name, value := range map[string]string{"done": "1", "effort": "2", "tension": "3", "forecast": "4"} {
		form.Set(name, value)
	}
	if w := p.as("client").post("/week", form); w.Code != http.StatusSeeOther {
		t.Fatalf("check-in: %d", w.Code)
	}
	compare("after the form")
	p.clock.Set(p.now.Add(12 * 24 * time.Hour))
	compare("after the last week")
}
