package models

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// wrong lists what a check finds wrong, and all that it says.
func wrong(t *testing.T, file string, now time.Time) (names []string, all string) {
	t.Helper()
	for _, f := range Check(t.Context(), Options{File: file, Now: func() time.Time { return now }}) {
		all += f.String() + "\n"
		if f.Wrong {
			names = append(names, f.What)
		}
	}
	return names, all
}

// served is a practice that is being served, with its backup of the day.
func served(t *testing.T) *DB {
	t.Helper()
	db, file := openTest(t)
	must(t, PrivateFolder(filepath.Dir(file)))
	for _, rows := range rowsSince {
		execTest(t, db.writer, rows)
	}
	_, _, err := db.BackUpToday(t.Context())
	must(t, err)
	return db
}

func TestCheck_good(t *testing.T) {
	t.Parallel()
	db := served(t)
	read := func() (all []byte) {
		for _, name := range []string{db.file, db.file + "-wal"} {
			b, err := os.ReadFile(name)
			must(t, err)
			all = append(all, b...)
		}
		return all
	}
	// It is served by the same process here: what is opened past SQLite would
	// lift its locks, so that the files are read at the very end alone.
	names, all := wrong(t, db.file, time.Now())
	if len(names) > 0 || strings.Count("\n"+all, "\ngood ") < 9 {
		t.Errorf("beside a server:\n%s", all)
	}
	must(t, noteSomething(db))
	must(t, db.Close())
	db.client, db.readers, db.writer = nil, nil, nil
	must(t, os.WriteFile(db.file+"-wal", nil, 0o600))
	before := read()
	if names, all := wrong(t, db.file, time.Now()); len(names) > 0 {
		t.Errorf("without a server:\n%s", all)
	}
	if !bytes.Equal(before, read()) {
		t.Error("the check has written")
	}
}

func TestCheck_findsWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		spoil func(t *testing.T, db *DB)
		later time.Duration
		wrong string // and nothing else
		says  string
	}{
		{"a folder that others can read", func(t *testing.T, db *DB) { must(t, os.Chmod(filepath.Dir(db.file), 0o755)) }, 0, "folder", "its mode is 755"},
		{"a database that others can read", func(t *testing.T, db *DB) { must(t, os.Chmod(db.file, 0o640)) }, 0, "files", "its mode is 640"},
		{"a log that others can read", func(t *testing.T, db *DB) { must(t, os.Chmod(db.file+"-wal", 0o604)) }, 0, "files", "its mode is 604"},
		{"a backup that others can read", func(t *testing.T, db *DB) {
			must(t, os.Chmod(filepath.Join(defaultBackups(db.file), "2026-03-02.tar.gz"), 0o644))
		}, 0, "backups", "its mode is 644"},
		{"backups that others can list", func(t *testing.T, db *DB) { must(t, os.Chmod(defaultBackups(db.file), 0o711)) }, 0, "backups", "its mode is 711"},
		{"no backup", func(t *testing.T, db *DB) { must(t, os.RemoveAll(defaultBackups(db.file))) }, 0, "backups", "there is none in"},
		{"an old backup", func(*testing.T, *DB) {}, 75 * time.Hour, "backups", "2026-03-02.tar.gz, is 3 days old"},
		{"a row that names nobody", func(t *testing.T, db *DB) {
			execTest(t, db.writer, `PRAGMA foreign_keys = 0; DELETE FROM people WHERE id = 't'; PRAGMA foreign_keys = 1`)
		}, 0, "references", "rows of "},
		{"a newer schema", func(t *testing.T, db *DB) { execTest(t, db.writer, `PRAGMA user_version = 9999`) }, 0, "schema", "use a newer program"},
		{"an index that has lost its rows", func(t *testing.T, db *DB) {
			var page int64
			must(t, db.writer.QueryRow(`SELECT rootpage FROM sqlite_schema WHERE name = 'people_signin'`).Scan(&page))
			must(t, db.Close())
			db.client, db.readers, db.writer = nil, nil, nil
			f, err := os.OpenFile(db.file, os.O_WRONLY, 0)
			must(t, err)
			_, err = f.WriteAt([]byte{0, 0}, (page-1)*4096+3) // how many there are
			must(t, err)
			must(t, f.Close())
		}, 0, "integrity", "damaged"},
		{"no practice", func(t *testing.T, db *DB) { must(t, os.Rename(db.file, db.file+".away")) }, 0, "database", "there is no practice"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			db := served(t)
			c.spoil(t, db)
			names, all := wrong(t, db.file, time.Now().Add(c.later))
			if !slices.Equal(names, []string{c.wrong}) || !strings.Contains(all, c.says) {
				t.Errorf("wrong is %v, wanted %s and %q:\n%s", names, c.wrong, c.says, all)
			}
		})
	}
}

// One fault does not hide another.
func TestCheck_goesOn(t *testing.T) {
	t.Parallel()
	db := served(t)
	must(t, os.Chmod(filepath.Dir(db.file), 0o755))
	must(t, os.RemoveAll(defaultBackups(db.file)))
	names, all := wrong(t, db.file, time.Now())
	if fmt.Sprint(names) != "[folder backups]" || strings.Count(all, "\n") < 9 {
		t.Errorf("wrong is %v:\n%s", names, all)
	}
}
