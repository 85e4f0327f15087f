package models_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"enough/models"
	"enough/models/modelstest"
)

const checkinRow = `SELECT done, why, effort, tension, forecast, guess, sure, done_state, effort_state, guess_state, sure_state, note, late, on_paper, version FROM checkins WHERE week = $1`

func TestSubmitCheckin_states(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		week string // of the intervention, or of the baseline before it
		in   models.CheckinInput
		want string
	}{
		{"a baseline asks nothing of the plan, whatever is sent", week1,
			models.CheckinInput{Done: "2", Why: "forgot", Effort: "3", Tension: "4", Forecast: "5", Guess: "6", Sure: "70"},
			"<nil> not_asked <nil> 4 5 <nil> <nil> not_asked not_asked not_asked not_asked  0 0 1"},
		{"done twice, with its effort and without a why", week5,
			models.CheckinInput{Done: "2", Why: "forgot", Effort: "3", Tension: "4", Forecast: "5"},
			"2 not_asked 3 4 5 <nil> <nil> answered answered not_asked not_asked  0 0 1"},
		{"not done, with a why and without an effort", week5,
			models.CheckinInput{Done: "0", Why: "chose_not_to", Effort: "3", Tension: "0", Forecast: "10"},
			"0 chose_not_to <nil> 0 10 <nil> <nil> answered not_asked not_asked not_asked  0 0 1"},
		{"not done, and the why skipped", week5,
			models.CheckinInput{Done: "0", Tension: "4", Forecast: "5"},
			"0 skipped <nil> 4 5 <nil> <nil> answered not_asked not_asked not_asked  0 0 1"},
		{"a guess is not asked before the last week", week7,
			models.CheckinInput{Done: "14", Effort: "0", Tension: "4", Forecast: "5", Guess: "6", Sure: "70"},
			"14 not_asked 0 4 5 <nil> <nil> answered answered not_asked not_asked  0 0 1"},
		{"a guess is asked in the last week", week8,
			models.CheckinInput{Done: "2", Effort: "10", Tension: "4", Forecast: "5", Guess: "0", Sure: "100"},
			"2 not_asked 10 4 5 0 100 answered answered answered answered  0 0 1"},
		{"a guess may be skipped", week8,
			models.CheckinInput{Done: "2", Effort: "3", Tension: "4", Forecast: "5", Sure: "0"},
			"2 not_asked 3 4 5 <nil> 0 answered answered skipped answered  0 0 1"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			p, c := baseline(t)
			if row.week >= week5 {
				on(p, week5)
				c.Intervene(t)
			}
			on(p, models.Week(row.week).Sunday())
			row.in.Week = row.week
			f, open, err := p.ForClient().OpenForm(ctx, c.Client)
			if err != nil || !open || f.AsksPlan != (row.week >= week5) || f.AsksGuess != (row.week == week8) || f.Saved != nil {
				t.Errorf("the form is %+v, open %t, %v", f, open, err)
			}
			must(t, p.ForClient().SubmitCheckin(ctx, c.Client, row.in))
			wantLook(t, p, row.want, checkinRow, row.week)
			wantLook(t, p, "1", `SELECT count(*) FROM checkins`) // the other weeks are missing: no row
		})
	}
}

func TestSubmitCheckin_badAnswers(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	on(p, models.Week(week8).Sunday()) // every question is asked
	set := map[string]func(*models.CheckinInput, string){
		"done":     func(in *models.CheckinInput, s string) { in.Done = s },
		"effort":   func(in *models.CheckinInput, s string) { in.Effort = s },
		"tension":  func(in *models.CheckinInput, s string) { in.Tension = s },
		"forecast": func(in *models.CheckinInput, s string) { in.Forecast = s },
		"guess":    func(in *models.CheckinInput, s string) { in.Guess = s },
		"sure":     func(in *models.CheckinInput, s string) { in.Sure = s },
	}
	for field, put := range set {
		bad := []string{"11", "-1", "1.5", "abc", "１", "1e309", "-0", "+3", "3 4", "0x3", "1_0", "٣", "NaN", "3\x00", "99999999999999999999"}
		switch field {
		case "done":
			bad[0] = "15"
		case "sure":
			bad[0] = "101"
		}
		if field != "guess" && field != "sure" {
			bad = append(bad, "", " ", "\n")
		}
		for _, s := range bad {
			t.Run(fmt.Sprintf("%s is %q", field, s), func(t *testing.T) {
				in := checkin(week8)
				put(&in, s)
				wantField(t, p.ForClient().SubmitCheckin(ctx, c.Client, in), field)
			})
		}
	}
	t.Run("why is none of the reasons", func(t *testing.T) {
		in := checkin(week8)
		in.Done, in.Why = "0", "not_asked"
		wantField(t, p.ForClient().SubmitCheckin(ctx, c.Client, in), "why")
	})
	wantLook(t, p, "0", `SELECT count(*) FROM checkins`)
}

// texts checks what a text field takes: send keeps it, kept reads it back.
func texts(t *testing.T, field string, limit int, send func(string) error, kept func() string) {
	t.Helper()
	for _, bad := range []string{strings.Repeat("x", limit+1), strings.Repeat("é", limit+1), "a\x00b", "a\xffb", "\xed\xa0\x80"} {
		t.Run(fmt.Sprintf("%s refuses %.12q", field, bad), func(t *testing.T) { wantField(t, send(bad), field) })
	}
	for _, good := range []string{strings.Repeat("😀", limit), "👩‍👧 ok", "שלום, مرحبا", "e\u0301 \u202eabc\u202c", "<script>alert(1)</script>", "'; DROP TABLE checkins; --", "one\ntwo"} {
		t.Run(fmt.Sprintf("%s takes %.24q", field, good), func(t *testing.T) {
			must(t, send(good))
			if got := kept(); got != good {
				t.Errorf("kept is %q, wanted %q", got, good)
			}
		})
	}
	must(t, send("  one\r\ntwo\n"))
	if got := kept(); got != "one\ntwo" {
		t.Errorf("the ends are not cut: %q", got)
	}
}

func TestSubmitCheckin_note(t *testing.T) {
	t.Parallel()
	p, c := baseline(t)
	on(p, "2026-03-08")
	version := 0
	texts(t, "note", 280, func(s string) error {
		err := p.ForClient().SubmitCheckin(ctx, c.Client, models.CheckinInput{Week: week1, Tension: "4", Forecast: "5", Note: s, Version: number(&version)})
		if err == nil {
			version++
		}
		return err
	}, func() string { return look(t, p, `SELECT note FROM checkins`) })
	must(t, p.ForClient().SubmitCheckin(ctx, c.Client, models.CheckinInput{Week: week1, Tension: "4", Forecast: "5", Version: number(&version)}))
	wantLook(t, p, "", `SELECT note FROM checkins`)
}

func TestSubmitCheckin_weekAlreadyDone(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	client := p.ForClient()
	on(p, "2026-04-05")
	first, second := checkin(week5), checkin(week5)
	first.Note, second.Note, second.Tension = "The first.", "The second.", "9"
	must(t, client.SubmitCheckin(ctx, c.Client, first))
	for _, version := range []string{"", "0", "2", "x"} {
		second.Version = version
		wantConflict(t, client.SubmitCheckin(ctx, c.Client, second), "saved already")
	}
	wantLook(t, p, "The first. 4 1", `SELECT note, tension, version FROM checkins`)
	wantLook(t, p, "0", `SELECT count(*) FROM checkin_corrections`)
	second.Version = "1"
	must(t, client.SubmitCheckin(ctx, c.Client, second))
	third := checkin(week5)
	third.Done, third.Why, third.Version = "0", "forgot", "2"
	must(t, client.SubmitCheckin(ctx, c.Client, third))
	wantLook(t, p, "0 forgot <nil> 4 5 <nil> <nil> answered not_asked not_asked not_asked  0 0 3", checkinRow, week5)
	// What it said before is there, version by version.
	for version, want := range map[string]string{"1": "The first.", "2": "The second."} {
		var was models.Checkin
		must(t, json.Unmarshal([]byte(look(t, p, `SELECT was FROM checkin_corrections WHERE version = $1`, version)), &was))
		if was.Note != want || number(was.Done) != "2" || number(was.Effort) != "3" {
			t.Errorf("before correction %s it said %+v", version, was)
		}
	}
	list, err := client.Checkins(ctx, c.Client)
	if err != nil || len(list) != 1 || !list[0].Corrected() || list[0].Version != 3 {
		t.Errorf("the entries are %+v, %v", list, err)
	}
	f, open, err := client.OpenForm(ctx, c.Client)
	if err != nil || !open || f.Saved == nil || f.Saved.Why != "forgot" {
		t.Errorf("the form is %+v, open %t, %v", f, open, err)
	}
}

// closedWeeks are the weeks and days on which neither form can be saved.
func closedWeeks(t *testing.T, send func(*modelstest.Practice, *modelstest.Couple, string) error, table string) {
	t.Helper()
	p, c := intervention(t)
	must(t, p.ExcuseWeek(ctx, p.Owner, c.CaseID, week6, "holiday"))
	for _, row := range []struct {
		name  string
		day   models.Day
		week  string
		words string
	}{
		{"not open yet on its Monday", "2026-03-30", week5, "opens on 3 April 2026"},
		{"not open yet on its Thursday", "2026-04-02", week5, "opens on 3 April 2026"},
		{"closed on the second Thursday", "2026-04-09", week5, "closed on 8 April 2026"},
		{"closed for good", "2026-07-01", week5, "closed on 8 April 2026"},
		{"closed, of the baseline", "2026-04-03", week4, "closed on 1 April 2026"},
		{"of no phase, before the first", "2026-03-01", "2026-02-23", "no form for this week"},
		{"of no phase, after the last", "2026-05-01", week9, "no form for this week"},
		{"excused", "2026-04-10", week6, "no form for this week"},
		{"no Monday", "2026-04-03", "2026-03-31", "no form for this week"},
		{"no date", "2026-04-03", "last week", "no form for this week"},
		{"nothing", "2026-04-03", "", "no form for this week"},
	} {
		t.Run(row.name, func(t *testing.T) {
			on(p, row.day)
			wantConflict(t, send(p, c, row.week), row.words)
		})
	}
	wantLook(t, p, "0", `SELECT count(*) FROM `+table)
	for _, day := range []models.Day{"2026-04-03", "2026-04-05", "2026-04-06", "2026-04-08"} {
		p, c := intervention(t)
		on(p, day)
		must(t, send(p, c, week5))
		late := 0
		if day > "2026-04-05" {
			late = 1
		}
		wantLook(t, p, fmt.Sprint(late, 0), `SELECT late, on_paper FROM `+table)
	}
}

func TestSubmitCheckin_closedWeeks(t *testing.T) {
	t.Parallel()
	closedWeeks(t, func(p *modelstest.Practice, c *modelstest.Couple, week string) error {
		return p.ForClient().SubmitCheckin(ctx, c.Client, checkin(week))
	}, "checkins")
}

func TestOpenForm_noneOpen(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	form := func() bool {
		_, open, err := p.ForClient().OpenForm(ctx, c.Client)
		must(t, err)
		return open
	}
	on(p, "2026-03-08")
	if form() {
		t.Error("a form is open before there is an experiment")
	}
	on(p, week2)
	c.Start(t)
	for day, want := range map[models.Day]bool{"2026-03-12": false, "2026-03-13": true, "2026-03-18": true, "2026-03-19": false, "2026-03-20": true} {
		on(p, day)
		if form() != want {
			t.Errorf("on %s a form is open: %t", day, !want)
		}
	}
	on(p, "2026-03-20")
	must(t, p.ExcuseWeek(ctx, p.Owner, c.CaseID, week3, "holiday"))
	if form() {
		t.Error("the form of an excused week is open")
	}
}

func TestEnterCheckin_onPaper(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	on(p, "2026-04-30") // long after the weeks closed
	must(t, p.EnterCheckin(ctx, p.Owner, c.CaseID, checkin(week5)))
	wantLook(t, p, "2 not_asked 3 4 5 <nil> <nil> answered answered not_asked not_asked  0 1 1", checkinRow, week5)
	wantKind(t, p.EnterCheckin(ctx, p.Owner, c.CaseID, checkin(week5)), models.Conflict)
	again := checkin(week5)
	again.Version, again.Tension = "1", "1"
	must(t, p.EnterCheckin(ctx, p.Owner, c.CaseID, again))
	wantLook(t, p, "1 2 1 1", `SELECT tension, version, on_paper, (SELECT count(*) FROM checkin_corrections) FROM checkins`)
	wantKind(t, p.EnterCheckin(ctx, p.Owner, c.CaseID, checkin(week9)), models.NotFound)
	on(p, "2026-04-16")
	wantConflict(t, p.EnterCheckin(ctx, p.Owner, c.CaseID, checkin(week7)), "forms open on 17 April 2026")
	f, err := p.PaperCheckinForm(ctx, p.Owner, c.CaseID, week5)
	if err != nil || !f.AsksPlan || f.Saved == nil || f.Saved.Version != 2 {
		t.Errorf("the paper form is %+v, %v", f, err)
	}
	bad := checkin(week6)
	bad.Tension = "11"
	wantField(t, p.EnterCheckin(ctx, p.Owner, c.CaseID, bad), "tension")
}
