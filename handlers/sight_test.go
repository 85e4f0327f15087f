package handlers

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"enough/models"
	"enough/models/modelstest"
	"enough/models/singlecase"
)

// drafted is a couple whose plan is complete and has not started, in the
// therapist's browser on the second step.
type drafted struct {
	*modelstest.Couple
	*browser
	app  *App
	at   string // the address of the step
	plan sheet
}

func newDrafted(t *testing.T) drafted {
	t.Helper()
	p := modelstest.Open(t)
	d := drafted{Couple: p.Couple(t, p.Owner, "ada").Plan(t), app: newApp(t, p.DB)}
	d.browser, d.at = as(t, d.app, p.Owner), planStepPath(d.Experiment, "measure")
	d.plan = sheetOf(t, d.get(d.at).Body.String(), "plan-form")
	return d
}

// with is the plan as it stands with some fields written over: name and value
// by turns.
func (d drafted) with(pairs ...string) url.Values {
	v := maps.Clone(d.plan.values)
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

// look gives what is in the panel for some fields, after a swap.
func (d drafted) look(pairs ...string) *html.Node {
	d.t.Helper()
	w := d.swap(sightPath(d.Experiment), d.with(pairs...))
	if w.Code != http.StatusOK {
		d.t.Errorf("%q: %d", pairs, w.Code)
	}
	for _, wrong := range lint(w, false) {
		d.t.Errorf("%q: %s", pairs, wrong)
	}
	if _, whole := titleOfPage(w.Body.String()); whole {
		d.t.Errorf("%q: a swap is answered with a whole page", pairs)
	}
	return parse(d.t, w.Body.String())
}

// figures reads the table of a panel, row by row.
func figures(n *html.Node) (rows [][]string) {
	for _, row := range elements(n, tag("tr")) {
		var cells []string
		for _, cell := range elements(row, tag("th", "td")) {
			cells = append(cells, wordsIn(cell))
		}
		rows = append(rows, cells)
	}
	return rows
}

// outOf100 writes a chance as the panel should.
func outOf100(chance float64) string {
	return map[string]string{"0": "under 1", "100": "over 99"}[fmt.Sprintf("%.0f", 100*chance)] + map[bool]string{true: fmt.Sprintf("%.0f", 100*chance)}[chance >= .005 && chance < .995]
}

func TestSight_saysWhatTheSimulationFinds(t *testing.T) {
	t.Parallel()
	d := newDrafted(t)
	seen := map[string]string{}
	for _, design := range []singlecase.Design{
		{Baseline: 6, Phase: 6, Completion: .75, Drop: true, Points: 2}, {Baseline: 5, Phase: 6, Completion: .75, Drop: true, Points: 2},
		{Baseline: 6, Phase: 5, Completion: .75, Drop: true, Points: 2}, {Baseline: 6, Phase: 6, Completion: .9, Drop: true, Points: 2},
		{Baseline: 6, Phase: 6, Completion: .75, Drop: true, Points: 3}, {Baseline: 6, Phase: 6, Completion: .75, Points: 4}, {Baseline: 6, Phase: 6, Completion: .6, Points: 9},
	} {
		kind := map[bool]string{true: "drop", false: "level"}[design.Drop]
		panel := d.look("baseline_weeks", itoa(design.Baseline), "phase_weeks", itoa(design.Phase), "completion", fmt.Sprintf("%.0f", 100*design.Completion),
			"criterion_kind", kind, "criterion", itoa(design.Points))
		s := design.Sight()
		want := [][]string{{"True change", "Criterion met", "Evidence “better”"}}
		for drop, name := range []string{"None: false alarm", "1 point lower", "2 points lower", "3 points lower"} {
			want = append(want, []string{name, outOf100(s.Drops[drop].Met), outOf100(s.Drops[drop].Better)})
		}
		want = append(want, []string{"Too few reports", outOf100(s.TooEarly), outOf100(s.CannotTell)})
		if got := figures(panel); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%+v:\n%q, want\n%q", design, got, want)
		}
		text := wordsIn(panel)
		if other, twice := seen[text]; twice {
			t.Errorf("%+v says the same as %s", design, other)
		}
		seen[text] = fmt.Sprintf("%+v", design)
	}

	// What is kept is what the page shows at first.
	must(t, d.app.db.SavePlan(context.Background(), d.Therapist, d.Experiment, models.PlanInput{Step: "measure", Dose: "2", Cost: "2", Prediction: "3", Confidence: "80", Outcome: "conflict",
		CriterionKind: "drop", Criterion: "2", BaselineWeeks: "6", PhaseWeeks: "6", StopWording: "Not this week.", Version: "3"}))
	page, swap := parse(t, d.get(d.at).Body.String()), d.look("baseline_weeks", "6", "phase_weeks", "6", "criterion_kind", "drop", "criterion", "2", "outcome", "conflict")
	if got, want := wordsIn(byID(page, "sight")), wordsIn(swap); got != want {
		t.Errorf("the page says\n%s\nthe swap\n%s", got, want)
	}
	live := elements(page, func(n *html.Node) bool { _, yes := attr(n, "aria-live"); return yes })
	if len(live) != 1 || len(elements(live[0], tag("p"))) != 4 || len(elements(live[0], tag("table"))) != 0 {
		t.Errorf("announced are %d parts: the four sentences alone should be", len(live))
	}
}

func TestSight_sentences(t *testing.T) {
	t.Parallel()
	d := newDrafted(t)
	six := []string{"baseline_weeks", "6", "phase_weeks", "6", "criterion_kind", "drop", "criterion", "2", "outcome", "conflict"}
	for _, row := range []struct {
		fields []string
		say    []string
		not    []string
	}{
		{slices.Concat(six, []string{"completion", "100"}), []string{
			"6 weeks of baseline and 6 of the first phase, every one of them reported; average of the last 3 reports at least 2 below the baseline average.",
			"A true drop of 2 points in tension would meet it in 53 of 100, of 3 points in 81 of 100; of 1 point mostly not (23 of 100). False alarm: where nothing changes, 6 of 100 meet it all the same.",
			"A true drop of 2 points in tension would be found in 4 of 10, of 3 points in 7 of 10; of 1 point mostly not (15 of 100). False alarm: where nothing changes, it says so in 3 of 100.",
			"no verdict is too early", "level 6 of 10, SD 1.5, lag 0.2", "A slow change is found less often.", "tells a change from one that was coming anyway"}, []string{"cannot tell", "meets a fixed level"}},
		{six, []string{"75 % of them reported", "Even a true drop of 3 points in tension would mostly not be found: 19 of 100; of 2 points 11 of 100; of 1 point 4 of 100.",
			"The verdict is “too early” in 7 of 100", "The evidence cannot tell in 71 of 100"}, nil},
		{[]string{"criterion", "4", "criterion_kind", "level", "outcome", "leaving"}, []string{"4 weeks of baseline and 4 of the first phase", "in closeness to leaving",
			"No label: that takes 5 reported weeks in the baseline and 5 in the phase. There will be the numbers and the chart alone. With 5 and 5 weeks a drop of 2 points would be found in 2 and of 3 points in 4 of 100; with 6 and 6 weeks in 11 and 19 of 100.",
			"A couple that starts higher meets a fixed level less often."}, []string{"cannot tell", "probably better"}},
		{slices.Concat(six, []string{"completion", "60", "criterion", "10"}), []string{"would mostly not meet it: under 1 of 100; of 2 points under 1 of 100", "where nothing changes, it says so in under 1 of 100"}, []string{" 0 of"}},
		{slices.Concat(six, []string{"criterion_kind", "level", "criterion", "9", "completion", "100"}), []string{"where nothing changes, over 99 of 100 meet it all the same"}, []string{" 100 of"}},
		{slices.Concat(six, []string{"criterion_kind", "level", "criterion", "3", "completion", "75"}), []string{"; of 2 points mostly not (18 of 100), nor of 1 point (3 of 100)."}, nil},
		{slices.Concat(six, []string{"criterion", "4"}), nil, []string{"So easy", "So hard"}},
		{slices.Concat(six, []string{"criterion", "10"}), []string{"meet it all the same. So hard a criterion is hardly ever met."}, []string{"So easy"}},
		// Of 100 couples fewer than 25 have enough reports, and nearly all of those meet it.
		{[]string{"criterion", "9", "criterion_kind", "level", "completion", "60"}, []string{"meet it all the same. So easy a criterion tells little."}, []string{"So hard", "nothing changes, over"}},
		{[]string{"criterion", "4", "criterion_kind", "drop", "completion", "60"}, []string{"would mostly not meet it: 6 of 100"}, []string{"So easy", "So hard"}},
		{slices.Concat(six, []string{"draw_latest", "7", "baseline_weeks", ""}), []string{"3 to 6 weeks of baseline", "The draw says how long the baseline is, each length as likely; the figures are averages over it.",
			"With 3 or 4 weeks of baseline there is no label."}, nil},
		{slices.Concat(six, []string{"draw_latest", "5"}), []string{"3 or 4 weeks of baseline", "No label", "With 5 and 6 weeks"}, nil},
	} {
		text := wordsIn(d.look(row.fields...))
		for _, want := range row.say {
			if !strings.Contains(text, want) {
				t.Errorf("%q: it does not say %q:\n%s", row.fields, want, text)
			}
		}
		for _, never := range row.not {
			if strings.Contains(text, never) {
				t.Errorf("%q: it says %q:\n%s", row.fields, never, text)
			}
		}
	}
}

// What the form says of the draw is what the panel reckons with.
func TestSight_drawnStart(t *testing.T) {
	t.Parallel()
	d := newDrafted(t)
	if page := d.get(d.at).Body.String(); !strings.Contains(page, "The app draws the week in which the intervention starts, once, when the baseline starts. “Weeks of baseline” does not count then.") {
		t.Error("the hint of the draw does not say what is drawn, and that the weeks of baseline do not count")
	}
	if short, long := wordsIn(d.look("draw_latest", "6", "baseline_weeks", "3")), wordsIn(d.look("draw_latest", "6", "baseline_weeks", "6")); short != long {
		t.Errorf("the weeks of baseline count:\n%s\n%s", short, long)
	}
}

func TestSight_criteriaOfNoUse(t *testing.T) {
	for _, row := range []struct {
		unchanged, lowest float64
		want              string
	}{{.25, 1, " So easy a criterion tells little."}, {.2499, 1, ""}, {0, .10, ""}, {0, .0999, " So hard a criterion is hardly ever met."}} {
		if got := useText(row.unchanged, row.lowest); got != row.want {
			t.Errorf("%+v: %q", row, got)
		}
	}
}

func TestSight_whatIsMissing(t *testing.T) {
	t.Parallel()
	d := newDrafted(t)
	for field, label := range map[string]string{"criterion_kind": "Criterion", "criterion": "Points", "baseline_weeks": "Weeks of baseline", "phase_weeks": "Weeks of the first phase",
		"draw_latest": "Draw the start week?", "completion": "Weeks reported"} {
		for _, value := range []string{"99", "-1", "2.5", "x", long, "\x00", "\xff", "<b>"} {
			panel := d.look(field, value)
			said := elements(panel, tag("li"))
			if len(said) != 1 || !strings.HasPrefix(wordsIn(said[0]), label+": ") || len(elements(panel, tag("table"))) != 0 || !strings.HasPrefix(wordsIn(panel), "No figures yet.") {
				t.Errorf("%s = %.10q: %s", field, value, wordsIn(panel))
			}
		}
	}
	// Nothing is chosen for a new plan.
	id, err := d.app.db.NewExperiment(context.Background(), d.Therapist, d.Practice.Couple(t, d.Therapist, "bea").CaseID, "", models.Submission{})
	must(t, err)
	text := wordsIn(byID(parse(t, d.get(planStepPath(id, "measure")).Body.String()), "sight"))
	if !strings.Contains(text, "Criterion: Choose one.") || !strings.Contains(text, "Points: Enter a whole number from 0 to 10.") || strings.Contains(text, "Weeks") {
		t.Errorf("a new plan: %s", text)
	}
}

// TestSight_keepsNothing looks at a plan and then saves it: looking writes
// nothing and loses nothing that was typed.
func TestSight_keepsNothing(t *testing.T) {
	t.Parallel()
	d := newDrafted(t)
	raw := openRaw(t, d.Practice.File)
	defer raw.Close()
	before := count(t, raw, `PRAGMA data_version`)
	typed := d.with("dose", "many", "stop_wording", "", "baseline_weeks", "6", "phase_weeks", "5", "completion", "90", "dose_words", "<Twice>")
	d.swap(sightPath(d.Experiment), d.with("baseline_weeks", "6"))
	d.post(sightPath(d.Experiment), d.with("baseline_weeks", "6"))
	w := d.post(sightPath(d.Experiment), typed)
	if w.Code != http.StatusOK || count(t, raw, `PRAGMA data_version`) != before {
		t.Errorf("looking: %d, written %v", w.Code, count(t, raw, `PRAGMA data_version`) != before)
	}
	for _, wrong := range lint(w, false) {
		t.Error(wrong)
	}
	if _, whole := titleOfPage(w.Body.String()); !whole {
		t.Error("a plain form is answered with a fragment")
	}
	again := sheetOf(t, w.Body.String(), "plan-form")
	if again.values.Encode() != typed.Encode() || again.action != d.at {
		t.Errorf("typed were\n%s\nthe form for %s has\n%s", typed.Encode(), again.action, again.values.Encode())
	}
	if text := wordsIn(byID(again.node, "sight")); !strings.HasPrefix(text, "6 weeks of baseline and 5 of the first phase, 90 %") || again.wrong("dose") != "" {
		t.Errorf("the page says %q, and beside the dose %q", text, again.wrong("dose"))
	}
	again.values.Set("dose", "2")
	again.values.Set("stop_wording", "Not this week.")
	for range 2 { // the second is a retry of the same form
		if w := d.post(again.action, again.values); w.Code != http.StatusSeeOther || w.Header().Get("Location") != experimentPath(d.Experiment) {
			t.Errorf("saving afterwards: %d", w.Code)
		}
	}
	if n := count(t, raw, `SELECT version FROM experiments WHERE id = ? AND baseline_weeks = 6 AND phase_weeks = 5`, d.Experiment); n != 4 {
		t.Errorf("the plan has version %d", n)
	}
}

func TestSight_started(t *testing.T) {
	t.Parallel()
	p := theStage(t).open(t)
	b := p.as("therapist")
	s := sheetOf(t, b.get(planStepPath(p.couple.Experiment, "measure")).Body.String(), "plan-form")
	s.values.Set("baseline_weeks", "6")
	text := wordsIn(parse(t, b.swap(sightPath(p.couple.Experiment), s.values).Body.String()))
	if !strings.HasPrefix(text, "4 weeks of baseline and 4 of B1, 75 % of them reported") || !strings.Contains(text, "No label") || strings.Contains(text, "With 5 and 5") {
		t.Errorf("the panel says %s", text)
	}
}

// An intervention that was broken off after two weeks can never be judged.
func TestSight_tooShort(t *testing.T) {
	t.Parallel()
	p := modelstest.Open(t)
	c := p.Couple(t, p.Owner, "ada").Start(t)
	for range 4 {
		p.NextMonday()
	}
	c.Intervene(t)
	p.NextMonday()
	must(t, p.EndExperiment(context.Background(), p.Owner, c.Experiment, models.EndInput{LastWeek: string(p.Week()), Reason: "Broken off."}))
	b := as(t, newApp(t, p.DB), p.Owner)
	panel := byID(parse(t, b.get(planStepPath(c.Experiment, "measure")).Body.String()), "sight")
	if text := wordsIn(panel); !strings.HasPrefix(text, "4 weeks of baseline and 2 of B1,") || !strings.Contains(text, "too early for a verdict whatever is reported") || strings.Contains(text, "Criterion met.") {
		t.Errorf("the panel says %s", text)
	}
	if rows := figures(panel); fmt.Sprint(rows[1:5]) != "[[None: false alarm – –] [1 point lower – –] [2 points lower – –] [3 points lower – –]]" || fmt.Sprint(rows[5]) != "[Too few reports all all]" {
		t.Errorf("the table has %q", rows)
	}
}

func TestSight_thresholdsOfThePractice(t *testing.T) {
	t.Parallel()
	d := newDrafted(t)
	practice, err := d.app.db.Practice(context.Background())
	must(t, err)
	must(t, d.app.db.ChangePractice(context.Background(), d.Therapist, models.PracticeInput{Name: practice.Name, Zone: practice.Zone, Office: practice.Office, Emergency: practice.Emergency,
		SomeChange: "1.5", LeastDrop: "4", Version: itoa(practice.Version)}))
	if page := d.get(d.at).Body.String(); !strings.Contains(page, "0 to 10; a drop is at least 4") {
		t.Error("the hint has another least drop than the practice")
	}
	if text := wordsIn(d.look("criterion_kind", "drop", "criterion", "3")); !strings.Contains(text, "Points: Enter a whole number from 4 to 10.") {
		t.Errorf("a drop of 3: %s", text)
	}
	if text := wordsIn(d.look("criterion", "3")); !strings.Contains(text, "1 point as the smallest change worth having; here it is 1.5.") {
		t.Errorf("the panel says %s", text)
	}
}
