package handlers

import (
	"context"
	"database/sql"
	"database/sql/driver"
)

// listening opens the connections of a pool so that what is asked of them is
// written down.
type listening struct {
	driver.Connector
	note func(statement string)
}

// listenTo gives a pool of one connection in the place of another pool.
func listenTo(pool *sql.DB, note func(statement string)) *sql.DB {
	heard := sql.OpenDB(listening{*fieldOf[driver.Connector](pool, "connector"), note})
	heard.SetMaxOpenConns(1)
	return heard
}

func (l listening) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := l.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &heardConn{c.(conn), l.note}, nil
}

// conn is what database/sql uses of a connection of the driver's.
type conn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
}

type heardConn struct {
	conn
	note func(string)
}

func (c *heardConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	c.note("BEGIN")
	return c.conn.BeginTx(ctx, o)
}

func (c *heardConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	c.note(query)
	return c.conn.ExecContext(ctx, query, args)
}

func (c *heardConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.note(query)
	return c.conn.QueryContext(ctx, query, args)
}

func (c *heardConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	s, err := c.conn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return &heardStmt{s.(stmt), query, c.note}, nil
}

type stmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

type heardStmt struct {
	stmt
	query string
	note  func(string)
}

func (s *heardStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	s.note(s.query)
	return s.stmt.ExecContext(ctx, args)
}

func (s *heardStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	s.note(s.query)
	return s.stmt.QueryContext(ctx, args)
}
