package handlers

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"modernc.org/sqlite"

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

// drawing is what the SQL functions drawn and half answer from, for the one test
// that uses them.
var drawing struct {
	sync.Mutex
	random  *rand.Rand
	columns map[string]column
}

func init() {
	answer := func(fn func(r *rand.Rand, args []driver.Value) driver.Value) func(*sqlite.FunctionContext, []driver.Value) (driver.Value, error) {
		return func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
			drawing.Lock()
			defer drawing.Unlock()
			return fn(drawing.random, args), nil
		}
	}
	sqlite.MustRegisterScalarFunction("half", 1, answer(func(r *rand.Rand, _ []driver.Value) driver.Value { return int64(r.IntN(2)) }))
	sqlite.MustRegisterScalarFunction("drawn", 2, answer(func(r *rand.Rand, args []driver.Value) driver.Value {
		return drawing.columns[args[0].(string)].draw(r, args[1])
	}))
}

// A scope is what of the database one person may see, and so may not differ
// between the worlds.
type scope struct {
	// rows says of a table which of its rows are hers. Of a table that is not here
	// none is.
	rows map[string]string
	// reads says whether she may read a column of a row of hers. A row of hers in a
	// table that she may not read at all stays as it is.
	reads func(table, column string) bool
	// fixed are columns of hers that never change although she cannot read them,
	// with the reason.
	fixed map[string]string
	// opened says that sealed texts out of her sight are opened on her way, so that
	// they may not be garbled, nor lie in a row that they are not bound to.
	opened bool
}

// settled are columns that stay as they are once a row is there, with the reason.
var settled = map[string]string{"people.role": "what somebody is never changes"}

// keyTable is left alone: the key of the practice is no fact about anybody.
const keyTable = "practice_keys"

// disturb changes at random what lies out of a person's sight: takes rows away,
// adds some, and writes other values. Some tables stay as they are.
func (s scope) disturb(t testing.TB, db *sql.DB, random *rand.Rand) {
	t.Helper()
	tables := columnsOf(t, db)
	drawing.Lock()
	drawing.random, drawing.columns = random, map[string]column{}
	for _, list := range tables {
		for _, c := range list {
			drawing.columns[c.full()] = c
		}
	}
	drawing.Unlock()
	sqlExec(t, db, `PRAGMA foreign_keys = ON`)
	sqlExec(t, db, `PRAGMA ignore_check_constraints = ON`)
	sqlExec(t, db, `BEGIN`)
	defer sqlExec(t, db, `COMMIT`)
	defer withoutTriggers(t, db)()
	for _, table := range slices.Sorted(maps.Keys(tables)) {
		if table == keyTable {
			continue
		}
		columns, hers := tables[table], s.rows[table]
		others := "1"
		if hers != "" {
			others = "NOT (" + hers + ")"
			if sealed := s.sealed(columns); len(sealed) < len(columns) && random.IntN(3) > 0 {
				s.rewrite(db, sealed, hers)
			}
		}
		chance := random.IntN(7)
		if chance == 0 {
			try(db, `DELETE FROM `+table+` WHERE `+others)
		}
		if chance == 1 {
			try(db, `DELETE FROM `+table+` WHERE (`+others+`) AND half(0)`)
		}
		if chance == 2 || chance == 3 {
			s.add(db, columns, others)
		}
		if chance == 3 || chance == 4 {
			s.rewrite(db, slices.DeleteFunc(slices.Clone(columns), func(c column) bool { return c.refers != "" && hers != "" }), others)
		}
	}
}

// sealed are the columns of a table that the person may not read, of the rows
// that are hers.
func (s scope) sealed(columns []column) []column {
	return slices.DeleteFunc(slices.Clone(columns), func(c column) bool { return s.reads(c.table, c.name) })
}

// rewrite writes other values into some rows. A row that may not be so stays.
func (s scope) rewrite(db *sql.DB, columns []column, where string) {
	var sets []string
	bound := s.binds(columns)
	for _, c := range columns {
		switch {
		case c.key || s.fixed[c.full()] != "" || settled[c.full()] != "" || s.opened && c.kind == "BLOB":
		case c.refers != "" && bound:
		case c.refers != "":
			try(db, `UPDATE OR IGNORE `+c.table+` SET `+c.name+` = COALESCE((SELECT id FROM `+c.refers+` WHERE half(0) LIMIT 1), `+c.name+`) WHERE (`+where+`) AND half(0)`)
		default:
			sets = append(sets, c.name+` = drawn('`+c.full()+`', `+c.name+`)`)
		}
	}
	if sets != nil {
		try(db, `UPDATE OR IGNORE `+columns[0].table+` SET `+strings.Join(sets, ", ")+` WHERE (`+where+`) AND half(0)`)
	}
}

// binds says whether the rows of a table are held to their place by a text that
// will be opened.
func (s scope) binds(columns []column) bool {
	return s.opened && slices.ContainsFunc(columns, func(c column) bool { return c.kind == "BLOB" })
}

// add puts rows beside some that are there: in another week, by another name,
// with other values.
func (s scope) add(db *sql.DB, columns []column, where string) {
	if s.binds(columns) {
		return
	}
	var names, values []string
	for _, c := range columns {
		value := `drawn('` + c.full() + `', ` + c.name + `)`
		switch {
		case c.key && c.kind == "INTEGER" && c.most == 0:
			value = "NULL" // its number comes by itself
		case c.refers != "" || settled[c.full()] != "":
			value = c.name
		}
		names, values = append(names, c.name), append(values, value)
	}
	try(db, `INSERT OR IGNORE INTO `+columns[0].table+` (`+strings.Join(names, ", ")+`) SELECT `+strings.Join(values, ", ")+` FROM `+columns[0].table+` WHERE (`+where+`) AND half(0)`)
}

// try runs a statement that may be refused: by a row that is still needed, by a
// value that is taken.
func try(db *sql.DB, statement string) { _, _ = db.Exec(statement) }

// withoutTriggers takes the triggers away that keep rows as they are, and gives
// what brings them back.
func withoutTriggers(t testing.TB, db *sql.DB) (back func()) {
	t.Helper()
	rows, err := db.Query(`SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'`)
	must(t, err)
	triggers := map[string]string{}
	for rows.Next() {
		var name, text string
		must(t, rows.Scan(&name, &text))
		triggers[name] = text
	}
	must(t, rows.Close())
	for name := range triggers {
		sqlExec(t, db, `DROP TRIGGER `+name)
	}
	return func() {
		for _, text := range triggers {
			sqlExec(t, db, text)
		}
	}
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
		if where != nil {
			condition = where[table]
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

// ownRows says which rows of each table belong to some cases and to some people,
// both given as conditions.
func ownRows(tables map[string][]column, cases, people string) map[string]string {
	in := func(column, table, where string) string {
		return column + ` IN (SELECT id FROM ` + table + ` WHERE ` + where + `)`
	}
	ofCase := in("case_id", "cases", cases)
	rows := map[string]string{}
	for table, columns := range tables {
		for _, c := range columns {
			switch {
			case table == "practices":
				rows[table] = "1"
			case table == "cases":
				rows[table] = cases
			case table == "people":
				rows[table] = people
			case c.name == "case_id":
				rows[table] = ofCase
			case c.name == "snapshot_id":
				rows[table] = in("snapshot_id", "snapshots", ofCase)
			case c.name == "experiment_id" && rows[table] == "":
				rows[table] = in("experiment_id", "experiments", ofCase)
			case c.name == "checkin_id":
				rows[table] = in("checkin_id", "checkins", ofCase)
			case c.name == "report_id":
				rows[table] = in("report_id", "partner_reports", ofCase)
			case c.name == "person_id" && rows[table] == "":
				rows[table] = in("person_id", "people", people)
			}
		}
	}
	return rows
}
