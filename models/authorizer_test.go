package models

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// open and sealed list, for every table, the columns that the client's pool may
// read and those it may not. They are written out here a second time on
// purpose: a column that moves, or a new one, must be thought of twice.
var columnsByPool = map[string]struct{ open, sealed string }{
	"practices":     {"id zone office", "name emergency policy version created_at some_change worse_change least_drop fair_dose quiet_from quiet_until hours keep_years"},
	"people":        {"", "id case_id role is_owner name signin passphrase_hash passphrase_on access_ended_on deputy_id created_at address"},
	"practice_keys": {"", "id wrapped"},
	"cases": {"id client_id client_pronoun partner_pronoun goal",
		"therapist_id partner_id children_home stake cooperation standing economic ending version opened_at"},
	"experiments": {"id case_id number behaviour counts_if not_counts_if if_moment then_act dose dose_words cost prediction confidence " +
		"outcome criterion_kind criterion baseline_weeks phase_weeks stop_wording started_at ended_week",
		"label draw_latest drawn_week end_reason version created_at"},
	"phases": {"id experiment_id case_id kind name start_week weeks most_weeks every change behaviour counts_if not_counts_if dose " +
		"outcome criterion_kind criterion", "label created_at planned_weeks some_change worse_change fair_dose"},
	"excused_weeks": {"case_id week", "reason created_at"},
	"occurrences":   {"id case_id week day taken_back", "created_at"},
	"checkins": {"id case_id week done why effort tension forecast guess sure done_state effort_state guess_state sure_state note late " +
		"on_paper version saved_at", ""},
	"snapshots":       {"id case_id words reported_by last_week published_at published_on", ""},
	"snapshot_values": {"snapshot_id item place value answer", ""},
	"client_notices":  {"id case_id body written_on created_at", ""},

	"client_contacts": {"case_id address remind day hour version", ""},

	"partner_reminders":   {"", "case_id remind day first last again subject"},
	"messages":            {"", "id person_id case_id kind about detail state due_at until tries made_at settled_at"},
	"signin_links":        {"", "token_hash signin person_id token browser code tries expires_at used_at made_at"},
	"invitations":         {"", "code_hash person_id expires_at used_at created_at"},
	"sessions":            {"", "token_hash person_id created_at expires_at visit second_at unlocked_until ended_at"},
	"authenticators":      {"", "person_id secret last_step made_at"},
	"passkeys":            {"", "id person_id name credential public_key sign_count flags made_at used_at"},
	"recovery_codes":      {"", "person_id mark used_at"},
	"submissions":         {"", "person_id id fingerprint object_id created_at"},
	"audit":               {"", "id at person_id role action case_id object_id result request_id chain"},
	"closings":            {"", "id case_id closed_on reason closed_at reopened_on"},
	"case_shares":         {"", "id case_id therapist_id since until granted_at ended_at"},
	"handovers":           {"", "id case_id from_id to_id handed_on reason handed_at"},
	"supervisions":        {"", "id case_id supervisor_id until granted_at ended_at"},
	"candidates":          {"", "case_id place behaviour cost"},
	"plan_changes":        {"", "id experiment_id field was now reason changed_at"},
	"checkin_corrections": {"", "id checkin_id version was replaced_at"},
	"gates": {"", "case_id alone_on screen screen_on screen_result fear concern_reason concern_second goes_ahead holding_back defensiveness " +
		"what_each_gets consent_on wants_plan agenda skill_note version saved_at"},
	"masked_guesses": {"", "id experiment_id therapist_id saw week weeks made_on made_at"},
	"decisions": {"", "id case_id experiment_id phase choice decided_on present reasons suffers_less who_pays learning confidence " +
		"client_text partner_text numbers created_at verdict because line skill_used skill_against partner_first_on referral holds_from"},
	"log_lines":                  {"", "id case_id kind what words happened_on therapist_id written_at"},
	"responses":                  {"", "id case_id therapist_id felt happened_on written_at"},
	"steps_done":                 {"", "case_id card about step done_on therapist_id"},
	"flags":                      {"", "id case_id rule week said mark raised_at raised_on closed_on reason"},
	"partner_contacts":           {"", "case_id channel address times words never device_shared"},
	"partner_pauses":             {"", "id case_id from_week until_week reason created_at"},
	"partner_calls":              {"", "id case_id phase_id week answer different answered_at"},
	"partner_notices":            {"", "id case_id body written_on created_at"},
	"shown_averages":             {"", "case_id item phase_id value answers"},
	"partner_proposals":          {"", "id case_id item week phase_id wording proposed_at"},
	"traces":                     {"", "id case_id role week device network kept_at kept_on"},
	"set_aside_weeks":            {"", "id case_id week why reason set_on back_on back_reason created_at"},
	"partner_report_corrections": {"", "id report_id version was pushed replaced_at"},
	"partner_reports": {"", "id case_id week conflict leaving noticed felt_real conflict_state leaving_state noticed_state real_state " +
		"different say_no safe pushed children note contact contact_by late on_paper version saved_at"},
}

// query runs a query to its last row.
func query(pool *sql.DB, statement string) error {
	rows, err := pool.Query(statement)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
	}
	return rows.Err()
}

// readForms and writeForms are what is tried on every column of every table.
var (
	readForms = []string{`SELECT %[2]s FROM %[1]s`, `SELECT 1 FROM %[1]s WHERE %[2]s IS NULL`, `SELECT 1 FROM %[1]s ORDER BY %[2]s`, `SELECT count(%[2]s) FROM %[1]s`,
		`SELECT 1 WHERE EXISTS (SELECT 1 FROM %[1]s GROUP BY %[2]s)`, `SELECT (SELECT max(%[2]s) FROM %[1]s)`, `WITH c AS (SELECT %[2]s AS x FROM %[1]s) SELECT x FROM c`,
		`SELECT 1 FROM practices p JOIN %[1]s t ON t.%[2]s = p.id`}
	writeForms = []string{`UPDATE %[1]s SET %[2]s = %[2]s WHERE 0`, `INSERT INTO %[1]s (%[2]s) SELECT %[2]s FROM %[1]s WHERE 0`, `DELETE FROM %[1]s WHERE %[2]s IS NULL AND 0`}
)

// TestPools_everyColumnOfEveryTable holds each of the three pools to what it may
// do: the writer everything, the readers read everything, the client's read what
// is open to him. A table or a column without a line fails.
func TestPools_everyColumnOfEveryTable(t *testing.T) {
	t.Parallel()
	db, _ := openTest(t)
	rows, err := db.writer.Query(`SELECT m.name, c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type IN ('table', 'view') ORDER BY 1, c.cid`)
	if err != nil {
		t.Fatal(err)
	}
	columns := map[string][]string{}
	for rows.Next() {
		var table, column string
		if err := rows.Scan(&table, &column); err != nil {
			t.Fatal(err)
		}
		columns[table] = append(columns[table], column)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for table := range columnsByPool {
		if columns[table] == nil {
			t.Errorf("the table %s is not in the schema any more", table)
		}
	}
	tried, columnsTried := 0, 0
	try := func(name string, pool *sql.DB, statement string, may bool) {
		tried++
		if err := query(pool, statement); (err == nil) != may {
			t.Errorf("%s: %s: %v, allowed should be %t", name, statement, err, may)
		}
	}
	for table, names := range columns {
		want, known := columnsByPool[table]
		if !known {
			t.Errorf("the table %s has no line here: may the client's pool read it?", table)
			continue
		}
		open, sealed := strings.Fields(want.open), strings.Fields(want.sealed)
		if len(open)+len(sealed) != len(names) {
			t.Errorf("%s has %d columns, %d are listed here", table, len(names), len(open)+len(sealed))
		}
		for _, column := range names {
			columnsTried++
			may := slices.Contains(open, column)
			if !may && !slices.Contains(sealed, column) {
				t.Errorf("%s.%s has no line here: may the client's pool read it?", table, column)
			}
			for _, form := range readForms {
				statement := fmt.Sprintf(form, table, column)
				try("client", db.client, statement, may)
				try("readers", db.readers, statement, true)
				try("writer", db.writer, statement, true)
			}
			for _, form := range writeForms {
				statement := fmt.Sprintf(form, table, column)
				try("client", db.client, statement, false)
				try("readers", db.readers, statement, false)
				try("writer", db.writer, statement, true)
			}
		}
		try("client", db.client, `SELECT count(*) FROM `+table, len(open) > 0)
		// The order in which rows were made says who wrote when.
		if table != "practices" { // its id is its rowid
			try("client", db.client, `SELECT rowid FROM `+table, false)
		}
	}
	t.Logf("%d tables, %d columns, 3 pools: %d statements tried", len(columns), columnsTried, tried)
}

func TestClientPool_refusesEveryWayRound(t *testing.T) {
	t.Parallel()
	db, file := openTest(t)
	for _, statement := range []string{
		`CREATE VIEW leak AS SELECT conflict, note FROM partner_reports`,
		`CREATE VIEW harmless AS SELECT id FROM cases`,
		`INSERT INTO practices (id, name, zone, office, emergency, policy, created_at) VALUES (1, 'n', 'UTC', 'o', 'e', 'limited', 'x')`,
		`INSERT INTO people (id, role, name, created_at) VALUES ('t', 'therapist', x'01', 'x'), ('c', 'client', x'01', 'x'), ('p', 'partner', x'01', 'x')`,
		`INSERT INTO cases (id, therapist_id, client_id, partner_id, client_pronoun, partner_pronoun, opened_at) VALUES ('k', 't', 'c', 'p', 'he', 'she', 'x')`,
		`INSERT INTO partner_reports (id, case_id, week, conflict, conflict_state, leaving_state, noticed_state, real_state, different, say_no, safe, pushed,
			children, note, contact, contact_by, saved_at) VALUES ('r', 'k', '2026-03-02', 7, 'answered', 'skipped', 'skipped', 'skipped', 'no', 'no', 'no',
			'no', 'skipped', x'01', 'no', 'skipped', 'x')`,
	} {
		if _, err := db.writer.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := query(db.client, `SELECT id, goal FROM cases WHERE client_id = 'c'`); err != nil {
		t.Fatalf("the client's pool reads nothing at all: %v", err)
	}
	for _, row := range []struct{ name, statement string }{
		{"plainly", `SELECT conflict FROM partner_reports`},
		{"all columns", `SELECT * FROM partner_reports`},
		{"all columns of a table that is open in part", `SELECT * FROM cases`},
		{"with the schema's name", `SELECT conflict FROM main.partner_reports`},
		{"under another name", `SELECT cases.id FROM partner_reports AS cases`},
		{"in a subquery", `SELECT (SELECT conflict FROM partner_reports LIMIT 1) FROM cases`},
		{"in a derived table", `SELECT goal FROM (SELECT note AS goal FROM partner_reports)`},
		{"by EXISTS", `SELECT id FROM cases WHERE EXISTS (SELECT 1 FROM partner_reports WHERE conflict > 5)`},
		{"by IN", `SELECT id FROM cases WHERE id IN (SELECT case_id FROM partner_reports)`},
		{"by IN and a table's name", `SELECT 'k' IN partner_proposals`},
		{"by a join", `SELECT c.id FROM cases c JOIN partner_reports r ON r.case_id = c.id`},
		{"by a natural join that shows something", `SELECT conflict FROM checkins NATURAL JOIN partner_reports`},
		{"by UNION", `SELECT goal FROM cases UNION ALL SELECT note FROM partner_reports`},
		{"by counting", `SELECT count(*) FROM partner_reports`},
		{"by the order", `SELECT id FROM cases ORDER BY (SELECT conflict FROM partner_reports)`},
		{"in a window", `SELECT max(conflict) OVER () FROM partner_reports`},
		{"through a view", `SELECT conflict FROM leak`},
		{"through a view over what is open", `SELECT id FROM harmless`},
		{"through a CTE with the name of a view", `WITH leak AS (SELECT conflict FROM partner_reports) SELECT conflict FROM leak`},
		{"through a CTE with the name of an open table", `WITH cases AS (SELECT note AS goal FROM partner_reports) SELECT goal FROM cases`},
		{"through a view within a CTE", `WITH cases AS (SELECT note AS goal FROM leak) SELECT goal FROM cases`},
		{"through a CTE over a sealed one of the same name", `WITH partner_reports AS (SELECT conflict FROM main.partner_reports) SELECT conflict FROM partner_reports`},
		{"by a recursive CTE", `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT i FROM n`},
		{"by a recursive CTE over reports", `WITH RECURSIVE n(i) AS (SELECT conflict FROM partner_reports UNION SELECT i + 1 FROM n WHERE i < 9) SELECT i FROM n`},
		{"the schema", `SELECT sql FROM sqlite_schema`},
		{"the schema by its old name", `SELECT count(*) FROM sqlite_master`},
		{"the temporary schema", `SELECT * FROM sqlite_temp_schema`},
		{"how much was ever done", `SELECT max(id) FROM audit`},
		{"a pragma", `PRAGMA user_version`},
		{"a pragma that writes", `PRAGMA query_only = 0`},
		{"a pragma that shows the file", `PRAGMA database_list`},
		{"a pragma as a table", `SELECT name FROM pragma_table_info('partner_reports')`},
		{"the pages of the file", `SELECT data FROM sqlite_dbpage`},
		{"the statistics of the file", `SELECT * FROM dbstat`},
		{"the file attached again", `ATTACH '` + file + `' AS again`},
		{"an empty file attached", `ATTACH ':memory:' AS again`},
		{"detaching", `DETACH main`},
		{"a temporary table", `CREATE TEMP TABLE t AS SELECT note FROM partner_reports`},
		{"a temporary view", `CREATE TEMP VIEW cases AS SELECT note AS goal FROM main.partner_reports`},
		{"a temporary trigger", `CREATE TEMP TRIGGER g AFTER INSERT ON checkins BEGIN SELECT 1; END`},
		{"a new row", `INSERT INTO occurrences (id, case_id, week, day, created_at) VALUES ('o', 'k', '2026-03-02', '2026-03-02', 'x')`},
		{"a changed row", `UPDATE cases SET goal = 'x'`},
		{"a changed row that gives back another", `UPDATE partner_reports SET note = note RETURNING note`},
		{"a row less", `DELETE FROM checkins`},
		{"a virtual table", `CREATE VIRTUAL TABLE f USING fts5(x)`},
		{"an extension", `SELECT load_extension('x')`},
		{"analyse", `ANALYZE`},
		{"re-index", `REINDEX`},
		{"vacuum into a file", `VACUUM INTO '` + file + `.copy'`},
		{"explain, which shows the plan", `EXPLAIN SELECT conflict FROM partner_reports`},
		{"the plan of a query", `EXPLAIN QUERY PLAN SELECT conflict FROM partner_reports`},
		{"by how many rows are asked for", `SELECT id FROM cases LIMIT (SELECT conflict FROM partner_reports)`},
		{"by a choice", `SELECT CASE WHEN (SELECT max(conflict) FROM partner_reports) > 5 THEN 'more' END`},
		{"by a group", `SELECT c.id FROM cases c GROUP BY c.id HAVING (SELECT count(*) FROM partner_reports)`},
		{"in a list of values", `VALUES ((SELECT note FROM partner_reports))`},
		{"as JSON", `SELECT value FROM json_each((SELECT json_array(note) FROM partner_reports))`},
		{"joined by the name of a column", `SELECT note FROM cases JOIN partner_reports USING (id)`},
		{"in an upsert", `INSERT INTO client_notices (id, case_id, body, written_on, created_at) SELECT id, case_id, note, week, week FROM partner_reports WHERE 1 ON CONFLICT DO NOTHING RETURNING body`},
		{"a changed row from another table", `UPDATE checkins SET note = r.note FROM partner_reports r`},
		{"a row less that is given back", `DELETE FROM partner_reports RETURNING note`},
		{"a row replaced", `REPLACE INTO snapshot_values (snapshot_id, item, place, value) SELECT 's', 'conflict', week, conflict FROM partner_reports`},
		{"a table", `CREATE TABLE t (x)`},
		{"an index", `CREATE INDEX i ON checkins (note)`},
		{"another name for a table", `ALTER TABLE partner_reports RENAME TO checkins2`},
		{"a table less", `DROP TABLE checkins`},
		{"a schema that can be written", `PRAGMA writable_schema = 1`},
		{"the keys of a table", `SELECT * FROM pragma_foreign_key_list('partner_reports')`},
		{"what was counted for the planner", `SELECT * FROM sqlite_stat1`},
		{"a savepoint", `SAVEPOINT s`},
		{"an empty temporary table", `CREATE TEMP TABLE t (x)`},
		{"a file", `SELECT readfile('` + file + `')`},
	} {
		t.Run(row.name, func(t *testing.T) {
			if err := query(db.client, row.statement); err == nil {
				t.Errorf("not refused: %s", row.statement)
			}
		})
	}
	// A plan that runs twice and a transaction change nothing.
	err := db.readFrom(context.Background(), db.client, func(ctx context.Context, tx *tx) error {
		var n int
		return tx.QueryRowContext(ctx, `SELECT count(*) FROM partner_reports`).Scan(&n)
	})
	if err == nil {
		t.Error("within a transaction the client's pool counts the partner's reports")
	}
	// A pretended table of a sealed name shows only what he put in himself.
	var own string
	if err := db.client.QueryRow(`WITH partner_reports AS (SELECT 'own' AS note) SELECT note FROM partner_reports`).Scan(&own); err == nil && own != "own" {
		t.Errorf("a CTE with a sealed table's name gives %q", own)
	}
}
