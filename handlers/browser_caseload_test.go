package handlers

import (
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"enough/models"
)

// TestBrowserCaseload finds a case by typing, moves among them by keys alone, and
// opens one.
func TestBrowserCaseload(t *testing.T) {
	axe := axeSource(t)
	onScreens(t, func(t *testing.T, s screen) {
		m := newMarcus(t)
		b := openTab(t, m.url, s)
		b.signedIn(m.App, m.vera)
		b.visit(casesPath)
		b.shot("caseload")
		b.passesAxe(axe, "the caseload")
		b.is("the first group", b.text(".need h2"), "Act today")
		// The driver would type what the page keeps from being typed.
		b.eval(`document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '/', bubbles: true, cancelable: true}))`, nil)
		b.is("the focus", b.focus(), "input#find")
		b.keys("pavel")
		b.is("found", b.text("#found"), "1 of 7")
		b.sees(false, "#need-act", "#need-look")
		b.keys(kb.ArrowDown)
		if at := b.focus(); !strings.HasPrefix(at, "a") {
			t.Errorf("the focus is on %s", at)
		}
		b.enter()
		b.is("what is opened", b.text("h1"), "Pavel (demo) and Jitka (demo)")
	}, phone, laptop)
}

// TestBrowserRedFlag follows a report that is not safe to the flag’s closing: the
// therapist finds it first, goes through its checklist, writes the contact down and
// closes it, and the client's pages are the same all the while.
func TestBrowserRedFlag(t *testing.T) {
	inWays(t, func(t *testing.T, s screen, options ...tabOption) {
		m := newMarcus(t)
		his, hers := m.person(t, "Pavel"), m.person(t, "Jitka")
		lines, err := m.db.Cases(t.Context(), m.vera)
		must(t, err)
		caseID := lines[slices.IndexFunc(lines, func(l models.CaseLine) bool { return strings.HasPrefix(l.Client, "Pavel") })].ID
		pages := func() string {
			var all []string
			for _, path := range []string{"/week", "/plan", "/chart", "/shared", "/account"} {
				all = append(all, steady(whole(as(t, m.App, his).get(path))))
			}
			return strings.Join(all, "\n")
		}
		before := pages()
		b := openTab(t, m.url, s, options...)
		b.signedIn(m.App, hers)
		b.visit("/w")
		b.choose("alone", "yes")
		b.chooses("tension", "9", "safe", "no", "contact", "soon")
		b.send("visit-form")
		b.signedIn(m.App, m.vera)
		b.visit(casesPath)
		b.is("the first group", b.text(".need h2"), "Act today")
		row := `#need-act a[href="` + flagsPath(caseID) + `"]`
		b.is("what is said of it", b.text(row), "Red: not safe, or asks to be contacted soon")
		b.submit(row)
		if text := strings.Join(strings.Fields(b.text(".flag summary")), " "); !strings.HasPrefix(text, "Checklist for “Not safe, or asks to be contacted soon”, Week of ") || !strings.HasSuffix(text, " , 0 of 9") {
			t.Errorf("the checklist is %q", text)
		}
		b.shot("red-flag")
		b.eval(`document.querySelectorAll('#steps-1 input[type=checkbox]').forEach((e, i) => { if (i < 3) e.click() })`, nil)
		b.send("steps-1")
		if text := b.text(".flag summary"); !strings.HasSuffix(text, "3 of 9") {
			t.Errorf("afterwards it says %q", text)
		}
		b.submit(`.intro a[href$="/log"]`)
		b.eval(`document.querySelectorAll('details').forEach(e => e.open = true)`, nil)
		b.choose("what", "partner")
		b.fill("#contact-words", "Spoken with, alone. Safe tonight.")
		b.send("contact-form")
		if text := b.text("main"); !strings.Contains(text, "Safe tonight.") {
			t.Error("the log does not have it")
		}
		b.shot("log")
		b.visit(flagsPath(caseID))
		b.eval(`document.querySelectorAll('details').forEach(e => e.open = true)`, nil)
		b.fill("#close-1-reason", "Spoken with alone; safe; a service named.")
		b.send("close-1")
		b.visit(casesPath)
		b.holds(row, 0)
		if after := pages(); after != before {
			t.Errorf("on his pages something differs: %s", apart(before, after))
		}
	}, manner{"phone", phone, nil}, manner{"laptop", laptop, nil}, manner{"without a script", phone, []tabOption{noScript}})
}

// TestBrowserEnding stops a plan for harm and ends the work: the stop waits for the
// planned review, the client's pages are the same until then, and the note for the
// client's file says what every end says.
func TestBrowserEnding(t *testing.T) {
	inWays(t, func(t *testing.T, s screen, options ...tabOption) {
		m := newMarcus(t)
		his := m.person(t, "Pavel")
		lines, err := m.db.Cases(t.Context(), m.vera)
		must(t, err)
		line := lines[slices.IndexFunc(lines, func(l models.CaseLine) bool { return strings.HasPrefix(l.Client, "Pavel") })]
		id, last := line.Experiment.ID, line.Phases[len(line.Phases)-1].LastWeek()
		pages := func() string {
			var all []string
			for _, path := range []string{"/week", "/plan", "/chart", "/shared"} {
				all = append(all, steady(whole(as(t, m.App, his).get(path))))
			}
			return strings.Join(all, "\n")
		}
		before := pages()
		b := openTab(t, m.url, s, options...)
		b.signedIn(m.App, m.vera)
		b.visit(decisionPath(id))
		b.sees(!b.script, "#skill_against", "#partner_first", "#referral")
		b.chooses("choice", "stop_harm", "present", "nobody", "skill_used", "yes", "line_care", "unsure", "line_breaks", "yes", "line_harms", "yes", "line_enjoys", "unsure")
		b.is("from when it holds", b.value("#from"), string(last.Add(1).Monday()))
		b.fills("reasons", "Heard alone: it is used against Jitka.", "suffers_less", "Nobody.", "who_pays", "Jitka.", "skill_against", "Jitka, at home.")
		b.send("decision-form")
		b.shot("stopped-for-harm")
		b.is("where it leads", b.path(), reviewPath(id))
		latest := b.text(".decision")
		for _, want := range []string{"Stop, harm", "A skill was used against somebody: decide whether to end", "Not sure about the line: take it to supervision"} {
			if !strings.Contains(latest, want) {
				t.Errorf("the decision does not say %q: %q", want, latest)
			}
		}
		if after := pages(); after != before {
			t.Errorf("on his pages something differs: %s", apart(before, after))
		}
		b.submit(`.decision a[href$="/end"]`)
		b.is("the last week that is offered first", b.value("#last_week"), string(last))
		b.visit(decisionPath(id))
		b.chooses("choice", "end_treatment", "present", "client", "skill_used", "yes", "line_care", "no", "line_breaks", "yes", "line_harms", "yes", "line_enjoys", "unsure")
		b.fills("reasons", "Planned review.", "suffers_less", "Jitka.", "who_pays", "Pavel loses the sessions.", "skill_against", "Jitka, at home.", "referral", "To a colleague.")
		b.expect(422)
		b.send("decision-form")
		b.refused("partner_first", "Enter a date.")
		b.fill("#partner_first", string(line.Today))
		b.send("decision-form")
		b.visit(notePath(id, "client"))
		note := b.value("textarea.note")
		if !strings.HasPrefix(note, "The work on this plan ends on "+last.Add(1).Monday().Long()+". Reason recorded: the aim of this work can no longer be met here. Referral offered: To a colleague.") || strings.Contains(note, "Jitka") {
			t.Errorf("the note is %q", note)
		}
		b.shot("note-of-the-end")
	}, manner{"phone", phone, nil}, manner{"laptop", laptop, nil}, manner{"without a script", laptop, []tabOption{noScript}})
}
