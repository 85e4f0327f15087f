package handlers

import (
	"strings"
	"testing"
)

// TestBrowserWithdrawal goes back and on in a browser, and looks at the pages of
// all three.
func TestBrowserWithdrawal(t *testing.T) {
	onScreens(t, func(t *testing.T, s screen) {
		w := newBackAndOn(t)
		w.weeks(4, "7", "", false)
		w.step("intervention")
		w.weeks(4, "5", "not_yet", true)
		url := serve(t, w.a)
		vera, his, hers := openTab(t, url, s), openTab(t, url, s), openTab(t, url, s)
		at := experimentPath(w.c.Experiment)
		look := func(b *tab, path, name string) {
			t.Helper()
			b.visit(path)
			if n := b.overflow(); n > 0 {
				t.Errorf("%s scrolls sideways by %d px", path, n)
			}
			b.shot(name)
		}

		vera.expect(422)
		vera.signedIn(w.a, w.c.Therapist)
		look(vera, at, "withdrawal-offered")
		vera.submit(`a[href="` + phaseStepPath(w.c.Experiment, "withdrawal") + `"]`)
		vera.shot("withdrawal-form")
		vera.fill("#weeks", "2")
		vera.send("step-form")
		vera.refused("weeks", "Enter a whole number from 3 to 6.")
		vera.fill("#weeks", "3")
		vera.send("step-form")
		vera.is("the page after it", vera.path(), at)
		if stand := vera.text(".stand"); !strings.HasPrefix(stand, "A2 (going back), week 1 of 3") {
			t.Errorf("it stands at %q", stand)
		}
		vera.shot("withdrawal-runs")
		look(vera, casesPath, "withdrawal-cases")

		his.signedIn(w.a, w.c.Client)
		look(his, weekPath, "withdrawal-client-monday")
		his.holds(`#checkin-form, form[action^="/week"]`, 0)
		w.c.Practice.Sunday()
		look(his, weekPath, "withdrawal-client-week")
		his.holds("[name=done]", 0)
		look(his, planPath, "withdrawal-client-plan")
		hers.signedIn(w.a, w.c.Partner)
		look(hers, visitPath, "withdrawal-partner")
		hers.choose("alone", "yes")
		hers.holds("[name=noticed], [name=enough]", 0)
		hers.holds("[name=leaving]", 11)
		hers.shot("withdrawal-partner-form")

		w.weeks(3, "7", "", false)
		vera.signedIn(w.a, w.c.Therapist)
		look(vera, phaseStepPath(w.c.Experiment, "resume"), "resume-form")
		vera.send("step-form")
		vera.is("the page after it", vera.path(), at)
		w.weeks(4, "4", "yes", true)
		vera.signedIn(w.a, w.c.Therapist)
		look(vera, at, "resume-over")
		look(vera, reviewPath(w.c.Experiment), "resume-review")
		his.signedIn(w.a, w.c.Client)
		look(his, chartPath, "resume-client-chart")
		w.share()
		his.signedIn(w.a, w.c.Client)
		look(his, sharedPath, "resume-client-shared")
		vera.signedIn(w.a, w.c.Therapist)
		look(vera, casePath(w.c.CaseID)+"/together", "resume-together")
		if s == laptop { // the facts stand beside the chart, with words above it and without
			var tops []float64
			vera.eval(`['.pairs', '.chart', '.numbers', '.foot'].map(e => document.querySelector('.snapshot ' + e).getBoundingClientRect().top)`, &tops)
			if tops[0] != tops[1] || tops[2] < tops[1] || tops[3] < tops[2] {
				t.Errorf("facts, chart, table and foot begin at %v", tops)
			}
		}
		look(vera, casePath(w.c.CaseID)+"/weeks", "resume-weeks")
	}, phone, laptop)
}
