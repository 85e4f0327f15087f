package modelstest

import (
	"database/sql"
	"encoding/base64"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	_ "modernc.org/sqlite"

	"enough/models"
	"enough/models/seal"
)

// A ring holds the keys of a database's practice and of its cases, read from
// where they lie and not through the models.
type ring map[string]seal.Key

func openRing(t testing.TB, db *sql.DB, file string) ring {
	t.Helper()
	master, err := seal.ReadFile(models.KeyFile(file))
	must(t, err)
	var wrapped []byte
	must(t, db.QueryRow(`SELECT wrapped FROM practice_keys`).Scan(&wrapped))
	practice, err := master.Unwrap(wrapped, "practice key")
	must(t, err)
	keys := ring{"": practice.Derive("names")}
	lines, err := os.ReadFile(models.KeyFile(file) + ".cases")
	if os.IsNotExist(err) {
		return keys
	}
	must(t, err)
	for line := range strings.Lines(string(lines)) {
		id, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		if id == "-" { // struck out
			continue
		}
		wrapped, err := base64.StdEncoding.DecodeString(text)
		must(t, err)
		keys[id], err = master.Unwrap(wrapped, "case key", id)
		must(t, err)
	}
	return keys
}

// Opened gives a copy in memory of the tables that a query names, with every
// sealed text in them opened.
func Opened(t testing.TB, file, query string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", ":memory:")
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(1)
	run(t, db, `ATTACH $1 AS kept`, (&url.URL{Scheme: "file", Opaque: file}).String())
	var names string
	must(t, db.QueryRow(`SELECT group_concat(name) FROM kept.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'`).Scan(&names))
	for _, table := range strings.Split(names, ",") {
		if strings.Contains(query, table) {
			run(t, db, `CREATE TABLE main.`+table+` AS SELECT * FROM kept.`+table)
		}
	}
	keys := openRing(t, db, file)
	for _, s := range models.AllSealed() {
		if !strings.Contains(query, s.Table) {
			continue
		}
		for _, column := range s.Columns {
			for _, c := range cells(t, db, s, column, "1") {
				text, err := "", error(nil)
				if len(c.sealed) > 0 {
					text, err = keys[c.caseID].Open(c.sealed, s.Table, column, c.row)
				}
				if err != nil {
					t.Fatalf("%s.%s: %v", s.Table, column, err)
				}
				c.put(t, db, s, column, text)
			}
		}
	}
	return db
}

// Write seals a text into a column, in every row of its table for which a
// condition holds, as the models would. db is a connection to the file.
func Write(t testing.TB, db *sql.DB, file, table, column, text, where string) {
	t.Helper()
	at := slices.IndexFunc(models.AllSealed(), func(s models.SealedTexts) bool { return s.Table == table && slices.Contains(s.Columns, column) })
	if at < 0 {
		t.Fatalf("%s.%s is not sealed", table, column)
	}
	s, keys := models.AllSealed()[at], openRing(t, db, file)
	for _, c := range cells(t, db, s, column, where) {
		c.put(t, db, s, column, keys[c.caseID].Seal(text, table, column, c.row))
	}
}

// cell is one sealed text where it lies.
type cell struct {
	caseID, row string
	sealed      []byte
}

func cells(t testing.TB, db *sql.DB, s models.SealedTexts, column, where string) (list []cell) {
	t.Helper()
	rows, err := db.Query(fmt.Sprintf(`SELECT %s, %s, %s FROM %s WHERE %s`, s.Case, s.Row, column, s.Table, where))
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var c cell
		must(t, rows.Scan(&c.caseID, &c.row, &c.sealed))
		list = append(list, c)
	}
	must(t, rows.Err())
	return list
}

func (c cell) put(t testing.TB, db *sql.DB, s models.SealedTexts, column string, value any) {
	t.Helper()
	run(t, db, fmt.Sprintf(`UPDATE %s SET %s = $1 WHERE %s = $2 AND CAST(%s AS TEXT) = $3`, s.Table, column, s.Case, s.Row), value, c.caseID, c.row)
}

func run(t testing.TB, db *sql.DB, statement string, args ...any) {
	t.Helper()
	if _, err := db.Exec(statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}
