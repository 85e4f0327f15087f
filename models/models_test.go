package models_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"enough/models"
	"enough/models/modelstest"
)

var ctx = context.Background()

// must ends the test on an error.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// kindNames are for messages.
var kindNames = map[models.Kind]string{0: "none", models.NotFound: "NotFound", models.Forbidden: "Forbidden", models.Invalid: "Invalid",
	models.Conflict: "Conflict", models.Closed: "Closed", models.Unavailable: "Unavailable"}

// wantKind checks the kind of an error, and that it has a sentence for the
// person.
func wantKind(t testing.TB, err error, kind models.Kind) {
	t.Helper()
	if models.KindOf(err) != kind || err == nil {
		t.Errorf("the error is %v (%s), wanted %s", err, kindNames[models.KindOf(err)], kindNames[kind])
		return
	}
	var e *models.Error
	if errors.As(err, &e); !strings.HasSuffix(e.Message, ".") {
		t.Errorf("the error says %q, which is no sentence", e.Message)
	}
}

// wantField checks that an error is Invalid because of one field alone.
func wantField(t testing.TB, err error, field string) {
	t.Helper()
	wantKind(t, err, models.Invalid)
	var e *models.Error
	if errors.As(err, &e) && (len(e.Fields) != 1 || e.Fields[field] == "") {
		t.Errorf("the fields to mend are %v, wanted %s alone", e.Fields, field)
	}
}

// wantConflict checks that an error is a Conflict whose sentence has some
// words.
func wantConflict(t testing.TB, err error, words string) {
	t.Helper()
	wantKind(t, err, models.Conflict)
	if err != nil && !strings.Contains(err.Error(), words) {
		t.Errorf("the error says %q, wanted %q in it", err, words)
	}
}

// wantSame checks that two errors cannot be told apart by the person.
func wantSame(t testing.TB, a, b error) {
	t.Helper()
	var x, y *models.Error
	if !errors.As(a, &x) || !errors.As(b, &y) || x.Kind != y.Kind || x.Message != y.Message || !reflect.DeepEqual(x.Fields, y.Fields) {
		t.Errorf("the errors differ: %v and %v", a, b)
	}
}

// look reads from the database file itself, with its texts opened: the cells of a row are joined by
// spaces, the rows by commas.
func look(t testing.TB, p *modelstest.Practice, query string, args ...any) string {
	t.Helper()
	db := modelstest.Opened(t, p.File, query)
	defer db.Close()
	rows, err := db.Query(query, args...)
	must(t, err)
	defer rows.Close()
	columns, err := rows.Columns()
	must(t, err)
	var lines []string
	for rows.Next() {
		cells, texts := make([]any, len(columns)), make([]string, len(columns))
		for i := range cells {
			cells[i] = new(any)
		}
		must(t, rows.Scan(cells...))
		for i := range cells {
			texts[i] = fmt.Sprint(*cells[i].(*any))
		}
		lines = append(lines, strings.Join(texts, " "))
	}
	must(t, rows.Err())
	return strings.Join(lines, ", ")
}

// wantLook checks what the database file holds.
func wantLook(t testing.TB, p *modelstest.Practice, want, query string, args ...any) {
	t.Helper()
	if got := look(t, p, query, args...); got != want {
		t.Errorf("%s gives %q, wanted %q", query, got, want)
	}
}

// on moves the clock to noon UTC of a date.
func on(p *modelstest.Practice, d models.Day) { p.Clock.Set(d.Time()) }

// later moves the clock on.
func later(p *modelstest.Practice, d time.Duration) { p.Clock.Set(p.Clock.Now().Add(d)) }

// couple opens a practice with one couple whose gate is open, on Monday,
// 2 March 2026.
func couple(t testing.TB) (*modelstest.Practice, *modelstest.Couple) {
	t.Helper()
	p := modelstest.Open(t)
	return p, p.Couple(t, p.Owner, "ann")
}

// Weeks of these tests: a baseline from the first one of March, B1 after four.
const (
	week1 = "2026-03-02"
	week2 = "2026-03-09"
	week3 = "2026-03-16"
	week4 = "2026-03-23"
	week5 = "2026-03-30"
	week6 = "2026-04-06"
	week7 = "2026-04-13"
	week8 = "2026-04-20"
	week9 = "2026-04-27"
)

// baseline opens a practice with one couple whose baseline began this week.
func baseline(t testing.TB) (*modelstest.Practice, *modelstest.Couple) {
	t.Helper()
	p, c := couple(t)
	return p, c.Start(t)
}

// intervention opens a practice with one couple whose B1 began this week, after
// a baseline of four weeks.
func intervention(t testing.TB) (*modelstest.Practice, *modelstest.Couple) {
	t.Helper()
	p, c := baseline(t)
	on(p, week5)
	return p, c.Intervene(t)
}

// checkin is a full entry of a week with a plan.
func checkin(week string) models.CheckinInput {
	return models.CheckinInput{Week: week, Done: "2", Effort: "3", Tension: "4", Forecast: "5"}
}

// report is a full entry of a week with a plan.
func report(week string) models.PartnerReportInput {
	return models.PartnerReportInput{Week: week, Tension: "7", Leaving: "8", Noticed: "2", Real: "4", SayNo: "mostly", Safe: "yes", Pushed: "no",
		Children: "as_usual", Contact: "no"}
}

func number(n *int) string {
	if n == nil {
		return "nil"
	}
	return fmt.Sprint(*n)
}
