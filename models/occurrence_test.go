package models_test

import (
	"fmt"
	"testing"

	"enough/models"
)

func TestNoteOccurrence_countsOnItsDay(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	client := p.ForClient()
	tap := func(id string) error { return client.NoteOccurrence(ctx, c.Client, sub(id)) }
	must(t, tap("a"))
	on(p, "2026-04-05")
	must(t, tap("b"))
	must(t, tap("c"))
	must(t, client.TakeBackOccurrence(ctx, c.Client, sub("d")))
	must(t, client.TakeBackOccurrence(ctx, c.Client, sub("d"))) // sent twice
	if standing, ever, err := client.Taps(ctx, c.Client, week5); err != nil || standing != 2 || ever != 3 {
		t.Errorf("%d taps stand of %d, %v; wanted 2 of 3", standing, ever, err)
	}
	f, _, err := client.OpenForm(ctx, c.Client)
	if err != nil || f.Taps != 2 {
		t.Errorf("the form counts %d taps, %v; wanted 2", f.Taps, err)
	}
	wantLook(t, p, "2026-03-30 0", `SELECT day, taken_back FROM occurrences WHERE day = '2026-03-30'`)
	on(p, week6)
	if standing, _, err := client.Taps(ctx, c.Client, week6); err != nil || standing != 0 {
		t.Errorf("a new week begins with %d taps, %v", standing, err)
	}
	wantConflict(t, client.TakeBackOccurrence(ctx, c.Client, sub("e")), "nothing to take back")
}

func TestNoteOccurrence_refusals(t *testing.T) {
	t.Parallel()
	p, c := baseline(t)
	client := p.ForClient()
	wantConflict(t, client.NoteOccurrence(ctx, c.Client, sub("a")), "No plan runs")
	on(p, week5)
	wantConflict(t, client.NoteOccurrence(ctx, c.Client, sub("b")), "No plan runs") // between phases
	c.Intervene(t)
	must(t, p.ExcuseWeek(ctx, p.Owner, c.CaseID, week6, "holiday"))
	for i := range 14 {
		must(t, client.NoteOccurrence(ctx, c.Client, sub(fmt.Sprint("t", i))))
	}
	wantConflict(t, client.NoteOccurrence(ctx, c.Client, sub("too many")), "14 already")
	on(p, week6)
	wantConflict(t, client.NoteOccurrence(ctx, c.Client, sub("c")), "No plan runs")
	on(p, models.Day(week8).Add(7))
	wantConflict(t, client.NoteOccurrence(ctx, c.Client, sub("d")), "No plan runs")
	wantLook(t, p, "14", `SELECT count(*) FROM occurrences`)
}

func TestNoteOccurrence_notAfterTheFormIsSaved(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	client := p.ForClient()
	must(t, client.NoteOccurrence(ctx, c.Client, models.Submission{}))
	on(p, models.Week(week5).Sunday())
	must(t, client.SubmitCheckin(ctx, c.Client, checkin(week5)))
	wantConflict(t, client.NoteOccurrence(ctx, c.Client, models.Submission{}), "is saved")
}
