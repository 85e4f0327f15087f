package handlers

import (
	"context"
	"slices"
	"strings"
	"testing"

	"enough/models"
)

// marcus is the long case of the demo.
type marcus struct {
	*App
	url                    string
	line                   models.CaseLine
	vera, anna, his        models.Viewer
	casePage, reviewOfHers string
}

func newMarcus(t *testing.T) *marcus {
	t.Helper()
	m := &marcus{App: newDemo(t)}
	m.url, m.vera, m.anna, m.his = serve(t, m.App), m.person(t, "Dr Vera"), m.person(t, "Anna"), m.person(t, "Marcus")
	m.anna.Unlocked = true
	lines, err := m.db.Cases(context.Background(), m.vera)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		if line.Client == "Marcus (demo)" {
			m.line = line
		}
	}
	m.casePage, m.reviewOfHers = casePath(m.line.ID), reviewPath(m.line.Experiment.ID)
	return m
}

// offers lists what Anna may show.
func (m *marcus) offers(t *testing.T) []models.Offer {
	t.Helper()
	list, _, err := m.db.Offers(context.Background(), m.anna)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// cells is the text of every row of the first table that css matches.
func (b *tab) cells(css string) (rows []string) {
	b.t.Helper()
	b.eval(`[...document.querySelector('`+css+`').querySelectorAll('tbody tr')].map(r => [...r.cells].map(c => c.textContent).join(' | '))`, &rows)
	return rows
}

func TestBrowserReviewCharts(t *testing.T) {
	everyWay(t, func(t *testing.T, s screen, options ...tabOption) {
		m := newMarcus(t)
		b := openTab(t, m.url, s, options...)
		b.signedIn(m.App, m.vera)
		b.visit(m.reviewOfHers)
		b.holds("figure.chart", 3)
		if b.script {
			for chart, names := range map[string][]string{
				"outcomes": {"A", "B1", "B2", "B3", "Follow-up", "Done", "Dose", "Tension", "Close to leaving", "Criterion", "Lowered mean", "Lowered trend, least squares", "Times a week"},
				"care":     {"A", "B1", "B2", "B3", "Follow-up", "Done", "Noticed", "Felt real"},
				"forecast": {"A", "B1", "B2", "B3", "Follow-up", "Client’s forecast", "Partner’s score"},
			} {
				figure := `figure[data-chart="` + chart + `"]`
				b.wait(figure + " svg path")
				var drawn []string
				b.eval(`[...document.querySelectorAll('`+figure+` svg text, `+figure+` .key li')].map(e => e.textContent.trim())`, &drawn)
				for _, name := range names {
					if !slices.Contains(drawn, name) {
						t.Errorf("%s does not name %q: %q", chart, name, drawn)
					}
				}
			}
		} else {
			b.holds(".chart-canvas svg", 0)
			b.sees(false, ".key")
		}
		b.holds("details.numbers[open]", 0)
		b.shot("review-charts")
		for range b.count("figure.chart + script + details.numbers") {
			b.pick("figure.chart + script + details.numbers:not([open]) > summary")
		}
		b.holds("figure.chart + script + details.numbers:not([open])", 0)
		b.sees(true, "details.numbers[open] table", "details.numbers[open] td")
		if rows := b.cells("#outcomes + details"); len(rows) < 20 || !strings.Contains(rows[0], "3 November 2025") {
			t.Errorf("the table of the first chart: %q", rows)
		}
		if n := b.overflow(); n > 0 {
			t.Errorf("the page scrolls sideways by %d px", n)
		}
		b.shot("review-tables")
	})
}

func TestBrowserReviewDecision(t *testing.T) {
	everyWay(t, func(t *testing.T, s screen, options ...tabOption) {
		m := newMarcus(t)
		b := openTab(t, m.url, s, options...)
		b.expect(422)
		b.signedIn(m.App, m.vera)
		b.visit(m.reviewOfHers)
		before := b.count(".decision")
		b.submit(`.acts a[href="` + decisionPath(m.line.Experiment.ID) + `"]`)
		frozen := b.cells(".scroll")
		if len(frozen) < 6 || len(b.checked()) > 0 {
			t.Errorf("numbers %q, chosen beforehand %q", frozen, b.checked())
		}
		if text := b.text("main"); !strings.Contains(text, "I end this if she is less safe because of it") {
			t.Error("the ending criteria are not shown back")
		}
		b.fill("#reasons", "Four months without a dip.")
		b.fill("#client_text", "The monthly form goes on until autumn.")
		b.fill("#partner_text", "The monthly form goes on. You can stop at any time.")
		b.send("decision-form")
		b.wait("#problem")
		for field, message := range map[string]string{"choice": "Choose one.", "present": "Choose one.", "skill_used": "Choose one.", "line_care": "Choose one.", "line_enjoys": "Choose one.",
			"suffers_less": "Answer in a few words: who suffers less because of this?", "who_pays": "Answer in a few words: who pays for it?"} {
			b.refused(field, message)
		}
		b.is("the reasons", b.value("#reasons"), "Four months without a dip.")
		b.is("his text", b.value("#client_text"), "The monthly form goes on until autumn.")
		if b.script {
			b.is("the focus", b.focus(), "input[name=choice]")
		}
		b.shot("decision-wrong")
		b.chooses("choice", "follow_up", "present", "both", "skill_used", "no", "line_care", "yes", "line_breaks", "no", "line_harms", "no", "line_enjoys", "unsure")
		b.fills("suffers_less", "All four of them.", "who_pays", "He does, less than before.", "confidence", "75")
		b.send("decision-form")
		b.is("where it leads", b.path(), m.reviewOfHers)
		b.holds(`.decision a[href="`+phaseStepPath(m.line.Experiment.ID, "follow_up")+`"]`, 1)
		b.holds(".decision", before+1)
		latest := b.text(".decision")
		for _, want := range []string{"14 June 2026", "Follow-up", "Follow up", "Both", "Four months without a dip.", "All four of them.", "He does, less than before.", "75 %"} {
			if !strings.Contains(latest, want) {
				t.Errorf("the decision does not say %q: %q", want, latest)
			}
		}
		b.pick(".decision summary")
		b.sees(true, ".decision table")
		if kept := b.cells(".decision table"); !slices.Equal(kept, frozen) {
			t.Errorf("kept are %q, shown were %q", kept, frozen)
		}
		b.shot("decision-kept")

		// Each of them reads the text meant for that person, and no other.
		for _, x := range []struct {
			who         models.Viewer
			path        string
			want, other string
		}{{m.his, "/week", "The monthly form goes on until autumn.", "You can stop at any time."},
			{m.anna, "/w", "The monthly form goes on. You can stop at any time.", "until autumn"}} {
			reader := openTab(t, m.url, s, options...)
			reader.signedIn(m.App, x.who)
			reader.visit(x.path)
			if x.who.Role == models.Partner {
				reader.turn(models.VisitOwn)
				reader.fill("#passphrase", m.demo[0].Passphrase)
				reader.send("unlock-form")
			}
			if text := reader.text("main"); !strings.Contains(text, x.want) || strings.Contains(text, x.other) || strings.Contains(text, "without a dip") {
				t.Errorf("%s reads %q", x.who.Role, text)
			}
		}
	})
}

func TestBrowserReviewPublish(t *testing.T) {
	everyWay(t, func(t *testing.T, s screen, options ...tabOption) {
		m := newMarcus(t)
		vera, anna, his := openTab(t, m.url, s, options...), openTab(t, m.url, s, options...), openTab(t, m.url, s, options...)
		vera.expect(422)
		vera.signedIn(m.App, m.vera)
		anna.signedIn(m.App, m.anna)
		his.signedIn(m.App, m.his)
		his.visit("/shared")
		standing := his.count(".snapshot")
		vera.visit(m.casePage + "/publish")
		vera.holds("input[name=show]", 0)

		anna.turnTo("own")
		anna.fill("#passphrase", m.demo[0].Passphrase)
		anna.send("unlock-form")
		anna.turn("show")
		for _, key := range []string{"conflict.2026-05-04", "conflict.2026-06-01", "noticed.2026-05-04"} {
			anna.choose("show", key)
		}
		anna.submit("#release-form button[value=preview]")
		hers := anna.snapshot()
		anna.shot("release-preview-long")
		anna.is("what stays ticked", strings.Join(anna.checked(), " "), "show=conflict.2026-05-04 show=noticed.2026-05-04 show=conflict.2026-06-01")
		anna.submit("#release-form button[value=keep]")
		if text := anna.text(".card[role=status]"); !strings.HasPrefix(text, "Chosen and kept: 3. Nothing of it is visible") {
			t.Errorf("her page says %q", text)
		}
		his.visit("/shared")
		his.holds(".snapshot", standing)

		vera.visit(m.casePage + "/publish")
		vera.holds("input[name=show]", 3)
		vera.submit("#publish-form button[value=preview]")
		vera.is("the message", vera.text("#publish-form .error"), "Choose at least one item.")
		// She may hold back what was proposed.
		vera.choose("show", "conflict.2026-05-04")
		vera.choose("show", "conflict.2026-06-01")
		vera.fill("#words", "What Anna chose to show of this spring.")
		vera.submit("#publish-form button[value=preview]")
		preview := vera.snapshot()
		vera.shot("publish-preview-long")
		vera.is("the words", vera.value("#words"), "What Anna chose to show of this spring.")
		vera.submit("#publish-form button[value=publish]")
		vera.published()
		his.visit("/shared")
		his.holds(".snapshot", standing+1)
		his.is("what he sees", his.snapshot(), preview)
		if hers == preview {
			t.Error("what was held back is part of the preview")
		}
		his.shot("shared-long")

		m.togetherPage(t, vera)
		anna.turnTo("show")
		vera.visit(m.casePage + "/together")
		rows := len(vera.cells(".snapshot table"))
		anna.submit(`form:has(> input[value="conflict.2026-06-01"]) button`)
		his.visit("/shared")
		if rows := his.cells(".snapshot table"); len(rows) != 1 || !strings.Contains(rows[0], "4 May 2026") {
			t.Errorf("after she took one back he sees %q", rows)
		}
		m.togetherPage(t, vera)
		if n := len(vera.cells(".snapshot table")); n != rows-1 {
			t.Errorf("after she took one back the couple's page has %d weeks of %d", n, rows)
		}
		anna.turnTo("show")
		anna.submit(`form:has(> input[value="conflict.2026-05-04"]) button`)
		his.visit("/shared")
		his.holds(".snapshot", standing)
	})
}

// published fails the test unless the therapist reads that it was published.
func (b *tab) published() {
	b.t.Helper()
	if text := b.text(".card[role=status]"); !strings.HasPrefix(text, "Published, and seen by the client now") {
		b.t.Errorf("after publishing the page says %q", text)
	}
}

// togetherPage opens the couple's page, and fails the test unless it has all
// that is shown, nothing else of hers, and no way to anything else.
func (m *marcus) togetherPage(t *testing.T, b *tab) {
	t.Helper()
	b.visit(m.casePage + "/together")
	b.holds("main a, main form, main input, main button, header, nav", 0)
	b.holds(`a[href*="/cases"], a[href*="/experiments"]`, 0)
	var html string
	b.eval(`(() => { const copy = document.body.cloneNode(true); copy.querySelectorAll('svg').forEach(e => e.remove()); return copy.outerHTML; })()`, &html)
	if b.script {
		b.wait("figure.chart svg path")
	}
	table := strings.Join(b.cells(".snapshot table"), "\n")
	facts := b.text(".snapshot .pairs")
	shown := map[string]bool{}
	for _, o := range m.offers(t) {
		shown[o.Key()] = o.Shown
	}
	for _, o := range m.offers(t) {
		switch {
		case o.Item == models.ItemCall:
			if got := strings.Contains(facts, "Week of "+models.Week(o.Place).Monday().Long()); got != o.Shown {
				t.Errorf("%s: on the couple's page %t, shown %t", o.Wording, got, o.Shown)
			}
		case !o.ByWeek():
			if got := strings.Contains(facts, clientPhaseWords(o.Phase)+": "+map[string]string{models.ItemLeaving: "closeness", models.ItemFeltReal: "how real"}[o.Item]); got != o.Shown {
				t.Errorf("%s: on the couple's page %t, shown %t", o.Wording, got, o.Shown)
			}
		case !shown["conflict."+o.Place] && !shown["noticed."+o.Place]:
			if strings.Contains(table, models.Week(o.Place).Monday().Long()) {
				t.Errorf("%s: not shown, but the week is on the couple's page", o.Wording)
			}
		default:
			for _, row := range strings.Split(table, "\n") {
				cells := strings.Split(row, " | ")
				if cells[0] != models.Week(o.Place).Monday().Long() {
					continue
				}
				at, want := 1, "–" // noticed, then tension
				if o.Item == models.ItemConflict {
					at = 2
				}
				if o.Shown {
					want = short(*o.Value)
				}
				if len(cells) != 3 || cells[at] != want {
					t.Errorf("%s: shown %t, the row is %q", o.Wording, o.Shown, row)
				}
			}
		}
	}
	reports, err := m.db.OwnReports(context.Background(), m.anna)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range reports {
		if r.Note != "" && strings.Contains(html, r.Note) {
			t.Errorf("a private note is on the couple's page: %q", r.Note)
		}
		if r.Call != nil && r.Call.Different != "" && strings.Contains(html, r.Call.Different) {
			t.Errorf("what would have to be different is on the couple's page: %q", r.Call.Different)
		}
	}
	for _, never := range []string{"ushed", "afe", "say no", "hildren", "erdict", "ecision", "lag", "riterion"} {
		if strings.Contains(b.text("main"), never) {
			t.Errorf("the couple's page says %q", never)
		}
	}
}

func TestBrowserReviewTogether(t *testing.T) {
	onScreens(t, func(t *testing.T, s screen) {
		m := newMarcus(t)
		b := openTab(t, m.url, s)
		b.signedIn(m.App, m.vera)
		m.togetherPage(t, b)
		b.is("the title", b.title(), "Weekly form")
		if n := b.overflow(); n > 0 {
			t.Errorf("the page scrolls sideways by %d px", n)
		}
		if s == laptop { // one screen, read across a room
			var numbers float64
			b.eval(`document.querySelector('.snapshot .numbers').getBoundingClientRect().top`, &numbers)
			if int(numbers) > s.height {
				t.Errorf("the chart and the facts end at %v, the screen at %d", numbers, s.height)
			}
		}
		b.shot("together-long")
	}, phone, laptop)
}

// What the therapist sees as his pages is his pages.
func TestBrowserReviewSeen(t *testing.T) {
	onScreens(t, func(t *testing.T, s screen) {
		m := newMarcus(t)
		vera, his := openTab(t, m.url, s), openTab(t, m.url, s)
		vera.signedIn(m.App, m.vera)
		his.signedIn(m.App, m.his)
		source := func(b *tab) (html string) {
			b.eval(`fetch(location.href).then(r => r.text())`, &html)
			return html
		}
		for _, page := range []string{"week", "plan", "chart", "shared"} {
			vera.visit(m.casePage + "/seen")
			vera.holds(`main a[target=_blank][href="`+m.casePage+"/seen/"+page+`"]`, 1)
			vera.visit(m.casePage + "/seen/" + page)
			his.visit("/" + page)
			if hers, his := source(vera), source(his); hers != his {
				t.Errorf("%s: the therapist sees %q, he sees %q", page, hers, his)
			}
		}
	}, phone, laptop)
}
