package handlers

import (
	"database/sql"
	"database/sql/driver"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"modernc.org/sqlite"

	"enough/models"
)

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
	sqlite.MustRegisterScalarFunction("later", 1, func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
		text, _ := args[0].(string)
		if d, ok := models.ParseDay(text); ok {
			return string(d.Add(yearOfWeeks)), nil
		}
		if at, err := time.Parse(time.RFC3339, text); err == nil {
			return at.AddDate(0, 0, yearOfWeeks).Format("2006-01-02T15:04:05.000Z"), nil
		}
		return args[0], nil
	})
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
var settled = map[string]string{"people.role": "what somebody is never changes", "supervisions.supervisor_id": "whoever supervises is told",
	"case_shares.therapist_id": "whoever works with a case is told", "people.deputy_id": "whoever stands in is told"}

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

// yearOfWeeks is 52 weeks in days: the weekdays stay, and in these two years summer
// time begins as much later too.
const yearOfWeeks = 52 * 7

// ageByAYear moves a world, with its clock, 52 weeks on.
func (w *world) ageByAYear(t testing.TB) {
	t.Helper()
	defer withoutTriggers(t, w.raw)()
	for table, columns := range columnsOf(t, w.raw) {
		var sets []string
		for _, c := range columns {
			if c.kind == "TEXT" {
				sets = append(sets, c.name+` = later(`+c.name+`)`)
			}
		}
		if sets != nil {
			sqlExec(t, w.raw, `UPDATE `+table+` SET `+strings.Join(sets, ", "))
		}
	}
	w.later = yearOfWeeks * 24 * time.Hour
}

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
