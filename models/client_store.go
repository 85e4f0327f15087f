package models

import (
	"context"
	"database/sql"
	"errors"
)

// ClientStore is all that the client's pages can reach. It reads through
// connections that SQLite itself holds to the client's own and the shared
// compartment, and it has no method over anything else.
type ClientStore struct{ db *DB }

// ForClient gives the client's store.
func (db *DB) ForClient() *ClientStore { return &ClientStore{db} }

func (s *ClientStore) read(ctx context.Context, fn func(context.Context, *tx) error) error {
	return s.db.readFrom(ctx, s.db.client, fn)
}

// ClientCase is a case as its client sees it.
type ClientCase struct {
	ID             string
	Goal           string
	ClientPronoun  Pronoun
	PartnerPronoun Pronoun
	Today          Day
	Office         string
	// Experiment is the newest that has started; its zero value when none has.
	Experiment Experiment
	// Phases are those of all experiments of the case, in order.
	Phases  []Phase
	Excused map[Week]bool
}

// Phase gives the phase in which a week lies. It is false between phases.
func (c ClientCase) Phase(w Week) (Phase, bool) { return phaseOf(c.Phases, w) }

// Current gives the phase of the week that runs. It is false between phases.
func (c ClientCase) Current() (Phase, bool) { return c.Phase(c.Today.Week()) }

// asks says whether the client's form of a week is asked for.
func (c ClientCase) asks(w Week) (Phase, bool) {
	p, ok := c.Phase(w)
	return p, ok && p.AsksIn(w) && !c.Excused[w]
}

// Case gives the viewer's case as he sees it. It is NotFound for anybody who
// is not the client of one.
func (s *ClientStore) Case(ctx context.Context, v Viewer) (ClientCase, error) {
	var c ClientCase
	err := s.read(ctx, func(ctx context.Context, t *tx) (err error) {
		c, err = t.clientCase(ctx, v)
		return err
	})
	return c, err
}

func (t *tx) clientCase(ctx context.Context, v Viewer) (ClientCase, error) {
	var c ClientCase
	if v.Role != Client {
		return c, notFound()
	}
	var err error
	if c.Today, err = t.today(ctx); err != nil {
		return c, err
	}
	x := t.texts("cases", &c.ID, &c.ID)
	err = t.QueryRowContext(ctx, `SELECT c.id, c.goal, c.client_pronoun, c.partner_pronoun, p.office
		FROM cases c JOIN practices p ON p.id = 1 WHERE c.client_id = $1`, v.PersonID).
		Scan(&c.ID, x.out("goal", &c.Goal), &c.ClientPronoun, &c.PartnerPronoun, &c.Office)
	if errors.Is(err, sql.ErrNoRows) {
		return c, notFound()
	}
	if err != nil {
		return c, err
	}
	e := &c.Experiment
	x = t.texts("experiments", &e.CaseID, &e.ID)
	err = t.QueryRowContext(ctx, `SELECT id, case_id, number, behaviour, counts_if, not_counts_if, if_moment, then_act, dose, dose_words, cost,
			prediction, confidence, outcome, criterion_kind, criterion, baseline_weeks, phase_weeks, stop_wording, started_at IS NOT NULL, COALESCE(ended_week, '')
		FROM experiments WHERE case_id = $1 AND started_at IS NOT NULL ORDER BY number DESC LIMIT 1`, c.ID).
		Scan(&e.ID, &e.CaseID, &e.Number, x.out("behaviour", &e.Behaviour), x.out("counts_if", &e.CountsIf), x.out("not_counts_if", &e.NotCountsIf),
			x.out("if_moment", &e.IfMoment), x.out("then_act", &e.ThenAct), &e.Dose, x.out("dose_words", &e.DoseWords), &e.Cost,
			&e.Prediction, &e.Confidence, &e.Outcome, &e.CriterionKind, &e.Criterion, &e.BaselineWeeks, &e.PhaseWeeks,
			x.out("stop_wording", &e.StopWording), &e.Started, &e.EndedWeek)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return c, err
	}
	c.Phases, err = scanPhases(ctx, t, `SELECT id, experiment_id, case_id, kind, name, start_week, weeks, most_weeks, every, change,
		behaviour, x'', counts_if, not_counts_if, dose, outcome, criterion_kind, criterion, 0, 0, 0, 0
		FROM phases WHERE case_id = $1 ORDER BY start_week`, c.ID)
	if err != nil {
		return c, err
	}
	c.Excused, err = t.excused(ctx, c.ID)
	return c, err
}

// Notice is a text that the therapist wrote to one of the two.
type Notice struct {
	Body string
	On   Day
}

// Notices lists what the therapist wrote to the client, newest first, at most
// five.
func (s *ClientStore) Notices(ctx context.Context, v Viewer) (list []Notice, err error) {
	err = s.read(ctx, func(ctx context.Context, t *tx) error {
		c, err := t.clientCase(ctx, v)
		if err != nil {
			return err
		}
		list, err = t.notices(ctx, "client_notices", c.ID)
		return err
	})
	return list, err
}

func (t *tx) notices(ctx context.Context, table, caseID string) (list []Notice, err error) {
	rows, err := t.QueryContext(ctx, `SELECT id, body, written_on FROM `+table+` WHERE case_id = $1 ORDER BY created_at DESC, id LIMIT 5`, caseID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var n Notice
		var id string
		if err := rows.Scan(&id, t.texts(table, &caseID, &id).out("body", &n.Body), &n.On); err != nil {
			return nil, err
		}
		list = append(list, n)
	}
	return list, rows.Err()
}

// AsClient gives the viewer through whose eyes the client's pages are drawn for
// the therapist's “What he sees”. Only the case's therapist may, and only to
// read: writes check the session of the person who is signed in.
func (db *DB) AsClient(ctx context.Context, v Viewer, caseID string) (Viewer, error) {
	c, err := db.Case(ctx, v, caseID)
	if err != nil {
		return Viewer{}, err
	}
	return Viewer{PersonID: c.Client.ID, Role: Client, Name: c.Client.Name}, nil
}
