package models_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"enough/models"
	"enough/models/modelstest"
)

// texted gives a practice with two couples whose every form has texts.
func texted(t testing.TB) (p *modelstest.Practice, c, other *modelstest.Couple) {
	p = modelstest.Open(t)
	c, other = p.Couple(t, p.Owner, "ann").Start(t), p.Couple(t, p.Owner, "eve").Start(t)
	on(p, week5)
	for _, k := range []*modelstest.Couple{c, other} {
		k.Intervene(t)
		must(t, p.ExcuseWeek(ctx, p.Owner, k.CaseID, week7, "A holiday of theirs."))
		must(t, p.PausePartner(ctx, p.Owner, k.CaseID, true, "Agreed by telephone."))
		must(t, p.PausePartner(ctx, p.Owner, k.CaseID, false, ""))
		raiseFlag(t, p, k, "threat")
	}
	p.Sunday()
	for _, k := range []*modelstest.Couple{c, other} {
		in, r := checkin(week5), report(week5)
		in.Submission, r.Submission = sub("in"), sub("r")
		in.Note, r.Note = "What he wrote of it, "+k.CaseID[:9], "What she wrote of it, "+k.CaseID[:9]
		k.CheckIn(t, in)
		k.Report(t, r)
		in.Note, in.Version, r.Note, r.Version = in.Note+" and then", "1", r.Note+" and then", "1"
		k.CheckIn(t, in)
		k.Report(t, r)
		propose(t, p, k, "conflict."+week5)
		_, version, err := p.Proposals(ctx, p.Owner, k.CaseID)
		must(t, err)
		_, err = p.Publish(ctx, p.Owner, k.CaseID, models.PublishInput{Keys: []string{"conflict." + week5}, Words: "Words for both.", Version: version})
		must(t, err)
		d := decision(t, p, k)
		d.ClientText, d.PartnerText, d.Because = "To the client.", "To the partner.", "A reason."
		must(t, p.Decide(ctx, p.Owner, k.Experiment, d))
		closeFlag(t, p, k, "R4")
	}
	return p, c, other
}

// asItLies opens the database file itself, whose texts are sealed.
func asItLies(t testing.TB, p *modelstest.Practice) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: p.File, RawQuery: "_pragma=query_only(1)"}).String())
	must(t, err)
	return db
}

// rowsOf lists, table by table, every row of the database in which one of some
// ids stands.
func rowsOf(t testing.TB, p *modelstest.Practice, ids []string) map[string][]string {
	t.Helper()
	db := asItLies(t, p)
	defer db.Close()
	found, tables := map[string][]string{}, ""
	must(t, db.QueryRow(`SELECT group_concat(name) FROM sqlite_schema WHERE type = 'table'`).Scan(&tables))
	for table := range strings.SplitSeq(tables, ",") {
		rows, err := db.Query(`SELECT * FROM ` + table)
		must(t, err)
		columns, err := rows.Columns()
		must(t, err)
		for rows.Next() {
			cells := make([]any, len(columns))
			for i := range cells {
				cells[i] = new(any)
			}
			must(t, rows.Scan(cells...))
			line := ""
			for _, cell := range cells {
				line += fmt.Sprintf("%s|", *cell.(*any))
			}
			if slices.ContainsFunc(ids, func(id string) bool { return strings.Contains(line, id) }) {
				found[table] = append(found[table], line)
			}
		}
		must(t, rows.Err())
		must(t, rows.Close())
	}
	return found
}

func TestEraseCase_nothingIsLeft(t *testing.T) {
	t.Parallel()
	p, c, other := texted(t)
	ids := strings.Split(look(t, p, `SELECT case_id FROM audit WHERE case_id = $1 UNION SELECT client_id FROM cases WHERE id = $1 UNION SELECT partner_id FROM cases WHERE id = $1
		UNION SELECT id FROM experiments WHERE case_id = $1 UNION SELECT id FROM phases WHERE case_id = $1 UNION SELECT id FROM checkins WHERE case_id = $1
		UNION SELECT id FROM partner_reports WHERE case_id = $1 UNION SELECT id FROM decisions WHERE case_id = $1 UNION SELECT id FROM snapshots WHERE case_id = $1`, c.CaseID), ", ")
	others := []string{other.CaseID, other.Client.PersonID, other.Partner.PersonID, other.Experiment}
	signIn(t, p, other.Client)
	must(t, closeCase(p, c, "close"))
	had, kept, trail := rowsOf(t, p, ids), rowsOf(t, p, others), look(t, p, `SELECT count(*) FROM audit`)
	if len(had) < 20 {
		t.Errorf("the case has rows in %d tables alone", len(had))
	}
	// Texts as they lie in the file, whatever way they are kept.
	var texts [][]byte
	raw := asItLies(t, p)
	for _, query := range []string{`SELECT name FROM people WHERE id = '` + c.Partner.PersonID + `'`, `SELECT name FROM people WHERE id = '` + c.Client.PersonID + `'`,
		`SELECT note FROM partner_reports WHERE case_id = '` + c.CaseID + `'`, `SELECT k.was FROM checkin_corrections k JOIN checkins x ON x.id = k.checkin_id WHERE x.case_id = '` + c.CaseID + `'`,
		`SELECT ending FROM cases WHERE id = '` + c.CaseID + `'`, `SELECT skill_note FROM gates WHERE case_id = '` + c.CaseID + `'`} {
		var b []byte
		must(t, raw.QueryRow(query).Scan(&b))
		texts = append(texts, b)
	}
	must(t, raw.Close())
	lying := func() (n int) {
		for _, name := range []string{p.File, p.File + "-wal", p.File + "-shm"} {
			b, err := os.ReadFile(name)
			must(t, err)
			for _, text := range texts[:4] {
				n += bytes.Count(b, text)
			}
		}
		return n
	}
	if lying() < 4 {
		t.Error("the texts are not found in the file to begin with")
	}
	erase := func() error {
		unswept, err := p.EraseCase(ctx, p.Owner, c.CaseID, models.EraseInput{Name: " ANN client", Submission: sub("erase")})
		return errors.Join(unswept, err)
	}
	sendOften(t, p, erase)
	if n := lying(); n != 0 {
		t.Errorf("the texts lie in the file %d times", n)
	}
	left := rowsOf(t, p, ids)
	trailLeft, mine := left["audit"], left["submissions"]
	delete(left, "audit")
	delete(left, "submissions")
	if len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	for _, line := range append(trailLeft, mine...) {
		for _, text := range texts {
			if strings.Contains(line, string(text)) {
				t.Errorf("a text is kept: %s", line)
			}
		}
	}
	wantLook(t, p, fmt.Sprint(len(trailLeft)), `SELECT count(*) FROM audit WHERE case_id = $1 OR object_id IN ($2, $3)`, c.CaseID, c.Client.PersonID, c.Partner.PersonID)
	wantLook(t, p, trail+" case erased", `SELECT count(*) - 1, (SELECT action FROM audit ORDER BY id DESC LIMIT 1) FROM audit`)
	wantLook(t, p, "0", `SELECT count(*) FROM submissions WHERE person_id IN ($1, $2)`, c.Client.PersonID, c.Partner.PersonID)
	if got := rowsOf(t, p, others); fmt.Sprint(got) != fmt.Sprint(kept) {
		t.Error("rows of the other couple have changed")
	}
	keys, err := os.ReadFile(models.KeyFile(p.File) + ".cases")
	if err != nil || !bytes.Contains(keys, []byte("- "+c.CaseID+"\n")) || bytes.Contains(keys, []byte(c.CaseID+" ")) || !bytes.Contains(keys, []byte(other.CaseID+" ")) {
		t.Errorf("the key is kept, or the other couple’s is not: %v", err)
	}
	raw = asItLies(t, p)
	defer raw.Close()
	var whole string
	if err := raw.QueryRow(`PRAGMA integrity_check`).Scan(&whole); err != nil || whole != "ok" {
		t.Errorf("integrity: %s, %v", whole, err)
	}
	if err := raw.QueryRow(`PRAGMA foreign_key_check`).Scan(&whole); !errors.Is(err, sql.ErrNoRows) {
		t.Errorf("foreign keys: %s, %v", whole, err)
	}
}

func TestEraseCase_whoAndWhen(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	erase := func(v models.Viewer, name, id string) error {
		_, err := p.EraseCase(ctx, v, c.CaseID, models.EraseInput{Name: name, Submission: sub(id)})
		return err
	}
	wantConflict(t, erase(p.Owner, "ann Client", "a"), "Close it first")
	must(t, closeCase(p, c, "close"))
	for _, v := range []models.Viewer{p.Therapist(t, "sam"), c.Client, c.Partner, {}} {
		wantKind(t, erase(v, "ann Client", "b"), models.NotFound)
	}
	for _, name := range []string{"", "ann", "ann Partner", "ann Client and"} {
		wantField(t, erase(p.Owner, name, "c"), "name")
	}
	must(t, p.ReopenCase(ctx, p.Owner, c.CaseID, sub("d")))
	wantConflict(t, erase(p.Owner, "ann Client", "e"), "Close it first")
	must(t, closeCase(p, c, "f"))
	must(t, erase(p.Owner, "ann Client", "g"))
	wantKind(t, erase(p.Owner, "ann Client", "h"), models.NotFound)
	wantKind(t, p.ReopenCase(ctx, p.Owner, c.CaseID, sub("i")), models.NotFound)
}

// TestEraseCase_withAReader erases while somebody reads: the case is gone, and
// that its pages are not is said.
func TestEraseCase_withAReader(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	must(t, closeCase(p, c, "close"))
	reader := asItLies(t, p)
	defer reader.Close()
	tx, err := reader.Begin()
	must(t, err)
	var n int
	must(t, tx.QueryRow(`SELECT count(*) FROM cases`).Scan(&n))
	unswept, err := p.EraseCase(ctx, p.Owner, c.CaseID, models.EraseInput{Name: "ann Client", Submission: sub("a")})
	if err != nil || unswept == nil {
		t.Errorf("unswept %v, %v", unswept, err)
	}
	wantLook(t, p, "0", `SELECT count(*) FROM cases`)
	must(t, tx.Rollback())
	// The same form sent again does what is left to do.
	unswept, err = p.EraseCase(ctx, p.Owner, c.CaseID, models.EraseInput{Name: "ann Client", Submission: sub("a")})
	must(t, errors.Join(unswept, err))
	info, err := os.Stat(p.File + "-wal")
	if err != nil || info.Size() != 0 {
		t.Errorf("the log holds %d bytes, %v", info.Size(), err)
	}
}

// TestEraseCase_brokenOff begins anew with the key of an erased case that could
// not be struck out before the program ended.
func TestEraseCase_brokenOff(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	must(t, closeCase(p, c, "close"))
	file := models.KeyFile(p.File) + ".cases"
	before, err := os.ReadFile(file)
	must(t, err)
	_, err = p.EraseCase(ctx, p.Owner, c.CaseID, models.EraseInput{Name: "ann Client", Submission: sub("a")})
	must(t, err)
	must(t, os.WriteFile(file, before, 0o600))
	again, err := models.Open(models.Options{File: p.File, CheapPassphrases: true, OneFactor: true})
	must(t, err)
	must(t, again.Close())
	if after, err := os.ReadFile(file); err != nil || bytes.Contains(after, []byte(c.CaseID+" ")) {
		t.Errorf("the key is there still: %s, %v", after, err)
	}
}

// TestEraseCase_forged says in the file alone that a case was erased: its key
// stays.
func TestEraseCase_forged(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	raw, err := sql.Open("sqlite", p.File)
	must(t, err)
	_, err = raw.Exec(`INSERT INTO audit (at, person_id, role, action, case_id, object_id, result, request_id, chain)
		SELECT at, person_id, role, 'case erased', ?, ?, 'done', '', chain FROM audit ORDER BY id DESC LIMIT 1`, c.CaseID, c.CaseID)
	must(t, err)
	must(t, raw.Close())
	again, err := models.Open(models.Options{File: p.File, CheapPassphrases: true, OneFactor: true})
	must(t, err)
	must(t, again.Close())
	if kept, err := os.ReadFile(models.KeyFile(p.File) + ".cases"); err != nil || !bytes.Contains(kept, []byte(c.CaseID)) {
		t.Errorf("its key is gone (%v)", err)
	}
}

// TestEraseCase_everyTableGoesWithIt holds every table, the ones to come too, to
// go with the row of the case or of a person, or to be named here.
func TestEraseCase_everyTableGoesWithIt(t *testing.T) {
	t.Parallel()
	p := modelstest.Open(t)
	db := asItLies(t, p)
	defer db.Close()
	goes := map[string]bool{"cases": true, "people": true}
	stays := map[string]bool{"practices": true, "practice_keys": true, "submissions": true, "audit": true, "sqlite_sequence": true}
	parents := map[string][]string{}
	rows, err := db.Query(`SELECT m.name, COALESCE(k."table", '') FROM sqlite_schema m LEFT JOIN pragma_foreign_key_list(m.name) k ON k.on_delete = 'CASCADE' WHERE m.type = 'table'`)
	must(t, err)
	for rows.Next() {
		var table, parent string
		must(t, rows.Scan(&table, &parent))
		parents[table] = append(parents[table], parent)
	}
	must(t, rows.Close())
	for range parents {
		for table, list := range parents {
			goes[table] = goes[table] || slices.ContainsFunc(list, func(parent string) bool { return goes[parent] })
		}
	}
	for table := range parents {
		if goes[table] == stays[table] {
			t.Errorf("%s: when a case is erased its rows are left, or it need not be named here", table)
		}
	}
}
