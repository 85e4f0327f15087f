package models_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"enough/models"
	"enough/models/modelstest"
)

// reported opens a practice with one couple and a baseline of four reports, on
// the Monday after it. The forms of its last week are still open.
func reported(t testing.TB) (*modelstest.Practice, *modelstest.Couple) {
	t.Helper()
	p, c := baseline(t)
	for i := range 4 {
		p.Sunday()
		c.Report(t, models.PartnerReportInput{Tension: fmt.Sprint(6 + i), Leaving: fmt.Sprint(5 + i), Pushed: "no"})
		p.NextMonday()
	}
	return p, c
}

// concluded opens a practice with one couple, a baseline and a B1 of four
// reports each, with her call, on the first day after all their forms closed.
func concluded(t testing.TB) (*modelstest.Practice, *modelstest.Couple) {
	t.Helper()
	p, c := reported(t)
	c.Intervene(t)
	for i := range 4 {
		p.Sunday()
		in := models.PartnerReportInput{Tension: fmt.Sprint(5 - i), Leaving: fmt.Sprint(6 - i), Noticed: "2", Real: "4", Pushed: "no"}
		if i == 3 {
			in.Enough = "yes_for_now"
		}
		c.Report(t, in)
		p.NextMonday()
	}
	on(p, "2026-04-30")
	return p, c
}

func offers(t testing.TB, p *modelstest.Practice, c *modelstest.Couple) (list []models.Offer, keys []string, version string) {
	t.Helper()
	list, version, err := p.Offers(ctx, c.Partner)
	must(t, err)
	for _, o := range list {
		keys = append(keys, o.Key())
	}
	return list, keys, version
}

func propose(t testing.TB, p *modelstest.Practice, c *modelstest.Couple, keys ...string) {
	t.Helper()
	_, _, version := offers(t, p, c)
	must(t, p.Propose(ctx, c.Partner, models.ProposeInput{Keys: keys, Version: version}))
}

func publish(p *modelstest.Practice, c *modelstest.Couple, spoken string, keys ...string) error {
	_, version, err := p.Proposals(ctx, p.Owner, c.CaseID)
	if err != nil {
		return err
	}
	_, err = p.Publish(ctx, p.Owner, c.CaseID, models.PublishInput{Keys: keys, SpokenOn: spoken, Version: version})
	return err
}

// shown gives what the client can see, over all snapshots.
func shown(t testing.TB, p *modelstest.Practice, c *modelstest.Couple) map[string]string {
	t.Helper()
	list, err := p.ForClient().Snapshots(ctx, c.Client)
	must(t, err)
	values := map[string]string{}
	for _, s := range list {
		if len(s.Values) == 0 {
			t.Errorf("an empty snapshot is shown: %+v", s)
		}
		for _, v := range s.Values {
			values[v.Item+"."+v.Place] = valueText(v.Value, v.Answer)
		}
	}
	return values
}

func valueText(value *float64, answer string) string {
	if value == nil {
		return answer
	}
	return fmt.Sprint(*value)
}

func wantShown(t testing.TB, p *modelstest.Practice, c *modelstest.Couple, want map[string]string) {
	t.Helper()
	if got := shown(t, p, c); !maps.Equal(got, want) {
		t.Errorf("shown is %v, wanted %v", got, want)
	}
}

func phaseID(t testing.TB, p *modelstest.Practice, name string) string {
	t.Helper()
	return look(t, p, `SELECT id FROM phases WHERE name = $1`, name)
}

func TestRelease_nothingByItself(t *testing.T) {
	t.Parallel()
	p, c := concluded(t)
	wantShown(t, p, c, nil)
	wantLook(t, p, "0 0", `SELECT (SELECT count(*) FROM partner_proposals), (SELECT count(*) FROM snapshots)`)
	list, _, _ := offers(t, p, c)
	for _, o := range list {
		if o.Proposed || o.Shown || o.Wording == "" {
			t.Errorf("offered by itself: %+v", o)
		}
	}
	proposals, _, err := p.Proposals(ctx, p.Owner, c.CaseID)
	if err != nil || len(proposals) != 0 {
		t.Errorf("proposed by itself: %+v, %v", proposals, err)
	}
}

func TestOffers_whatCanBeShownAtAll(t *testing.T) {
	t.Parallel()
	p, c := concluded(t)
	list, keys, _ := offers(t, p, c)
	base, b1 := phaseID(t, p, "Baseline"), phaseID(t, p, "B1")
	want := []string{"conflict." + week1, "conflict." + week2, "conflict." + week3, "conflict." + week4, "leaving." + base,
		"conflict." + week5, "noticed." + week5, "conflict." + week6, "noticed." + week6, "conflict." + week7, "noticed." + week7,
		"conflict." + week8, "noticed." + week8, "call." + week8, "leaving." + b1, "felt_real." + b1}
	if !slices.Equal(keys, want) {
		t.Errorf("offered are %v, wanted %v", keys, want)
	}
	if v := *list[4].Value; v != 6.5 { // (5 + 6 + 7 + 8) / 4
		t.Errorf("the average of leaving is %v, wanted 6.5", v)
	}
}

func TestOffers_averageOnlyOfAClosedPhase(t *testing.T) {
	t.Parallel()
	p, c := reported(t)
	average := "leaving." + phaseID(t, p, "Baseline")
	for day, want := range map[models.Day]bool{"2026-03-30": false, "2026-04-01": false, "2026-04-02": true, "2026-05-01": true} {
		on(p, day)
		if _, keys, _ := offers(t, p, c); slices.Contains(keys, average) != want {
			t.Errorf("on %s the average is offered: %t", day, !want)
		}
	}
}

func TestOffers_averageOnlyOfThreeAnswers(t *testing.T) {
	t.Parallel()
	for answers, want := range map[int]bool{0: false, 2: false, 3: true} {
		p, c := baseline(t)
		for i := range 4 { // four reports, not all with this answer
			p.Sunday()
			in := models.PartnerReportInput{Tension: "5"}
			if i < answers {
				in.Leaving = "6"
			}
			c.Report(t, in)
			p.NextMonday()
		}
		on(p, "2026-04-02")
		if _, keys, _ := offers(t, p, c); slices.Contains(keys, "leaving."+phaseID(t, p, "Baseline")) != want {
			t.Errorf("over %d answers the average is offered: %t", answers, !want)
		}
	}
}

func TestOffers_noCallThatSaysNothing(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{"", "rather_not_say"} {
		p, c := intervention(t)
		on(p, models.Week(week8).Sunday())
		must(t, p.SubmitPartnerReport(ctx, c.Partner, models.PartnerReportInput{Week: week8, Enough: answer}))
		if _, keys, _ := offers(t, p, c); len(keys) != 0 {
			t.Errorf("with the call %q these are offered: %v", answer, keys)
		}
	}
}

func TestPropose_showsNothing(t *testing.T) {
	t.Parallel()
	p, c := concluded(t)
	_, keys, version := offers(t, p, c)
	must(t, p.Propose(ctx, c.Partner, models.ProposeInput{Keys: keys, Version: version}))
	wantShown(t, p, c, nil)
	// The same list again is an old one now, and only what it offers can be had.
	wantKind(t, p.Propose(ctx, c.Partner, models.ProposeInput{Keys: nil, Version: version}), models.Conflict)
	_, _, version = offers(t, p, c)
	for _, key := range []string{"leaving." + week1, "felt_real." + phaseID(t, p, "Baseline"), "safe." + week1, "conflict." + week9, "x", "",
		"call." + week1} {
		wantKind(t, p.Propose(ctx, c.Partner, models.ProposeInput{Keys: []string{key}, Version: version}), models.Conflict)
	}
	wantLook(t, p, fmt.Sprint(len(keys)), `SELECT count(*) FROM partner_proposals`)
	wantLook(t, p, "Week of 2 March 2026: tension 6 of 10", `SELECT wording FROM partner_proposals WHERE week = $1`, week1)
	propose(t, p, c) // nothing ticked: all withdrawn
	wantLook(t, p, "0", `SELECT count(*) FROM partner_proposals`)
}

func TestPropose_whatIsShownStays(t *testing.T) {
	t.Parallel()
	p, c := concluded(t)
	one, two := "conflict."+week1, "conflict."+week2
	propose(t, p, c, one, two)
	must(t, publish(p, c, "", one))
	agreed := look(t, p, `SELECT id, wording FROM partner_proposals WHERE week = $1`, week1)
	propose(t, p, c, one)
	propose(t, p, c) // nothing ticked: the other is withdrawn, this one is not taken back
	wantShown(t, p, c, map[string]string{one: "6"})
	wantLook(t, p, agreed, `SELECT id, wording FROM partner_proposals`)
	must(t, p.TakeBack(ctx, c.Partner, one))
	wantLook(t, p, "", `SELECT id FROM partner_proposals`)
}

func TestTakeBack_goneEverywhere(t *testing.T) {
	t.Parallel()
	p, c := concluded(t)
	one, two := "conflict."+week1, "conflict."+week2
	propose(t, p, c, one, two)
	must(t, publish(p, c, "", one, two))
	must(t, publish(p, c, "", one))
	wantLook(t, p, "2 3", `SELECT (SELECT count(*) FROM snapshots), (SELECT count(*) FROM snapshot_values)`)
	must(t, p.TakeBack(ctx, c.Partner, one))
	// The snapshot that held it alone is gone, as if it had never been.
	wantLook(t, p, "1 1", `SELECT (SELECT count(*) FROM snapshots), (SELECT count(*) FROM snapshot_values)`)
	wantShown(t, p, c, map[string]string{two: "7"})
	wantKind(t, publish(p, c, "", one), models.Conflict) // nor does the proposal stand
	must(t, p.TakeBack(ctx, c.Partner, two))
	wantLook(t, p, "0 0 0", `SELECT (SELECT count(*) FROM snapshots), (SELECT count(*) FROM snapshot_values), (SELECT count(*) FROM partner_proposals)`)
	for _, key := range []string{one, "", ".", "x.y", "conflict", "conflict.%"} {
		must(t, p.TakeBack(ctx, c.Partner, key)) // nothing to take back, and no error that says so
	}
}

func TestTakeBack_anotherCoupleKeepsTheirs(t *testing.T) {
	t.Parallel()
	p, c := reported(t)
	other := p.Couple(t, p.Owner, "bea").Start(t)
	p.Sunday()
	other.Report(t, models.PartnerReportInput{Tension: "3"})
	propose(t, p, other, "conflict."+week5)
	must(t, publish(p, other, "", "conflict."+week5))
	must(t, p.TakeBack(ctx, c.Partner, "conflict."+week5))
	wantShown(t, p, other, map[string]string{"conflict." + week5: "3"})
	wantKind(t, publish(p, c, "", "conflict."+week5), models.Conflict)
}

func TestCorrection_closesWhatItChanges(t *testing.T) {
	t.Parallel()
	p, c := concluded(t)
	base := "leaving." + phaseID(t, p, "Baseline")
	all := []string{"conflict." + week4, "conflict." + week3, base}
	show := func() {
		t.Helper()
		propose(t, p, c, all...)
		must(t, publish(p, c, "2026-04-30", all...))
	}
	show()
	correct := func(version string, in models.PartnerReportInput) {
		t.Helper()
		in.Week, in.Version, in.Pushed = week4, version, "no"
		must(t, p.EnterPartnerReport(ctx, p.Owner, c.CaseID, in))
	}
	correct("1", models.PartnerReportInput{Tension: "9", Leaving: "8", Note: "Other words."}) // the same numbers
	wantShown(t, p, c, map[string]string{all[0]: "9", all[1]: "8", base: "6.5"})
	correct("2", models.PartnerReportInput{Tension: "2", Leaving: "8"})
	wantShown(t, p, c, map[string]string{all[1]: "8", base: "6.5"})
	wantKind(t, publish(p, c, "", all[0]), models.Conflict) // it must be proposed again
	correct("3", models.PartnerReportInput{Tension: "2", Leaving: "1"})
	wantShown(t, p, c, map[string]string{all[1]: "8"})
	wantKind(t, publish(p, c, "2026-04-30", base), models.Conflict)
	// The other average, beside the one that was seen, would give away the week.
	if _, keys, _ := offers(t, p, c); slices.Contains(keys, base) {
		t.Error("a second average of the phase is offered")
	}
	all = all[:2]
	show()
	wantShown(t, p, c, map[string]string{all[0]: "2", all[1]: "8"})
	correct("4", models.PartnerReportInput{}) // answers taken out
	wantShown(t, p, c, map[string]string{all[1]: "8"})
}

func TestCorrection_closesTheOtherWeeklyItemAndAverage(t *testing.T) {
	t.Parallel()
	p, c := concluded(t)
	noticed, felt := "noticed."+week5, "felt_real."+phaseID(t, p, "B1")
	propose(t, p, c, noticed, felt)
	must(t, publish(p, c, "2026-04-30", noticed, felt))
	in := models.PartnerReportInput{Week: week5, Version: "1", Tension: "5", Leaving: "6", Noticed: "2", Real: "5"}
	must(t, p.EnterPartnerReport(ctx, p.Owner, c.CaseID, in))
	wantShown(t, p, c, map[string]string{noticed: "2"})
	in.Version, in.Noticed = "2", "3"
	must(t, p.EnterPartnerReport(ctx, p.Owner, c.CaseID, in))
	wantShown(t, p, c, nil)
}

func TestCorrection_closesACallThatChanges(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	on(p, models.Week(week8).Sunday())
	in := models.PartnerReportInput{Week: week8, Tension: "4", Enough: "yes", Pushed: "no"}
	must(t, p.SubmitPartnerReport(ctx, c.Partner, in))
	propose(t, p, c, "call."+week8)
	must(t, publish(p, c, "2026-04-20", "call."+week8))
	wantShown(t, p, c, map[string]string{"call." + week8: "yes"})
	in.Version, in.Enough = "1", "no"
	must(t, p.SubmitPartnerReport(ctx, c.Partner, in))
	wantShown(t, p, c, nil)
}

// TestAverage_closesWhenItsReportsChange is about an average that is proposed
// or shown when a missing report comes in on paper, or when its phase is
// extended: it is another average then, and two of them would give away a
// single week.
func TestAverage_closesWhenItsReportsChange(t *testing.T) {
	t.Parallel()
	gap := func() (*modelstest.Practice, *modelstest.Couple, string) {
		p, c := baseline(t)
		for i := range 4 {
			p.Sunday()
			if i != 1 {
				c.Report(t, models.PartnerReportInput{Leaving: "6"})
			}
			p.NextMonday()
		}
		on(p, "2026-04-02")
		return p, c, "leaving." + phaseID(t, p, "Baseline")
	}
	paper := func(p *modelstest.Practice, c *modelstest.Couple) error {
		return p.EnterPartnerReport(ctx, p.Owner, c.CaseID, models.PartnerReportInput{Week: week2, Leaving: "10"})
	}
	extend := func(p *modelstest.Practice, c *modelstest.Couple) error {
		return p.ExtendPhase(ctx, p.Owner, c.Experiment, models.Submission{})
	}
	for name, change := range map[string]func(*modelstest.Practice, *modelstest.Couple) error{"a paper report": paper, "an extension": extend} {
		t.Run(name, func(t *testing.T) {
			p, c, average := gap()
			propose(t, p, c, average)
			must(t, change(p, c))
			wantKind(t, publish(p, c, "2026-04-02", average), models.Conflict)
			wantShown(t, p, c, nil)

			p, c, average = gap()
			propose(t, p, c, average)
			must(t, publish(p, c, "2026-04-02", average))
			wantShown(t, p, c, map[string]string{average: "6"})
			must(t, change(p, c))
			wantShown(t, p, c, nil)
		})
	}
}

func TestPreview_isWhatHeWillSee(t *testing.T) {
	t.Parallel()
	p, c := concluded(t)
	keys := []string{"conflict." + week1, "conflict." + week2}
	s, as, err := p.Preview(ctx, c.Partner, "", keys, "")
	if err != nil || len(s.Values) != 2 || as.PersonID != c.Client.PersonID || as.Role != models.Client {
		t.Errorf("her preview is %+v as %+v, %v", s, as, err)
	}
	_, _, err = p.Preview(ctx, p.Owner, c.CaseID, keys, "")
	wantKind(t, err, models.Conflict) // nothing is proposed yet
	propose(t, p, c, keys...)
	s, _, err = p.Preview(ctx, p.Owner, c.CaseID, keys, "Words.")
	must(t, err)
	wantShown(t, p, c, nil)
	_, version, err := p.Proposals(ctx, p.Owner, c.CaseID)
	must(t, err)
	_, err = p.Publish(ctx, p.Owner, c.CaseID, models.PublishInput{Keys: keys, Words: "Words.", Version: version})
	must(t, err)
	list, err := p.ForClient().Snapshots(ctx, c.Client)
	must(t, err)
	list[0].ID = ""
	if got, want := fmt.Sprintf("%+v", plain(list[0])), fmt.Sprintf("%+v", plain(s)); got != want {
		t.Errorf("he sees %s, the preview was %s", got, want)
	}
	if list[0].At("conflict", week1) == nil || list[0].At("conflict", week3) != nil || !list[0].Has("conflict") || list[0].Has("call") {
		t.Errorf("the snapshot is %+v", list[0])
	}
}

// plain writes the values of a snapshot instead of where they lie.
func plain(s models.Snapshot) []string {
	lines := []string{string(s.Published), s.Words, s.ReportedBy, string(s.LastWeek)}
	for _, v := range s.Values {
		lines = append(lines, v.Item+"."+v.Place+"="+valueText(v.Value, v.Answer))
	}
	return lines
}
