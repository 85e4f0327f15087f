package models_test

import (
	"strings"
	"testing"
	"time"

	"enough/models"
	"enough/models/modelstest"
)

// gate is a full form of the gate.
func gate(version string) models.GateInput {
	return models.GateInput{AloneOn: "2026-03-02", Screen: "hark", ScreenOn: "2026-03-02", ScreenResult: "no_concern", Fear: "no",
		HoldingBack: "Yes.", Defensiveness: "Some.", WhatEachGets: "Calm.", ConsentOn: "2026-03-02", WantsPlan: "wants", Agenda: "mixed",
		SkillNote: "Nobody.", Contact: models.Contact{Channel: "text", Address: "555 0100", DeviceShared: "no"}, Version: version}
}

// startable opens a practice with a couple whose plan is complete.
func startable(t testing.TB) (*modelstest.Practice, *modelstest.Couple) {
	t.Helper()
	p, c := couple(t)
	return p, c.Plan(t)
}

func TestGate_noStartWithOnePointOpen(t *testing.T) {
	t.Parallel()
	p, c := startable(t)
	version := 1
	save := func(in models.GateInput) {
		t.Helper()
		in.Version = number(&version)
		must(t, p.SaveGate(ctx, p.Owner, c.CaseID, in))
		version++
	}
	for _, row := range []struct {
		name, field string // the point of the checklist that stays open
		spoil       func(*models.GateInput)
	}{
		{"the partner not spoken to alone", "alone_on", func(in *models.GateInput) { in.AloneOn = "" }},
		{"no screen done", "screen_result", func(in *models.GateInput) { in.ScreenResult = "not_done" }},
		{"no screen said", "screen_result", func(in *models.GateInput) { in.ScreenResult = "" }},
		{"a concern and nothing more", "screen_result", func(in *models.GateInput) { in.ScreenResult = "concern" }},
		{"a concern and a reason alone", "screen_result", func(in *models.GateInput) { in.ScreenResult, in.ConcernReason = "concern", "Because." }},
		{"a concern and a second name alone", "screen_result", func(in *models.GateInput) { in.ScreenResult, in.ConcernSecond = "concern", "Dr Two" }},
		{"a concern and blanks", "screen_result", func(in *models.GateInput) {
			in.ScreenResult, in.ConcernReason, in.ConcernSecond = "concern", " \n", "\t"
		}},
		{"nothing said of fear", "fear", func(in *models.GateInput) { in.Fear = "" }},
		{"holding back not answered", "holding_back", func(in *models.GateInput) { in.HoldingBack = "" }},
		{"defensiveness not answered", "holding_back", func(in *models.GateInput) { in.Defensiveness = "" }},
		{"what each gets not answered", "holding_back", func(in *models.GateInput) { in.WhatEachGets = "" }},
		{"no consent", "consent_on", func(in *models.GateInput) { in.ConsentOn = "" }},
		{"not asked whether she wants to know the plan", "consent_on", func(in *models.GateInput) { in.WantsPlan = "" }},
		{"no channel", "channel", func(in *models.GateInput) { in.Contact.Channel = "" }},
		{"no address", "channel", func(in *models.GateInput) { in.Contact.Address = "" }},
		{"not asked whether the device is shared", "channel", func(in *models.GateInput) { in.Contact.DeviceShared = "" }},
		{"no agenda", "agenda", func(in *models.GateInput) { in.Agenda = "" }},
		{"no note on the use of skill", "skill_note", func(in *models.GateInput) { in.SkillNote = "" }},
	} {
		t.Run(row.name, func(t *testing.T) {
			in := gate("")
			row.spoil(&in)
			save(in)
			g, err := p.Gate(ctx, p.Owner, c.CaseID)
			must(t, err)
			var open []string
			for _, item := range g.Checklist("I will end this if …") {
				if !item.Done {
					open = append(open, item.Field)
					if item.Why == "" {
						t.Errorf("%s does not say why it is open", item.Field)
					}
				}
			}
			if len(open) != 1 || open[0] != row.field {
				t.Errorf("open are %v, wanted %s", open, row.field)
			}
			wantConflict(t, p.StartExperiment(ctx, p.Owner, c.Experiment, week1, models.Submission{}), "gate is not open")
		})
	}
	wantLook(t, p, "0", `SELECT count(*) FROM phases`)

	t.Run("no ending criteria", func(t *testing.T) {
		save(gate(""))
		in := frame("2")
		in.Ending = ""
		must(t, p.SaveFrame(ctx, p.Owner, c.CaseID, in))
		wantConflict(t, p.StartExperiment(ctx, p.Owner, c.Experiment, week1, models.Submission{}), "gate is not open")
		must(t, p.SaveFrame(ctx, p.Owner, c.CaseID, frame("3")))
	})
	t.Run("a concern with a reason and a second name", func(t *testing.T) {
		in := gate("")
		in.ScreenResult, in.ConcernReason, in.ConcernSecond = "concern", "Humiliation alone.", "Dr Two"
		in.Contact = models.Contact{Channel: "in_session", DeviceShared: "yes"} // which needs no address
		save(in)
		later(p, 24*time.Hour) // Dr Two is nobody of the practice
		if err := p.StartExperiment(ctx, p.Owner, c.Experiment, week1, models.Submission{}); err != nil {
			t.Error(err)
		}
	})
}

func TestGate_nothingOnRecord(t *testing.T) {
	t.Parallel()
	p, id := invited(t)
	g, err := p.Gate(ctx, p.Owner, id)
	if err != nil || g.Version != 0 || g.ScreenResult != "not_done" || g.Open("I will end this if …") {
		t.Errorf("the gate of a new case is %+v, %v", g, err)
	}
}

func TestGate_fearStays(t *testing.T) {
	t.Parallel()
	p, c := startable(t)
	in := gate("1")
	in.Fear = "yes"
	must(t, p.SaveGate(ctx, p.Owner, c.CaseID, in))
	wantConflict(t, p.StartExperiment(ctx, p.Owner, c.Experiment, week1, models.Submission{}), "gate is not open")
	for _, fear := range []string{"no", "", "maybe"} {
		again := gate("2")
		again.Fear = fear
		wantField(t, p.SaveGate(ctx, p.Owner, c.CaseID, again), "fear")
	}
	in.Version, in.SkillNote = "2", "More."
	must(t, p.SaveGate(ctx, p.Owner, c.CaseID, in)) // the rest can be mended
	wantLook(t, p, "yes More.", `SELECT fear, skill_note FROM gates`)
	wantConflict(t, p.StartExperiment(ctx, p.Owner, c.Experiment, week1, models.Submission{}), "gate is not open")
	// Nor does a reason and a second name override it.
	in.Version, in.ScreenResult, in.ConcernReason, in.ConcernSecond = "3", "concern", "Because.", "Dr Two"
	must(t, p.SaveGate(ctx, p.Owner, c.CaseID, in))
	wantConflict(t, p.StartExperiment(ctx, p.Owner, c.Experiment, week1, models.Submission{}), "gate is not open")
}

func TestGate_fearStopsStepsUpToo(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	in := gate("1")
	in.Fear = "yes"
	must(t, p.SaveGate(ctx, p.Owner, c.CaseID, in))
	on(p, week7)
	wantConflict(t, p.StartPhase(ctx, p.Owner, c.Experiment, step(week7)), "Fear or coercive control")
	must(t, p.StartPhase(ctx, p.Owner, c.Experiment, models.StepInput{Kind: "hold", Start: week7, Weeks: "2"}))
	on(p, week8)
	must(t, p.EndExperiment(ctx, p.Owner, c.Experiment, models.EndInput{LastWeek: week8, Reason: "Fear."}))
}

func TestSaveGate_secondEditorLosesNothing(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	first, second := gate("1"), gate("1")
	first.SkillNote, first.Contact.Never = "The first.", "at work"
	second.SkillNote, second.Contact.Never = "The second.", ""
	must(t, p.SaveGate(ctx, p.Owner, c.CaseID, first))
	wantKind(t, p.SaveGate(ctx, p.Owner, c.CaseID, second), models.Conflict)
	wantLook(t, p, "The first. 2 at work", `SELECT skill_note, version, never FROM gates JOIN partner_contacts USING (case_id)`)
	for _, version := range []string{"", "0", "1", "x"} {
		wantKind(t, p.SaveGate(ctx, p.Owner, c.CaseID, gate(version)), models.Conflict)
	}
}

func TestSaveGate_refusals(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	for _, row := range []struct {
		name, field string
		spoil       func(*models.GateInput)
	}{
		{"a talk tomorrow", "alone_on", func(in *models.GateInput) { in.AloneOn = "2026-03-03" }},
		{"a consent that is no date", "consent_on", func(in *models.GateInput) { in.ConsentOn = "yesterday" }},
		{"a screen without its date", "screen_on", func(in *models.GateInput) { in.ScreenOn = "" }},
		{"a screen without its kind", "screen", func(in *models.GateInput) { in.Screen = "" }},
		{"a result that the form does not know", "screen_result", func(in *models.GateInput) { in.ScreenResult = "fine" }},
		{"a channel that the form does not know", "channel", func(in *models.GateInput) { in.Contact.Channel = "pigeon" }},
		{"a note too long", "skill_note", func(in *models.GateInput) { in.SkillNote = strings.Repeat("x", 1001) }},
	} {
		t.Run(row.name, func(t *testing.T) {
			in := gate("1")
			row.spoil(&in)
			wantField(t, p.SaveGate(ctx, p.Owner, c.CaseID, in), row.field)
		})
	}
	wantLook(t, p, "1", `SELECT version FROM gates`)
}
