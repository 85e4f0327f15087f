package handlers

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"enough/models"
)

// TestHandover_theTwoReadTheirOwnTextAlone holds every page of both, before and
// after a handover, to the same bytes but for what was written to each: the client
// is told nothing of the partner’s text, and nothing at all when his field is
// empty.
func TestHandover_theTwoReadTheirOwnTextAlone(t *testing.T) {
	for _, texts := range [][2]string{{"", ""}, {"zqclient", ""}, {"", "zqpartner"}, {"zqclient", "zqpartner"}} {
		p := theStage(t).open(t)
		pages := func() (his, hers string) {
			for _, r := range p.routes() {
				if r.method == http.MethodGet && r.allow&client != 0 {
					his += steady(whole(p.as("client").get(r.path)))
				}
			}
			b := p.as("partner unlocked")
			for _, step := range []models.Visit{models.VisitOwn, models.VisitShow} {
				hers += steady(whole(b.turn(step)))
			}
			return his, hers
		}
		his, hers := pages()
		form := sheetOf(t, p.as("therapist").get(handoverPath(p.couple.CaseID)).Body.String(), "handover-form").values
		form.Set("to", p.other.Therapist.PersonID)
		form.Set("reason", "zqreason")
		form.Set("client_text", texts[0])
		form.Set("partner_text", texts[1])
		if w := p.as("therapist").post(handoverPath(p.couple.CaseID), form); w.Code != http.StatusSeeOther || w.Header().Get("Location") != casesPath {
			t.Fatalf("%d %s", w.Code, w.Header().Get("Location"))
		}
		hisAfter, hersAfter := pages()
		for _, one := range []struct{ name, before, after, own, other string }{{"client", his, hisAfter, texts[0], texts[1]}, {"partner", hers, hersAfter, texts[1], texts[0]}} {
			if one.own == "" && one.before != one.after {
				t.Errorf("%q: the %s, to whom nothing was written, sees it: %s", texts, one.name, apart(one.before, one.after))
			}
			if one.own != "" && !strings.Contains(one.after, one.own) {
				t.Errorf("%q: the %s does not read what was written", texts, one.name)
			}
			if strings.Contains(one.after, "zqreason") || one.other != "" && strings.Contains(one.after, one.other) {
				t.Errorf("%q: the %s reads what is not for that person", texts, one.name)
			}
		}
	}
}

// TestHandover_doorsChange asks for every page of the case before and after.
func TestHandover_doorsChange(t *testing.T) {
	p := theStage(t).open(t)
	p.supervises("2026-05-24")
	must(t, p.db.HandOver(t.Context(), p.couple.Therapist, p.couple.CaseID, models.HandOverInput{To: p.other.Therapist.PersonID, On: "2026-04-26", Reason: "zqreason"}))
	for _, r := range p.routes() {
		if !aboutCase(r) {
			continue
		}
		target, own := p.target(p.App, r.path, "own"), !strings.HasPrefix(r.path, supervisedPath)
		if w := p.as("therapist").send(r.method, target, nil); w.Code != http.StatusNotFound {
			t.Errorf("%s %s: who had it is answered %d", r.method, r.path, w.Code)
		}
		if w := p.as("other therapist").send(r.method, target, nil); r.method == http.MethodGet && (w.Code == http.StatusNotFound) == own {
			t.Errorf("%s: who has it is answered %d", r.path, w.Code)
		}
	}
	if body := p.as("therapist").get(casesPath).Body.String(); strings.Contains(body, p.couple.CaseID) {
		t.Error("it stands in the list of who had it")
	}
	page := p.as("other therapist").get(casePath(p.couple.CaseID)).Body.String()
	if !strings.Contains(page, "26 April 2026, from Dr Vera Test to Dr sam") || !strings.Contains(page, "zqreason") {
		t.Errorf("its page does not tell of the handover\n%s", page)
	}
}

// TestHandover_offersATextThatNamesNobodyWrong looks at the texts that stand in the
// form.
func TestHandover_offersATextThatNamesNobodyWrong(t *testing.T) {
	p := theStage(t).open(t)
	for _, one := range []struct{ set, want string }{
		{"", "From today another therapist of this practice works with you in place of Dr Vera Test."},
		{`UPDATE people SET signin = NULL, passphrase_hash = NULL WHERE role = 'therapist' AND is_owner = 0 AND id <> '` + p.other.Therapist.PersonID + `'`,
			"From today Dr sam works with you in place of Dr Vera Test."},
	} {
		sqlExec(t, p.raw, one.set)
		form := sheetOf(t, p.as("therapist").get(handoverPath(p.couple.CaseID)).Body.String(), "handover-form").values
		if got := []string{form.Get("client_text"), form.Get("partner_text")}; !slices.Equal(got, []string{one.want, one.want}) {
			t.Errorf("offered %q", got)
		}
	}
}
