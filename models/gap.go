package models

import (
	"context"
	"errors"
)

// ExcuseWeek takes a week out for both, for a holiday or an illness: a planned
// gap. Only the case's therapist may.
func (db *DB) ExcuseWeek(ctx context.Context, v Viewer, caseID, week, reason string) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		_, today, err := t.caseToday(ctx, v, caseID)
		if err != nil {
			return err
		}
		var r reading
		w, ok := ParseWeek(week)
		if !ok || w < today.Week().Add(-8) || w > today.Week().Add(12) {
			r.fail("week", "Choose a week from the last eight or the next twelve.")
		}
		reason := r.need("reason", reason, lineLimit, "Write why, such as “holiday”.")
		if err := r.err(); err != nil {
			return err
		}
		_, err = t.ExecContext(ctx, `INSERT INTO excused_weeks (case_id, week, reason, created_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (case_id, week) DO UPDATE SET reason = excluded.reason`, caseID, w, t.textsOf("excused_weeks", caseID, string(w)).in("reason", reason), t.stamp())
		return errors.Join(err, t.audit(ctx, v, didExcuse, caseID, string(w)))
	})
}

// PausePartner lets the partner's reports rest by agreement, from a week on, or
// takes them up again. Nothing changes for the client. Only the case's
// therapist may. It is Conflict to take them up while the gate refuses them.
func (db *DB) PausePartner(ctx context.Context, v Viewer, caseID string, pause bool, reason string) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		_, today, err := t.caseToday(ctx, v, caseID)
		if err != nil {
			return err
		}
		if !pause {
			gate, err := t.gate(ctx, caseID)
			if err != nil {
				return err
			}
			if why := gate.Refuses(); why != "" {
				return conflict("%s The partner’s reports are not taken up again.", why)
			}
			_, err = t.ExecContext(ctx, `UPDATE partner_pauses SET until_week = $1 WHERE case_id = $2 AND until_week IS NULL`, today.Week(), caseID)
			return errors.Join(err, t.audit(ctx, v, didResume, caseID, caseID))
		}
		var r reading
		reason := r.need("reason", reason, lineLimit, "Write what was agreed.")
		if err := r.err(); err != nil {
			return err
		}
		return t.pausePartner(ctx, v, caseID, today, reason)
	})
}

func (t *tx) pausePartner(ctx context.Context, v Viewer, caseID string, today Day, reason string) error {
	if rests, err := t.rests(ctx, caseID); err != nil || rests.cover(today.Week()) {
		return err
	}
	id := newID()
	_, err := t.ExecContext(ctx, `INSERT INTO partner_pauses (id, case_id, from_week, reason, created_at) VALUES ($1, $2, $3, $4, $5)`,
		id, caseID, today.Week(), t.textsOf("partner_pauses", caseID, id).in("reason", reason), t.stamp())
	return errors.Join(err, t.audit(ctx, v, didPause, caseID, caseID))
}

// rest is a run of weeks in which the partner's reports rest by agreement. An
// open one has no end.
type rest struct{ from, until Week }

// rests are those of one case.
type rests []rest

// cover says whether a week lies in one of them.
func (list rests) cover(w Week) bool {
	for _, r := range list {
		if r.from <= w && (r.until == "" || w < r.until) {
			return true
		}
	}
	return false
}

func (t *tx) rests(ctx context.Context, caseID string) (rests, error) {
	rows, err := t.QueryContext(ctx, `SELECT from_week, COALESCE(until_week, '') FROM partner_pauses WHERE case_id = $1 ORDER BY from_week, id`, caseID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list rests
	for rows.Next() {
		var r rest
		if err := rows.Scan(&r.from, &r.until); err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, rows.Err()
}

// excused gives the planned gaps of a case.
func (t *tx) excused(ctx context.Context, caseID string) (map[Week]bool, error) {
	rows, err := t.QueryContext(ctx, `SELECT week FROM excused_weeks WHERE case_id = $1`, caseID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	weeks := map[Week]bool{}
	for rows.Next() {
		var w Week
		if err := rows.Scan(&w); err != nil {
			return nil, err
		}
		weeks[w] = true
	}
	return weeks, rows.Err()
}
