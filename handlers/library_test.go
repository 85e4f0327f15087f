package handlers

import (
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"enough/models"
	"enough/models/modelstest"
)

// TestLibrary_intoThePlan takes a ready-made act into a draft, and nothing is kept
// before the form is sent; what is not for the case cannot be taken, and the ladder
// comes first.
func TestLibrary_intoThePlan(t *testing.T) {
	p := modelstest.Open(t)
	c := p.Couple(t, p.Owner, "ada")
	raw := openRaw(t, p.File)
	defer raw.Close()
	sqlExec(t, raw, `UPDATE cases SET children_home = 0, economic = 'yes'`)
	app := newApp(t, p.DB)
	b := as(t, app, p.Owner)
	draft := func(behaviour string) string {
		id, err := p.NewExperiment(t.Context(), p.Owner, c.CaseID, behaviour, models.Submission{})
		must(t, err)
		return id
	}
	takes := func(id string) map[string]bool {
		list := map[string]bool{}
		for _, n := range elements(parse(t, b.get(libraryPath(id)).Body.String()), tag("a")) {
			if href, _ := attr(n, "href"); strings.Contains(href, "?take=") {
				list[href[strings.Index(href, "=")+1:]] = true
			}
		}
		return list
	}
	id := draft("")
	if got := takes(id); !got["phone-away"] || got["school-run"] || got["child-question"] || got["standing-duty"] || len(got) != 20 {
		t.Errorf("%d can be taken: %v", len(got), got)
	}
	at := planStepPath(id, "act")
	if body := b.get(at).Body.String(); !strings.Contains(body, libraryPath(id)) {
		t.Error("the way to the library is missing")
	}
	before := dump(t, raw)
	s := sheetOf(t, b.get(at+"?take=phone-away").Body.String(), "plan-form")
	entry, _ := models.LibraryBy("phone-away")
	if got := s.values.Get("behaviour"); got != entry.Behaviour || s.values.Get("counts_if") != entry.CountsIf || dump(t, raw) != before {
		t.Errorf("it holds %q, or something was kept", got)
	}
	if got := sheetOf(t, b.get(at+"?take=nothing").Body.String(), "plan-form").values.Get("behaviour"); got != "" {
		t.Errorf("an unknown one holds %q", got)
	}
	if w := b.post(at, s.values); w.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	// What may never be is refused beside the field, and nothing typed is lost.
	s = sheetOf(t, b.get(at).Body.String(), "plan-form")
	wrong := s.write("behaviour", "Bring her flowers")
	w := b.post(at, wrong)
	if s := sheetOf(t, w.Body.String(), "plan-form"); w.Code != http.StatusUnprocessableEntity || !strings.Contains(s.wrong("behaviour"), "No gifts or trips") || s.values.Get("behaviour") != "Bring her flowers" {
		t.Errorf("%d, %q", w.Code, s.wrong("behaviour"))
	}
	sqlExec(t, raw, `UPDATE experiments SET started_at = created_at, ended_week = '2026-03-02'`)
	first := elements(parse(t, b.get(libraryPath(draft("Another act"))).Body.String()), func(n *html.Node) bool { return n.Data == "summary" })
	ladder := []string{}
	for _, n := range first[:len(first)-len(models.Library)] {
		ladder = append(ladder, wordsIn(n))
	}
	if got := strings.Join(ladder, "; "); got != "Ask about the day and listen for five minutes; Ask one question about something that was told earlier" {
		t.Errorf("the ladder is %q", got)
	}
	if got := takes(id); len(got) != 0 {
		t.Errorf("for an experiment that has begun %d can be taken", len(got))
	}
}

// TestLibrary_ladder: after an act of the library come first those that may follow it.
func TestLibrary_ladder(t *testing.T) {
	entry := func(slug string) models.ReadyMade { e, _ := models.LibraryBy(slug); return e }
	list := []models.Experiment{{ID: "a", Behaviour: entry("chore").Behaviour}, {ID: "b", Behaviour: "Something else"}, {ID: "c", Behaviour: entry("pause").Behaviour}}
	if got := strings.Join(nextOnLadder(list, "c"), " "); got != "school-run free-hours" {
		t.Errorf("next are %q", got)
	}
}
