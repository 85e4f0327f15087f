package handlers

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
)

// waitsFor waits until what css matches has some words.
func (b *tab) waitsFor(css, words string) {
	b.t.Helper()
	tabNeed[bool](b, css, `(el, words) => el.innerText.includes(words) ? {v: true} : {why: 'does not say ' + words + ' but ' + el.innerText}`, words)
}

func TestBrowserSight(t *testing.T) {
	onScreens(t, func(t *testing.T, s screen) {
		d := newDrafted(t)
		b := openTab(t, serve(t, d.app), s)
		b.signedIn(d.app, d.Therapist)
		b.visit(d.at)
		same := b.stays()
		b.sees(false, ".unscripted")
		b.waitsFor("#sight", "4 weeks of baseline and 4 of the first phase, 75 %")
		b.fill("#dose_words", "Half written")
		b.eval(`document.querySelector('#sight [aria-live]').kept = true`, nil)
		b.fill("#baseline_weeks", "6")
		b.waitsFor("#sight", "6 weeks of baseline and 4")
		b.is("the focus", b.focus(), "input#baseline_weeks[name=baseline_weeks]")
		b.keys("0")
		b.waitsFor("#sight", "Weeks of baseline: Enter a whole number from 3 to 6.")
		b.is("what is typed", b.value("#baseline_weeks"), "60")
		b.shot("plan-sight-missing")
		b.fill("#baseline_weeks", "6")
		b.fill("#phase_weeks", "6")
		b.waitsFor("#sight", "6 weeks of baseline and 6")
		b.choose("criterion_kind", "drop")
		b.fill("#criterion", "2")
		b.waitsFor("#sight", "at least 2 below the baseline average")
		b.choose("completion", "100")
		b.waitsFor("#sight", "every one of them reported")
		if in := b.count("input[name=completion]:focus"); in != 1 {
			t.Errorf("after a choice the focus is on %s", b.focus())
		}
		b.shot("plan-sight")
		b.choose("draw_latest", "6")
		b.waitsFor("#sight", "3 to 5 weeks of baseline")
		if !tabRead[bool](b, `() => document.querySelector('#sight [aria-live]').kept === true`) {
			t.Error("the sentences are in another region than before, which is announced by no reader")
		}
		b.is("the words", b.value("#dose_words"), "Half written")
		if n := b.overflow(); n > 0 {
			t.Errorf("the page scrolls sideways by %d px", n)
		}
		if !same() {
			t.Error("the page was loaded again")
		}
		b.send("plan-form")
		b.is("the page after saving", b.path(), experimentPath(d.Experiment))
	}, phone, laptop)
}

// TestBrowserSightLate holds two answers back: the first look, for which a later
// one does not wait, and the saving, whose button a look does not free.
func TestBrowserSightLate(t *testing.T) {
	t.Parallel()
	d := newDrafted(t)
	var looks, saves atomic.Int32
	heldLook, heldSave := make(chan struct{}), make(chan struct{})
	answerLook, answerSave := sync.OnceFunc(func() { close(heldLook) }), sync.OnceFunc(func() { close(heldSave) })
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == sightPath(d.Experiment) && looks.Add(1) == 1 {
			<-heldLook
		}
		if r.URL.Path == d.at && r.Method == http.MethodPost && saves.Add(1) == 1 {
			<-heldSave
		}
		d.app.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	t.Cleanup(answerSave)
	t.Cleanup(answerLook)
	b := openTab(t, server.URL, laptop)
	b.signedIn(d.app, d.Therapist)
	b.visit(d.at)
	b.fill("#baseline_weeks", "5")
	b.until("the first look goes to the server", func() bool { return looks.Load() == 1 })
	b.fill("#baseline_weeks", "6")
	b.waitsFor("#sight", "6 weeks of baseline")
	answerLook()
	b.settle()
	b.waitsFor("#sight", "6 weeks of baseline")

	b.press("#plan-form .send button")
	b.until("the plan goes to the server", func() bool { return saves.Load() == 1 })
	b.fill("#phase_weeks", "5")
	b.waitsFor("#sight", "6 weeks of baseline and 5")
	b.holds("#plan-form .send button[aria-disabled=true]", 1)
	answerSave()
	b.settle()
	b.is("the page after saving", b.path(), experimentPath(d.Experiment))
}

func TestBrowserSightWithoutScript(t *testing.T) {
	t.Parallel()
	d := newDrafted(t)
	b := openTab(t, serve(t, d.app), phone, noScript)
	b.signedIn(d.app, d.Therapist)
	b.visit(d.at)
	b.fills("dose", "3", "baseline_weeks", "6", "phase_weeks", "6", "criterion", "4", "stop_wording", "Half writ")
	b.choose("completion", "90")
	b.submit(".unscripted")
	b.waitsFor("#sight", "6 weeks of baseline and 6 of the first phase, 90 % of them reported; average of the last 3 reports at most 4.")
	b.is("where it leads", b.path(), sightPath(d.Experiment))
	b.is("the dose", b.value("#dose"), "3")
	b.is("the words", b.value("#stop_wording"), "Half writ")
	if seen := tabRead[bool](b, `() => { const r = document.querySelector('#sight').getBoundingClientRect(); return r.top >= 0 && r.top < innerHeight }`); !seen {
		t.Error("the page does not begin at the answer")
	}
	b.shot("plan-sight")

	// Enter saves, as without the panel.
	b.visit(d.at)
	b.is("what is kept", b.value("#baseline_weeks"), "4")
	b.fill("#baseline_weeks", "5")
	b.enter()
	b.is("the page after Enter", b.path(), experimentPath(d.Experiment))
	b.visit(d.at)
	b.is("what is kept then", b.value("#baseline_weeks"), "5")
}
