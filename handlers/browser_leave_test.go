package handlers

import (
	"testing"

	"github.com/chromedp/cdproto/cdp"
	cdppage "github.com/chromedp/cdproto/page"

	"enough/models/modelstest"
)

// lines are the addresses and titles in the history of the tab.
func (b *tab) lines() (list []string) {
	b.t.Helper()
	h := tabCall(b, cdppage.GetNavigationHistory, cdp.Empty{})
	for i, e := range h.Entries {
		s := ""
		if i == int(h.CurrentIndex) {
			s = "* "
		}
		list = append(list, s+e.URL+" "+e.Title)
	}
	return list
}

func TestBrowserTry(t *testing.T) {
	for _, o := range [][]tabOption{nil, {noScript}} {
		_, _, url := plannedWeek(t)
		b := openTab(t, url, phone, o...)
		b.expect(422)
		b.signIn("pavel-partner", modelstest.Passphrase)
		t.Log("signed in", b.lines())
		b.turn("own")
		t.Log("own", b.lines())
		b.fill("#passphrase", "wrong")
		b.submit("#unlock-form .send button")
		t.Log("wrong", b.lines())
		b.fill("#passphrase", modelstest.Passphrase)
		b.submit("#unlock-form .send button")
		t.Log("unlocked", b.lines())
		b.turn("show")
		t.Log("show", b.lines())
		b.turn("own")
		b.turn("form")
		t.Log("form", b.lines())
		b.choose("alone", "yes")
		b.fill("#note", "secret")
		b.submit(saveVisit)
		t.Log("saved", b.lines(), b.text("main"))
	}
}
