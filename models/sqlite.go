package models

import (
	"context"
	"errors"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// unavailable turns a refusal of the database to take a write, for want of
// room, a lock, a writable file or a sound disk, into the one error that may be
// answered with 503, whatever else the error says: what was found out of such a
// database is no reason. Everything else passes unchanged.
func unavailable(err error) error {
	if err == nil || KindOf(err) == Unavailable {
		return err
	}
	var e *sqlite.Error
	refused := errors.Is(err, context.DeadlineExceeded)
	if errors.As(err, &e) {
		switch e.Code() & 0xff {
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR,
			sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			refused = true
		}
	}
	if !refused {
		return err
	}
	return notSaved(err)
}

// notSaved is the one error that may be answered with 503.
func notSaved(err error) error {
	return &Error{Kind: Unavailable, Message: "Not saved. Your answers are still on this page. Try again.", Err: err}
}

// isUnique says that a row with the same key is there already.
func isUnique(err error) bool {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return false
	}
	return e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
}
