package handlers

import (
	"slices"
	"strings"
	"testing"
)

// drawnKeys is what the key of the first chart names.
func (b *tab) drawnKeys() (names []string) {
	b.t.Helper()
	b.eval(`[...document.querySelectorAll('#outcome-chart .key li')].map(e => e.textContent.trim())`, &names)
	return names
}

// pathsOf counts the lines that are drawn in the colour of the baseline.
func (b *tab) pathsOf() (n int) {
	b.t.Helper()
	b.eval(`(() => {
		const probe = document.body.appendChild(document.createElement('i'));
		probe.style.color = 'var(--chart-baseline)';
		const colour = getComputedStyle(probe).color;
		probe.remove();
		return [...document.querySelectorAll('#outcome-chart .chart-canvas path')].filter(e => getComputedStyle(e).stroke === colour).length;
	})()`, &n)
	return n
}

func TestBrowserReviewLines(t *testing.T) {
	everyWay(t, func(t *testing.T, s screen, options ...tabOption) {
		c := twoLate(t)
		a := newApp(t, c.Practice.DB)
		b := openTab(t, serve(t, a), s, options...)
		b.signedIn(a, c.Therapist)
		b.visit(reviewPath(c.Experiment))
		same := b.stays
		if !b.script {
			same = func() func() bool { return func() bool { return true } }
		}
		moved := same()
		// toggle ticks one line, and without a script draws it.
		toggle := func(line string) {
			b.t.Helper()
			b.pick(`.switches input[value="` + line + `"]`)
			if !b.script {
				b.submit(".switches button")
			}
		}
		for _, step := range []struct {
			line    string
			drawn   []string
			strokes int
		}{
			{"", []string{"Done", "Tension", "Close to leaving", "Dose", "Criterion", "Lowered mean", "Lowered trend, least squares"}, 2},
			{"trend", []string{"Done", "Tension", "Close to leaving", "Dose", "Criterion", "Lowered mean", "Lowered trend, least squares", "Baseline trend, Theil–Sen"}, 3},
			{"criterion", []string{"Done", "Tension", "Close to leaving", "Dose", "Lowered mean", "Lowered trend, least squares", "Baseline trend, Theil–Sen"}, 3},
			{"dual", []string{"Done", "Tension", "Close to leaving", "Dose", "Baseline trend, Theil–Sen"}, 1},
			{"trend", []string{"Done", "Tension", "Close to leaving", "Dose"}, 0},
			{"dual", []string{"Done", "Tension", "Close to leaving", "Dose", "Lowered mean", "Lowered trend, least squares"}, 2},
		} {
			if step.line != "" {
				toggle(step.line)
			}
			if got := b.drawnKeys(); !slices.Equal(got, step.drawn) {
				t.Errorf("after %q the key is %q", step.line, got)
			}
			if b.script {
				b.wait("#outcome-chart .chart-canvas svg path")
				if n := b.pathsOf(); n != step.strokes {
					t.Errorf("after %q %d lines are drawn, wanted %d", step.line, n, step.strokes)
				}
				if step.line != "" && b.focus() != "input[name=lines]" {
					t.Errorf("after %q the focus is on %s", step.line, b.focus())
				}
			}
		}
		b.sees(!b.script, ".switches button")
		if !moved() {
			t.Error("a switch loads the whole page again")
		}
		b.holds(".chart-canvas > *", map[bool]int{true: 3, false: 0}[b.script])
		b.shot("review-lines")

		// The address keeps the lines, and the other switch keeps them too.
		if path := b.path(); path != reviewPath(c.Experiment)+"?lines=&lines=dual" {
			t.Errorf("the address is %s", path)
		}
		b.visit(b.path())
		b.submit(`#phases a[href*="late=without"]`)
		if text := b.text("#phases"); !strings.Contains(text, "2 weeks left out") {
			t.Errorf("the page says %q", text)
		}
		toggle("trend")
		if got := b.drawnKeys(); !slices.Contains(got, "Lowered mean") || !slices.Contains(got, "Baseline trend, Theil–Sen") || slices.Contains(got, "Criterion") {
			t.Errorf("without late reports the key is %q", got)
		}
		if text := b.text("#outcome-chart figcaption"); !strings.Contains(text, "Late reports are left out.") {
			t.Errorf("the caption says %q", text)
		}
		b.shot("review-without-late")
		if n := b.overflow(); n > 0 {
			t.Errorf("the page scrolls sideways by %d px", n)
		}
	})
}

func TestBrowserMasked(t *testing.T) {
	everyWay(t, func(t *testing.T, s screen, options ...tabOption) {
		m := newMarcus(t)
		b := openTab(t, m.url, s, options...)
		b.expect(422)
		b.signedIn(m.App, m.vera)
		b.visit(m.reviewOfHers)
		b.submit(`a[href="` + maskedPath(m.line.Experiment.ID) + `"]`)
		b.is("the title", b.title(), "The series without labels")
		if b.script {
			b.wait("figure.chart svg path")
		}
		if found := labels.FindAllString(b.text("main"), -1); found != nil {
			t.Errorf("before the guess the page says %q", found)
		}
		b.shot("masked")
		b.send("guess-form")
		b.refused("saw", "Choose a week, or say that you see no change.")
		if b.script {
			b.is("the focus", b.focus(), "select#saw[name=saw]")
		}
		b.choose("saw", "4")
		b.send("guess-form")
		b.is("where it leads", b.path(), maskedPath(m.line.Experiment.ID))
		answer := b.text("#answer")
		for _, want := range []string{"You saw the change begin 1 week before the intervention began", "In week 5, the week of 1 December 2025", "In 1 of 3", "Kept on 14 June 2026, on 8 weeks"} {
			if !strings.Contains(answer, want) {
				t.Errorf("the answer does not say %q: %q", want, answer)
			}
		}
		b.holds("form:not(.signout)", 0)
		if b.script {
			b.wait("figure.chart svg path")
			for _, fault := range b.unreadable() {
				t.Error(fault)
			}
		}
		b.shot("masked-answer")
		b.visit(b.path())
		b.is("a later look", b.text("#answer"), answer)
	})
}
