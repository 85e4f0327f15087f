package handlers

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"

	"enough/models"
	"enough/models/modelstest"
)

// A stage is a practice in the middle of its work, kept as the bytes of its
// database. Each test takes copies of its own. Two therapists have a couple
// each; it is the Sunday evening of the last week of the first intervention.
// The first couple's partner has reported every week, the other one has yet to.
// A third couple has written nothing, and the partner's access has ended. The
// case of a fourth, whose therapist is the first one's, is closed; that of a fifth
// was erased. Two colleagues supervise: one the first case, and the fifth until it
// was erased; one the second, and formerly the first. One more works with the first
// case too, and one is the deputy of its therapist: a red flag of it is open.
// One has left.
type stage struct {
	kept           []byte    // the database
	keys           [2][]byte // the master key, and those of the cases
	now            time.Time
	week           models.Week
	couple, other  *modelstest.Couple
	closed, erased *modelstest.Couple
	sessions       map[string]string // token by actor
	extra          string            // what the partner proposed and nobody published
	code           string            // a one-time code or secret
	secret         string            // of the first couple's therapist's authenticator
	device         modelstest.Device // with her passkey
}

var stages struct {
	once sync.Once
	one  *stage
}

// theStage gives the stage, which is lived once.
func theStage(t testing.TB) *stage {
	t.Helper()
	stages.once.Do(func() { stages.one = newStage(t) })
	if stages.one == nil {
		t.Fatal("the stage could not be set")
	}
	return stages.one
}

func newStage(t testing.TB) *stage {
	p := modelstest.Open(t)
	raw := openRaw(t, p.File)
	defer raw.Close()
	one := newLife(t, raw, p.Couple(t, p.Owner, "ada").Start(t))
	two := newLife(t, raw, p.Couple(t, p.Therapist(t, "sam"), "bob").Start(t))
	three := p.Couple(t, two.c.Therapist, "cal").Start(t)
	four, five := p.Couple(t, p.Owner, "dan").Start(t), p.Couple(t, p.Owner, "fay").Start(t)
	for week := 1; week <= 8; week++ {
		one.monday(week)
		two.monday(week)
		p.Sunday()
		one.sunday(week)
		if week == 1 {
			for _, c := range []*modelstest.Couple{four, five} {
				c.CheckIn(t, models.CheckinInput{Tension: "3", Forecast: "3"})
				c.Report(t, models.PartnerReportInput{Tension: "3", Leaving: "2", Safe: "yes", Pushed: "no"})
			}
		}
		if week < 8 {
			two.sunday(week)
			p.NextMonday()
		}
	}
	sue, tim := supervisors(t, p, one.c, two.c, five)
	kim, lea, max := p.Therapist(t, "kim"), p.Therapist(t, "lea"), p.Therapist(t, "max")
	must(t, p.ShareCase(context.Background(), p.Owner, one.c.CaseID, models.ShareInput{Therapist: kim.PersonID}))
	must(t, p.NameDeputy(context.Background(), p.Owner, models.DeputyInput{Person: p.Owner.PersonID, Deputy: lea.PersonID}))
	s := &stage{now: p.Now(), week: p.Week(), couple: one.c, other: two.c, closed: four, erased: five, sessions: map[string]string{}, extra: "conflict." + string(p.Week().Add(-2))}
	s.secret, _ = p.SecondFactor(t, p.Owner)
	s.device = *p.Passkey(t, p.Owner, testSite)
	for actor, v := range map[string]models.Viewer{"therapist": p.Owner, "expired therapist": p.Owner, "other therapist": two.c.Therapist,
		"client": one.c.Client, "expired client": one.c.Client, "other client": two.c.Client, "partner": one.c.Partner, "other partner": two.c.Partner, "partner without access": three.Partner,
		"supervisor": sue, "other supervisor": tim, "sharer": kim, "deputy": lea, "therapist who left": max, "client of a closed case": four.Client, "partner of a closed case": four.Partner} {
		token, _, err := p.StartSession(context.Background(), v)
		must(t, err)
		s.sessions[actor] = token
	}
	for _, c := range []*modelstest.Couple{four, five} {
		must(t, p.CloseCase(context.Background(), p.Owner, c.CaseID, models.CloseInput{On: string(models.DayOf(p.Now(), time.UTC)), Reason: "They have moved away."}))
	}
	unswept, err := p.EraseCase(context.Background(), p.Owner, five.CaseID, models.EraseInput{Name: "fay Client"})
	must(t, errors.Join(unswept, err))
	must(t, p.EndTherapist(context.Background(), p.Owner, max.PersonID, models.Submission{}))
	must(t, p.EndAccess(context.Background(), three.Therapist, three.CaseID, models.Partner, models.Submission{}))
	// A partner has one session at a time; here she has others: one unlocked, one
	// that ended with her form, one that is over.
	hash := func(token string) string { sum := sha256.Sum256([]byte(token)); return hex.EncodeToString(sum[:]) }
	for actor, set := range map[string]string{"partner unlocked": `unlocked_until = '2100-01-01'`, "partner who has sent": `ended_at = created_at`, "expired partner": `expires_at = created_at`} {
		s.sessions[actor] = actor
		sqlExec(t, raw, `INSERT INTO sessions (token_hash, person_id, created_at, expires_at) SELECT ?, person_id, created_at, expires_at FROM sessions WHERE token_hash = ?`, hash(actor), hash(s.sessions["partner"]))
		sqlExec(t, raw, `UPDATE sessions SET `+set+` WHERE token_hash = ?`, hash(actor))
	}
	s.sessions["half therapist"] = "half therapist"
	sqlExec(t, raw, `INSERT INTO sessions (token_hash, person_id, created_at, expires_at) SELECT ?, person_id, created_at, expires_at FROM sessions WHERE token_hash = ?`, hash("half therapist"), hash(s.sessions["therapist"]))
	for _, actor := range []string{"expired client", "expired therapist"} {
		sqlExec(t, raw, `UPDATE sessions SET expires_at = created_at WHERE token_hash = ?`, hash(s.sessions[actor]))
	}
	file := filepath.Join(t.TempDir(), "stage.db")
	sqlExec(t, raw, `VACUUM INTO ?`, file)
	for from, into := range map[string]*[]byte{file: &s.kept, models.KeyFile(p.File): &s.keys[0], models.KeyFile(p.File) + ".cases": &s.keys[1]} {
		var err error
		*into, err = os.ReadFile(from)
		must(t, err)
	}
	return s
}

// supervisors gives two more therapists their grants.
func supervisors(t testing.TB, p *modelstest.Practice, one, two, five *modelstest.Couple) (sue, tim models.Viewer) {
	sue, tim = p.Therapist(t, "sue"), p.Therapist(t, "tim")
	until := string(models.DayOf(p.Now(), time.UTC).Add(28))
	for _, g := range []struct {
		of *modelstest.Couple
		to models.Viewer
	}{{one, sue}, {five, sue}, {two, tim}, {one, tim}} {
		must(t, p.Supervise(context.Background(), g.of.Therapist, g.of.CaseID, models.SuperviseInput{Supervisor: g.to.PersonID, Until: until}))
	}
	grants, _, err := p.Supervisions(context.Background(), p.Owner, one.CaseID)
	must(t, err)
	for _, g := range grants {
		if g.SupervisorID == tim.PersonID {
			must(t, p.EndSupervision(context.Background(), p.Owner, one.CaseID, g.ID, models.Submission{}))
		}
	}
	return sue, tim
}

// A play is one copy of the stage with an app on it.
type play struct {
	*App
	*stage
	t     testing.TB
	clock *modelstest.Clock
	file  string
	raw   *sql.DB
	seen  struct { // by changes
		version, changes int
		rows             string
	}
}

// open gives a copy of the stage.
func (s *stage) open(t testing.TB) *play {
	t.Helper()
	p := s.openIn(t, t.TempDir())
	t.Cleanup(p.close)
	return p
}

// openIn is open in a folder of the caller's, who closes what it gives.
func (s *stage) openIn(t testing.TB, dir string) *play {
	t.Helper()
	one := *s
	one.sessions = maps.Clone(s.sessions)
	p := &play{stage: &one, t: t, clock: &modelstest.Clock{}, file: filepath.Join(dir, "play.db")}
	must(t, os.WriteFile(p.file, s.kept, 0o600))
	key := models.KeyFile(p.file)
	_ = os.Remove(key) // of another play in this folder
	must(t, os.WriteFile(key, s.keys[0], 0o400))
	must(t, os.WriteFile(key+".cases", s.keys[1], 0o600))
	p.clock.Set(s.now)
	db, err := models.Open(models.Options{File: p.file, Now: p.clock.Now, CheapPassphrases: true, OneFactor: true})
	must(t, err)
	p.App, p.raw = newApp(t, db), openRaw(t, p.file)
	return p
}

func (p *play) close() {
	_ = p.raw.Close()
	if err := p.db.Close(); err != nil {
		p.t.Error(err)
	}
	_ = os.Remove(p.file)
}

// as opens the browser of an actor: nobody, or one who has a session.
func (p *play) as(actor string) *browser {
	b := &browser{t: p.t, app: p.App}
	if token := p.sessions[actor]; token != "" {
		b.cookie = p.cookie(token)
	}
	return b
}

// changes is a number that moves whenever the app has committed something else
// than rows of the audit, which keeps refusals too.
func (p *play) changes() int {
	if version := count(p.t, p.raw, `PRAGMA data_version`); version != p.seen.version {
		p.seen.version = version
		if rows := rowsBut(p.t, p.raw, "audit"); rows != p.seen.rows {
			p.seen.rows = rows
			p.seen.changes++
		}
	}
	return p.seen.changes
}

// rowsBut writes every row of all tables but one.
func rowsBut(t testing.TB, db *sql.DB, but string) string {
	t.Helper()
	var tables string
	must(t, db.QueryRow(`SELECT group_concat(name, ' ') FROM sqlite_schema WHERE type = 'table' AND name <> ?`, but).Scan(&tables))
	var b strings.Builder
	for table := range strings.FieldsSeq(tables) {
		rows, err := db.Query(`SELECT * FROM ` + table)
		must(t, err)
		columns, err := rows.Columns()
		must(t, err)
		cells, into := make([]sql.RawBytes, len(columns)), make([]any, len(columns))
		for i := range cells {
			into[i] = &cells[i]
		}
		for rows.Next() {
			must(t, rows.Scan(into...))
			for i, cell := range cells {
				fmt.Fprintf(&b, "%s.%s=%q\n", table, columns[i], cell)
			}
		}
		must(t, rows.Err())
		must(t, rows.Close())
	}
	return b.String()
}

// writer gives the app's one writing connection, to make it full or impatient.
func (p *play) writer() *sql.DB { return *poolOf(p.db, "writer") }

// poolOf gives the place of one of a database's pools of connections: writer,
// readers or client.
func poolOf(db *models.DB, name string) **sql.DB {
	return fieldOf[*sql.DB](db, name)
}

// fieldOf gives the place of a field that is closed to other packages.
func fieldOf[T any](of any, name string) *T {
	return (*T)(unsafe.Pointer(reflect.ValueOf(of).Elem().FieldByName(name).UnsafeAddr()))
}

// openRaw opens one more connection to a database, beside the app's own.
func openRaw(t testing.TB, file string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(5000)")
	must(t, err)
	db.SetMaxOpenConns(1)
	return db
}

func sqlExec(t testing.TB, db *sql.DB, query string, args ...any) {
	t.Helper()
	if _, err := db.Exec(query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// count asks for one number.
func count(t testing.TB, db *sql.DB, query string, args ...any) (n int) {
	t.Helper()
	if err := db.QueryRow(query, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// clientTables are those in which the client's own and what is shared lie.
var clientTables = []string{"practices", "cases", "experiments", "phases", "excused_weeks", "occurrences", "checkins", "snapshots", "snapshot_values", "client_notices", "client_contacts"}

// dump writes every row of the client's tables.
func dump(t testing.TB, db *sql.DB) string {
	t.Helper()
	var b strings.Builder
	for _, table := range clientTables {
		rows, err := db.Query(`SELECT * FROM ` + table + ` ORDER BY 1, 2, 3`)
		must(t, err)
		columns, err := rows.Columns()
		must(t, err)
		for rows.Next() {
			values, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
			for i := range values {
				into[i] = &values[i]
			}
			must(t, rows.Scan(into...))
			for i := range values {
				b.WriteString(table + "." + columns[i] + "=" + values[i].String + "\n")
			}
		}
		must(t, rows.Err())
		must(t, rows.Close())
	}
	return b.String()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
