package models

import (
	"context"
	"errors"
	"sync"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// failing remembers that the disk has failed. What could not be flushed once is
// forgotten by the system, and flushing it again says that all is well: so from
// the first such failure on nothing more is written, and the program is to end
// and to be started anew.
type failing struct {
	once   sync.Once
	failed chan struct{}
	err    error
}

// Failed is closed when the disk has failed: the database takes no more writes,
// and whoever serves it should end.
func (db *DB) Failed() <-chan struct{} { return db.disk.failed }

// Failure is what the disk failed with, nil while it has not.
func (db *DB) Failure() error {
	select {
	case <-db.disk.failed:
		return db.disk.err
	default:
		return nil
	}
}

// note keeps the first error after which the disk cannot be trusted, and gives
// the error back.
func (db *DB) note(err error) error {
	if distrusts(err) {
		db.disk.once.Do(func() {
			db.disk.err = err
			close(db.disk.failed)
		})
	}
	return err
}

// distrusts says whether an error means that what was read or written may not
// be what is on the disk. A full disk, a lock and a read-only file do not.
func distrusts(err error) bool {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code() {
	case sqlite3.SQLITE_IOERR_NOMEM, sqlite3.SQLITE_IOERR_LOCK, sqlite3.SQLITE_IOERR_RDLOCK, sqlite3.SQLITE_IOERR_UNLOCK, sqlite3.SQLITE_IOERR_BLOCKED,
		sqlite3.SQLITE_IOERR_SHMOPEN, sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_SHMLOCK, sqlite3.SQLITE_IOERR_SHMMAP:
		return false
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return true
	}
	return false
}

// fold copies the write-ahead log into the file and empties it. A reader may
// stand in its way; then the log is folded another time.
func (db *DB) fold(ctx context.Context) error {
	_, err := db.foldUnlessBusy(ctx)
	return err
}

// foldUnlessBusy is fold, and says whether a reader stood in its way.
func (db *DB) foldUnlessBusy(ctx context.Context) (busy bool, err error) {
	err = db.note(db.writer.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, new(int), new(int)))
	return busy, err
}
