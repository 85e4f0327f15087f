package demo_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"enough/models"
	"enough/models/demo"
)

// weekOf is the number of a week of a case, 1 for its first.
func weekOf(r models.Review, w models.Week) int { return w.Since(r.Phases[0].Phase.Start) + 1 }

func TestFlags(t *testing.T) {
	want := map[string][]string{
		"Marcus": {"2 A4", "2 A5", "4 A5", "5 A5"},
		"Viktor": {"6 A5", "7 A1", "7 A2", "7 A5", "7 A6", "7 A7", "8 R3", "8 A1", "8 A3", "8 A5", "8 A6", "8 A7", "8 A8"},
		"Daniel": {"6 R1", "6 R3", "6 A4"},
		"Renata": {"20 A11"},
	}
	open := map[string]string{"Viktor": "A1 A3 A5 A6 A7 A8", "Daniel": "R1"}
	for name, r := range reviews(t, atNoon(t)) {
		var got, still []string
		for _, f := range r.Flags {
			got = append(got, fmt.Sprint(weekOf(r, f.Week), " ", f.Rule))
			if f.Open() {
				still = append(still, f.Rule)
			} else if len(f.Reason) < 20 {
				t.Errorf("%s: %s was closed because %q", name, f.Rule, f.Reason)
			}
		}
		slices.Reverse(got)
		slices.Sort(got)
		expected := slices.Sorted(slices.Values(want[name]))
		if !slices.Equal(got, expected) {
			t.Errorf("%s:\n  got %q\n want %q", name, got, expected)
		}
		if s := strings.Join(still, " "); s != open[name] {
			t.Errorf("%s: open are %q, wanted %q", name, s, open[name])
		}
	}
}

func TestVerdicts(t *testing.T) {
	want := map[string]map[string]string{
		"Marcus": {"B1": models.NotEnough, "B2": models.NotEnough, "B3": models.EnoughForNow},
		"Iris":   {"B1": models.Enough}, "Gregor": {"B1": models.NoChange}, "Viktor": {"B1": models.Worse},
		"Daniel": {"B1": models.Withheld}, "Renata": {"B1": models.EnoughForNow}, "Pavel": {"B1": models.TooEarly},
	}
	for name, r := range reviews(t, atNoon(t)) {
		for _, p := range r.Phases {
			if p.Phase.Kind != models.Intervention {
				continue
			}
			if v := r.VerdictOn(p); v.Kind != want[name][p.Phase.Name] {
				t.Errorf("%s, %s: %+v, wanted %s", name, p.Phase.Name, v, want[name][p.Phase.Name])
			}
		}
	}
}

func TestVerdicts_frozenInDecisions(t *testing.T) {
	want := map[string]string{
		"Marcus": "B1 not_enough, B2 not_enough, B3 enough_for_now, B3 enough_for_now", "Iris": "B1 enough", "Gregor": "B1 no_change",
		"Viktor": "B1 worse, B1 worse", "Daniel": "B1 withheld, B1 withheld, B1 withheld",
		"Renata": "B1 enough_for_now, B1 enough_for_now, B1 enough_for_now, B1 enough_for_now", "Pavel": "",
	}
	p := atNoon(t)
	for name, r := range reviews(t, p) {
		decisions, err := p.DB.Decisions(context.Background(), p.People[0].Viewer, r.Experiment.ID)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, d := range decisions {
			v := d.Frozen.Verdict
			got = append(got, v.Phase+" "+v.Kind)
			if len(v.Reasons) < 4 || d.Because != "" {
				t.Errorf("%s, %s: %+v, because %q", name, d.Choice, v, d.Because)
			}
		}
		if s := strings.Join(got, ", "); s != want[name] {
			t.Errorf("%s: %s\n wanted %s", name, s, want[name])
		}
	}
}

// Viktor was worse already after his third week, by the two last reports.
func TestVerdicts_worseComesEarly(t *testing.T) {
	r := reviews(t, atNoon(t))["Viktor"]
	b1 := r.Phases[1]
	r.Today = b1.Weeks[2].Week.Sunday()
	b1.Weeks = b1.Weeks[:3]
	r.Flags = nil
	if v := r.VerdictOn(b1); v.Kind != models.Worse {
		t.Errorf("after three weeks: %+v", v)
	}
	b1.Weeks = b1.Weeks[:2]
	if v := r.VerdictOn(b1); v.Kind != models.TooEarly {
		t.Errorf("after two weeks: %+v", v)
	}
}

func atNoon(t *testing.T) *demo.Practice { return open(t, "2026-03-11T10:00:00+01:00") }
