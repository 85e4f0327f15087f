package models

import "context"

// NoteSource is what a progress note on the newest review is made of.
type NoteSource struct {
	Review    Review
	Decisions []Decision
	Log       []LogLine
	By        string // who asks for it, by name
}

// PrintNote gives what a progress note is made of, for paper. Only the case's
// therapist may, and the audit says that she did. It is Conflict before the
// experiment has started.
func (db *DB) PrintNote(ctx context.Context, v Viewer, experimentID string) (n NoteSource, err error) {
	err = db.readAudited(ctx, v, didPrintNote, experimentID, func(ctx context.Context, t *tx) (caseID string, err error) {
		if n.Review, err = t.review(ctx, v, experimentID); err != nil {
			return "", err
		}
		if len(n.Review.Phases) == 0 {
			return "", conflict("This experiment has not started. There is nothing to write a note on yet.")
		}
		if n.Decisions, err = t.decisions(ctx, experimentID); err != nil {
			return "", err
		}
		n.By = v.Name
		n.Log, err = t.log(ctx, n.Review.Case.ID)
		return n.Review.Case.ID, err
	})
	return n, err
}
