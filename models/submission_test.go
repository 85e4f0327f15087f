package models_test

import (
	"sync"
	"testing"
	"time"

	"enough/models"
	"enough/models/modelstest"
)

// sendOften sends one form twenty times at once, and again after a minute. Each
// must be answered as the first was.
func sendOften(t *testing.T, p *modelstest.Practice, send func() error) {
	t.Helper()
	var wg sync.WaitGroup
	errs := make([]error, 20)
	for i := range errs {
		wg.Go(func() { errs[i] = send() })
	}
	wg.Wait()
	later(p, time.Minute)
	for i, err := range append(errs, send()) {
		if err != nil {
			t.Errorf("sending %d: %v", i+1, err)
		}
	}
}

func sub(id string) models.Submission { return models.Submission{ID: id} }

func TestSubmission_sameFormOnce(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		start func(testing.TB) (*modelstest.Practice, *modelstest.Couple)
		day   models.Day
		send  func(*modelstest.Practice, *modelstest.Couple) error
		query string
		want  string
	}{
		{"a check-in", intervention, "2026-04-05", func(p *modelstest.Practice, c *modelstest.Couple) error {
			in := checkin(week5)
			in.Submission = sub("a")
			return p.ForClient().SubmitCheckin(ctx, c.Client, in)
		}, `SELECT count(*), max(version), (SELECT count(*) FROM checkin_corrections) FROM checkins`, "1 1 0"},
		{"a tap", intervention, week5, func(p *modelstest.Practice, c *modelstest.Couple) error {
			return p.ForClient().NoteOccurrence(ctx, c.Client, sub("a"))
		}, `SELECT count(*) FROM occurrences`, "1"},
		{"a report", intervention, "2026-04-05", func(p *modelstest.Practice, c *modelstest.Couple) error {
			in := report(week5)
			in.Submission = sub("a")
			v := c.Partner
			v.Unlocked = false
			return p.SubmitPartnerReport(ctx, v, in)
		}, `SELECT count(*), max(version), (SELECT count(*) FROM partner_report_corrections) FROM partner_reports`, "1 1 0"},
		{"a new case", couple, week1, func(p *modelstest.Practice, _ *modelstest.Couple) error {
			_, err := p.OpenCase(ctx, p.Owner, models.OpenCaseInput{ClientName: "Al", PartnerName: "Bo", ClientPronoun: "he", PartnerPronoun: "she",
				Children: "no", Submission: sub("a")})
			return err
		}, `SELECT count(*), (SELECT count(*) FROM people WHERE name = 'Al') FROM cases`, "2 1"},
		{"a frame", couple, week1, func(p *modelstest.Practice, c *modelstest.Couple) error {
			in := frame("2")
			in.Submission = sub("a")
			return p.SaveFrame(ctx, p.Owner, c.CaseID, in)
		}, `SELECT version FROM cases`, "3"},
		{"a plan", func(t testing.TB) (*modelstest.Practice, *modelstest.Couple) { p, c := couple(t); return p, c.Plan(t) }, week1,
			func(p *modelstest.Practice, c *modelstest.Couple) error {
				in := act("3")
				in.Submission = sub("a")
				return p.SavePlan(ctx, p.Owner, c.Experiment, in)
			}, `SELECT version FROM experiments`, "4"},
		{"a new experiment", couple, week1, func(p *modelstest.Practice, c *modelstest.Couple) error {
			_, err := p.NewExperiment(ctx, p.Owner, c.CaseID, "Ask", sub("a"))
			return err
		}, `SELECT count(*) FROM experiments`, "1"},
		{"a start", func(t testing.TB) (*modelstest.Practice, *modelstest.Couple) { p, c := couple(t); return p, c.Plan(t) }, week1,
			func(p *modelstest.Practice, c *modelstest.Couple) error {
				return p.StartExperiment(ctx, p.Owner, c.Experiment, week1, sub("a"))
			}, `SELECT count(*) FROM phases`, "1"},
		{"a new phase", baseline, week5, func(p *modelstest.Practice, c *modelstest.Couple) error {
			return p.StartPhase(ctx, p.Owner, c.Experiment, models.StepInput{Kind: "intervention", Start: week5, Weeks: "4", Submission: sub("a")})
		}, `SELECT count(*) FROM phases`, "2"},
		{"an extension", intervention, "2026-04-20", func(p *modelstest.Practice, c *modelstest.Couple) error {
			return p.ExtendPhase(ctx, p.Owner, c.Experiment, sub("a"))
		}, `SELECT weeks FROM phases WHERE kind = 'intervention'`, "5"},
		{"an end", intervention, "2026-04-20", func(p *modelstest.Practice, c *modelstest.Couple) error {
			return p.EndExperiment(ctx, p.Owner, c.Experiment, models.EndInput{LastWeek: week8, Reason: "r", Submission: sub("a")})
		}, `SELECT ended_week, version FROM experiments`, "2026-04-20 5"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			p, c := row.start(t)
			on(p, row.day)
			sendOften(t, p, func() error { return row.send(p, c) })
			wantLook(t, p, row.want, row.query)
		})
	}
}

func TestSubmission_publishedAndDecidedOnce(t *testing.T) {
	t.Parallel()
	p, c := reported(t)
	propose(t, p, c, "conflict."+week1)
	ids := make(chan string, 21)
	_, version, err := p.Proposals(ctx, p.Owner, c.CaseID)
	must(t, err)
	sendOften(t, p, func() error {
		id, err := p.Publish(ctx, p.Owner, c.CaseID, models.PublishInput{Keys: []string{"conflict." + week1}, Submission: sub("a"), Version: version})
		ids <- id
		return err
	})
	close(ids)
	for id := range ids {
		wantLook(t, p, "1", `SELECT count(*) FROM snapshots WHERE id = $1`, id)
	}
	wantLook(t, p, "1", `SELECT count(*) FROM snapshots`)
	in := decision(t, p, c)
	in.Submission, in.ClientText = sub("b"), "See you in two weeks."
	sendOften(t, p, func() error { return p.Decide(ctx, p.Owner, c.Experiment, in) })
	wantLook(t, p, "1 1", `SELECT count(*), (SELECT count(*) FROM client_notices) FROM decisions`)
}

func TestSubmission_otherContentIsAnotherAct(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	client := p.ForClient()
	on(p, "2026-04-05")
	in := checkin(week5)
	in.Submission = sub("a")
	must(t, client.SubmitCheckin(ctx, c.Client, in))
	in.Tension = "9"
	wantKind(t, client.SubmitCheckin(ctx, c.Client, in), models.Conflict)
	in.Version = "1"
	must(t, client.SubmitCheckin(ctx, c.Client, in))
	wantLook(t, p, "9 2", `SELECT tension, version FROM checkins`)

	r := report(week5)
	r.Submission = sub("a") // the id of another person's form
	must(t, p.SubmitPartnerReport(ctx, c.Partner, r))
	r.Leaving, r.Version = "2", "1"
	must(t, p.SubmitPartnerReport(ctx, c.Partner, r))
	wantLook(t, p, "2 2", `SELECT leaving, version FROM partner_reports`)

	// What makes something new makes one: another content under the same id is
	// told so, and the first is still the answer to the first.
	open := func(name string) error {
		_, err := p.OpenCase(ctx, p.Owner, models.OpenCaseInput{ClientName: name, PartnerName: "Cy", ClientPronoun: "he", PartnerPronoun: "she",
			Children: "no", Submission: sub("c")})
		return err
	}
	must(t, open("Al"))
	wantConflict(t, open("Bo"), "sent before")
	must(t, open("Al"))
	wantLook(t, p, "2", `SELECT count(*) FROM cases`)
	// The id of a form of one act is none of another's.
	_, err := p.AddTherapist(ctx, p.Owner, "Dr Di", sub("c"))
	must(t, err)
	wantLook(t, p, "1", `SELECT count(*) FROM people WHERE name = 'Dr Di'`)
}

func TestSubmission_refusedIsNotKept(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	in := checkin(week5)
	in.Submission = sub("a")
	wantKind(t, p.ForClient().SubmitCheckin(ctx, c.Client, in), models.Conflict) // not open yet
	on(p, "2026-04-05")
	must(t, p.ForClient().SubmitCheckin(ctx, c.Client, in))
	wantLook(t, p, "1", `SELECT count(*) FROM checkins`)
}

func TestSubmission_answeredTheSameAfterTheWeekClosed(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	on(p, "2026-04-08") // Wednesday, the last day
	in, r := checkin(week5), report(week5)
	in.Submission, r.Submission = sub("a"), sub("b")
	must(t, p.ForClient().SubmitCheckin(ctx, c.Client, in))
	must(t, p.SubmitPartnerReport(ctx, c.Partner, r))
	on(p, "2026-04-09")
	if err := p.ForClient().SubmitCheckin(ctx, c.Client, in); err != nil {
		t.Errorf("the check-in was saved; sent again it says %v", err)
	}
	if err := p.SubmitPartnerReport(ctx, c.Partner, r); err != nil {
		t.Errorf("the report was saved; sent again it says %v", err)
	}
	in.Submission, r.Submission = sub("c"), sub("d")
	wantConflict(t, p.ForClient().SubmitCheckin(ctx, c.Client, in), "closed on")
	wantConflict(t, p.SubmitPartnerReport(ctx, c.Partner, r), "closed on")
}

func TestSubmission_keptHashed(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	on(p, "2026-04-05")
	r := report(week5)
	r.Submission, r.Note = sub("a-long-and-known-id"), "canary"
	must(t, p.SubmitPartnerReport(ctx, c.Partner, r))
	wantLook(t, p, "0", `SELECT count(*) FROM submissions WHERE id LIKE '%known%' OR fingerprint LIKE '%canary%'`)
}
