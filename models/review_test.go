package models_test

import (
	"testing"

	"enough/models"
)

func TestReview_restingWeeksAreNotAskedOfHer(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	on(p, week6)
	must(t, p.PausePartner(ctx, p.Owner, c.CaseID, true, "agreed"))
	on(p, week7)
	must(t, p.PausePartner(ctx, p.Owner, c.CaseID, false, ""))
	on(p, models.Week(week8).Sunday())
	r, err := p.Review(ctx, p.Owner, c.Experiment)
	must(t, err)
	b1 := r.Phases[1]
	if b1.Asked != 3 || b1.AskedPartner != 2 || r.Paused {
		t.Errorf("asked of him %d, of her %d, paused %t; wanted 3, 2, false: the last week is still open", b1.Asked, b1.AskedPartner, r.Paused)
	}
	for i, w := range b1.Weeks {
		if w.Resting != (w.Week == week6) {
			t.Errorf("week %d rests: %t", i+1, w.Resting)
		}
	}
	in := decision(t, p, c)
	must(t, p.Decide(ctx, p.Owner, c.Experiment, in))
	list, err := p.Decisions(ctx, p.Owner, c.Experiment)
	if err != nil || list[0].Frozen.Phases[1].Asked != 2 {
		t.Errorf("frozen is %+v, %v", list, err)
	}
}

func TestReview_countsWhatIsThereAndWhatIsNot(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	must(t, p.ExcuseWeek(ctx, p.Owner, c.CaseID, week6, "holiday"))
	on(p, models.Week(week5).Sunday())
	c.CheckIn(t, models.CheckinInput{Done: "3", Effort: "3", Tension: "4", Forecast: "5"})
	c.Report(t, models.PartnerReportInput{Tension: "4", Leaving: "5", Noticed: "not_sure"})
	on(p, models.Week(week7).Sunday())
	c.CheckIn(t, models.CheckinInput{Done: "0", Tension: "4", Forecast: "5"})
	c.Report(t, models.PartnerReportInput{Tension: "7", Contact: "soon"})
	r, err := p.Review(ctx, p.Owner, c.Experiment)
	must(t, err)
	base, b1 := r.Phases[0], r.Phases[1]
	if base.Asked != 4 || base.Reports != 0 || base.Checkins != 0 || base.Conflict.N != 0 || base.Conflict.Mean != nil {
		t.Errorf("a baseline without entries is %+v", base)
	}
	if b1.Asked != 2 || b1.Reports != 2 || b1.Checkins != 2 || b1.Done != 3 || b1.Planned != 4 {
		t.Errorf("B1 is %+v", b1)
	}
	if b1.Conflict.N != 2 || *b1.Conflict.Mean != 5.5 || b1.Leaving.N != 1 || *b1.Leaving.Mean != 5 || b1.Noticed.N != 0 || b1.FeltReal.N != 0 || b1.Call != nil {
		t.Errorf("the numbers of B1 are %+v", b1)
	}
	// A skipped answer, a missing week, an excused one and one still to come.
	if w := b1.Weeks; len(w) != 3 || w[0].Report == nil || !w[1].Excused || w[1].Asked || w[1].Report != nil || !w[2].Open || w[2].Report.Leaving != nil {
		t.Errorf("the weeks of B1 are %+v", w)
	}
	if len(r.Contacts) != 1 || r.Contacts[0].Week != week7 || r.Contacts[0].Contact != "soon" {
		t.Errorf("she asked to be reached: %+v", r.Contacts)
	}
	if got := r.Reviewed().Phase.Name; got != "B1" {
		t.Errorf("the review is about %s", got)
	}
}
