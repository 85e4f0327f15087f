package handlers

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"enough/models"
)

// A column is one column of the schema, with what may stand in it as far as the
// schema says so.
type column struct {
	table, name, kind string
	empty, key, json  bool
	refers            string // the table of whose rows it names one
	choices           []string
	least, most       int // most is 0 where the schema sets no range
}

func (c column) full() string { return c.table + "." + c.name }

var (
	choiceRule = regexp.MustCompile(`CHECK \((\w+) IN \(([^)]*)\)`)
	jsonRule   = regexp.MustCompile(`json_valid\((\w+)\)`)
	rangeRule  = regexp.MustCompile(`CHECK \((\w+) BETWEEN (\d+) AND (\d+)\)`)
)

// columnsOf reads the schema, table by table.
func columnsOf(t testing.TB, db *sql.DB) map[string][]column {
	t.Helper()
	rows, err := db.Query(`SELECT m.name, m.sql, c.name, c.type, c."notnull" = 0, c.pk > 0, COALESCE((SELECT f."table" FROM pragma_foreign_key_list(m.name) f WHERE f."from" = c.name), '')
		FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, c.cid`)
	must(t, err)
	defer rows.Close()
	list := map[string][]column{}
	for rows.Next() {
		var c column
		var text string
		must(t, rows.Scan(&c.table, &text, &c.name, &c.kind, &c.empty, &c.key, &c.refers))
		for _, found := range choiceRule.FindAllStringSubmatch(text, -1) {
			if found[1] == c.name {
				for choice := range strings.SplitSeq(found[2], ",") {
					c.choices = append(c.choices, strings.Trim(choice, " '"))
				}
			}
		}
		for _, found := range jsonRule.FindAllStringSubmatch(text, -1) {
			c.json = c.json || found[1] == c.name
		}
		for _, found := range rangeRule.FindAllStringSubmatch(text, -1) {
			if found[1] == c.name {
				c.least, _ = strconv.Atoi(found[2])
				c.most, _ = strconv.Atoi(found[3])
			}
		}
		list[c.table] = append(list[c.table], c)
	}
	must(t, rows.Err())
	return list
}

// draw gives another value for a column. A week and a day move by some weeks, an
// instant by some hours, and what names a row names another one.
func (c column) draw(r *rand.Rand, was driver.Value) driver.Value {
	text, _ := was.(string)
	switch {
	case c.empty && !c.key && r.IntN(5) == 0:
		return nil
	case c.choices != nil:
		text = c.choices[r.IntN(len(c.choices))]
		if c.kind == "INTEGER" {
			n, _ := strconv.Atoi(text)
			return int64(n)
		}
		return text
	case c.most > 0:
		return int64(c.least + r.IntN(c.most-c.least+1))
	case c.kind == "INTEGER":
		return int64(r.IntN(12))
	case c.kind == "REAL":
		return float64(r.IntN(100)) / 10
	case c.json && strings.HasPrefix(text, "["):
		return "[]"
	case c.json:
		return "{}"
	case c.kind == "BLOB":
		b := make([]byte, 40+r.IntN(200))
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return b
	case strings.HasSuffix(c.name, "_at"), strings.HasSuffix(c.name, "_until"):
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			at = time.Date(2026, time.March, 2, 11, 0, 0, 0, time.UTC)
		}
		return at.Add(time.Duration(r.IntN(400)-200) * time.Hour).Format("2006-01-02T15:04:05.000Z")
	case strings.HasSuffix(c.name, "week"), strings.HasSuffix(c.name, "_on"):
		if d, ok := models.ParseDay(text); ok {
			return string(d.Add(7 * (r.IntN(9) - 4)))
		}
		return "2026-03-16"
	case c.key:
		b := make([]byte, 26)
		for i := range b {
			b[i] = "abcdefghijklmnopqrstuvwxyz234567"[r.IntN(32)]
		}
		return string(b)
	}
	return strings.Repeat("Other words. ", 1+r.IntN(20)) + itoa(r.IntN(1000))
}

// A layout is the schema with what the client's connections can read of it. It
// is looked up once.
type layout struct {
	tables map[string][]column
	reads  func(table, column string) bool
}

var layouts struct {
	once sync.Once
	layout
}

func layoutOf(t testing.TB, w *world) layout {
	t.Helper()
	layouts.once.Do(func() {
		tables := columnsOf(t, w.raw)
		layouts.layout = layout{tables, readable(t, *poolOf(w.db, "client"), tables)}
	})
	return layouts.layout
}

// readable says which columns a pool of connections can read.
func readable(t testing.TB, pool *sql.DB, tables map[string][]column) func(table, column string) bool {
	t.Helper()
	may := map[string]bool{}
	for _, columns := range tables {
		for _, c := range columns {
			rows, err := pool.Query(`SELECT ` + c.name + ` FROM ` + c.table + ` LIMIT 0`)
			if err == nil {
				err = rows.Close()
			}
			may[c.full()] = err == nil
		}
	}
	return func(table, column string) bool { return may[table+"."+column] }
}

// contents writes what stands in each column, for those that want says.
func contents(t testing.TB, db *sql.DB, tables map[string][]column, where map[string]string, want func(table, column string) bool) map[string]string {
	t.Helper()
	all := map[string]string{}
	for table, columns := range tables {
		var names []string
		for _, c := range columns {
			if want(table, c.name) {
				names = append(names, c.name)
			}
		}
		if names == nil || where != nil && where[table] == "" {
			continue
		}
		condition := "1"
		if where != nil { // in an order that nothing else has a part in
			condition = where[table] + ` ORDER BY ` + strings.Join(names, ", ")
		}
		rows, err := db.Query(`SELECT ` + strings.Join(names, ", ") + ` FROM ` + table + ` WHERE ` + condition)
		must(t, err)
		values, into := make([]sql.RawBytes, len(names)), make([]any, len(names))
		columns := make([]strings.Builder, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		for rows.Next() {
			must(t, rows.Scan(into...))
			for i, value := range values {
				fmt.Fprintf(&columns[i], "%s\x00", value)
			}
		}
		must(t, rows.Err())
		must(t, rows.Close())
		for i, name := range names {
			all[table+"."+name] = columns[i].String()
		}
	}
	return all
}
