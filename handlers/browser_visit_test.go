package handlers

import (
	"context"
	"slices"
	"strings"
	"testing"

	"enough/models"
	"enough/models/modelstest"
)

const (
	saveVisit  = "#visit-form .send button"
	afterAlone = "#visit-form .after-alone"
	herNote    = "He asked on Tuesday, and he waited for the answer."
)

// signIn signs somebody in through the form.
func (b *tab) signIn(name, passphrase string) {
	b.t.Helper()
	b.visit("/signin")
	b.fill("#signin", name)
	b.fill("#passphrase", passphrase)
	b.submit("#signin-form .send button")
}

// turn presses the button that brings the partner's visit to another page.
func (b *tab) turn(to models.Visit) {
	b.t.Helper()
	b.submit(`form:has(> input[name=step][value=` + string(to) + `]) button`)
}

// turnTo opens a page of the partner's visit, wherever the visit stands.
func (b *tab) turnTo(to models.Visit) {
	b.t.Helper()
	b.visit(visitPath)
	b.eval(`fetch('/w', {method: 'POST', redirect: 'manual', body: new URLSearchParams({step: '`+string(to)+`'})}).then(() => 0)`, nil)
	b.visit(visitPath)
}

// over fails the test unless the session has ended.
func (b *tab) over() {
	b.t.Helper()
	b.visit("/w")
	b.is("the address after the end of the session", b.path(), "/signin")
}

// body is all the visible text of the page.
func (b *tab) body() string { b.t.Helper(); return b.text("body") }

// keptReports are the partner's reports as the therapist reads them.
func keptReports(t *testing.T, c *modelstest.Couple) []models.PartnerReport {
	t.Helper()
	r, err := c.Practice.Review(context.Background(), c.Therapist, c.Experiment)
	if err != nil {
		t.Fatal(err)
	}
	var list []models.PartnerReport
	for _, p := range r.Phases {
		for _, w := range p.Weeks {
			if w.Report != nil {
				list = append(list, *w.Report)
			}
		}
	}
	return list
}

func TestBrowserVisitAlone(t *testing.T) {
	everyWay(t, func(t *testing.T, s screen, options ...tabOption) {
		c, a, url := plannedWeek(t)
		b := openTab(t, url, s, options...)
		b.signedIn(a, c.Partner)
		b.visit("/w")
		b.is("the title", b.title(), "Weekly form")
		b.sees(false, afterAlone, "#tension", "#note", "#contact", saveVisit)
		if text := b.body(); strings.Contains(text, "tense") || strings.Contains(text, "leaving") {
			t.Errorf("before she said that she is alone the page says %q", text)
		}
		if names := b.checked(); len(names) > 0 {
			t.Errorf("chosen beforehand: %q", names)
		}
		b.is("the note", b.value("#note"), "")
		b.shot("visit-alone")
		b.choose("alone", "yes")
		b.sees(true, afterAlone, "#tension", "#note", "#contact", saveVisit)
		if names := b.checked(); !slices.Equal(names, []string{"alone=yes"}) {
			t.Errorf("chosen beforehand: %q", names)
		}
		b.choose("alone", "not_now")
		b.sees(false, afterAlone, "#tension", "#note")
		b.sees(true, saveVisit)
		b.submit(saveVisit)
		b.is("the page", b.text(".card"), "You can come back any time until Wednesday.")
		b.holds("h1", 1)
		b.holds("form.form", 0)
		b.shot("visit-not-now")
		b.over()
		if list := keptReports(t, c); len(list) != 0 {
			t.Errorf("kept %+v", list)
		}
	})
}

func TestBrowserVisitWeek(t *testing.T) {
	everyWay(t, func(t *testing.T, s screen, options ...tabOption) {
		c, _, url := plannedWeek(t)
		b := openTab(t, url, s, options...)
		b.signIn("pavel-partner", modelstest.Passphrase)
		b.is("where she begins", b.path(), "/w")
		b.resetTaps()
		b.choose("alone", "yes")
		b.choose("tension", "6")
		b.choose("leaving", "5")
		if b.script {
			b.sees(false, "#real")
		}
		b.choose("noticed", "2")
		b.sees(true, "#real")
		b.choose("real", "4")
		b.choose("say_no", "mostly")
		b.sees(false, "#contact_by") // it thanks her for what she has not said
		b.choose("safe", "yes")
		b.sees(false, "#contact_by")
		b.choose("pushed", "a_little")
		b.choose("children", "quieter")
		b.fill("#note", herNote)
		b.shot("visit-filled")
		b.submit(saveVisit)
		t.Logf("a usual week of the partner: %d taps", b.taps())
		if b.taps() > 10 {
			t.Errorf("%d taps", b.taps())
		}
		b.is("the page", b.text(".card"), "Saved. Thank you.")
		b.is("the title", b.title(), "Weekly form")
		b.holds("h1", 1)
		b.holds("form.form", 0)
		b.shot("visit-saved")

		nothing := func(where string) {
			t.Helper()
			if text := b.body(); strings.Contains(text, herNote) || b.count("textarea") > 0 && b.value("textarea") != "" || len(b.checked()) > 0 {
				t.Errorf("%s shows an answer: %q %q", where, text, b.checked())
			}
		}
		nothing("the page after saving")
		b.back()
		nothing("Back")
		b.over()
		nothing("the form of a session that is over")

		list := keptReports(t, c)
		if len(list) != 1 {
			t.Fatalf("%d reports", len(list))
		}
		if r := list[0]; *r.Conflict != 6 || *r.Leaving != 5 || *r.Noticed != 2 || *r.FeltReal != 4 || r.SayNo != "mostly" || r.Safe != "yes" ||
			r.Pushed != "a_little" || r.Children != "quieter" || r.Note != herNote || r.Contact != "skipped" || r.ContactBy != "not_asked" {
			t.Errorf("kept %+v", r)
		}
	})
}

func TestBrowserVisitUnsafe(t *testing.T) {
	everyWay(t, func(t *testing.T, s screen, options ...tabOption) {
		c, a, url := plannedWeek(t)
		b := openTab(t, url, s, options...)
		b.signedIn(a, c.Partner)
		b.visit("/w")
		b.choose("alone", "yes")
		if b.script {
			for _, x := range []struct {
				noticed string
				real    bool
			}{{"1", true}, {"0", false}, {"6_or_more", true}, {"not_sure", false}} {
				b.choose("noticed", x.noticed)
				b.sees(x.real, "#real")
			}
			b.sees(false, "#contact_by")
			b.choose("safe", "mostly")
			b.sees(false, "#contact_by")
		}
		same, begun := b.stays(), b.begun()
		b.choose("safe", "not_always")
		b.sees(true, "#contact_by", "#contact_by .hint")
		if text := b.text("#contact_by"); !strings.Contains(text, "Thank you for saying so.") || !strings.Contains(text, "Call 112.") {
			t.Errorf("the question says %q", text)
		}
		if b.script && (!same() || b.begun() != begun) {
			t.Error("the question came from the server")
		}
		b.shot("visit-unsafe")
		b.choose("contact_by", "safe_route")
		b.choose("contact", "soon")
		b.submit(saveVisit)
		b.is("the page", b.text(".card"), "Saved. Thank you.")
		list := keptReports(t, c)
		if len(list) != 1 || list[0].Safe != "not_always" || list[0].ContactBy != "safe_route" || list[0].Contact != "soon" || list[0].FeltReal != nil {
			t.Errorf("kept %+v", list)
		}
	})
}

func TestBrowserVisitOwnPages(t *testing.T) {
	everyWay(t, func(t *testing.T, s screen, options ...tabOption) {
		c, a, url := plannedWeek(t)
		c.Report(t, models.PartnerReportInput{Tension: "6", Leaving: "5", Noticed: "2", Real: "4", SayNo: "mostly", Safe: "not_always", Pushed: "yes",
			Children: "rather_not_say", Note: herNote, Contact: "soon", ContactBy: "another_way"})
		b := openTab(t, url, s, options...)
		b.expect(422)
		b.signedIn(a, c.Partner)
		b.visit("/w")
		b.is("the page", b.text(".card"), "Saved. Thank you.")
		b.holds("#visit-form", 0)
		b.turn("own")
		b.is("the title", b.title(), "Weekly form")
		b.holds("dl", 0)
		b.fill("#passphrase", "not her passphrase")
		b.submit("#unlock-form .send button")
		b.is("the message", b.text("#passphrase-error"), "This is not the passphrase. Type it again; after several wrong tries, wait a minute first.")
		b.is("the passphrase", b.value("#passphrase"), "")
		if b.script {
			b.is("the focus", b.focus(), "input#passphrase[name=passphrase]")
		}
		b.shot("own-locked")
		b.fill("#passphrase", modelstest.Passphrase)
		b.submit("#unlock-form .send button")
		b.is("the address", b.path(), "/w")
		text := b.text("main")
		for _, want := range []string{"Week of 9 March 2026", "Tension", "6", "Close to leaving", "5", "Noticed", "2", "How real it felt", "4",
			"Could say no", "Mostly", "Children", "Rather not say", herNote} {
			if !strings.Contains(text, want) {
				t.Errorf("her own page does not say %q: %q", want, text)
			}
		}
		var names []string
		b.eval(`[...document.querySelectorAll('dl dt')].map(e => e.textContent)`, &names)
		b.is("what stands there", strings.Join(names, ", "),
			"Tension, Close to leaving, Noticed, How real it felt, Could say no, Children, For your therapist")
		for _, never := range []string{"Soon", "Another way", "Not always"} {
			if strings.Contains(text, never) {
				t.Errorf("her own page says %q: %q", never, text)
			}
		}
		b.shot("own")
		b.submit(`.row form:has(> input[value=form]) button.quiet`)
		b.sees(false, afterAlone)
		b.choose("alone", "yes")
		b.is("what is chosen", strings.Join(b.checked(), " "),
			"alone=yes tension=6 leaving=5 noticed=2 real=4 say_no=mostly children=rather_not_say")
		b.choose("tension", "7")
		b.submit(saveVisit)
		b.is("the page", b.text(".card"), "Saved. Thank you.")
		b.over()
		if r := keptReports(t, c)[0]; *r.Conflict != 7 || r.Safe != "not_always" || r.Pushed != "yes" || r.Contact != "soon" || r.ContactBy != "another_way" || r.Version != 2 {
			t.Errorf("kept %+v", r)
		}
	})
}
