package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"enough/models"

	"enough/models/modelstest"
)

// flagsOn opens the flags of the first couple as their therapist sees them.
func flagsOn(t testing.TB, p *play) (b *browser, body string) {
	t.Helper()
	b = p.as("therapist")
	w := b.get(flagsPath(p.couple.CaseID))
	if w.Code != http.StatusOK {
		t.Fatalf("flags: %d", w.Code)
	}
	return b, w.Body.String()
}

func TestFlags_listSaysTheNumbers(t *testing.T) {
	p := theStage(t).open(t)
	_, body := flagsOn(t, p)
	list, err := p.db.Flags(t.Context(), p.couple.Therapist, p.couple.CaseID)
	must(t, err)
	items := elements(parse(t, body), func(n *html.Node) bool { class, _ := attr(n, "class"); return class == "line flag" })
	if len(items) != len(list) || len(list) < 5 {
		t.Fatalf("%d flags are listed, %d are raised", len(items), len(list))
	}
	for i, f := range list {
		for _, want := range []string{levelText(f.Level()), models.FlagText(f.Rule), f.Rule, "Week of " + f.Week.Monday().Long(), f.Said} {
			if text := wordsIn(items[i]); !strings.Contains(text, want) {
				t.Errorf("flag %d says %q, without %q", i+1, text, want)
			}
		}
	}
	for _, want := range []string{"tension 10; baseline average 5.5", "close to leaving 9, after 2 in the report before"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page holds no %q", want)
		}
	}
}

func TestFlags_raiseOneByHand(t *testing.T) {
	p := theStage(t).open(t)
	b, body := flagsOn(t, p)
	form := sheetOf(t, body, "raise-form").write("kind", "strangulation")
	form.Set("what", "From her, by telephone, 2 times.")
	for range 2 { // the button pressed twice
		if w := b.post(flagsPath(p.couple.CaseID), form); w.Code != http.StatusSeeOther || w.Header().Get("Location") != flagsPath(p.couple.CaseID) {
			t.Fatalf("raise: %d", w.Code)
		}
	}
	if n := count(t, p.raw, `SELECT count(*) FROM flags WHERE rule = 'R4' AND closed_on IS NULL`); n != 1 {
		t.Errorf("%d flags were raised", n)
	}
	_, body = flagsOn(t, p)
	for _, target := range []string{flagsPath(p.couple.CaseID), reviewPath(p.couple.Experiment)} {
		if body := b.get(target).Body.String(); !strings.Contains(body, "Strangulation: From her, by telephone, 2 times.") || !strings.Contains(body, "Red: act today") {
			t.Errorf("%s does not show it", target)
		}
	}
	// What is missing is said beside it, and the rest stays.
	wrong := sheetOf(t, body, "raise-form").write("what", "Something.")
	w := b.post(flagsPath(p.couple.CaseID), wrong)
	if s := sheetOf(t, w.Body.String(), "raise-form"); w.Code != http.StatusUnprocessableEntity || s.wrong("kind") == "" || s.values.Get("what") != "Something." {
		t.Errorf("without a kind: %d, %q, %q", w.Code, s.wrong("kind"), s.values.Get("what"))
	}
}

func TestFlags_closeWithAReason(t *testing.T) {
	p := theStage(t).open(t)
	b, body := flagsOn(t, p)
	openNow := func() int { return count(t, p.raw, `SELECT count(*) FROM flags WHERE closed_on IS NULL`) }
	open := openNow()
	target := flagsPath(p.couple.CaseID) + "/close"
	form := sheetOf(t, body, "close-1")
	w := b.post(target, form.write("reason", " "))
	doc := parse(t, w.Body.String())
	if s := sheetOf(t, w.Body.String(), "close-1"); w.Code != http.StatusUnprocessableEntity || s.wrong("reason") == "" || len(elements(doc, func(n *html.Node) bool { _, bad := attr(n, "aria-invalid"); return bad })) != 1 {
		t.Errorf("without a reason: %d, %q", w.Code, s.wrong("reason"))
	}
	opened := elements(doc, func(n *html.Node) bool {
		_, yes := attr(n, "open")
		return n.Data == "details" && yes && !strings.Contains(wordsIn(n), "Checklist")
	})
	if len(opened) != 1 || byID(opened[0], "close-1") == nil {
		t.Errorf("%d forms are shown opened", len(opened))
	}
	right := form.write("reason", "Spoken with alone.")
	for range 2 { // the button pressed twice
		if w := b.post(target, right); w.Code != http.StatusSeeOther {
			t.Fatalf("close: %d", w.Code)
		}
	}
	if n := openNow(); n != open-1 {
		t.Errorf("%d flags were closed", open-n)
	}
	_, body = flagsOn(t, p)
	if want := "Closed on " + models.DayOf(p.now, time.UTC).Long() + ": Spoken with alone."; !strings.Contains(body, want) {
		t.Errorf("the page does not say %q", want)
	}
	// From another window: it is told, and what was written is not lost.
	other := form.write("reason", "Seen by me, too.")
	other.Set("submission_id", "another")
	w = b.post(target, other)
	for _, want := range []string{"closed already", "Spoken with alone.", "Seen by me, too."} {
		if w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), want) {
			t.Errorf("closing it again: %d, without %q", w.Code, want)
		}
	}
	for _, wrong := range lint(w, true) {
		t.Error(wrong)
	}
	if n := count(t, modelstest.Opened(t, p.file, "flags"), `SELECT count(*) FROM flags WHERE reason = 'Spoken with alone.'`); n != 1 {
		t.Errorf("%d flags have the first reason", n)
	}
}

func TestFlags_ofAnotherTherapist(t *testing.T) {
	p := theStage(t).open(t)
	_, body := flagsOn(t, p)
	kept := func() int { return count(t, p.raw, `SELECT count(*) + 1000 * count(closed_on) FROM flags`) }
	before := kept()
	closing := sheetOf(t, body, "close-1").write("reason", "Not mine.")
	raising := url.Values{"form": {"raise"}, "kind": {"threat"}, "what": {"Not mine."}}
	own, theirs := flagsPath(p.other.CaseID), flagsPath(p.couple.CaseID)
	for _, actor := range []string{"other therapist", "client", "partner", "partner unlocked", "nobody"} {
		b := p.as(actor)
		for what, w := range map[string]int{"list": b.get(theirs).Code, "raise": b.post(theirs, raising).Code, "close": b.post(theirs+"/close", closing).Code} {
			if w < 300 || w == http.StatusUnprocessableEntity || w == http.StatusConflict {
				t.Errorf("%s, %s: %d", actor, what, w)
			}
		}
	}
	if w := p.as("other therapist").post(own+"/close", closing); w.Code != http.StatusNotFound {
		t.Errorf("a flag of one case, closed from another: %d", w.Code)
	}
	if after := kept(); after != before {
		t.Errorf("flags were %d, they are %d", before, after)
	}
}

// Each flag says when it was raised and how long it can wait, in the list and in
// the review; one that is closed asks for nothing.
func TestFlags_sayTheirAge(t *testing.T) {
	p := theStage(t).open(t)
	pages := []string{flagsPath(p.couple.CaseID), reviewPath(p.couple.Experiment)}
	raised := models.DayOf(p.now, time.UTC)
	sqlExec(t, p.raw, `DROP TRIGGER flags_stay; DELETE FROM flags`) // the rules raise them anew, today
	says := func(day models.Day, never string, want ...string) {
		t.Helper()
		p.clock.Set(day.Time())
		b := as(t, p.App, p.couple.Therapist)
		for _, target := range pages {
			text := wordsIn(parse(t, b.get(target).Body.String()))
			for _, words := range want {
				if !strings.Contains(text, words) {
					t.Errorf("%s on %s does not say %q", target, day, words)
				}
			}
			if strings.Contains(text, never) {
				t.Errorf("%s on %s says %q", target, day, never)
			}
		}
	}
	must(t, p.db.RaiseFlag(t.Context(), p.couple.Therapist, p.couple.CaseID, models.FlagInput{Kind: "threat", What: "By telephone."}))
	list, err := p.db.Flags(t.Context(), p.couple.Therapist, p.couple.CaseID)
	must(t, err)
	// What is kept keeps its day.
	closing := models.FlagInput{Rule: list[0].Rule, Week: string(list[0].Week), Said: list[0].Said, Reason: "Spoken with alone."}
	must(t, p.db.CloseFlag(t.Context(), p.couple.Therapist, p.couple.CaseID, closing))
	by := raised.Add(7)
	on := "Raised on " + raised.Long() + "."
	says(raised, "overdue", on+" Look by "+by.Time().Format("2 January")+".", on+" Look the same day.")
	says(raised.Add(7), by.Long(), "A look is overdue since "+raised.Long()+".")
	says(raised.Add(8), "Look by", on+" A look is overdue since "+by.Long()+".")

	body := as(t, p.App, p.couple.Therapist).get(pages[0]).Body.String()
	for _, n := range elements(parse(t, body), func(n *html.Node) bool { class, _ := attr(n, "class"); return class == "line flag" }) {
		closed, mark := strings.Contains(wordsIn(n), "Closed on"), wordsIn(elements(n, tag("span"))[0])
		if closed != (mark == "Red") || closed && strings.Contains(wordsIn(n), "look") {
			t.Errorf("closed %v: %q", closed, wordsIn(n))
		}
	}
}
