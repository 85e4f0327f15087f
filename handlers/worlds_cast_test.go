package handlers

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"enough/models"
	"enough/models/modelstest"
)

var ctx = context.Background()

// A copied practice is the bytes of its database, of the master key, and of the
// keys of its cases.
type copied struct{ database, master, cases []byte }

// copyOf copies a practice that nobody writes to.
func copyOf(t testing.TB, file string) (c copied) {
	t.Helper()
	for name, into := range map[string]*[]byte{file: &c.database, models.KeyFile(file): &c.master, models.KeyFile(file) + ".cases": &c.cases} {
		var err error
		*into, err = os.ReadFile(name)
		must(t, err)
	}
	return c
}

// lay puts a copy into a new folder, with its keys beside it, and gives the name
// of the database.
func (c copied) lay(t testing.TB, folder string) (file string) {
	t.Helper()
	must(t, os.Mkdir(folder, 0o700))
	file = filepath.Join(folder, "practice.db")
	must(t, os.WriteFile(file, c.database, 0o600))
	must(t, os.WriteFile(models.KeyFile(file), c.master, 0o400))
	must(t, os.WriteFile(models.KeyFile(file)+".cases", c.cases, 0o600))
	return file
}

// A cast is the people of a practice before anything has happened: two
// therapists, the first with two couples and the second with one.
type cast struct {
	kept             copied
	owner, colleague models.Viewer // the colleague supervises
	couples          []modelstest.Couple
}

var casts struct {
	once sync.Once
	one  cast
}

// theCast gives the cast, which is made once.
func theCast(t testing.TB) *cast {
	t.Helper()
	casts.once.Do(func() { casts.one.meet(t) })
	if casts.one.kept.database == nil {
		t.Fatal("the cast could not be made")
	}
	return &casts.one
}

func (c *cast) meet(t testing.TB) {
	p := modelstest.Open(t)
	sam := p.Therapist(t, "sam")
	c.owner, c.colleague = p.Owner, p.Therapist(t, "zoe")
	for _, one := range []struct {
		therapist models.Viewer
		name      string
	}{{p.Owner, "ada"}, {p.Owner, "eve"}, {sam, "bob"}} {
		couple := *p.Couple(t, one.therapist, one.name)
		couple.Practice = nil
		c.couples = append(c.couples, couple)
	}
	p.SecondFactor(t, p.Owner)
	p.SecondFactor(t, sam)
	p.Passkey(t, p.Owner, testSite)
	sqlExec(t, *poolOf(p.DB, "writer"), `PRAGMA wal_checkpoint(TRUNCATE)`)
	c.kept = copyOf(t, p.File)
}

// A lived practice is a copy of it, the instant at which it was left, and the
// sessions of its people.
type lived struct {
	kept     copied
	now      time.Time
	couples  []modelstest.Couple
	gone     []bool            // whose partner has no way in
	shut     []bool            // whose case is closed
	sessions map[string]string // token by person
}

// live lets a practice live for some weeks.
func live(t testing.TB, dir string, seed uint64, done map[string]int) lived {
	t.Helper()
	c := theCast(t)
	file := c.kept.lay(t, filepath.Join(dir, "life"))
	clock := &modelstest.Clock{}
	clock.Set(modelstest.Monday)
	db, err := models.Open(models.Options{File: file, Now: clock.Now, CheapPassphrases: true, OneFactor: true})
	must(t, err)
	// Nobody waits for the disk: this practice is thrown away.
	sqlExec(t, *poolOf(db, "writer"), `PRAGMA synchronous = OFF`)
	f := newFate(t, rand.New(rand.NewPCG(2026, seed)), &modelstest.Practice{DB: db, File: file, Clock: clock, Owner: c.owner}, c.couples, done)
	weeks := 2 + f.random.IntN(9)
	if f.calm = f.odds(1, 5); f.calm {
		weeks = 12 + f.random.IntN(6)
	}
	fixedRandom(int(seed), func() { f.weeks(weeks) })
	l := lived{now: clock.Now(), sessions: map[string]string{}}
	for _, couple := range f.couples {
		l.couples, l.gone, l.shut = append(l.couples, *couple), append(l.gone, f.gone[couple]), append(l.shut, f.shut[couple])
		for _, v := range []models.Viewer{couple.Therapist, couple.Client, couple.Partner} {
			if v == couple.Partner && f.gone[couple] || v == couple.Client && f.shut[couple] {
				continue
			}
			token, _, err := db.StartSession(ctx, v)
			must(t, err)
			l.sessions[v.PersonID] = token
		}
	}
	must(t, db.Close())
	l.kept = copyOf(t, file)
	return l
}

// fateOf goes on with a life in one world.
func (l lived) fateOf(t *testing.T, p *pair, w *world, random *rand.Rand) *fate {
	f := newFate(t, random, &modelstest.Practice{DB: w.db, File: w.file, Clock: p.clock, Owner: theCast(t).owner}, l.couples, map[string]int{})
	for i, c := range f.couples {
		f.gone[c], f.shut[c] = l.gone[i], l.shut[i]
	}
	f.words = 1000
	return f
}
