package models

import "context"

// audit keeps who did what to which object. It never holds content.
func (t *tx) audit(ctx context.Context, v Viewer, action, caseID, objectID string) error {
	_, err := t.ExecContext(ctx, `INSERT INTO audit (at, person_id, role, action, case_id, object_id) VALUES ($1, $2, $3, $4, NULLIF($5, ''), NULLIF($6, ''))`,
		t.stamp(), v.PersonID, string(v.Role), action, caseID, objectID)
	return err
}
