package models_test

import (
	"testing"
	"time"

	"enough/models"
)

func TestPublish_onlyWhatIsProposed(t *testing.T) {
	t.Parallel()
	p, c := concluded(t)
	propose(t, p, c, "conflict."+week1, "conflict."+week2)
	for _, keys := range [][]string{{"conflict." + week3}, {"conflict." + week1, "conflict." + week3}, {"leaving." + week1}, {"x"},
		{"conflict." + week1, "conflict." + week1}} {
		wantKind(t, publish(p, c, "", keys...), models.Conflict)
	}
	wantField(t, publish(p, c, ""), "show")
	wantShown(t, p, c, nil)
	must(t, publish(p, c, "", "conflict."+week1))
	wantShown(t, p, c, map[string]string{"conflict." + week1: "6"})
	propose(t, p, c) // withdrawn before the rest was published
	wantKind(t, publish(p, c, "", "conflict."+week2), models.Conflict)
	other := p.Couple(t, p.Owner, "bea")
	if list, err := p.ForClient().Snapshots(ctx, other.Client); err != nil || len(list) != 0 {
		t.Errorf("another client sees %+v, %v", list, err)
	}
}

func TestPublish_averagesAndTheCallNeedATalk(t *testing.T) {
	t.Parallel()
	p, c := concluded(t)
	base, b1 := "leaving."+phaseID(t, p, "Baseline"), "felt_real."+phaseID(t, p, "B1")
	call := "call." + week8
	propose(t, p, c, "conflict."+week5, "noticed."+week5, base, b1, call)
	for _, key := range []string{base, b1, call} {
		wantField(t, publish(p, c, "", key, "conflict."+week5), "spoken_on")
		for _, day := range []string{"2026-05-01", "2026-01-29", "soon"} {
			wantField(t, publish(p, c, day, key), "spoken_on")
		}
	}
	wantShown(t, p, c, nil)
	must(t, publish(p, c, "", "conflict."+week5, "noticed."+week5))
	must(t, publish(p, c, "2026-04-30", base, b1, call))
	wantShown(t, p, c, map[string]string{"conflict." + week5: "5", "noticed." + week5: "2", base: "6.5", b1: "4", call: "yes_for_now"})
}

func TestPublish_heldWhileShePushedAboutAnswers(t *testing.T) {
	t.Parallel()
	for _, pushed := range []string{"a_little", "yes"} {
		p, c := baseline(t)
		p.Sunday()
		c.Report(t, models.PartnerReportInput{Tension: "6", Pushed: pushed})
		p.NextMonday()
		propose(t, p, c, "conflict."+week1)
		for range 3 { // held through the next three reports, whatever they say
			wantConflict(t, publish(p, c, "", "conflict."+week1), "held")
			p.Sunday()
			c.Report(t, models.PartnerReportInput{Pushed: "no"})
			p.NextMonday()
		}
		wantConflict(t, publish(p, c, "", "conflict."+week1), "held")
		wantShown(t, p, c, nil)
		c.Intervene(t)
		p.Sunday()
		c.Report(t, models.PartnerReportInput{})
		must(t, publish(p, c, "", "conflict."+week1))
	}
}

func TestPublish_heldUntilATalkWhateverIsCorrected(t *testing.T) {
	t.Parallel()
	p, c := baseline(t)
	p.Sunday()
	c.Report(t, models.PartnerReportInput{Tension: "6", Pushed: "yes"})
	c.Report(t, models.PartnerReportInput{Tension: "6", Pushed: "no", Version: "1"})
	today := models.DayOf(p.Now(), time.UTC)
	propose(t, p, c, "conflict."+week1)
	wantConflict(t, publish(p, c, "", "conflict."+week1), "held")
	wantConflict(t, publish(p, c, string(today.Add(-1)), "conflict."+week1), "held")
	must(t, publish(p, c, string(today), "conflict."+week1))
}

func TestPublish_onlyTheValueThatWasShown(t *testing.T) {
	t.Parallel()
	p, c := baseline(t)
	p.Sunday()
	c.Report(t, models.PartnerReportInput{Tension: "9"})
	propose(t, p, c, "conflict."+week1)
	_, version, err := p.Proposals(ctx, p.Owner, c.CaseID)
	must(t, err)
	c.Report(t, models.PartnerReportInput{Tension: "1", Version: "1"})
	propose(t, p, c, "conflict."+week1)
	_, err = p.Publish(ctx, p.Owner, c.CaseID, models.PublishInput{Keys: []string{"conflict." + week1}, Version: version})
	wantConflict(t, err, "changed meanwhile")
	wantShown(t, p, c, nil)
}

func TestTakeBack_takesTheWordsToo(t *testing.T) {
	t.Parallel()
	p, c := reported(t)
	keys := []string{"conflict." + week1, "conflict." + week2}
	propose(t, p, c, keys...)
	_, version, err := p.Proposals(ctx, p.Owner, c.CaseID)
	must(t, err)
	_, err = p.Publish(ctx, p.Owner, c.CaseID, models.PublishInput{Keys: keys, Words: "It was high in the first week.", Version: version})
	must(t, err)
	must(t, p.TakeBack(ctx, c.Partner, keys[0]))
	list, err := p.ForClient().Snapshots(ctx, c.Client)
	if err != nil || len(list) != 1 || list[0].Words != "" || len(list[0].Values) != 1 {
		t.Errorf("he sees %+v, %v", list, err)
	}
}
