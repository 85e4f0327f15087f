package models_test

import (
	"testing"

	"enough/models"
	"enough/models/modelstest"
)

func settings() models.PracticeInput {
	return models.PracticeInput{Name: "Test practice", Zone: "Europe/Belgrade", Office: "Test Office", Emergency: "Call 112.", Version: "1"}
}

func TestChangePractice_secondEditorLosesNothing(t *testing.T) {
	t.Parallel()
	p := modelstest.Open(t)
	first, second := settings(), settings()
	first.Emergency, second.Emergency = "Call the first.", "Call the second."
	must(t, p.ChangePractice(ctx, p.Owner, first))
	wantKind(t, p.ChangePractice(ctx, p.Owner, second), models.Conflict)
	wantLook(t, p, "Call the first. 2", `SELECT emergency, version FROM practices`)
	second.Version = "2"
	must(t, p.ChangePractice(ctx, p.Owner, second))
	wantLook(t, p, "Call the second. 3", `SELECT emergency, version FROM practices`)
}

func TestChangePractice_refusals(t *testing.T) {
	t.Parallel()
	p := modelstest.Open(t)
	wantKind(t, p.ChangePractice(ctx, p.Therapist(t, "other"), settings()), models.Forbidden)
	for _, row := range []struct {
		name, field string
		spoil       func(*models.PracticeInput)
	}{
		{"no name", "practice", func(in *models.PracticeInput) { in.Name = " " }},
		{"no office", "office", func(in *models.PracticeInput) { in.Office = "" }},
		{"no emergency line", "emergency", func(in *models.PracticeInput) { in.Emergency = "\n" }},
		{"no zone", "zone", func(in *models.PracticeInput) { in.Zone = "" }},
		{"a zone that is nowhere", "zone", func(in *models.PracticeInput) { in.Zone = "Europe/Atlantis" }},
		{"the zone of whatever machine this is", "zone", func(in *models.PracticeInput) { in.Zone = "Local" }},
		{"a file for a zone", "zone", func(in *models.PracticeInput) { in.Zone = "../../etc/localtime" }},
	} {
		t.Run(row.name, func(t *testing.T) {
			in := settings()
			row.spoil(&in)
			wantField(t, p.ChangePractice(ctx, p.Owner, in), row.field)
		})
	}
	wantLook(t, p, "1", `SELECT version FROM practices`)
}

func TestPractice_zoneDecidesTheDay(t *testing.T) {
	t.Parallel()
	p, c := baseline(t)
	// 23:30 on Sunday in Belgrade, and an hour later.
	p.Clock.Set(models.Day("2026-03-08").Time().Add(10*60*60*1e9 + 30*60*1e9))
	must(t, p.ForClient().SubmitCheckin(ctx, c.Client, checkin(week1)))
	wantLook(t, p, "0", `SELECT late FROM checkins`)
	later(p, 60*60*1e9)
	must(t, p.SubmitPartnerReport(ctx, c.Partner, report(week1)))
	wantLook(t, p, "1", `SELECT late FROM partner_reports`)
}
