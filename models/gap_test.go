package models_test

import (
	"testing"

	"enough/models"
)

func TestExcuseWeek(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	must(t, p.ExcuseWeek(ctx, p.Owner, c.CaseID, week6, "holiday"))
	must(t, p.ExcuseWeek(ctx, p.Owner, c.CaseID, week6, "illness"))
	wantLook(t, p, "2026-04-06 illness", `SELECT week, reason FROM excused_weeks`)
	if got := forms(t, p, c, week5, 4); got != "+-+!" {
		t.Errorf("with the second week excused forms are asked in %s", got)
	}
	for _, week := range []string{"", "2026-04-07", "2026-02-16", "2026-12-28"} {
		wantField(t, p.ExcuseWeek(ctx, p.Owner, c.CaseID, week, "holiday"), "week")
	}
	wantField(t, p.ExcuseWeek(ctx, p.Owner, c.CaseID, week7, " "), "reason")
}

func TestPausePartner_isSeenByNobodyElse(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	before, err := p.ForClient().Case(ctx, c.Client)
	must(t, err)
	must(t, p.PausePartner(ctx, p.Owner, c.CaseID, true, "agreed"))
	must(t, p.PausePartner(ctx, p.Owner, c.CaseID, true, "again")) // changes nothing
	on(p, models.Week(week5).Sunday())
	f, open, err := p.PartnerForm(ctx, c.Partner)
	if err != nil || open {
		t.Errorf("her form is open while her reports rest: %+v, %v", f, err)
	}
	wantConflict(t, p.SubmitPartnerReport(ctx, c.Partner, report(week5)), "no form")
	_, open, err = p.ForClient().OpenForm(ctx, c.Client)
	if err != nil || !open {
		t.Errorf("his form is not open: %v", err)
	}
	must(t, p.ForClient().SubmitCheckin(ctx, c.Client, checkin(week5)))
	after, err := p.ForClient().Case(ctx, c.Client)
	if err != nil || len(after.Phases) != len(before.Phases) || len(after.Excused) != 0 {
		t.Errorf("his case is %+v, %v", after, err)
	}
	on(p, week6)
	must(t, p.PausePartner(ctx, p.Owner, c.CaseID, false, ""))
	wantLook(t, p, "2026-03-30 2026-04-06 agreed", `SELECT from_week, until_week, reason FROM partner_pauses`)
	on(p, models.Week(week6).Sunday())
	must(t, p.SubmitPartnerReport(ctx, c.Partner, report(week6)))
	wantField(t, p.PausePartner(ctx, p.Owner, c.CaseID, true, ""), "reason")
}
