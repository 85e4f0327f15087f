package handlers

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"enough/models"
	"enough/models/modelstest"
)

const (
	doneToday   = `#tap-card form[action="/week/done"] button`
	takeOneBack = `#tap-card form[action="/week/undo"] button`
	saveWeek    = "#checkin-form .send button"
	weekSaved   = ".card[role=status]"
	oneMore     = `button[data-for="done"][data-step="1"]`
)

// keptWeek is the client's only check-in.
func keptWeek(t *testing.T, c *modelstest.Couple) models.Checkin {
	t.Helper()
	list, err := c.Practice.ForClient().Checkins(context.Background(), c.Client)
	if err != nil || len(list) != 1 {
		t.Fatalf("%d check-ins, %v", len(list), err)
	}
	return list[0]
}

func TestBrowserWeekTaps(t *testing.T) {
	everyWay(t, func(t *testing.T, s screen, options ...tabOption) {
		c, a, url := plannedWeek(t)
		b := openTab(t, url, s, options...)
		b.signedIn(a, c.Client)
		b.visit("/week")
		b.is("the count", b.text(".count"), "Planned 2. Done 0.")
		b.holds(takeOneBack, 0)
		b.shot("week-empty")

		same := b.stays()
		for _, step := range []struct{ press, want string }{
			{doneToday, "Planned 2. Done 1."}, {doneToday, "Planned 2. Done 2."}, {doneToday, "Planned 2. Done 3."}, {takeOneBack, "Planned 2. Done 2."},
		} {
			b.submit(step.press)
			b.is("the count", b.text(".count"), step.want)
		}
		if b.script && !same() {
			t.Error("a tap loaded the page again")
		}
		b.shot("week-tapped")

		b.visit("/week")
		b.is("done", b.value("#done"), "2")
		b.is("the note", b.value("#note"), "")
		if names := b.checked(); len(names) > 0 {
			t.Errorf("chosen beforehand: %q", names)
		}
		for _, name := range []string{"effort", "tension", "forecast"} {
			b.choose(name, "4")
		}
		b.submit(saveWeek)
		b.is("the page", b.text(weekSaved), "Saved. Next one opens Friday 20 March 2026.")
		if k := keptWeek(t, c); *k.Done != 2 || *k.Effort != 4 || k.Tension != 4 || k.Forecast != 4 || k.Note != "" || k.Version != 1 {
			t.Errorf("kept %+v", k)
		}
		b.holds("#checkin-form", 0)
		b.shot("week-saved")
	})
}

// Card and form stand on one page: they must not say two numbers.
func TestBrowserWeekCountReachesForm(t *testing.T) {
	everyWay(t, func(t *testing.T, s screen, options ...tabOption) {
		c, a, url := plannedWeek(t)
		b := openTab(t, url, s, options...)
		b.signedIn(a, c.Client)
		b.visit("/week")
		b.submit(doneToday)
		b.submit(doneToday)
		b.is("the count", b.text(".count"), "Planned 2. Done 2.")
		b.is("done in the form", b.value("#done"), "2")
		if b.script { // what he typed himself is his
			b.fill("#done", "5")
			b.submit(doneToday)
			b.is("done in the form", b.value("#done"), "5")
		}
	})
}

func TestBrowserWeekUsual(t *testing.T) {
	everyWay(t, func(t *testing.T, s screen, options ...tabOption) {
		for _, counted := range []bool{true, false} {
			c, a, url := plannedWeek(t)
			if counted {
				for range 2 {
					if err := c.Practice.ForClient().NoteOccurrence(context.Background(), c.Client, models.Submission{}); err != nil {
						t.Fatal(err)
					}
				}
			}
			b := openTab(t, url, s, options...)
			b.signedIn(a, c.Client)
			b.visit("/week")
			b.resetTaps()
			switch {
			case counted: // what was tapped during the week stands there
			case b.script:
				b.pick(oneMore)
			default:
				b.fill("#done", "1")
			}
			b.choose("effort", "3")
			b.choose("tension", "5")
			b.choose("forecast", "6")
			b.submit(saveWeek)
			t.Logf("a usual week of the client, counted beforehand %t: %d taps", counted, b.taps())
			if b.taps() > 5 {
				t.Errorf("%d taps", b.taps())
			}
			b.is("the page", b.text(weekSaved), "Saved. Next one opens Friday 20 March 2026.")
		}
	})
}

func TestBrowserWeekWrong(t *testing.T) {
	everyWay(t, func(t *testing.T, s screen, options ...tabOption) {
		c, a, url := plannedWeek(t)
		b := openTab(t, url, s, options...)
		b.expect(422)
		b.signedIn(a, c.Client)
		b.visit("/week")
		same := b.stays()
		note := "She asked me back on Thursday, and I had an answer."
		b.fill("#note", note)
		b.submit(saveWeek)
		b.wait("#problem")
		b.is("the note", b.value("#note"), note)
		for _, name := range []string{"done", "effort", "tension", "forecast"} {
			b.sees(true, "#"+name+"-error")
			b.holds("#"+name+`[aria-invalid="true"]`, 1)
			b.holds(fmt.Sprintf(`#%s[aria-describedby~="%s-about"]`, name, name), 1)
			beside := 0.0
			b.eval(fmt.Sprintf(`(() => {
				const e = document.getElementById('%s-error').getBoundingClientRect(), f = document.getElementById('%s').closest('.field').getBoundingClientRect();
				return e.top >= f.top && e.bottom <= f.bottom ? 1 : 0;
			})()`, name, name), &beside)
			if beside != 1 {
				t.Errorf("the message of %s is not beside its field", name)
			}
		}
		b.holds("#note[aria-invalid]", 0)
		if b.script {
			b.is("the focus", b.focus(), "input#done[name=done]")
			if !same() {
				t.Error("the page was loaded again")
			}
		}
		b.shot("week-wrong")

		b.fill("#done", "15")
		b.choose("effort", "2")
		b.choose("forecast", "7")
		b.submit(saveWeek)
		b.wait("#problem")
		b.is("the first message", b.text("#done-error"), "Enter a whole number from 0 to 14.")
		b.holds("#effort-error", 0)
		b.is("what was chosen", strings.Join(b.checked(), " "), "effort=2 forecast=7")
		b.is("done", b.value("#done"), "15")
		b.fill("#done", "3")
		b.choose("tension", "6")
		b.submit(saveWeek)
		b.is("the page", b.text(weekSaved), "Saved. Next one opens Friday 20 March 2026.")
		if k := keptWeek(t, c); *k.Done != 3 || *k.Effort != 2 || k.Tension != 6 || k.Forecast != 7 || k.Note != note {
			t.Errorf("kept %+v", k)
		}
	})
}

func TestBrowserWeekNotDone(t *testing.T) {
	everyWay(t, func(t *testing.T, s screen, options ...tabOption) {
		c, a, url := plannedWeek(t)
		b := openTab(t, url, s, options...)
		b.signedIn(a, c.Client)
		b.visit("/week")
		if b.script {
			b.sees(false, "#why")
			b.sees(true, "#effort")
			b.pick(`button[data-for="done"][data-step="-1"]`)
			b.is("done", b.value("#done"), "0")
			b.sees(true, "#why")
			b.sees(false, "#effort")
			b.pick(oneMore)
			b.sees(false, "#why")
			b.sees(true, "#effort")
			b.pick(`button[data-for="done"][data-step="-1"]`)
		} else {
			b.sees(true, "#why", "#effort")
			b.fill("#done", "0")
		}
		b.choose("why", "not_wanted")
		b.shot("week-not-done")
		b.choose("tension", "2")
		b.choose("forecast", "2")
		b.submit(saveWeek)
		b.is("the page", b.text(weekSaved), "Saved. Next one opens Friday 20 March 2026.")
		if k := keptWeek(t, c); *k.Done != 0 || k.Why != "not_wanted" || k.Effort != nil || k.EffortState != "not_asked" {
			t.Errorf("kept %+v", k)
		}
	})
}

func TestBrowserWeekCorrected(t *testing.T) {
	everyWay(t, func(t *testing.T, s screen, options ...tabOption) {
		c, a, url := plannedWeek(t)
		c.CheckIn(t, models.CheckinInput{Done: "2", Effort: "3", Tension: "4", Forecast: "5", Note: "First."})
		b := openTab(t, url, s, options...)
		b.signedIn(a, c.Client)
		b.visit("/week")
		b.submit(`a[href="/week?correct=yes"]`)
		b.is("done", b.value("#done"), "2")
		b.is("what was chosen", strings.Join(b.checked(), " "), "effort=3 tension=4 forecast=5")
		b.is("the note", b.value("#note"), "First.")
		b.choose("tension", "8")
		b.fill("#note", "Second.")
		b.submit(saveWeek)
		b.is("the page", b.text(weekSaved), "Saved. Next one opens Friday 20 March 2026.")
		b.is("the address", b.path(), "/week")
		if k := keptWeek(t, c); k.Tension != 8 || k.Note != "Second." || *k.Done != 2 || *k.Effort != 3 || k.Forecast != 5 || k.Version != 2 {
			t.Errorf("kept %+v", k)
		}
	})
}

func TestBrowserWeekTwoTabs(t *testing.T) {
	everyWay(t, func(t *testing.T, s screen, options ...tabOption) {
		c, a, url := plannedWeek(t)
		first, second := openTab(t, url, s, options...), openTab(t, url, s, options...)
		second.expect(409)
		for _, b := range []*tab{first, second} {
			b.signedIn(a, c.Client)
			b.visit("/week")
		}
		for _, side := range []struct {
			b                     *tab
			done, score, sentence string
		}{{first, "1", "3", "From the kitchen."}, {second, "2", "7", "From the train."}} {
			side.b.fill("#done", side.done)
			side.b.choose("effort", "5")
			side.b.choose("tension", side.score)
			side.b.choose("forecast", "4")
			side.b.fill("#note", side.sentence)
			side.b.submit(saveWeek)
		}
		first.is("the page", first.text(weekSaved), "Saved. Next one opens Friday 20 March 2026.")

		both := second.text("#problem")
		for _, want := range []string{"From the kitchen.", "1", "3", "saved already", "To keep yours, send the form again."} {
			if !strings.Contains(both, want) {
				t.Errorf("%q is missing from what the second tab says: %q", want, both)
			}
		}
		if strings.Contains(both, "not_asked") {
			t.Errorf("the second tab shows what no person wrote: %q", both)
		}
		second.is("the note", second.value("#note"), "From the train.")
		second.is("done", second.value("#done"), "2")
		second.is("what is chosen", strings.Join(second.checked(), " "), "effort=5 tension=7 forecast=4")
		if second.script {
			second.is("the focus", second.focus(), "div#problem")
		}
		second.shot("week-both-texts")
		if k := keptWeek(t, c); k.Tension != 3 || k.Note != "From the kitchen." || k.Version != 1 {
			t.Errorf("the stale form wrote over what was kept: %+v", k)
		}
		second.submit(saveWeek)
		second.is("the page", second.text(weekSaved), "Saved. Next one opens Friday 20 March 2026.")
		if k := keptWeek(t, c); k.Tension != 7 || k.Note != "From the train." || k.Version != 2 {
			t.Errorf("kept %+v", k)
		}
	})
}
