package models_test

import (
	"strings"
	"testing"
	"time"

	"enough/models"
	"enough/models/modelstest"
)

// concerned is a gate with a concern to which somebody has agreed.
func concerned(second string) models.GateInput {
	in := gate("")
	in.ScreenResult, in.ConcernReason, in.ConcernSecond = "concern", "Humiliation alone.", second
	return in
}

// savesGate saves a gate over the one that is there.
func savesGate(t testing.TB, p *modelstest.Practice, c *modelstest.Couple, in models.GateInput) error {
	t.Helper()
	in.Version = look(t, p, `SELECT version FROM gates WHERE case_id = $1`, c.CaseID)
	return p.SaveGate(ctx, p.Owner, c.CaseID, in)
}

func refuses(t testing.TB, p *modelstest.Practice, c *modelstest.Couple) string {
	t.Helper()
	g, err := p.Gate(ctx, p.Owner, c.CaseID)
	must(t, err)
	return g.Refuses()
}

func TestGate_aConcernTakesTwo(t *testing.T) {
	t.Parallel()
	p, c := startable(t)
	p.Therapist(t, "sam")
	_, err := p.AddTherapist(ctx, p.Owner, "Dr Never Came", models.Submission{})
	must(t, err)
	for _, row := range []struct {
		name, second string
		hours        int // that it waits
	}{
		{"another therapist of the practice", "Dr sam", 0},
		{"the same, written otherwise", " dr  SAM ", 0},
		{"one who has not joined", "Dr Never Came", 24},
		{"somebody from outside", "Dr Two", 24},
	} {
		t.Run(row.name, func(t *testing.T) {
			must(t, savesGate(t, p, c, gate("")))
			must(t, savesGate(t, p, c, concerned(row.second)))
			if row.hours > 0 {
				later(p, 24*time.Hour-time.Second)
				if why := refuses(t, p, c); !strings.Contains(why, "no other therapist of this practice") {
					t.Errorf("a second before it says %q", why)
				}
				wantConflict(t, p.StartExperiment(ctx, p.Owner, c.Experiment, string(p.Week()), models.Submission{}), "gate is not open")
				must(t, savesGate(t, p, c, concerned(row.second))) // saved again it does not begin anew
				later(p, time.Second)
			}
			if why := refuses(t, p, c); why != "" {
				t.Errorf("after %d hours it says %q", row.hours, why)
			}
		})
	}
	t.Run("another name begins anew", func(t *testing.T) {
		must(t, savesGate(t, p, c, concerned("Dr Three")))
		if why := refuses(t, p, c); why == "" {
			t.Error("it goes ahead at once")
		}
	})
	t.Run("her own name", func(t *testing.T) {
		wantField(t, savesGate(t, p, c, concerned("dr vera  test")), "concern_second")
	})
}

// Fear, or a concern to which nobody else agreed, stops the partner's reports in
// the midst of an experiment, and says why. The client's form goes on.
func TestGate_refusesReports(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		gate  models.GateInput
		mends bool // by another therapist's agreement
	}{
		{"fear", func() models.GateInput { in := gate(""); in.Fear = "yes"; return in }(), false},
		{"a concern, and nobody else", concerned(""), true},
		{"a concern, and somebody from outside", concerned("Dr Two"), true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			p, c := live(t, course{weeks: 5})
			p.Therapist(t, "sam")
			p.NextMonday()
			p.Sunday()
			must(t, savesGate(t, p, c, row.gate))
			if _, open, err := p.PartnerForm(ctx, c.Partner); err != nil || open {
				t.Errorf("her form is open: %v, %v", open, err)
			}
			in := report(string(p.Week()))
			wantKind(t, p.SubmitPartnerReport(ctx, c.Partner, in), models.Conflict)
			if _, open, err := p.ForClient().OpenForm(ctx, c.Client); err != nil || !open {
				t.Errorf("his form is open: %v, %v", open, err)
			}
			wantConflict(t, p.PausePartner(ctx, p.Owner, c.CaseID, false, ""), "on record")
			in.Week = string(p.Week())
			must(t, p.EnterPartnerReport(ctx, p.Owner, c.CaseID, in)) // what is on paper is kept
			up := step(string(p.Week().Add(1)))
			wantConflict(t, p.StartPhase(ctx, p.Owner, c.Experiment, up), "Nothing more can be tried")
			if !row.mends {
				return
			}
			must(t, savesGate(t, p, c, concerned("Dr sam")))
			must(t, p.PausePartner(ctx, p.Owner, c.CaseID, false, ""))
			if _, open, err := p.PartnerForm(ctx, c.Partner); err != nil || !open {
				t.Errorf("agreed to, her form is open: %v, %v", open, err)
			}
		})
	}
}

func TestGate_screenGrowsOld(t *testing.T) {
	t.Parallel()
	g := models.Gate{ScreenOn: "2026-03-02"}
	if g.ScreenOld("2026-03-30") || !g.ScreenOld("2026-03-31") || (models.Gate{}).ScreenOld("2026-03-31") {
		t.Error("a screen is old after four weeks, and not before")
	}
}
