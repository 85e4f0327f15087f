package handlers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/chromedp/cdproto/cdp"
	cdpemulation "github.com/chromedp/cdproto/emulation"
	cdpinput "github.com/chromedp/cdproto/input"
	cdplog "github.com/chromedp/cdproto/log"
	cdpnetwork "github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	cdpruntime "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// A screen is what the person looks at. Below 600 pixels it is a phone: touch,
// and the page obeys its viewport tag.
type screen struct {
	name          string
	width, height int
	dark          bool
}

var (
	phone  = screen{name: "phone", width: 390, height: 844}
	laptop = screen{name: "laptop", width: 1280, height: 800}
)

// inDark is the same screen with the dark colour scheme.
func (s screen) inDark() screen { s.dark = true; return s }

// A tabOption changes how openTab opens a tab.
type tabOption int

const (
	// noScript turns JavaScript off in the tab. The queries of tab still work.
	noScript tabOption = iota
	// fresh is a device on which the partner has not been told what leaving does.
	fresh
)

// chromium is the one browser of this package's tests.
var chromium struct {
	sync.Mutex
	ctx  context.Context // nil until the first tab
	stop context.CancelFunc
	err  error
}

// chromiumOptions are those with which a browser starts. Without a Chromium on
// the machine the test is skipped, unless ENOUGH_CHROMIUM=required. The profile is
// a new empty folder each time, which chromedp makes and deletes.
func chromiumOptions(t *testing.T) []chromedp.ExecAllocatorOption {
	t.Helper()
	program := ""
	for _, name := range []string{"google-chrome", "chromium-browser", "chromium"} {
		if p, err := exec.LookPath(name); err == nil {
			program = p
		}
	}
	if program == "" {
		if os.Getenv("ENOUGH_CHROMIUM") == "required" {
			t.Fatal("no Chromium found, and ENOUGH_CHROMIUM=required")
		}
		t.Skip("no Chromium found: browser test not run")
	}
	return append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		// No test reaches a real network, whatever a page asks for.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"))
}

// startChromium starts the browser on first use.
func startChromium(t *testing.T) context.Context {
	t.Helper()
	chromium.Lock()
	defer chromium.Unlock()
	if chromium.ctx == nil && chromium.err == nil {
		alloc, stop := chromedp.NewExecAllocator(context.Background(), chromiumOptions(t)...)
		ctx, _ := chromedp.NewContext(alloc)
		if chromium.err = chromedp.Do(ctx); chromium.err == nil {
			chromium.ctx, chromium.stop = ctx, stop
		} else {
			stop()
		}
	}
	if chromium.err != nil {
		t.Fatalf("Chromium does not start: %v", chromium.err)
	}
	return chromium.ctx
}

// closeChromium ends the browser, if one was started. TestMain calls it.
func closeChromium() {
	chromium.Lock()
	defer chromium.Unlock()
	if chromium.ctx == nil {
		return
	}
	ctx, cancel := context.WithTimeout(chromium.ctx, 5*time.Second)
	defer cancel()
	_ = chromedp.Cancel(ctx)
	chromium.stop()
	chromium.ctx = nil
}

// A tab is one person's browser: its own cookies, one page at a time. Its
// methods fail the test themselves, and are for the test's own goroutine.
type tab struct {
	t            *testing.T
	ctx          context.Context
	base, origin string // the server, and its scheme and host
	screen       screen
	script       bool
	tapped       int
	allowed      []int64 // statuses of 400 and more that the test expects
	other        string  // another site that the test expects

	mu       sync.Mutex // guards what follows: listen runs beside the test
	main     cdp.FrameID
	loader   cdp.LoaderID                    // of the document on screen
	commits  int                             // documents and fragments shown
	started  int                             // navigations and fetches begun
	asked    bool                            // the page asked for a navigation that has not begun
	pending  map[cdp.LoaderID]bool           // navigations begun and not shown yet
	inflight map[cdpnetwork.RequestID]string // other requests: the loader of their page
	urls     map[cdpnetwork.RequestID]string
	last     time.Time // of the last event counted here
	problems []tabProblem
	seen     []string // addresses of the documents shown
	told     []string // what pages said on the console for a test to read
}

// A tabProblem is something clean reports; status is 0 unless a response has it.
type tabProblem struct {
	text   string
	status int64
}

// openTab opens an empty tab for the server at baseURL. When the test ends the
// tab is checked with clean and closed. Motion is reduced, so that a picture
// shows the end of an animation and not its middle.
func openTab(t *testing.T, baseURL string, s screen, options ...tabOption) *tab {
	t.Helper()
	return openTabIn(t, startChromium(t), chromedp.WithNewBrowserContext(), baseURL, s, options...)
}

// openTabIn is openTab in a browser of the test's own: in shares the cookies of
// other tabs, or takes over a tab that is there.
func openTabIn(t *testing.T, browser context.Context, in chromedp.ContextOption, baseURL string, s screen, options ...tabOption) *tab {
	t.Helper()
	b := &tab{t: t, base: strings.TrimSuffix(baseURL, "/"), screen: s, script: !slices.Contains(options, noScript),
		origin: tabOrigin(baseURL), pending: map[cdp.LoaderID]bool{}, inflight: map[cdpnetwork.RequestID]string{}, urls: map[cdpnetwork.RequestID]string{}}
	ctx, closeTab := chromedp.NewContext(browser, in, chromedp.WithListener(b.listen))
	b.ctx = ctx
	t.Cleanup(func() {
		b.clean()
		closeTab()
	})
	scheme := "light"
	if s.dark {
		scheme = "dark"
	}
	b.must("open a tab", chromedp.Do(ctx))
	b.resize(s)
	b.mu.Lock()
	b.main = cdp.FrameID(chromedp.FromContext(ctx).Target.TargetID)
	b.mu.Unlock()
	tabCall(b, cdpemulation.SetEmulatedMedia, cdpemulation.SetEmulatedMediaParams{Features: []*cdpemulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
	tabCall(b, cdpemulation.SetFocusEmulationEnabled, cdpemulation.SetFocusEmulationEnabledParams{Enabled: true})
	if !slices.Contains(options, fresh) {
		b.cookie("told", "yes", "/")
	}
	if !b.script {
		tabCall(b, cdpemulation.SetScriptExecutionDisabled, cdpemulation.SetScriptExecutionDisabledParams{Value: true})
	}
	return b
}

// resize gives the tab the size and kind of a screen.
func (b *tab) resize(s screen) {
	b.t.Helper()
	size := []chromedp.EmulateViewportOption{chromedp.EmulateLandscape}
	if s.width < 600 {
		size = []chromedp.EmulateViewportOption{chromedp.EmulatePortrait, chromedp.EmulateMobile, chromedp.EmulateTouch}
	}
	b.must("resize", chromedp.Do(b.ctx, chromedp.EmulateViewport(int64(s.width), int64(s.height), size...)))
}

// listen follows what the browser does. It keeps the counts that rest waits on
// and the problems that clean reports.
func (b *tab) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	note := func(status int64, format string, args ...any) {
		b.problems = append(b.problems, tabProblem{fmt.Sprintf(format, args...), status})
	}
	switch e := event.(type) {
	case *cdpruntime.EventExceptionThrown:
		note(0, "uncaught exception: %v", tabException(e.ExceptionDetails))
		return
	case *cdpruntime.EventConsoleAPICalled:
		var words []string
		for _, a := range e.Args {
			words = append(words, string(a.Value)+a.Description)
		}
		switch {
		case e.Type == "info":
			b.told = append(b.told, words...)
		case slices.Contains([]string{"error", "warning", "assert"}, string(e.Type)):
			note(0, "console %s: %s", e.Type, strings.Join(words, " "))
		}
		return
	case *cdplog.EventEntryAdded: // those of the network are noted below, with their status
		if (e.Entry.Level == "error" || e.Entry.Level == "warning") && e.Entry.Source != "network" {
			note(0, "%s %s: %s (%s)", e.Entry.Source, e.Entry.Level, e.Entry.Text, e.Entry.URL)
		}
		return
	case *cdppage.EventJavascriptDialogOpening: // it would stop the page, and the test with it
		note(0, "a dialog (%s) opened, and was accepted: %s", e.Type, e.Message)
		go func() {
			_, _ = chromedp.Call(b.ctx, cdppage.HandleJavaScriptDialog, cdppage.HandleJavaScriptDialogParams{Accept: true})
		}()
		return

	case *cdppage.EventFrameRequestedNavigation:
		if e.FrameID == b.main && e.Disposition == "currentTab" {
			b.asked = true
			b.started++
		}
	case *cdppage.EventFrameStartedNavigating:
		if e.FrameID == b.main && !strings.HasSuffix(strings.ToLower(string(e.NavigationType)), "samedocument") {
			b.asked, b.pending[e.LoaderID] = false, true
			b.started++
		}
	case *cdppage.EventFrameNavigated:
		if e.Frame.ParentID == "" {
			b.asked, b.loader = false, e.Frame.LoaderID
			b.seen = append(b.seen, e.Frame.URL)
			b.commits++
			clear(b.pending)
			// What the page before this one still asked for is nobody's any more.
			maps.DeleteFunc(b.inflight, func(_ cdpnetwork.RequestID, loader string) bool { return loader != string(b.loader) })
		}
	case *cdppage.EventNavigatedWithinDocument:
		if e.FrameID == b.main {
			b.asked = false
			b.commits++
			b.started++
		}
	case *cdpnetwork.EventRequestWillBeSent:
		u := e.Request.URL
		if strings.HasSuffix(u, "/favicon.ico") {
			return // the browser asks for it by itself, or not, at any moment
		}
		b.urls[e.RequestID] = e.Request.Method + " " + u
		if tabOrigin(u) != b.origin && tabOrigin(u) != tabOrigin(b.other) && !slices.Contains([]string{"data", "blob", "about"}, strings.SplitN(u, ":", 2)[0]) {
			note(0, "request to another origin: %s", u)
		}
		if e.Type == "Fetch" || e.Type == "XHR" {
			b.started++
		}
		// A navigation has its own events, and a stream may never end.
		if !(e.Type == "Document" && e.FrameID == b.main) && !slices.Contains([]string{"EventSource", "Ping", "Prefetch"}, string(e.Type)) {
			b.inflight[e.RequestID] = string(e.LoaderID)
		}
	case *cdpnetwork.EventResponseReceived:
		if u := b.urls[e.RequestID]; u != "" && e.Response.Status >= 400 {
			note(e.Response.Status, "status %d for %s", e.Response.Status, u)
		}
		if e.Response.Status == 204 || e.Response.Status == 205 { // the old page stays
			delete(b.pending, cdp.LoaderID(e.RequestID))
		}
	case *cdpnetwork.EventLoadingFinished:
		delete(b.inflight, e.RequestID)
	case *cdpnetwork.EventLoadingFailed:
		delete(b.inflight, e.RequestID)
		delete(b.pending, cdp.LoaderID(e.RequestID))
		if u := b.urls[e.RequestID]; u != "" && !e.Canceled {
			note(0, "request failed: %s: %s %s", u, e.ErrorText, e.BlockedReason)
		}
	default:
		return
	}
	b.last = time.Now()
}

// begun is how many navigations and fetches have begun.
func (b *tab) begun() int { b.mu.Lock(); defer b.mu.Unlock(); return b.started }

// jsFrames waits for two frames: what was asked of the page before is painted.
const jsFrames = `new Promise(done => { setTimeout(done, 200); requestAnimationFrame(() => requestAnimationFrame(done)) })`

// rest waits until no navigation and no request is under way, the document has
// loaded, and every htmx swap is finished and painted.
func (b *tab) rest(limit time.Duration) error {
	ready := `document.readyState === 'complete' && !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling, .htmx-added')`
	if b.script { // else no frame is ever announced, and nothing swaps
		ready = jsFrames + `.then(() => ` + ready + `)`
	}
	for deadline := time.Now().Add(limit); ; time.Sleep(10 * time.Millisecond) {
		b.mu.Lock()
		busy, last, open := b.asked || len(b.pending)+len(b.inflight) > 0, b.last, []string{}
		for id := range b.inflight {
			open = append(open, b.urls[id])
		}
		b.mu.Unlock()
		if still := time.Since(last); !busy && still > 60*time.Millisecond {
			var ok bool
			err := b.evaluate(ready, &ok)
			b.mu.Lock()
			same := b.last.Equal(last)
			b.mu.Unlock()
			// A class left behind by a script must not hold the test up for long.
			if err == nil && same && (ok || still > 3*time.Second) {
				return nil
			}
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("the page does not come to rest (navigating %t, requests under way %q)", busy && len(open) == 0, open)
		}
	}
}

func (b *tab) settle() { b.t.Helper(); b.must("settle", b.rest(10*time.Second)) }

// visit opens a path of the server and waits until it has loaded.
func (b *tab) visit(path string) {
	b.t.Helper()
	res := tabCall(b, cdppage.Navigate, cdppage.NavigateParams{URL: b.base + path})
	if res.ErrorText != "" {
		b.must("visit "+path, errors.New(res.ErrorText))
	}
	b.until("visit "+path, func() bool { return res.LoaderID == "" || b.loader == res.LoaderID })
	b.settle()
}

// back goes one step back, as the browser's button does.
func (b *tab) back() {
	b.t.Helper()
	h := tabCall(b, cdppage.GetNavigationHistory, cdp.Empty{})
	if h.CurrentIndex < 1 {
		b.must("back", errors.New("this is the first page"))
	}
	before := 0
	b.until("back", func() bool { before = b.commits; return true })
	tabCall(b, cdppage.NavigateToHistoryEntry, cdppage.NavigateToHistoryEntryParams{EntryID: h.Entries[h.CurrentIndex-1].ID})
	b.until("back", func() bool { return b.commits != before })
	b.settle()
}

// cookie sets a session cookie for the server, as a sign-in would.
func (b *tab) cookie(name, value, path string) {
	b.t.Helper()
	tabCall(b, cdpnetwork.SetCookie, cdpnetwork.SetCookieParams{Name: name, Value: value, URL: b.base, Path: path,
		HTTPOnly: new(true), SameSite: cdpnetwork.CookieSameSiteLax, Secure: new(strings.HasPrefix(name, "__"))})
}

// jsAim scrolls to an element, or to its label when that is what one can hit,
// and gives the point to press. It refuses what is disabled, hidden or covered.
const jsAim = `el => {
	if (el.disabled) return {why: 'is disabled'};
	let hit;
	const v = window.visualViewport; // a phone may show only part of a page that is too wide
	for (const c of [el, ...(el.labels || [])]) {
		c.scrollIntoView({block: 'center', inline: 'nearest', behavior: 'instant'});
		const r = [...c.getClientRects()].find(r => r.width > 1 && r.height > 1);
		if (!r) continue;
		const x = r.x + r.width / 2, y = r.y + r.height / 2;
		hit = document.elementFromPoint(x, y);
		if (hit && (c.contains(hit) || hit.closest('label')?.control === el)) return {v: {x: x - v.offsetLeft, y: y - v.offsetTop}};
	}
	return {why: hit ? 'is covered by ' + hit.outerHTML.slice(0, 120) : 'cannot be seen'};
}`

// press clicks the first match of css. It gives begun() from before the click.
func (b *tab) press(css string) int {
	b.t.Helper()
	at := tabNeed[struct{ X, Y float64 }](b, css, jsAim)
	b.tapped++
	before := b.begun()
	b.must("press "+css, chromedp.Do(b.ctx, chromedp.MouseClickXY(at.X, at.Y)))
	return before
}

// follow waits for a navigation or fetch, if the last action began one at once.
func (b *tab) follow(before int) {
	b.t.Helper()
	frames := jsFrames
	if !b.script {
		frames = `0`
	}
	if err := b.evaluate(frames, nil); err != nil || b.begun() != before {
		b.settle()
	}
}

// pick taps a radio, checkbox, button or link that may stay on the page: if it
// fetches at once, pick waits for that. Use submit where it must go to the server.
func (b *tab) pick(css string) { b.t.Helper(); b.follow(b.press(css)) }

// submit taps a button or link that goes to the server, and waits until the
// new page has loaded or the swap is finished.
func (b *tab) submit(css string) {
	b.t.Helper()
	before := b.press(css)
	b.until("submit "+css+" goes to the server", func() bool { return b.started != before })
	b.settle()
}

// choose taps the radio or checkbox of that name and value, or takes the option
// of a select, which counts as two taps. What is already chosen costs no tap.
func (b *tab) choose(name, value string) {
	b.t.Helper()
	box, list := fmt.Sprintf("input[name=%q][value=%q]", name, value), fmt.Sprintf("select[name=%q]", name)
	before := b.begun()
	switch tabNeed[string](b, box+", "+list, `(el, value) => {
		if (el.localName !== 'select') return {v: el.checked ? '' : 'box'};
		if (el.disabled || ![...el.options].some(o => o.value === value && !o.disabled)) return {why: 'does not offer ' + value};
		if (el.value === value) return {v: ''};
		el.focus();
		el.value = value;
		el.dispatchEvent(new Event('input', {bubbles: true}));
		el.dispatchEvent(new Event('change', {bubbles: true}));
		return {v: 'list'};
	}`, value) {
	case "box":
		b.pick(box)
	case "list":
		b.tapped += 2
		b.follow(before)
	}
}

// fill replaces what an input or textarea holds, key by key (more than 100
// characters at once, as from the clipboard). Typing is no tap.
func (b *tab) fill(css, text string) {
	b.t.Helper()
	state := tabNeed[string](b, css, `(el, text) => {
		if (el.disabled || el.readOnly || !el.checkVisibility()) return {why: 'cannot be written in'};
		el.scrollIntoView({block: 'center', inline: 'nearest', behavior: 'instant'});
		el.focus();
		if (document.activeElement !== el) return {why: 'does not take the focus'};
		if (/^(date|time|month|week|datetime-local|range|color)$/.test(el.type)) {
			el.value = text;
			el.dispatchEvent(new Event('input', {bubbles: true}));
			el.dispatchEvent(new Event('change', {bubbles: true}));
			return {v: 'done'};
		}
		el.select();
		return {v: el.value === '' ? 'empty' : 'full'};
	}`, text)
	if state == "full" {
		b.must("fill "+css, chromedp.Do(b.ctx, chromedp.KeyEvent(kb.Backspace)))
	}
	if state != "done" && utf8.RuneCountInString(text) > 100 {
		tabCall(b, cdpinput.InsertText, cdpinput.InsertTextParams{Text: text})
	} else if state != "done" {
		b.must("fill "+css, chromedp.Do(b.ctx, chromedp.KeyEvent(text)))
	}
}

// taps is how often the person pressed something since resetTaps.
func (b *tab) taps() int { return b.tapped }

// resetTaps starts the count of taps again.
func (b *tab) resetTaps() { b.tapped = 0 }

// wait waits up to 5 seconds until css matches something.
func (b *tab) wait(css string) { b.t.Helper(); tabNeed[bool](b, css, `el => ({v: true})`) }

// text is the visible text of the first match of css, which it waits for.
func (b *tab) text(css string) string {
	b.t.Helper()
	return strings.TrimSpace(tabNeed[string](b, css, `el => ({v: el.innerText ?? el.textContent})`))
}

// value is what the first matching field holds; of radios, what is chosen.
func (b *tab) value(css string) string {
	b.t.Helper()
	return tabNeed[string](b, css, `(el, css) => ({v: el.type === 'radio' ? [...document.querySelectorAll(css)].find(r => r.checked)?.value ?? '' : el.value})`, css)
}

// count is the number of matches of css now.
func (b *tab) count(css string) int {
	b.t.Helper()
	return tabRead[int](b, `css => document.querySelectorAll(css).length`, css)
}

// visible tells whether the first match of css can be seen now, if need be
// after scrolling. What is there for screen readers only is not visible.
func (b *tab) visible(css string) bool {
	b.t.Helper()
	return tabRead[bool](b, `css => {
		const el = document.querySelector(css), r = el?.getBoundingClientRect();
		return !!el && el.checkVisibility({opacityProperty: true, visibilityProperty: true}) && r.width > 1 && r.height > 1;
	}`, css)
}

// path is the path and query of the address.
func (b *tab) path() string {
	b.t.Helper()
	return tabRead[string](b, `() => location.pathname + location.search`)
}

// title is the title of the page.
func (b *tab) title() string { b.t.Helper(); return tabRead[string](b, `() => document.title`) }

// focus describes the element with the focus: input#effort[name=effort].
func (b *tab) focus() string {
	b.t.Helper()
	return tabRead[string](b, `() => {
		const el = document.activeElement, name = el?.getAttribute('name');
		return el ? el.localName + (el.id && '#' + el.id) + (name ? '[name=' + name + ']' : '') : '';
	}`)
}

// overflow is by how many pixels the page is wider than the screen.
func (b *tab) overflow() int {
	b.t.Helper()
	return tabRead[int](b, `() => document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth`)
}

// eval runs a JavaScript expression, waits for its promise, and decodes the
// result into out, unless out is nil.
func (b *tab) eval(js string, out any) { b.t.Helper(); b.must("eval "+js, b.evaluate(js, out)) }

// axe runs axe-core, whose source the caller gives, and lists the violations.
func (b *tab) axe(source string) (lines []string) {
	b.t.Helper()
	b.must("load axe", b.evaluate(source+"\n;0", nil))
	b.eval(`axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.flatMap(v =>
		v.nodes.map(n => v.id + ' (' + v.impact + '): ' + v.help + ': ' + n.target.join(' '))))`, &lines)
	return lines
}

// shot puts a picture of the whole page into the folder ENOUGH_SHOTS, if set.
func (b *tab) shot(name string) {
	b.t.Helper()
	folder := os.Getenv("ENOUGH_SHOTS")
	if folder == "" {
		return
	}
	scheme := map[bool]string{false: "light", true: "dark"}[b.screen.dark]
	if !b.script {
		name += "-without-script"
	}
	b.settle()
	size := tabCall(b, cdppage.GetLayoutMetrics, cdp.Empty{}).CSSContentSize
	picture := tabCall(b, cdppage.CaptureScreenshot, cdppage.CaptureScreenshotParams{CaptureBeyondViewport: new(true),
		Clip: &cdppage.Viewport{Width: size.Width, Height: size.Height, Scale: 1}})
	b.must("shot", os.MkdirAll(folder, 0o755))
	b.must("shot", os.WriteFile(filepath.Join(folder, name+"-"+b.screen.name+"-"+scheme+".png"), picture.Data, 0o644))
}

// expect allows responses with these statuses, of 400 and more, in this tab.
func (b *tab) expect(statuses ...int) {
	for _, s := range statuses {
		b.allowed = append(b.allowed, int64(s))
	}
}

// takeTold gives what pages said on the console, as JSON, and forgets it.
func (b *tab) takeTold() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	told := b.told
	b.told = nil
	return told
}

// elsewhere allows requests to another site.
func (b *tab) elsewhere(address string) { b.mu.Lock(); defer b.mu.Unlock(); b.other = address }

// clean fails the test for every exception, console error or warning, CSP
// report, dialog, failed request, unexpected status and request to another
// origin since the last call. It runs by itself at the end of the test.
func (b *tab) clean() {
	b.t.Helper()
	for _, text := range b.takeProblems() {
		b.t.Errorf("%s: %s", b.screen.name, text)
	}
}

// takeProblems gives what clean would report, and forgets it.
func (b *tab) takeProblems() (texts []string) {
	_ = b.rest(2 * time.Second) // for what is still on its way
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range b.problems {
		if !slices.Contains(b.allowed, p.status) {
			texts = append(texts, p.text)
		}
	}
	b.problems = nil
	return texts
}

// must ends the test if there is an error, and tells what the page shows.
func (b *tab) must(what string, err error) {
	if err == nil {
		return
	}
	b.t.Helper()
	var page string
	_ = b.evaluate(`[location.href, document.title, ...[...document.querySelectorAll(':invalid:not(form, fieldset)')].map(e => 'invalid: ' + e.outerHTML.slice(0, 120)),
		document.body?.innerText.slice(0, 600)].join('\n')`, &page)
	b.t.Fatalf("%s: %.200s: %v\n--- the page: %s", b.screen.name, what, err, page)
}

// until waits up to 5 seconds for done, which runs under the lock.
func (b *tab) until(what string, done func() bool) {
	b.t.Helper()
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		b.mu.Lock()
		ok := done()
		b.mu.Unlock()
		if ok {
			return
		}
		if time.Now().After(deadline) {
			b.must(what, errors.New("not within 5 s"))
		}
	}
}

// tabCall sends one protocol command, for at most 10 seconds.
func tabCall[P, R any](b *tab, command cdp.Command[P, R], params P) R {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 10*time.Second)
	defer cancel()
	res, err := chromedp.Call(ctx, command, params)
	b.must(command.Method, err)
	return res
}

// tabNeed waits up to 5 seconds until css matches and the function, which gets
// the element and args, answers {v: …}. Until then it may answer {why: '…'}.
func tabNeed[T any](b *tab, css, function string, args ...any) T {
	b.t.Helper()
	js := `(css, ...args) => { const el = document.querySelector(css); return el ? (` + function + `)(el, ...args) : {why: 'is not on the page'} }`
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		got := tabRead[struct {
			V   T
			Why string
		}](b, js, append([]any{css}, args...)...)
		if got.Why == "" {
			return got.V
		}
		if time.Now().After(deadline) {
			b.must(css, errors.New(got.Why+", for 5 s"))
		}
	}
}

// tabRead calls a JavaScript function, again when a navigation interrupts it.
func tabRead[T any](b *tab, function string, args ...any) (out T) {
	b.t.Helper()
	list, err := json.Marshal(append([]any{}, args...))
	b.must("arguments", err)
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		err := b.evaluate(`(`+function+`)(...`+string(list)+`)`, &out)
		if err == nil {
			return out
		}
		if gone := strings.Contains(err.Error(), "context") || strings.Contains(err.Error(), "navigated"); !gone || time.Now().After(deadline) {
			b.must(function+" "+string(list), err)
		}
	}
}

// evaluate runs one expression in the page, with JavaScript off too.
func (b *tab) evaluate(js string, out any) error {
	ctx, cancel := context.WithTimeout(b.ctx, 10*time.Second)
	defer cancel()
	res, err := chromedp.Call(ctx, cdpruntime.Evaluate, cdpruntime.EvaluateParams{Expression: js, ReturnByValue: new(true), AwaitPromise: new(true)})
	if err != nil {
		return err
	}
	if res.ExceptionDetails != nil {
		return tabException(res.ExceptionDetails)
	}
	if out == nil || len(res.Result.Value) == 0 {
		return nil
	}
	return json.Unmarshal(res.Result.Value, out)
}

func tabException(d *cdpruntime.ExceptionDetails) error {
	if d.Exception == nil {
		return errors.New(d.Text)
	}
	return fmt.Errorf("%s %s", d.Text, string(d.Exception.Value)+d.Exception.Description)
}

// tabOrigin is the scheme and host of an address.
func tabOrigin(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Scheme + "://" + u.Host
}
