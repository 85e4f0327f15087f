package handlers

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"enough/models"
	"enough/models/modelstest"
)

// keys presses keys one after another.
func (b *tab) keys(keys string) {
	b.t.Helper()
	b.must("keys", chromedp.Do(b.ctx, chromedp.KeyEvent(keys)))
}

// tabTo presses Tab until the focus is on what css matches, and fails the test
// when a place on the way does not show that it has the focus.
func (b *tab) tabTo(css string) {
	b.t.Helper()
	for range 80 {
		b.keys(kb.Tab)
		var at struct {
			Here, Shown bool
			What        string
		}
		b.eval(`(css => {
			const el = document.activeElement, r = (el.closest('label') ?? el).getBoundingClientRect();
			const ring = [el, el.closest('label')].some(e => e && getComputedStyle(e).outlineStyle !== 'none' && parseFloat(getComputedStyle(e).outlineWidth) >= 2);
			return {here: el.matches(css), what: el.outerHTML.slice(0, 100), shown: el === document.body || ring && r.right > 0 && r.bottom > 0 && r.top < innerHeight};
		})('`+css+`')`, &at)
		if !at.Shown {
			b.t.Errorf("%s: this does not show that it has the focus: %s", b.screen.name, at.What)
		}
		if at.Here {
			return
		}
	}
	b.t.Fatalf("%s: Tab never reaches %s", b.screen.name, css)
}

// enter presses Enter and waits for the answer of the server.
func (b *tab) enter() {
	b.t.Helper()
	before := b.begun()
	b.keys(kb.Enter)
	b.until("Enter goes to the server", func() bool { return b.started != before })
	b.settle()
}

func TestBrowserAccessKeyboard(t *testing.T) {
	everyWay(t, func(t *testing.T, s screen, options ...tabOption) {
		c, _, url := plannedWeek(t)
		b := openTab(t, url, s, options...)
		b.visit("/signin")
		b.tabTo("#signin")
		b.keys("pavel-client")
		b.tabTo("#passphrase")
		b.keys(modelstest.Passphrase)
		b.tabTo("#signin-form button")
		b.enter()
		b.is("where he begins", b.path(), "/week")

		b.tabTo(doneToday)
		b.enter()
		b.is("the count", b.text(".count"), "Planned 2. Done 1.")
		if b.script {
			if in := b.count("#tap-card :focus"); in != 1 {
				t.Errorf("after a tap the focus is on %s", b.focus())
			}
		}

		b.tabTo("#done")
		b.keys(kb.ArrowUp)
		b.tabTo("input[name=effort]")
		b.keys(kb.ArrowRight + kb.ArrowRight + kb.ArrowDown) // from 0 to 3
		b.tabTo("input[name=tension]")
		b.keys(" ") // 0
		b.tabTo("input[name=forecast]")
		b.keys(kb.ArrowLeft + kb.ArrowLeft) // from 0 round to 9
		b.tabTo("#note")
		b.keys("By keys alone.")
		b.is("what is chosen", strings.Join(b.checked(), " "), "effort=3 tension=0 forecast=9")
		done := b.value("#done")
		b.tabTo(saveWeek)
		b.enter()
		b.is("the page", b.text(weekSaved), "Saved. Next one opens Friday 20 March 2026.")
		k := keptWeek(t, c)
		if *k.Effort != 3 || k.Tension != 0 || k.Forecast != 9 || k.Note != "By keys alone." {
			t.Errorf("kept %+v", k)
		}
		b.is("done", digits(k.Done), done)
	})
}

// The way out stays at the top of the screen. It must not lie over the place
// that has the focus.
func TestBrowserAccessBackwards(t *testing.T) {
	everyWay(t, func(t *testing.T, s screen, options ...tabOption) {
		c, a, url := plannedWeek(t)
		b := openTab(t, url, s, options...)
		b.signedIn(a, c.Partner)
		b.visit("/w")
		b.choose("alone", "yes")
		b.eval(`(document.querySelector('main .row:last-child form:last-child button').focus(), 0)`, nil)
		for range 60 {
			b.must("Shift+Tab", chromedp.Do(b.ctx, chromedp.KeyEvent(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift))))
			var at struct {
				Out, Covered bool
				What         string
			}
			b.eval(`(() => {
				const el = document.activeElement, r = (el.closest('label') ?? el).getBoundingClientRect(), out = document.querySelector('.top');
				return {out: el.matches('.exit button'), what: el.outerHTML.slice(0, 80), covered: !out.contains(el) && !el.matches('.skip') && r.top < out.getBoundingClientRect().bottom};
			})()`, &at)
			if at.Out {
				return
			}
			if at.Covered {
				t.Errorf("“Leave this page” lies over %s", at.What)
			}
		}
		t.Error("Shift+Tab never reaches the way out")
	})
}

func TestBrowserAccessSkipLink(t *testing.T) {
	everyWay(t, func(t *testing.T, s screen, options ...tabOption) {
		c, a, url := plannedWeek(t)
		for _, x := range []struct {
			who         models.Viewer
			path, first string
		}{
			{models.Viewer{}, "/signin", "main input"}, {c.Client, "/week", "#tap-card button"}, {c.Partner, "/w", "#visit-form input"},
			{c.Therapist, casePath(c.CaseID), ".back a"},
		} {
			b := openTab(t, url, s, options...)
			if x.who.Known() {
				b.signedIn(a, x.who)
			}
			b.visit(x.path)
			b.sees(true, "h1")
			b.tabTo(".skip")
			b.keys(kb.Enter)
			b.settle()
			if focus := b.focus(); focus != "main#main" && b.script {
				t.Errorf("%s: the skip link leads to %s", x.path, focus)
			}
			b.keys(kb.Tab)
			if b.count(x.first+":focus") != 1 {
				t.Errorf("%s: after the skip link comes %s", x.path, b.focus())
			}
		}
	})
}

// somewhere is a page as somebody sees it.
type somewhere struct {
	name, path string
	who        models.Viewer
	does       func(b *tab) // before it is looked at
}

// everywhere lists every page of the demo.
func everywhere(t *testing.T, m *marcus) []somewhere {
	t.Helper()
	lines, err := m.db.Cases(context.Background(), m.vera)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(lines, func(l models.CaseLine) bool { return strings.HasPrefix(l.Client, "Pavel") })
	pavel := lines[i]
	gregor := lines[slices.IndexFunc(lines, func(l models.CaseLine) bool { return strings.HasPrefix(l.Client, "Gregor") })]
	must(t, m.db.CloseCase(context.Background(), m.vera, gregor.ID, models.CloseInput{On: string(gregor.Today), Reason: "They moved away."}))
	experiment, other, his, hers := m.line.Experiment.ID, pavel.Experiment.ID, m.person(t, "Pavel"), m.person(t, "Jitka")
	alone := func(b *tab) { b.choose("alone", "yes") }
	own := func(b *tab) { b.turnTo(models.VisitOwn) }
	unlock := func(b *tab) {
		own(b)
		if b.count("#unlock-form") == 1 {
			b.fill("#passphrase", m.demo[0].Passphrase)
			b.send("unlock-form")
		}
	}
	// show opens what she may show, and looks at everything at once.
	show := func(b *tab) {
		unlock(b)
		b.turnTo(models.VisitShow)
		b.eval(`document.querySelectorAll('input[name=show]').forEach(e => e.checked = true)`, nil)
		b.submit("#release-form button[value=preview]")
	}
	nobody := models.Viewer{}
	return []somewhere{
		{"start", "/", nobody, nil},
		{"sign-in", "/signin", nobody, nil},
		{"sign-in refused", "/signin", nobody, func(b *tab) { b.send("signin-form") }},
		{"join", "/join", nobody, nil},
		{"join refused", "/join", nobody, func(b *tab) { b.send("join-form") }},
		{"no such page", "/nowhere", nobody, nil},
		{"a link", askPath, nobody, nil},
		{"a link, no name", askPath, nobody, func(b *tab) { b.send("ask-form") }},
		{"digits refused", digitsPath, nobody, func(b *tab) { b.send("digits-form") }},
		{"another’s link", "/link/" + strings.Repeat("a", 52), nobody, func(b *tab) { b.send("link-form") }},
		{"messages", casePath(pavel.ID) + "/messages", m.vera, nil},
		{"messages refused", casePath(pavel.ID) + "/messages", m.vera, func(b *tab) { b.send("tell-form") }},
		{"his contact refused", "/account", his, func(b *tab) { b.fill("#hour", "99"); b.send("contact-form") }},
		{"his week", "/week", his, nil},
		{"his week refused", "/week", his, func(b *tab) { b.send("checkin-form") }},
		{"his plan", "/plan", his, nil},
		{"his chart", "/chart", m.his, nil},
		{"his shared", "/shared", m.his, nil},
		{"his account", "/account", his, nil},
		{"his account refused", "/account", his, func(b *tab) { b.send("passphrase-form") }},
		{"her therapist’s account", "/account", m.vera, nil},
		{"her therapist’s authenticator", "/account/second", m.vera, nil},
		{"recovery codes", "/account/second", m.vera, func(b *tab) {
			b.fill("#code", modelstest.Code(b.t, b.value("#second-form input[name=secret]"), m.db.Now()))
			b.send("second-form")
		}},
		{"his week, nothing open", "/week", m.his, nil},
		{"her form", "/w", hers, nil},
		{"her form, alone", "/w", hers, alone},
		{"her form, unsafe", "/w", hers, func(b *tab) { alone(b); b.choose("safe", "no") }},
		{"her form, nothing open", "/w", m.anna, nil},
		{"her own, locked", "/w", m.anna, own},
		{"her own", "/w", m.anna, unlock},
		{"her choice", "/w", m.anna, show},
		{"about leaving", "/w", m.anna, func(b *tab) { b.turnTo(models.VisitAbout) }},
		{"cases", "/cases", m.vera, nil},
		{"new case", "/cases/new", m.vera, nil},
		{"new case refused", "/cases/new", m.vera, func(b *tab) { b.send("case-form") }},
		{"case", m.casePage, m.vera, nil},
		{"code", m.casePage, m.vera, func(b *tab) { b.submit(`form[action$="/code"] button`) }},
		{"frame", m.casePage + "/frame", m.vera, nil},
		{"log", m.casePage + "/log", m.vera, nil},
		{"log refused", m.casePage + "/log", m.vera, func(b *tab) {
			b.eval(`document.querySelectorAll('details').forEach(e => e.open = true)`, nil)
			b.send("contact-form")
		}},
		{"note for his file", notePath(experiment, "client"), m.vera, nil},
		{"note for her file", notePath(experiment, "partner"), m.vera, nil},
		{"her therapist’s work", workPath, m.vera, nil},
		{"library", libraryPath(experiment), m.vera, nil},
		{"gate", m.casePage + "/gate", m.vera, nil},
		{"experiment", experimentPath(experiment), m.vera, nil},
		{"experiment just started", experimentPath(other), m.vera, nil},
		{"the act", planStepPath(experiment, "act"), m.vera, nil},
		{"the measure", planStepPath(experiment, "measure"), m.vera, nil},
		{"agreement", agreementPath(experiment), m.vera, nil},
		{"step up", phaseStepPath(other, "step_up"), m.vera, nil},
		{"hold", phaseStepPath(other, "hold"), m.vera, nil},
		{"monthly", phaseStepPath(other, "follow_up"), m.vera, nil},
		{"weekly", phaseStepPath(other, "weekly"), m.vera, nil},
		{"end", experimentPath(other) + "/end", m.vera, nil},
		{"review", m.reviewOfHers, m.vera, nil},
		{"review with every line", m.reviewOfHers + "?lines=trend,dual,criterion&late=without", m.vera, nil},
		{"series, too short", maskedPath(other), m.vera, nil},
		{"series", maskedPath(experiment), m.vera, nil},
		{"series, refused", maskedPath(experiment), m.vera, func(b *tab) { b.send("guess-form") }},
		{"series, answered", maskedPath(experiment), m.vera, func(b *tab) { b.choose("saw", "6"); b.send("guess-form") }},
		{"review just started", reviewPath(other), m.vera, nil},
		{"decision", decisionPath(experiment), m.vera, nil},
		{"decision refused", decisionPath(experiment), m.vera, func(b *tab) { b.send("decision-form") }},
		{"weeks", m.casePage + "/weeks", m.vera, nil},
		{"paper check-in", paperPath(pavel.ID, pavel.Today.Week(), "checkin"), m.vera, nil},
		{"paper report", paperPath(pavel.ID, pavel.Today.Week(), "report"), m.vera, nil},
		{"does it count", m.casePage + "/weeks/2025-12-15/aside", m.vera, nil},
		{"does it count, refused", m.casePage + "/weeks/2025-12-15/aside", m.vera, func(b *tab) { b.send("aside-form") }},
		{"publish", m.casePage + "/publish", m.vera, nil},
		{"together", m.casePage + "/together", m.vera, nil},
		{"seen", m.casePage + "/seen", m.vera, nil},
		{"close", casePath(pavel.ID) + "/close", m.vera, nil},
		{"close, refused", casePath(pavel.ID) + "/close", m.vera, func(b *tab) { b.send("closing-form") }},
		{"closed", casePath(gregor.ID), m.vera, nil},
		{"erase, refused", casePath(gregor.ID) + "/erase", m.vera, func(b *tab) { b.send("erase-form") }},
		{"supervision", m.casePage + "/supervision", m.vera, nil},
		{"supervision, refused", m.casePage + "/supervision", m.vera, func(b *tab) { b.send("supervision-form") }},
		{"practice", "/practice", m.vera, nil},
		{"cases of a colleague", "/cases", m.person(t, "Dr Sam"), nil},
		{"supervised", supervisedPath, m.person(t, "Dr Sam"), nil},
		{"supervised case", supervisedPath + "/" + m.line.ID, m.person(t, "Dr Sam"), nil},
	}
}

// widen gives a phone another width.
func (b *tab) widen(width int) {
	b.t.Helper()
	b.resize(screen{width: width, height: b.screen.height})
	b.eval(jsFrames, nil)
}

// axeSource is that of axe-core, empty without ENOUGH_AXE.
func axeSource(t *testing.T) string {
	t.Helper()
	path := os.Getenv("ENOUGH_AXE")
	if path == "" {
		t.Log("set ENOUGH_AXE to the path of axe.min.js of axe-core 4.14.1 to check the pages with it: not run")
		return ""
	}
	source, err := os.ReadFile(path)
	must(t, err)
	return string(source)
}

// passesAxe holds the page to axe-core, if there is any.
func (b *tab) passesAxe(source, name string) {
	b.t.Helper()
	if source == "" {
		return
	}
	for _, line := range b.axe(source) {
		b.t.Errorf("%s: %s", name, line)
	}
}

// TestBrowserAccessPages walks through every page: none is wider than a phone,
// the words of every chart can be read, and with ENOUGH_AXE, the path of axe.min.js, axe-core finds nothing.
func TestBrowserAccessPages(t *testing.T) {
	axe := axeSource(t)
	dark := laptop.inDark()
	dark.name = "dark laptop"
	onScreens(t, func(t *testing.T, s screen) {
		m := newMarcus(t)
		b := openTab(t, m.url, s)
		b.expect(404, 422)
		var now models.Viewer
		for _, at := range everywhere(t, m) {
			if at.who.PersonID != now.PersonID {
				b.signedIn(m.App, at.who)
				now = at.who
			}
			b.visit(at.path)
			if at.does != nil {
				at.does(b)
			}
			b.eval(`document.querySelectorAll('details').forEach(e => e.open = true)`, nil)
			b.settle()
			if n := b.overflow(); n > 0 {
				t.Errorf("%s scrolls sideways by %d px", at.name, n)
			}
			for _, fault := range b.unreadable() {
				t.Errorf("%s: %s", at.name, fault)
			}
			b.passesAxe(axe, at.name)
			if s == phone {
				b.widen(320)
				n := b.overflow()
				for range 30 { // a chart is drawn anew only after a while
					if n <= 0 {
						break
					}
					time.Sleep(100 * time.Millisecond)
					n = b.overflow()
				}
				if n > 0 {
					t.Errorf("%s scrolls sideways by %d px on a screen of 320", at.name, n)
				}
				b.widen(s.width)
			}
		}
	}, phone, dark)
}
