package models_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"enough/models"
	"enough/models/modelstest"
)

const reportRow = `SELECT conflict, leaving, noticed, felt_real, conflict_state, leaving_state, noticed_state, real_state,
	different, say_no, safe, pushed, children, contact, contact_by, late, on_paper, version FROM partner_reports WHERE week = $1`

func TestSubmitPartnerReport_states(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		week  string
		wants string // whether she wants to know the plan
		in    models.PartnerReportInput
		want  string
		call  string
	}{
		{"everything skipped in a baseline", week1, "wants", models.PartnerReportInput{},
			"<nil> <nil> <nil> <nil> skipped skipped not_asked not_asked not_asked skipped skipped skipped skipped skipped not_asked 0 0 1", ""},
		{"everything skipped under a plan", week5, "wants", models.PartnerReportInput{},
			"<nil> <nil> <nil> <nil> skipped skipped skipped not_asked not_asked skipped skipped skipped skipped skipped not_asked 0 0 1", ""},
		{"everything skipped in the last week", week8, "wants", models.PartnerReportInput{},
			"<nil> <nil> <nil> <nil> skipped skipped skipped not_asked not_asked skipped skipped skipped skipped skipped not_asked 0 0 1", "skipped "},
		{"a baseline asks nothing of the plan, whatever is sent", week1, "wants", models.PartnerReportInput{
			Tension: "0", Leaving: "10", Noticed: "2", Real: "4", Different: "better", Enough: "yes", SayNo: "yes", Safe: "yes", Pushed: "no", Children: "as_usual", Contact: "no", ContactBy: "safe_route"},
			"0 10 <nil> <nil> answered answered not_asked not_asked not_asked yes yes no as_usual no not_asked 0 0 1", ""},
		{"noticed twice", week5, "wants", models.PartnerReportInput{Tension: "7", Leaving: "8", Noticed: "2", Real: "0"},
			"7 8 2 0 answered answered answered answered not_asked skipped skipped skipped skipped skipped not_asked 0 0 1", ""},
		{"noticed six times or more, and real skipped", week5, "wants", models.PartnerReportInput{Noticed: "6_or_more"},
			"<nil> <nil> 6 <nil> skipped skipped answered skipped not_asked skipped skipped skipped skipped skipped not_asked 0 0 1", ""},
		{"never noticed, so real is not asked", week5, "wants", models.PartnerReportInput{Noticed: "0", Real: "4"},
			"<nil> <nil> 0 <nil> skipped skipped answered not_asked not_asked skipped skipped skipped skipped skipped not_asked 0 0 1", ""},
		{"not sure whether noticed", week5, "wants", models.PartnerReportInput{Noticed: "not_sure", Real: "4"},
			"<nil> <nil> <nil> <nil> skipped skipped not_sure not_asked not_asked skipped skipped skipped skipped skipped not_asked 0 0 1", ""},
		{"would rather not know the plan", week5, "rather_not", models.PartnerReportInput{Noticed: "2", Real: "4", Different: "a_little_worse"},
			"<nil> <nil> <nil> <nil> skipped skipped not_asked not_asked a_little_worse skipped skipped skipped skipped skipped not_asked 0 0 1", ""},
		{"would rather not know, and skipped it", week5, "rather_not", models.PartnerReportInput{},
			"<nil> <nil> <nil> <nil> skipped skipped not_asked not_asked skipped skipped skipped skipped skipped skipped not_asked 0 0 1", ""},
		{"not safe, and asks to be reached", week5, "wants", models.PartnerReportInput{SayNo: "no", Safe: "no", Pushed: "yes", Children: "rather_not_say", Contact: "soon", ContactBy: "another_way"},
			"<nil> <nil> <nil> <nil> skipped skipped skipped not_asked not_asked no no yes rather_not_say soon another_way 0 0 1", ""},
		{"not always safe, and skips how to be reached", week5, "wants", models.PartnerReportInput{SayNo: "did_not_come_up", Safe: "not_always", Children: "frightened"},
			"<nil> <nil> <nil> <nil> skipped skipped skipped not_asked not_asked did_not_come_up not_always skipped frightened skipped skipped 0 0 1", ""},
		{"mostly safe is not asked how to be reached", week5, "wants", models.PartnerReportInput{Safe: "mostly", ContactBy: "safe_route"},
			"<nil> <nil> <nil> <nil> skipped skipped skipped not_asked not_asked skipped mostly skipped skipped skipped not_asked 0 0 1", ""},
		{"her call", week8, "wants", models.PartnerReportInput{Enough: "not_yet", EnoughIf: "More of it."},
			"<nil> <nil> <nil> <nil> skipped skipped skipped not_asked not_asked skipped skipped skipped skipped skipped not_asked 0 0 1", "not_yet More of it."},
		{"her call, which she would rather not say", week8, "wants", models.PartnerReportInput{Enough: "rather_not_say"},
			"<nil> <nil> <nil> <nil> skipped skipped skipped not_asked not_asked skipped skipped skipped skipped skipped not_asked 0 0 1", "rather_not_say "},
		{"her call is not asked before the last week", week7, "wants", models.PartnerReportInput{Enough: "yes"},
			"<nil> <nil> <nil> <nil> skipped skipped skipped not_asked not_asked skipped skipped skipped skipped skipped not_asked 0 0 1", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			p, c := baseline(t)
			in := gate("1")
			in.WantsPlan = row.wants
			must(t, p.SaveGate(ctx, p.Owner, c.CaseID, in))
			if row.week >= week5 {
				on(p, week5)
				c.Intervene(t)
			}
			on(p, models.Week(row.week).Sunday())
			f, open, err := p.PartnerForm(ctx, c.Partner)
			if err != nil || !open || f.AsksNoticed != (row.week >= week5 && row.wants == "wants") || f.AsksDifferent != (row.week >= week5 && row.wants != "wants") ||
				f.AsksCall != (row.week == week8) || !f.AsksChildren || f.Saved != 0 || (f.Label == "") != (row.week == week1) {
				t.Errorf("the form is %+v, open %t, %v", f, open, err)
			}
			row.in.Week = row.week
			must(t, p.SubmitPartnerReport(ctx, c.Partner, row.in))
			wantLook(t, p, row.want, reportRow, row.week)
			wantLook(t, p, "1", `SELECT count(*) FROM partner_reports`) // the other weeks are missing: no row
			wantLook(t, p, row.call, `SELECT answer, different FROM partner_calls`)
		})
	}
	t.Run("no children at home are not asked about", func(t *testing.T) {
		t.Parallel()
		p, c := baseline(t)
		in := frame("2")
		in.Children = "no"
		must(t, p.SaveFrame(ctx, p.Owner, c.CaseID, in))
		on(p, models.Week(week1).Sunday())
		must(t, p.SubmitPartnerReport(ctx, c.Partner, report(week1)))
		wantLook(t, p, "not_asked", `SELECT children FROM partner_reports`)
	})
}

func TestSubmitPartnerReport_badAnswers(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	on(p, models.Week(week8).Sunday())
	for field, put := range map[string]func(*models.PartnerReportInput, string){
		"tension": func(in *models.PartnerReportInput, s string) { in.Tension = s },
		"leaving": func(in *models.PartnerReportInput, s string) { in.Leaving = s },
		"real":    func(in *models.PartnerReportInput, s string) { in.Real = s },
	} {
		for _, s := range []string{"11", "-1", "1.5", "abc", "１", "1e309", "-0", "+3", "3 4", "NaN", "3\x00"} {
			t.Run(fmt.Sprintf("%s is %q", field, s), func(t *testing.T) {
				in := report(week8)
				put(&in, s)
				wantField(t, p.SubmitPartnerReport(ctx, c.Partner, in), field)
			})
		}
	}
	for field, put := range map[string]func(*models.PartnerReportInput, string){
		"noticed":    func(in *models.PartnerReportInput, s string) { in.Noticed = s },
		"say_no":     func(in *models.PartnerReportInput, s string) { in.SayNo = s },
		"safe":       func(in *models.PartnerReportInput, s string) { in.Safe = s },
		"pushed":     func(in *models.PartnerReportInput, s string) { in.Pushed = s },
		"children":   func(in *models.PartnerReportInput, s string) { in.Children = s },
		"contact":    func(in *models.PartnerReportInput, s string) { in.Contact = s },
		"enough":     func(in *models.PartnerReportInput, s string) { in.Enough = s },
		"contact_by": func(in *models.PartnerReportInput, s string) { in.Safe, in.ContactBy = "no", s },
	} {
		for _, s := range []string{"x", "6", "7", "Yes", "skipped", "not_asked", " "} {
			t.Run(fmt.Sprintf("%s is %q", field, s), func(t *testing.T) {
				in := report(week8)
				put(&in, s)
				wantField(t, p.SubmitPartnerReport(ctx, c.Partner, in), field)
			})
		}
	}
	wantLook(t, p, "0", `SELECT count(*) FROM partner_reports`)
}

func TestSubmitPartnerReport_texts(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	on(p, models.Week(week8).Sunday())
	version := 0
	send := func(in models.PartnerReportInput) error {
		in.Week, in.Version = week8, number(&version)
		err := p.SubmitPartnerReport(ctx, c.Partner, in)
		if err == nil {
			version++
		}
		return err
	}
	texts(t, "note", 500, func(s string) error { return send(models.PartnerReportInput{Note: s}) },
		func() string { return look(t, p, `SELECT note FROM partner_reports`) })
	texts(t, "other", 200, func(s string) error { return send(models.PartnerReportInput{Enough: "no", EnoughIf: s}) },
		func() string { return look(t, p, `SELECT different FROM partner_calls`) })
}

func TestSubmitPartnerReport_closedWeeks(t *testing.T) {
	t.Parallel()
	closedWeeks(t, func(p *modelstest.Practice, c *modelstest.Couple, week string) error {
		return p.SubmitPartnerReport(ctx, c.Partner, report(week))
	}, "partner_reports")
}

func TestSubmitPartnerReport_endsTheSession(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	on(p, "2026-04-05")
	token := signIn(t, p, c.Partner)
	v := who(t, p, token)
	bad := report(week5)
	bad.Tension = "11"
	wantField(t, p.SubmitPartnerReport(ctx, v, bad), "tension")
	if !who(t, p, token).Known() {
		t.Error("a form to mend ended the session")
	}
	other := signIn(t, p, c.Client)
	in := report(week5)
	in.Submission = sub("a")
	must(t, p.SubmitPartnerReport(ctx, v, in))
	ended := who(t, p, token)
	if !ended.Ended || ended.Unlocked {
		t.Errorf("after the report the session is %+v, wanted an ended one", ended)
	}
	must(t, p.SubmitPartnerReport(ctx, ended, in)) // the same form again
	in.Tension = "1"
	wantKind(t, p.SubmitPartnerReport(ctx, ended, in), models.Forbidden) // and nothing else
	p.Clock.Set(p.Now().Add(11 * time.Minute))
	if who(t, p, token).Known() {
		t.Error("the ended session is known after ten minutes")
	}
	if !who(t, p, other).Known() {
		t.Error("the client's session ended with it")
	}
}

func TestSubmitPartnerReport_correction(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	on(p, models.Week(week8).Sunday())
	first := report(week8)
	first.Pushed, first.Contact, first.Safe, first.ContactBy, first.Note, first.Enough = "yes", "soon", "no", "safe_route", "The first.", "no"
	must(t, p.SubmitPartnerReport(ctx, c.Partner, first))
	f, _, err := p.PartnerForm(ctx, c.Partner)
	if err != nil || f.Saved != 1 {
		t.Errorf("the form says %d is saved, %v", f.Saved, err)
	}

	second := report(week8)
	second.Tension, second.Pushed, second.Contact, second.Safe, second.Note = "5", "", "", "yes", "The second."
	locked := c.Partner
	locked.Unlocked = false
	for _, version := range []string{"", "0", "1"} {
		second.Version = version
		wantConflict(t, p.SubmitPartnerReport(ctx, locked, second), "passphrase")
	}
	for _, version := range []string{"", "0", "2", "x"} {
		second.Version = version
		wantKind(t, p.SubmitPartnerReport(ctx, c.Partner, second), models.Conflict)
	}
	wantLook(t, p, "7 The first. 1", `SELECT conflict, note, version FROM partner_reports`)
	second.Version = "1"
	must(t, p.SubmitPartnerReport(ctx, c.Partner, second))
	// Pushed and contact were left empty: they are as they were.
	wantLook(t, p, "5 8 2 4 answered answered answered answered not_asked mostly yes yes as_usual soon safe_route 0 0 2", reportRow, week8)
	wantLook(t, p, "skipped", `SELECT answer FROM partner_calls`)
	third := report(week8)
	third.Version, third.Pushed, third.Contact, third.Enough = "2", "a_little", "no", "yes_for_now"
	must(t, p.SubmitPartnerReport(ctx, c.Partner, third))
	wantLook(t, p, "a_little no 3 yes_for_now", `SELECT pushed, contact, r.version, answer FROM partner_reports r JOIN partner_calls k ON k.week = r.week`)

	for version, want := range map[string]string{"1": "The first. 7 yes no", "2": "The second. 5 yes skipped"} {
		var was models.PartnerReport
		must(t, json.Unmarshal([]byte(look(t, p, `SELECT was FROM partner_report_corrections WHERE version = $1`, version)), &was))
		if got := fmt.Sprintln(was.Note, number(was.Conflict), was.Pushed, was.Call.Answer); got != want+"\n" {
			t.Errorf("before correction %s it said %q, wanted %q", version, got, want)
		}
	}
	own, err := p.OwnReports(ctx, c.Partner)
	if err != nil || len(own) != 1 || !own[0].Corrected() || own[0].Call.Answer != "yes_for_now" {
		t.Errorf("her reports are %+v, %v", own, err)
	}
	// What she said of being safe and free went in and does not come back, not even
	// to her passphrase.
	if own[0].Guarded() != (models.Guarded{}) || own[0].Before != nil {
		t.Errorf("her own reports hold %+v and before that %+v", own[0].Guarded(), own[0].Before)
	}
	hers, err := p.PartnerReport(ctx, p.Owner, c.CaseID, week8)
	if err != nil || hers.Guarded() != (models.Guarded{Safe: "yes", Pushed: "a_little", Contact: "no", ContactBy: "safe_route"}) {
		t.Errorf("her therapist reads %+v, %v", hers, err)
	}
	for _, ask := range []func() error{
		func() error { _, err := p.OwnReports(ctx, locked); return err },
		func() error { _, _, err := p.Offers(ctx, locked); return err },
		func() error { _, err := p.PartnerNotices(ctx, locked); return err },
		func() error { return p.Propose(ctx, locked, models.ProposeInput{}) },
		func() error { return p.TakeBack(ctx, locked, "conflict."+week8) },
		func() error { _, _, err := p.Preview(ctx, locked, c.CaseID, nil, ""); return err },
	} {
		wantKind(t, ask(), models.Forbidden)
	}
}

func TestSubmitPartnerReport_lateStaysLate(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	on(p, "2026-04-06")
	must(t, p.SubmitPartnerReport(ctx, c.Partner, report(week5)))
	in := report(week5)
	in.Version = "1"
	must(t, p.SubmitPartnerReport(ctx, c.Partner, in))
	wantLook(t, p, "1 2", `SELECT late, version FROM partner_reports`)
	p, c = intervention(t)
	on(p, "2026-04-05")
	must(t, p.SubmitPartnerReport(ctx, c.Partner, report(week5)))
	on(p, "2026-04-06")
	must(t, p.SubmitPartnerReport(ctx, c.Partner, in)) // saved in time, corrected after Sunday
	wantLook(t, p, "0 2", `SELECT late, version FROM partner_reports`)
}

func TestEnterPartnerReport_onPaper(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	on(p, "2026-04-30")
	in := report(week8)
	in.Enough = "yes" // which nobody else can say for her
	must(t, p.EnterPartnerReport(ctx, p.Owner, c.CaseID, in))
	wantLook(t, p, "7 8 2 4 answered answered answered answered not_asked mostly yes no as_usual no not_asked 0 1 1", reportRow, week8)
	wantLook(t, p, "0", `SELECT count(*) FROM partner_calls`)
	wantKind(t, p.EnterPartnerReport(ctx, p.Owner, c.CaseID, in), models.Conflict)
	in.Version, in.Tension = "1", "3"
	must(t, p.EnterPartnerReport(ctx, p.Owner, c.CaseID, in))
	wantLook(t, p, "3 2 1", `SELECT conflict, version, (SELECT count(*) FROM partner_report_corrections) FROM partner_reports`)
	wantKind(t, p.EnterPartnerReport(ctx, p.Owner, c.CaseID, report(week9)), models.NotFound)
	f, err := p.PaperReportForm(ctx, p.Owner, c.CaseID, week8)
	if err != nil || f.AsksCall || !f.AsksNoticed || f.Saved != 2 {
		t.Errorf("the paper form is %+v, %v", f, err)
	}
	got, err := p.PartnerReport(ctx, p.Owner, c.CaseID, week7)
	if err != nil || got != nil {
		t.Errorf("a missing week gives %+v, %v", got, err)
	}
}

func TestEnterPartnerReport_keepsHerCall(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	on(p, models.Week(week8).Sunday())
	in := report(week8)
	in.Enough = "not_yet"
	must(t, p.SubmitPartnerReport(ctx, c.Partner, in))
	in.Version, in.Tension, in.Enough = "1", "3", "yes"
	must(t, p.EnterPartnerReport(ctx, p.Owner, c.CaseID, in))
	wantLook(t, p, "not_yet", `SELECT answer FROM partner_calls`)
}

// What the form does not ask any more stays as it was answered.
func TestSubmitPartnerReport_correctionKeepsWhatIsNotAsked(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	on(p, models.Week(week5).Sunday())
	must(t, p.SubmitPartnerReport(ctx, c.Partner, models.PartnerReportInput{Week: week5, Noticed: "3", Real: "7", Children: "frightened"}))
	must(t, p.SaveFrame(ctx, p.Owner, c.CaseID, models.FrameInput{Goal: "Stay married.", Children: "no", Ending: "Harm.", Version: look(t, p, `SELECT version FROM cases WHERE id = $1`, c.CaseID)}))
	must(t, p.SubmitPartnerReport(ctx, c.Partner, models.PartnerReportInput{Week: week5, Noticed: "3", Real: "7", Note: "More.", Version: "1"}))
	wantLook(t, p, "3 7 frightened More.", `SELECT noticed, felt_real, children, note FROM partner_reports WHERE week = $1`, week5)
}
