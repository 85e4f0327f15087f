package models

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// openAt opens a database that has had the first files only, as an earlier
// program left it. It has the writing connection alone.
func openAt(t *testing.T, file string, steps []string) *DB {
	t.Helper()
	db := &DB{file: file, backups: Backups{Dir: defaultBackups(file)}, now: testNow, hashing: cheapCost, writer: openPool(file, 1, nil, "_txlock", "immediate")}
	if err := db.migrateTo(context.Background(), file, steps); err != nil {
		t.Fatal(err)
	}
	return db
}

func steps(t *testing.T) []string {
	t.Helper()
	list, err := migrations()
	if err != nil || len(list) < 7 {
		t.Fatalf("%d migrations, %v", len(list), err)
	}
	return list
}

// dump writes the rows of a query as text.
func dump(t *testing.T, pool *sql.DB, statement string) string {
	t.Helper()
	rows, err := pool.Query(statement)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for rows.Next() {
		cells := make([]any, len(columns))
		for i := range cells {
			cells[i] = new(any)
		}
		if err := rows.Scan(cells...); err != nil {
			t.Fatal(err)
		}
		for i := range cells {
			fmt.Fprintf(&b, "%s=%v|", columns[i], *cells[i].(*any))
		}
		b.WriteByte('\n')
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

const (
	schemaDump  = `SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name`
	versionDump = `SELECT user_version AS v FROM pragma_user_version`
)

// rowsSince holds, for each schema version, rows for the tables that it made.
var rowsSince = []string{
	`INSERT INTO practices (id, name, zone, office, emergency, policy, created_at) VALUES (1, 'n', 'UTC', 'o', 'e', 'limited', 'x');
	INSERT INTO people (id, role, name, created_at) VALUES ('t', 'therapist', x'01', 'x'), ('c', 'client', x'01', 'x'), ('p', 'partner', x'01', 'x');
	INSERT INTO invitations (code_hash, person_id, expires_at, created_at) VALUES ('h', 'c', 'x', 'x');
	INSERT INTO sessions (token_hash, person_id, created_at, expires_at) VALUES ('h', 't', 'x', 'x');
	INSERT INTO authenticators VALUES ('t', x'01', 1, 'x');
	INSERT INTO passkeys VALUES ('w', 't', x'01', x'02', x'03', 4, 5, 'x', NULL);
	INSERT INTO recovery_codes VALUES ('t', 'm', NULL);
	INSERT INTO submissions VALUES ('t', 'i', 'f', 'o', 'x');
	INSERT INTO audit VALUES (1, 'x', 't', 'therapist', 'a', '', '', 'done', '', zeroblob(32))`,
	`INSERT INTO cases (id, therapist_id, client_id, partner_id, client_pronoun, partner_pronoun, opened_at) VALUES ('k', 't', 'c', 'p', 'he', 'she', 'x');
	INSERT INTO candidates VALUES ('k', 1, x'01', 2);
	INSERT INTO closings VALUES ('z', 'k', '2026-03-01', x'01', 'x', NULL);
	INSERT INTO case_shares VALUES ('d', 'k', 't', '2026-03-01', NULL, 'x', NULL);
	INSERT INTO handovers VALUES ('h', 'k', 't', 'c', '2026-03-01', x'01', 'x');
	INSERT INTO supervisions VALUES ('s', 'k', 't', '2026-04-01', 'x', NULL);
	INSERT INTO gates (case_id, fear, saved_at) VALUES ('k', 'no', 'x');
	INSERT INTO partner_contacts (case_id, address) VALUES ('k', x'01')`,
	`INSERT INTO experiments (id, case_id, number, created_at) VALUES ('e', 'k', 1, 'x');
	INSERT INTO plan_changes VALUES ('l', 'e', 'f', x'01', x'01', x'01', 'x');
	INSERT INTO phases (id, experiment_id, case_id, kind, name, start_week, weeks, most_weeks, outcome, criterion_kind, criterion, created_at)
		VALUES ('f', 'e', 'k', 'baseline', 'Baseline', '2026-03-02', 4, 6, 'leaving', 'level', 5, 'x');
	INSERT INTO excused_weeks VALUES ('k', '2026-03-02', x'01', 'x');
	INSERT INTO partner_pauses (id, case_id, from_week, reason, created_at) VALUES ('u', 'k', '2026-03-02', x'01', 'x')`,
	`INSERT INTO occurrences (id, case_id, week, day, created_at) VALUES ('o', 'k', '2026-03-02', '2026-03-02', 'x');
	INSERT INTO checkins (id, case_id, week, why, tension, forecast, done_state, effort_state, guess_state, sure_state, saved_at)
		VALUES ('i', 'k', '2026-03-02', 'not_asked', 3, 4, 'not_asked', 'not_asked', 'not_asked', 'not_asked', 'x');
	INSERT INTO checkin_corrections VALUES ('d', 'i', 1, x'01', 'x')`,
	`INSERT INTO partner_reports (id, case_id, week, conflict, conflict_state, leaving_state, noticed_state, real_state, different, say_no, safe, pushed,
		children, note, contact, contact_by, saved_at) VALUES ('r', 'k', '2026-03-02', 7, 'answered', 'skipped', 'skipped', 'skipped', 'no', 'no', 'no',
		'no', 'skipped', x'01', 'no', 'skipped', 'x');
	INSERT INTO partner_report_corrections VALUES ('g', 'r', 1, x'01', 'no', 'x');
	INSERT INTO set_aside_weeks VALUES ('b', 'k', '2026-03-02', 'pushed', x'01', 'x', NULL, x'', 'x');
	INSERT INTO partner_calls VALUES ('a', 'k', 'f', '2026-03-02', 'yes', x'01', 'x')`,
	`INSERT INTO partner_proposals VALUES ('q', 'k', 'conflict', '2026-03-02', NULL, x'01', 'x');
		INSERT INTO shown_averages VALUES ('k', 'leaving', 'f', 4.5, 4);
	INSERT INTO snapshots VALUES ('s', 'k', x'01', x'01', '2026-03-02', 'x', 'x');
	INSERT INTO snapshot_values VALUES ('s', 'conflict', '2026-03-02', 7.0, '')`,
	`INSERT INTO decisions (id, case_id, experiment_id, phase, choice, decided_on, present, reasons, suffers_less, who_pays, numbers, created_at)
		VALUES ('m', 'k', 'e', 'f', 'enough', 'x', 'both', x'01', x'01', x'01', '{}', 'x');
	INSERT INTO client_notices VALUES ('n', 'k', x'01', 'x', 'x');
	INSERT INTO partner_notices VALUES ('v', 'k', x'01', 'x', 'x')`,
	`INSERT INTO flags VALUES ('w', 'k', 'A1', '2026-03-02', x'01', 'm', 'x', 'x', NULL, x'');
	INSERT INTO traces VALUES ('y', 'k', 'client', '', 'd', 'n', 'x', 'x')`,
	`INSERT INTO masked_guesses VALUES ('z', 'e', 't', 'week', 5, 8, 'x', 'x')`,
	`INSERT INTO client_contacts VALUES ('k', x'01', 1, 7, 18, 1);
	INSERT INTO partner_reminders VALUES ('k', 1, 7, 9, 20, 0, 'form');
	INSERT INTO messages VALUES ('m', 'c', 'k', 'note', 'a', x'01', 'waiting', 'x', 'x', 0, 'x', NULL);
	INSERT INTO signin_links VALUES ('h', 'n', 'c', x'', 'b', 'd', 0, 'x', NULL, 'x')`,
	`INSERT INTO log_lines VALUES ('l', 'k', 'contact', 'partner', x'01', 'x', 't', 'x');
	INSERT INTO responses VALUES ('f', 'k', 't', 'fine', 'x', 'x');
	INSERT INTO steps_done VALUES ('k', 'red', 'w', 1, 'x', 't')`,
}

func TestMigrate_freshEqualsUpgradedAndKeepsRows(t *testing.T) {
	t.Parallel()
	all := steps(t)
	fresh, _ := openTest(t)
	want := dump(t, fresh.writer, schemaDump)
	for at := 1; at < len(all); at++ {
		t.Run(fmt.Sprintf("from version %d", at), func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "enough.db")
			old := openAt(t, file, all[:at])
			if err := errors.Join(old.keys.find(file, ""), old.makeKeys(context.Background())); err != nil {
				t.Fatal(err)
			}
			for i := range min(at, len(rowsSince)) {
				if _, err := old.writer.Exec(rowsSince[i]); err != nil {
					t.Fatalf("rows of version %d: %v", i+1, err)
				}
			}
			// Each old table is read by the columns that it had then.
			before := map[string]string{}
			rows, err := old.writer.Query(`SELECT m.name, group_concat(c.name) FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' GROUP BY 1`)
			if err != nil {
				t.Fatal(err)
			}
			var queries []string
			for rows.Next() {
				var table, columns string
				if err := rows.Scan(&table, &columns); err != nil {
					t.Fatal(err)
				}
				queries = append(queries, fmt.Sprintf(`SELECT %s FROM %s ORDER BY 1, 2`, columns, table))
			}
			if err := rows.Err(); err != nil {
				t.Fatal(err)
			}
			for _, q := range queries {
				if before[q] = dump(t, old.writer, q); before[q] == "" {
					t.Errorf("no row to keep: %s", q)
				}
			}
			if err := old.Close(); err != nil {
				t.Fatal(err)
			}
			db := openFile(t, file)
			if got := dump(t, db.writer, schemaDump); got != want {
				t.Errorf("the schema differs from that of a fresh database:\n%s\nwanted\n%s", got, want)
			}
			for _, q := range queries {
				if got := dump(t, db.writer, q); got != before[q] {
					t.Errorf("%s gave\n%sand gives after the upgrade\n%s", q, before[q], got)
				}
			}
			if err := query(db.writer, `PRAGMA foreign_key_check`); err != nil {
				t.Error(err)
			}
			if got := dump(t, db.writer, `SELECT * FROM pragma_integrity_check`); got != "integrity_check=ok|\n" {
				t.Errorf("integrity: %s", got)
			}
		})
	}
}

func TestMigrate_everyTableHasRowsHere(t *testing.T) {
	t.Parallel()
	db, _ := openTest(t)
	for i, rows := range rowsSince {
		if _, err := db.writer.Exec(rows); err != nil {
			t.Fatalf("rows of version %d: %v", i+1, err)
		}
	}
	for table := range columnsByPool {
		if dump(t, db.writer, `SELECT 1 FROM `+table) == "" {
			t.Errorf("no row of %s goes through the upgrades: add one to rowsSince", table)
		}
	}
}

func TestMigrate_fileAndVersionTogether(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, broken string }{
		{"a second statement that cannot be read", `CREATE TABLE second (x TEXT) STRICT; CREATE TABL third (x)`},
		{"a second statement that fails", `CREATE TABLE second (x TEXT) STRICT; INSERT INTO nowhere VALUES (1)`},
		{"a constraint that fails last", `CREATE TABLE second (x TEXT NOT NULL) STRICT; INSERT INTO first VALUES ('a'); INSERT INTO second VALUES (NULL)`},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			ctx, file := context.Background(), filepath.Join(t.TempDir(), "enough.db")
			first := `CREATE TABLE first (x TEXT) STRICT`
			db := openAt(t, file, nil)
			defer db.Close()
			if err := db.migrateTo(ctx, file, []string{first, row.broken}); err == nil || !strings.Contains(err.Error(), "schema version 2") {
				t.Errorf("the error is %v, wanted one that names schema version 2", err)
			}
			if got := dump(t, db.writer, `SELECT name FROM sqlite_schema`) + dump(t, db.writer, `SELECT x FROM first`); got != "name=first|\n" {
				t.Errorf("the schema is now %q", got)
			}
			if got := dump(t, db.writer, versionDump); got != "v=1|\n" {
				t.Errorf("the version is %q, wanted 1", got)
			}
			mended := []string{first, `CREATE TABLE second (x TEXT) STRICT`, `CREATE TABLE third (x TEXT) STRICT`}
			if err := db.migrateTo(ctx, file, mended); err != nil {
				t.Errorf("with the file mended: %v", err)
			}
			if got := dump(t, db.writer, `SELECT count(*) AS n FROM sqlite_schema`) + dump(t, db.writer, versionDump); got != "n=3|\nv=3|\n" {
				t.Errorf("after mending: %q", got)
			}
		})
	}
}

func TestOpen_refusesANewerDatabase(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "enough.db")
	all := steps(t)
	newer := openAt(t, file, append(all[:len(all):len(all)], `CREATE TABLE tomorrow (x TEXT) STRICT`))
	if err := newer.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Open(Options{File: file, Now: testNow})
	want := fmt.Sprintf("is at schema %d, this program knows %d: use a newer program", len(all)+1, len(all))
	if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
		t.Errorf("the error is %q, wanted one sentence with %q", err, want)
	}
	after, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file was changed (%v)", err)
	}
	if names, _ := filepath.Glob(file + "?*"); len(names) > 0 {
		t.Errorf("files were left beside it: %v", names)
	}
}

func TestMigrate_keepsABackup(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "enough.db")
	all := steps(t)
	kept := func() []keptBackup { return listBackups(defaultBackups(file)) }
	old := openAt(t, file, all[:2])
	if _, err := old.writer.Exec(rowsSince[0]); err != nil {
		t.Fatal(err)
	}
	schema := dump(t, old.writer, schemaDump)
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	if list := kept(); len(list) != 0 {
		t.Errorf("a fresh database was backed up: %v", list)
	}
	openFile(t, file)
	list := kept()
	if len(list) != 1 || list[0].name != "2026-03-02T120000Z-schema2.tar.gz" || !list[0].change {
		t.Fatalf("backups: %v, wanted one", list)
	}
	archive, err := os.Open(filepath.Join(defaultBackups(file), list[0].name))
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	still := filepath.Join(dir, "still.db")
	m, err := unpackInto(still, archive, nil)
	if err != nil || m.Schema != 2 {
		t.Errorf("the backup holds schema %d, %v", m.Schema, err)
	}
	pool := readOnly(still, false)
	defer pool.Close()
	if got := dump(t, pool, schemaDump); got != schema {
		t.Errorf("the backup has the schema\n%s\nwanted\n%s", got, schema)
	}
	if got := dump(t, pool, versionDump) + dump(t, pool, `SELECT id FROM practices`); got != "v=2|\nid=1|\n" {
		t.Errorf("the backup holds %q", got)
	}
	openFile(t, file)
	if list := kept(); len(list) != 1 {
		t.Errorf("opened again without a change, and backed up again: %v", list)
	}
}

func TestAudit_appendOnly(t *testing.T) {
	t.Parallel()
	db, _ := openTest(t)
	for range 2 {
		if err := noteSomething(db); err != nil {
			t.Fatal(err)
		}
	}
	before := dump(t, db.writer, `SELECT * FROM audit`)
	for _, statement := range []string{
		`UPDATE audit SET action = 'x'`, `UPDATE audit SET action = action WHERE id = 1`, `DELETE FROM audit`, `DELETE FROM audit WHERE id = 2`,
		`REPLACE INTO audit VALUES (1, 'x', 'x', 'x', 'x', '', '', 'done', '', zeroblob(32))`,
		`INSERT OR REPLACE INTO audit VALUES (2, 'x', 'x', 'x', 'x', '', '', 'done', '', zeroblob(32))`,
		`INSERT INTO audit VALUES (1, 'x', 'x', 'x', 'x', '', '', 'done', '', zeroblob(32)) ON CONFLICT DO UPDATE SET action = 'x'`,
	} {
		if _, err := db.writer.Exec(statement); err == nil {
			t.Errorf("taken: %s", statement)
		}
	}
	if after := dump(t, db.writer, `SELECT * FROM audit`); after != before {
		t.Errorf("the rows were\n%sand are\n%s", before, after)
	}
}
