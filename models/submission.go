package models

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
)

// Submission names one form as it was handed out. The same form sent twice, at
// once or later, has one effect and gets the same answer.
type Submission struct{ ID string }

// once runs fn unless this very form was acted on before, and gives the id of
// the object that fn made or changed then or now. The same form with another
// content is not the same act: it goes on to fn, which meets the object as it
// is now. act names what is done to which object, so that a form of one act
// never stands for another; typed is what the person sent. Submissions without
// an id are always acted on.
func (t *tx) once(ctx context.Context, v Viewer, s Submission, act string, typed any, fn func() (objectID string, err error)) (string, error) {
	return t.actOn(ctx, v, s, act, typed, false, fn)
}

// makeOnce is once for an act that makes something new: the same form with
// another content does not make a second one.
func (t *tx) makeOnce(ctx context.Context, v Viewer, s Submission, act string, typed any, fn func() (objectID string, err error)) (string, error) {
	return t.actOn(ctx, v, s, act, typed, true, fn)
}

// acted says whether a form was acted on before, with whatever content.
func (t *tx) acted(ctx context.Context, v Viewer, s Submission, act string) (acted bool, err error) {
	err = t.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM submissions WHERE person_id = $1 AND id = $2)`, v.PersonID, s.key(act)).Scan(&acted)
	return acted && s.ID != "", err
}

// key is how a form of one act is kept.
func (s Submission) key(act string) string { return hashed(act + "\x00" + s.ID) }

func (t *tx) actOn(ctx context.Context, v Viewer, s Submission, act string, typed any, made bool, fn func() (objectID string, err error)) (string, error) {
	if s.ID == "" {
		return fn()
	}
	body, err := json.Marshal(typed)
	if err != nil {
		return "", err
	}
	fingerprint := t.keys.secret("forms").Mark(string(body))
	key := s.key(act)
	var was, object string
	err = t.QueryRowContext(ctx, `SELECT fingerprint, object_id FROM submissions WHERE person_id = $1 AND id = $2`,
		v.PersonID, key).Scan(&was, &object)
	if err == nil && was == fingerprint {
		return object, nil
	}
	if err == nil && made {
		return "", conflict("This form was sent before and is kept as it was then. Open it again to make another.")
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", err
	}
	if object, err = fn(); err != nil {
		return "", err
	}
	_, err = t.ExecContext(ctx, `INSERT INTO submissions (person_id, id, fingerprint, object_id, created_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (person_id, id) DO UPDATE SET fingerprint = excluded.fingerprint, object_id = excluded.object_id`,
		v.PersonID, key, fingerprint, object, t.stamp())
	return object, err
}
