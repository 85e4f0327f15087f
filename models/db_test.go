package models

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"modernc.org/sqlite"
)

// testNow is the instant of these tests: noon of a Monday.
func testNow() time.Time { return time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC) }

func openTest(t *testing.T) (*DB, string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "enough.db")
	return openFile(t, file), file
}

func openFile(t *testing.T, file string) *DB {
	t.Helper()
	db, err := Open(Options{File: file, Now: testNow, CheapPassphrases: true, OneFactor: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func TestOpen_everyConnectionIsSet(t *testing.T) {
	t.Parallel()
	db, _ := openTest(t)
	ctx := context.Background()
	want := map[string]string{"synchronous": "2", "journal_mode": "wal", "foreign_keys": "1", "secure_delete": "1",
		"trusted_schema": "0", "busy_timeout": "5000", "recursive_triggers": "1"}
	for _, pool := range []struct {
		name      string
		db        *sql.DB
		size      int
		queryOnly string
	}{{"writer", db.writer, 1, "0"}, {"readers", db.readers, 4, "1"}, {"client", db.client, 4, "1"}} {
		if got := pool.db.Stats().MaxOpenConnections; got != pool.size {
			t.Errorf("%s: %d connections, wanted %d", pool.name, got, pool.size)
		}
		want["query_only"] = pool.queryOnly
		for i := range pool.size {
			conn, err := pool.db.Conn(ctx) // held to the end, so that each is another one
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			err = conn.Raw(func(c any) error { return c.(sqlite.AuthorizerRegisterer).RegisterAuthorizer(nil) })
			if err != nil {
				t.Fatal(err)
			}
			for name, value := range want {
				var got string
				if err := conn.QueryRowContext(ctx, "PRAGMA "+name).Scan(&got); err != nil || got != value {
					t.Errorf("%s, connection %d: %s is %q, wanted %q (%v)", pool.name, i, name, got, value, err)
				}
			}
		}
	}
}

func TestOpen_oddFileName(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a b?mode=ro#%20&é")
	if err := PrivateFolder(dir); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "enough?_pragma=x.db")
	openFile(t, file)
	if info, err := os.Stat(file); err != nil || info.Size() == 0 {
		t.Errorf("the database does not lie in its file: %v", err)
	}
}

func TestOpen_filesArePrivate(t *testing.T) {
	t.Parallel()
	db, file := openTest(t)
	if err := noteSomething(db); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{file, file + "-wal", file + "-shm"} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %o, wanted 600", filepath.Base(name), info.Mode().Perm())
		}
	}
}

// noteSomething writes one row.
func noteSomething(db *DB) error {
	return db.write(context.Background(), func(ctx context.Context, t *tx) error {
		return t.audit(ctx, Viewer{PersonID: "p", Role: Therapist}, "something", "", "")
	})
}

func auditRows(t *testing.T, db *DB) (n int) {
	t.Helper()
	if err := db.readers.QueryRow(`SELECT count(*) FROM audit`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestReaders_refuseWrites(t *testing.T) {
	t.Parallel()
	db, _ := openTest(t)
	for name, pool := range map[string]*sql.DB{"readers": db.readers, "client": db.client} {
		for _, statement := range []string{
			`INSERT INTO audit VALUES (1, 'x', 'x', 'x', 'x', '', '', 'done', '', zeroblob(32))`,
			`UPDATE practices SET name = 'x'`, `DELETE FROM people`, `CREATE TABLE x (y)`, `DROP TABLE audit`, `VACUUM`,
		} {
			if _, err := pool.Exec(statement); err == nil {
				t.Errorf("%s took %s", name, statement)
			}
		}
	}
	if n := auditRows(t, db); n != 0 {
		t.Errorf("%d rows were written", n)
	}
}

func TestRead_whileWriting(t *testing.T) {
	t.Parallel()
	db, _ := openTest(t)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	count := func(n *int) func(context.Context, *tx) error {
		return func(ctx context.Context, t *tx) error {
			return t.QueryRowContext(ctx, `SELECT count(*) FROM audit`).Scan(n)
		}
	}
	err := db.write(ctx, func(_ context.Context, w *tx) error {
		if err := w.audit(ctx, Viewer{}, "half way", "", ""); err != nil {
			return err
		}
		n := -1
		if err := db.read(ctx, count(&n)); err != nil || n != 0 {
			t.Errorf("while a write is under way a read sees %d rows, %v; wanted 0", n, err)
		}
		return nil
	})
	n := -1
	if err2 := db.read(ctx, count(&n)); err != nil || err2 != nil || n != 1 {
		t.Errorf("after the write a read sees %d rows, %v, %v; wanted 1", n, err, err2)
	}
}

// More readers than connections ask the same few things at once, first unknown
// and then prepared. Nobody waits for ever, and each has the right answer.
func TestRead_preparesOnce(t *testing.T) {
	t.Parallel()
	db, _ := openTest(t)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	texts := []string{`SELECT $1 + 1`, `SELECT $1 + 2`, `SELECT $1 + 3 FROM (SELECT 1 UNION ALL SELECT 2) ORDER BY 1`}
	done := make(chan error)
	for reader := range 16 {
		go func() {
			done <- func() error {
				for round := range 20 {
					err := db.read(ctx, func(ctx context.Context, t *tx) error {
						for add, text := range texts {
							var n int
							if err := t.QueryRowContext(ctx, text, reader*100+round).Scan(&n); err != nil || n != reader*100+round+add+1 {
								return fmt.Errorf("%s of %d is %d, %v", text, reader*100+round, n, err)
							}
						}
						return nil
					})
					if err != nil {
						return err
					}
				}
				return nil
			}()
		}()
	}
	for range 16 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	for _, text := range texts {
		if db.known.find(asked{db.readers, text}) == nil {
			t.Errorf("%s is read anew each time", text)
		}
	}
	if n := len(db.known.kept); n > len(texts) {
		t.Errorf("%d statements are kept", n)
	}
}

// A reader who has gone, and a text that is none, leave nothing behind.
func TestRead_keepsNoStatementThatFailed(t *testing.T) {
	t.Parallel()
	db, _ := openTest(t)
	ask := func(ctx context.Context, text string, then func()) error {
		return db.read(ctx, func(ctx context.Context, t *tx) error {
			defer then()
			var n int
			return t.QueryRowContext(ctx, text).Scan(&n)
		})
	}
	ctx, cancel := context.WithCancel(context.Background())
	_ = ask(ctx, `SELECT 1`, cancel)
	for range 2 {
		if err := ask(context.Background(), `SELECT nothing`, func() {}); err == nil {
			t.Error("it gives an answer")
		}
	}
	if n := len(db.known.kept); n != 0 {
		t.Errorf("%d statements are kept", n)
	}
	if err := ask(context.Background(), `SELECT 1`, func() {}); err != nil {
		t.Error(err)
	}
}

func TestWrite_errorKeepsNothing(t *testing.T) {
	t.Parallel()
	db, _ := openTest(t)
	cause := errors.New("cause")
	err := db.write(context.Background(), func(ctx context.Context, t *tx) error {
		return errors.Join(t.audit(ctx, Viewer{}, "half way", "", ""), cause)
	})
	if !errors.Is(err, cause) || KindOf(err) != 0 {
		t.Errorf("the error is %v", err)
	}
	if n := auditRows(t, db); n != 0 {
		t.Errorf("%d rows were kept", n)
	}
}

func TestWrite_goesOnWhenTheRequestIsCancelled(t *testing.T) {
	t.Parallel()
	db, _ := openTest(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err := db.write(ctx, func(ctx context.Context, t *tx) error { return t.audit(ctx, Viewer{}, "sent", "", "") })
	if n := auditRows(t, db); err != nil || n != 1 {
		t.Errorf("%d rows were kept, %v; wanted 1", n, err)
	}
}

func TestWrite_unavailableWhileAnotherHoldsTheLock(t *testing.T) {
	t.Parallel()
	db, file := openTest(t)
	ctx := context.Background()
	other, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	conn, err := other.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, `BEGIN IMMEDIATE`); err != nil {
		t.Fatal(err)
	}
	// The one writing connection waits for less than the five seconds that
	// TestOpen_everyConnectionIsSet reads back.
	if _, err := db.writer.Exec(`PRAGMA busy_timeout = 50`); err != nil {
		t.Fatal(err)
	}
	err = noteSomething(db)
	var e *Error
	if !errors.As(err, &e) || e.Kind != Unavailable || !strings.Contains(e.Message, "Not saved") {
		t.Errorf("the error is %v, wanted Unavailable", err)
	}
	if n := auditRows(t, db); n != 0 {
		t.Errorf("%d rows were kept", n)
	}
	if _, err := conn.ExecContext(ctx, `ROLLBACK`); err != nil {
		t.Fatal(err)
	}
	if err := noteSomething(db); err != nil {
		t.Errorf("once the lock is gone: %v", err)
	}
}

func TestWrite_unavailableWithoutRoom(t *testing.T) {
	t.Parallel()
	db, _ := openTest(t)
	var pages int
	if err := db.writer.QueryRow(`PRAGMA page_count`).Scan(&pages); err != nil {
		t.Fatal(err)
	}
	room := func(pages int) {
		// The pragma answers with a row, so it is a query.
		var got int
		if err := db.writer.QueryRow(`PRAGMA max_page_count = ` + digits(&pages)).Scan(&got); err != nil || got != pages {
			t.Fatalf("max_page_count is %d, %v", got, err)
		}
	}
	room(pages)
	long := strings.Repeat("x", 100_000)
	write := func() error {
		return db.write(context.Background(), func(ctx context.Context, t *tx) error {
			return t.audit(ctx, Viewer{}, action(long), "", "")
		})
	}
	if err := write(); KindOf(err) != Unavailable {
		t.Errorf("the error is %v, wanted Unavailable", err)
	}
	if n := auditRows(t, db); n != 0 {
		t.Errorf("%d rows were kept", n)
	}
	// SQLite has rolled back by itself: what comes after in the same act is not
	// kept on its own, whether the act minds the failure or not.
	for _, minds := range []bool{true, false} {
		err := db.write(context.Background(), func(ctx context.Context, t *tx) error {
			first := t.audit(ctx, Viewer{}, action(long), "", "")
			if second := t.audit(ctx, Viewer{}, "short", "", ""); minds {
				return errors.Join(first, second)
			}
			return nil
		})
		if n := auditRows(t, db); KindOf(err) != Unavailable || n != 0 {
			t.Errorf("minding it %t: the error is %v and %d rows were kept", minds, err, n)
		}
	}
	room(pages + 1000)
	if err := write(); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

// What is found out of a database that has failed is no reason: the write, and
// every one after it, is answered as not saved, whatever sentence came with it.
func TestWrite_unavailableWhateverElseIsSaid(t *testing.T) {
	db, _ := openTest(t)
	garbage := filepath.Join(t.TempDir(), "garbage")
	if err := os.WriteFile(garbage, bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	pool := readOnly(garbage, false)
	defer pool.Close()
	_, failure := pool.Exec(`SELECT count(*) FROM sqlite_schema`)
	if !distrusts(failure) {
		t.Fatalf("garbage is read with %v", failure)
	}
	err := db.write(t.Context(), func(context.Context, *tx) error {
		return errors.Join(failure, conflict("This week’s form is saved."), invalid("on", "Mend this."))
	})
	for what, err := range map[string]error{"the write": err, "one after it": noteSomething(db)} {
		if KindOf(err) != Unavailable {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestDriver_libcIsItsOwn holds go.mod to the C library that the driver was
// made for: the two must move together.
func TestDriver_libcIsItsOwn(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-m", "-json", "modernc.org/sqlite", "modernc.org/libc").Output()
	if err != nil {
		t.Fatal(err)
	}
	versions, files := map[string]string{}, map[string]string{}
	for list := json.NewDecoder(bytes.NewReader(out)); list.More(); {
		var m struct{ Path, Version, GoMod string }
		if err := list.Decode(&m); err != nil {
			t.Fatal(err)
		}
		versions[m.Path], files[m.Path] = m.Version, m.GoMod
	}
	mod, err := os.Open(files["modernc.org/sqlite"])
	if err != nil {
		t.Fatal(err)
	}
	defer mod.Close()
	want := ""
	for lines := bufio.NewScanner(mod); lines.Scan(); {
		fields := strings.Fields(strings.TrimPrefix(strings.TrimSpace(lines.Text()), "require "))
		if len(fields) >= 2 && fields[0] == "modernc.org/libc" {
			want = fields[1]
		}
	}
	if got := versions["modernc.org/libc"]; want == "" || got != want {
		t.Errorf("go.mod has modernc.org/libc %s, modernc.org/sqlite %s was made for %q", got, versions["modernc.org/sqlite"], want)
	}
}
