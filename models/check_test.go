package models_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"enough/models"
	"enough/models/modelstest"
	"enough/models/seal"
)

// wrong lists what a check finds wrong, and all that it says.
func wrong(t *testing.T, file string, now time.Time) (names []string, all string) {
	t.Helper()
	for _, f := range models.Check(t.Context(), models.Options{File: file, Now: func() time.Time { return now }}) {
		all += f.String() + "\n"
		if f.Wrong {
			names = append(names, f.What)
		}
	}
	return names, all
}

// served is a practice that is being served, with a couple and the backup of
// the day.
func served(t *testing.T) *modelstest.Practice {
	t.Helper()
	p := modelstest.Open(t)
	p.Couple(t, p.Owner, "ada")
	must(t, models.PrivateFolder(filepath.Dir(p.File)))
	_, _, err := p.BackUpToday(t.Context())
	must(t, err)
	return p
}

// alter runs statements through a connection of its own.
func alter(t *testing.T, p *modelstest.Practice, statements string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+p.File+"?_pragma=busy_timeout(5000)")
	must(t, err)
	_, err = db.Exec(statements)
	must(t, err)
	must(t, db.Close())
}

func TestCheck_good(t *testing.T) {
	t.Parallel()
	p := served(t)
	if names, all := wrong(t, p.File, time.Now()); len(names) > 0 || strings.Count("\n"+all, "\ngood ") < 10 || !strings.Contains(all, "every name and text of 1 cases") {
		t.Errorf("beside a server:\n%s", all)
	}
	must(t, p.DB.Close())
	read := func() (all []byte) {
		for _, name := range []string{p.File, models.KeyFile(p.File), models.KeyFile(p.File) + ".cases"} {
			b, err := os.ReadFile(name)
			must(t, err)
			all = append(all, b...)
		}
		return all
	}
	before := read()
	if names, all := wrong(t, p.File, time.Now()); len(names) > 0 {
		t.Errorf("without a server:\n%s", all)
	}
	if !bytes.Equal(before, read()) {
		t.Error("the check has written")
	}
}

func TestCheck_findsWhatIsWrong(t *testing.T) {
	t.Parallel()
	backups := func(p *modelstest.Practice) string { return filepath.Join(filepath.Dir(p.File), "backups") }
	mode := func(rights os.FileMode, name func(*modelstest.Practice) string) func(*testing.T, *modelstest.Practice) {
		return func(t *testing.T, p *modelstest.Practice) { must(t, os.Chmod(name(p), rights)) }
	}
	key := func(p *modelstest.Practice) string { return models.KeyFile(p.File) }
	for _, c := range []struct {
		name  string
		spoil func(*testing.T, *modelstest.Practice)
		later time.Duration
		wrong string // and nothing else
		says  string
	}{
		{"a folder that others can read", mode(0o755, func(p *modelstest.Practice) string { return filepath.Dir(p.File) }), 0, "folder", "its mode is 755"},
		{"a database that others can read", mode(0o640, func(p *modelstest.Practice) string { return p.File }), 0, "files", "its mode is 640"},
		{"a log that others can read", mode(0o604, func(p *modelstest.Practice) string { return p.File + "-wal" }), 0, "files", "its mode is 604"},
		{"a key that others can read", mode(0o444, key), 0, "keys", "its mode is 444"},
		{"keys of cases that others can read", mode(0o644, func(p *modelstest.Practice) string { return key(p) + ".cases" }), 0, "keys", "its mode is 644"},
		{"a backup that others can read", mode(0o644, func(p *modelstest.Practice) string { return filepath.Join(backups(p), "2026-03-02.tar.gz") }), 0, "backups", "its mode is 644"},
		{"backups that others can list", mode(0o711, backups), 0, "backups", "its mode is 711"},
		{"no backup", func(t *testing.T, p *modelstest.Practice) { must(t, os.RemoveAll(backups(p))) }, 0, "backups", "there is none in"},
		{"an old backup", func(*testing.T, *modelstest.Practice) {}, 75 * time.Hour, "backups", "2026-03-02.tar.gz, is 3 days old"},
		{"a row that names nobody", func(t *testing.T, p *modelstest.Practice) {
			alter(t, p, `INSERT INTO excused_weeks VALUES ('nobody', '2026-03-02', x'', 'x')`)
		}, 0, "references", "rows of excused_weeks name others"},
		{"a newer schema", func(t *testing.T, p *modelstest.Practice) { alter(t, p, `PRAGMA user_version = 9999`) }, 0, "schema", "use a newer program"},
		{"a table of its own", func(t *testing.T, p *modelstest.Practice) { alter(t, p, `CREATE TABLE mine (x)`) }, 0, "schema", "its tables are not those of schema"},
		{"no master key", func(t *testing.T, p *modelstest.Practice) { must(t, os.Remove(key(p))) }, 0, "keys", "the master key is not at "},
		{"another master key", func(t *testing.T, p *modelstest.Practice) {
			must(t, os.Remove(key(p)))
			must(t, seal.WriteFile(key(p), seal.NewKey()))
		}, 0, "keys", "is not the one of this practice"},
		{"no keys of the cases", func(t *testing.T, p *modelstest.Practice) { must(t, os.Remove(key(p)+".cases")) }, 0, "keys", "the keys of 1 of 1 cases are not in "},
		{"a text that was changed", func(t *testing.T, p *modelstest.Practice) {
			alter(t, p, `UPDATE cases SET goal = stake`)
		}, 0, "keys", "cases.goal: this cannot be opened"},
		{"an index that has lost its rows", func(t *testing.T, p *modelstest.Practice) {
			must(t, p.DB.Close())
			db, err := sql.Open("sqlite", p.File)
			must(t, err)
			var page int64
			must(t, db.QueryRow(`SELECT rootpage FROM sqlite_schema WHERE name = 'people_signin'`).Scan(&page))
			must(t, db.Close())
			f, err := os.OpenFile(p.File, os.O_WRONLY, 0)
			must(t, err)
			_, err = f.WriteAt([]byte{0, 0}, (page-1)*4096+3) // how many there are
			must(t, err)
			must(t, f.Close())
		}, 0, "integrity", "damaged"},
		{"no practice", func(t *testing.T, p *modelstest.Practice) { must(t, os.Rename(p.File, p.File+".away")) }, 0, "database", "there is no practice"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := served(t)
			c.spoil(t, p)
			names, all := wrong(t, p.File, time.Now().Add(c.later))
			if !slices.Equal(names, []string{c.wrong}) || !strings.Contains(all, c.says) {
				t.Errorf("wrong is %v, wanted %s and %q:\n%s", names, c.wrong, c.says, all)
			}
		})
	}
}

// One fault does not hide another.
func TestCheck_goesOn(t *testing.T) {
	t.Parallel()
	p := served(t)
	must(t, os.Chmod(filepath.Dir(p.File), 0o755))
	must(t, os.RemoveAll(filepath.Join(filepath.Dir(p.File), "backups")))
	names, all := wrong(t, p.File, time.Now())
	if fmt.Sprint(names) != "[folder backups]" || strings.Count(all, "\n") < 10 {
		t.Errorf("wrong is %v:\n%s", names, all)
	}
}
