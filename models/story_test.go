package models_test

import (
	"context"
	"testing"

	"enough/models"
	"enough/models/modelstest"
)

func TestWholeStory(t *testing.T) {
	ctx := context.Background()
	p := modelstest.Open(t)
	c := p.Couple(t, p.Owner, "ann").Start(t)
	for range 4 {
		p.Sunday()
		c.CheckIn(t, models.CheckinInput{Tension: "4", Forecast: "5"})
		c.Report(t, models.PartnerReportInput{Tension: "7", Leaving: "8", SayNo: "mostly", Safe: "yes", Pushed: "no", Children: "as_usual"})
		p.NextMonday()
	}
	c.Intervene(t)
	for i := range 4 {
		p.Sunday()
		in := models.PartnerReportInput{Tension: "5", Leaving: "6", Noticed: "2", Real: "4", SayNo: "mostly", Safe: "yes", Pushed: "no"}
		if i == 3 {
			in.Enough = "not_yet"
		}
		c.CheckIn(t, models.CheckinInput{Done: "2", Effort: "3", Tension: "4", Forecast: "5"})
		c.Report(t, in)
		p.NextMonday()
	}
	r, err := p.Review(ctx, p.Owner, c.Experiment)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Phases[1]; got.Reports != 4 || *got.Conflict.Mean != 5 || got.Done != 8 || got.Planned != 8 || got.Call.Answer != "not_yet" {
		t.Errorf("B1: %+v", got)
	}
	offers, version, err := p.Offers(ctx, c.Partner)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Propose(ctx, c.Partner, models.ProposeInput{Keys: []string{offers[0].Key()}, Version: version}); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Publish(ctx, p.Owner, c.CaseID, models.PublishInput{Keys: []string{offers[0].Key()}}); err != nil {
		t.Fatal(err)
	}
	snaps, err := p.ForClient().Snapshots(ctx, c.Client)
	if err != nil || len(snaps) != 1 || *snaps[0].Values[0].Value != 7 {
		t.Fatalf("snapshots %+v, %v", snaps, err)
	}
	if err := p.TakeBack(ctx, c.Partner, offers[0].Key()); err != nil {
		t.Fatal(err)
	}
	if snaps, _ = p.ForClient().Snapshots(ctx, c.Client); len(snaps) != 0 {
		t.Errorf("taken back, but shown: %+v", snaps)
	}
	form, open, err := p.ForClient().OpenForm(ctx, c.Client)
	t.Log(form, open, err)
}
