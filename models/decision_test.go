package models_test

import (
	"strings"
	"testing"
	"time"

	"enough/models"
	"enough/models/modelstest"
)

// decision is a full form, made from the numbers as they stand.
func decision(t testing.TB, p *modelstest.Practice, c *modelstest.Couple) models.DecisionInput {
	t.Helper()
	r, err := p.Review(ctx, p.Owner, c.Experiment)
	must(t, err)
	_, version := r.Frozen()
	return models.DecisionInput{Choice: "extend", On: string(r.Today), Present: "client", Reasons: "Too early.", SuffersLess: "Nobody yet.",
		WhoPays: "She waits.", Version: version, Line: [4]string{"yes", "no", "no", "unsure"}, SkillUsed: "no", From: string(r.NextReview()), PartnerFirst: string(r.Today), Referral: "Declined."}
}

func TestDecide_freezesTheNumbersThatWereShown(t *testing.T) {
	t.Parallel()
	p, c := concluded(t)
	in := decision(t, p, c)
	in.ClientText, in.PartnerText, in.Learning, in.Confidence = "For him.", "For her.", "Twice is not noticed.", "40"
	// The numbers move between the form and its sending.
	must(t, p.EnterPartnerReport(ctx, p.Owner, c.CaseID, models.PartnerReportInput{Week: week8, Version: "1", Tension: "10"}))
	wantConflict(t, p.Decide(ctx, p.Owner, c.Experiment, in), "numbers have changed")
	wantLook(t, p, "0 0 0", `SELECT (SELECT count(*) FROM decisions), (SELECT count(*) FROM client_notices), (SELECT count(*) FROM partner_notices)`)
	in.Version = decision(t, p, c).Version
	must(t, p.Decide(ctx, p.Owner, c.Experiment, in))
	must(t, p.EnterPartnerReport(ctx, p.Owner, c.CaseID, models.PartnerReportInput{Week: week8, Version: "2", Tension: "0"}))
	list, err := p.Decisions(ctx, p.Owner, c.Experiment)
	if err != nil || len(list) != 1 {
		t.Fatalf("the decisions are %+v, %v", list, err)
	}
	b1 := list[0].Frozen.Phases[1]
	if list[0].Phase != "B1" || list[0].Choice != "extend" || number(list[0].Confidence) != "40" || b1.Conflict.N != 4 || *b1.Conflict.Mean != 5.5 || // (5+4+3+10)/4
		b1.CallGave != "yes_for_now" || b1.Reports != 4 || b1.Asked != 4 {
		t.Errorf("the decision is %+v", list[0])
	}
	his, err := p.ForClient().Notices(ctx, c.Client)
	if err != nil || len(his) != 1 || his[0].Body != "For him." {
		t.Errorf("he reads %+v, %v", his, err)
	}
	hers, err := p.PartnerNotices(ctx, c.Partner)
	if err != nil || len(hers) != 1 || hers[0].Body != "For her." {
		t.Errorf("she reads %+v, %v", hers, err)
	}
}

func TestDecide_refusals(t *testing.T) {
	t.Parallel()
	p, c := reported(t)
	for _, row := range []struct {
		name, field string
		spoil       func(*models.DecisionInput)
	}{
		{"no choice", "choice", func(in *models.DecisionInput) { in.Choice = "" }},
		{"a choice that is not offered", "choice", func(in *models.DecisionInput) { in.Choice = "success" }},
		{"no date", "on", func(in *models.DecisionInput) { in.On = "" }},
		{"tomorrow", "on", func(in *models.DecisionInput) { in.On = "2026-03-31" }},
		{"long ago", "on", func(in *models.DecisionInput) { in.On = "2026-01-01" }},
		{"nobody said who was present", "present", func(in *models.DecisionInput) { in.Present = "" }},
		{"no reasons", "reasons", func(in *models.DecisionInput) { in.Reasons = " " }},
		{"who suffers less is not answered", "suffers_less", func(in *models.DecisionInput) { in.SuffersLess = "" }},
		{"who pays is not answered", "who_pays", func(in *models.DecisionInput) { in.WhoPays = "" }},
		{"a confidence over 100", "confidence", func(in *models.DecisionInput) { in.Confidence = "101" }},
		{"a text for him that is too long", "client_text", func(in *models.DecisionInput) { in.ClientText = strings.Repeat("x", 1001) }},
		{"a text for her that is too long", "partner_text", func(in *models.DecisionInput) { in.PartnerText = strings.Repeat("x", 1001) }},
	} {
		t.Run(row.name, func(t *testing.T) {
			in := decision(t, p, c)
			row.spoil(&in)
			wantField(t, p.Decide(ctx, p.Owner, c.Experiment, in), row.field)
		})
	}
	other := p.Couple(t, p.Owner, "bea").Plan(t)
	in := decision(t, p, c)
	wantConflict(t, p.Decide(ctx, p.Owner, other.Experiment, in), "has not started")
}

func TestDecide_outlivesItsPhase(t *testing.T) {
	t.Parallel()
	p, c := intervention(t) // B1 has begun this week
	in := decision(t, p, c)
	in.Choice = "stop_harm"
	must(t, p.Decide(ctx, p.Owner, c.Experiment, in))
	must(t, p.EndExperiment(ctx, p.Owner, c.Experiment, models.EndInput{LastWeek: week4, Reason: "Harm."}))
	list, err := p.Decisions(ctx, p.Owner, c.Experiment)
	if err != nil || len(list) != 1 || list[0].Phase != "B1" || list[0].Reasons != "Too early." {
		t.Errorf("after the end the decisions are %+v, %v", list, err)
	}
}

// TestDecide_theLine: a skill that was used against somebody keeps from stepping up,
// whatever the verdict; a decision to stop for harm says from when it holds, and one to
// end also with whom was spoken first and to whom the client was referred.
func TestDecide_theLine(t *testing.T) {
	t.Parallel()
	p, c := concluded(t)
	used := func(in *models.DecisionInput) {
		in.SkillUsed, in.SkillAgainst, in.Because = "yes", "A colleague at work.", "Heard alone."
	}
	for _, row := range []struct {
		name, field string
		change      func(*models.DecisionInput)
	}{
		{"the use of skill is not answered", "skill_used", func(in *models.DecisionInput) { in.SkillUsed = "" }},
		{"nor against whom", "skill_against", func(in *models.DecisionInput) { used(in); in.SkillAgainst = " " }},
		{"a question of the line is not answered", "line_harms", func(in *models.DecisionInput) { in.Line[2] = "" }},
		{"stepping up after it", "choice", func(in *models.DecisionInput) { used(in); in.Choice = "step_up" }},
		{"a stop for harm from no day", "from", func(in *models.DecisionInput) { in.Choice, in.From = "stop_harm", "" }},
		{"an end without the partner", "partner_first", func(in *models.DecisionInput) { in.Choice, in.PartnerFirst = "end_treatment", "" }},
		{"an end before she is spoken to", "partner_first", func(in *models.DecisionInput) {
			in.Choice, in.PartnerFirst = "end_treatment", string(models.Day(in.On).Add(1))
		}},
		{"an end without a referral", "referral", func(in *models.DecisionInput) { in.Choice, in.Referral = "end_treatment", "" }},
	} {
		in := decision(t, p, c)
		row.change(&in)
		t.Run(row.name, func(t *testing.T) { wantField(t, p.Decide(ctx, p.Owner, c.Experiment, in), row.field) })
	}
	step := models.StepInput{Kind: "step_up", Start: week9, Weeks: "4", Change: "dose", Dose: "4", Criterion: "3"}
	in := decision(t, p, c)
	used(&in)
	in.Choice, in.Line = "end_treatment", [4]string{"no", "unsure", "yes", "unsure"}
	must(t, p.Decide(ctx, p.Owner, c.Experiment, in))
	wantConflict(t, p.StartPhase(ctx, p.Owner, c.Experiment, step), "a skill was used against somebody")
	later(p, time.Minute)
	in = decision(t, p, c)
	in.Choice, in.From, in.PartnerFirst, in.Referral = "hold", "x", "x", "nothing of this is asked"
	in.Because = "It rests."
	must(t, p.Decide(ctx, p.Owner, c.Experiment, in))
	list, err := p.Decisions(ctx, p.Owner, c.Experiment)
	must(t, err)
	if d := list[0]; d.Skill != (models.Skill{Used: "yes", Against: "A colleague at work."}) || d.Unsure() != 2 || d.Ending.Referral != "Declined." || d.Ending.PartnerFirst != d.On || d.Ending.From != d.On {
		t.Errorf("it is kept as %+v", d)
	}
	if d := list[1]; d.Ending != (models.Ending{}) || d.Unsure() != 1 {
		t.Errorf("the next is kept as %+v", d)
	}
}
