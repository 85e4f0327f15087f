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
