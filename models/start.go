package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"enough/models/seal"
)

// admit says whether a database can be begun with, and whether there is none
// yet. What is damaged, cut off, of a newer program or on a file system that
// cannot keep it is refused, and not a byte of it is changed.
func admit(ctx context.Context, file string) (fresh bool, err error) {
	if err := localDisk(filepath.Dir(file)); err != nil {
		return false, err
	}
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if log, err := os.Stat(file + "-wal"); err == nil && log.Size() > 0 {
			return false, refusal(file, errors.New("it is not there, but the log of its last changes is"))
		}
		return true, nil
	case err != nil:
		return false, err
	case info.Size() == 0:
		return false, refusal(file, errors.New("it is empty"))
	}
	return false, check(ctx, file)
}

// refusal is the one sentence with which a database is not begun with.
func refusal(file string, why error) error {
	var e *sqlite.Error
	if errors.As(why, &e) && e.Code()&0xff == sqlite3.SQLITE_IOERR && e.Code() != sqlite3.SQLITE_IOERR_SHORT_READ {
		return fmt.Errorf("database %s cannot be read: %w. Nothing was written to it. Look at the disk, and restore the last backup if it is lost", file, why)
	}
	found, _, _ := strings.Cut(why.Error(), "\n")
	return fmt.Errorf("database %s is damaged: %s. Nothing was written to it. Keep it as it is, and restore the last backup into an empty folder", file, found)
}

// check reads a database from end to end through a connection that cannot write.
func check(ctx context.Context, file string) error {
	if err := checkLog(file); err != nil {
		return refusal(file, err)
	}
	pool := readOnly(file, logged(file))
	defer pool.Close()
	steps, err := migrations()
	if err != nil {
		return err
	}
	var version int
	if err := pool.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&version); err != nil {
		return refusal(file, err)
	}
	switch {
	case version > len(steps):
		return fmt.Errorf("database %s is at schema %d, this program knows %d: use a newer program", file, version, len(steps))
	case version < 1:
		return refusal(file, errors.New("it is no database of a practice"))
	}
	var first string
	err = pool.QueryRowContext(ctx, `PRAGMA integrity_check(1)`).Scan(&first)
	if err == nil && first != "ok" {
		err = errors.New(first)
	}
	if err != nil {
		return refusal(file, err)
	}
	err = pool.QueryRowContext(ctx, `SELECT "table" FROM pragma_foreign_key_check`).Scan(&first)
	if err == nil {
		return refusal(file, fmt.Errorf("a row of %s belongs to none", first))
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return refusal(file, err)
	}
	if err := shaped(ctx, pool, steps[:version]); err != nil {
		return refusal(file, err)
	}
	return nil
}

// checkLog looks for what SQLite would pass over in silence: a log that its
// database does not know of, and one that is broken inside.
func checkLog(file string) error {
	log, err := os.Stat(file + "-wal")
	if err != nil || log.Size() == 0 {
		return nil
	}
	known, err := knowsItsLog(file)
	if err == nil && !known {
		err = errors.New("there is a log of its last changes, and it does not know of it")
	}
	if err != nil {
		return err
	}
	lost, err := lostInside(file + "-wal")
	if err == nil && lost {
		err = errors.New("the log of its last changes is broken before the last of them")
	}
	return err
}

// knowsItsLog says whether the head of a database has it in the journal mode in
// which it has a log. SQLite goes by the log alone, and would throw it away. To
// read the file beside SQLite is safe as long as this program has not opened it.
func knowsItsLog(file string) (bool, error) {
	f, err := os.Open(file)
	if err != nil {
		return false, err
	}
	defer f.Close()
	head := make([]byte, 20)
	_, err = io.ReadFull(f, head)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return head[18] == 2 && head[19] == 2, err
}

// logged says whether there is a log beside a database, full or empty.
func logged(file string) bool {
	_, err := os.Stat(file + "-wal")
	return err == nil
}

// readOnly opens a database so that nothing of it is written, not even by
// closing it. One without a log is open nowhere: it needs no lock, and no log
// is made beside it.
func readOnly(file string, logged bool) *sql.DB {
	path := address(file) + "?mode=ro"
	if !logged {
		path += "&immutable=1"
	}
	pool := sql.OpenDB(connector{&sqlite.Driver{}, path + "&_pragma=busy_timeout(5000)&_pragma=query_only(1)&_pragma=trusted_schema(0)"})
	pool.SetMaxOpenConns(1)
	return pool
}

// ownCopy opens a copy that nobody else has, and only reads. Unlike for a file that
// is open for reading alone, SQLite then looks at the CHECKs of each row.
func ownCopy(file string) *sql.DB {
	pool := sql.OpenDB(connector{&sqlite.Driver{}, address(file) + "?mode=rw&_pragma=query_only(1)&_pragma=trusted_schema(0)"})
	pool.SetMaxOpenConns(1)
	return pool
}

// shape lists the tables, columns, indexes and triggers of a database, with the text
// that made each: a CHECK that is damaged shows nowhere else to who only reads.
func shape(ctx context.Context, pool *sql.DB) (text string, err error) {
	err = pool.QueryRowContext(ctx, `SELECT COALESCE(group_concat(line, char(10) ORDER BY line), '') FROM (
		SELECT m.type || ' ' || m.name || ' ' || m.tbl_name || ' ' || COALESCE(m.sql, '') || ' ' || COALESCE(c.name || ' ' || c.type || ' ' || c."notnull" || ' ' || c.pk, '') AS line
		FROM sqlite_schema m LEFT JOIN pragma_table_info(m.name) c ON m.type = 'table')`).Scan(&text)
	return text, err
}

// shaped is an error when a database is not what the first files make.
func shaped(ctx context.Context, pool *sql.DB, steps []string) error {
	found, err := shape(ctx, pool)
	if err != nil {
		return err
	}
	wanted, err := shapeAt(ctx, steps)
	if err == nil && found != wanted {
		err = fmt.Errorf("its tables are not those of schema %d", len(steps))
	}
	return err
}

// shapes keeps the shape of each schema version, which is the same for every
// database.
var shapes sync.Map

// shapeAt gives the shape that the first files make.
func shapeAt(ctx context.Context, steps []string) (string, error) {
	if kept, ok := shapes.Load(len(steps)); ok {
		return kept.(string), nil
	}
	pool := sql.OpenDB(connector{&sqlite.Driver{}, ":memory:"})
	defer pool.Close()
	pool.SetMaxOpenConns(1)
	for i, step := range steps {
		if _, err := pool.ExecContext(ctx, step); err != nil {
			return "", fmt.Errorf("schema version %d: %w", i+1, err)
		}
	}
	text, err := shape(ctx, pool)
	if err == nil {
		shapes.Store(len(steps), text)
	}
	return text, err
}

// create makes a new database beside its place and moves it there when it is
// whole, so that a file that is there is never one that was only begun.
func (db *DB) create(ctx context.Context, file string) error {
	begun := file + ".new"
	for _, name := range []string{begun, begun + "-wal", begun + "-shm"} {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := newPrivateFile(begun); err != nil {
		return err
	}
	db.writer = openPool(begun, 1, nil, "_txlock", "immediate")
	if err := errors.Join(db.migrate(ctx, begun), db.writer.Close()); err != nil {
		return err
	}
	// Unlike a renaming, a link does not take the place of a file that another
	// program has put there meanwhile.
	if err := os.Link(begun, file); err != nil {
		return err
	}
	return errors.Join(os.Remove(begun), seal.SyncFolder(filepath.Dir(file)))
}

// newPrivateFile makes an empty file that only this account can read. SQLite
// gives the files beside the database the same rights.
func newPrivateFile(name string) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// PrivateFolder makes a folder that only this account can read, or tightens
// one that is there.
func PrivateFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return os.Chmod(dir, 0o700)
}
