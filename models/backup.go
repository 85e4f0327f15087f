package models

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"enough/models/seal"
)

// copyLimit is the longest that a copy of the database may take.
const copyLimit = 10 * time.Minute

// scratch begins the name of whatever is only there while a backup is made or
// restored. A killed program leaves it; the next one takes it away a day later.
const scratch = ".enough-part-"

// BackUp keeps the database of a file as it is at this instant in one archive,
// and says what the archive holds. A program that serves the database is not
// held up. The archive is not there before it is whole, lies on the disk and
// was opened again; it is readable by this account alone. A file of its name is
// never written over.
func BackUp(ctx context.Context, file, archive string, to Recipients, now time.Time) (m Manifest, err error) {
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return m, fmt.Errorf("there is no practice in %s", filepath.Dir(file))
	}
	switch _, err := os.Lstat(archive); {
	case err == nil:
		return m, fmt.Errorf("there is a file %s already: name another one", archive)
	case !errors.Is(err, fs.ErrNotExist):
		return m, err
	}
	sweep(filepath.Dir(file))
	sweep(filepath.Dir(archive))
	// The copy is not encrypted: it lies beside the database and nowhere else.
	dir, err := os.MkdirTemp(filepath.Dir(file), scratch)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	kept := filepath.Join(dir, databaseName)
	if err := copyInto(ctx, file, kept); err != nil {
		return m, fmt.Errorf("copy the database: %w", err)
	}
	if m, err = inspect(ctx, kept); err != nil {
		return m, err
	}
	m.Program, m.MadeAt = Version(), stamp(now)
	if m.SHA256, m.Bytes, err = sum(kept); err != nil {
		return m, err
	}
	return m, keepArchive(ctx, archive, m, kept, to)
}

// keepArchive writes the archive under a passing name, opens it again, and
// gives it its own.
func keepArchive(ctx context.Context, archive string, m Manifest, kept string, to Recipients) (err error) {
	part, err := os.CreateTemp(filepath.Dir(archive), scratch) // readable by this account alone
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no folder %s", filepath.Dir(archive))
	} else if err != nil {
		return err
	}
	defer func() {
		part.Close()
		if err != nil {
			os.Remove(part.Name())
		}
	}()
	all, drill, err := to.withDrill()
	if err != nil {
		return err
	}
	if err := pack(part, m, kept, all); err != nil {
		return fmt.Errorf("write the backup: %w", err)
	}
	if err := part.Sync(); err != nil {
		return err
	}
	if _, err := part.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if _, err := unpack(part, drill, io.Discard); err != nil {
		return fmt.Errorf("the backup was written and cannot be read again: %w", err)
	}
	if err := errors.Join(ctx.Err(), part.Close()); err != nil {
		return err
	}
	if err := os.Rename(part.Name(), archive); err != nil {
		return err
	}
	return seal.SyncFolder(filepath.Dir(archive))
}

// copyInto copies a database through SQLite, as one reader among others: to
// open its file in any other way would lift the locks of whoever serves it.
func copyInto(ctx context.Context, file, kept string) error {
	// VACUUM INTO makes its file readable to all and refuses one with content,
	// so it is given an empty one that is private already.
	if err := newPrivateFile(kept); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, copyLimit)
	defer cancel()
	pool := openPool(file, 1, nil, "mode", "ro")
	_, err := pool.ExecContext(ctx, `VACUUM INTO $1`, kept)
	return errors.Join(err, pool.Close())
}

// inspect says what a still database holds, as far as it can be counted. It is
// an error when the database is not sound.
func inspect(ctx context.Context, file string) (m Manifest, err error) {
	pool := ownCopy(file)
	defer func() { err = errors.Join(err, pool.Close()) }()
	if err := integrity(ctx, pool); err != nil {
		return m, err
	}
	if err := foreignKeys(ctx, pool); err != nil {
		return m, err
	}
	if err := pool.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&m.Schema); err != nil {
		return m, err
	}
	tables, err := firstColumn(ctx, pool, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'`)
	if err != nil {
		return m, err
	}
	m.Tables = map[string]int{}
	for _, table := range tables {
		var n int
		if err := pool.QueryRowContext(ctx, `SELECT count(*) FROM "`+strings.ReplaceAll(table, `"`, `""`)+`"`).Scan(&n); err != nil {
			return m, err
		}
		m.Tables[table] = n
	}
	if m.Tables["audit"] > 0 {
		m.Audit, err = (&DB{now: time.Now, readers: pool}).AuditHead(ctx)
	}
	return m, err
}

// integrity is an error when SQLite finds a fault in the file.
func integrity(ctx context.Context, pool *sql.DB) error {
	faults, err := firstColumn(ctx, pool, `PRAGMA integrity_check(5)`)
	switch {
	case err != nil:
		return fmt.Errorf("the database is damaged: %w", err)
	case len(faults) != 1 || faults[0] != "ok":
		return fmt.Errorf("the database is damaged: %s", strings.Join(faults, "; "))
	}
	return nil
}

// foreignKeys is an error when a row names another one that is not there.
func foreignKeys(ctx context.Context, pool *sql.DB) error {
	tables, err := firstColumn(ctx, pool, `SELECT DISTINCT "table" FROM pragma_foreign_key_check`)
	switch {
	case err != nil:
		return fmt.Errorf("the database is damaged: %w", err)
	case len(tables) > 0:
		return fmt.Errorf("the database is damaged: rows of %s name others that are not there", strings.Join(tables, ", "))
	}
	return nil
}

// firstColumn gives the first column of a query.
func firstColumn(ctx context.Context, pool *sql.DB, query string) (list []string, err error) {
	rows, err := pool.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, rows.Err()
}

// sum gives the SHA-256 of a file, in hexadecimal, and its size.
func sum(name string) (string, int64, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), n, err
}

// sweep takes away what a killed program left in a folder a day ago or more. It
// goes by the real clock, as the files do.
func sweep(dir string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if info, err := e.Info(); err == nil && strings.HasPrefix(e.Name(), scratch) && time.Since(info.ModTime()) > 24*time.Hour {
			_ = os.RemoveAll(filepath.Join(dir, e.Name()))
		}
	}
}
