package proof

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"enough/models"
	"enough/models/modelstest"
)

// hold reads from a database and does not let go until release is called.
func hold(t *testing.T, file string) (release func()) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+file+"?mode=ro&_pragma=busy_timeout(5000)")
	must(t, err)
	tx, err := db.BeginTx(context.Background(), &sql.TxOptions{ReadOnly: true})
	must(t, err)
	var n int
	must(t, tx.QueryRow(`SELECT count(*) FROM people`).Scan(&n))
	return func() {
		must(t, tx.Rollback())
		must(t, db.Close())
	}
}

// tap notes that it was done, or takes it back, by turns.
func tap(p *modelstest.Practice, c *modelstest.Couple, n int) error {
	ctx, s := context.Background(), models.Submission{ID: fmt.Sprint("tap", n)}
	if n%2 == 0 {
		return p.ForClient().NoteOccurrence(ctx, c.Client, s)
	}
	return p.ForClient().TakeBackOccurrence(ctx, c.Client, s)
}

// TestStuckReader writes while a reader does not let go: the log grows, since
// nothing may be folded that the reader may still ask for. Once it has let go,
// the next writes bring the log back to its size by themselves.
func TestStuckReader(t *testing.T) {
	t.Parallel()
	writes := times(t, "ENOUGH_WRITES", 1500)
	p := modelstest.Open(t)
	c := p.Couple(t, p.Owner, "ada").Start(t)
	p.Clock.Set(p.Week().Add(4).Monday().Time())
	c.Intervene(t)
	release := hold(t, p.File)
	for n := range writes {
		must(t, tap(p, c, n))
	}
	stuck := size(t, p.File+"-wal")
	release()
	for n := range 4 {
		must(t, tap(p, c, writes+n))
	}
	after := size(t, p.File+"-wal")
	const most = 16 << 20
	if after >= most {
		t.Errorf("the log has %d bytes after the reader has gone", after)
	}
	figure(t, "%d writes beside a stuck reader: a log of %.1f MiB, and of %.1f MiB after it has gone", writes, float64(stuck)/(1<<20), float64(after)/(1<<20))
}

func size(t *testing.T, name string) int64 {
	t.Helper()
	info, err := os.Stat(name)
	must(t, err)
	return info.Size()
}

// TestLongReader lets fifty people write at once while somebody reads for as long
// as that takes: nobody is turned away.
func TestLongReader(t *testing.T) {
	t.Parallel()
	p := modelstest.Open(t)
	c := p.Couple(t, p.Owner, "ada")
	defer hold(t, p.File)()
	const people, each = 50, 6
	var all sync.WaitGroup
	var mu sync.Mutex
	var took []time.Duration
	for range people {
		all.Go(func() {
			for range each {
				from := time.Now()
				_, _, err := p.StartSession(context.Background(), c.Client)
				mu.Lock()
				if took = append(took, time.Since(from)); err != nil {
					t.Errorf("somebody is turned away: %v", err)
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	slices.Sort(took)
	figure(t, "%d writes by %d people beside a long reader: none refused; half within %v, 99 of 100 within %v", len(took), people,
		took[len(took)/2].Round(time.Millisecond), took[len(took)*99/100].Round(time.Millisecond))
}
