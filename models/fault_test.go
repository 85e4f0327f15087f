package models_test

import (
	"database/sql"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unsafe"

	"modernc.org/sqlite"

	"enough/models/modelstest"
)

// A fault makes a statement of the writing connection fail, in the midst of its
// transaction, and sees from a connection of its own what was kept.
type fault struct {
	*testing.T
	raw  *sql.DB
	left int // writing statements until the one that fails; below 0 none does
}

func newFault(t *testing.T, p *modelstest.Practice) *fault {
	f := &fault{T: t, left: -1}
	var err error
	f.raw, err = sql.Open("sqlite", "file:"+p.File+"?_pragma=busy_timeout(5000)&_pragma=query_only(1)")
	must(t, err)
	f.raw.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = f.raw.Close() })
	field := reflect.ValueOf(p.DB).Elem().FieldByName("writer")
	writer, err := reflect.NewAt(field.Type(), unsafe.Pointer(field.UnsafeAddr())).Elem().Interface().(*sql.DB).Conn(ctx)
	must(t, err)
	must(t, writer.Raw(func(conn any) error { return conn.(sqlite.AuthorizerRegisterer).RegisterAuthorizer(f.authorize) }))
	must(t, writer.Close())
	return f
}

func (f *fault) authorize(action sqlite.AuthorizerActionCode, what, _, _, _ string) sqlite.AuthorizerReturnCode {
	if action == sqlite.AuthInsert || action == sqlite.AuthUpdate || action == sqlite.AuthDelete || action == sqlite.AuthTransaction && what == "COMMIT" {
		if f.left--; f.left == 0 {
			return sqlite.AuthorizerDeny
		}
	}
	return sqlite.AuthorizerOK
}

// at does an act of which the n-th change fails. It says whether it came to that,
// and holds that nothing was kept then.
func (f *fault) at(n int, act func() error) (failed bool, err error) {
	f.Helper()
	before := f.version()
	f.left = n
	err = act()
	failed = f.left <= 0
	f.left = -1
	if failed && f.version() != before {
		f.Fatalf("something was kept of an act of which a statement failed (%v)", err)
	}
	return failed, err
}

// version moves with every commit of another connection.
func (f *fault) version() (n int) {
	must(f, f.raw.QueryRow(`PRAGMA data_version`).Scan(&n))
	return n
}

// rows writes all rows of some tables.
func (f *fault) rows(tables ...string) string {
	var b strings.Builder
	for _, table := range tables {
		rows, err := f.raw.Query(`SELECT * FROM ` + table + ` ORDER BY 1, 2, 3`)
		must(f, err)
		columns, err := rows.Columns()
		must(f, err)
		cells, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range cells {
			into[i] = &cells[i]
		}
		for rows.Next() {
			must(f, rows.Scan(into...))
			fmt.Fprintf(&b, "%s %q\n", table, cells)
		}
		must(f, rows.Err())
		must(f, rows.Close())
	}
	return b.String()
}
