package handlers

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"enough/models"
	"enough/models/modelstest"
)

// TestEndAccess_likeNobody holds every answer to a partner whose access was
// ended to the bytes of the one to somebody who never was.
func TestEndAccess_likeNobody(t *testing.T) {
	p := theStage(t).open(t)
	code, err := p.db.InviteTo(t.Context(), p.couple.Therapist, p.couple.CaseID, models.Partner)
	must(t, err)
	s := sheetOf(t, p.as("therapist").get(casePath(p.couple.CaseID)).Body.String(), "end-partner")
	if w := p.as("therapist").post(s.action, s.values); w.Code != http.StatusSeeOther {
		t.Fatalf("end the access: %d", w.Code)
	}
	p.sessions["never"] = "a token that was never given"
	compared := 0
	for _, actor := range []string{"partner", "partner unlocked"} {
		for _, r := range p.routes() {
			for _, header := range [][]string{nil, {"HX-Request", "true"}} {
				answer := func(who string) string {
					var body url.Values
					if r.method == http.MethodPost {
						body = url.Values{"submission_id": {"a"}}
					}
					return steady(whole(p.as(who).send(r.method, p.target(p.App, r.path, "own"), body, header...)))
				}
				compared++
				if one, other := answer(actor), answer("never"); one != other {
					t.Errorf("%s, %s %s: %s", actor, r.method, r.path, apart(other, one))
				}
			}
		}
	}
	t.Logf("%d answers compared", compared)
	forms := func(signin, code string) string {
		b := p.as("nobody")
		signIn := url.Values{"signin": {signin}, "passphrase": {modelstest.Passphrase}, "submission_id": {"a"}}
		join := url.Values{"code": {code}, "signin": {signin}, "passphrase": {modelstest.Passphrase}, "again": {modelstest.Passphrase}, "submission_id": {"a"}}
		answers := whole(b.post("/signin", signIn)) + whole(b.swap("/signin", signIn)) + whole(b.post("/join", join))
		return strings.NewReplacer(signin, "(name)", code, "(code)").Replace(answers)
	}
	if one, other := forms("ada-partner", code), forms("eve-partner", "AAAA-AAAA-AAAA-AAAA-AAAA"); one != other {
		t.Errorf("signing in or joining tells her from a stranger: %s", apart(other, one))
	}
	page := p.as("therapist").get(casePath(p.couple.CaseID)).Body.String()
	if !strings.Contains(page, "no access since 26 April 2026") {
		t.Error("the case does not say that there is no access")
	}
	// A form that was sent before is none of the next code’s.
	w := p.as("therapist").post(casePath(p.couple.CaseID)+"/code", url.Values{"role": {"partner"}})
	p.as("therapist").post(s.action, s.values)
	code = regexp.MustCompile(`[A-Z2-7]{4}(-[A-Z2-7]{4}){4}`).FindString(w.Body.String())
	join := url.Values{"code": {code}, "signin": {"ada-again"}, "passphrase": {modelstest.Passphrase}, "again": {modelstest.Passphrase}}
	if w := p.as("nobody").post("/join", join); w.Code != http.StatusSeeOther || w.Header().Get("Location") != visitPath {
		t.Errorf("a new code: %d %s", w.Code, w.Header().Get("Location"))
	}
}

// TestStopReporting_oneAct sends the partner's own act twice, as a phone may.
func TestStopReporting_oneAct(t *testing.T) {
	p := theStage(t).open(t)
	her, him := p.as("partner unlocked"), p.as("client")
	his := func() (all string) {
		for _, target := range []string{"/week", "/plan", "/chart", "/shared"} {
			all += steady(whole(him.get(target)))
		}
		return all
	}
	before, rows := his(), dump(t, p.raw)
	s := sheetOf(t, her.turn("own").Body.String(), "stop-form")
	first := her.post(s.action, s.values)
	if said := her.get("/w"); first.Code != http.StatusSeeOther || !strings.Contains(said.Body.String(), "No more forms are asked of you.") || said.Result().Cookies()[0].MaxAge >= 0 {
		t.Errorf("%d, then %d %s", first.Code, said.Code, said.Body)
	}
	if second := her.post(s.action, s.values); whole(second) != whole(first) {
		t.Errorf("sent again: %s", apart(whole(first), whole(second)))
	}
	for actor, ways := range map[string][]string{"partner": {"", "own", "unlock", "show"}, "partner unlocked": {"own", "unlock", "show", "keep", "back"}} {
		for _, step := range ways {
			if w := p.as(actor).post("/w", url.Values{"step": {step}, "passphrase": {modelstest.Passphrase}}); w.Header().Get("Location") != signinPath {
				t.Errorf("%s, step %q afterwards: %d", actor, step, w.Code)
			}
		}
	}
	if after := his(); after != before || dump(t, p.raw) != rows {
		t.Errorf("the client’s pages change with it: %s", apart(before, after))
	}
	if n := count(t, p.raw, `SELECT count(*) FROM flags WHERE rule = 'R5' AND closed_on IS NULL`); n != 1 {
		t.Errorf("%d flags tell the therapist", n)
	}
	if page := p.as("therapist").get("/cases").Body.String(); !strings.Contains(page, "Red: the partner withdraws") {
		t.Error("the list of cases does not say so")
	}
	if page := p.as("therapist").get(casePath(p.couple.CaseID) + "/weeks").Body.String(); !strings.Contains(page, "They rest by agreement.") {
		t.Error("her reports do not rest")
	}
}
