package models_test

import (
	"testing"

	"enough/models"
	"enough/models/modelstest"
)

func setsAside(t testing.TB, p *modelstest.Practice, c *modelstest.Couple, n int, why string) {
	t.Helper()
	must(t, p.SetWeekAside(ctx, p.Owner, c.CaseID, string(weekAt(n)), models.SetAsideInput{Why: why, Reason: "Told alone."}))
}

// A week that is set aside weighs in the flags of the weeks after it, raises none
// and takes none back.
func TestSetAside_laterFlagsRestOnIt(t *testing.T) {
	t.Parallel()
	course := hers("pushed", 7, "yes").and("pushed", 8, "a_little").and("tension", 6, "9")
	course.acts = onMondays{8: func(p *modelstest.Practice, c *modelstest.Couple) {
		wantFlags(t, p, c, "6 A3, 7 A2")
		for n, why := range map[int]string{1: "not_hers", 6: "not_hers", 7: "pushed"} {
			setsAside(t, p, c, n, why)
		}
		wantFlags(t, p, c, "6 A3, 7 A2")
	}}
	p, c := live(t, course)
	wantFlags(t, p, c, "6 A3, 7 A2, 8 R3")
}

// A yes of a week that is set aside is no yes, and its numbers meet nothing.
func TestSetAside_verdict(t *testing.T) {
	t.Parallel()
	p, c := live(t, yes("leaving", 7, "1 1"))
	if v := verdictOf(t, p, c, 1); v.Kind != models.Enough {
		t.Fatalf("the verdict is %q", spelled(v))
	}
	setsAside(t, p, c, 8, "pushed")
	v := verdictOf(t, p, c, 1)
	if spelled(v) != "not_enough: the partner’s call is not a yes" || v.Reasons[0] != "3 of 4 reports, 1 set aside" {
		t.Errorf("the verdict is %q, by %q", spelled(v), v.Reasons[0])
	}
	setsAside(t, p, c, 7, "pushed")
	if v := verdictOf(t, p, c, 1); v.Kind != models.TooEarly {
		t.Errorf("with two reports left the verdict is %q", spelled(v))
	}
	must(t, p.SetWeekAside(ctx, p.Owner, c.CaseID, string(weekAt(8)), models.SetAsideInput{Back: true, Reason: "It was hers."}))
	must(t, p.SetWeekAside(ctx, p.Owner, c.CaseID, string(weekAt(7)), models.SetAsideInput{Back: true, Reason: "It was hers."}))
	if v := verdictOf(t, p, c, 1); v.Kind != models.Enough {
		t.Errorf("taken back in the verdict is %q", spelled(v))
	}
	wantLook(t, p, "8 pushed Told alone. It was hers., 7 pushed Told alone. It was hers.",
		`SELECT (julianday(week) - julianday($1)) / 7 + 1, why, reason, back_reason FROM set_aside_weeks ORDER BY week DESC`, week1)
}

// A decision keeps how many weeks were set aside when it was made.
func TestSetAside_isFrozenWithADecision(t *testing.T) {
	t.Parallel()
	p, c := live(t, yes("leaving", 7, "1 1"))
	in := decision(t, p, c)
	in.Because = "It is."
	setsAside(t, p, c, 6, "not_hers")
	wantConflict(t, p.Decide(ctx, p.Owner, c.Experiment, in), "numbers have changed")
	in = decision(t, p, c)
	in.Because = "It is."
	must(t, p.Decide(ctx, p.Owner, c.Experiment, in))
	must(t, p.SetWeekAside(ctx, p.Owner, c.CaseID, string(weekAt(6)), models.SetAsideInput{Back: true, Reason: "It was hers."}))
	list, err := p.Decisions(ctx, p.Owner, c.Experiment)
	must(t, err)
	if kept := list[0].Frozen.Phases[1]; kept.Reports != 3 || kept.Asked != 4 || kept.SetAside != 1 {
		t.Errorf("kept are %d of %d, %d set aside", kept.Reports, kept.Asked, kept.SetAside)
	}
}
