package models_test

import (
	"context"
	"database/sql"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"enough/models"
	"enough/models/modelstest"
	"enough/models/seal"
)

// kept is a practice in its files, closed, with one couple that has reported.
func kept(t *testing.T) (file string, c *modelstest.Couple) {
	t.Helper()
	p, c := baseline(t)
	p.Sunday()
	c.Report(t, models.PartnerReportInput{Tension: "5", Note: "A note of hers."})
	must(t, p.Close())
	return p.File, c
}

// TestKeys_missingOrWrong: a practice is not begun with under another key than
// its own, and not a byte of it is changed by trying.
func TestKeys_missingOrWrong(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		spoil func(t *testing.T, key string)
		want  string
	}{
		"no master key":      {func(t *testing.T, key string) { must(t, os.Remove(key)) }, "is missing"},
		"another practice’s": {func(t *testing.T, key string) { must(t, os.Remove(key)); must(t, seal.WriteFile(key, seal.NewKey())) }, "is not the one of this practice"},
		"a damaged master key": {func(t *testing.T, key string) {
			must(t, os.Remove(key))
			must(t, os.WriteFile(key, []byte("x"), 0o400))
		}, "damaged"},
		"damaged keys of the cases": {func(t *testing.T, key string) { must(t, os.WriteFile(key+".cases", []byte("x y\n"), 0o600)) }, "do not fit"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file, _ := kept(t)
			row.spoil(t, models.KeyFile(file))
			before, err := os.ReadFile(file)
			must(t, err)
			db, err := models.Open(models.Options{File: file, CheapPassphrases: true, OneFactor: true})
			if err == nil {
				must(t, db.Close())
				t.Fatal("it was begun with")
			}
			if !strings.Contains(err.Error(), row.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("says %q, without %q", err, row.want)
			}
			after, err := os.ReadFile(file)
			must(t, err)
			if string(after) != string(before) {
				t.Error("the database was changed")
			}
		})
	}
}

func TestKeys_notAmongTheData(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, key := range []string{"key", "keys/key", "../" + filepath.Base(dir) + "/key"} {
		_, err := models.Open(models.Options{File: filepath.Join(dir, "enough.db"), Key: filepath.Join(dir, key)})
		if err == nil || !strings.Contains(err.Error(), "keep it elsewhere") {
			t.Errorf("%s: %v", key, err)
		}
	}
	if names, _ := os.ReadDir(dir); len(names) > 0 {
		t.Errorf("the folder holds %v", names)
	}
}

func TestKeys_madeOnceAndPrivate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	key := filepath.Join(t.TempDir(), "elsewhere.key")
	o := models.Options{File: filepath.Join(dir, "enough.db"), Key: key, CheapPassphrases: true, OneFactor: true}
	for _, first := range []bool{true, false} {
		db, err := models.Open(o)
		must(t, err)
		if file, made := db.KeyMade(); file != key || made != first {
			t.Errorf("made %t: %s, %t", first, file, made)
		}
		must(t, db.Close())
	}
	if info, err := os.Stat(key); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others can read the key: %v", info.Mode())
	}
}

// TestRekey_keepsEverything changes the master key, whole and broken off at each
// point, and finds the practice readable under the key that then lies there.
func TestRekey_keepsEverything(t *testing.T) {
	t.Parallel()
	file, c := kept(t)
	key := models.KeyFile(file)
	read := func(when string) {
		t.Helper()
		db, err := models.Open(models.Options{File: file, Now: c.Practice.Now, CheapPassphrases: true, OneFactor: true})
		if err != nil {
			t.Fatalf("%s: %v", when, err)
		}
		defer db.Close()
		list, err := db.PartnerReport(ctx, c.Therapist, c.CaseID, c.Practice.Week())
		if err != nil || list.Note != "A note of hers." {
			t.Fatalf("%s: %+v, %v", when, list, err)
		}
		if who, err := db.SignIn(ctx, models.Origin{}, "vera", modelstest.Passphrase); err != nil || who.Name != "Dr Vera Test" {
			t.Errorf("%s: signs in as %+v, %v", when, who, err)
		}
		must(t, db.CheckTexts(ctx))
		for _, left := range []string{key + ".new", key + ".new.cases"} {
			if _, err := os.Stat(left); err == nil && when != "with files that nobody needs" {
				t.Errorf("%s: %s is left", when, left)
			}
		}
	}
	files := func() (list [3]string) {
		for i, name := range []string{key, key + ".cases", file} {
			b, err := os.ReadFile(name)
			must(t, err)
			list[i] = string(b)
		}
		return list
	}
	put := func(name, content string) {
		_ = os.Remove(name)
		must(t, os.WriteFile(name, []byte(content), 0o600))
	}
	before := files()
	db, err := models.Open(models.Options{File: file, Now: c.Practice.Now, CheapPassphrases: true, OneFactor: true})
	must(t, err)
	must(t, db.Rekey(ctx))
	must(t, db.Close())
	after := files()
	read("after it")
	if before[0] == after[0] || before[1] == after[1] {
		t.Fatal("the keys are the old ones")
	}
	// Under the old master key the practice does not open any more.
	put(key, before[0])
	if db, err := models.Open(models.Options{File: file}); err == nil {
		must(t, db.Close())
		t.Error("the old key opens the practice")
	}
	for when, lie := range map[string]struct {
		database   string
		key, cases string
		next, more string
	}{
		"before the database had it":      {before[2], before[0], before[1], after[0], after[1]},
		"before the keys of the cases":    {before[2], before[0], before[1], after[0], ""},
		"after the database had it":       {after[2], before[0], before[1], after[0], after[1]},
		"between the two files":           {after[2], before[0], after[1], after[0], ""},
		"whole, with nothing left to do":  {after[2], after[0], after[1], "", ""},
		"whole, by an earlier try's file": {after[2], after[0], after[1], before[0], ""},
	} {
		put(file, lie.database)
		put(key, lie.key)
		put(key+".cases", lie.cases)
		for name, content := range map[string]string{key + ".new": lie.next, key + ".new.cases": lie.more} {
			_ = os.Remove(name)
			if content != "" {
				put(name, content)
			}
		}
		if lie.database == before[2] || strings.Contains(when, "earlier") {
			// What waits was never taken: it may lie there, and a new try begins anew.
			db, err := models.Open(models.Options{File: file, Now: c.Practice.Now, CheapPassphrases: true, OneFactor: true})
			must(t, err)
			must(t, db.Rekey(ctx))
			must(t, db.Close())
		}
		read(when)
	}
}

// TestTexts_boundToTheirPlace moves sealed texts in the database: none opens elsewhere.
func TestTexts_boundToTheirPlace(t *testing.T) {
	t.Parallel()
	for name, statement := range map[string]string{
		"another column":   `UPDATE cases SET stake = goal WHERE length(goal) > 0`,
		"another row":      `UPDATE people SET name = (SELECT name FROM people WHERE role = 'client') WHERE role = 'partner'`,
		"another table":    `UPDATE cases SET goal = (SELECT note FROM partner_reports)`,
		"of another case":  `UPDATE people SET case_id = NULL WHERE role = 'partner'`,
		"changed":          `UPDATE cases SET goal = CAST(substr(goal, 1, length(goal) - 8) || x'0000000000000000' AS BLOB)`,
		"a text unsealed":  `UPDATE cases SET goal = CAST('Stay married.' AS BLOB)`,
		"the row renamed":  `UPDATE partner_reports SET id = 'x'`,
		"an older version": `UPDATE cases SET goal = CAST(x'02' || substr(goal, 2) AS BLOB)`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file, c := kept(t)
			raw, err := sql.Open("sqlite", "file:"+file)
			must(t, err)
			_, err = raw.Exec(statement)
			must(t, err)
			must(t, raw.Close())
			db, err := models.Open(models.Options{File: file, Now: c.Practice.Now, CheapPassphrases: true, OneFactor: true})
			must(t, err)
			defer db.Close()
			if err := db.CheckTexts(ctx); err == nil {
				t.Error("every text opens")
			}
		})
	}
}

// TestAllSealed_everyBlob: every column that can hold sealed text is listed, and the other way round.
func TestAllSealed_everyBlob(t *testing.T) {
	t.Parallel()
	file, _ := kept(t)
	raw, err := sql.Open("sqlite", "file:"+file)
	must(t, err)
	defer raw.Close()
	listed := map[string]bool{"practice_keys.wrapped": true, "audit.chain": true,
		"passkeys.credential": true, "passkeys.public_key": true} // no texts
	for _, s := range models.AllSealed() {
		for _, column := range s.Columns {
			listed[s.Table+"."+column] = true
		}
	}
	rows, err := raw.Query(`SELECT m.name || '.' || c.name, c.type FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'`)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var column, kind string
		must(t, rows.Scan(&column, &kind))
		if listed[column] != (kind == "BLOB") {
			t.Errorf("%s is a %s, and listed: %t", column, kind, listed[column])
		}
		delete(listed, column)
	}
	must(t, rows.Err())
	for column := range listed {
		t.Errorf("%s is listed and not in the schema", column)
	}
}

// TestKeepBackups_copiesTheKeys: beside the backups lies a copy of the keys of
// the cases as they are now, and nothing that opens it.
func TestKeepBackups_copiesTheKeys(t *testing.T) {
	t.Parallel()
	p, c := baseline(t)
	folder := filepath.Join(filepath.Dir(p.File), "backups")
	copied, key := filepath.Join(folder, "case-keys"), models.KeyFile(p.File)
	keep := func() string {
		t.Helper()
		stop, cancel := context.WithCancel(ctx)
		done := make(chan struct{})
		before, _ := os.ReadFile(copied)
		go func() { p.KeepBackups(stop, slog.New(slog.DiscardHandler)); close(done) }()
		var text []byte
		for range 1000 {
			text, _ = os.ReadFile(copied)
			if string(text) != string(before) {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		cancel()
		<-done
		return string(text)
	}
	if text, kept := keep(), read(t, key+".cases"); text != kept || !strings.HasPrefix(text, c.CaseID+" ") {
		t.Errorf("beside the backups lies %q", text)
	}
	p.Couple(t, p.Owner, "bob")
	if text := keep(); strings.Count(text, "\n") != 2 {
		t.Errorf("after another case there lies %q", text)
	}
	names, err := os.ReadDir(folder)
	must(t, err)
	master := strings.Fields(read(t, key))
	for _, entry := range names {
		if strings.Contains(read(t, filepath.Join(folder, entry.Name())), master[len(master)-1]) {
			t.Errorf("%s holds the master key", entry.Name())
		}
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	must(t, err)
	return string(text)
}
