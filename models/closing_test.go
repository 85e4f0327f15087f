package models_test

import (
	"testing"

	"enough/models"
	"enough/models/modelstest"
)

func closeCase(p *modelstest.Practice, c *modelstest.Couple, id string) error {
	return p.CloseCase(ctx, c.Therapist, c.CaseID, models.CloseInput{On: string(models.DayOf(p.Now(), p.Now().Location())), Reason: "They moved away.", Submission: sub(id)})
}

func TestCloseCase_endsWhatRuns(t *testing.T) {
	t.Parallel()
	const phases = `SELECT name, start_week, weeks FROM phases ORDER BY start_week`
	end := func(last string) func(*modelstest.Practice, *modelstest.Couple) {
		return func(p *modelstest.Practice, c *modelstest.Couple) {
			must(t, p.EndExperiment(ctx, p.Owner, c.Experiment, models.EndInput{LastWeek: last, Reason: "Its own."}))
		}
	}
	for _, row := range []struct {
		name       string
		start      func(testing.TB) (*modelstest.Practice, *modelstest.Couple)
		day        models.Day
		before     func(*modelstest.Practice, *modelstest.Couple)
		experiment string // ended in, why
		want       string // phases
	}{
		{"before the forms open, with the week before", intervention, "2026-04-15", nil, week6 + " They moved away.", "Baseline 2026-03-02 4, B1 2026-03-30 2"},
		{"once they are open, with this week", intervention, "2026-04-17", nil, week7 + " They moved away.", "Baseline 2026-03-02 4, B1 2026-03-30 3"},
		{"on the first day of a phase, with the one before", intervention, week5, nil, week4 + " They moved away.", "Baseline 2026-03-02 4"},
		{"on the first day of all, with its first week", baseline, week1, nil, week1 + " They moved away.", "Baseline 2026-03-02 1"},
		{"one that was to end later, sooner", intervention, "2026-04-15", end(week8), week6 + " Its own.", "Baseline 2026-03-02 4, B1 2026-03-30 2"},
		{"one that has ended stays", intervention, "2026-04-15", end(week6), week6 + " Its own.", "Baseline 2026-03-02 4, B1 2026-03-30 2"},
		{"a draft stays", func(t testing.TB) (*modelstest.Practice, *modelstest.Couple) { p, c := couple(t); return p, c.Plan(t) }, week1, nil, "<nil> ", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			p, c := row.start(t)
			on(p, row.day)
			if row.before != nil {
				row.before(p, c)
			}
			must(t, closeCase(p, c, "a"))
			wantLook(t, p, row.experiment, `SELECT ended_week, end_reason FROM experiments`)
			wantLook(t, p, row.want, phases)
			wantLook(t, p, string(row.day)+" They moved away. <nil>", `SELECT closed_on, reason, reopened_on FROM closings`)
			wantLook(t, p, "0 0", `SELECT (SELECT count(*) FROM people WHERE role <> 'therapist' AND signin IS NOT NULL), (SELECT count(*) FROM sessions)`)
		})
	}
}

func TestCloseCase_andReopen(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	clientToken, partnerToken := signIn(t, p, c.Client), signIn(t, p, c.Partner)
	wantKind(t, p.ReopenCase(ctx, p.Owner, c.CaseID, sub("z")), models.Conflict)
	for _, bad := range []struct {
		in    models.CloseInput
		field string
	}{
		{models.CloseInput{On: "2026-03-31", Reason: "r"}, "on"}, {models.CloseInput{On: "2026-01-01", Reason: "r"}, "on"}, {models.CloseInput{Reason: "r"}, "on"},
		{models.CloseInput{On: week5, Reason: " "}, "reason"},
	} {
		wantField(t, p.CloseCase(ctx, p.Owner, c.CaseID, bad.in), bad.field)
	}
	sendOften(t, p, func() error { return closeCase(p, c, "a") })
	wantLook(t, p, "1", `SELECT count(*) FROM audit WHERE action = 'case closed'`)
	wantKind(t, closeCase(p, c, "b"), models.Conflict)
	if who(t, p, clientToken).Known() || who(t, p, partnerToken).Known() {
		t.Error("somebody is still signed in")
	}
	_, err := p.InviteTo(ctx, p.Owner, c.CaseID, models.Partner)
	wantKind(t, err, models.Closed)
	lines, err := p.Cases(ctx, p.Owner)
	must(t, err)
	k, err := p.Case(ctx, p.Owner, c.CaseID)
	must(t, err)
	if len(lines) != 1 || lines[0].Closed != week5 || len(lines[0].Flags) > 0 || k.Closed != (models.Closing{On: week5, Reason: "They moved away."}) {
		t.Errorf("%+v, %+v", lines, k.Closed)
	}
	sendOften(t, p, func() error { return p.ReopenCase(ctx, p.Owner, c.CaseID, sub("c")) })
	wantLook(t, p, week5+" "+week5, `SELECT closed_on, reopened_on FROM closings`)
	must(t, closeCase(p, c, "a")) // the form of the first closing, sent again, closes nothing
	must(t, p.SaveFrame(ctx, p.Owner, c.CaseID, frame("2")))
	if _, err := p.SignIn(ctx, models.Origin{}, "ann-client", modelstest.Passphrase); models.KindOf(err) != models.Invalid {
		t.Errorf("the client has access again without a code: %v", err)
	}
	_, err = join(p, code(t, p, c.CaseID, models.Client), "ann-client", modelstest.Passphrase)
	must(t, err)
	must(t, closeCase(p, c, "d"))
	wantLook(t, p, "2 1", `SELECT count(*), count(reopened_on) FROM closings`)
}

func TestCloseCase_redFlagFirst(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	on(p, "2026-04-02")
	raiseFlag(t, p, c, "threat")
	wantConflict(t, closeCase(p, c, "a"), "red flag")
	closeFlag(t, p, c, "R4")
	must(t, closeCase(p, c, "a"))
	// What time alone raises was kept with the closing, and is raised no more.
	before := raised(flagsOf(t, p, c))
	on(p, "2026-09-07")
	if after := raised(flagsOf(t, p, c)); after != before || before == "" {
		t.Errorf("flags %q, and months later %q", before, after)
	}
}

func TestCloseCase_othersCannot(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	for _, v := range []models.Viewer{p.Therapist(t, "sam"), c.Client, c.Partner, {}} {
		wantKind(t, p.CloseCase(ctx, v, c.CaseID, models.CloseInput{On: week1, Reason: "r"}), models.NotFound)
		wantKind(t, p.ReopenCase(ctx, v, c.CaseID, sub("b")), models.NotFound)
	}
	wantLook(t, p, "0", `SELECT count(*) FROM closings`)
}
