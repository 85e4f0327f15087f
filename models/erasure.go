package models

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// EraseInput is the form that erases a case, as typed.
type EraseInput struct {
	Name       string // the client's, to confirm
	Submission Submission
}

// EraseCase erases a closed case with all that was ever kept of it, its two
// people included: the rows, then the key without which no copy of them can be
// read, then the pages in the file. The audit keeps its rows, which are ids
// alone. Only the case's own therapist may, after her second factor. It is Invalid
// when the name is not the client's, and Conflict while the case is open.
//
// The rows are gone when err is nil. unswept says why the rest could not be done:
// the disk is full, or somebody reads from the file. The key is then struck out
// at the next start, and the file swept by the next erasure.
func (db *DB) EraseCase(ctx context.Context, v Viewer, caseID string, in EraseInput) (unswept, err error) {
	err = db.write(ctx, func(ctx context.Context, t *tx) error {
		// Once the case is gone only its form is left to be recognised by.
		_, err := t.once(ctx, v, in.Submission, "erase case "+caseID, nil, func() (string, error) {
			c, err := own(t.anyCaseOf(ctx, v, caseID))
			if err != nil {
				return "", err
			}
			switch {
			case c.Closed.On == "":
				return "", conflict("This case is open. Close it first.")
			case !strings.EqualFold(strings.TrimSpace(in.Name), c.Client.Name):
				return "", invalid("name", "This is not the client’s name. Type it as it stands above.")
			}
			if err := t.steppedUp(v); err != nil {
				return "", err
			}
			return caseID, errors.Join(t.eraseCase(ctx, c), t.audit(ctx, v, didErase, caseID, caseID))
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	return errors.Join(db.keys.destroyCase(caseID), db.sweep(ctx)), nil
}

// eraseCase deletes the rows of a case. All that belongs to the case goes with
// its own row, and must go after it: a flag cannot be deleted from a case that is
// there. All that belongs to one of its people goes with the person.
func (t *tx) eraseCase(ctx context.Context, c Case) error {
	_, err := t.ExecContext(ctx, `DELETE FROM cases WHERE id = $1`, c.ID)
	for _, statement := range []string{`DELETE FROM submissions WHERE person_id = $1`, `DELETE FROM people WHERE id = $1`} {
		for _, person := range []string{c.Client.ID, c.Partner.ID} {
			if err == nil {
				_, err = t.ExecContext(ctx, statement, person)
			}
		}
	}
	return err
}

// finishErasures strikes out the keys of erased cases that were left when the
// program was broken off. Only a row that the program wrote itself counts: who
// can write into the file alone makes no key go.
func (db *DB) finishErasures(ctx context.Context) error {
	rows, err := db.writer.QueryContext(ctx, `SELECT `+auditColumns+`, COALESCE((SELECT chain FROM audit b WHERE b.id = audit.id - 1), $1) FROM audit WHERE action = $2`,
		beforeFirst, string(didErase))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var r auditRow
		var before []byte
		if err := rows.Scan(append(r.into(), &before)...); err != nil {
			return err
		}
		if _, err := db.keys.ofCase(r.caseID); err != nil || !bytes.Equal(r.chain, r.chained(db.secret("audit"), before)) {
			continue
		}
		if err := db.keys.destroyCase(r.caseID); err != nil {
			return err
		}
	}
	return rows.Err()
}

// sweepLimit is the longest that it may take to make the file anew.
const sweepLimit = time.Minute

// sweep makes the file anew around the rows that are left and empties the log, so
// that nothing of what was deleted is in either.
func (db *DB) sweep(ctx context.Context) error {
	if err := db.Failure(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sweepLimit)
	defer cancel()
	_, err := db.writer.ExecContext(ctx, `VACUUM`)
	busy, err2 := db.foldUnlessBusy(ctx)
	if busy {
		err2 = errors.New("somebody reads from the log")
	}
	if err := errors.Join(db.note(err), err2); err != nil {
		return fmt.Errorf("sweep the database: %w", err)
	}
	return nil
}
