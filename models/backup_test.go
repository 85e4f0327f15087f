package models

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"filippo.io/age"
)

// backedUp gives a database with a few rows, and a backup of it.
func backedUp(t *testing.T, to Recipients) (db *DB, archive string) {
	t.Helper()
	db, file := openTest(t)
	for _, rows := range rowsSince {
		execTest(t, db.writer, rows)
	}
	archive = filepath.Join(filepath.Dir(file), "kept"+to.ending())
	if _, err := BackUp(t.Context(), file, archive, to, testNow()); err != nil {
		t.Fatal(err)
	}
	return db, archive
}

func execTest(t *testing.T, pool *sql.DB, statements string) {
	t.Helper()
	if _, err := pool.Exec(statements); err != nil {
		t.Fatalf("%s: %v", statements, err)
	}
}

// restoredIn restores into a folder that is not there yet, and gives the file
// and a pool to read it with.
func restoredIn(t *testing.T, archive, identity string) (file string, back *sql.DB) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "back", "enough.db")
	if _, err := Restore(t.Context(), archive, identity, Options{File: file}); err != nil {
		t.Fatal(err)
	}
	back = readOnly(file, false)
	t.Cleanup(func() { back.Close() })
	return file, back
}

// left lists what lies in a folder.
func left(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// rowsDump writes every row of every table but the sessions.
func rowsDump(t *testing.T, pool *sql.DB) string {
	t.Helper()
	tables, err := firstColumn(t.Context(), pool, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'sessions' ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, table := range tables {
		b.WriteString(table + "\n" + dump(t, pool, `SELECT * FROM `+table+` ORDER BY 1, 2`))
	}
	return b.String()
}

func TestBackUp_restoredIsEqual(t *testing.T) {
	t.Parallel()
	db, archive := backedUp(t, nil)
	info, err := os.Stat(archive)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup has mode %v, %v", info.Mode(), err)
	}
	file, back := restoredIn(t, archive, "")
	if got, want := rowsDump(t, back), rowsDump(t, db.writer); got != want {
		t.Errorf("restored:\n%s\nwanted:\n%s", got, want)
	}
	if got, want := dump(t, back, schemaDump), dump(t, db.writer, schemaDump); got != want {
		t.Errorf("restored the schema\n%s\nwanted\n%s", got, want)
	}
	if n := len(dump(t, db.writer, `SELECT token_hash FROM sessions`)); n == 0 {
		t.Error("there was no session to end")
	}
	if got := dump(t, back, `SELECT * FROM sessions`); got != "" {
		t.Errorf("sessions came back to life: %s", got)
	}
	for name, want := range map[string]os.FileMode{"": 0o700, "enough.db": 0o600} {
		if info, err := os.Stat(filepath.Join(filepath.Dir(file), name)); err != nil || info.Mode().Perm() != want {
			t.Errorf("%q has mode %v, wanted %v (%v)", name, info.Mode(), want, err)
		}
	}
	for _, dir := range []string{filepath.Dir(archive), filepath.Dir(file)} {
		for _, name := range left(t, dir) {
			if strings.HasPrefix(name, scratch) {
				t.Errorf("%s was left", name)
			}
		}
	}
}

// A backup is made while a thousand writes run: what was acknowledged before
// it began is in it, whole acts only, and no write waits for it.
func TestBackUp_whileWriting(t *testing.T) {
	t.Parallel()
	db, file := openTest(t)
	const writes = 1000
	var done, longest atomic.Int64
	var beside atomic.Bool
	fault := make(chan error, 1)
	go func() {
		fault <- func() error {
			for range writes {
				began := time.Now()
				err := db.write(t.Context(), func(ctx context.Context, x *tx) error {
					for range 2 {
						if err := x.audit(ctx, Viewer{PersonID: "p", Role: Therapist}, "something", "", ""); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					return err
				}
				if took := int64(time.Since(began)); beside.Load() && took > longest.Load() {
					longest.Store(took)
				}
				done.Add(1)
			}
			return nil
		}()
	}()
	dir, rounds, took, size := t.TempDir(), 0, time.Duration(0), int64(0)
	for ; done.Load() < writes && rounds < 10; rounds++ {
		for at := int64(rounds * writes / 12); done.Load() < at; {
			time.Sleep(time.Millisecond)
		}
		archive := filepath.Join(dir, fmt.Sprint(rounds))
		before, began := done.Load(), time.Now()
		beside.Store(true)
		m, err := BackUp(t.Context(), file, archive, nil, testNow())
		beside.Store(false)
		if err != nil {
			t.Fatal(err)
		}
		took, size = took+time.Since(began), m.Bytes
		_, back := restoredIn(t, archive, "")
		var n int
		must(t, back.QueryRow(`SELECT count(*) FROM audit`).Scan(&n))
		if n < int(2*before) || n%2 != 0 || n != m.Tables["audit"] {
			t.Errorf("%d rows, of which the manifest says %d; %d acts of two had been acknowledged", n, m.Tables["audit"], before)
		}
	}
	if err := <-fault; err != nil {
		t.Fatal(err)
	}
	if rounds < 3 {
		t.Errorf("only %d backups were made meanwhile", rounds)
	}
	t.Logf("%d backups beside %d writes: %v each, %d bytes, the longest write beside one took %v", rounds, writes,
		(took / time.Duration(max(rounds, 1))).Round(time.Millisecond), size, time.Duration(longest.Load()).Round(10*time.Microsecond))
}

// Whoever closes a file of the database that was opened past SQLite lifts all
// locks of this process on it.
func TestBackUp_leavesTheLocks(t *testing.T) {
	t.Parallel()
	db, file := openTest(t)
	if _, err := os.Stat("/proc/locks"); err != nil {
		t.Skip("not run: the system does not list its locks")
	}
	if err := noteSomething(db); err != nil {
		t.Fatal(err)
	}
	locks := func() (n int) {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile("/proc/locks")
		if err != nil {
			t.Fatal(err)
		}
		return strings.Count(string(text), fmt.Sprintf(":%d ", info.Sys().(*syscall.Stat_t).Ino))
	}
	before := locks()
	if before == 0 {
		t.Skip("not run: the system does not list the locks of this process")
	}
	if _, _, err := db.BackUpToday(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after := locks(); after != before {
		t.Errorf("%d locks before the backup, %d after it", before, after)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	if after := locks(); after == before {
		t.Error("this test does not see that a lock was lifted")
	}
}

// identity makes an age identity, its file and its recipient.
func identity(t *testing.T) (file string, to Recipients) {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return identityFile(t, id.String()), Recipients{id.Recipient()}
}

func identityFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "identity")
	if err := os.WriteFile(file, []byte("# an identity\n"+text+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestBackUp_encrypted(t *testing.T) {
	t.Parallel()
	hybrid, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	file, to := identity(t)
	for name, way := range map[string]struct {
		identity string
		to       Recipients
	}{"a recipient": {file, to}, "a hybrid recipient": {identityFile(t, hybrid.String()), Recipients{hybrid.Recipient()}}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, archive := backedUp(t, way.to)
			text, err := os.ReadFile(archive)
			if err != nil {
				t.Fatal(err)
			}
			for _, plain := range []string{"SQLite format 3", "CREATE TABLE", "sha256", databaseName, manifestName, "\x1f\x8b"} {
				if bytes.Contains(text[:min(len(text), 1<<20)], []byte(plain)) && len(plain) > 4 {
					t.Errorf("%q can be read in it", plain)
				}
			}
			if n := bytes.Count(text[:bytes.Index(text, []byte("\n---"))], []byte("\n-> ")); n != 2 {
				t.Errorf("it is written to %d, wanted the recipient and the one who is forgotten", n)
			}
			_, back := restoredIn(t, archive, way.identity)
			if got, want := rowsDump(t, back), rowsDump(t, db.writer); got != want {
				t.Errorf("restored:\n%s\nwanted:\n%s", got, want)
			}
		})
	}
}

func TestReadRecipients(t *testing.T) {
	t.Parallel()
	_, one := identity(t)
	_, two := identity(t)
	text := func(to Recipients) string { return fmt.Sprint(to[0]) }
	list := filepath.Join(t.TempDir(), "list")
	if err := os.WriteFile(list, []byte("# who may\n\n"+text(two)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, text, file, says string
		n                      int
	}{
		{"none", " \n", "", "", 0},
		{"one", text(one), "", "", 1},
		{"a file", "", list, "", 1},
		{"both", text(one), list, "", 2},
		{"a file that is not there", "", list + "x", "there is no file", 0},
		{"a file without any", "", os.DevNull, "begin with age1", 0},
		{"no recipient", "her@example.org", "", "begin with age1", 0},
	} {
		got, err := ReadRecipients(c.text, c.file)
		if len(got) != c.n || (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %d recipients, %v", c.name, len(got), err)
		}
	}
}

func TestBackUp_refuses(t *testing.T) {
	t.Parallel()
	_, archive := backedUp(t, nil)
	dir := filepath.Dir(archive)
	database := filepath.Join(dir, "enough.db")
	before := strings.Join(left(t, dir), " ")
	for _, c := range []struct{ name, file, archive, says string }{
		{"a file that is there", database, archive, "already: name another one"},
		{"a folder that is not there", database, filepath.Join(dir, "nowhere", "b"), "there is no folder " + filepath.Join(dir, "nowhere")},
		{"no practice", filepath.Join(dir, "no", "enough.db"), filepath.Join(dir, "b"), "there is no practice in " + filepath.Join(dir, "no")},
		{"what is no database", archive, filepath.Join(dir, "b"), "not a database"},
	} {
		if _, err := BackUp(t.Context(), c.file, c.archive, nil, testNow()); err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, wanted one sentence with %q", c.name, err, c.says)
		}
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := BackUp(stopped, database, filepath.Join(dir, "b"), nil, testNow()); err == nil {
		t.Error("it was stopped, and made")
	}
	if after := strings.Join(left(t, dir), " "); after != before {
		t.Errorf("left is %s, was %s", after, before)
	}
}

func TestBackUp_copyMustBeSound(t *testing.T) {
	t.Parallel()
	for what, damage := range map[string][2]string{
		"rows that name nobody":  {`PRAGMA foreign_keys = 0; DELETE FROM people WHERE id = 't'; PRAGMA foreign_keys = 1`, "name others that are not there"},
		"a row that must not be": {`PRAGMA ignore_check_constraints = 1; UPDATE people SET role = 'nobody'; PRAGMA ignore_check_constraints = 0`, "CHECK constraint failed in people"},
	} {
		db, archive := backedUp(t, nil)
		execTest(t, db.writer, damage[0])
		if _, err := BackUp(t.Context(), db.file, archive+"2", nil, testNow()); err == nil || !strings.Contains(err.Error(), damage[1]) {
			t.Errorf("%s: %v", what, err)
		}
		if _, err := os.Stat(archive + "2"); err == nil {
			t.Errorf("%s: the backup was kept", what)
		}
	}
}

// rewrite takes an archive apart and puts it together again after a change.
func rewrite(t *testing.T, archive string, change func(m *Manifest, database *[]byte)) []byte {
	t.Helper()
	f, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var database bytes.Buffer
	m, err := unpack(f, nil, &database)
	if err != nil {
		t.Fatal(err)
	}
	content := database.Bytes()
	change(&m, &content)
	part := filepath.Join(t.TempDir(), "part")
	if err := os.WriteFile(part, content, 0o600); err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer
	if err := pack(&again, m, part, nil); err != nil {
		t.Fatal(err)
	}
	return again.Bytes()
}

// tarOf writes an archive of files, by name and content.
func tarOf(t *testing.T, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	w := tar.NewWriter(zip)
	for i := 0; i < len(files); i += 2 {
		if err := w.WriteHeader(&tar.Header{Name: files[i], Size: int64(len(files[i+1])), Mode: 0o600}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, files[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A backup that is damaged, of somebody else, or put together from two is
// refused in one sentence, and nothing is left where it should have gone.
func TestRestore_refuses(t *testing.T) {
	t.Parallel()
	mine, to := identity(t)
	other, _ := identity(t)
	_, archive := backedUp(t, nil)
	_, encrypted := backedUp(t, to)
	plain, err := os.ReadFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	cipher, err := os.ReadFile(encrypted)
	if err != nil {
		t.Fatal(err)
	}
	resum := func(m *Manifest, content []byte) {
		part := filepath.Join(t.TempDir(), "part")
		if err := os.WriteFile(part, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if m.SHA256, m.Bytes, err = sum(part); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name, identity, says string
		content              []byte
	}{
		{"nothing", "", "ends too early", nil},
		{"a text", "", "not a backup", []byte("week,phase,score\n1,A,6\n")},
		{"half of it", "", "ends too early", plain[:len(plain)/2]},
		{"all but a byte", "", "ends too early", plain[:len(plain)-1]},
		{"a byte too many", "", "ends too early", append(plain[:len(plain):len(plain)], 'x')},
		{"twice", "", "something follows its end", append(plain[:len(plain):len(plain)], plain...)},
		{"encrypted, no identity", "", "name the file with its identity", cipher},
		{"encrypted, another identity", other, "this identity does not open it", cipher},
		{"half of it, encrypted", mine, "damaged", cipher[:len(cipher)/2]},
		{"all but a byte, encrypted", mine, "damaged", cipher[:len(cipher)-1]},
		{"an identity that is none", archive, "holds no age identity", cipher},
		{"a manifest alone", "", "ends too early", tarOf(t, manifestName, "{}")},
		{"no manifest", "", "manifest.json is missing", tarOf(t, databaseName, "x")},
		{"a manifest that is none", "", "its manifest", tarOf(t, manifestName, "x", databaseName, "x")},
		{"a manifest without end", "", "too long", tarOf(t, manifestName, strings.Repeat(" ", manifestLimit+1))},
		{"another database", "", "not the one that its manifest describes", rewrite(t, archive, func(_ *Manifest, content *[]byte) {
			*content = append((*content)[:len(*content):len(*content)], make([]byte, 4096)...)[4096:]
		})},
		{"fewer rows than it says", "", "number of rows of checkins", rewrite(t, archive, func(m *Manifest, _ *[]byte) { m.Tables["checkins"]++ })},
		{"a table that it does not name", "", "number of rows of people", rewrite(t, archive, func(m *Manifest, _ *[]byte) { delete(m.Tables, "people") })},
		{"a table too many", "", "number of tables", rewrite(t, archive, func(m *Manifest, _ *[]byte) { m.Tables["more"] = 1 })},
		{"another schema", "", "the schema", rewrite(t, archive, func(m *Manifest, _ *[]byte) { m.Schema-- })},
		{"another end of the audit", "", "the end of the audit", rewrite(t, archive, func(m *Manifest, _ *[]byte) { m.Audit.Chain = "another" })},
		{"a newer schema", "", "use a newer program", rewrite(t, archive, func(m *Manifest, content *[]byte) {
			m.Schema = 9999
			(*content)[62], (*content)[63] = 0x27, 0x0f // where SQLite keeps it
			resum(m, *content)
		})},
		{"the database of another program", "", "its tables are not those of schema", rewrite(t, archive, func(m *Manifest, content *[]byte) {
			part := filepath.Join(t.TempDir(), "part")
			must(t, os.WriteFile(part, *content, 0o600))
			pool := openPool(part, 1, nil)
			execTest(t, pool, `ALTER TABLE candidates ADD COLUMN more TEXT`)
			must(t, pool.Close())
			*content, err = os.ReadFile(part)
			must(t, err)
			resum(m, *content)
		})},
		{"a damaged page", "", "the database is damaged", rewrite(t, archive, func(m *Manifest, content *[]byte) {
			for i := range 40 {
				(*content)[4096*5+i] ^= 0x55
			}
			resum(m, *content)
		})},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			name := filepath.Join(dir, "archive")
			if err := os.WriteFile(name, c.content, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Restore(t.Context(), name, c.identity, Options{File: filepath.Join(dir, "back", "enough.db")})
			if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") {
				t.Errorf("the error is %q, wanted one sentence with %q", err, c.says)
			}
			if names := left(t, dir); len(names) != 1 {
				t.Errorf("left: %v", names)
			}
		})
	}
	if _, err := Restore(t.Context(), archive+"x", "", Options{File: filepath.Join(t.TempDir(), "enough.db")}); err == nil || !strings.Contains(err.Error(), "there is no file") {
		t.Errorf("a backup that is not there: %v", err)
	}
}

// flips is how many bytes are changed, one at a time, in each kind of archive.
const flips = 150

// Any byte of a backup may have changed on its disk. Either it is refused and
// leaves nothing, or, where the byte says nothing, what comes back is equal.
func TestRestore_anyByteChanged(t *testing.T) {
	t.Parallel()
	mine, to := identity(t)
	for name, way := range map[string]struct {
		identity string
		to       Recipients
	}{"plain": {"", nil}, "encrypted": {mine, to}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, archive := backedUp(t, way.to)
			want := rowsDump(t, db.writer)
			whole, err := os.ReadFile(archive)
			if err != nil {
				t.Fatal(err)
			}
			seed := uint64(1)
			random := rand.New(rand.NewPCG(seed, 0))
			refused, dir := 0, t.TempDir()
			for i := range flips {
				at := random.IntN(len(whole))
				if i < 40 { // where the headers lie
					at = i
				}
				changed := bytes.Clone(whole)
				changed[at] ^= byte(1 + random.IntN(255))
				name := filepath.Join(dir, "archive")
				if err := os.WriteFile(name, changed, 0o600); err != nil {
					t.Fatal(err)
				}
				file := filepath.Join(dir, "back", "enough.db")
				if _, err := Restore(t.Context(), name, way.identity, Options{File: file}); err != nil {
					refused++
				} else {
					pool := readOnly(file, false)
					if got := rowsDump(t, pool); got != want {
						t.Errorf("seed %d: with byte %d of %d changed another practice came back", seed, at, len(whole))
					}
					if err := pool.Close(); err != nil {
						t.Error(err)
					}
					must(t, os.RemoveAll(filepath.Dir(file)))
				}
				if names := left(t, dir); len(names) != 1 {
					t.Fatalf("byte %d: left is %v", at, names)
				}
			}
			t.Logf("%d single bytes changed: %d refused, %d without effect, 0 wrong", flips, refused, flips-refused)
			if refused < flips*9/10 {
				t.Errorf("only %d of %d were refused", refused, flips)
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestRestore_onlyIntoAnEmptyPlace(t *testing.T) {
	t.Parallel()
	_, archive := backedUp(t, nil)
	for _, c := range []struct {
		name  string
		there []string
		taken bool
	}{
		{"an empty folder", nil, true},
		{"backups", []string{"backups/2026-03-02.tar.gz"}, true},
		{"what a killed program left", []string{scratch + "1/enough.db"}, true},
		{"a database", []string{"enough.db"}, false},
		{"the log of another database", []string{"enough.db-wal"}, false},
		{"anything", []string{"notes.txt"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for _, name := range c.there {
				must(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700))
				must(t, os.WriteFile(filepath.Join(dir, name), []byte("mine"), 0o600))
			}
			before := strings.Join(left(t, dir), " ")
			_, err := Restore(t.Context(), archive, "", Options{File: filepath.Join(dir, "enough.db")})
			if (err == nil) != c.taken {
				t.Errorf("the error is %v", err)
			}
			if !c.taken && (!strings.Contains(err.Error(), "is not empty, it holds "+c.there[0]) || strings.Join(left(t, dir), " ") != before) {
				t.Errorf("the error is %v, left is %v", err, left(t, dir))
			}
			for _, name := range c.there {
				if text, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(text) != "mine" {
					t.Errorf("%s holds %q, %v", name, text, err)
				}
			}
		})
	}
}

func TestRestore_olderSchema(t *testing.T) {
	t.Parallel()
	all := steps(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "enough.db")
	old := openAt(t, file, all[:2])
	execTest(t, old.writer, rowsSince[0])
	must(t, old.Close())
	if _, err := BackUp(t.Context(), file, filepath.Join(dir, "old"), nil, testNow()); err != nil {
		t.Fatal(err)
	}
	back, pool := restoredIn(t, filepath.Join(dir, "old"), "")
	if names := left(t, filepath.Dir(back)); len(names) != 1 {
		t.Errorf("left: %v", names)
	}
	fresh, _ := openTest(t)
	if got, want := dump(t, pool, schemaDump), dump(t, fresh.writer, schemaDump); got != want {
		t.Errorf("the schema is\n%s\nwanted\n%s", got, want)
	}
}

func TestBackUpToday_keeps35Days(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	now := testNow()
	clock := func() time.Time { return now }
	db, err := Open(Options{File: filepath.Join(dir, "enough.db"), Now: clock})
	must(t, err)
	defer db.Close()
	kept := defaultBackups(db.file)
	must(t, PrivateFolder(kept))
	foreign := []string{"2020-01-01.txt", "notes", "2020-01-01.tar.gz.age.old"}
	for _, name := range append(foreign, "2020-01-01.tar.gz", "2020-01-01.tar.gz.age", "2020-01-01T120000Z-schema3.tar.gz", "2999-01-01.tar.gz") {
		must(t, os.WriteFile(filepath.Join(kept, name), nil, 0o600))
	}
	for day := range 40 {
		name := filepath.Join(kept, now.AddDate(0, 0, day).Format(time.DateOnly)+archiveEnding)
		if day > 1 && day < 38 { // to make each would take the test its time
			must(t, os.WriteFile(name, nil, 0o600))
			continue
		}
		now := now.AddDate(0, 0, day)
		db.now = func() time.Time { return now }
		made, m, err := db.BackUpToday(t.Context())
		if err != nil || made != name || m.Bytes == 0 {
			t.Fatalf("day %d: %s, %v", day, made, err)
		}
		if again, _, err := db.BackUpToday(t.Context()); again != "" || err != nil {
			t.Errorf("day %d, later: %s, %v", day, again, err)
		}
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v, %v", info.Mode(), err)
		}
	}
	list := listBackups(kept)
	first, last := list[0].day, list[len(list)-2].day
	if want := now.AddDate(0, 0, 5).Format(time.DateOnly); len(list) != 36 || first != want || last != now.AddDate(0, 0, 39).Format(time.DateOnly) {
		t.Errorf("%d are left, from %s to %s; wanted 35 from %s, and the one of a day to come", len(list), first, last, want)
	}
	for _, name := range foreign {
		if _, err := os.Stat(filepath.Join(kept, name)); err != nil {
			t.Errorf("%s was taken away: %v", name, err)
		}
	}
}

// A backup that fails takes none away, and says so in one line.
func TestKeepBackups_saysWhatFails(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, level, says string
		broken            bool
	}{{"made", "INFO", "backup kept", false}, {"failed", "ERROR", "backup failed", true}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			_, to := identity(t)
			db, err := Open(Options{File: filepath.Join(dir, "enough.db"), Now: testNow, Backups: Backups{Dir: filepath.Join(dir, "elsewhere"), To: to}})
			must(t, err)
			defer db.Close()
			if c.broken {
				must(t, os.WriteFile(filepath.Join(dir, "elsewhere"), nil, 0o600))
			}
			ctx, cancel := context.WithCancel(t.Context())
			said := make(chan string, 10)
			done := make(chan bool)
			go func() { db.KeepBackups(ctx, slog.New(slog.NewTextHandler(lines(said), nil))); close(done) }()
			select {
			case line := <-said:
				if !strings.Contains(line, "level="+c.level) || !strings.Contains(line, c.says) {
					t.Errorf("it says %s", line)
				}
			case <-time.After(20 * time.Second):
				t.Error("it says nothing")
			}
			cancel()
			<-done
			if len(said) > 0 {
				t.Errorf("and it says %s", <-said)
			}
			if list := listBackups(filepath.Join(dir, "elsewhere")); len(list) == 1 == c.broken || len(list) == 1 && list[0].name != "2026-03-02.tar.gz.age" {
				t.Errorf("kept: %v", list)
			}
		})
	}
}

// lines sends each line that is logged.
type lines chan string

func (l lines) Write(b []byte) (int, error) { l <- string(b); return len(b), nil }

func TestSweep_takesAwayWhatIsOld(t *testing.T) {
	t.Parallel()
	db, archive := backedUp(t, nil)
	dir := filepath.Dir(db.file)
	for name, age := range map[string]time.Duration{"old": 25 * time.Hour, "running": time.Hour} {
		must(t, os.WriteFile(filepath.Join(dir, scratch+name), nil, 0o600))
		must(t, os.Chtimes(filepath.Join(dir, scratch+name), time.Time{}, time.Now().Add(-age)))
	}
	_, err := BackUp(t.Context(), db.file, archive+"2", nil, testNow())
	must(t, err)
	_, old := os.Stat(filepath.Join(dir, scratch+"old"))
	_, running := os.Stat(filepath.Join(dir, scratch+"running"))
	if old == nil || running != nil {
		t.Errorf("the old one: %v; the one of an hour ago: %v", old, running)
	}
}

func TestManifest_isPlain(t *testing.T) {
	t.Parallel()
	_, archive := backedUp(t, nil)
	f, err := os.Open(archive)
	must(t, err)
	defer f.Close()
	m, err := unpack(f, nil, io.Discard)
	must(t, err)
	text, err := json.Marshal(m)
	must(t, err)
	if m.MadeAt != "2026-03-02T12:00:00.000Z" || m.Tables["cases"] != 1 || m.Schema != len(steps(t)) || m.Audit.Rows != 1 || len(m.SHA256) != 64 || m.Program != Version() {
		t.Errorf("the manifest is %s", text)
	}
}
