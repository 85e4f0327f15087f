package proof

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"enough/models"
)

// A damage spoils a practice: its database, the log beside it, or its keys.
type damage struct {
	name string
	does func(t testing.TB, r *rand.Rand, file string)
}

func flip(end string, bytes int) func(testing.TB, *rand.Rand, string) {
	return func(t testing.TB, r *rand.Rand, file string) {
		change(t, file+end, func(b []byte) []byte {
			for range bytes {
				b[r.IntN(len(b))] ^= byte(1 + r.IntN(255))
			}
			return b
		})
	}
}

func change(t testing.TB, file string, with func([]byte) []byte) {
	t.Helper()
	b, err := os.ReadFile(file)
	must(t, err)
	must(t, os.Chmod(file, 0o600))
	must(t, os.WriteFile(file, with(b), 0o600))
}

func cut(end string) func(testing.TB, *rand.Rand, string) {
	return func(t testing.TB, r *rand.Rand, file string) {
		change(t, file+end, func(b []byte) []byte { return b[:r.IntN(len(b))] })
	}
}

// damages are chosen from at random. Beside the database file lies the log of a
// program that was killed; other is a log of another day.
func damages(other []byte) []damage {
	keys := func(does func(testing.TB, *rand.Rand, string)) func(testing.TB, *rand.Rand, string) {
		return func(t testing.TB, r *rand.Rand, file string) { does(t, r, filepath.Dir(file)) }
	}
	return []damage{
		{"1 byte", flip("", 1)}, {"40 bytes", flip("", 40)}, {"4,096 bytes", flip("", 4096)},
		{"1 byte of the head", func(t testing.TB, r *rand.Rand, file string) {
			change(t, file, func(b []byte) []byte { b[r.IntN(100)] ^= byte(1 + r.IntN(255)); return b })
		}},
		{"one page", func(t testing.TB, r *rand.Rand, file string) {
			change(t, file, func(b []byte) []byte { clear(b[4096*r.IntN(len(b)/4096):][:4096]); return b })
		}},
		{"1 byte of the log", flip("-wal", 1)}, {"40 bytes of the log", flip("-wal", 40)}, {"4,096 bytes of the log", flip("-wal", 4096)},
		{"cut off", cut("")}, {"its log cut off", cut("-wal")},
		{"both cut off", func(t testing.TB, r *rand.Rand, file string) { cut("")(t, r, file); cut("-wal")(t, r, file) }},
		{"nothing left", func(t testing.TB, _ *rand.Rand, file string) { must(t, os.Truncate(file, 0)) }},
		{"not there", func(t testing.TB, _ *rand.Rand, file string) { must(t, os.Remove(file)) }},
		{"the log of another day", func(t testing.TB, _ *rand.Rand, file string) { must(t, os.WriteFile(file+"-wal", other, 0o600)) }},
		{"a newer schema", func(t testing.TB, _ *rand.Rand, file string) {
			alter(t, file, `PRAGMA user_version = 1000`)
		}},
		{"an index too few", func(t testing.TB, _ *rand.Rand, file string) { alter(t, file, `DROP INDEX audit_case`) }},
		{"another key", keys(flip(".key", 1))}, {"no key", func(t testing.TB, _ *rand.Rand, file string) { must(t, os.Remove(filepath.Dir(file)+".key")) }},
		{"the keys of the cases", keys(flip(".key.cases", 3))},
	}
}

func alter(t testing.TB, file, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+file)
	must(t, err)
	_, err = db.Exec(statement)
	must(t, err)
	must(t, db.Close())
}

// TestDamage begins with practices that were damaged at random: each is found
// sound, or refused in one clear sentence and left as it is.
func TestDamage(t *testing.T) {
	rounds, seed := times(t, "ENOUGH_DAMAGES", 100), rand.Uint64()
	begun, refused, fewer := spoilt(t, t, rounds, seed, func(file string) error {
		db, err := models.Open(models.Options{File: file, CheapPassphrases: true, OneFactor: true})
		if err == nil {
			err = db.Close()
		}
		return err
	})
	figure(t, "%d damages: %d were begun with and sound, %d refused in one sentence and left as they were; seed %d", rounds, begun, refused, seed)
	figure(t, "begun with and without the last writes, which cannot be told from a write that was broken off: %v", fewer)
}

// TestDamage_control begins with anything: the same damages find it out.
func TestDamage_control(t *testing.T) {
	seen := &witness{TB: t}
	spoilt(t, seen, 40, 1, func(string) error { return nil })
	if seen.errors.Load() == 0 {
		t.Error("a program that begins with anything passes")
	}
	figure(t, "a program that begins with anything: %d of 40 found out", seen.errors.Load())
}

// spoilt damages a practice in each round and has it begun with.
func spoilt(t *testing.T, seen testing.TB, rounds int, seed uint64, begin func(file string) error) (begun, refused int, fewer map[string]int) {
	t.Helper()
	fewer = map[string]int{}
	p := thePractice(t).lay(t, filepath.Join(t.TempDir(), "data"))
	killedAt := func(to string, acts int) {
		program := newProgram(t, built, p.dir)
		c := newCrowd(seen, p, program.addr)
		c.lane("owner", owner(p.owner, p.guessed))
		program.env = []string{"ENOUGH_BACKUPS=none"}
		program.start(t)
		c.let(running)
		for c.sum() < acts && !t.Failed() {
			time.Sleep(time.Millisecond)
		}
		c.let(halted)
		program.kill()
		copyPractice(t, p.dir, to)
	}
	other, sample := filepath.Join(t.TempDir(), "other"), filepath.Join(t.TempDir(), "data")
	killedAt(other, 20)
	killedAt(sample, 40)
	log, err := os.ReadFile(filepath.Join(other, "enough.db-wal"))
	must(t, err)
	var whole int
	look(t, filepath.Join(sample, "enough.db"), func(db *sql.DB) { whole = ask(t, db, `SELECT count(*) FROM audit`) })
	r, list, root := rand.New(rand.NewPCG(seed, 0)), damages(log), t.TempDir()
	for i := range rounds {
		d, dir := list[r.IntN(len(list))], filepath.Join(root, "p")
		if i < len(list) {
			d = list[i]
		}
		copyPractice(t, sample, dir)
		file := filepath.Join(dir, "enough.db")
		_ = os.Remove(file + "-shm")
		d.does(t, r, file)
		before := kept(file)
		err := begin(file)
		switch {
		case err == nil:
			begun++
			wrong, rows := soundly(file)
			if rows < whole {
				fewer[d.name]++
			}
			if wrong != "" {
				seen.Errorf("round %d of seed %d, %s: it is begun with, and %s", i, seed, d.name, wrong)
			}
		default:
			refused++
			if said := err.Error(); strings.Contains(said, "\n") || len(said) < 40 || !strings.Contains(said, "restore") && !strings.Contains(said, "newer program") && !strings.Contains(said, "put it back") && !strings.Contains(said, "put back") {
				seen.Errorf("round %d of seed %d, %s: it says %q", i, seed, d.name, said)
			}
			if kept(file) != before {
				seen.Errorf("round %d of seed %d, %s: it is refused, and was written to: %v", i, seed, d.name, err)
			}
		}
		must(t, os.RemoveAll(dir))
	}
	return begun, refused, fewer
}

// kept is what lies in a practice, without the index of its log, which is made
// anew by whoever looks.
func kept(file string) string {
	var b strings.Builder
	for _, name := range []string{file, file + "-wal", filepath.Dir(file) + ".key", filepath.Dir(file) + ".key.cases"} {
		text, err := os.ReadFile(name)
		fmt.Fprintf(&b, "%s %v %x\n", name, err != nil, text)
	}
	return b.String()
}

// soundly says what is wrong with a practice that was begun with, and counts the
// rows of its trail.
func soundly(file string) (wrong string, rows int) {
	db, err := sql.Open("sqlite", "file:"+file+"?mode=ro")
	if err != nil {
		return err.Error(), 0
	}
	defer db.Close()
	if err := db.QueryRow(`PRAGMA integrity_check(1)`).Scan(&wrong); err != nil {
		return err.Error(), 0
	}
	if err := db.QueryRow(`SELECT count(*) FROM audit`).Scan(&rows); err != nil {
		return err.Error(), 0
	}
	return strings.TrimPrefix(wrong, "ok"), rows
}
