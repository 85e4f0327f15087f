package handlers

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// On the stage a red flag is open: the verdict is withheld.
func TestDecision_againstTheVerdict(t *testing.T) {
	p := theStage(t).open(t)
	b, target := p.as("therapist"), decisionPath(p.couple.Experiment)
	form := sheetOf(t, b.get(target).Body.String(), "decision-form")
	var offered []string
	for _, n := range elements(form.node, tag("input")) {
		if name, _ := attr(n, "name"); name == "choice" {
			value, _ := attr(n, "value")
			offered = append(offered, value)
		}
	}
	if slices.Contains(offered, "step_up") || !slices.Contains(offered, "enough") || !slices.Contains(offered, "stop_harm") {
		t.Errorf("offered are %v", offered)
	}
	for name, value := range map[string]string{"present": "partner", "reasons": "Reasons.", "suffers_less": "Somebody.", "who_pays": "Somebody.", "skill_used": "no", "line_care": "yes", "line_breaks": "no", "line_harms": "no", "line_enjoys": "unsure"} {
		form.values.Set(name, value)
	}
	for choice, field := range map[string]string{"enough": "because", "step_up": "choice"} {
		w := b.post(target, form.write("choice", choice))
		if s := sheetOf(t, w.Body.String(), "decision-form"); w.Code != http.StatusUnprocessableEntity || s.wrong(field) == "" || s.values.Get("reasons") != "Reasons." {
			t.Errorf("%s without a reason: %d, beside %s %q", choice, w.Code, field, s.wrong(field))
		}
	}
	right := form.write("choice", "enough")
	right.Set("because", "Heard alone, twice.")
	if w := b.post(target, right); w.Code != http.StatusSeeOther {
		t.Fatalf("with a reason: %d", w.Code)
	}
	pairs := elements(parse(t, b.get(reviewPath(p.couple.Experiment)).Body.String()), tag("dl"))
	if !slices.ContainsFunc(pairs, func(n *html.Node) bool {
		text := wordsIn(n)
		return strings.Contains(text, "Against the verdict, because") && strings.Contains(text, "Heard alone, twice.") && strings.Contains(text, "Withheld.")
	}) {
		t.Error("the review does not show it")
	}
	// What needs no reason keeps none.
	free := sheetOf(t, b.get(target).Body.String(), "decision-form")
	for name := range form.values {
		if name != "version" && name != "submission_id" {
			free.values[name] = form.values[name]
		}
	}
	free.values.Set("choice", "stop_harm")
	if w := b.post(target, free.write("because", "Not asked for.")); w.Code != http.StatusSeeOther {
		t.Fatalf("to stop for harm: %d", w.Code)
	}
	if n := count(t, p.raw, `SELECT count(*) FROM decisions WHERE because = 'Not asked for.'`); n != 0 {
		t.Error("a reason was kept that nobody asked for")
	}
}

// What must not be missed stands above the form, and what was carried out is not
// offered again.
func TestDecision_inViewOfWhatIsOpen(t *testing.T) {
	p := theStage(t).open(t)
	page := p.as("therapist").get(decisionPath(p.couple.Experiment)).Body.String()
	form, flags, first := strings.Index(page, `id="decision-form"`), strings.Index(page, "Open flags"), strings.Index(page, "Read this first, alone")
	if flags < 0 || first < 0 || flags > form || first > form {
		t.Errorf("flags at %d, what was reported at %d, the form at %d", flags, first, form)
	}

	w := newBackAndOn(t)
	w.weeks(4, "7", "", false)
	w.step("intervention")
	w.weeks(4, "5", "yes_for_now", true)
	w.send(w.therapist(), decisionPath(w.c.Experiment), "decision-form", map[string]string{"choice": "follow_up", "present": "both", "reasons": "It holds.", "suffers_less": "Both.", "who_pays": "He.", "skill_used": "no", "line_care": "yes", "line_breaks": "no", "line_harms": "no", "line_enjoys": "unsure",
		"because": "It is nearly met."})
	w.wants(w.page(w.therapist(), reviewPath(w.c.Experiment)), "Carry it out")
	w.step("weekly")
	w.wants(w.page(w.therapist(), reviewPath(w.c.Experiment)), "-Carry it out", "It holds.")
}
