package demo_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"enough/models"
)

// lines reads weeks.csv by column name, for each case in order.
func lines(t *testing.T) map[string][]map[string]string {
	t.Helper()
	f, err := os.Open("weeks.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	cases, n := map[string][]map[string]string{}, 0
	for _, cells := range all[1:] {
		line := map[string]string{}
		for i, name := range all[0] {
			line[name] = cells[i]
		}
		cases[line["case"]] = append(cases[line["case"]], line)
		n++
	}
	if n != 76 || len(cases) != 7 {
		t.Fatalf("weeks.csv has %d rows of %d cases, wanted 76 of 7", n, len(cases))
	}
	return cases
}

// TestWeeks opens the demo at many real instants and compares all that is
// stored with the rows.
func TestWeeks(t *testing.T) {
	for _, at := range []struct{ name, real, sunday string }{
		{"Sunday 17:59", "2026-03-08T17:59:00+01:00", "2026-03-01T18:00:00+01:00"},
		{"Sunday 18:00", "2026-03-08T18:00:00+01:00", "2026-03-08T18:00:00+01:00"},
		{"Wednesday", "2026-03-11T10:00:00+01:00", "2026-03-08T18:00:00+01:00"},
		{"the Sunday on which summer time begins", "2026-03-29T18:00:00+02:00", "2026-03-29T18:00:00+02:00"},
		{"just before, on that Sunday", "2026-03-29T17:59:59+02:00", "2026-03-22T18:00:00+01:00"},
		{"after summer time began", "2026-04-01T09:00:00+02:00", "2026-03-29T18:00:00+02:00"},
		{"the Sunday on which summer time ends", "2026-10-25T18:00:00+01:00", "2026-10-25T18:00:00+01:00"},
		{"just before, on that Sunday too", "2026-10-25T17:30:00+01:00", "2026-10-18T18:00:00+02:00"},
		{"year end", "2026-12-31T23:59:59Z", "2026-12-27T18:00:00+01:00"},
		{"Monday here, Sunday far west", "2027-01-03T23:30:00-08:00", "2027-01-03T18:00:00+01:00"},
	} {
		t.Run(at.name, func(t *testing.T) {
			p := open(t, at.real)
			if sunday, err := time.Parse(time.RFC3339, at.sunday); err != nil || !p.DB.Now().Equal(sunday) {
				t.Errorf("demo time %s, wanted %s (%v)", p.DB.Now(), sunday, err)
			}
			all := reviews(t, p)
			for name, rows := range lines(t) {
				compare(t, name, all[name], rows)
			}
		})
	}
}

// compare holds a case against its rows.
func compare(t *testing.T, name string, r models.Review, rows []map[string]string) {
	t.Helper()
	last, err := strconv.Atoi(rows[len(rows)-1]["week"])
	if err != nil {
		t.Fatal(err)
	}
	first := r.Today.Week().Add(-last)
	byWeek := map[models.Week]map[string]string{}
	for _, row := range rows {
		n, err := strconv.Atoi(row["week"])
		if err != nil {
			t.Fatal(err)
		}
		byWeek[first.Add(n-1)] = row
	}
	if r.Phases[0].Phase.Start != first {
		t.Errorf("%s starts in %s, wanted %s", name, r.Phases[0].Phase.Start, first)
	}
	seen := 0
	for _, p := range r.Phases {
		for _, w := range p.Weeks {
			row, ok := byWeek[w.Week]
			if !ok {
				if w.Checkin != nil || w.Report != nil || (w.Asked && w.Week <= first.Add(last-1)) {
					t.Errorf("%s, %s of %s: asked %v, %+v, %+v, wanted nothing", name, w.Week, p.Phase.Name, w.Asked, w.Checkin, w.Report)
				}
				continue
			}
			seen++
			want := map[string]string{}
			for column, value := range row {
				if column != "case" && column != "week" && value != "" {
					want[column] = value
				}
			}
			if got := stored(p.Phase, w); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s, week %s:\n  got %v\n want %v", name, row["week"], got, want)
			}
		}
	}
	if seen != len(rows) {
		t.Errorf("%s has %d weeks of %d", name, seen, len(rows))
	}
}

// stored writes a week as weeks.csv does, without the empty cells.
func stored(p models.Phase, w models.ReviewWeek) map[string]string {
	got := map[string]string{}
	put := func(column, value string, unsaid ...string) {
		if value != "" && !slices.Contains(unsaid, value) {
			got[column] = value
		}
	}
	number := func(column string, n *int) {
		if n != nil {
			put(column, strconv.Itoa(*n))
		}
	}
	put("phase", p.Name)
	number("dose", p.Dose)
	if c := w.Checkin; c != nil {
		number("done", c.Done)
		number("effort", c.Effort)
		number("tension", &c.Tension)
		number("forecast", &c.Forecast)
		put("client_note", c.Note)
		put("guess", c.GuessState, "not_asked", "skipped")
		put("sure", c.SureState, "not_asked", "skipped")
		put("why", c.Why, "not_asked", "skipped")
		if c.Late || c.OnPaper || c.Corrected() {
			put("checkin", "late, on paper or corrected")
		}
	}
	if r := w.Report; r != nil {
		number("conflict", r.Conflict)
		number("leaving", r.Leaving)
		number("noticed", r.Noticed)
		number("felt_real", r.FeltReal)
		put("say_no", r.SayNo)
		put("safe", r.Safe)
		put("pushed", r.Pushed)
		put("children", r.Children, "not_asked")
		put("contact", r.Contact)
		put("contact_by", r.ContactBy, "not_asked", "skipped")
		put("different", r.Different, "not_asked")
		put("partner_note", r.Note)
		if r.Call != nil {
			put("call", r.Call.Answer)
		}
		if r.Late || r.OnPaper || r.Corrected() {
			put("report", "late, on paper or corrected")
		}
	}
	return got
}
