package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// ownLinks are those to what stays with the case's own therapist.
var ownLinks = []string{"/handover", "/share", "/supervision", "/close", "/erase"}

// TestShare_pagesSayWhose looks at the list and at the page of a case as each who
// may open it.
func TestShare_pagesSayWhose(t *testing.T) {
	p := theStage(t).open(t)
	at := casePath(p.couple.CaseID)
	for actor, want := range map[string][2]string{
		"therapist": {"", ""},
		"sharer":    {"shared by Dr Vera Test", "Dr Vera Test shares this case with you."},
		"deputy":    {"standing in for Dr Vera Test", "You stand in for Dr Vera Test as long as a red flag of this case is open."},
	} {
		list, page := p.as(actor).get(casesPath).Body.String(), p.as(actor).get(at).Body.String()
		if got := strings.Contains(list, `class="mark by"`); got != (want[0] != "") || !strings.Contains(list, want[0]) || !strings.Contains(list, at) {
			t.Errorf("%s: the list is not marked as it should be\n%s", actor, list)
		}
		if !strings.Contains(page, want[1]) {
			t.Errorf("%s: the page does not say %q", actor, want[1])
		}
		for _, link := range ownLinks {
			if link != "/erase" && strings.Contains(page, `href="`+at+link+`"`) != (actor == "therapist") {
				t.Errorf("%s: the page has the way to %s, or has not", actor, link)
			}
		}
		if strings.Contains(page, "End access") != (actor == "therapist") {
			t.Errorf("%s: the page ends somebody’s access, or does not", actor)
		}
	}
	// What a sharer is told who goes there all the same.
	w := p.as("sharer").get(at + "/close")
	if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "This stays with Dr Vera Test, whose case it is.") {
		t.Errorf("%d\n%s", w.Code, w.Body)
	}
	p.closes()
	page := p.as("sharer").get(at).Body.String()
	for _, own := range []string{"reopen-form", at + "/erase"} {
		if strings.Contains(page, own) {
			t.Errorf("of a closed case a sharer is given %s", own)
		}
	}
	if !strings.Contains(p.as("sharer").get(casesPath).Body.String(), "shared by Dr Vera Test") {
		t.Error("a closed case is not marked in the list")
	}
}

// TestDeputy_isOutWithTheFlag lets the deputy close the red flags of a case: with
// the last one she is led to her list, the same form is answered as before, and
// every page of the case is gone with her next request.
func TestDeputy_isOutWithTheFlag(t *testing.T) {
	p := theStage(t).open(t)
	b, at := p.as("deputy"), flagsPath(p.couple.CaseID)
	var sent url.Values
	closed := 0
	for ; closed < 20; closed++ {
		w := b.get(at)
		if w.Code != http.StatusOK {
			break
		}
		for _, s := range sheets(parse(t, w.Body.String()), at) {
			if strings.HasPrefix(s.values.Get("rule"), "R") {
				sent = s.write("reason", "Spoken with alone.")
				break
			}
		}
		if w := b.post(at+"/close", sent); w.Code != http.StatusSeeOther {
			t.Fatalf("closing: %d", w.Code)
		}
	}
	if closed == 0 || count(t, p.raw, `SELECT count(*) FROM flags WHERE case_id = ? AND rule LIKE 'R%' AND closed_on IS NULL`, p.couple.CaseID) != 0 {
		t.Fatalf("%d flags were closed", closed)
	}
	if w := b.post(at+"/close", sent); w.Code != http.StatusSeeOther || w.Header().Get("Location") != casesPath {
		t.Errorf("the last form, sent again: %d %s", w.Code, w.Header().Get("Location"))
	}
	for _, r := range p.routes() {
		if aboutCase(r) {
			if w := b.send(r.method, p.target(p.App, r.path, "own"), nil); w.Code != http.StatusNotFound {
				t.Errorf("%s %s: %d", r.method, r.path, w.Code)
			}
		}
	}
	if body := b.get(casesPath).Body.String(); strings.Contains(body, p.couple.CaseID) {
		t.Error("the case stands in her list")
	}
}

// TestShare_looksAreKept opens pages as who is not the case’s own therapist: each
// leaves its row, and none is shown when no row can be kept.
func TestShare_looksAreKept(t *testing.T) {
	for actor, action := range map[string]string{"sharer": "came in by a share", "deputy": "came in as deputy"} {
		p := theStage(t).open(t)
		const rows = `SELECT count(*) FROM audit WHERE action = ? AND case_id = ? AND person_id = ? AND result = 'done'`
		for _, at := range []string{casePath(p.couple.CaseID), reviewPath(p.couple.Experiment)} {
			before := count(t, p.raw, rows, action, p.couple.CaseID, p.personOf(actor))
			if w := p.as(actor).get(at); w.Code != http.StatusOK || count(t, p.raw, rows, action, p.couple.CaseID, p.personOf(actor)) != before+1 {
				t.Errorf("%s, %s: %d, and no row of its own", actor, at, w.Code)
			}
			release := refusing["locked"](p)
			if w := p.as(actor).get(at); w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "ada") {
				t.Errorf("%s, %s: %d without a row", actor, at, w.Code)
			}
			release()
		}
	}
}

// TestDeputy_formShowsWhatWasSent sends a deputy who cannot be one.
func TestDeputy_formShowsWhatWasSent(t *testing.T) {
	p := theStage(t).open(t)
	w := p.as("therapist").post(deputyPath, url.Values{"person": {p.other.Therapist.PersonID}, "deputy": {p.other.Therapist.PersonID}, "submission_id": {"a"}})
	if page := w.Body.String(); w.Code != http.StatusUnprocessableEntity || strings.Count(page, "<details open>") != 1 || strings.Count(page, "Choose one.") != 1 {
		t.Errorf("%d\n%s", w.Code, w.Body)
	}
	if w := p.as("other therapist").post(deputyPath, url.Values{"person": {p.other.Therapist.PersonID}}); w.Code != http.StatusNotFound {
		t.Errorf("who is not the owner: %d", w.Code)
	}
}
