package handlers

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"testing"

	"enough/models"
	"enough/models/modelstest"
)

// A life is what a couple does in the stage's eight weeks: four before anything
// changes, four of the plan with one planned gap.
type life struct {
	t   testing.TB
	raw *sql.DB
	c   *modelstest.Couple
	ctx context.Context
}

func newLife(t testing.TB, raw *sql.DB, c *modelstest.Couple) *life {
	return &life{t: t, raw: raw, c: c, ctx: context.Background()}
}

// hers does something of the partner's and holds that not a byte of the
// client's tables moves by it.
func (l *life) hers(what string, act func()) {
	l.t.Helper()
	before := dump(l.t, l.raw)
	act()
	if after := dump(l.t, l.raw); after != before {
		l.t.Errorf("%s by the partner changes what the client can read", what)
	}
}

func (l *life) monday(week int) {
	p := l.c.Practice
	switch week {
	case 5:
		l.c.Intervene(l.t)
	case 7:
		l.review()
	case 8:
		must(l.t, p.PausePartner(l.ctx, l.c.Therapist, l.c.CaseID, false, ""))
	}
}

// review publishes twice, has the second taken back, decides, takes the week
// out, lets her reports rest and changes the plan.
func (l *life) review() {
	t, p, w := l.t, l.c.Practice, string(l.c.Practice.Week())
	week := func(n int) string { return string(l.c.Practice.Week().Add(n - 7)) }
	l.hers("a proposal", func() {
		l.propose("conflict."+week(1), "conflict."+week(3), "noticed."+week(5), "conflict."+week(5), "conflict."+week(6), "leaving.")
	})
	l.publish("What was shown.", "conflict."+week(1), "conflict."+week(3), "leaving.")
	before := dump(t, l.raw)
	l.publish("Shown, and taken back.", "noticed."+week(5), "conflict."+week(5))
	must(t, p.TakeBack(l.ctx, l.c.Partner, "noticed."+week(5)))
	must(t, p.TakeBack(l.ctx, l.c.Partner, "conflict."+week(5)))
	if dump(t, l.raw) != before {
		t.Error("what was taken back is not as if it had never been published")
	}
	r, err := p.Review(l.ctx, l.c.Therapist, l.c.Experiment)
	must(t, err)
	_, version := r.Frozen()
	must(t, p.Decide(l.ctx, l.c.Therapist, l.c.Experiment, models.DecisionInput{Choice: "follow_up", On: string(models.Day(w)), Present: "client", Reasons: "Reasons.",
		SuffersLess: "Somebody.", WhoPays: "Somebody.", ClientText: "The plan goes on.", PartnerText: "The form goes on.", Because: "Her condition is new.", Version: version, Line: [4]string{"yes", "no", "no", "no"}, SkillUsed: "no"}))
	must(t, p.ExcuseWeek(l.ctx, l.c.Therapist, l.c.CaseID, w, "A holiday."))
	must(t, p.PausePartner(l.ctx, l.c.Therapist, l.c.CaseID, true, "Agreed."))
	must(t, p.SavePlan(l.ctx, l.c.Therapist, l.c.Experiment, models.PlanInput{Step: "act", Behaviour: "Ask about the day", Label: "ask about your day",
		CountsIf: "Asked and listened for ten minutes.", NotCountsIf: "Phone in hand.", IfMoment: "it is after dinner", ThenAct: "I ask", Reason: "Longer.", Version: digits(&r.Experiment.Version)}))
}

// offers gives the keys of what can be shown that begin so.
func (l *life) offers(begin ...string) (keys []string, version string) {
	list, version, err := l.c.Practice.Offers(l.ctx, l.c.Partner)
	must(l.t, err)
	for _, o := range list {
		if slices.ContainsFunc(begin, func(b string) bool { return strings.HasPrefix(o.Key(), b) }) {
			keys = append(keys, o.Key())
		}
	}
	return keys, version
}

func (l *life) propose(begin ...string) {
	keys, version := l.offers(begin...)
	must(l.t, l.c.Practice.Propose(l.ctx, l.c.Partner, models.ProposeInput{Keys: keys, Version: version}))
}

func (l *life) publish(words string, begin ...string) {
	keys, _ := l.offers(begin...)
	_, version, err := l.c.Practice.Proposals(l.ctx, l.c.Therapist, l.c.CaseID)
	must(l.t, err)
	_, err = l.c.Practice.Publish(l.ctx, l.c.Therapist, l.c.CaseID, models.PublishInput{Keys: keys, Words: words, SpokenOn: string(l.c.Practice.Week()), Version: version})
	must(l.t, err)
}

func (l *life) sunday(week int) {
	number := func(n int) string { return itoa((n*week + 3) % 11) }
	if week == 7 {
		return
	}
	if week < 8 {
		entry := models.CheckinInput{Tension: number(2), Forecast: number(3), Done: itoa(week % 4), Effort: number(5), Note: "His note " + itoa(week) + "."}
		l.c.CheckIn(l.t, entry)
		entry.Note, entry.Version = "His note again.", "1"
		l.c.CheckIn(l.t, entry)
	} else {
		must(l.t, l.c.Practice.ForClient().NoteOccurrence(l.ctx, l.c.Client, models.Submission{}))
	}
	report := models.PartnerReportInput{Tension: number(4), Leaving: number(7), Noticed: itoa(week % 5), Real: number(6), SayNo: "mostly", Safe: "yes", Pushed: "no",
		Children: "as_usual", Note: "Her note " + itoa(week) + ".", Contact: "no"}
	if week == 2 || week == 8 {
		report.Pushed, report.Contact, report.Safe, report.ContactBy = "yes", "soon", "no", "another_way"
	}
	if week == 8 {
		report.Enough, report.EnoughIf = "not_yet", "Her condition."
	}
	l.hers("a report", func() { l.c.Report(l.t, report) })
	if week == 3 || week == 8 {
		report.Tension, report.Version = number(5), "1"
		l.hers("a correction", func() { l.c.Report(l.t, report) })
	}
}
