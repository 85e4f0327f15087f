package handlers

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"enough/models"
	"enough/models/modelstest"
)

// A couple that goes back and on: every form is the one that its page hands out.
type backAndOn struct {
	t   testing.TB
	a   *App
	c   *modelstest.Couple
	now int // the week, counted from the first
}

func newBackAndOn(t testing.TB) *backAndOn {
	p := modelstest.Open(t)
	return &backAndOn{t, newApp(t, p.DB), p.Couple(t, p.Owner, "ada").Start(t), 1}
}

func (w *backAndOn) therapist() *browser { return as(w.t, w.a, w.c.Therapist) }
func (w *backAndOn) client() *browser    { return as(w.t, w.a, w.c.Client) }
func (w *backAndOn) page(b *browser, path string) string {
	w.t.Helper()
	got := b.get(path)
	if got.Code != http.StatusOK {
		w.t.Fatalf("%s in week %d: %d", path, w.now, got.Code)
	}
	return got.Body.String()
}

// send fills in a form of a page and sends it.
func (w *backAndOn) send(b *browser, path, id string, answers map[string]string) {
	w.t.Helper()
	s := sheetOf(w.t, w.page(b, path), id)
	for name, answer := range answers {
		s.values.Set(name, answer)
	}
	if got := b.post(s.action, s.values); got.Code >= 400 {
		w.t.Fatalf("%s in week %d: %d\n%s", path, w.now, got.Code, got.Body)
	}
}

// step takes a step of the experiment as its form comes: the first week and the
// length that it proposes.
func (w *backAndOn) step(kind string) {
	w.t.Helper()
	w.send(w.therapist(), phaseStepPath(w.c.Experiment, kind), "step-form", nil)
}

// weeks lives so many weeks in which she reports the same closeness to leaving,
// and looks at the client's page before and after her report.
func (w *backAndOn) weeks(n int, leaving, call string, planned bool) {
	w.t.Helper()
	for i := range n {
		w.c.Practice.Sunday()
		his := map[string]string{"tension": "5", "forecast": "5"}
		if planned {
			his["done"], his["effort"] = "2", "3"
		}
		w.send(w.client(), weekPath, "checkin-form", his)
		hers := map[string]string{"alone": "yes", "tension": "5", "leaving": leaving, "say_no": "mostly", "safe": "yes", "pushed": "no", "children": "as_usual", "contact": "no"}
		if planned {
			hers["noticed"], hers["real"] = "2", "5"
		}
		if planned && i == n-1 {
			hers["enough"] = call
		}
		w.hers(func() { w.send(as(w.t, w.a, w.c.Partner), visitPath, "visit-form", hers) })
		w.c.Practice.NextMonday()
		w.now++
	}
}

// hers does something of the partner's, by which not a byte of the client's
// pages may move.
func (w *backAndOn) hers(act func()) {
	w.t.Helper()
	look := func() (all string) {
		b := w.client()
		for _, path := range []string{weekPath, planPath, chartPath, sharedPath} {
			all += whole(b.get(path))
		}
		return all
	}
	before := look()
	act()
	if after := look(); after != before {
		w.t.Errorf("in week %d the client’s pages depend on what the partner did: %s", w.now, apart(before, after))
	}
}

// acts are those that the experiment's page offers.
func (w *backAndOn) acts() string {
	w.t.Helper()
	var texts []string
	for _, list := range elements(parse(w.t, w.page(w.therapist(), experimentPath(w.c.Experiment))), hasClass("acts")) {
		for _, a := range elements(list, tag("a")) {
			texts = append(texts, wordsIn(a))
		}
	}
	return strings.Join(texts, ", ")
}

// wants holds that some words stand on a page, and that others, after a dash,
// do not.
func (w *backAndOn) wants(page string, words ...string) {
	w.t.Helper()
	for _, text := range words {
		text, not := strings.CutPrefix(text, "-")
		if strings.Contains(page, text) == not {
			w.t.Errorf("in week %d: “%s” is on the page: %t\n%s", w.now, text, !not, page)
		}
	}
}

func TestWithdrawal_thereAndBackToTheEnd(t *testing.T) {
	w := newBackAndOn(t)
	w.weeks(4, "7", "", false)
	if got := w.acts(); got != "Start the intervention, Hold, End" {
		t.Errorf("in the baseline it offers %s", got)
	}
	w.step("intervention")
	if got := w.acts(); got != "Step up, Monthly follow-up, Weekly follow-up, Hold, End" {
		t.Errorf("in the intervention it offers %s", got)
	}
	w.weeks(4, "5", "not_yet", true)
	if got := w.acts(); got != "Step up, Go back for a while, Monthly follow-up, Weekly follow-up, Hold, End" {
		t.Errorf("after the intervention it offers %s", got)
	}

	form := w.page(w.therapist(), phaseStepPath(w.c.Experiment, "withdrawal"))
	w.wants(form, "Only when both agree, and nobody is worse off or unsafe", "live again with what was", "3 to 4 weeks tell you more about whether the change came from the act")
	if s := sheetOf(t, form, "step-form"); s.values.Get("weeks") != "3" || s.values.Get("start") != string(w.c.Practice.Week()) || len(elements(s.node, tag("option"))) != 1 {
		t.Errorf("the form has %v", s.values)
	}
	verdict := w.verdict()
	w.step("withdrawal")
	if got := w.acts(); got != "Resume, Step up, Monthly follow-up, Weekly follow-up, Hold, End" {
		t.Errorf("in the withdrawal it offers %s", got)
	}
	w.wants(w.page(w.therapist(), experimentPath(w.c.Experiment)), "A2 (going back), week 1 of 3", "Nothing is planned. Things go on as before the act.", "-Extend")
	w.wants(w.page(w.therapist(), casesPath), "A2 (going back), week 1 of 3")
	w.wants(w.page(w.client(), weekPath), "Nothing is planned until 17 May 2026. All goes on as before the plan. The weekly form goes on too.", "-Planned", "-Counts if", "-/week/done")
	w.wants(w.page(w.client(), planPath), "As before the plan. Nothing is planned", "27 April 2026 to 17 May 2026<")
	w.c.Practice.Sunday()
	w.wants(w.page(w.client(), weekPath), "How tense were things between you?", "-How many times", "-How much effort", "-how close", "-How sure")
	w.wants(w.page(as(t, w.a, w.c.Partner), visitPath), "How close are you to leaving?", "-How often did you notice", "-Was anything different", "-would it be enough")
	w.weeks(2, "7", "", false)
	w.wants(w.page(w.client(), chartPath), `"name":"As before"`)
	w.wants(w.page(w.therapist(), reviewPath(w.c.Experiment)), ">A-B data: change is consistent with the plan at most.")
	const since = "B1 ended on 26 April 2026. Since then, and not judged here: 2 reports; last tension 5; last closeness to leaving 7.\n"
	if got := w.verdict(); strings.Replace(got, since, "", 1) != verdict || !strings.Contains(got, since) {
		t.Errorf("the verdict on B1 was %s and is %s", verdict, got)
	}
	w.weeks(1, "7", "", false)
	w.wants(w.page(w.therapist(), casesPath), "A2 (going back) is over", "Review due")

	w.wants(w.page(w.therapist(), phaseStepPath(w.c.Experiment, "resume")), "The same again: “Ask about the day”, 2 a week")
	w.step("resume")
	w.wants(w.page(w.therapist(), experimentPath(w.c.Experiment)), "B2, 2 a week, week 1 of 4", "The same again. Ask about the day.", "Extend B2 by a week")
	w.wants(w.page(w.client(), weekPath), "Planned 2. Done 0.", "-Nothing is planned")
	w.weeks(4, "4", "yes", true)
	review := w.page(w.therapist(), reviewPath(w.c.Experiment))
	w.wants(review, "A2 (going back)", `"name":"A2"`, `"name":"B2"`, "Confirmed by going back", "A-B-A-B data: scores that fall with the act", "-One intervention only")
	w.wants(review, "Confirmed by going back", "With the act 2.0 lower, without it 2.0 higher, with it again 3.0 lower.", "0.00 / 1.00 lower")
	w.wants(w.page(w.therapist(), casePath(w.c.CaseID)+"/weeks"), "<td>A2</td>")
	if got := w.acts(); got != "Step up, Go back for a while, Monthly follow-up, Weekly follow-up, Hold, End" {
		t.Errorf("after the resumed intervention it offers %s", got)
	}
	w.share()

	w.step("weekly")
	w.weeks(3, "4", "yes", true)
	w.send(w.therapist(), experimentPath(w.c.Experiment)+"/end", "end-form", map[string]string{"reason": "It is enough."})
	w.c.Practice.NextMonday()
	w.wants(w.page(w.therapist(), casesPath), "Ended 12 July 2026")
	flags, err := w.a.db.Flags(context.Background(), w.c.Therapist, w.c.CaseID)
	must(t, err)
	for _, f := range flags {
		if f.Rule != "N3" { // the clock stands still while both forms are sent
			t.Errorf("a flag was raised: %v", f)
		}
	}
}

// verdict is what the review says of the judged intervention.
func (w *backAndOn) verdict() string {
	w.t.Helper()
	return wordsIn(byID(parse(w.t, w.page(w.therapist(), reviewPath(w.c.Experiment))), "verdict"))
}

// share has the scores of all weeks and the averages of all phases published, and
// looks at what the client and both read.
func (w *backAndOn) share() {
	w.t.Helper()
	ctx, p := context.Background(), w.c.Practice
	p.Clock.Set(models.Day(p.Week()).Add(3).Time()) // the last week is closed
	offers, version, err := p.Offers(ctx, w.c.Partner)
	must(w.t, err)
	var keys []string
	for _, o := range offers {
		if o.Item == models.ItemLeaving || o.Item == models.ItemConflict {
			keys = append(keys, o.Key())
		}
	}
	w.hers(func() {
		must(w.t, p.Propose(ctx, w.c.Partner, models.ProposeInput{Keys: keys, Version: version}))
	})
	publish := casePath(w.c.CaseID) + "/publish"
	s := sheetOf(w.t, w.page(w.therapist(), publish), "publish-form")
	s.values["show"], s.values["spoken_on"] = keys, []string{string(models.Day(p.Week()))}
	if got := w.therapist().post(publish, s.values); got.Code != http.StatusSeeOther {
		w.t.Fatalf("publish: %d\n%s", got.Code, got.Body)
	}
	for _, page := range []string{w.page(w.client(), sharedPath), w.page(w.therapist(), casePath(w.c.CaseID)+"/together")} {
		w.wants(page, `"name":"As before"`, "Before anything changed: closeness to leaving, average", "With 2 a week: closeness to leaving, average",
			"As before the plan, from 27 April 2026: closeness to leaving, average", "With 2 a week again, from 18 May 2026: closeness to leaving, average")
	}
	p.Clock.Set(p.Week().Monday().Time())
}

func TestWithdrawal_isNotOfferedWhileUnsafe(t *testing.T) {
	w := newBackAndOn(t)
	w.weeks(4, "8", "", false)
	w.step("intervention")
	w.weeks(3, "5", "", true)
	w.c.Practice.Sunday()
	w.c.Report(t, models.PartnerReportInput{Leaving: "5", Safe: "no"})
	s := sheetOf(t, w.page(w.therapist(), phaseStepPath(w.c.Experiment, "hold")), "step-form")
	w.wants(w.acts(), "-Go back")
	step := phaseStepPath(w.c.Experiment, "withdrawal")
	const why = "Going back is not offered while the verdict is “withheld”. It asks the partner to live again with what was."
	if got := w.therapist().get(step); got.Code != http.StatusConflict {
		t.Errorf("the form is given out: %d", got.Code)
	} else {
		w.wants(got.Body.String(), why)
	}
	s.values.Set("weeks", "5")
	got := w.therapist().post(step, s.values)
	if got.Code != http.StatusConflict || sheetOf(t, got.Body.String(), "step-form").values.Get("weeks") != "5" {
		t.Errorf("it is taken: %d", got.Code)
	}
	w.wants(got.Body.String(), why)
	w.wants(w.page(w.client(), planPath), "-As before the plan")
}

// TestWithdrawal_form holds that what is typed wrong stands on the form again.
func TestWithdrawal_form(t *testing.T) {
	w := newBackAndOn(t)
	w.weeks(4, "8", "", false)
	w.step("intervention")
	w.weeks(4, "5", "", true)
	for _, kind := range []string{"withdrawal", "resume"} {
		path := phaseStepPath(w.c.Experiment, kind)
		s := sheetOf(t, w.page(w.therapist(), path), "step-form")
		for _, bad := range []url.Values{s.write("weeks", "2"), s.write("weeks", ""), s.write("start", "2026-07-06")} {
			got := w.therapist().swap(path, bad)
			if got.Code != http.StatusUnprocessableEntity || sheetOf(t, got.Body.String(), "step-form").values.Get("weeks") != bad.Get("weeks") {
				t.Errorf("%s: %v is answered with %d\n%s", kind, bad, got.Code, got.Body)
			}
		}
		if w.step(kind); kind == "withdrawal" {
			w.weeks(3, "8", "", false)
		}
	}
}

func hasClass(class string) func(*html.Node) bool {
	return func(n *html.Node) bool {
		value, _ := attr(n, "class")
		return slices.Contains(strings.Fields(value), class)
	}
}
