package demo_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"enough/models"
)

// TestPhases checks each phase: its first week, length, dose, and how many
// weeks were asked for, entered by the client, and reported by the partner.
func TestPhases(t *testing.T) {
	want := map[string][]string{
		"Marcus": {
			"Baseline 1+4 every 1, dose -: 4 asked, 4 and 4, call -", "B1 5+4 every 1, dose 2: 4 asked, 4 and 4, call not_yet",
			"B2 9+4 every 1, dose 4: 4 asked, 4 and 3, call not_yet", "Hold 13+1 every 1, dose -: 0 asked, 0 and 0, call -",
			"B3 14+6 every 1, dose 5: 6 asked, 6 and 6, call yes_for_now", "Follow-up 20+24 every 4, dose 5: 3 asked, 3 and 3, call yes_for_now",
		},
		"Iris": {
			"Baseline 1+5 every 1, dose -: 5 asked, 5 and 5, call -", "B1 6+4 every 1, dose 3: 4 asked, 4 and 4, call yes",
			"Follow-up 10+12 every 4, dose 3: 0 asked, 0 and 0, call -",
		},
		"Gregor": {"Baseline 1+4 every 1, dose -: 4 asked, 4 and 4, call -", "B1 5+5 every 1, dose 5: 5 asked, 5 and 4, call no"},
		"Viktor": {"Baseline 1+4 every 1, dose -: 4 asked, 4 and 4, call -", "B1 5+4 every 1, dose 3: 4 asked, 4 and 4, call rather_not_say"},
		"Daniel": {"Baseline 1+4 every 1, dose -: 4 asked, 4 and 3, call -", "B1 5+4 every 1, dose 2: 4 asked, 4 and 2, call -"},
		"Renata": {
			"Baseline 1+4 every 1, dose -: 4 asked, 4 and 4, call -", "B1 5+4 every 1, dose 1: 4 asked, 4 and 4, call yes_for_now",
			"Follow-up 9+12 every 4, dose 1: 3 asked, 3 and 3, call not_yet", "Follow-up 21+3 every 1, dose 1: 3 asked, 3 and 3, call yes_for_now",
			"Follow-up 24+24 every 4, dose 1: 1 asked, 1 and 1, call yes",
		},
		"Pavel": {"Baseline 1+4 every 1, dose -: 4 asked, 4 and 4, call -", "B1 5+4 every 1, dose 2: 1 asked, 1 and 1, call -"},
	}
	all := reviews(t, open(t, "2026-03-11T10:00:00+01:00"))
	if len(all) != len(want) {
		t.Errorf("%d cases, wanted %d", len(all), len(want))
	}
	for name, phases := range want {
		var got []string
		for _, p := range all[name].Phases {
			dose, call := "-", "-"
			if p.Phase.Dose != nil {
				dose = strconv.Itoa(*p.Phase.Dose)
			}
			if p.Call != nil {
				call = p.Call.Answer
			}
			got = append(got, fmt.Sprintf("%s %d+%d every %d, dose %s: %d asked, %d and %d, call %s", p.Phase.Name,
				p.Phase.Start.Since(all[name].Phases[0].Phase.Start)+1, p.Phase.Weeks, p.Phase.Every, dose, p.Asked, p.Checkins, p.Reports, call))
		}
		if !slices.Equal(got, phases) {
			t.Errorf("%s:\n  got %q\n want %q", name, got, phases)
		}
	}
}

func near(got *float64, want float64) bool { return got != nil && math.Abs(*got-want) < 0.005 }

func TestNumbers(t *testing.T) {
	all := reviews(t, open(t, "2026-03-11T10:00:00+01:00"))
	for _, want := range []struct {
		name              string
		phase             int
		conflict, leaving float64
		done, planned     int
	}{
		{"Marcus", 0, 7.5, 8.5, 0, 0}, {"Marcus", 1, 6.5, 7.25, 9, 8}, {"Marcus", 2, 5.67, 6.33, 15, 16}, {"Marcus", 4, 4.5, 4.67, 28, 30},
		{"Marcus", 5, 4.33, 3.67, 11, 15}, {"Iris", 0, 5.6, 4.2, 0, 0}, {"Iris", 1, 3.25, 2.75, 13, 12}, {"Gregor", 0, 6.5, 5.25, 0, 0},
		{"Gregor", 1, 6.5, 5.25, 24, 25}, {"Viktor", 1, 7.25, 6.25, 16, 12}, {"Daniel", 1, 7.5, 8, 8, 8}, {"Renata", 1, 4.25, 3.75, 4, 4},
	} {
		p := all[want.name].Phases[want.phase]
		if !near(p.Conflict.Mean, want.conflict) || !near(p.Leaving.Mean, want.leaving) || p.Done != want.done || p.Planned != want.planned {
			t.Errorf("%s, %s: conflict %v, leaving %v, done %d of %d; wanted %+v", want.name, p.Phase.Name,
				*p.Conflict.Mean, *p.Leaving.Mean, p.Done, p.Planned, want)
		}
	}
	daniel := all["Daniel"]
	if len(daniel.Contacts) != 1 || daniel.Contacts[0].Contact != "soon" || daniel.Contacts[0].By != "safe_route" || !daniel.Paused {
		t.Errorf("Mira: contacts %+v, paused %v", daniel.Contacts, daniel.Paused)
	}
	for name, ended := range map[string]bool{"Marcus": false, "Iris": false, "Gregor": true, "Viktor": true, "Daniel": true, "Renata": false, "Pavel": false} {
		if r := all[name]; r.Experiment.Running() == ended || r.Paused != (name == "Daniel") {
			t.Errorf("%s: running %v, paused %v", name, r.Experiment.Running(), r.Paused)
		}
	}
}

// TestShown checks what the client of each case sees of the partner's: each
// snapshot with its values, newest first.
func TestShown(t *testing.T) {
	want := map[string][]string{
		"Marcus": {
			"call 23 yes_for_now, call 27 yes_for_now, call 31 yes_for_now",
			"call 19 yes_for_now, conflict 14 5, conflict 15 5, conflict 16 4, conflict 17 5, conflict 18 4, conflict 19 4, leaving B3 4.67",
			"conflict 1 7, conflict 2 8, conflict 3 7, conflict 4 8, conflict 5 7, conflict 6 6, conflict 7 6, conflict 8 7, conflict 9 6, conflict 10 6, conflict 12 5, " +
				"noticed 5 1, noticed 6 2, noticed 7 2, noticed 8 1, noticed 9 3, noticed 10 2, noticed 12 4",
		},
		"Iris": {"call 9 yes, conflict 1 6, conflict 2 5, conflict 3 6, conflict 4 6, conflict 5 5, conflict 6 4, conflict 7 3, conflict 8 3, conflict 9 3, " +
			"felt_real B1 6.00, leaving Baseline 4.20, leaving B1 2.75, noticed 6 2, noticed 7 3, noticed 8 4, noticed 9 3"},
		"Renata": {"conflict 1 7, conflict 2 7, conflict 3 6, conflict 4 7, conflict 5 5, conflict 6 4, conflict 7 4, conflict 8 4, conflict 12 4, " +
			"conflict 16 4, conflict 20 6, conflict 21 5, conflict 22 4, conflict 23 4, conflict 27 3"},
		"Gregor": nil, "Viktor": nil, "Daniel": nil, "Pavel": nil,
	}
	p := open(t, "2026-03-11T10:00:00+01:00")
	for name, r := range reviews(t, p) {
		snapshots, err := p.DB.ForClient().Snapshots(context.Background(), client(t, p, name))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range snapshots {
			var values []string
			for _, item := range []string{models.ItemCall, models.ItemConflict, models.ItemFeltReal, models.ItemLeaving, models.ItemNoticed} {
				values = append(values, shown(r, s, item)...)
			}
			if len(values) != len(s.Values) {
				t.Errorf("%s: %d values of %d belong to a week or a phase", name, len(values), len(s.Values))
			}
			got = append(got, strings.Join(values, ", "))
		}
		if !slices.Equal(got, want[name]) {
			t.Errorf("%s:\n  got %q\n want %q", name, got, want[name])
		}
	}
}

// shown writes the values of one item of a snapshot in the order of time.
func shown(r models.Review, s models.Snapshot, item string) (values []string) {
	for _, p := range r.Phases {
		if v := s.At(item, p.Phase.ID); v != nil {
			values = append(values, fmt.Sprintf("%s %s %.2f", item, p.Phase.Name, *v.Value))
		}
		for _, w := range p.Weeks {
			n := w.Week.Since(r.Phases[0].Phase.Start) + 1
			switch v := s.At(item, string(w.Week)); {
			case v == nil:
			case v.Value == nil:
				values = append(values, fmt.Sprintf("%s %d %s", item, n, v.Answer))
			default:
				values = append(values, fmt.Sprintf("%s %d %.0f", item, n, *v.Value))
			}
		}
	}
	return values
}

func TestDecisions(t *testing.T) {
	want := map[string]string{
		"Marcus": "B1 step_up, B2 step_up, B3 enough_for_now, Follow-up follow_up",
		"Iris":   "B1 enough", "Gregor": "B1 stop_no_benefit", "Viktor": "B1 stop_harm, B1 end_treatment",
		"Daniel": "B1 hold, B1 stop_harm, B1 end_treatment",
		"Renata": "B1 enough_for_now, Follow-up follow_up, Follow-up follow_up, Follow-up follow_up", "Pavel": "",
	}
	ctx, p := context.Background(), open(t, "2026-03-11T10:00:00+01:00")
	for name, r := range reviews(t, p) {
		decisions, err := p.DB.Decisions(ctx, p.People[0].Viewer, r.Experiment.ID)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, d := range decisions {
			got = append(got, d.Phase+" "+d.Choice)
		}
		if s := strings.Join(got, ", "); s != want[name] {
			t.Errorf("%s: %s, wanted %s", name, s, want[name])
		}
		notices, err := p.DB.ForClient().Notices(ctx, client(t, p, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range notices {
			if strings.Contains(n.Body, "{") {
				t.Errorf("%s reads %q", name, n.Body)
			}
		}
	}
}
