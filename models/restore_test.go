package models_test

import (
	"database/sql"
	"errors"
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

// A practice comes back with the keys that are there, and what is wrong with
// them is said. The key of another practice is refused.
func TestRestore_keys(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		before  func(t *testing.T, p *modelstest.Practice)             // the backup
		keys    func(t *testing.T, p *modelstest.Practice, key string) // before the restore
		refused string
		faults  []string
		opens   string
	}{
		{"the right keys", nil, nil, "", nil, "opens every name and text of 1 cases"},
		{"no master key", nil, func(t *testing.T, p *modelstest.Practice, key string) { must(t, os.Remove(key)) }, "", []string{"the master key is not at"}, ""},
		{"another master key", nil, func(t *testing.T, p *modelstest.Practice, key string) {
			must(t, os.Remove(key))
			must(t, seal.WriteFile(key, seal.NewKey()))
		}, "is not the one of this practice", nil, ""},
		{"another master key, and a copy of the keys of the cases", nil, func(t *testing.T, p *modelstest.Practice, key string) {
			must(t, errors.Join(os.Remove(key), os.Rename(key+".cases", filepath.Join(filepath.Dir(key), "case-keys")), seal.WriteFile(key, seal.NewKey())))
		}, "is not the one of this practice", nil, ""},
		{"no keys of the cases", nil, func(t *testing.T, p *modelstest.Practice, key string) { must(t, os.Remove(key+".cases")) }, "",
			[]string{"the keys of 1 of 1 cases are not in"}, ""},
		{"no keys of the cases but their copy beside the backup", nil, func(t *testing.T, p *modelstest.Practice, key string) {
			must(t, os.Rename(key+".cases", filepath.Join(filepath.Dir(key), "case-keys")))
		}, "", nil, "opens every name and text of 1 cases"},
		{"the keys of the cases from before the last one", func(t *testing.T, p *modelstest.Practice) { p.Couple(t, p.Owner, "bob") },
			func(t *testing.T, p *modelstest.Practice, key string) {
				text, err := os.ReadFile(key + ".cases")
				must(t, err)
				must(t, os.WriteFile(key+".cases", text[:strings.Index(string(text), "\n")+1], 0o600))
			}, "", []string{"the keys of 1 of 2 cases are not in"}, ""},
		{"a text that was changed", func(t *testing.T, p *modelstest.Practice) { alter(t, p, `UPDATE cases SET goal = stake`) }, nil, "",
			[]string{"cases.goal: this cannot be opened"}, ""},
		{"an audit that was changed", func(t *testing.T, p *modelstest.Practice) {
			alter(t, p, `DROP TRIGGER audit_keeps_rows; UPDATE audit SET action = 'nothing' WHERE id = 3`)
			alter(t, p, `CREATE TRIGGER audit_keeps_rows BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are append-only'); END`)
		}, nil, "", []string{"audit row 3 is not the one"}, "opens every name"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := served(t)
			if c.before != nil {
				c.before(t, p)
			}
			dir := t.TempDir()
			archive := filepath.Join(dir, "kept")
			_, err := models.BackUp(t.Context(), p.File, archive, nil, p.Now())
			must(t, err)
			key := filepath.Join(dir, "data.key")
			for _, ending := range []string{"", ".cases"} {
				text, err := os.ReadFile(models.KeyFile(p.File) + ending)
				must(t, err)
				must(t, os.WriteFile(key+ending, text, 0o600))
			}
			if c.keys != nil {
				c.keys(t, p, key)
			}
			o := models.Options{File: filepath.Join(dir, "data", "enough.db")}
			before, err := filepath.Glob(filepath.Join(dir, "*"))
			must(t, err)
			r, err := models.Restore(t.Context(), archive, "", o)
			if c.refused != "" {
				if err == nil || !strings.Contains(err.Error(), c.refused) {
					t.Errorf("the error is %v", err)
				}
				if after, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || !slices.Equal(before, after) {
					t.Errorf("there were %v, and are %v", before, after)
				}
				return
			}
			must(t, err)
			if len(r.Faults) != len(c.faults) || len(c.faults) > 0 && !strings.Contains(r.Faults[0].Error(), c.faults[0]) || !strings.Contains(r.String(), c.opens) {
				t.Errorf("faults %v; it says %s", r.Faults, r)
			}
			if len(r.Faults) > 0 {
				return
			}
			db, err := models.Open(o)
			must(t, err)
			defer db.Close()
			head, err := db.VerifyAudit(t.Context(), r.Audit)
			if err != nil || head.Rows != r.Audit.Rows+1 {
				t.Errorf("the audit has %d rows, %v; the backup had %d, and one says that it was restored", head.Rows, err, r.Audit.Rows)
			}
			_, _, err = db.BackUpToday(t.Context())
			must(t, err)
			if names, all := wrong(t, o.File, time.Now()); len(names) > 0 {
				t.Errorf("restored:\n%s", all)
			}
		})
	}
}

// What was cut off from the end of the audit, a check tells by the last backup.
func TestCheck_auditByTheLastBackup(t *testing.T) {
	t.Parallel()
	p := served(t)
	alter(t, p, `DROP TRIGGER audit_keeps_all; DELETE FROM audit WHERE id > 3`)
	alter(t, p, `CREATE TRIGGER audit_keeps_all BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are append-only'); END`)
	if names, all := wrong(t, p.File, time.Now()); fmt.Sprint(names) != "[audit]" || !strings.Contains(all, "audit row 4 is missing") || !strings.Contains(all, "by what 2026-03-02.tar.gz knows") {
		t.Errorf("wrong is %v:\n%s", names, all)
	}
	must(t, os.RemoveAll(filepath.Join(filepath.Dir(p.File), "backups")))
	if names, all := wrong(t, p.File, time.Now()); fmt.Sprint(names) != "[backups]" || !strings.Contains(all, "no backup that can be read here says how many") {
		t.Errorf("without the backup wrong is %v:\n%s", names, all)
	}
}

// A backup outlives what was erased after it. Its key is gone, so that nothing
// of the case can be read, and what is restored does not hold it any more.
func TestRestore_erasedSince(t *testing.T) {
	t.Parallel()
	p := served(t)
	gone := p.Couple(t, p.Owner, "bob")
	archive := filepath.Join(t.TempDir(), "kept")
	_, err := models.BackUp(t.Context(), p.File, archive, nil, p.Now())
	must(t, err)
	must(t, closeCase(p, gone, "close"))
	unswept, err := p.EraseCase(t.Context(), p.Owner, gone.CaseID, models.EraseInput{Name: "bob Client", Submission: sub("erase")})
	must(t, err)
	must(t, unswept)
	o := models.Options{File: filepath.Join(t.TempDir(), "data", "enough.db"), Key: models.KeyFile(p.File), CheapPassphrases: true, OneFactor: true}
	r, err := models.Restore(t.Context(), archive, "", o)
	must(t, err)
	if r.Erased != 1 || len(r.Faults) > 0 || r.Tables["cases"] != 2 || !strings.Contains(r.String(), "opens every name and text of 1 cases") {
		t.Errorf("%d of %d cases are erased again, faults %v: %s", r.Erased, r.Tables["cases"], r.Faults, r)
	}
	raw, err := sql.Open("sqlite", o.File)
	must(t, err)
	defer raw.Close()
	var people int
	must(t, raw.QueryRow(`SELECT count(*) FROM people`).Scan(&people))
	if people != 3 {
		t.Errorf("%d people, wanted the owner and one couple", people)
	}
	db, err := models.Open(o)
	must(t, err)
	defer db.Close()
	list, err := db.Cases(t.Context(), p.Owner)
	if err != nil || len(list) != 1 || list[0].ID == gone.CaseID {
		t.Errorf("cases: %v, %v", list, err)
	}
	if _, err := db.VerifyAudit(t.Context(), r.Audit); err != nil {
		t.Error(err)
	}
}
