package models_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"enough/models"
	"enough/models/modelstest"
)

func TestCase_strangersAndMissingAreTheSame(t *testing.T) {
	t.Parallel()
	p, c := baseline(t)
	stranger := p.Therapist(t, "other")
	other := p.Couple(t, stranger, "bea")
	client := p.ForClient()
	for name, ask := range map[string]func(v models.Viewer, caseID, experiment string) error{
		"Case":      func(v models.Viewer, caseID, _ string) error { _, err := p.Case(ctx, v, caseID); return err },
		"SaveFrame": func(v models.Viewer, caseID, _ string) error { return p.SaveFrame(ctx, v, caseID, models.FrameInput{}) },
		"Gate":      func(v models.Viewer, caseID, _ string) error { _, err := p.Gate(ctx, v, caseID); return err },
		"SaveGate":  func(v models.Viewer, caseID, _ string) error { return p.SaveGate(ctx, v, caseID, models.GateInput{}) },
		"InviteTo": func(v models.Viewer, caseID, _ string) error {
			_, err := p.InviteTo(ctx, v, caseID, models.Client)
			return err
		},
		"NewExperiment": func(v models.Viewer, caseID, _ string) error {
			_, err := p.NewExperiment(ctx, v, caseID, "Ask", models.Submission{})
			return err
		},
		"Experiment": func(v models.Viewer, _, id string) error {
			_, _, err := p.Experiment(ctx, v, id)
			return err
		},
		"Experiments": func(v models.Viewer, caseID, _ string) error { _, err := p.Experiments(ctx, v, caseID); return err },
		"SavePlan":    func(v models.Viewer, _, id string) error { return p.SavePlan(ctx, v, id, models.PlanInput{}) },
		"PlanChanges": func(v models.Viewer, _, id string) error { _, err := p.PlanChanges(ctx, v, id); return err },
		"StartExperiment": func(v models.Viewer, _, id string) error {
			return p.StartExperiment(ctx, v, id, week1, models.Submission{})
		},
		"StartPhase":    func(v models.Viewer, _, id string) error { return p.StartPhase(ctx, v, id, models.StepInput{}) },
		"ExtendPhase":   func(v models.Viewer, _, id string) error { return p.ExtendPhase(ctx, v, id, models.Submission{}) },
		"EndExperiment": func(v models.Viewer, _, id string) error { return p.EndExperiment(ctx, v, id, models.EndInput{}) },
		"ExcuseWeek":    func(v models.Viewer, caseID, _ string) error { return p.ExcuseWeek(ctx, v, caseID, "", "") },
		"PausePartner":  func(v models.Viewer, caseID, _ string) error { return p.PausePartner(ctx, v, caseID, true, "x") },
		"EnterCheckin":  func(v models.Viewer, caseID, _ string) error { return p.EnterCheckin(ctx, v, caseID, checkin(week1)) },
		"EnterPartnerReport": func(v models.Viewer, caseID, _ string) error {
			return p.EnterPartnerReport(ctx, v, caseID, report(week1))
		},
		"PaperReportForm": func(v models.Viewer, caseID, _ string) error {
			_, err := p.PaperReportForm(ctx, v, caseID, week1)
			return err
		},
		"PaperCheckinForm": func(v models.Viewer, caseID, _ string) error {
			_, err := p.PaperCheckinForm(ctx, v, caseID, week1)
			return err
		},
		"PartnerReport": func(v models.Viewer, caseID, _ string) error {
			_, err := p.PartnerReport(ctx, v, caseID, week1)
			return err
		},
		"SetWeekAside": func(v models.Viewer, caseID, _ string) error {
			return p.SetWeekAside(ctx, v, caseID, week1, models.SetAsideInput{})
		},
		"ReportedWeek": func(v models.Viewer, caseID, _ string) error {
			_, err := p.ReportedWeek(ctx, v, caseID, week1)
			return err
		},
		"AsideProposals": func(v models.Viewer, caseID, _ string) error { _, err := p.AsideProposals(ctx, v, caseID); return err },
		"Proposals":      func(v models.Viewer, caseID, _ string) error { _, _, err := p.Proposals(ctx, v, caseID); return err },
		"Publish": func(v models.Viewer, caseID, _ string) error {
			_, err := p.Publish(ctx, v, caseID, models.PublishInput{})
			return err
		},
		"Preview": func(v models.Viewer, caseID, _ string) error {
			_, _, err := p.Preview(ctx, v, caseID, nil, "")
			return err
		},
		"Review":    func(v models.Viewer, _, id string) error { _, err := p.Review(ctx, v, id); return err },
		"Decide":    func(v models.Viewer, _, id string) error { return p.Decide(ctx, v, id, models.DecisionInput{}) },
		"Decisions": func(v models.Viewer, _, id string) error { _, err := p.Decisions(ctx, v, id); return err },
		"AsClient":  func(v models.Viewer, caseID, _ string) error { _, err := p.AsClient(ctx, v, caseID); return err },
	} {
		t.Run(name, func(t *testing.T) {
			missing := ask(p.Owner, "missing", "missing")
			wantKind(t, missing, models.NotFound)
			viewers := map[string]models.Viewer{"another therapist": stranger, "nobody": {}, "the client": c.Client, "another client": other.Client}
			if name != "Preview" { // the partner may look at her own
				viewers["the partner"], viewers["another partner"] = c.Partner, other.Partner
			}
			for who, v := range viewers {
				t.Run(who, func(t *testing.T) { wantSame(t, ask(v, c.CaseID, c.Experiment), missing) })
			}
		})
	}
	for name, ask := range map[string]func(v models.Viewer) error{
		"client Case":      func(v models.Viewer) error { _, err := client.Case(ctx, v); return err },
		"OpenForm":         func(v models.Viewer) error { _, _, err := client.OpenForm(ctx, v); return err },
		"SubmitCheckin":    func(v models.Viewer) error { return client.SubmitCheckin(ctx, v, checkin(week1)) },
		"Checkins":         func(v models.Viewer) error { _, err := client.Checkins(ctx, v); return err },
		"Taps":             func(v models.Viewer) error { _, _, err := client.Taps(ctx, v, week1); return err },
		"NoteOccurrence":   func(v models.Viewer) error { return client.NoteOccurrence(ctx, v, models.Submission{}) },
		"TakeBackOccurred": func(v models.Viewer) error { return client.TakeBackOccurrence(ctx, v, models.Submission{}) },
		"Notices":          func(v models.Viewer) error { _, err := client.Notices(ctx, v); return err },
		"Snapshots":        func(v models.Viewer) error { _, err := client.Snapshots(ctx, v); return err },
	} {
		t.Run(name, func(t *testing.T) {
			for _, v := range []models.Viewer{{}, p.Owner, c.Partner, {PersonID: "missing", Role: models.Client}} {
				wantKind(t, ask(v), models.NotFound)
			}
		})
	}
	for name, ask := range map[string]func(v models.Viewer) error{
		"PartnerForm":         func(v models.Viewer) error { _, _, err := p.PartnerForm(ctx, v); return err },
		"SubmitPartnerReport": func(v models.Viewer) error { return p.SubmitPartnerReport(ctx, v, report(week1)) },
		"OwnReports":          func(v models.Viewer) error { _, err := p.OwnReports(ctx, v); return err },
		"Offers":              func(v models.Viewer) error { _, _, err := p.Offers(ctx, v); return err },
		"Propose":             func(v models.Viewer) error { return p.Propose(ctx, v, models.ProposeInput{}) },
		"TakeBack":            func(v models.Viewer) error { return p.TakeBack(ctx, v, "conflict."+week1) },
		"PartnerNotices":      func(v models.Viewer) error { _, err := p.PartnerNotices(ctx, v); return err },
	} {
		t.Run(name, func(t *testing.T) {
			for _, v := range []models.Viewer{{}, p.Owner, c.Client, {PersonID: "missing", Role: models.Partner, Unlocked: true}} {
				wantKind(t, ask(v), models.NotFound)
			}
		})
	}
}

func TestOpenCase(t *testing.T) {
	t.Parallel()
	p := modelstest.Open(t)
	good := models.OpenCaseInput{ClientName: "Al", PartnerName: "Bo", ClientPronoun: "he", PartnerPronoun: "they", Children: "no"}
	for _, row := range []struct {
		name, field string
		spoil       func(*models.OpenCaseInput)
	}{
		{"no client", "client_name", func(in *models.OpenCaseInput) { in.ClientName = "" }},
		{"no partner", "partner_name", func(in *models.OpenCaseInput) { in.PartnerName = "" }},
		{"a name too long", "partner_name", func(in *models.OpenCaseInput) { in.PartnerName = strings.Repeat("é", 101) }},
		{"no pronoun", "client_pronoun", func(in *models.OpenCaseInput) { in.ClientPronoun = "" }},
		{"a pronoun that the forms do not know", "partner_pronoun", func(in *models.OpenCaseInput) { in.PartnerPronoun = "xe" }},
		{"children neither yes nor no", "children", func(in *models.OpenCaseInput) { in.Children = "" }},
	} {
		t.Run(row.name, func(t *testing.T) {
			in := good
			row.spoil(&in)
			_, err := p.OpenCase(ctx, p.Owner, in)
			wantField(t, err, row.field)
		})
	}
	wantLook(t, p, "0", `SELECT count(*) FROM cases`)
	wantLook(t, p, "1", `SELECT count(*) FROM people`)
	id, err := p.OpenCase(ctx, p.Owner, good)
	must(t, err)
	got, err := p.Case(ctx, p.Owner, id)
	must(t, err)
	if got.Client.Name != "Al" || got.Partner.Name != "Bo" || got.PartnerPronoun != models.They || got.ChildrenHome || got.Client.Joined {
		t.Errorf("the case is %+v", got)
	}
}

func frame(version string) models.FrameInput {
	return models.FrameInput{Goal: "Stay married.", Stake: "The children.", Cooperation: "Hers.", Economic: "no", Children: "yes",
		Ending: "If she is less safe.", Behaviours: [3]string{"Ask", "", "Listen"}, Costs: [3]string{"1", "", "4"}, Version: version}
}

// Two editors read and write as it comes: each frame that was taken was written by
// one who had seen the frame before it, so nobody's words went unread.
func TestSaveFrame_twoEditorsAtOnce(t *testing.T) {
	t.Parallel()
	p, c := couple(t) // which saved it once
	const editors, rounds = 2, 500
	var all sync.WaitGroup
	var mu sync.Mutex
	writtenAfter, refused := map[string]string{}, 0
	for editor := range editors {
		all.Go(func() {
			for round := range rounds {
				seen, err := p.Case(ctx, p.Owner, c.CaseID)
				if err != nil {
					t.Error(err)
					return
				}
				in := frame(fmt.Sprint(seen.Version))
				in.Goal = fmt.Sprintf("Editor %d, round %d.", editor, round)
				switch err := p.SaveFrame(ctx, p.Owner, c.CaseID, in); {
				case err == nil:
					mu.Lock()
					if other, twice := writtenAfter[seen.Frame.Goal]; twice {
						t.Errorf("%q and %q were both written over %q", other, in.Goal, seen.Frame.Goal)
					}
					writtenAfter[seen.Frame.Goal] = in.Goal
					mu.Unlock()
				case models.KindOf(err) == models.Conflict:
					mu.Lock()
					refused++
					mu.Unlock()
				default:
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	last, err := p.Case(ctx, p.Owner, c.CaseID)
	must(t, err)
	goal := frame("2").Goal
	for range writtenAfter {
		goal = writtenAfter[goal]
	}
	if refused == 0 || goal != last.Frame.Goal {
		t.Errorf("%d refused; the frames taken lead to %q, and %q is kept", refused, goal, last.Frame.Goal)
	}
	t.Logf("%d frames taken, %d refused, none written over unread", len(writtenAfter), refused)
}

func TestSaveFrame_secondEditorLosesNothing(t *testing.T) {
	t.Parallel()
	p, c := couple(t) // which saved it once
	first, second := frame("2"), frame("2")
	first.Goal, second.Goal = "The first.", "The second."
	second.Behaviours, second.Costs = [3]string{"Other"}, [3]string{}
	must(t, p.SaveFrame(ctx, p.Owner, c.CaseID, first))
	wantKind(t, p.SaveFrame(ctx, p.Owner, c.CaseID, second), models.Conflict)
	got, err := p.Case(ctx, p.Owner, c.CaseID)
	must(t, err)
	f := got.Frame
	if f.Goal != "The first." || got.Version != 3 || len(f.Candidates) != 2 || f.Candidates[1].Behaviour != "Listen" || *f.Candidates[1].Cost != 4 {
		t.Errorf("the frame is %+v, version %d", f, got.Version)
	}
	for _, version := range []string{"", "x", "03", "3 ", "4"} {
		wantKind(t, p.SaveFrame(ctx, p.Owner, c.CaseID, frame(version)), models.Conflict)
	}
	must(t, p.SaveFrame(ctx, p.Owner, c.CaseID, frame("3")))
}

func TestSaveFrame_refusals(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	for _, row := range []struct {
		name, field string
		spoil       func(*models.FrameInput)
	}{
		{"no goal", "goal", func(in *models.FrameInput) { in.Goal = "" }},
		{"a cost without an act", "candidate2", func(in *models.FrameInput) { in.Costs[1] = "3" }},
		{"a cost out of range", "cost1", func(in *models.FrameInput) { in.Costs[0] = "11" }},
		{"a dependence that the form does not know", "economic", func(in *models.FrameInput) { in.Economic = "maybe" }},
		{"a stake too long", "stake", func(in *models.FrameInput) { in.Stake = strings.Repeat("x", 1001) }},
	} {
		t.Run(row.name, func(t *testing.T) {
			in := frame("2")
			row.spoil(&in)
			wantField(t, p.SaveFrame(ctx, p.Owner, c.CaseID, in), row.field)
		})
	}
}

func TestCases_ownAlone(t *testing.T) {
	t.Parallel()
	p, c := baseline(t)
	p.Couple(t, p.Therapist(t, "other"), "bea")
	lines, err := p.Cases(ctx, p.Owner)
	if err != nil || len(lines) != 1 || lines[0].ID != c.CaseID || len(lines[0].Phases) != 1 || lines[0].Experiment.ID != c.Experiment {
		t.Errorf("the lines are %+v, %v", lines, err)
	}
	_, err = p.Cases(ctx, c.Client)
	wantKind(t, err, models.Forbidden)
}
