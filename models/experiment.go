package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// Experiment is one minimum viable change: what is done, how often, and by
// what it is judged. Numbers are nil until they are filled in.
type Experiment struct {
	ID            string
	CaseID        string
	Number        int // 1 for the first of the case
	Behaviour     string
	Label         string // how the partner's form names the act; sealed from the client
	CountsIf      string
	NotCountsIf   string
	IfMoment      string
	ThenAct       string
	Dose          *int // times a week, 1 to 14
	DoseWords     string
	Cost          *int   // to the client, 0 to 10
	Prediction    *int   // the client's guess how close she is to leaving, 0 to 10
	Confidence    *int   // that this will be enough, 0 to 100
	Outcome       string // conflict or leaving
	CriterionKind string // level or drop
	Criterion     *int
	BaselineWeeks *int   // 3 to 6
	PhaseWeeks    *int   // 4 to 6
	StopWording   string // what both may say to stop
	DrawLatest    *int   // the intervention starts in a drawn week, from the 4th to this one
	DrawnWeek     Week
	Started       bool
	EndedWeek     Week // the last week of it, empty while it runs
	EndReason     string
	Version       int
}

// BaselineRange is how many weeks the baseline of a complete plan is planned to
// last: one number, or with a drawn start those that the draw can give.
func (e Experiment) BaselineRange() (least, most int) {
	if e.DrawLatest != nil {
		return earliestDrawn - 1, *e.DrawLatest - 1
	}
	return *e.BaselineWeeks, *e.BaselineWeeks
}

// Running says whether the experiment has started and not ended.
func (e Experiment) Running() bool { return e.Started && e.EndedWeek == "" }

// PlanInput is the plan's form as typed. The wizard asks for it in two steps;
// each step sends its own fields.
type PlanInput struct {
	Step string // act or measure

	Behaviour, Label, CountsIf, NotCountsIf, IfMoment, ThenAct string

	Dose, DoseWords, Cost, Prediction, Confidence   string
	Outcome, CriterionKind, Criterion               string
	BaselineWeeks, PhaseWeeks, StopWording, DrawnBy string // DrawnBy: last start week of the draw, empty for none

	Reason     string // after the start: why the plan is changed
	Version    string
	Submission Submission
}

// traits are beginnings of a wish that nobody could see or count.
var traits = []string{"be ", "feel ", "try to ", "care ", "understand ", "become ", "think ", "love ", "respect "}

// check reads the fields of one step over the plan as it stands.
func (in PlanInput) check(r *reading, e Experiment, leastDrop int) Experiment {
	if in.Step == "act" {
		e.Behaviour = r.need("behaviour", in.Behaviour, lineLimit, "Write one act that others could see or hear.")
		for _, trait := range traits {
			if strings.HasPrefix(strings.ToLower(e.Behaviour), trait) {
				r.fail("behaviour", "Nobody can count this. Name one act that others could see or hear, such as “Ask about the day and listen for five minutes”.")
			}
		}
		if why := neverBecause(e.Behaviour); why != "" {
			r.fail("behaviour", why)
		}
		e.Label = r.need("label", in.Label, 60, "Write how the partner’s form names it, such as “ask about your day”.")
		e.CountsIf = r.need("counts_if", in.CountsIf, 400, "Write what must have happened for it to count.")
		e.NotCountsIf = r.need("not_counts_if", in.NotCountsIf, 400, "Write what would make it not count.")
		e.IfMoment = r.text("if_moment", in.IfMoment, lineLimit)
		e.ThenAct = r.text("then_act", in.ThenAct, lineLimit)
		if (e.IfMoment == "") != (e.ThenAct == "") {
			r.fail("if_moment", "Fill in both halves of the if-then line, or neither.")
		}
		return e
	}
	number := func(field, typed string, least, most int) *int {
		n := r.needNumber(field, typed, least, most)
		return &n
	}
	e.Dose = number("dose", in.Dose, 1, 14)
	e.DoseWords = r.text("dose_words", in.DoseWords, lineLimit)
	e.Cost = number("cost", in.Cost, 0, 10)
	e.Prediction = number("prediction", in.Prediction, 0, 10)
	e.Confidence = number("confidence", in.Confidence, 0, 100)
	e.Outcome = r.needChoice("outcome", in.Outcome, "conflict", "leaving")
	e.CriterionKind = r.needChoice("criterion_kind", in.CriterionKind, "level", "drop")
	least := 0
	if e.CriterionKind == "drop" {
		least = leastDrop
	}
	e.Criterion = number("criterion", in.Criterion, least, 10)
	e.BaselineWeeks = number("baseline_weeks", in.BaselineWeeks, 3, 6)
	e.PhaseWeeks = number("phase_weeks", in.PhaseWeeks, 4, 6)
	e.StopWording = r.need("stop_wording", in.StopWording, 400, "Write the words with which either of them can stop it.")
	e.DrawLatest = r.number("draw_latest", in.DrawnBy, 5, 7)
	return e
}

// Complete says whether nothing is missing from the plan.
func (e Experiment) Complete() bool {
	return e.Behaviour != "" && e.Label != "" && e.CountsIf != "" && e.Dose != nil && e.Criterion != nil && e.StopWording != ""
}

// CriterionText says in words what must be met: “average of the last 3 reports
// at most 5”.
func CriterionText(kind string, criterion int) string {
	if kind == "drop" {
		return fmt.Sprintf("average of the last 3 reports at least %d below the baseline average", criterion)
	}
	return fmt.Sprintf("average of the last 3 reports at most %d", criterion)
}

// NewExperiment opens a draft in a case, beginning with one of its candidate
// acts or with nothing. Only the case's therapist may. It is Conflict while
// another experiment of the case is a draft or runs.
func (db *DB) NewExperiment(ctx context.Context, v Viewer, caseID, behaviour string, s Submission) (id string, err error) {
	err = db.write(ctx, func(ctx context.Context, t *tx) error {
		if _, err := t.caseOf(ctx, v, caseID); err != nil {
			return err
		}
		var r reading
		behaviour := r.text("behaviour", behaviour, lineLimit)
		if err := r.err(); err != nil {
			return err
		}
		id, err = t.makeOnce(ctx, v, s, "new experiment "+caseID, behaviour, func() (string, error) {
			all, err := t.experiments(ctx, caseID)
			if err != nil {
				return "", err
			}
			for _, e := range all {
				if e.EndedWeek == "" {
					return "", conflict("There is an experiment in this case that has not ended. One at a time.")
				}
			}
			id := newID()
			_, err = t.ExecContext(ctx, `INSERT INTO experiments (id, case_id, number, behaviour, created_at) VALUES ($1, $2, $3, $4, $5)`,
				id, caseID, len(all)+1, t.textsOf("experiments", caseID, id).in("behaviour", behaviour), t.stamp())
			if err != nil {
				return "", err
			}
			return id, t.audit(ctx, v, didDraft, caseID, id)
		})
		return err
	})
	return id, err
}

// SavePlan writes one step of the plan. Before the start it changes the draft.
// After it, the change needs a reason and is kept with its date as a procedural
// change; the dose is then changed by a step up and the phases already started
// keep their settings. Only the case's therapist may. It is Invalid with field
// messages, and Conflict when the plan has changed since the form was made or
// the experiment has ended.
func (db *DB) SavePlan(ctx context.Context, v Viewer, experimentID string, in PlanInput) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		was, err := t.experimentOf(ctx, v, experimentID)
		if err != nil {
			return err
		}
		practice, err := t.practice(ctx)
		if err != nil {
			return err
		}
		var r reading
		now := in.check(&r, was, practice.LeastDrop)
		reason := ""
		if was.Started {
			reason = r.need("reason", in.Reason, 1000, "Write why the plan is changed. It is kept with the date.")
			if digits(now.Dose) != digits(was.Dose) {
				r.fail("dose", "The dose is locked since the start. Change it with a step up.")
			}
			now.BaselineWeeks, now.PhaseWeeks, now.DrawLatest = was.BaselineWeeks, was.PhaseWeeks, was.DrawLatest
		}
		if err := r.err(); err != nil {
			return err
		}
		_, err = t.once(ctx, v, in.Submission, "plan "+experimentID, in, func() (string, error) {
			if was.EndedWeek != "" {
				return "", conflict("This experiment has ended. Its plan stays as it was.")
			}
			if err := t.putPlan(ctx, now, in.Version); err != nil {
				return "", err
			}
			if was.Started {
				if err := t.keepPlanChanges(ctx, was, now, reason); err != nil {
					return "", err
				}
			}
			return experimentID, t.audit(ctx, v, didSavePlan, was.CaseID, experimentID)
		})
		return err
	})
}

func (t *tx) putPlan(ctx context.Context, e Experiment, version string) error {
	x := t.texts("experiments", &e.CaseID, &e.ID)
	res, err := t.ExecContext(ctx, `UPDATE experiments SET behaviour = $1, label = $2, counts_if = $3, not_counts_if = $4, if_moment = $5, then_act = $6,
			dose = $7, dose_words = $8, cost = $9, prediction = $10, confidence = $11, outcome = $12, criterion_kind = $13, criterion = $14,
			baseline_weeks = $15, phase_weeks = $16, stop_wording = $17, draw_latest = $18, version = version + 1
		WHERE id = $19 AND CAST(version AS TEXT) = $20`,
		x.in("behaviour", e.Behaviour), x.in("label", e.Label), x.in("counts_if", e.CountsIf), x.in("not_counts_if", e.NotCountsIf),
		x.in("if_moment", e.IfMoment), x.in("then_act", e.ThenAct),
		e.Dose, x.in("dose_words", e.DoseWords), e.Cost, e.Prediction, e.Confidence, e.Outcome, e.CriterionKind, e.Criterion,
		e.BaselineWeeks, e.PhaseWeeks, x.in("stop_wording", e.StopWording), e.DrawLatest, e.ID, version)
	if err != nil {
		return err
	}
	return changed(res)
}

// PlanChange is a procedural change: what the plan said before and after.
type PlanChange struct {
	Field, Was, Now, Reason string
	On                      Day
}

// planFields lists what a plan says, field by field, for keeping changes.
func (e Experiment) planFields() [][2]string {
	return [][2]string{
		{"Behaviour", e.Behaviour}, {"Name on the partner’s form", e.Label}, {"Counts if", e.CountsIf}, {"Does not count if", e.NotCountsIf},
		{"If", e.IfMoment}, {"Then", e.ThenAct}, {"In the client’s words", e.DoseWords}, {"Cost", digits(e.Cost)},
		{"Client’s prediction", digits(e.Prediction)}, {"Confidence", digits(e.Confidence)}, {"Primary outcome", e.Outcome},
		{"Criterion kind", e.CriterionKind}, {"Criterion", digits(e.Criterion)}, {"Stop wording", e.StopWording},
	}
}

func (t *tx) keepPlanChanges(ctx context.Context, was, now Experiment, reason string) error {
	before, after := was.planFields(), now.planFields()
	for i := range before {
		if before[i][1] == after[i][1] {
			continue
		}
		id := newID()
		x := t.textsOf("plan_changes", was.CaseID, id)
		_, err := t.ExecContext(ctx, `INSERT INTO plan_changes (id, experiment_id, field, was, now, reason, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			id, was.ID, before[i][0], x.in("was", before[i][1]), x.in("now", after[i][1]), x.in("reason", reason), t.stamp())
		if err != nil {
			return err
		}
	}
	// The words of the act follow into the phase that runs; its dose and its
	// criterion were locked when it began.
	phases, err := t.phases(ctx, was.ID)
	if err != nil || len(phases) == 0 {
		return err
	}
	last := phases[len(phases)-1]
	if last.Kind == Baseline || last.Behaviour != was.Behaviour {
		return nil
	}
	x := t.texts("phases", &last.CaseID, &last.ID)
	_, err = t.ExecContext(ctx, `UPDATE phases SET behaviour = $1, label = $2, counts_if = $3, not_counts_if = $4 WHERE id = $5`,
		x.in("behaviour", now.Behaviour), x.in("label", now.Label), x.in("counts_if", now.CountsIf), x.in("not_counts_if", now.NotCountsIf), last.ID)
	return err
}

// PlanChanges lists the procedural changes of an experiment in order. Only the
// case's therapist may.
func (db *DB) PlanChanges(ctx context.Context, v Viewer, experimentID string) ([]PlanChange, error) {
	var list []PlanChange
	err := db.read(ctx, func(ctx context.Context, t *tx) error {
		e, err := t.experimentOf(ctx, v, experimentID)
		if err != nil {
			return err
		}
		rows, err := t.QueryContext(ctx, `SELECT id, field, was, now, reason, substr(changed_at, 1, 10) FROM plan_changes WHERE experiment_id = $1 ORDER BY changed_at, field`, experimentID)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var c PlanChange
			var id string
			x := t.texts("plan_changes", &e.CaseID, &id)
			if err := rows.Scan(&id, &c.Field, x.out("was", &c.Was), x.out("now", &c.Now), x.out("reason", &c.Reason), &c.On); err != nil {
				return err
			}
			list = append(list, c)
		}
		return rows.Err()
	})
	return list, err
}

// Experiment gives an experiment and its phases in order. Only the case's
// therapist may.
func (db *DB) Experiment(ctx context.Context, v Viewer, id string) (e Experiment, phases []Phase, err error) {
	err = db.read(ctx, func(ctx context.Context, t *tx) (err error) {
		if e, err = t.experimentOf(ctx, v, id); err != nil {
			return err
		}
		phases, err = t.phases(ctx, id)
		return err
	})
	return e, phases, err
}

// PrintAgreement gives an experiment with its case, for paper. Only the case's
// therapist may, and the audit says that she did.
func (db *DB) PrintAgreement(ctx context.Context, v Viewer, id string) (e Experiment, c Case, err error) {
	err = db.readAudited(ctx, v, didPrintAgreement, id, func(ctx context.Context, t *tx) (string, error) {
		var err error
		if e, err = t.experimentOf(ctx, v, id); err != nil {
			return "", err
		}
		c, err = t.caseOf(ctx, v, e.CaseID)
		return e.CaseID, err
	})
	return e, c, err
}

// Experiments lists the experiments of a case in order. Only the case's
// therapist may.
func (db *DB) Experiments(ctx context.Context, v Viewer, caseID string) (list []Experiment, err error) {
	err = db.read(ctx, func(ctx context.Context, t *tx) (err error) {
		if _, err = t.caseOf(ctx, v, caseID); err != nil {
			return err
		}
		list, err = t.experiments(ctx, caseID)
		return err
	})
	return list, err
}

// experimentOf gives an experiment if the viewer may open its case.
func (t *tx) experimentOf(ctx context.Context, v Viewer, id string) (Experiment, error) {
	if v.Role != Therapist {
		return Experiment{}, notFound()
	}
	today, err := t.today(ctx)
	if err != nil {
		return Experiment{}, err
	}
	// In one statement: what is asked next must not depend on whether somebody else
	// has such an experiment.
	e, err := t.scanExperiment(t.QueryRowContext(ctx, experimentColumns+` WHERE e.id = $3 AND EXISTS (SELECT 1 FROM `+mayOpen+` m WHERE m.case_id = e.case_id)`,
		v.PersonID, today, id))
	if errors.Is(err, sql.ErrNoRows) {
		return e, notFound()
	}
	if err == nil && t.writing() {
		_, err = t.caseOf(ctx, v, e.CaseID)
	}
	return e, err
}

func (t *tx) experiments(ctx context.Context, caseID string) ([]Experiment, error) {
	rows, err := t.QueryContext(ctx, experimentColumns+` WHERE e.case_id = $1 ORDER BY e.number`, caseID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Experiment
	for rows.Next() {
		e, err := t.scanExperiment(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, rows.Err()
}

const experimentColumns = `SELECT e.id, e.case_id, e.number, e.behaviour, e.label, e.counts_if, e.not_counts_if, e.if_moment, e.then_act,
	e.dose, e.dose_words, e.cost, e.prediction, e.confidence, e.outcome, e.criterion_kind, e.criterion, e.baseline_weeks, e.phase_weeks,
	e.stop_wording, e.draw_latest, COALESCE(e.drawn_week, ''), e.started_at IS NOT NULL, COALESCE(e.ended_week, ''), e.end_reason, e.version FROM experiments e`

func (t *tx) scanExperiment(row interface{ Scan(...any) error }) (Experiment, error) {
	var e Experiment
	x := t.texts("experiments", &e.CaseID, &e.ID)
	err := row.Scan(&e.ID, &e.CaseID, &e.Number, x.out("behaviour", &e.Behaviour), x.out("label", &e.Label), x.out("counts_if", &e.CountsIf),
		x.out("not_counts_if", &e.NotCountsIf), x.out("if_moment", &e.IfMoment), x.out("then_act", &e.ThenAct),
		&e.Dose, x.out("dose_words", &e.DoseWords), &e.Cost, &e.Prediction, &e.Confidence, &e.Outcome, &e.CriterionKind, &e.Criterion,
		&e.BaselineWeeks, &e.PhaseWeeks, x.out("stop_wording", &e.StopWording), &e.DrawLatest, &e.DrawnWeek, &e.Started, &e.EndedWeek,
		x.out("end_reason", &e.EndReason), &e.Version)
	return e, err
}
