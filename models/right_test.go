package models

import (
	"strings"
	"testing"
)

// TestMayOpen_findsByIndices asks the database how it answers who may open a case:
// for a list, for one case and for one experiment it reads no table from its first
// row to its last.
func TestMayOpen_findsByIndices(t *testing.T) {
	t.Parallel()
	db, _ := openTest(t)
	for name, query := range map[string]string{
		"the list":       `SELECT c.id FROM ` + mayOpen + ` m JOIN cases c ON c.id = m.case_id ORDER BY c.id, m.place`,
		"one case":       `SELECT held FROM ` + mayOpen + ` WHERE case_id = $3 ORDER BY place LIMIT 1`,
		"one experiment": experimentColumns + ` WHERE e.id = $3 AND EXISTS (SELECT 1 FROM ` + mayOpen + ` m WHERE m.case_id = e.case_id)`,
	} {
		rows, err := db.writer.Query(`EXPLAIN QUERY PLAN `+query, "v", "2026-03-02", "x")
		if err != nil {
			t.Fatal(err)
		}
		searched := 0
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(detail, "SEARCH") {
				searched++
			}
			// What was found by then is read through; a table is not.
			if table, scans := strings.CutPrefix(detail, "SCAN "); scans && table != "m" && !strings.HasPrefix(table, "(subquery") {
				t.Errorf("%s: %s", name, detail)
			}
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		if searched < 5 {
			t.Errorf("%s: only %d searches", name, searched)
		}
	}
}
