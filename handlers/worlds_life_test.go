package handlers

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"enough/models"
	"enough/models/modelstest"
)

// A fate is what happens to the couples of one practice, drawn from a seed and
// done through the models' own methods.
type fate struct {
	t       testing.TB
	random  *rand.Rand
	p       *modelstest.Practice
	couples []*modelstest.Couple
	gone    map[*modelstest.Couple]bool // whose partner has no way in
	shut    map[*modelstest.Couple]bool // whose case is closed
	done    map[string]int              // acts by name, and those refused under “…, refused”
	calm    bool                        // nothing happens that forbids the next step
	words   int
}

func newFate(t testing.TB, random *rand.Rand, p *modelstest.Practice, couples []modelstest.Couple, done map[string]int) *fate {
	f := &fate{t: t, random: random, p: p, gone: map[*modelstest.Couple]bool{}, shut: map[*modelstest.Couple]bool{}, done: done}
	for _, c := range couples {
		c.Practice = p
		f.couples = append(f.couples, &c)
	}
	return f
}

// weeks lets so many weeks pass and stops somewhere in the last one.
func (f *fate) weeks(n int) {
	moments := []time.Duration{0, 2*24*time.Hour + 7*time.Hour, 4 * 24 * time.Hour, 6*24*time.Hour + 5*time.Hour} // Monday, Wednesday, Friday, Sunday
	for week := range n {
		monday := f.p.Week().Monday().Time()
		last := len(moments)
		if week == n-1 {
			last = 1 + f.random.IntN(len(moments))
		}
		for i, after := range moments[:last] {
			f.p.Clock.Set(monday.Add(after).Add(time.Duration(f.random.IntN(120)) * time.Minute))
			for k, c := range f.couples {
				if k == 0 || f.odds(1, 3) { // the first couple lives more than the others
					f.moment(c, i, week)
				}
			}
		}
		if week < n-1 {
			f.p.Clock.Set(monday.AddDate(0, 0, 7))
		}
	}
	// In the days after, when no form may be open.
	f.p.Clock.Set(f.p.Now().Add(time.Duration(f.random.IntN(3*24)) * time.Hour))
}

// moment is one couple's half day: what comes by the calendar, and what may come
// at any time.
func (f *fate) moment(c *modelstest.Couple, moment, week int) {
	switch {
	case f.shut[c]:
		if f.odds(1, 4) {
			f.reopen(c)
		}
		return
	case c.Experiment == "":
		if week > 0 || f.odds(9, 10) {
			f.begin(c)
		}
	case moment == 0 && f.odds(2, 3):
		f.move(c)
	}
	if moment != 0 && f.odds(1, 2) {
		f.checkIn(c)
	}
	if moment != 0 && f.odds(3, 5) {
		f.report(c)
	}
	for range f.random.IntN(3) {
		f.aside(c, asides[f.random.IntN(len(asides))])
	}
}

func (f *fate) aside(c *modelstest.Couple, a aside) {
	if !f.shut[c] && !(a.hers && f.gone[c]) && !(a.rough && f.calm) {
		f.note(a.name, a.do(f, c))
	}
}

// note counts an act. One that is out of place may be refused; nothing else may
// go wrong.
func (f *fate) note(name string, err error) {
	f.t.Helper()
	switch models.KindOf(err) {
	case models.Conflict, models.Invalid, models.Closed:
		name += ", refused"
	default:
		if err != nil {
			f.t.Fatalf("%s: %v", name, err)
		}
	}
	f.done[name]++
}

func (f *fate) odds(n, of int) bool { return f.random.IntN(of) < n }

func (f *fate) one(list ...string) string { return list[f.random.IntN(len(list))] }

func (f *fate) number(least, most int) string { return itoa(least + f.random.IntN(most-least+1)) }

// maybe is a number, or nothing.
func (f *fate) maybe(least, most int) string {
	if f.odds(1, 5) {
		return ""
	}
	return f.number(least, most)
}

// text is a text that is written only once, long or short, or nothing.
func (f *fate) text(most int) string {
	f.words++
	s := fmt.Sprintf("Text %d <b>&\"' é🙂.", f.words)
	switch f.random.IntN(4) {
	case 0:
		return ""
	case 1:
		s += strings.Repeat(" more", f.random.IntN((most-40)/5))
	}
	return s
}

// need is text that is never empty.
func (f *fate) need(most int) string {
	if s := f.text(most); s != "" {
		return s
	}
	return "Words."
}

// submission is the name of a form; some have none.
func (f *fate) submission() models.Submission {
	if f.odds(1, 2) {
		return models.Submission{}
	}
	f.words++
	return models.Submission{ID: "form " + itoa(f.words)}
}

func (f *fate) today() models.Day { return models.DayOf(f.p.Now(), time.UTC) }

// begin plans an experiment and starts it.
func (f *fate) begin(c *modelstest.Couple) {
	id, err := f.p.NewExperiment(ctx, c.Therapist, c.CaseID, "Ask about the day", models.Submission{})
	f.note("new experiment", err)
	if err != nil {
		return
	}
	c.Experiment = id
	if f.odds(1, 8) {
		return // it stays a draft for now
	}
	f.plan(c)
	f.note("start", f.p.StartExperiment(ctx, c.Therapist, c.Experiment, f.startWeek(), models.Submission{}))
}

func (f *fate) plan(c *modelstest.Couple) {
	e, _, err := f.p.Experiment(ctx, c.Therapist, c.Experiment)
	must(f.t, err)
	in := models.PlanInput{Step: "act", Behaviour: "Ask about the day " + f.need(100), Label: "ask about your day", CountsIf: f.need(100), NotCountsIf: f.need(100), Reason: f.need(100), Version: itoa(e.Version)}
	if f.odds(1, 2) {
		in.IfMoment, in.ThenAct = f.need(60), f.need(60)
	}
	if err := f.p.SavePlan(ctx, c.Therapist, c.Experiment, in); err != nil || e.Started {
		f.note("plan", err)
		return
	}
	in = models.PlanInput{Step: "measure", Dose: f.number(1, 7), DoseWords: f.text(60), Cost: f.number(0, 10), Prediction: f.number(0, 10), Confidence: f.number(0, 100),
		Outcome: f.one("conflict", "leaving"), CriterionKind: f.one("level", "drop"), Criterion: f.number(2, 6), BaselineWeeks: f.number(3, 4), PhaseWeeks: "4",
		StopWording: f.need(60), Version: itoa(e.Version + 1)}
	if f.odds(1, 4) {
		in.DrawnBy = f.number(5, 7)
	}
	f.note("plan", f.p.SavePlan(ctx, c.Therapist, c.Experiment, in))
}

func (f *fate) startWeek() string {
	return string(models.FirstStart(f.today()).Add(f.random.IntN(6) / 4))
}

// move takes the experiment on: to its intervention when the baseline is over,
// and then by any step.
func (f *fate) move(c *modelstest.Couple) {
	e, phases, err := f.p.Experiment(ctx, c.Therapist, c.Experiment)
	must(f.t, err)
	switch {
	case e.EndedWeek != "":
		if f.p.Week() > e.EndedWeek {
			f.begin(c)
		}
		return
	case !e.Started:
		f.plan(c)
		f.note("start", f.p.StartExperiment(ctx, c.Therapist, c.Experiment, f.startWeek(), models.Submission{}))
		return
	}
	last := phases[len(phases)-1]
	left := last.LastWeek().Since(f.p.Week())
	if left > 0 && (f.odds(3, 4) || f.calm) {
		return
	}
	kind := f.one("step_up", "withdrawal", "hold", "hold", "follow_up", "follow_up", "weekly", "weekly", "extend", "end")
	switch {
	case last.Kind == models.Baseline:
		kind = f.one("intervention", "intervention", "intervention", "intervention", "intervention", "extend", "end")
	case last.Kind == models.Withdrawal:
		kind = f.one("resume", "resume", "end")
	case f.calm && last.Kind == models.Intervention:
		kind = f.one("step_up", "withdrawal", "withdrawal")
	}
	switch kind {
	case "extend":
		f.note("extend", f.p.ExtendPhase(ctx, c.Therapist, c.Experiment, models.Submission{}))
	case "end":
		f.note("end", f.p.EndExperiment(ctx, c.Therapist, c.Experiment, models.EndInput{LastWeek: string(models.FirstStart(f.today()).Add(f.random.IntN(2) - 1)), Reason: f.need(100)}))
	default:
		start := f.startWeek()
		if weeks := models.StartWeeks(kind, last, f.today()); len(weeks) > 0 {
			start = string(weeks[0])
		}
		if kind == "intervention" && e.DrawnWeek != "" {
			start = string(max(e.DrawnWeek, models.FirstStart(f.today())))
		}
		in := models.StepInput{Kind: kind, Start: start, Weeks: "4"}
		if kind == "step_up" && last.Dose != nil {
			in.Change, in.Dose, in.Criterion = "dose", itoa(*last.Dose+1), f.number(2, 6)
			in.Behaviour, in.Label, in.CountsIf, in.NotCountsIf = last.Behaviour, last.Label, last.CountsIf, last.NotCountsIf
		}
		f.note(kind, f.p.StartPhase(ctx, c.Therapist, c.Experiment, in))
	}
}

// checkIn is the client's form of the week, in time, late, again, or twice.
func (f *fate) checkIn(c *modelstest.Couple) {
	open, ok, err := f.p.ForClient().OpenForm(ctx, c.Client)
	must(f.t, err)
	if !ok || f.shut[c] {
		return
	}
	in := f.checkinInput(open.Week)
	name := "check-in"
	switch {
	case open.Saved != nil && f.odds(1, 2):
		name = "check-in overtaken"
	case open.Saved != nil:
		name, in.Version = "check-in corrected", itoa(open.Saved.Version)
	case open.Late:
		name = "late check-in"
	}
	his := c.Client
	his.From = models.Origin{Device: "his", Address: "203.0.113.7"}
	f.note(name, f.p.ForClient().SubmitCheckin(ctx, his, in))
}

func (f *fate) checkinInput(w models.Week) models.CheckinInput {
	return models.CheckinInput{Submission: f.submission(), Week: string(w), Done: f.number(0, 4), Effort: f.number(0, 10), Tension: f.number(0, 10), Forecast: f.number(0, 10), Guess: f.maybe(0, 10), Sure: f.maybe(0, 100), Note: f.text(200)}
}

// report is the partner's form of the week: any answer, in time, late, or a
// correction.
func (f *fate) report(c *modelstest.Couple) {
	open, ok, err := f.p.PartnerForm(ctx, c.Partner)
	must(f.t, err)
	if !ok || f.gone[c] {
		return
	}
	in := f.reportInput(open)
	name := "report"
	switch {
	case open.Saved > 0:
		name, in.Version = "report corrected", itoa(open.Saved)
	case open.Late:
		name = "late report"
	}
	if open.AsksCall && in.Enough != "" {
		name += " with the call"
	}
	if in.Pushed == "yes" {
		name += ", pushed"
	}
	hers := c.Partner
	hers.From = models.Origin{Device: "hers", Address: "203.0.113.7"}
	if open.Late { // on his
		hers.From.Device = "his"
	}
	f.note(name, f.p.SubmitPartnerReport(ctx, hers, in))
}

func (f *fate) reportInput(open models.PartnerForm) models.PartnerReportInput {
	in := models.PartnerReportInput{Submission: f.submission(), Week: string(open.Week), Alone: "yes", Tension: f.maybe(0, 10), Leaving: f.maybe(0, 10), Noticed: f.one("", "0", "1", "2", "5", "6_or_more", "not_sure"), Real: f.maybe(0, 10),
		SayNo: f.one("", "yes", "mostly", "not_always", "no", "did_not_come_up"), Note: f.text(300), Contact: f.one("", "no", "when_convenient")}
	in.Safe, in.Pushed, in.Children = f.one("", "yes", "mostly"), f.one("", "no"), f.one("", "as_usual", "quieter", "not_at_home")
	if open.AsksDifferent {
		in.Different = f.one("", "no", "a_little_better", "better", "worse")
	}
	if open.AsksCall {
		in.Enough, in.EnoughIf = f.one("", "yes", "yes_for_now", "not_yet", "no", "rather_not_say"), f.text(150)
	}
	if f.calm {
		return in
	}
	if f.odds(1, 8) {
		in.Safe, in.Contact, in.ContactBy, in.Children = f.one("not_always", "no"), "soon", f.one("", "safe_route", "another_way", "not_now"), "frightened"
	}
	if f.odds(1, 8) {
		in.Pushed = f.one("a_little", "yes")
	}
	return in
}
