package models_test

import (
	"slices"
	"testing"

	"enough/models"
	"enough/models/modelstest"
	"enough/models/singlecase"
)

// lateWeeks lives two phases of four weeks in which the partner reports in some
// weeks only: on the Sunday, or late on the Monday after it.
func lateWeeks(t *testing.T) (*modelstest.Practice, *modelstest.Couple) {
	t.Helper()
	p := modelstest.Open(t)
	c := p.Couple(t, p.Owner, "ada").Start(t)
	report := func(leaving string, late bool) {
		p.Sunday()
		if !late {
			c.Report(t, models.PartnerReportInput{Tension: "5", Leaving: leaving})
		}
		p.NextMonday()
		if late {
			c.Report(t, models.PartnerReportInput{Tension: "2", Leaving: leaving})
		}
	}
	report("8", false)
	p.NextMonday() // the second week is missing
	report("6", true)
	report("", false) // answered, with this item skipped
	c.Intervene(t)
	report("4", false)
	must(t, p.ExcuseWeek(ctx, p.Owner, c.CaseID, week6, "holiday"))
	p.NextMonday()
	report("1", true)
	p.Sunday()
	return p, c
}

func TestReviewSeries_keepsThePlaceOfEveryWeek(t *testing.T) {
	t.Parallel()
	p, c := lateWeeks(t)
	r, err := p.Review(ctx, p.Owner, c.Experiment)
	must(t, err)
	for _, row := range []struct {
		name         string
		phase        int
		item         string
		start, weeks int
		points       []singlecase.Point
	}{
		{"a missing week and a skipped answer", 0, models.ItemLeaving, 1, 4, []singlecase.Point{{Week: 1, Score: 8}, {Week: 3, Score: 6}}},
		{"the other item was answered", 0, models.ItemConflict, 1, 4, []singlecase.Point{{Week: 1, Score: 5}, {Week: 3, Score: 2}, {Week: 4, Score: 5}}},
		{"an excused week, and one that is still open", 1, models.ItemLeaving, 5, 4, []singlecase.Point{{Week: 5, Score: 4}, {Week: 7, Score: 1}}},
		{"an item that has no series", 1, models.ItemCall, 5, 4, nil},
	} {
		s := r.Series(r.Phases[row.phase], row.item)
		if s.Start != row.start || s.Weeks != row.weeks || !slices.Equal(s.Points, row.points) {
			t.Errorf("%s: %+v", row.name, s)
		}
	}
	if s := (models.Review{}).Series(models.PhaseReview{}, models.ItemLeaving); s.Weeks != 0 || s.Points != nil {
		t.Errorf("nothing has a series: %+v", s)
	}
}

func TestReviewSeries_monthlyWeeksKeepTheCalendar(t *testing.T) {
	t.Parallel()
	first := models.Week("2026-03-02")
	seven := 7
	baseline := models.PhaseReview{Phase: models.Phase{Kind: models.Baseline, Start: first, Weeks: 4, Every: 1}}
	monthly := models.PhaseReview{Phase: models.Phase{Kind: models.FollowUp, Name: "Follow-up", Start: first.Add(13), Weeks: 12, Every: 4}}
	for w := monthly.Phase.Start; w <= first.Add(20); w = w.Add(1) {
		week := models.ReviewWeek{Week: w, Asked: monthly.Phase.AsksIn(w)}
		if week.Asked {
			week.Report = &models.PartnerReport{Week: w, Conflict: &seven}
		}
		monthly.Weeks = append(monthly.Weeks, week)
	}
	s := models.Review{Phases: []models.PhaseReview{baseline, monthly}}.Series(monthly, models.ItemConflict)
	if want := []singlecase.Point{{Week: 17, Score: 7}, {Week: 21, Score: 7}}; s.Start != 14 || s.Weeks != 8 || !slices.Equal(s.Points, want) {
		t.Errorf("%+v", s)
	}
}

func TestReviewWithoutLate_makesEveryNumberAnew(t *testing.T) {
	t.Parallel()
	p, c := lateWeeks(t)
	with, err := p.Review(ctx, p.Owner, c.Experiment)
	must(t, err)
	without, weeks := with.WithoutLate()
	if weeks != 2 {
		t.Errorf("%d weeks are left out, wanted 2", weeks)
	}
	base, b1 := without.Phases[0], without.Phases[1]
	if base.Reports != 2 || base.AskedPartner != 4 || base.Leaving.N != 1 || *base.Leaving.Mean != 8 || *base.Conflict.Mean != 5 {
		t.Errorf("the baseline without late reports: %+v", base)
	}
	if b1.Reports != 1 || b1.Leaving.N != 1 || *b1.Leaving.Mean != 4 || !b1.Weeks[2].LeftOut || b1.Weeks[2].Report != nil {
		t.Errorf("B1 without late reports: %+v", b1)
	}
	if s := without.Series(b1, models.ItemLeaving); !slices.Equal(s.Points, []singlecase.Point{{Week: 5, Score: 4}}) {
		t.Errorf("its series: %+v", s)
	}
	// The review itself stays as it was.
	if w := with.Phases[1].Weeks[2]; w.Report == nil || w.LeftOut || *with.Phases[0].Leaving.Mean != 7 {
		t.Errorf("leaving late reports out changed the review: %+v", w)
	}
}
