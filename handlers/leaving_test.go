package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestLeaving_ownerSeesNothingOfTheCases lets the second couple’s therapist leave:
// the page says so as long as her cases wait, and shows nothing of them; then they
// are another’s.
func TestLeaving_ownerSeesNothingOfTheCases(t *testing.T) {
	p := theStage(t).open(t)
	b, gone := p.as("therapist"), p.other.Therapist.PersonID
	form := func(action string) (s sheet, there bool) {
		for _, s := range sheets(parse(t, b.get(practicePath).Body.String()), practicePath) {
			if s.action == action && s.values.Get("person") == gone {
				return s, true
			}
		}
		return s, false
	}
	leave, _ := form(leavePath)
	if w := b.post(leavePath, leave.values); w.Code != http.StatusSeeOther {
		t.Fatalf("%d\n%s", w.Code, w.Body)
	}
	if w := p.as("other therapist").get(casesPath); w.Code != http.StatusSeeOther || w.Header().Get("Location") != signinPath {
		t.Errorf("with her next request: %d", w.Code)
	}
	page := b.get(practicePath).Body.String()
	if !strings.Contains(page, "no access since 26 April 2026, and still has cases") {
		t.Errorf("the page does not say that her cases wait\n%s", page)
	}
	for _, of := range []string{"bob Client", "bob Partner", "cal Client", p.other.CaseID} {
		if strings.Contains(page, of) {
			t.Errorf("the owner sees %s", of)
		}
	}
	if w := b.get(casePath(p.other.CaseID)); w.Code != http.StatusNotFound {
		t.Errorf("the owner opens her case: %d", w.Code)
	}
	if _, there := form(leavePath); there {
		t.Error("her access can be ended again")
	}
	all, _ := form(handAllPath)
	heir := p.personOf("deputy")
	all.values.Set("to", heir)
	if w := b.post(handAllPath, all.values); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Write why.") || strings.Count(w.Body.String(), `value="`+heir+`" selected`) == 0 {
		t.Errorf("without a reason: %d", w.Code)
	}
	if w := b.post(handAllPath, all.write("reason", "She has left.")); w.Code != http.StatusSeeOther {
		t.Fatalf("%d\n%s", w.Code, w.Body)
	}
	if w := p.as("deputy").get(casePath(p.other.CaseID)); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "She has left.") {
		t.Errorf("who has the case now: %d", w.Code)
	}
	if _, there := form(handAllPath); there || strings.Contains(b.get(practicePath).Body.String(), "still has cases") {
		t.Error("her cases wait still")
	}
	if n := count(t, p.raw, `SELECT count(*) FROM cases c JOIN people h ON h.id = c.therapist_id WHERE h.signin IS NULL`); n != 0 {
		t.Errorf("%d cases are nobody’s", n)
	}
}

// TestLeaving_isTheOwners refuses the three acts to every other therapist, and the
// owner’s own leaving to herself.
func TestLeaving_isTheOwners(t *testing.T) {
	p := theStage(t).open(t)
	for _, at := range []string{leavePath, handAllPath, deputyPath} {
		body := url.Values{"person": {p.personOf("sharer")}, "to": {p.other.Therapist.PersonID}, "deputy": {p.other.Therapist.PersonID}, "reason": {"Mine."}}
		if w := p.as("other therapist").post(at, body); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", at, w.Code)
		}
	}
	w := p.as("therapist").post(leavePath, url.Values{"person": {p.couple.Therapist.PersonID}})
	if w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), "Your own access cannot be ended") {
		t.Errorf("her own: %d", w.Code)
	}
}
