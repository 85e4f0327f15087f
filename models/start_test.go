package models

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestOpen_refuses opens what cannot be begun with: one sentence says why, and
// no byte of it has changed.
func TestOpen_refuses(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		spoil func(t *testing.T, file string)
		says  string
	}{
		{"an empty file", func(t *testing.T, file string) { spoil(t, os.Truncate(file, 0)) }, "it is empty"},
		{"a log without its database", func(t *testing.T, file string) {
			spoil(t, os.WriteFile(file+"-wal", []byte("frames"), 0o600))
			spoil(t, os.Remove(file))
		}, "it is not there, but the log"},
		{"half a file", func(t *testing.T, file string) { spoil(t, os.Truncate(file, 40_000)) }, "malformed"},
		{"a text", func(t *testing.T, file string) {
			spoil(t, os.WriteFile(file, []byte(strings.Repeat("nothing ", 1000)), 0o600))
		}, "not a database"},
		{"another program's database", func(t *testing.T, file string) { alter(t, file, `PRAGMA user_version = 0`) }, "no database of a practice"},
		{"a table too few", func(t *testing.T, file string) { alter(t, file, `DROP TABLE snapshot_values`) }, "its tables are not those of schema"},
		{"a log that its database does not know of", func(t *testing.T, file string) {
			pool := openPool(file, 1, nil)
			_, err := pool.Exec(`PRAGMA journal_mode = DELETE`)
			spoil(t, err)
			spoil(t, pool.Close())
			spoil(t, os.WriteFile(file+"-wal", []byte("frames"), 0o600))
		}, "it does not know of it"},
		{"a row without its case", func(t *testing.T, file string) {
			alter(t, file, `PRAGMA foreign_keys = 0; INSERT INTO partner_contacts (case_id) VALUES ('none')`)
		}, "a row of partner_contacts belongs to none"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			file := filepath.Join(dir, "enough.db")
			db, err := Open(Options{File: file})
			spoil(t, err)
			spoil(t, db.Close())
			row.spoil(t, file)
			before := contents(t, dir)
			db, err = Open(Options{File: file})
			if err == nil {
				spoil(t, db.Close())
				t.Fatal("it is begun with")
			}
			if said := err.Error(); !strings.Contains(said, row.says) || strings.Contains(said, "\n") || !strings.HasSuffix(said, "restore the last backup into an empty folder") {
				t.Errorf("it says %q", said)
			}
			if after := contents(t, dir); after != before {
				t.Errorf("the folder has changed:\n%.300q\n%.300q", before, after)
			}
		})
	}
}

func spoil(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// alter changes a database as another program would.
func alter(t *testing.T, file, statement string) {
	t.Helper()
	pool := openPool(file, 1, nil)
	_, err := pool.Exec(statement)
	spoil(t, err)
	spoil(t, pool.Close())
}

// contents is all that lies in a folder.
func contents(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	entries, err := os.ReadDir(dir)
	spoil(t, err)
	for _, entry := range entries {
		text, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		spoil(t, err)
		b.WriteString(entry.Name() + "\n" + string(text) + "\n")
	}
	return b.String()
}

// TestOpen_begunAndNotFinished finds what a program left that was stopped while
// it made the database: it is made anew.
func TestOpen_begunAndNotFinished(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"enough.db.new", "enough.db.new-wal", "enough.db.new-shm"} {
		spoil(t, os.WriteFile(filepath.Join(dir, name), []byte("half"), 0o600))
	}
	db := openFile(t, filepath.Join(dir, "enough.db"))
	spoil(t, noteSomething(db))
	if names, _ := filepath.Glob(filepath.Join(dir, "*.new*")); len(names) > 0 {
		t.Errorf("left over: %v", names)
	}
}

// TestOpen_foldsTheLog opens a database whose program was killed: what its log
// held is in the file before anything is added.
func TestOpen_foldsTheLog(t *testing.T) {
	t.Parallel()
	db, file := openTest(t)
	spoil(t, noteSomething(db))
	killed := filepath.Join(t.TempDir(), "enough.db")
	for _, end := range []string{"", "-wal"} {
		text, err := os.ReadFile(file + end)
		spoil(t, err)
		spoil(t, os.WriteFile(killed+end, text, 0o600))
	}
	text, err := os.ReadFile(KeyFile(file))
	spoil(t, err)
	spoil(t, os.WriteFile(KeyFile(killed), text, 0o400))
	if n := auditRows(t, openFile(t, killed)); n != 1 {
		t.Errorf("%d rows, wanted 1", n)
	}
	if log, err := os.Stat(killed + "-wal"); err != nil || log.Size() > 0 {
		t.Errorf("the log: %v, %v", log.Size(), err)
	}
}

func TestClose_leavesOneFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db, err := Open(Options{File: filepath.Join(dir, "enough.db")})
	spoil(t, err)
	spoil(t, noteSomething(db))
	spoil(t, db.Close())
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("left: %v, %v", entries, err)
	}
}
