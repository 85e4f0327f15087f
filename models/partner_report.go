package models

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strconv"
)

// PartnerReport is the partner's entry for one week. It is hers: only she and
// her case's therapist can read it. A nil number was skipped, not asked, or not
// known; the states say which. A week without a report is missing.
type PartnerReport struct {
	ID       string
	Week     Week
	Conflict *int // the conflict score
	Leaving  *int // the threat level
	Noticed  *int // 6 stands for six or more
	FeltReal *int
	// States: answered, skipped, not_asked; noticed has not_sure too.
	ConflictState, LeavingState, NoticedState, RealState string

	Different string // asked in place of noticed when she would rather not know the plan
	SayNo     string
	Safe      string
	Pushed    string
	Children  string
	Note      string
	Contact   string
	ContactBy string
	Call      *PartnerCall // nil when it was not asked
	Late      bool
	OnPaper   bool
	Version   int
	// Before is what it said of safety and pressure in its earlier versions, the
	// first one first. It is there in a review alone.
	Before []Guarded `json:"-"`
}

// Corrected says whether the report was changed after it was first saved.
func (p PartnerReport) Corrected() bool { return p.Version > 1 }

// PartnerCall is her answer to “would it be enough?”.
type PartnerCall struct {
	Answer    string // yes, yes_for_now, not_yet, no, rather_not_say or skipped
	Different string // what would have to be different
}

// PartnerReportInput is the partner's weekly form as typed.
type PartnerReportInput struct {
	Week, Alone                                string
	Tension, Leaving, Noticed, Real, Different string
	SayNo, Safe, Pushed, Children, Note        string
	Contact, ContactBy, Enough, EnoughIf       string

	Version    string
	Submission Submission
}

func (in PartnerReportInput) check(r *reading, f PartnerForm) PartnerReport {
	p := PartnerReport{
		Week: f.Week, NoticedState: "not_asked", RealState: "not_asked", Different: "not_asked",
		SayNo:     r.choice("say_no", in.SayNo, "skipped", "yes", "mostly", "not_always", "no", "did_not_come_up"),
		Safe:      r.choice("safe", in.Safe, "skipped", "yes", "mostly", "not_always", "no"),
		Pushed:    r.choice("pushed", in.Pushed, "skipped", "no", "a_little", "yes"),
		Children:  "not_asked",
		Note:      r.text("note", in.Note, privLimit),
		Contact:   r.choice("contact", in.Contact, "skipped", "no", "when_convenient", "soon"),
		ContactBy: "not_asked",
	}
	p.Conflict, p.ConflictState = optional(r.number("tension", in.Tension, 0, 10))
	p.Leaving, p.LeavingState = optional(r.number("leaving", in.Leaving, 0, 10))
	if f.AsksNoticed {
		in.checkNoticed(r, &p)
	}
	if f.AsksDifferent {
		p.Different = r.choice("different", in.Different, "skipped", "no", "a_little_better", "better", "a_little_worse", "worse")
	}
	if f.AsksChildren {
		p.Children = r.choice("children", in.Children, "skipped", "as_usual", "quieter", "frightened", "not_at_home", "rather_not_say")
	}
	switch contacts := []string{"safe_route", "another_way", "not_now"}; p.Safe {
	case "not_always", "no":
		p.ContactBy = r.choice("contact_by", in.ContactBy, "skipped", contacts...)
	case "skipped": // or left alone by a correction
		p.ContactBy = r.choice("contact_by", in.ContactBy, "not_asked", contacts...)
	}
	if f.AsksCall {
		p.Call = &PartnerCall{
			Answer:    r.choice("enough", in.Enough, "skipped", "yes", "yes_for_now", "not_yet", "no", "rather_not_say"),
			Different: r.text("other", in.EnoughIf, lineLimit),
		}
	}
	return p
}

func (in PartnerReportInput) checkNoticed(r *reading, p *PartnerReport) {
	switch typed := r.choice("noticed", in.Noticed, "skipped", "0", "1", "2", "3", "4", "5", "6_or_more", "not_sure"); typed {
	case "skipped", "not_sure":
		p.NoticedState = typed
	case "6_or_more":
		six := 6
		p.Noticed, p.NoticedState = &six, "answered"
	default:
		n, _ := strconv.Atoi(typed)
		p.Noticed, p.NoticedState = &n, "answered"
	}
	if p.Noticed != nil && *p.Noticed >= 1 {
		p.FeltReal, p.RealState = optional(r.number("real", in.Real, 0, 10))
	}
}

// SubmitPartnerReport keeps the partner's entry for a week of her own case and
// ends her session. Every item may be skipped. A correction needs an unlocked
// session; what the report said before is kept, and what it changes of things
// already shown is closed. It is Invalid with field messages, and Conflict when
// the week is closed, not open yet, not asked for, or holds a report that the
// form did not know of.
func (db *DB) SubmitPartnerReport(ctx context.Context, v Viewer, in PartnerReportInput) error {
	return db.writeOwn(ctx, v, func(ctx context.Context, t *tx) error {
		today, err := t.today(ctx)
		if err != nil {
			return err
		}
		w, ok := ParseWeek(in.Week)
		f, asked, err := t.partnerForm(ctx, v, w, today)
		if err != nil {
			return err
		}
		_, err = t.once(ctx, v, in.Submission, "report "+f.CaseID, in, func() (string, error) {
			if v.Ended {
				return "", signedOut()
			}
			if err := formOpen(w, today, asked && ok); err != nil {
				return "", err
			}
			id, err := t.putReport(ctx, v, f, in, false)
			if err != nil {
				return "", err
			}
			if err := t.keepTrace(ctx, v, f.CaseID, w); err != nil {
				return "", err
			}
			_, err = t.keepFlags(ctx, f.CaseID)
			return id, err
		})
		if err != nil {
			return err
		}
		return t.endVisit(ctx, v, VisitForm)
	})
}

// EnterPartnerReport keeps a report that the partner gave on paper, marked so,
// without her call: nobody else can give that. Only the case's therapist may,
// for any week of a phase whose forms have opened.
func (db *DB) EnterPartnerReport(ctx context.Context, v Viewer, caseID string, in PartnerReportInput) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		f, err := t.paperReport(ctx, v, caseID, in.Week)
		if err != nil {
			return err
		}
		_, err = t.once(ctx, v, in.Submission, "report "+f.CaseID, in, func() (string, error) {
			id, err := t.putReport(ctx, v, f, in, true)
			if err != nil {
				return "", err
			}
			_, err = t.keepFlags(ctx, f.CaseID)
			return id, err
		})
		return err
	})
}

func (t *tx) putReport(ctx context.Context, v Viewer, f PartnerForm, in PartnerReportInput, onPaper bool) (id string, err error) {
	var r reading
	p := in.check(&r, f)
	if err := r.err(); err != nil {
		return "", err
	}
	was, err := t.partnerReport(ctx, f.CaseID, f.Week)
	if err != nil {
		return "", err
	}
	if was == nil {
		p.ID, p.Version, p.Late, p.OnPaper = newID(), 1, f.Late && !onPaper, onPaper
		return p.ID, errors.Join(
			t.writeReport(ctx, f, p),
			t.closeChanged(ctx, f.CaseID, PartnerReport{Week: f.Week}, p),
			t.audit(ctx, v, didReport, f.CaseID, p.ID))
	}
	if in.Version != digits(&was.Version) || !(v.Unlocked || onPaper) {
		return "", conflict("This week is saved already. To change it, open your own pages with your passphrase.")
	}
	p.ID, p.Version, p.Late, p.OnPaper = was.ID, was.Version+1, was.Late, was.OnPaper || onPaper
	p.keepUnasked(f, *was)
	return p.ID, errors.Join(
		t.keepCorrectedReport(ctx, f.CaseID, *was),
		t.writeReport(ctx, f, p),
		t.closeChanged(ctx, f.CaseID, *was, p),
		t.audit(ctx, v, didCorrectReport, f.CaseID, p.ID))
}

// keepUnasked keeps what a correction did not say again: what the form does not
// ask any more stays as it was answered, and so do the guarded answers that were
// left alone.
func (p *PartnerReport) keepUnasked(f PartnerForm, was PartnerReport) {
	p.keepGuarded(was)
	if !f.AsksNoticed {
		p.Noticed, p.NoticedState, p.FeltReal, p.RealState = was.Noticed, was.NoticedState, was.FeltReal, was.RealState
	}
	if !f.AsksDifferent {
		p.Different = was.Different
	}
	if !f.AsksChildren {
		p.Children = was.Children
	}
	if p.Call == nil {
		p.Call = was.Call
	}
}

// keepCorrectedReport keeps what a report said before it was corrected.
func (t *tx) keepCorrectedReport(ctx context.Context, caseID string, was PartnerReport) error {
	b, err := json.Marshal(was)
	if err != nil {
		return err
	}
	id := newID()
	_, err = t.ExecContext(ctx, `INSERT INTO partner_report_corrections (id, report_id, version, was, pushed, replaced_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		id, was.ID, was.Version, t.textsOf("partner_report_corrections", caseID, id).in("was", string(b)), was.Pushed, t.stamp())
	return err
}

func (t *tx) writeReport(ctx context.Context, f PartnerForm, p PartnerReport) error {
	_, err := t.ExecContext(ctx, `INSERT INTO partner_reports (id, case_id, week, conflict, leaving, noticed, felt_real,
			conflict_state, leaving_state, noticed_state, real_state, different, say_no, safe, pushed, children, note, contact, contact_by,
			late, on_paper, version, saved_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)
		ON CONFLICT (case_id, week) DO UPDATE SET conflict = excluded.conflict, leaving = excluded.leaving, noticed = excluded.noticed,
			felt_real = excluded.felt_real, conflict_state = excluded.conflict_state, leaving_state = excluded.leaving_state,
			noticed_state = excluded.noticed_state, real_state = excluded.real_state, different = excluded.different, say_no = excluded.say_no,
			safe = excluded.safe, pushed = excluded.pushed, children = excluded.children, note = excluded.note, contact = excluded.contact,
			contact_by = excluded.contact_by, on_paper = excluded.on_paper, version = excluded.version, saved_at = excluded.saved_at`,
		p.ID, f.CaseID, p.Week, p.Conflict, p.Leaving, p.Noticed, p.FeltReal,
		p.ConflictState, p.LeavingState, p.NoticedState, p.RealState, p.Different, p.SayNo, p.Safe, p.Pushed, p.Children,
		t.textsOf("partner_reports", f.CaseID, p.ID).in("note", p.Note), p.Contact, p.ContactBy,
		flag(p.Late), flag(p.OnPaper), p.Version, t.stamp())
	if err != nil || p.Call == nil {
		return err
	}
	phases, err := t.casePhases(ctx, f.CaseID)
	if err != nil {
		return err
	}
	phase, _ := phaseOf(phases, p.Week)
	x := t.textsOf("partner_calls", f.CaseID, string(p.Week))
	_, err = t.ExecContext(ctx, `INSERT INTO partner_calls (id, case_id, phase_id, week, answer, different, answered_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (case_id, week) DO UPDATE SET answer = excluded.answer, different = excluded.different, answered_at = excluded.answered_at`,
		newID(), f.CaseID, phase.ID, p.Week, p.Call.Answer, x.in("different", p.Call.Different), t.stamp())
	return err
}

const reportColumns = `SELECT r.case_id, r.id, r.week, r.conflict, r.leaving, r.noticed, r.felt_real, r.conflict_state, r.leaving_state, r.noticed_state, r.real_state,
	r.different, r.say_no, r.safe, r.pushed, r.children, r.note, r.contact, r.contact_by, r.late, r.on_paper, r.version, k.answer, k.different
	FROM partner_reports r LEFT JOIN partner_calls k ON k.case_id = r.case_id AND k.week = r.week`

func (t *tx) scanReport(row interface{ Scan(...any) error }) (PartnerReport, error) {
	var p PartnerReport
	var caseID, week, different string
	var answer sql.NullString
	err := row.Scan(&caseID, &p.ID, &week, &p.Conflict, &p.Leaving, &p.Noticed, &p.FeltReal, &p.ConflictState, &p.LeavingState, &p.NoticedState, &p.RealState,
		&p.Different, &p.SayNo, &p.Safe, &p.Pushed, &p.Children, t.texts("partner_reports", &caseID, &p.ID).out("note", &p.Note),
		&p.Contact, &p.ContactBy, &p.Late, &p.OnPaper, &p.Version, &answer, t.texts("partner_calls", &caseID, &week).out("different", &different))
	p.Week = Week(week)
	if answer.Valid {
		p.Call = &PartnerCall{answer.String, different}
	}
	return p, err
}

// partnerReport gives the report of a week, nil when it is missing.
func (t *tx) partnerReport(ctx context.Context, caseID string, w Week) (*PartnerReport, error) {
	p, err := t.scanReport(t.QueryRowContext(ctx, reportColumns+` WHERE r.case_id = $1 AND r.week = $2`, caseID, w))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &p, err
}

// partnerReports gives the reports of a case from one week to another, in
// order.
func (t *tx) partnerReports(ctx context.Context, caseID string, from, to Week) ([]PartnerReport, error) {
	rows, err := t.QueryContext(ctx, reportColumns+` WHERE r.case_id = $1 AND r.week BETWEEN $2 AND $3 ORDER BY r.week`, caseID, from, to)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []PartnerReport
	for rows.Next() {
		p, err := t.scanReport(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, rows.Err()
}

// PartnerReport gives the report of a week for which the paper form can be
// entered, nil when it is missing. Only the case's therapist may.
func (db *DB) PartnerReport(ctx context.Context, v Viewer, caseID string, w Week) (p *PartnerReport, err error) {
	err = db.read(ctx, func(ctx context.Context, t *tx) error {
		if _, err := t.caseOf(ctx, v, caseID); err != nil {
			return err
		}
		p, err = t.partnerReport(ctx, caseID, w)
		return err
	})
	return p, err
}

// OwnReports gives the partner what she wrote, in order of the weeks, without the
// guarded answers. It is Forbidden unless she gave her passphrase again.
func (db *DB) OwnReports(ctx context.Context, v Viewer) (list []PartnerReport, err error) {
	err = db.read(ctx, func(ctx context.Context, t *tx) error {
		caseID, err := t.caseOfPartner(ctx, v)
		if err != nil {
			return err
		}
		list, err = t.partnerReports(ctx, caseID, "", "9999-12-31")
		for i := range list {
			list[i] = list[i].withoutGuarded()
		}
		return err
	})
	return list, err
}

// caseOfPartner gives the case of a partner whose session is unlocked.
func (t *tx) caseOfPartner(ctx context.Context, v Viewer) (id string, err error) {
	if v.Role != Partner {
		return "", notFound()
	}
	if !v.Unlocked {
		return "", &Error{Kind: Forbidden, Message: "Give your passphrase to see this."}
	}
	err = t.QueryRowContext(ctx, `SELECT id FROM cases WHERE partner_id = $1`, v.PersonID).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", notFound()
	}
	return id, err
}
