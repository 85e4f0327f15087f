package models

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
)

// AuditHead is where the audit ends: how many rows it has, and the chain of the
// last one in hexadecimal. Kept apart from the database, with each backup or on
// paper, it shows later whether rows were taken away from the end. The zero
// AuditHead is that of an audit without rows.
type AuditHead struct {
	Rows  int64  `json:"rows"`
	Chain string `json:"chain"`
}

func (h AuditHead) String() string {
	if h.Rows == 0 {
		return "0 rows"
	}
	return fmt.Sprintf("%d rows ending in %.16s", h.Rows, h.Chain)
}

// AuditFault says which row of the audit is the first that does not fit.
type AuditFault struct {
	Row int64
	Why string
}

func (f *AuditFault) Error() string { return fmt.Sprintf("audit row %d %s", f.Row, f.Why) }

// AuditHead gives where the audit ends now. It verifies nothing.
func (db *DB) AuditHead(ctx context.Context) (head AuditHead, err error) {
	err = db.read(ctx, func(ctx context.Context, t *tx) error {
		var chain []byte
		err := t.QueryRowContext(ctx, `SELECT id, chain FROM audit ORDER BY id DESC LIMIT 1`).Scan(&head.Rows, &chain)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		head.Chain = hex.EncodeToString(chain)
		return err
	})
	return head, err
}

// VerifyAudit walks the whole audit from its first row and gives where it ends.
// known is the last head that was kept apart from the database. The error is an
// *AuditFault for the first row that was changed, moved, put in or taken away.
//
// Rows taken away from the end, all of them included, are missed when nothing
// or an older head is known: what is left is an audit as it once was. With the
// zero AuditHead only what lies between the rows that are there is verified.
func (db *DB) VerifyAudit(ctx context.Context, known AuditHead) (head AuditHead, err error) {
	w := auditWalk{key: db.secret("audit"), known: known}
	err = db.read(ctx, func(ctx context.Context, t *tx) error {
		rows, err := t.QueryContext(ctx, `SELECT `+auditColumns+` FROM audit ORDER BY id`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var r auditRow
			if err := rows.Scan(r.into()...); err != nil {
				return w.fault("cannot be read: " + err.Error())
			}
			if err := w.step(r); err != nil {
				return err
			}
		}
		return rows.Err()
	})
	if err != nil {
		return AuditHead{}, err
	}
	return w.head(), w.end()
}

// auditWalk verifies rows one after the other.
type auditWalk struct {
	key   []byte
	known AuditHead
	rows  int64  // that fit so far
	chain []byte // of the last of them
}

func (w *auditWalk) fault(why string) error { return &AuditFault{w.rows + 1, why} }

// step takes the next row.
func (w *auditWalk) step(r auditRow) error {
	before := w.chain
	if w.rows == 0 {
		before = beforeFirst
	}
	switch {
	case r.id > w.rows+1:
		return w.fault("is missing")
	case r.id < w.rows+1:
		return w.fault("has the number of another row")
	case !bytes.Equal(r.chain, r.chained(w.key, before)):
		return w.fault("is not the one that was written after the row before it")
	}
	w.rows, w.chain = r.id, r.chain
	if w.rows == w.known.Rows && w.head() != w.known {
		return &AuditFault{w.rows, "is not the last row that is known"}
	}
	return nil
}

func (w *auditWalk) head() AuditHead { return AuditHead{w.rows, hex.EncodeToString(w.chain)} }

// end holds what was walked to be as long as what is known.
func (w *auditWalk) end() error {
	if w.rows < w.known.Rows {
		return w.fault(fmt.Sprintf("is missing: %d are known", w.known.Rows))
	}
	return nil
}
