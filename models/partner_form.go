package models

import (
	"context"
	"database/sql"
	"errors"
)

// PartnerForm says what the partner's form of a week asks.
type PartnerForm struct {
	CaseID        string
	ClientPronoun Pronoun
	Emergency     string
	Week          Week
	Label         string // what the form calls the act
	AsksNoticed   bool
	AsksDifferent bool // in place of noticed
	AsksChildren  bool
	AsksCall      bool
	Blind         bool // she would rather not know the plan
	Late          bool
	// Saved is the version of the report that is there, 0 when there is none.
	Saved int
}

// PartnerForm gives the partner's form that is open now. It is false when none
// is: between phases, in a planned gap, while her reports rest, on a Thursday.
// It says whether there is a report, never what it says.
func (db *DB) PartnerForm(ctx context.Context, v Viewer) (f PartnerForm, open bool, err error) {
	err = db.read(ctx, func(ctx context.Context, t *tx) error {
		today, err := t.today(ctx)
		if err != nil {
			return err
		}
		w, ok := FormWeek(today)
		if f, open, err = t.partnerForm(ctx, v, w, today); err != nil || !ok {
			open = false
		}
		return err
	})
	return f, open, err
}

// partnerForm gives the form of a week of the partner's own case, and whether
// its answers are asked for.
func (t *tx) partnerForm(ctx context.Context, v Viewer, w Week, today Day) (f PartnerForm, asked bool, err error) {
	if v.Role != Partner {
		return f, false, notFound()
	}
	f.Week, f.Late = w, w.FormsOn(today) == FormsLate
	var wants string
	var children bool
	err = t.QueryRowContext(ctx, `SELECT c.id, c.client_pronoun, c.children_home, p.emergency, COALESCE(g.wants_plan, '')
		FROM cases c JOIN practices p ON p.id = 1 LEFT JOIN gates g ON g.case_id = c.id WHERE c.partner_id = $1`, v.PersonID).
		Scan(&f.CaseID, &f.ClientPronoun, &children, &f.Emergency, &wants)
	if errors.Is(err, sql.ErrNoRows) {
		return f, false, notFound()
	}
	if err != nil {
		return f, false, err
	}
	phases, err := t.casePhases(ctx, f.CaseID)
	if err != nil {
		return f, false, err
	}
	excused, err := t.excused(ctx, f.CaseID)
	if err != nil {
		return f, false, err
	}
	rests, err := t.rests(ctx, f.CaseID)
	if err != nil {
		return f, false, err
	}
	p, in := phaseOf(phases, w)
	f.Label = p.Label
	f.Blind = wants == "rather_not"
	f.AsksNoticed = p.PlanAsked() && wants != "rather_not"
	f.AsksDifferent = p.PlanAsked() && wants == "rather_not"
	f.AsksChildren = children
	f.AsksCall = p.CallDue(w)
	err = t.QueryRowContext(ctx, `SELECT COALESCE(max(version), 0) FROM partner_reports WHERE case_id = $1 AND week = $2`, f.CaseID, w).Scan(&f.Saved)
	return f, in && p.AsksIn(w) && !excused[w] && !rests.cover(w), err
}

// PaperReportForm says what the paper form of a week asks. Only the case's
// therapist may know.
func (db *DB) PaperReportForm(ctx context.Context, v Viewer, caseID, week string) (f PartnerForm, err error) {
	err = db.read(ctx, func(ctx context.Context, t *tx) (err error) {
		f, err = t.paperReport(ctx, v, caseID, week)
		return err
	})
	return f, err
}

func (t *tx) paperReport(ctx context.Context, v Viewer, caseID, week string) (PartnerForm, error) {
	_, w, today, err := t.paperWeek(ctx, v, caseID, week)
	if err != nil {
		return PartnerForm{}, err
	}
	c, err := t.caseOf(ctx, v, caseID)
	if err != nil {
		return PartnerForm{}, err
	}
	f, _, err := t.partnerForm(ctx, Viewer{PersonID: c.Partner.ID, Role: Partner}, w, today)
	f.AsksCall = false
	return f, err
}
