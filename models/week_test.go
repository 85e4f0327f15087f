package models_test

import (
	"archive/zip"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"enough/models"
)

// zones loads every zone that Go knows, once for each different content: many
// names stand for the same rules.
func zones(t *testing.T) []*time.Location {
	t.Helper()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	archive, err := zip.OpenReader(filepath.Join(strings.TrimSpace(string(root)), "lib", "time", "zoneinfo.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	var list []*time.Location
	known := map[uint32]bool{}
	for _, f := range archive.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		zone, err := time.LoadLocation(f.Name)
		if err != nil {
			t.Errorf("zone %s: %v", f.Name, err)
		} else if !known[f.CRC32] {
			known[f.CRC32] = true
			list = append(list, zone)
		}
	}
	if len(list) < 300 {
		t.Fatalf("only %d zones were found", len(list))
	}
	return list
}

// checkWeek compares the week of an instant with the standard library's own
// week numbers, which share no code with it.
func checkWeek(t *testing.T, at time.Time, zone *time.Location) models.Week {
	t.Helper()
	w := models.WeekOf(at, zone)
	monday := w.Monday().Time()
	year, number := at.In(zone).ISOWeek()
	if y, n := monday.ISOWeek(); y != year || n != number || monday.Weekday() != time.Monday {
		t.Fatalf("WeekOf(%v) in %v is %s, which is not the Monday of week %d of %d", at, zone, w, number, year)
	}
	return w
}

func TestWeekOf_everyZone(t *testing.T) {
	t.Parallel()
	from, to := time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, zone := range zones(t) {
		last := models.WeekOf(from.Add(-time.Hour), zone)
		check := func(at time.Time) {
			w := checkWeek(t, at, zone)
			if w < last {
				t.Fatalf("in %v the week goes back from %s to %s at %v", zone, last, w, at)
			}
			last = w
		}
		// Coarse steps that fall on every hour of the day and of the week, and
		// fine ones around each change of the zone's clocks.
		at := from
		for at.Before(to) {
			check(at)
			next := at.Add(131*time.Hour + 17*time.Minute)
			if _, change := at.In(zone).ZoneBounds(); !change.IsZero() && change.Before(next) {
				for h := -8; h <= 8; h++ {
					if near := change.Add(time.Duration(h)*6*time.Hour - time.Second); near.After(at) {
						check(near)
					}
				}
				next = change.Add(49 * time.Hour)
			}
			at = next
		}
	}
}

func TestWeek_sevenDaysApart(t *testing.T) {
	t.Parallel()
	first := models.Week("2009-12-28")
	w := first
	for n := range 1600 {
		if got := first.Add(n); got != w {
			t.Fatalf("%d weeks after %s is %s, wanted %s", n, first, got, w)
		}
		if got := w.Since(first); got != n {
			t.Fatalf("%s is %d weeks after %s, wanted %d", w, got, first, n)
		}
		if got := first.Since(w); got != -n {
			t.Fatalf("%s is %d weeks after %s, wanted %d", first, got, w, -n)
		}
		if got := w.Add(-n); got != first {
			t.Fatalf("%d weeks before %s is %s", n, w, got)
		}
		d := w.Monday()
		for day := range 7 {
			if d.Week() != w {
				t.Fatalf("%s lies in the week of %s, wanted %s", d, d.Week(), w)
			}
			if day == 6 && d != w.Sunday() {
				t.Fatalf("the Sunday of %s is %s, wanted %s", w, w.Sunday(), d)
			}
			d = models.Day(d.Time().AddDate(0, 0, 1).Format("2006-01-02"))
		}
		w = models.Week(d)
	}
}

func TestFormWeek_oneAtATime(t *testing.T) {
	t.Parallel()
	for d := models.Day("2010-01-01"); d < "2040-01-01"; d = d.Add(1) {
		open := 0
		for n := -4; n <= 4; n++ {
			if s := d.Week().Add(n).FormsOn(d); s == models.FormsOpen || s == models.FormsLate {
				open++
			}
		}
		w, ok := models.FormWeek(d)
		thursday := d.Time().Weekday() == time.Thursday
		if ok == thursday || open > 1 || (open == 1) != ok {
			t.Fatalf("on %s (%s) %d weeks are open, FormWeek says %s, %t", d, d.Time().Weekday(), open, w, ok)
		}
	}
}

func TestFormsOn_throughOneWeek(t *testing.T) {
	t.Parallel()
	w := models.Week("2026-03-02")
	for _, row := range []struct {
		name  string
		from  models.Day
		to    models.Day
		state models.FormState
	}{
		{"not yet until its Thursday", "2026-02-01", "2026-03-05", models.FormsNotYet},
		{"open from its Friday to its Sunday", "2026-03-06", "2026-03-08", models.FormsOpen},
		{"late until the Wednesday after", "2026-03-09", "2026-03-11", models.FormsLate},
		{"closed for good from the Thursday after", "2026-03-12", "2027-01-01", models.FormsClosed},
	} {
		t.Run(row.name, func(t *testing.T) {
			for d := row.from; d <= row.to; d = d.Add(1) {
				if got := w.FormsOn(d); got != row.state {
					t.Errorf("on %s the state is %d, wanted %d", d, got, row.state)
				}
			}
		})
	}
}

func TestParseDay(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"2026-03-02": true, "2024-02-29": true, "1900-01-01": true, "2199-12-31": true,
		"": false, "2026-02-29": false, "2026-13-01": false, "2026-00-10": false, "2026-3-02": false, "26-03-02": false,
		"1899-12-31": false, "2200-01-01": false, "0000-00-00": false, "2026-03-02 ": false, " 2026-03-02": false,
		"2026-03-02T00:00": false, "2026/03/02": false, "02-03-2026": false, "２０２６-03-02": false, "2026-03-02\x00": false, "-2026-03-02": false,
	} {
		if d, ok := models.ParseDay(s); ok != want || ok && string(d) != s || !ok && d != "" {
			t.Errorf("ParseDay(%q) = %q, %t, wanted %t", s, d, ok, want)
		}
	}
}

func TestParseWeek(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"2026-03-02": true, "2024-12-30": true, "2026-03-30": true,
		"2026-03-03": false, "2026-03-01": false, "2026-03-08": false, "": false, "monday": false, "2026-W10": false, "2026-03-02x": false,
	} {
		if w, ok := models.ParseWeek(s); ok != want || ok && string(w) != s || !ok && w != "" {
			t.Errorf("ParseWeek(%q) = %q, %t, wanted %t", s, w, ok, want)
		}
	}
}

func FuzzParseDay(f *testing.F) {
	for _, s := range []string{"2026-03-02", "2024-02-29", "2026-02-29", "1900-01-01", "2199-12-31", "", "x", "2026-03-02 "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, ok := models.ParseDay(s)
		if !ok {
			if d != "" {
				t.Errorf("ParseDay(%q) refuses and gives %q", s, d)
			}
			return
		}
		w := d.Week()
		if d.Time().Format("2006-01-02") != s || d.Add(1).Add(-1) != d || w.Monday() > d || w.Sunday() < d {
			t.Errorf("%q is no date, or does not lie in its week %s", s, w)
		}
	})
}

func FuzzParseWeek(f *testing.F) {
	for _, s := range []string{"2026-03-02", "2026-03-03", "1900-01-01", "2199-12-30", "", "x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		w, ok := models.ParseWeek(s)
		if !ok {
			if w != "" {
				t.Errorf("ParseWeek(%q) refuses and gives %q", s, w)
			}
			return
		}
		if w.Monday().Time().Weekday() != time.Monday || string(w) != s || w.Add(3).Since(w) != 3 || w.Add(-3).Add(3) != w {
			t.Errorf("%q is no Monday, or its weeks do not add up", s)
		}
	})
}
