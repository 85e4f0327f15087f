package handlers

import (
	"strings"
	"testing"

	cdpnetwork "github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"

	"enough/models"
)

// A clock of the page's own: pass lets its long timers run at once. Short ones,
// which belong to the browser's work, go on as they are.
const ownClock = `(() => {
	const real = {}, start = Date.now(), long = 4000, waiting = new Map();
	for (const name of ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval']) real[name] = window[name].bind(window);
	let skew = 0, next = 1e9;
	Date.now = () => start + skew; // it stands still until the test says so
	const later = (every, name) => (fn, ms, ...args) => {
		if (!(ms >= long)) return real[name](fn, ms, ...args);
		waiting.set(++next, {at: Date.now() + ms, every: every && ms, run: () => fn(...args)});
		return next;
	};
	const never = (name) => (id) => { if (!waiting.delete(id)) real[name](id); };
	window.setTimeout = later(false, 'setTimeout');
	window.setInterval = later(true, 'setInterval');
	window.clearTimeout = never('clearTimeout');
	window.clearInterval = never('clearInterval');
	window.pass = (ms) => {
		for (const end = Date.now() + ms;;) {
			const [id, first] = [...waiting].sort((a, b) => a[1].at - b[1].at)[0] ?? [];
			if (!first || first.at > end) { skew += end - Date.now(); return; }
			skew += Math.max(0, first.at - Date.now());
			if (first.every) first.at += first.every; else waiting.delete(id);
			first.run();
		}
	};
	let hidden = false;
	Object.defineProperty(document, 'hidden', {get: () => hidden});
	Object.defineProperty(document, 'visibilityState', {get: () => hidden ? 'hidden' : 'visible'});
	window.look = (away) => { hidden = away; document.dispatchEvent(new Event('visibilitychange')); };
})()`

// slowly gives each page that is opened from now on a clock of its own.
func (b *tab) slowly() {
	b.t.Helper()
	tabCall(b, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: ownClock})
}

// pass lets so many milliseconds go by in the page.
func (b *tab) pass(ms int) {
	b.t.Helper()
	before := b.begun()
	b.eval(`pass(`+itoa(ms)+`)`, nil)
	b.follow(before)
}

// look turns to the tab, or away from it.
func (b *tab) look(away bool) {
	b.t.Helper()
	before := b.begun()
	b.eval(map[bool]string{true: `look(true)`, false: `look(false)`}[away], nil)
	b.follow(before)
}

// veiled says whether nothing of the content can be seen.
func (b *tab) veiled() (hidden bool) {
	b.t.Helper()
	b.eval(`(() => { const main = document.getElementById('main'); return !main || !main.checkVisibility({opacityProperty: true}); })()`, &hidden)
	return hidden
}

// TestBrowserAwayHers: the partner's page shows nothing while it is out of
// sight, and after a minute comes back only to her who is still signed in.
func TestBrowserAwayHers(t *testing.T) {
	onScreens(t, func(t *testing.T, s screen) {
		c, a, url, _ := leavingWeek(t)
		b := openTab(t, url, s)
		b.slowly()
		b.signedIn(a, c.Partner)
		b.visit("/w")
		b.answers()
		here := b.stays()
		shows := func(when string, want bool) {
			t.Helper()
			if b.veiled() == want {
				t.Errorf("%s: the content shows: %v", when, !want)
			}
		}
		b.look(true)
		shows("out of sight", false)
		b.look(false)
		shows("looked at again at once", true)
		b.look(true)
		b.pass(61_000)
		b.sees(false, "#main")
		begun := b.begun()
		b.look(false)
		shows("back after a minute, signed in", true)
		if b.begun() == begun {
			t.Error("nobody asked whether she is signed in")
		}
		if b.is("the note", b.value("#note"), tracedNote); !here() {
			t.Error("the page was fetched anew, and what she wrote is gone")
		}
		b.look(true)
		b.pass(61_000)
		must(t, a.db.EndSession(t.Context(), viewerOf(t, a, b)))
		b.look(false)
		b.is("the address, signed out meanwhile", b.path(), "/signin")
		if found := b.remains(); len(found) > 0 {
			t.Errorf("it holds %q", found)
		}
		// A phone that sleeps runs no timer.
		b.signedIn(a, c.Partner)
		b.visit("/w")
		b.answers()
		b.look(true)
		b.eval(`(() => { const now = Date.now; Date.now = () => now() + 3600e3; })()`, nil)
		must(t, a.db.EndSession(t.Context(), viewerOf(t, a, b)))
		b.look(false)
		b.is("the address, after an hour", b.path(), "/signin")
	}, phone)
}

// TestBrowserAwayIdle: five minutes without use end the visit; writing is use.
func TestBrowserAwayIdle(t *testing.T) {
	onScreens(t, func(t *testing.T, s screen) {
		c, a, url, _ := leavingWeek(t)
		b := openTab(t, url, s)
		b.slowly()
		b.signedIn(a, c.Partner)
		b.visit("/w")
		b.answers()
		heads := func() (n int) {
			b.eval(`performance.getEntriesByType('resource').filter(e => e.initiatorType === 'fetch').length`, &n)
			return n
		}
		for range 5 {
			b.pass(120_000)
			b.fill("#note", tracedNote)
		}
		b.pass(15_000)
		if b.is("the note after ten minutes of writing", b.value("#note"), tracedNote); heads() < 5 {
			t.Errorf("the server was told %d times that the page is used", heads())
		}
		b.pass(270_000)
		b.is("the note", b.value("#note"), tracedNote)
		b.pass(60_000)
		b.is("the page after five minutes", b.text(".card"), "You can come back any time until Wednesday.")
		if found := b.remains(); len(found) > 0 {
			t.Errorf("it holds %q", found)
		}
		b.over()
		if list := keptReports(t, c); len(list) != 0 {
			t.Errorf("kept %+v", list)
		}
	}, phone)
}

// TestBrowserAwayHis: each of the client's pages is fetched anew when it is
// looked at again, but for one on which he has written.
func TestBrowserAwayHis(t *testing.T) {
	onScreens(t, func(t *testing.T, s screen) {
		c, a, url := plannedWeek(t)
		b := openTab(t, url, s)
		b.slowly()
		b.signedIn(a, c.Client)
		for _, path := range []string{"/week", "/plan", "/chart", "/shared"} {
			b.visit(path)
			here := b.stays()
			if b.look(true); !b.veiled() {
				t.Errorf("%s shows while it is out of sight", path)
			}
			if b.look(false); here() || b.veiled() {
				t.Errorf("%s was not fetched anew", path)
			}
		}
		b.visit("/week")
		here := b.stays()
		b.fill("#note", "Mine.")
		b.look(true)
		b.look(false)
		if b.is("his note", b.value("#note"), "Mine."); !here() || b.veiled() {
			t.Error("what he wrote was taken from him")
		}
		// A page that the browser had kept whole.
		b.visit("/shared")
		here = b.stays()
		before := b.begun()
		b.eval(`window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))`, nil)
		if b.follow(before); here() {
			t.Error("a kept page was shown as it was")
		}
	}, phone)
}

// TestBrowserAwayCover: “Hide answers” takes what was chosen and written out of
// sight, with and without JavaScript, and changes nothing of it.
func TestBrowserAwayCover(t *testing.T) {
	withAndWithout(t, func(t *testing.T, s screen, options ...tabOption) {
		c, a, url := plannedWeek(t)
		b := openTab(t, url, s, options...)
		b.signedIn(a, c.Partner)
		b.visit("/w")
		b.answers()
		looks := func() (list []string) {
			b.eval(`[...document.querySelectorAll('#visit-form .option')].map(e => { const s = getComputedStyle(e), i = getComputedStyle(e.querySelector('input'));
				return [s.borderColor, s.backgroundColor, s.boxShadow, e.closest('.scale') ? '' : i.opacity].join(); })`, &list)
			return list
		}
		different := func(list []string) int {
			kinds := map[string]bool{}
			for _, look := range list {
				kinds[look[:strings.LastIndex(look, ",")]] = true
			}
			return len(kinds)
		}
		b.eval(`document.activeElement.blur()`, nil)
		if different(looks()) < 2 {
			t.Error("what is chosen does not stand out; the test is blind")
		}
		b.press("#cover")
		b.eval(`document.activeElement.blur()`, nil)
		if list := looks(); different(list) != 1 {
			t.Errorf("what is chosen stands out: %q", list)
		}
		var color string
		if b.eval(`getComputedStyle(document.querySelector('#note')).color`, &color); color != "rgba(0, 0, 0, 0)" {
			t.Errorf("the note is written in %s", color)
		}
		b.sees(false, "#contact_by legend")
		b.eval(`document.querySelector('#contact_by input').focus()`, nil)
		b.sees(true, "#contact_by legend")
		b.eval(`document.querySelector('#note').focus()`, nil)
		if b.eval(`getComputedStyle(document.querySelector('#note')).color`, &color); color == "rgba(0, 0, 0, 0)" {
			t.Error("the note cannot be read while she writes it")
		}
		b.shot("cover")
		b.submit(saveVisit)
		b.is("the page", b.text(".card"), "Saved. Thank you.")
		if list := keptReports(t, c); len(list) != 1 || list[0].Note != tracedNote || *list[0].Conflict != 9 {
			t.Errorf("kept %+v", list)
		}
	})
}

// viewerOf is who is signed in in a tab.
func viewerOf(t *testing.T, a *App, b *tab) models.Viewer {
	t.Helper()
	for _, c := range tabCall(b, cdpnetwork.GetCookies, cdpnetwork.GetCookiesParams{URLs: []string{b.base}}).Cookies {
		if v, err := a.db.Authenticate(t.Context(), c.Value); err == nil && v.Known() {
			return v
		}
	}
	t.Fatal("nobody is signed in")
	return models.Viewer{}
}
