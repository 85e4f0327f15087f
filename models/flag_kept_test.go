package models_test

import (
	"database/sql"
	"slices"
	"strings"
	"testing"

	"enough/models"
	"enough/models/modelstest"
)

const flagRows = `SELECT rule, week, said, raised_on, closed_on, reason FROM flags ORDER BY raised_at, rule, said`

// closing is the form that closes the newest flag of a rule.
func closing(t testing.TB, p *modelstest.Practice, c *modelstest.Couple, rule, reason string) models.FlagInput {
	t.Helper()
	for _, f := range flagsOf(t, p, c) {
		if f.Rule == rule {
			return models.FlagInput{Rule: f.Rule, Week: string(f.Week), Said: f.Said, Reason: reason}
		}
	}
	t.Fatalf("no %s is raised", rule)
	return models.FlagInput{}
}

func closeFlag(t testing.TB, p *modelstest.Practice, c *modelstest.Couple, rule string) {
	t.Helper()
	must(t, p.CloseFlag(ctx, c.Therapist, c.CaseID, closing(t, p, c, rule, "Spoken with alone.")))
}

func raiseFlag(t testing.TB, p *modelstest.Practice, c *modelstest.Couple, kind string) {
	t.Helper()
	must(t, p.RaiseFlag(ctx, c.Therapist, c.CaseID, models.FlagInput{Kind: kind, What: "By telephone, from her."}))
}

func TestFlags_keptWithTheReport(t *testing.T) {
	t.Parallel()
	p, _ := live(t, course{hers: says("safe", 5, "no").and("contact", 5, "soon").and("tension", 5, "8")})
	wantLook(t, p, "A3 2026-03-30 tension 8; baseline average 5.0 2026-04-05 <nil> , R1 2026-03-30 felt safe: “no”; contact: “soon” 2026-04-05 <nil> ", flagRows)
}

func TestFlags_keptWithAReportOnPaper(t *testing.T) {
	t.Parallel()
	p, c := live(t, hers("", 5, "-"))
	in := course{hers: says("children", 5, "frightened")}.report(t, 5)
	must(t, p.EnterPartnerReport(ctx, p.Owner, c.CaseID, in))
	wantLook(t, p, "R2", `SELECT rule FROM flags`)
}

// What no report brings is shown as soon as it is so, and kept with the next act
// as raised on that day.
func TestFlags_silenceIsKeptWithTheNextReport(t *testing.T) {
	t.Parallel()
	x := hers("", 5, "- -")
	p, c := live(t, x)
	on(p, weekAt(7).Monday().Add(3))
	wantFlags(t, p, c, "6 A10")
	wantLook(t, p, "", flagRows)
	x.weeks = 7
	x.goOn(t, p, c, 7)
	wantLook(t, p, "A10 2026-04-06 two partner reports running are missing 2026-04-16 <nil> ", flagRows)
}

// A flag is as old as what raised it, whether it is kept or not, and asks for a
// look within its days.
func TestFlags_age(t *testing.T) {
	t.Parallel()
	p, c := live(t, hers("safe", 5, "no").and("tension", 5, "8").and("", 6, "- -").and("noticed", 2, "0 0 0"))
	closeFlag(t, p, c, "R1")
	raiseFlag(t, p, c, "threat") // on 19 April
	for _, row := range []struct {
		today models.Day
		late  string
	}{{"2026-04-19", "A3"}, {"2026-04-20", "A3 R4"}, {"2026-04-30", "A3 R4"}, {"2026-05-01", "A10 A3 R4"}} {
		on(p, row.today)
		var late []string
		for _, f := range flagsOf(t, p, c) {
			want := map[string]models.Day{"R1": "2026-04-05", "R4": "2026-04-19", "A3": "2026-04-12", "A10": "2026-04-30"}[f.Rule]
			if f.LookBy() != want {
				t.Errorf("%s was raised on %s and asks for a look by %q, wanted %q", f.Rule, f.RaisedOn, f.LookBy(), want)
			}
			if f.Overdue {
				late = append(late, f.Rule)
			}
		}
		slices.Sort(late)
		if got := strings.Join(late, " "); got != row.late {
			t.Errorf("on %s overdue are %q, wanted %q", row.today, got, row.late)
		}
	}
}

func TestFlags_silenceIsKeptWithADecision(t *testing.T) {
	t.Parallel()
	p, c := live(t, hers("", 5, "- -"))
	on(p, weekAt(7).Monday().Add(3))
	must(t, p.Decide(ctx, p.Owner, c.Experiment, decision(t, p, c)))
	wantLook(t, p, "A10", `SELECT rule FROM flags`)
}

func TestFlags_aCorrectionTakesNoneBack(t *testing.T) {
	t.Parallel()
	p, c := live(t, course{hers: says("safe", 5, "no").and("children", 5, "frightened").and("tension", 5, "8")})
	course{weeks: 5}.correct(t, p, c, 5)
	wantLook(t, p, "yes as_usual 5", `SELECT safe, children, conflict FROM partner_reports WHERE week = $1`, week5)
	wantFlags(t, p, c, "5 R1, 5 R2, 5 A3")
	for _, f := range flagsOf(t, p, c) {
		if !f.Open() {
			t.Errorf("%s is closed", f.Rule)
		}
	}
}

// What a correction unsaid still counts in the weeks after it, in the flags and
// in the verdict.
func TestFlags_pushedCountsInEveryVersion(t *testing.T) {
	t.Parallel()
	course := yes("pushed", 7, "yes")
	course.acts = onMondays{8: func(p *modelstest.Practice, c *modelstest.Couple) {
		on(p, weekAt(7).Sunday())
		hers("pushed", 7, "no").correct(t, p, c, 7)
		on(p, weekAt(8).Monday())
	}}
	p, c := live(t, course.and("pushed", 8, "a_little"))
	wantLook(t, p, "no, a_little", `SELECT pushed FROM partner_reports WHERE week >= $1 ORDER BY week`, string(weekAt(7)))
	wantFlags(t, p, c, "7 A2, 8 R3")
	closeFlag(t, p, c, "R3")
	closeFlag(t, p, c, "A2")
	if v := spelled(verdictOf(t, p, c, 1)); v != "too_early: the partner’s answer may not be free: pushed about what to say in 2 of the last 3 reports" {
		t.Errorf("the verdict is %q", v)
	}
}

func TestFlags_anotherNumberRaisesAnother(t *testing.T) {
	t.Parallel()
	p, c := live(t, hers("tension", 5, "8"))
	closeFlag(t, p, c, "A3")
	hers("tension", 5, "8").and("leaving", 5, "6").correct(t, p, c, 5) // the same number, other words
	wantFlags(t, p, c, "5 A3")
	hers("tension", 5, "9").correct(t, p, c, 5)
	wantFlags(t, p, c, "5 A3, 5 A3")
	wantLook(t, p, "tension 8; baseline average 5.0 2026-04-05, tension 9; baseline average 5.0 <nil>", `SELECT said, closed_on FROM flags ORDER BY said`)
}

func (x course) and(item string, from int, answers string) course {
	x.hers.and(item, from, answers)
	return x
}

func TestFlags_theirWords(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, rule, want string
		course           course
	}{
		{"R1", "R1", "felt safe: “no”; contact: “soon”", hers("safe", 5, "no").and("contact", 5, "soon")},
		{"R2", "R2", "children: “frightened or pulled in”", hers("children", 5, "frightened")},
		{"R3", "R3", "pushed about what to say: “yes” once and “a little” twice in the last 4 reports", hers("pushed", 5, "a_little no a_little yes")},
		{"R3, after a few reports", "R3", "pushed about what to say: “yes” twice and “a little” never in the last 2 reports", hers("pushed", 1, "yes yes")},
		{"A1", "A1", "felt safe: “not always”", hers("safe", 5, "not_always")},
		{"A2", "A2", "pushed about what to say: “a little” in two reports running", hers("pushed", 5, "a_little a_little")},
		{"A3", "A3", "tension 8 and 9 in two reports running; tension 9; baseline average 5.0", hers("tension", 5, "8 9")},
		{"A4", "A4", "close to leaving 9, the first time from 9 up in this phase; close to leaving 9, after 5 in the report before. A high-risk time: do not disclose", hers("leaving", 5, "9")},
		{"A5", "A5", "children: “quieter or more careful” in 2 of the last 3 reports", hers("children", 5, "quieter as_usual quieter")},
		{"A6", "A6", "tension, partner’s against client’s: 7 against 4, 7 against 3; apart by 0.5 in the baseline",
			course{hers: says("tension", 1, "5 5 6 6 7 7"), his: says("tension", 5, "4 3")}},
		{"A7", "A7", "felt real −0.5 a week over 3 reports, while the act was done 5 of 6", course{hers: says("real", 5, "6 6 5"), his: says("done", 5, "4 1 2")}},
		{"A8", "A8", "the client’s forecast is off by 1.0, in the baseline by 2.0; tension 6.0, in the baseline 5.0; pushed about what to say",
			course{hers: says("tension", 5, "6 6").and("pushed", 6, "a_little"), his: says("forecast", 1, "3 3 3 3 5 5")}},
		{"A9", "A9", "tension 4.0, in the baseline 5.0; could say no: “not always” and “no”, less than in the baseline", hers("tension", 5, "4 4").and("say_no", 5, "not_always no")},
		{"A11", "A11", "the partner’s call: “Not yet”, after “Yes, for now”", course{hers: says("call", 8, "yes_for_now").and("call", 12, "not_yet"), acts: onMondays{9: stepUp(t, "3")}}},
		{"N1", "N1", "noticed 0 of 2, 1 of 3, 0 of 2 done. Talk about what counts", course{hers: says("noticed", 5, "0 1 0"), his: says("done", 6, "3")}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			p, c := live(t, row.course)
			if got := closing(t, p, c, row.rule, "").Said; got != row.want {
				t.Errorf("it says %q, wanted %q", got, row.want)
			}
		})
	}
}

func TestCloseFlag(t *testing.T) {
	t.Parallel()
	p, c := live(t, hers("safe", 5, "no"))
	on(p, week6)
	in := closing(t, p, c, "R1", "")
	in.Submission = models.Submission{ID: "one"}
	for _, reason := range []string{"", " \n", strings.Repeat("x", 601)} {
		in.Reason = reason
		wantField(t, p.CloseFlag(ctx, p.Owner, c.CaseID, in), "reason")
	}
	wantLook(t, p, "R1 2026-03-30 felt safe: “no” 2026-04-05 <nil> ", flagRows)
	in.Reason = "Spoken with alone."
	must(t, p.CloseFlag(ctx, p.Owner, c.CaseID, in))
	f := flagsOf(t, p, c)[0]
	if f.Open() || f.ClosedOn != week6 || f.Reason != "Spoken with alone." || f.RaisedOn != weekAt(5).Sunday() {
		t.Errorf("the flag is %+v", f)
	}
	must(t, p.CloseFlag(ctx, p.Owner, c.CaseID, in)) // the same form again
	in.Reason = "Other words."
	wantConflict(t, p.CloseFlag(ctx, p.Owner, c.CaseID, in), "sent before")
	in.Submission = models.Submission{ID: "two"}
	wantConflict(t, p.CloseFlag(ctx, p.Owner, c.CaseID, in), "closed already")
	in.Submission = models.Submission{}
	wantConflict(t, p.CloseFlag(ctx, p.Owner, c.CaseID, in), "closed already")
	wantLook(t, p, "R1 2026-03-30 felt safe: “no” 2026-04-05 2026-04-06 Spoken with alone.", flagRows)
	wantLook(t, p, "1", `SELECT count(*) FROM audit WHERE action = 'flag closed'`)
}

func TestCloseFlag_oneThatIsNotRaised(t *testing.T) {
	t.Parallel()
	p, c := live(t, hers("safe", 5, "no"))
	right := closing(t, p, c, "R1", "A reason.")
	for _, spoil := range []func(*models.FlagInput){
		func(in *models.FlagInput) { in.Rule = "R2" }, func(in *models.FlagInput) { in.Week = week4 }, func(in *models.FlagInput) { in.Said = "felt safe: “yes”" },
		func(in *models.FlagInput) { *in = models.FlagInput{Reason: "A reason."} },
	} {
		in := right
		spoil(&in)
		wantKind(t, p.CloseFlag(ctx, p.Owner, c.CaseID, in), models.NotFound)
	}
}

func TestCloseFlag_silenceThatNothingHasKeptYet(t *testing.T) {
	t.Parallel()
	p, c := live(t, hers("", 5, "- -"))
	on(p, weekAt(7).Monday().Add(3))
	closeFlag(t, p, c, "A10")
	wantLook(t, p, "A10 2026-04-06 two partner reports running are missing 2026-04-16 2026-04-16 Spoken with alone.", flagRows)
}

func TestCloseFlag_staysClosed(t *testing.T) {
	t.Parallel()
	x := hers("safe", 5, "no yes")
	x.weeks = 5
	p, c := live(t, x)
	closeFlag(t, p, c, "R1")
	x.and("tension", 5, "6").correct(t, p, c, 5)
	x.weeks = 6
	x.goOn(t, p, c, 6)
	if list := flagsOf(t, p, c); len(list) != 1 || list[0].Open() {
		t.Errorf("the flags are %+v", list)
	}
}

// The database keeps flags whatever the program does.
func TestFlags_neverDeletedOrChanged(t *testing.T) {
	t.Parallel()
	p, c := live(t, hers("safe", 5, "no no"))
	must(t, p.CloseFlag(ctx, p.Owner, c.CaseID, closing(t, p, c, "R1", "Spoken with alone.")))
	db, err := sql.Open("sqlite", "file:"+p.File+"?_pragma=busy_timeout(5000)&_pragma=recursive_triggers(1)")
	must(t, err)
	defer db.Close()
	before := look(t, p, flagRows)
	for _, query := range []string{
		`DELETE FROM flags`, `DELETE FROM flags WHERE closed_on IS NULL`, `DELETE FROM flags WHERE closed_on IS NOT NULL`,
		`UPDATE flags SET rule = 'A1' WHERE closed_on IS NULL`, `UPDATE flags SET week = '2026-03-23' WHERE closed_on IS NULL`,
		`UPDATE flags SET said = x'01' WHERE closed_on IS NULL`, `UPDATE flags SET raised_at = '' WHERE closed_on IS NULL`,
		`UPDATE flags SET closed_on = NULL, reason = x''`, `UPDATE flags SET reason = x'01' WHERE closed_on IS NOT NULL`,
		`UPDATE flags SET closed_on = '2026-01-01' WHERE closed_on IS NOT NULL`, `UPDATE flags SET closed_on = '2026-04-06' WHERE closed_on IS NULL`,
		`UPDATE flags SET reason = x'01' WHERE closed_on IS NULL`,
		`INSERT OR REPLACE INTO flags SELECT * FROM flags`, `INSERT OR REPLACE INTO flags SELECT id, case_id, rule, week, x'01', 'm', raised_at, raised_on, NULL, x'' FROM flags`,
	} {
		if _, err := db.Exec(query); err == nil {
			t.Errorf("%s is not refused", query)
		}
		if after := look(t, p, flagRows); after != before {
			t.Fatalf("%s leaves %q, it was %q", query, after, before)
		}
	}
}

func TestFlags_strangersAndMissingAreTheSame(t *testing.T) {
	t.Parallel()
	p, c := live(t, hers("safe", 5, "no"))
	stranger := p.Therapist(t, "other")
	other := p.Couple(t, stranger, "bea")
	closes := closing(t, p, c, "R1", "A reason.")
	for name, ask := range map[string]func(v models.Viewer, id string) error{
		"Flags":     func(v models.Viewer, id string) error { _, err := p.Flags(ctx, v, id); return err },
		"CloseFlag": func(v models.Viewer, id string) error { return p.CloseFlag(ctx, v, id, closes) },
		"RaiseFlag": func(v models.Viewer, id string) error {
			return p.RaiseFlag(ctx, v, id, models.FlagInput{Kind: "withdraws", What: "She said so."})
		},
	} {
		missing := ask(p.Owner, "missing")
		wantKind(t, missing, models.NotFound)
		for _, v := range []models.Viewer{stranger, {}, c.Client, c.Partner, other.Client, other.Partner} {
			wantSame(t, ask(v, c.CaseID), missing)
		}
		if name == "CloseFlag" { // nor is it found from another case
			wantKind(t, ask(stranger, other.CaseID), models.NotFound)
		}
	}
	wantFlags(t, p, c, "5 R1")
	if !flagsOf(t, p, c)[0].Open() {
		t.Error("a stranger has closed it")
	}
}

func TestFlags_ofOneCaseAlone(t *testing.T) {
	t.Parallel()
	p, c := live(t, hers("safe", 5, "no"))
	raiseFlag(t, p, c, "stalking")
	on(p, week6)
	other := p.Couple(t, p.Owner, "bea").Start(t)
	p.Sunday()
	other.Report(t, models.PartnerReportInput{Children: "frightened"})
	wantFlags(t, p, other, "6 R2")
	wantFlags(t, p, c, "5 R1, 5 R4")
	r, err := p.Review(ctx, p.Owner, other.Experiment)
	if err != nil || raised(r.Flags) != "6 R2" {
		t.Errorf("the review shows %q, %v", raised(r.Flags), err)
	}
}

func TestRaiseFlag(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{"violence": "Violence", "threat": "A threat", "strangulation": "Strangulation", "weapon": "A weapon", "stalking": "Stalking",
		"forced_sex": "Forced sex", "suicide": "A threat of suicide", "escalation": "Escalation"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			p, c := live(t, course{weeks: 5})
			in := models.FlagInput{Kind: kind, What: "From her.", Submission: models.Submission{ID: "one"}}
			must(t, p.RaiseFlag(ctx, p.Owner, c.CaseID, in))
			must(t, p.RaiseFlag(ctx, p.Owner, c.CaseID, in)) // the same form again
			wantLook(t, p, "R4 2026-03-30 "+want+": From her. 2026-04-05 <nil> ", flagRows)
			if f := flagsOf(t, p, c)[0]; f.Level() != models.Red || !f.Open() {
				t.Errorf("it is %s, open %t", f.Level(), f.Open())
			}
			_, open, err := p.PartnerForm(ctx, c.Partner)
			if err != nil || !open {
				t.Errorf("her form is open: %t, %v", open, err)
			}
		})
	}
}

func TestRaiseFlag_refusals(t *testing.T) {
	t.Parallel()
	p, c := baseline(t)
	for field, in := range map[string]models.FlagInput{
		"kind": {Kind: "", What: "From her."}, "what": {Kind: "threat", What: " "},
	} {
		wantField(t, p.RaiseFlag(ctx, p.Owner, c.CaseID, in), field)
	}
	wantField(t, p.RaiseFlag(ctx, p.Owner, c.CaseID, models.FlagInput{Kind: "R1", What: "From her."}), "kind")
	wantField(t, p.RaiseFlag(ctx, p.Owner, c.CaseID, models.FlagInput{Kind: "threat", What: strings.Repeat("x", 601)}), "what")
	wantFlags(t, p, c, "")
}

func TestRaiseFlag_withoutAnExperiment(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	raiseFlag(t, p, c, "weapon")
	wantFlags(t, p, c, "1 R4")
	closeFlag(t, p, c, "R4")
}

// The same thing can happen again in the week in which it was closed. That must
// not be lost without a word.
func TestRaiseFlag_theSameWordsAgain(t *testing.T) {
	t.Parallel()
	p, c := baseline(t)
	raiseFlag(t, p, c, "threat")
	raiseFlag(t, p, c, "threat") // it is open still
	wantFlags(t, p, c, "1 R4")
	closeFlag(t, p, c, "R4")
	wantConflict(t, p.RaiseFlag(ctx, p.Owner, c.CaseID, models.FlagInput{Kind: "threat", What: "By telephone, from her."}), "what is new")
	must(t, p.RaiseFlag(ctx, p.Owner, c.CaseID, models.FlagInput{Kind: "threat", What: "By telephone, again."}))
	wantFlags(t, p, c, "1 R4, 1 R4")
}

func TestRaiseFlag_sheWithdraws(t *testing.T) {
	t.Parallel()
	p, c := live(t, hers("", 5, "-"))
	before, asked, err := p.ForClient().OpenForm(ctx, c.Client)
	must(t, err)
	raiseFlag(t, p, c, "withdraws")
	wantFlags(t, p, c, "5 R5")
	_, open, err := p.PartnerForm(ctx, c.Partner)
	if err != nil || open {
		t.Errorf("her form is open: %t, %v", open, err)
	}
	wantConflict(t, p.SubmitPartnerReport(ctx, c.Partner, course{}.report(t, 5)), "no form")
	after, still, err := p.ForClient().OpenForm(ctx, c.Client)
	if err != nil || still != asked || after.Week != before.Week || !asked {
		t.Errorf("his form was %+v, %t; it is %+v, %t", before, asked, after, still)
	}
	r, err := p.Review(ctx, p.Owner, c.Experiment)
	if err != nil || !r.Paused {
		t.Errorf("her reports rest: %t, %v", r.Paused, err)
	}
	on(p, weekAt(8).Sunday())
	if _, open, _ := p.PartnerForm(ctx, c.Partner); open {
		t.Error("her form is open three weeks later")
	}
	wantFlags(t, p, c, "5 R5") // it is no silence
	must(t, p.PausePartner(ctx, p.Owner, c.CaseID, false, ""))
	if _, open, _ := p.PartnerForm(ctx, c.Partner); !open {
		t.Error("her form is not open after she took it up again")
	}
}

// Until Wednesday the form of the week before is open. It closes at once too.
func TestRaiseFlag_sheWithdrawsOnAMonday(t *testing.T) {
	t.Parallel()
	p, c := live(t, hers("", 5, "-"))
	on(p, week6)
	if _, open, _ := p.PartnerForm(ctx, c.Partner); !open {
		t.Fatal("the form of the week before is not open")
	}
	raiseFlag(t, p, c, "withdraws")
	if _, open, _ := p.PartnerForm(ctx, c.Partner); open {
		t.Error("the form of the week before is open still")
	}
	wantConflict(t, p.SubmitPartnerReport(ctx, c.Partner, course{}.report(t, 5)), "no form")
}

// What she has said already was asked of her.
func TestRaiseFlag_sheWithdrawsAfterHerReport(t *testing.T) {
	t.Parallel()
	p, c := live(t, course{weeks: 5})
	on(p, week6)
	raiseFlag(t, p, c, "withdraws")
	r, err := p.Review(ctx, p.Owner, c.Experiment)
	must(t, err)
	if w := r.Phases[1].Weeks[0]; w.Resting || w.Report == nil {
		t.Errorf("the week before is %+v", w)
	}
}

func TestFlags_openRedOnesComeFirst(t *testing.T) {
	t.Parallel()
	p, c := live(t, hers("children", 6, "frightened").and("safe", 7, "not_always"))
	order := func() (rules string) {
		for _, f := range flagsOf(t, p, c) {
			rules += f.Rule + " "
		}
		return rules
	}
	if got := order(); got != "R2 A1 " {
		t.Errorf("while the red one is open: %s", got)
	}
	f := flagsOf(t, p, c)[0]
	must(t, p.CloseFlag(ctx, p.Owner, c.CaseID, models.FlagInput{Rule: f.Rule, Week: string(f.Week), Said: f.Said, Reason: "Spoken with her alone."}))
	if got := order(); got != "A1 R2 " {
		t.Errorf("once it is closed: %s", got)
	}
}
