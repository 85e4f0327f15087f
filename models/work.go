package models

import (
	"context"
	"errors"
)

// Feelings are how a therapist may have felt after a session, in the order in which
// they are offered.
var Feelings = []string{"used", "criticised", "bored", "admired", "afraid", "fine"}

// FeelingText writes one of them.
func FeelingText(felt string) string {
	return map[string]string{"used": "Used", "criticised": "Criticised", "bored": "Bored", "admired": "Admired", "afraid": "Afraid", "fine": "Fine"}[felt]
}

// Response is how the viewer felt after a session with the people of a case.
type Response struct {
	Felt string
	On   Day
}

// ResponseInput is the form of it, as typed.
type ResponseInput struct {
	Felt       string
	Submission Submission
}

// KeepResponse keeps how the viewer felt after today's session. Only the case's
// therapist may, and nobody else reads it, whoever has the case later. It is Invalid
// without an answer.
func (db *DB) KeepResponse(ctx context.Context, v Viewer, caseID string, in ResponseInput) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		_, today, err := t.caseToday(ctx, v, caseID)
		if err != nil {
			return err
		}
		var r reading
		felt := r.needChoice("felt", in.Felt, Feelings...)
		if err := r.err(); err != nil {
			return err
		}
		_, err = t.makeOnce(ctx, v, in.Submission, "response "+caseID, in, func() (string, error) {
			id := newID()
			_, err := t.ExecContext(ctx, `INSERT INTO responses (id, case_id, therapist_id, felt, happened_on, written_at) VALUES ($1, $2, $3, $4, $5, $6)`,
				id, caseID, v.PersonID, felt, today, t.stamp())
			return id, errors.Join(err, t.audit(ctx, v, didRespond, caseID, id))
		})
		return err
	})
}

// Responses lists the viewer's own of a case, the newest first. Only the case's
// therapist may.
func (db *DB) Responses(ctx context.Context, v Viewer, caseID string) (list []Response, err error) {
	err = db.read(ctx, func(ctx context.Context, t *tx) error {
		if _, err := t.caseOf(ctx, v, caseID); err != nil {
			return err
		}
		rows, err := t.QueryContext(ctx, `SELECT felt, happened_on FROM responses WHERE case_id = $1 AND therapist_id = $2 ORDER BY happened_on DESC, written_at DESC, id`, caseID, v.PersonID)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var x Response
			if err := rows.Scan(&x.Felt, &x.On); err != nil {
				return err
			}
			list = append(list, x)
		}
		return rows.Err()
	})
	return list, err
}

// Work is what a therapist looks at for herself, over her own cases.
type Work struct {
	// Concluded counts her cases by the last decision of an experiment that has ended,
	// or in a case that is closed; failures are among them.
	Concluded map[string]int
	Cases     int // the sum of it
	// Felt counts her open cases by how she felt after a session of the last eight
	// weeks; Seen are those with any.
	Felt map[string]int
	Seen int
	Open int // her open cases
	// Unsupervised are her open cases with an experiment that runs in which no
	// supervisor was spoken to, and none was let read, for eight weeks.
	Unsupervised []CaseLine
}

// workWeeks is how far back a therapist looks at her own work.
const workWeeks = 8

// Work gives the viewer's own. It counts nobody else's cases, and compares with nobody.
func (db *DB) Work(ctx context.Context, v Viewer) (w Work, err error) {
	if v.Role != Therapist {
		return w, &Error{Kind: Forbidden, Message: "Only therapists can see this."}
	}
	w = Work{Concluded: map[string]int{}, Felt: map[string]int{}}
	err = db.read(ctx, func(ctx context.Context, t *tx) error {
		today, err := t.today(ctx)
		if err != nil {
			return err
		}
		since := today.Add(-7 * workWeeks)
		err1 := t.counts(ctx, w.Concluded, `SELECT choice, count(*) FROM (
				SELECT d.choice, row_number() OVER (PARTITION BY d.case_id ORDER BY d.created_at DESC, d.id) AS newest
				FROM decisions d JOIN cases c ON c.id = d.case_id JOIN experiments e ON e.id = d.experiment_id
				WHERE c.therapist_id = $1 AND (e.ended_week IS NOT NULL OR d.choice IN ('enough', 'enough_for_now') OR EXISTS (SELECT 1 FROM closings k WHERE k.case_id = c.id AND k.reopened_on IS NULL)))
			WHERE newest = 1 GROUP BY choice`, v.PersonID)
		for _, n := range w.Concluded {
			w.Cases += n
		}
		const open = ` FROM cases c WHERE c.therapist_id = $1 AND NOT EXISTS (SELECT 1 FROM closings k WHERE k.case_id = c.id AND k.reopened_on IS NULL)`
		err2 := t.QueryRowContext(ctx, `SELECT count(*)`+open, v.PersonID).Scan(&w.Open)
		err3 := t.counts(ctx, w.Felt, `SELECT r.felt, count(DISTINCT r.case_id) FROM responses r WHERE r.therapist_id = $1 AND r.happened_on >= $2 AND r.case_id IN (SELECT c.id`+open+`) GROUP BY r.felt`, v.PersonID, since)
		err4 := t.QueryRowContext(ctx, `SELECT count(DISTINCT r.case_id) FROM responses r WHERE r.therapist_id = $1 AND r.happened_on >= $2 AND r.case_id IN (SELECT c.id`+open+`)`, v.PersonID, since).Scan(&w.Seen)
		if err := errors.Join(err1, err2, err3, err4); err != nil {
			return err
		}
		w.Unsupervised, err = t.unsupervised(ctx, v, since)
		return err
	})
	return w, err
}

// counts adds what a query counts by a word.
func (t *tx) counts(ctx context.Context, into map[string]int, query string, args ...any) error {
	rows, err := t.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var word string
		var n int
		if err := rows.Scan(&word, &n); err != nil {
			return err
		}
		into[word] = n
	}
	return rows.Err()
}

// unsupervised lists the viewer's own open cases with an experiment that began before
// a day and runs, in which nobody supervised since.
func (t *tx) unsupervised(ctx context.Context, v Viewer, since Day) (list []CaseLine, err error) {
	all, err := t.caseLines(ctx, v)
	if err != nil {
		return nil, err
	}
	for _, line := range all {
		if line.Right != Own || line.Closed != "" {
			continue
		}
		var due bool
		err := t.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM experiments e JOIN phases p ON p.experiment_id = e.id WHERE e.case_id = $1 AND e.ended_week IS NULL AND p.start_week <= $2)
			AND NOT EXISTS (SELECT 1 FROM log_lines l WHERE l.case_id = $1 AND l.kind = 'contact' AND l.what = 'supervisor' AND l.happened_on >= $2)
			AND NOT EXISTS (SELECT 1 FROM supervisions s WHERE s.case_id = $1 AND s.until >= $2)`, line.ID, since).Scan(&due)
		if err != nil {
			return nil, err
		}
		if due {
			list = append(list, line)
		}
	}
	return list, nil
}
