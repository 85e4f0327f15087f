package models

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"

	"modernc.org/sqlite"
)

// pragmas are set by the data source name, so that every pooled connection has
// them, and read back on every connection, since a misspelt one is silent.
var pragmas = map[string]struct{ set, want string }{
	"busy_timeout":       {"5000", "5000"},
	"journal_mode":       {"WAL", "wal"},
	"synchronous":        {"FULL", "2"},
	"foreign_keys":       {"1", "1"},
	"secure_delete":      {"1", "1"},
	"journal_size_limit": {"8388608", "8388608"},
	"trusted_schema":     {"0", "0"},
	"recursive_triggers": {"1", "1"}, // so that REPLACE cannot remove what a trigger keeps
}

// connector opens connections of one pool with their own driver, so that each
// pool has its own authorizer.
type connector struct {
	driver *sqlite.Driver
	dsn    string
}

func (c connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.dsn) }
func (c connector) Driver() driver.Driver                        { return c.driver }

func openPool(file string, size int, authorize sqlite.AuthorizerFn, options ...string) *sql.DB {
	q := url.Values{"_defensive": {"1"}, "_dqs": {"0"}}
	for i := 0; i < len(options); i += 2 {
		q.Set(options[i], options[i+1])
	}
	// The wait for a lock comes first: setting the journal mode may need it.
	q.Add("_pragma", "busy_timeout("+pragmas["busy_timeout"].set+")")
	for name, p := range pragmas {
		if name != "busy_timeout" {
			q.Add("_pragma", name+"("+p.set+")")
		}
	}
	d := &sqlite.Driver{}
	d.RegisterConnectionHook(func(conn sqlite.ExecQuerierContext, _ string) error {
		for name, p := range pragmas {
			if err := confirmPragma(conn, name, p.want); err != nil {
				return err
			}
		}
		if authorize == nil {
			return nil
		}
		r, ok := conn.(sqlite.AuthorizerRegisterer)
		if !ok {
			return errors.New("this SQLite driver has no authorizer")
		}
		return r.RegisterAuthorizer(authorize)
	})
	pool := sql.OpenDB(connector{d, address(file) + "?" + q.Encode()})
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size)
	return pool
}

// address writes the name of a file as SQLite takes it, whatever is in it.
func address(file string) string {
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: file}).EscapedPath()}).String()
}

func confirmPragma(conn sqlite.ExecQuerierContext, name, want string) error {
	rows, err := conn.QueryContext(context.Background(), "PRAGMA "+name, nil)
	if err != nil {
		return fmt.Errorf("read pragma %s: %w", name, err)
	}
	defer rows.Close()
	got := make([]driver.Value, 1)
	if err := rows.Next(got); err != nil {
		return fmt.Errorf("read pragma %s: %w", name, err)
	}
	if fmt.Sprint(got[0]) != want {
		return fmt.Errorf("pragma %s is %v, wanted %s", name, got[0], want)
	}
	return nil
}
