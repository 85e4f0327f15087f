package handlers

import (
	"strings"
	"testing"
)

// TestBrowserClosing goes the way of a case to its end: the partner's access
// ends, a colleague reads the case without names, it is closed, reopened, closed
// again and erased.
func TestBrowserClosing(t *testing.T) {
	everyWay(t, func(t *testing.T, s screen, options ...tabOption) {
		m := newMarcus(t)
		b := openTab(t, m.url, s, options...)
		b.expect(404, 422)
		says := func(want ...string) {
			t.Helper()
			for _, words := range want {
				if !strings.Contains(b.text("main"), words) {
					t.Errorf("%s does not say %q", b.path(), words)
				}
			}
		}
		open := func(summary string) {
			t.Helper()
			b.eval(`[...document.querySelectorAll('details')].filter(e => e.querySelector('summary').textContent === '`+summary+`').forEach(e => e.open = true)`, nil)
		}
		b.signedIn(m.App, m.vera)
		b.visit(m.casePage)
		open("End access")
		b.send("end-partner")
		says("partner, no access since 14 June 2026", "client, has joined")

		b.submit(`a[href="` + m.casePage + `/supervision"]`)
		b.send("end-1")
		says("Dr Sam Okoro (demo)", "ended")
		b.send("supervision-form")
		b.refused("supervisor", "Choose one.")
		b.chooses("supervisor", m.person(t, "Dr Sam").PersonID)
		b.send("supervision-form")
		says("until 12 July 2026")
		b.signedIn(m.App, m.person(t, "Dr Sam"))
		b.visit(supervisedPath + "/" + m.line.ID)
		says("You can read it for 28 more days.", "Experiment 1")

		b.signedIn(m.App, m.vera)
		b.visit(m.casePage)
		b.submit(`a[href="` + m.casePage + `/close"]`)
		says("Experiment 1 runs.")
		b.send("closing-form")
		b.refused("reason", "Write why it is closed. Only you can read this.")
		b.fill("#reason", "They moved away.")
		b.send("closing-form")
		says("Closed on 14 June 2026.", "They moved away.", "client, no access since 14 June 2026")
		b.visit("/cases")
		says("Closed")
		b.visit(m.casePage)
		b.send("reopen-form")
		says("Close the case")
		b.visit(m.casePage + "/close")
		b.fill("#reason", "For good.")
		b.send("closing-form")
		b.submit(`a[href="` + m.casePage + `/erase"]`)
		b.fill("#name", "Marcus")
		b.send("erase-form")
		b.refused("name", "This is not the client’s name. Type it as it stands above.")
		b.fill("#name", "Marcus (demo)")
		b.send("erase-form")
		b.is("where it leads", b.path(), "/cases")
		if strings.Contains(b.text("main"), "Marcus") {
			t.Error("the list still has the case")
		}
		b.visit(m.casePage)
		says("There is no such page.")
	})
}
