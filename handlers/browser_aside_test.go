package handlers

import (
	"slices"
	"strings"
	"testing"
)

// TestBrowserSetAside sets a week aside and takes it back in, as the therapist
// does it.
func TestBrowserSetAside(t *testing.T) {
	onScreens(t, func(t *testing.T, s screen) {
		m := newMarcus(t)
		b := openTab(t, m.url, s)
		b.expect(422)
		b.signedIn(m.App, m.vera)
		week := asidePath(m.line.ID, "2025-12-15")
		b.visit(m.casePage + "/weeks")
		b.submit(`a[href="` + week + `"]`)
		b.send("aside-form")
		b.wait("#problem")
		b.refused("why", "Choose one.")
		b.refused("reason", "Write what you know and from whom. Only you can read this.")
		b.shot("aside-wrong")
		b.chooses("why", "pushed")
		b.fill("#reason", "She told me by telephone that he stood beside her.")
		b.send("aside-form")
		b.is("where it leads", b.path(), m.casePage+"/weeks")
		b.sees(true, `a[href="`+week+`"]`)
		if !strings.Contains(b.text("main table"), "set aside, pushed") {
			t.Error("the weeks do not say that it is set aside")
		}
		b.shot("aside-weeks")
		b.visit(m.reviewOfHers)
		b.wait(`figure[data-chart="outcomes"] svg path`)
		var keys []string
		b.eval(`[...document.querySelectorAll('figure[data-chart="outcomes"] .key li')].map(e => e.textContent.trim())`, &keys)
		if !slices.Contains(keys, "Tension, set aside") || !slices.Contains(keys, "Close to leaving, set aside") {
			t.Errorf("the key names %q", keys)
		}
		// Two marks with an edge alone, each in the colour of its line.
		edges := tabRead[int](b, `() => [...document.querySelectorAll('figure[data-chart="outcomes"] svg path[transform][stroke]')].filter(e => ['none', 'transparent'].includes(e.getAttribute('fill'))).length`)
		if edges != 2 {
			t.Errorf("%d hollow marks are drawn", edges)
		}
		b.shot("aside-review")
		b.visit(week)
		if !strings.Contains(b.text("main"), "This week is set aside: pushed.") {
			t.Error("its page does not say that it is set aside")
		}
		b.shot("aside-set")
		b.fill("#reason", "It was another week.")
		b.send("aside-form")
		b.is("where it leads", b.path(), m.casePage+"/weeks")
		b.visit(week)
		for _, want := range []string{"pushed: She told me by telephone that he stood beside her.", "It was another week."} {
			if !strings.Contains(b.text("main"), want) {
				t.Errorf("its page does not keep %q", want)
			}
		}
		if n := b.overflow(); n > 0 {
			t.Errorf("the page scrolls sideways by %d px", n)
		}
		b.shot("aside-past")
	}, phone, laptop)
}
