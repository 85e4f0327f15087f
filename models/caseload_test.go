package models_test

import (
	"slices"
	"testing"

	"enough/models"
	"enough/models/modelstest"
)

// lineOf gives the line of a couple in her therapist's list.
func lineOf(t testing.TB, p *modelstest.Practice, c *modelstest.Couple) models.CaseLine {
	t.Helper()
	lines, err := p.Cases(ctx, c.Therapist)
	must(t, err)
	i := slices.IndexFunc(lines, func(l models.CaseLine) bool { return l.ID == c.CaseID })
	return lines[i]
}

func wantNeed(t testing.TB, p *modelstest.Practice, c *modelstest.Couple, need models.Need) {
	t.Helper()
	if got := lineOf(t, p, c).Need; got != need {
		t.Errorf("on %s the case needs %q, wanted %q", models.DayOf(p.Now(), p.Now().Location()), got, need)
	}
}

// TestCases_needs follows one case from its opening through what it needs, the most
// urgent first.
func TestCases_needs(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	other := p.Couple(t, p.Owner, "bea")
	wantNeed(t, p, c, models.NeedsNone)
	c.Start(t)
	wantNeed(t, p, c, models.NeedsNone)
	if l := lineOf(t, p, c); len(l.Weeks) != 1 || l.Weeks[0].Phase != "Baseline" || l.Weeks[0].Dose != nil {
		t.Errorf("in the first week its weeks are %+v", l.Weeks)
	}
	for _, week := range []string{week1, week2, week3} {
		on(p, models.Week(week).Sunday())
		must(t, p.EnterPartnerReport(ctx, p.Owner, c.CaseID, models.PartnerReportInput{Week: week, Tension: "6", Leaving: "4"}))
	}
	on(p, week4)
	wantNeed(t, p, c, models.NeedsEnd)
	on(p, week5)
	wantNeed(t, p, c, models.NeedsReview)
	on(p, week7) // the reports of week 4 to 6 never came; only one was asked for
	wantNeed(t, p, c, models.NeedsReview)
	must(t, p.RaiseFlag(ctx, p.Owner, c.CaseID, models.FlagInput{Kind: "threat", What: "By telephone.", Submission: sub("flag")}))
	wantNeed(t, p, c, models.NeedsAct)
	lines, err := p.Cases(ctx, p.Owner)
	must(t, err)
	if len(lines) != 2 || lines[0].ID != c.CaseID || lines[1].ID != other.CaseID || len(lines[0].Flags) != 1 {
		t.Errorf("the list is %+v", lines)
	}
	if w := lines[0].Weeks; len(w) != 7 || *w[0].Conflict != 6 || *w[2].Leaving != 4 || w[3].Conflict != nil || w[6].Phase != "" {
		t.Errorf("its weeks are %+v", w)
	}
}

// TestCases_noWord: two reports that are missing running come after an amber flag and
// before a review.
func TestCases_noWord(t *testing.T) {
	t.Parallel()
	p, c := baseline(t)
	on(p, models.Week(week2).Closes().Add(1))
	wantNeed(t, p, c, models.NeedsWord)
	on(p, week6)
	wantNeed(t, p, c, models.NeedsWord)
	must(t, p.EnterPartnerReport(ctx, p.Owner, c.CaseID, models.PartnerReportInput{Week: week4, Tension: "6", Safe: "not_always"}))
	wantNeed(t, p, c, models.NeedsLook)
}

// TestCases_goesOnForLong: after 24 weeks, or over three experiments, without “enough”
// the case asks for a reason to go on, and asks again when as much has come after it.
func TestCases_goesOnForLong(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	hold := func(start models.Week, weeks string) {
		t.Helper()
		on(p, models.Day(start.Add(-1).Monday()))
		must(t, p.StartPhase(ctx, p.Owner, c.Experiment, models.StepInput{Kind: "hold", Start: string(start), Weeks: weeks}))
	}
	at := models.Week(week5).Add(4)
	for ; at.Since(week1) < 30; at = at.Add(6) {
		hold(at, "6")
	}
	must(t, p.PausePartner(ctx, p.Owner, c.CaseID, true, "Agreed."))
	quiet := func(day models.Day, need models.Need) {
		t.Helper()
		on(p, day)
		flags, err := p.Flags(ctx, p.Owner, c.CaseID)
		must(t, err)
		for _, f := range flags {
			if f.Open() {
				must(t, p.CloseFlag(ctx, p.Owner, c.CaseID, models.FlagInput{Rule: f.Rule, Week: string(f.Week), Said: f.Said, Reason: "Known."}))
			}
		}
		wantNeed(t, p, c, need)
	}
	quiet(models.Week(week1).Add(23).Monday(), models.NeedsNone)
	quiet(models.Week(week1).Add(24).Monday(), models.NeedsReason)
	must(t, p.Write(ctx, p.Owner, c.CaseID, models.LogInput{Kind: "going_on", On: string(models.Week(week1).Add(24).Monday()), Words: "It is slow, and it moves.", Submission: sub("on")}))
	quiet(models.Week(week1).Add(26).Monday(), models.NeedsNone)
}

// TestCases_support: eight weeks without support of the partner's own are told to the
// therapist, until there is some.
func TestCases_support(t *testing.T) {
	t.Parallel()
	p, c := baseline(t)
	due := func(day models.Day, want bool) {
		t.Helper()
		on(p, day)
		if got := lineOf(t, p, c).SupportDue; got != want {
			t.Errorf("on %s it is due: %v", day, got)
		}
	}
	writes := func(what string) {
		t.Helper()
		must(t, p.Write(ctx, p.Owner, c.CaseID, models.LogInput{Kind: "support", What: what, On: string(models.DayOf(p.Now(), p.Now().Location())), Submission: sub(what)}))
	}
	eighth := models.Week(week1).Add(8).Monday()
	due(eighth.Add(-1), false)
	due(eighth, true)
	writes("none")
	due(eighth.Add(55), false)
	due(eighth.Add(56), true)
	writes("offered")
	due(eighth.Add(400), false)
}

// TestLog_lines: the log is the therapist's, in their order, and takes nothing else.
func TestLog_lines(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	today := string(models.DayOf(p.Now(), p.Now().Location()))
	for _, in := range []models.LogInput{
		{Kind: "contact", What: "partner", On: string(models.Day(today).Add(-2)), Words: "By telephone.", Submission: sub("a")},
		{Kind: "card", What: "live_with", On: today, Words: "Her answer is not kept.", Submission: sub("b")},
	} {
		must(t, p.Write(ctx, p.Owner, c.CaseID, in))
		must(t, p.Write(ctx, p.Owner, c.CaseID, in)) // sent twice
	}
	log, err := p.Log(ctx, p.Owner, c.CaseID)
	if err != nil || len(log) != 2 || log[0].Kind != models.LogCard || log[0].Words != "" || log[1].Words != "By telephone." || log[1].By == "" {
		t.Errorf("the log is %+v, %v", log, err)
	}
	for field, in := range map[string]models.LogInput{"kind": {Kind: "else"}, "what": {Kind: "contact", What: "own"}, "words": {Kind: "going_on"}, "on": {Kind: "going_on", Words: "x", On: string(models.Day(today).Add(1))}} {
		if in.On == "" {
			in.On = today
		}
		wantField(t, p.Write(ctx, p.Owner, c.CaseID, in), field)
	}
	for _, v := range []models.Viewer{c.Client, c.Partner, p.Therapist(t, "wim")} {
		if err := p.Write(ctx, v, c.CaseID, models.LogInput{Kind: "contact", What: "client", On: today}); models.KindOf(err) != models.NotFound {
			t.Errorf("%s may write: %v", v.Role, err)
		}
		if _, err := p.Log(ctx, v, c.CaseID); models.KindOf(err) != models.NotFound {
			t.Errorf("%s may read: %v", v.Role, err)
		}
	}
}

// TestSteps_keptWithTheFlag ticks the checklist of a flag, and of a verdict.
func TestSteps_keptWithTheFlag(t *testing.T) {
	t.Parallel()
	p, c := concluded(t)
	must(t, p.RaiseFlag(ctx, p.Owner, c.CaseID, models.FlagInput{Kind: "threat", What: "By telephone.", Submission: sub("flag")}))
	flags, err := p.Flags(ctx, p.Owner, c.CaseID)
	must(t, err)
	f := flags[0]
	tick := func(in models.StepsInput, done ...string) error {
		in.Done = done
		_, err := p.KeepSteps(ctx, p.Owner, c.CaseID, in)
		return err
	}
	of := models.StepsInput{Rule: f.Rule, Week: string(f.Week), Said: f.Said}
	steps := func(card models.Card, about string) (list []int) {
		done, err := p.Steps(ctx, p.Owner, c.CaseID)
		must(t, err)
		for _, s := range done[card][about] {
			list = append(list, s.Step)
		}
		return list
	}
	must(t, tick(of, "1", "2", "9", "10", "x"))
	if got := steps(models.RedCard, f.ID); !slices.Equal(got, []int{1, 2, 9}) {
		t.Errorf("ticked are %v", got)
	}
	must(t, tick(of, "2"))
	if got := steps(models.RedCard, f.ID); !slices.Equal(got, []int{2}) {
		t.Errorf("then ticked are %v", got)
	}
	r, err := p.Review(ctx, p.Owner, c.Experiment)
	must(t, err)
	phase := r.Reviewed().Phase.ID
	must(t, tick(models.StepsInput{Phase: phase, Card: "worse"}, "4"))
	if got := steps(models.WorseCard, phase); !slices.Equal(got, []int{4}) {
		t.Errorf("of the verdict are ticked %v", got)
	}
	other := p.Couple(t, p.Owner, "bea")
	for name, in := range map[string]models.StepsInput{"another case’s phase": {Phase: phase, Card: "worse"}, "another case’s flag": of} {
		if _, err := p.KeepSteps(ctx, p.Owner, other.CaseID, in); models.KindOf(err) != models.Conflict {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, in := range map[string]models.StepsInput{"no such card": {Phase: phase, Card: "red"}, "no such flag": {Rule: "R1", Week: week1, Said: "x"}, "nothing": {}} {
		if err := tick(in, "1"); models.KindOf(err) != models.Conflict {
			t.Errorf("%s: %v", name, err)
		}
	}
}
