package handlers

import (
	"hash/crc32"
	"net/http/httptest"
	"os"
	"testing"

	"enough/models"
	"enough/models/modelstest"
)

// A manner is one way to go through a journey.
type manner struct {
	name    string
	screen  screen
	options []tabOption
}

var (
	onPhone       = manner{"phone", phone, nil}
	onLaptop      = manner{"laptop", laptop, nil}
	withoutScript = manner{"without JavaScript", phone, []tabOption{noScript}}
)

// inWays runs a journey, beside the other journeys: with ENOUGH_WAYS=all in each of
// its ways, otherwise in one that the test's name gives, so that all journeys
// together go every way.
func inWays(t *testing.T, journey func(t *testing.T, s screen, options ...tabOption), ways ...manner) {
	t.Parallel()
	if os.Getenv("ENOUGH_WAYS") != "all" {
		i := int(crc32.ChecksumIEEE([]byte(t.Name()))) % len(ways)
		if len(ways) > 1 {
			t.Logf("one way of %d; ENOUGH_WAYS=all goes each", len(ways))
		}
		ways = ways[i : i+1]
	}
	for _, w := range ways {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			journey(t, w.screen, w.options...)
		})
	}
}

// everyWay is inWays on a phone, on a laptop, and without JavaScript.
func everyWay(t *testing.T, journey func(t *testing.T, s screen, options ...tabOption)) {
	inWays(t, journey, onPhone, onLaptop, withoutScript)
}

// withAndWithout is inWays for what does not depend on the screen.
func withAndWithout(t *testing.T, journey func(t *testing.T, s screen, options ...tabOption)) {
	inWays(t, journey, onPhone, withoutScript)
}

// onScreens is inWays on some screens, with JavaScript.
func onScreens(t *testing.T, journey func(t *testing.T, s screen), screens ...screen) {
	var ways []manner
	for _, s := range screens {
		ways = append(ways, manner{s.name, s, nil})
	}
	inWays(t, func(t *testing.T, s screen, _ ...tabOption) { journey(t, s) }, ways...)
}

// serve gives the address at which an app answers until the test ends.
func serve(t *testing.T, a *App) string {
	t.Helper()
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	return server.URL
}

// signedIn lets a person be signed in in a tab, on a device on which the partner
// has been told what leaving does.
func (b *tab) signedIn(a *App, v models.Viewer) {
	b.t.Helper()
	cookie := sessionOf(b.t, a, v)
	b.cookie(cookie.Name, cookie.Value, "/")
	b.cookie("told", "yes", "/")
}

// plannedWeek is a couple on a Sunday, at the end of the first week in which
// the client does what was planned.
func plannedWeek(t *testing.T) (c *modelstest.Couple, a *App, url string) {
	t.Helper()
	p := modelstest.Open(t)
	c = p.Couple(t, p.Owner, "Pavel").Start(t)
	p.NextMonday()
	c.Intervene(t)
	p.Sunday()
	a = newApp(t, p.DB)
	return c, a, serve(t, a)
}

// is fails the test unless a text is exactly the one wanted.
func (b *tab) is(what, got, want string) {
	b.t.Helper()
	if got != want {
		b.t.Errorf("%s: %s is %q, want %q", b.screen.name, what, got, want)
	}
}

// sees fails the test unless each selector can be seen, or with want false
// unless none can.
func (b *tab) sees(want bool, selectors ...string) {
	b.t.Helper()
	for _, css := range selectors {
		if b.visible(css) != want {
			b.t.Errorf("%s: visible(%s) is %t, want %t", b.screen.name, css, !want, want)
		}
	}
}

// holds fails the test unless so many elements match a selector.
func (b *tab) holds(css string, want int) {
	b.t.Helper()
	if got := b.count(css); got != want {
		b.t.Errorf("%s: %s is there %d times, want %d", b.screen.name, css, got, want)
	}
}

// checked lists the names of the radio buttons and boxes that are chosen.
func (b *tab) checked() (names []string) {
	b.t.Helper()
	b.eval(`[...document.querySelectorAll('input:checked')].map(e => e.name + '=' + e.value)`, &names)
	return names
}

// stays marks the document; the function that it gives tells whether the same
// document is still there.
func (b *tab) stays() func() bool {
	b.t.Helper()
	b.eval(`(window.unmoved = true)`, nil)
	return func() (same bool) {
		b.t.Helper()
		b.eval(`window.unmoved === true`, &same)
		return same
	}
}

// unreadable lists the words of the drawn charts that are cut off or lie on
// other words.
func (b *tab) unreadable() (faults []string) {
	b.t.Helper()
	b.eval(`[...document.querySelectorAll('figure.chart svg')].flatMap(svg => {
		const name = svg.closest('figure').dataset.chart, box = svg.getBoundingClientRect();
		const words = [...svg.querySelectorAll('text')].map(e => ({said: e.textContent, r: e.getBoundingClientRect()})).filter(w => w.r.width > 0);
		const cut = words.filter(w => w.r.left < box.left - 2 || w.r.right > box.right + 2 || w.r.top < box.top - 2 || w.r.bottom > box.bottom + 2);
		const on = words.flatMap((v, i) => words.slice(i + 1).filter(w =>
			Math.min(v.r.right, w.r.right) - Math.max(v.r.left, w.r.left) > 2 && Math.min(v.r.bottom, w.r.bottom) - Math.max(v.r.top, w.r.top) > 4).map(w => [v, w]));
		return [...cut.map(w => name + ': cut off: ' + w.said), ...on.map(([v, w]) => name + ': ' + v.said + ' lies on ' + w.said)];
	})`, &faults)
	return faults
}
