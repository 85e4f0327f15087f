package models

import (
	"context"
	"database/sql"
	"errors"
)

// mostTaps is the most occurrences that a week takes: as many as its form can
// count.
const mostTaps = 14

// Taps counts the occurrences that the client noted in a week. ever counts
// those too that were taken back; it names the next tap, so that the same tap
// sent twice counts once.
func (s *ClientStore) Taps(ctx context.Context, v Viewer, w Week) (standing, ever int, err error) {
	err = s.read(ctx, func(ctx context.Context, t *tx) error {
		c, err := t.clientCase(ctx, v)
		if err != nil {
			return err
		}
		standing, ever, err = t.taps(ctx, c.ID, w)
		return err
	})
	return standing, ever, err
}

func (t *tx) taps(ctx context.Context, caseID string, w Week) (standing, ever int, err error) {
	err = t.QueryRowContext(ctx, `SELECT count(*), COALESCE(sum(1 - taken_back), 0) FROM occurrences WHERE case_id = $1 AND week = $2`, caseID, w).
		Scan(&ever, &standing)
	return standing, ever, err
}

// NoteOccurrence notes that the client did it once today. It is Conflict when
// no plan runs this week, or when the week has as many as can be counted.
func (s *ClientStore) NoteOccurrence(ctx context.Context, v Viewer, sub Submission) error {
	return s.db.writeOwn(ctx, v, func(ctx context.Context, t *tx) error {
		c, err := t.clientCase(ctx, v)
		if err != nil {
			return err
		}
		w := c.Today.Week()
		_, err = t.once(ctx, v, sub, "done "+c.ID, nil, func() (string, error) {
			if p, asked := c.asks(w); !asked || !p.PlanAsked() {
				return "", conflict("No plan runs this week. Nothing was saved.")
			}
			switch saved, err := t.checkin(ctx, c.ID, w); {
			case err != nil:
				return "", err
			case saved != nil:
				return "", conflict("This week’s form is saved. Correct it there.")
			}
			n, _, err := t.taps(ctx, c.ID, w)
			if err != nil {
				return "", err
			}
			if n >= mostTaps {
				return "", conflict("This week has %d already, the most that can be counted.", mostTaps)
			}
			id := newID()
			_, err = t.ExecContext(ctx, `INSERT INTO occurrences (id, case_id, week, day, created_at) VALUES ($1, $2, $3, $4, $5)`,
				id, c.ID, w, c.Today, t.stamp())
			return id, errors.Join(err, t.audit(ctx, v, didNote, c.ID, id))
		})
		return err
	})
}

// TakeBackOccurrence takes back the latest occurrence of this week.
func (s *ClientStore) TakeBackOccurrence(ctx context.Context, v Viewer, sub Submission) error {
	return s.db.writeOwn(ctx, v, func(ctx context.Context, t *tx) error {
		c, err := t.clientCase(ctx, v)
		if err != nil {
			return err
		}
		_, err = t.once(ctx, v, sub, "take back "+c.ID, nil, func() (id string, err error) {
			err = t.QueryRowContext(ctx, `UPDATE occurrences SET taken_back = 1 WHERE id = (
				SELECT id FROM occurrences WHERE case_id = $1 AND week = $2 AND taken_back = 0 ORDER BY created_at DESC, id LIMIT 1) RETURNING id`,
				c.ID, c.Today.Week()).Scan(&id)
			if errors.Is(err, sql.ErrNoRows) {
				return "", conflict("There is nothing to take back this week.")
			}
			if err != nil {
				return "", err
			}
			return id, t.audit(ctx, v, didTakeBackNote, c.ID, id)
		})
		return err
	})
}
