package handlers

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	cdpfetch "github.com/chromedp/cdproto/fetch"
	cdpnetwork "github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"enough/models"
	"enough/models/modelstest"
)

// neutralSite is where “Leave this page” leads in a test: another site of this
// machine.
func neutralSite(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, `<!doctype html><title>Weather</title><link rel="icon" href="data:,"><h1>Rain later.</h1><textarea id="control"></textarea>`)
	}))
	t.Cleanup(server.Close)
	return strings.Replace(server.URL, "127.0.0.1", "localhost", 1) + "/"
}

// leavingWeek is plannedWeek with a neutral site that answers.
func leavingWeek(t *testing.T) (c *modelstest.Couple, a *App, url, to string) {
	t.Helper()
	c, a, url = plannedWeek(t)
	to = neutralSite(t)
	a.leave = to
	return c, a, url, to
}

// Her answers, each to be known again wherever it turns up.
const (
	tracedNote = "zqnote7f3a he asked"
	tracedPass = modelstest.Passphrase
)

// answers writes what is to leave no trace.
func (b *tab) answers() {
	b.t.Helper()
	b.choose("alone", "yes")
	b.choose("tension", "9")
	b.choose("leaving", "8")
	b.choose("safe", "no")
	b.fill("#note", tracedNote)
}

// away waits until the neutral site stands there and the session is over. A script
// tells the server beside the way there.
func (b *tab) away(to string) {
	b.t.Helper()
	b.until("the neutral site", func() bool { return slices.Contains(b.seen, to) })
	b.settle()
	b.is("where it leads", b.text("h1"), "Rain later.")
	for deadline := time.Now().Add(5 * time.Second); len(b.cookies()) > 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			b.t.Fatalf("%s: the cookies are still %q", b.screen.name, b.cookies())
		}
	}
}

// lines are the addresses and titles in the history of the tab.
func (b *tab) lines() (list []string) {
	b.t.Helper()
	h := tabCall(b, cdppage.GetNavigationHistory, cdp.Empty{})
	for _, e := range h.Entries {
		list = append(list, strings.TrimPrefix(e.URL, b.base)+" "+e.Title)
	}
	return list
}

// step goes so many steps back or forward, as far as there are any, and says
// whether it went.
func (b *tab) step(by int) bool {
	b.t.Helper()
	h := tabCall(b, cdppage.GetNavigationHistory, cdp.Empty{})
	to := int(h.CurrentIndex) + by
	if to < 0 || to >= len(h.Entries) {
		return false
	}
	before := 0
	b.until("a step", func() bool { before = b.commits; return true })
	tabCall(b, cdppage.NavigateToHistoryEntry, cdppage.NavigateToHistoryEntryParams{EntryID: h.Entries[to].ID})
	b.until("a step", func() bool { return b.commits != before })
	b.settle()
	return true
}

// remains lists what of hers the document holds: in its text, its attributes,
// its fields, or as a choice.
func (b *tab) remains() (found []string) {
	b.t.Helper()
	b.eval(`(() => {
		const held = [document.documentElement?.outerHTML, ...[...document.querySelectorAll('input, textarea')].map(e => e.value)].join('\n');
		const words = [`+quoted(tracedNote)+`, 'zqnote', `+quoted(tracedPass)+`].filter(w => held.includes(w));
		return [...words, ...[...document.querySelectorAll('input[name]:checked')].map(e => e.name + '=' + e.value)];
	})()`, &found)
	return found
}

func quoted(s string) string { b, _ := json.Marshal(s); return string(b) }

// stores counts what the site keeps in the browser outside its cookies.
func (b *tab) stores() (n int) {
	b.t.Helper()
	b.eval(`(async () => localStorage.length + sessionStorage.length + (await indexedDB.databases()).length + (await caches.keys()).length +
		(await navigator.serviceWorker.getRegistrations()).length + document.cookie.length)()`, &n)
	return n
}

// cookies names the cookies that the browser has for the site.
func (b *tab) cookies() (names []string) {
	b.t.Helper()
	for _, c := range tabCall(b, cdpnetwork.GetCookies, cdpnetwork.GetCookiesParams{URLs: []string{b.base}}).Cookies {
		names = append(names, c.Name)
	}
	slices.Sort(names)
	return names
}

// TestBrowserLeaveTraces goes through the history of the tab after each end of a
// visit, and looks at all that a browser keeps. The visit begins on a new device,
// with what leaving does.
func TestBrowserLeaveTraces(t *testing.T) {
	ends := map[string]func(b *tab, to string){
		"saved": func(b *tab, _ string) {
			b.answers()
			b.submit(saveVisit)
			b.is("the page", b.text(".card"), "Saved. Thank you.")
		},
		"read, changed, left": func(b *tab, to string) {
			b.turn(models.VisitOwn)
			b.fill("#passphrase", tracedPass)
			b.submit("#unlock-form .send button")
			b.submit(`.row form:has(> input[value=form]) button.quiet`)
			b.answers()
			if found := b.remains(); len(found) < 4 {
				b.t.Errorf("the form holds %q alone; the test is blind", found)
			}
			b.press(".exit button")
			b.away(to)
		},
	}
	withAndWithout(t, func(t *testing.T, s screen, options ...tabOption) {
		for end, act := range ends {
			c, _, url, to := leavingWeek(t)
			if end != "saved" {
				c.Report(t, models.PartnerReportInput{Tension: "4", Note: tracedNote})
			}
			b := openTab(t, url, s, append(options, fresh)...)
			b.elsewhere(to)
			b.signIn("pavel-partner", tracedPass)
			b.holds("#visit-form, .card", 0)
			b.sees(true, ".exit button")
			b.shot("about-first")
			b.submit("main .send button")
			act(b, to)
			if found := b.remains(); len(found) > 0 {
				t.Errorf("%s: the page holds %q", end, found)
			}
			lines := b.lines()
			stops := 0
			for _, by := range []int{-1, -1, -1, -1, -1, 1, 1, 1, 1, 1} {
				if !b.step(by) {
					continue
				}
				stops++
				if found := b.remains(); len(found) > 0 {
					t.Errorf("%s: %d steps on, at %s, the page holds %q", end, stops, b.path(), found)
				}
			}
			for _, line := range lines {
				if !slices.Contains([]string{"about:blank ", "/signin Weekly form", "/w Weekly form", to + " Weather"}, line) {
					t.Errorf("%s: the history names %q", end, line)
				}
			}
			visits := 0
			for _, line := range lines {
				if strings.HasPrefix(line, "/w ") {
					visits++
				}
			}
			if want := map[bool]int{true: 1, false: 0}[end == "saved"]; b.script && visits != want {
				t.Errorf("%s: the visit has %d lines in the history, want %d: %q", end, visits, want, lines)
			}
			b.over()
			cookies := strings.Join(b.cookies(), " ")
			if want := map[bool]string{true: "browser told", false: ""}[end == "saved"]; cookies != want {
				t.Errorf("%s: the cookies are %q, want %q", end, cookies, want)
			}
			if n := b.stores(); n > 0 {
				t.Errorf("%s: the browser keeps %d things of the site", end, n)
			}
			if list := keptReports(t, c); len(list) != 1 || list[0].Note != tracedNote || *list[0].Conflict != map[string]int{"saved": 9, "read, changed, left": 4}[end] {
				t.Errorf("%s: kept %+v", end, list)
			}
			t.Logf("%s: history %q; %d stops looked at: 0 hold anything of hers; cookies left %q; 0 stores", end, lines, stops, cookies)
		}
	})
}

// blocked holds up every request of the tab from now on. What it gives lets them
// go on.
func (b *tab) blocked() (release func()) {
	b.t.Helper()
	tabCall(b, cdpfetch.Enable, cdpfetch.EnableParams{})
	return func() { b.t.Helper(); tabCall(b, cdpfetch.Disable, cdp.Empty{}) }
}

// watchBlank says on the console when the page is emptied after something is
// pressed, when the empty page has been painted, and what it then holds. While the
// way to another site is open the page itself cannot be asked.
const watchBlank = `(() => {
	let pressed = 0;
	for (const kind of ['click', 'keyup']) addEventListener(kind, e => { pressed = e.timeStamp; }, true);
	new MutationObserver(() => {
		const emptied = performance.now();
		requestAnimationFrame(() => {
			const after = new MessageChannel();
			after.port1.onmessage = () => console.info(JSON.stringify({emptied: emptied - pressed, painted: performance.now() - pressed, holds: document.body.outerHTML}));
			after.port2.postMessage(0);
		});
	}).observe(document.body, {childList: true});
})()`

// TestBrowserLeaveBlank measures the time from a press to an empty page, with a
// network that answers nothing.
func TestBrowserLeaveBlank(t *testing.T) {
	onScreens(t, func(t *testing.T, s screen) {
		c, a, url, to := leavingWeek(t)
		b := openTab(t, url, s)
		b.elsewhere(to)
		ways := map[string]func(){
			"pressing it":       func() { b.press(".exit button") },
			"Shift three times": func() { b.keys(kb.Shift + kb.Shift + kb.Shift) },
			"the last button":   func() { b.eval(`document.querySelector('.last').focus()`, nil); b.keys(kb.Enter) },
		}
		var took []float64
		for _, way := range []string{"pressing it", "Shift three times", "the last button"} {
			b.signedIn(a, c.Partner)
			b.visit("/w")
			b.answers()
			b.eval(watchBlank, nil)
			release := b.blocked()
			ways[way]()
			var blank struct {
				Emptied, Painted float64
				Holds            string
			}
			b.until(way, func() bool { return len(b.told) > 0 })
			var said string
			must(t, json.Unmarshal([]byte(b.takeTold()[0]), &said))
			must(t, json.Unmarshal([]byte(said), &blank))
			if want := `<body class="for-partner"><p role="alert">Loading.</p></body>`; blank.Holds != want {
				t.Errorf("%s: what is left is %s", way, blank.Holds)
			}
			took = append(took, blank.Painted)
			release()
			b.away(to)
			b.over()
		}
		t.Logf("from the press to an empty page on the screen, network blocked: %.1f ms", took)
		// The machine may be busy with other tests: the quickest counts.
		if best := slices.Min(took); best > 100 {
			t.Errorf("%.0f ms to an empty page", best)
		}
	}, phone)
}

// network sets what the network is like; nothing is as it is.
func (b *tab) network(conditions ...*cdpnetwork.Conditions) {
	b.t.Helper()
	tabCall(b, cdpnetwork.EmulateNetworkConditionsByRule, cdpnetwork.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: append([]*cdpnetwork.Conditions{}, conditions...)})
}

// TestBrowserLeaveBadNetwork leaves with no network at all and with a slow one,
// with and without JavaScript.
func TestBrowserLeaveBadNetwork(t *testing.T) {
	withAndWithout(t, func(t *testing.T, s screen, options ...tabOption) {
		c, a, url, to := leavingWeek(t)
		b := openTab(t, url, s, options...)
		b.elsewhere(to)
		for _, network := range []string{"slow", "none"} {
			b.signedIn(a, c.Partner)
			b.visit("/w")
			b.answers()
			b.network(&cdpnetwork.Conditions{Latency: 400, DownloadThroughput: 50_000, UploadThroughput: 20_000, Offline: network == "none"})
			start := time.Now()
			b.press(".exit button")
			var gone time.Duration
			for range 500 {
				if found := b.remains(); len(found) == 0 {
					gone = time.Since(start)
					break
				}
			}
			if gone == 0 {
				t.Errorf("network %s: at %s the answers stay: %q", network, b.path(), b.remains())
			}
			if !b.script { // else nobody can ask the page while it goes; see TestBrowserLeaveBlank
				t.Logf("without JavaScript, network %s: her answers are out of the page after %d ms", network, gone.Milliseconds())
			}
			if network == "slow" {
				b.away(to)
			} else {
				b.settle()
			}
			b.network()
			for b.step(-1) {
				found := b.remains()
				switch {
				case len(found) == 0:
				case network == "none" && !b.script:
					// Nothing can be done then: the server was not reached, and no script runs.
					t.Logf("without JavaScript and without a network, Back brings what was not sent: %q", found)
				default:
					t.Errorf("network %s: Back brings %q", network, found)
				}
			}
			b.takeProblems() // what could not be reached
		}
		if list := keptReports(t, c); len(list) != 0 {
			t.Errorf("kept %+v", list)
		}
	})
}

// TestBrowserLeaveShift counts the presses of Shift.
func TestBrowserLeaveShift(t *testing.T) {
	onScreens(t, func(t *testing.T, s screen) {
		c, a, url, to := leavingWeek(t)
		b := openTab(t, url, s)
		b.elsewhere(to)
		b.signedIn(a, c.Partner)
		b.slowly()
		b.visit("/w")
		b.choose("alone", "yes")
		presses := func() (n int) {
			b.eval(`Number(document.querySelector('.exit').dataset.presses ?? 0)`, &n)
			return n
		}
		capital := func() {
			b.must("Shift+A", chromedp.Do(b.ctx, chromedp.KeyEvent("A", chromedp.KeyModifiers(chromedp.ModifierShift))))
		}
		here := b.stays()
		b.eval(`document.querySelector('#note').focus()`, nil)
		for _, x := range []struct {
			what string
			act  func()
			want int
		}{
			{"once", func() { b.keys(kb.Shift) }, 1},
			{"twice", func() { b.keys(kb.Shift) }, 2},
			{"another key", func() { b.keys("x") }, 0},
			{"the Shift of a capital", func() { capital(); b.keys(kb.Shift) }, 0},
			{"capitals", func() { capital(); b.keys(kb.Shift); capital(); b.keys(kb.Shift); capital() }, 0},
			{"Escape", func() { b.keys(kb.Escape + kb.Escape + kb.Escape + kb.Escape) }, 0},
			{"twice again", func() { b.keys(kb.Shift); b.keys(kb.Shift) }, 2},
			{"just under five seconds later", func() { b.pass(4900) }, 2},
			{"five seconds later", func() { b.pass(200) }, 0},
			{"each within five seconds of the last", func() { b.keys(kb.Shift); b.pass(4000); b.keys(kb.Shift); b.pass(4000) }, 2},
		} {
			if x.act(); presses() != x.want || !here() {
				t.Errorf("%s: %d presses count, still there %v", x.what, presses(), here())
			}
		}
		b.sees(true, ".lights")
		b.is("what is said", b.text(".exit [role=status]"), "Shift: press it once more to leave.")
		b.shot("leave-lights")
		b.keys(kb.Shift)
		b.away(to)
		b.over()
	}, laptop)
}

// jsTopmost scrolls through the page and looks whether the way out is in sight and
// on top, at its corners and in its middle.
const jsTopmost = `(() => {
	const button = document.querySelector('.exit button'), page = document.scrollingElement, wrong = [];
	let places = 0, least = Infinity;
	for (let y = 0; ; y += 90) {
		scrollTo({top: y, behavior: 'instant'});
		const r = button.getBoundingClientRect();
		least = Math.min(least, r.width, r.height);
		places++;
		for (const [fx, fy] of [[0.5, 0.5], [0.05, 0.2], [0.95, 0.2], [0.05, 0.8], [0.95, 0.8]]) {
			const x = r.left + fx * r.width, at = r.top + fy * r.height, hit = document.elementFromPoint(x, at);
			if (x < 0 || at < 0 || x > innerWidth || at > innerHeight || !button.contains(hit)) wrong.push(Math.round(scrollY) + ': ' + (hit?.outerHTML.slice(0, 80) ?? 'out of sight'));
		}
		if (y > page.scrollHeight - innerHeight) break;
	}
	return {places, least, wrong};
})()`

// TestBrowserLeaveTopmost: on every page of the two, and where they sign in, the
// way out is first for the keyboard, large enough for a thumb, and on top wherever
// the page is scrolled to, with a keyboard on the screen too.
func TestBrowserLeaveTopmost(t *testing.T) {
	t.Parallel()
	m := newMarcus(t)
	b := openTab(t, m.url, phone)
	b.expect(404, 422)
	pages, places := 0, 0
	look := func(name string, s screen) {
		b.resize(s)
		b.eval(jsFrames, nil)
		var at struct {
			Places int
			Least  float64
			Wrong  []string
		}
		b.eval(jsTopmost, &at)
		if places += at.Places; len(at.Wrong) > 0 || at.Least < 44 {
			t.Errorf("%s at %s: the way out, %v pixels at its least, is not on top: %q", name, s.name, at.Least, at.Wrong)
		}
	}
	var last models.Viewer
	for _, at := range everywhere(t, m) {
		if at.who.Role == models.Therapist || at.name == "start" {
			continue
		}
		if at.who.Known() && at.who != last {
			b.signedIn(m.App, at.who)
		}
		last = at.who
		b.visit(at.path)
		if b.focus() == "body" { // else a mistake has it
			if b.keys(kb.Tab); b.count(".exit button:focus") != 1 {
				t.Errorf("%s: first for the keyboard is %s", at.name, b.focus())
			}
		}
		if at.does != nil {
			at.does(b)
		}
		pages++
		look(at.name, laptop)
		if at.name == "her form, alone" {
			b.eval(`document.querySelector('#note').focus()`, nil)
			look(at.name, screen{name: "a phone with its keyboard out", width: phone.width, height: 430})
		}
		look(at.name, phone)
	}
	t.Logf("%d pages at two sizes, %d scroll positions", pages, places)
	if pages < 15 {
		t.Errorf("only %d pages", pages)
	}
}
