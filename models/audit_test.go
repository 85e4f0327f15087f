package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestVerifyAudit_throughTheFile changes a real database as somebody can who
// holds the file: its triggers go first, and come back.
func TestVerifyAudit_throughTheFile(t *testing.T) {
	t.Parallel()
	const free = `DROP TRIGGER audit_keeps_rows; DROP TRIGGER audit_keeps_all; `
	db, file := openTest(t)
	ctx := context.Background()
	for range 12 {
		if err := noteSomething(db); err != nil {
			t.Fatal(err)
		}
	}
	known, err := db.AuditHead(ctx)
	if err != nil || known.Rows != 12 || len(known.Chain) != 64 {
		t.Fatalf("the head is %+v, %v", known, err)
	}
	if head, err := db.VerifyAudit(ctx, known); err != nil || head != known {
		t.Fatalf("as it was written: %+v, %v", head, err)
	}
	if _, err := db.writer.Exec(`PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var triggers string
	if err := db.writer.QueryRow(`SELECT group_concat(sql, ';') FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'audit'`).Scan(&triggers); err != nil {
		t.Fatal(err)
	}
	type change struct {
		sql     string
		row     int64 // that is named
		without bool  // it is found without a head too
	}
	changes := []change{
		{`DELETE FROM audit WHERE id = 5`, 5, true},
		{`DELETE FROM audit WHERE id = 1`, 1, true},
		{`DELETE FROM audit WHERE id = 5; UPDATE audit SET id = id - 1 WHERE id > 5`, 5, true},
		{`UPDATE audit SET id = -7 WHERE id = 7; UPDATE audit SET id = 7 WHERE id = 8; UPDATE audit SET id = 8 WHERE id = -7`, 7, true},
		{`UPDATE audit SET chain = (SELECT chain FROM audit WHERE id = 2) WHERE id = 9`, 9, true},
		{`INSERT INTO audit SELECT 13, at, person_id, role, action, case_id, object_id, result, request_id, zeroblob(32) FROM audit WHERE id = 12`, 13, true},
		{`DELETE FROM audit WHERE id > 10`, 11, false},
		{`DELETE FROM audit`, 1, false},
	}
	for _, column := range strings.Fields("at person_id role action case_id object_id request_id") {
		changes = append(changes, change{fmt.Sprintf(`UPDATE audit SET %s = %s || 'x' WHERE id = 3`, column, column), 3, true})
	}
	changes = append(changes, change{`UPDATE audit SET result = 'refused' WHERE id = 3`, 3, true})
	for i, c := range changes {
		// The copy lies in the same folder: it is the same practice.
		name := filepath.Join(filepath.Dir(file), fmt.Sprint("copy", i, ".db"))
		if err := os.WriteFile(name, kept, 0o600); err != nil {
			t.Fatal(err)
		}
		raw, err := sql.Open("sqlite", name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := raw.Exec(free + c.sql + `;` + triggers); err != nil {
			t.Fatalf("%s: %v", c.sql, err)
		}
		if err := raw.Close(); err != nil {
			t.Fatal(err)
		}
		after := openFile(t, name)
		var fault *AuditFault
		if _, err := after.VerifyAudit(ctx, known); !errors.As(err, &fault) || fault.Row != c.row || !strings.HasPrefix(err.Error(), fmt.Sprintf("audit row %d ", c.row)) {
			t.Errorf("%s\nwith the head: %v", c.sql, err)
		}
		if _, err := after.VerifyAudit(ctx, AuditHead{}); (err != nil) != c.without {
			t.Errorf("%s\nwithout a head: %v", c.sql, err)
		}
		if c.without {
			continue
		}
		// The program goes on after what is left, and past the length that is known.
		for range 13 {
			if err := after.NoteRefusal(ctx, Viewer{PersonID: "p", Role: Therapist}, "GET /cases/:case", "", ""); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := after.VerifyAudit(ctx, known); !errors.As(err, &fault) || fault.Row != known.Rows {
			t.Errorf("%s, and the program goes on\nwith the head: %v", c.sql, err)
		}
	}
}

func TestWrite_changesNothingUnaudited(t *testing.T) {
	t.Parallel()
	db, _ := openTest(t)
	ctx := context.Background()
	add := func(ctx context.Context, t *tx) error {
		_, err := t.ExecContext(ctx, `INSERT INTO submissions (person_id, id, fingerprint, object_id, created_at) VALUES ('p', 'i', 'f', 'o', 'x')`)
		return err
	}
	if err := db.write(ctx, add); err == nil || KindOf(err) != 0 {
		t.Errorf("a change without a row in the audit: %v", err)
	}
	if got := dump(t, db.readers, `SELECT count(*) AS n FROM submissions`); got != "n=0|\n" {
		t.Errorf("it was kept: %s", got)
	}
	if err := db.write(ctx, func(ctx context.Context, t *tx) error {
		return errors.Join(add(ctx, t), t.audit(ctx, Viewer{}, didSettle, "", ""))
	}); err != nil {
		t.Errorf("with a row: %v", err)
	}
	// What looks and changes nothing needs none.
	if err := db.write(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.ExecContext(ctx, `DELETE FROM submissions WHERE id = 'another'`)
		return err
	}); err != nil {
		t.Errorf("without a change: %v", err)
	}
}

// TestReadAudited_nothingUnseen holds a read by somebody else to its row: the
// row is there when the read is, and there is no read without it.
func TestReadAudited_nothingUnseen(t *testing.T) {
	t.Parallel()
	db, _ := openTest(t)
	ctx, v := context.Background(), Viewer{PersonID: "p", Role: Therapist}
	look := func(ctx context.Context, t *tx) (string, error) {
		var one int
		return "k", t.QueryRowContext(ctx, `SELECT 1`).Scan(&one)
	}
	if err := db.readAudited(ctx, v, didPrintAgreement, "e", look); err != nil {
		t.Fatal(err)
	}
	const rows = `SELECT person_id, role, action, case_id, object_id, result FROM audit`
	want := "person_id=p|role=therapist|action=agreement printed|case_id=k|object_id=e|result=done|\n"
	if got := dump(t, db.readers, rows); got != want {
		t.Errorf("the audit holds\n%swanted\n%s", got, want)
	}
	refused := func(context.Context, *tx) (string, error) { return "", notFound() }
	if err := db.readAudited(ctx, v, didPrintAgreement, "e", refused); KindOf(err) != NotFound {
		t.Errorf("refused: %v", err)
	}
	// What is read from a full disk has no room for its row.
	if err := query(db.writer, `PRAGMA max_page_count = 1`); err != nil {
		t.Fatal(err)
	}
	large := func(ctx context.Context, t *tx) (string, error) { return strings.Repeat("k", 100_000), nil }
	if err := db.readAudited(ctx, v, didPrintAgreement, "e", large); KindOf(err) != Unavailable {
		t.Errorf("the row cannot be kept: %v", err)
	}
	if got := dump(t, db.readers, rows); got != want {
		t.Errorf("afterwards the audit holds\n%s", got)
	}
}
