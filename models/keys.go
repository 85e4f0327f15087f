package models

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"

	"enough/models/seal"
)

// keys are those of the practice. Three kinds, each kept closed by the one
// before it:
//
//   - the master key, in a file outside the data folder;
//   - the practice's own key, wrapped, in the database: names of therapists,
//     sign-in names, the chain of the audit;
//   - one key for each case, wrapped, in a file beside the master key and in no
//     backup: when it is struck out there, what any copy of the database holds
//     of the case cannot be read again.
type keys struct {
	file     string // of the master key
	master   seal.Key
	practice seal.Key
	derived  sync.Map // purpose → seal.Key
	made     bool     // the master key, just now

	mu    sync.Mutex
	cases map[string]seal.Key // no key for a case that was erased
}

// KeyFile is where the master key of a practice lies unless told otherwise:
// beside the folder of its database.
func KeyFile(database string) string { return filepath.Dir(database) + ".key" }

// caseKeysFile holds the keys of the cases, wrapped, beside the master key.
func caseKeysFile(master string) string { return master + ".cases" }

// nextKey is where a new master key waits until the practice is under it.
func nextKey(master string) string { return master + ".new" }

// placePractice is what the practice's own key is bound to.
const placePractice = "practice key"

// find says where the master key of a database is to lie: in a file, or for no
// name in the one that [KeyFile] gives. It refuses one among the data.
func (k *keys) find(database, file string) (err error) {
	if file == "" {
		file = KeyFile(database)
	}
	if k.file, err = filepath.Abs(file); err != nil {
		return err
	}
	if within, err := filepath.Rel(filepath.Dir(database), k.file); err == nil && !strings.HasPrefix(within, "..") {
		return fmt.Errorf("the master key %s lies in the folder of the data: keep it elsewhere", k.file)
	}
	return nil
}

// openKeys opens the keys of a practice that is there, before anything is
// written to it. It refuses a master key that is missing or another practice's,
// and says with known whether the practice has keys at all.
func (db *DB) openKeys(ctx context.Context, database string) (known bool, err error) {
	pool := readOnly(database, logged(database))
	defer pool.Close()
	var wrapped []byte
	err = pool.QueryRowContext(ctx, `SELECT wrapped FROM practice_keys WHERE id = 1`).Scan(&wrapped)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := db.keys.open(wrapped); err != nil {
		return true, err
	}
	return true, db.keys.changeCases(nil)
}

// makeKeys makes the keys of a new practice. A master key that waits in its
// place is taken.
func (db *DB) makeKeys(ctx context.Context) (err error) {
	k := &db.keys
	if k.master, err = seal.ReadFile(k.file); errors.Is(err, fs.ErrNotExist) {
		k.master = seal.NewKey()
		err = seal.WriteFile(k.file, k.master)
		k.made = err == nil
	}
	if err != nil {
		return err
	}
	k.practice = seal.NewKey()
	if err := k.changeCases(nil); err != nil {
		return err
	}
	return db.writeUnaudited(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.ExecContext(ctx, `INSERT INTO practice_keys (id, wrapped) VALUES (1, $1)`, k.master.Wrap(k.practice, placePractice))
		return err
	})
}

// open reads the master key and opens the practice's own with it. After a
// change of the master key that was broken off between the database and the
// files, it finishes the files.
func (k *keys) open(wrapped []byte) error {
	master, err := seal.ReadFile(k.file)
	if err == nil {
		if k.practice, err = master.Unwrap(wrapped, placePractice); err == nil {
			k.master = master
			return nil
		}
	}
	if next, nextErr := seal.ReadFile(nextKey(k.file)); nextErr == nil {
		if practice, nextErr := next.Unwrap(wrapped, placePractice); nextErr == nil {
			k.master, k.practice = next, practice
			return k.takeNext()
		}
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("the master key %s is missing, and without it this practice cannot be read: put it back, or say with -key where it is", k.file)
	case errors.Is(err, seal.ErrSealed):
		return fmt.Errorf("the master key %s is not the one of this practice: put back the right one, or say with -key where it is", k.file)
	}
	return err
}

// KeyMade gives the file of the master key if this start has made it, so that
// somebody can be told to keep a copy of it.
func (db *DB) KeyMade() (file string, made bool) { return db.keys.file, db.keys.made }

// secret gives the practice's key for one purpose.
func (k *keys) secret(purpose string) seal.Key {
	if known, ok := k.derived.Load(purpose); ok {
		return known.(seal.Key)
	}
	key := k.practice.Derive(purpose)
	k.derived.Store(purpose, key)
	return key
}

// secret gives 32 bytes that are the practice's own for one purpose, the same
// for as long as the practice lasts.
func (db *DB) secret(purpose string) []byte { return db.keys.secret(purpose).Bytes() }

// ofCase gives the key of a case, or the practice's own for no case.
func (k *keys) ofCase(id string) (seal.Key, error) {
	if id == "" {
		return k.secret("names"), nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	key := k.cases[id]
	if key.None() {
		return key, fmt.Errorf("the key of this case is not in %s", caseKeysFile(k.file))
	}
	return key, nil
}

// addCase makes the key of a new case. It is on the disk before anything that
// it closes can be.
func (k *keys) addCase(id string) error {
	return k.changeCases(func(cases map[string]seal.Key) { cases[id] = seal.NewKey() })
}

// destroyCase strikes out the key of a case, for good. That there was one stays,
// so that a backup from before it can be told from keys that were lost.
func (k *keys) destroyCase(id string) error {
	return k.changeCases(func(cases map[string]seal.Key) { cases[id] = seal.Key{} })
}

// struckOut says whether the key of a case was struck out.
func (k *keys) struckOut(id string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	key, known := k.cases[id]
	return known && key.None()
}

// changeCases reads the keys of the cases and changes them, in their file and
// then in memory, unless change is nil. Another process may have changed the
// file meanwhile.
func (k *keys) changeCases(change func(map[string]seal.Key)) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	unlock, err := lockFile(k.file)
	if err != nil {
		return err
	}
	defer unlock()
	name := caseKeysFile(k.file)
	cases, err := readCaseKeys(name, k.master)
	if err != nil {
		return err
	}
	if change != nil {
		change(cases)
		if err := writeCaseKeys(name, k.master, cases); err != nil {
			return err
		}
	}
	k.cases = cases
	return nil
}

// caseKeysCopy is the name of a copy of the keys of the cases beside the backups.
const caseKeysCopy = "case-keys"

// copyCases puts a copy of the keys of the cases into a folder, in the place of
// the one before: what was struck out lives on in none. They are wrapped, and
// nobody can use them without the master key.
func (k *keys) copyCases(folder string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	unlock, err := lockFile(k.file)
	if err != nil {
		return err
	}
	defer unlock()
	now, err := os.ReadFile(caseKeysFile(k.file))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	copied := filepath.Join(folder, caseKeysCopy)
	if before, err := os.ReadFile(copied); err == nil && bytes.Equal(before, now) {
		return nil
	}
	return errors.Join(PrivateFolder(folder), seal.Replace(copied, now))
}

// takeCases puts the copy beside a backup back where the keys of the cases
// belong, if there are none, and says whether it did.
func (k *keys) takeCases(folder string) (took bool, err error) {
	if _, err := os.Stat(caseKeysFile(k.file)); !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	copied, err := os.ReadFile(filepath.Join(folder, caseKeysCopy))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, seal.Replace(caseKeysFile(k.file), copied)
}

// lockFile holds a file against other processes until it is let go.
func lockFile(name string) (unlock func(), err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() { _ = f.Close() }, nil // closing lets go
}

// struck begins the line of a case whose key was struck out.
const struck = "- "

// readCaseKeys reads the keys of the cases, one a line: the id of the case and
// its wrapped key. No file is no case.
func readCaseKeys(name string, master seal.Key) (map[string]seal.Key, error) {
	cases := map[string]seal.Key{}
	b, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return cases, nil
	}
	if err != nil {
		return nil, err
	}
	for lines := bufio.NewScanner(bytes.NewReader(b)); lines.Scan(); {
		if id, ok := strings.CutPrefix(lines.Text(), struck); ok {
			cases[id] = seal.Key{}
			continue
		}
		id, text, _ := strings.Cut(lines.Text(), " ")
		wrapped, err := base64.StdEncoding.DecodeString(text)
		if err == nil {
			cases[id], err = master.Unwrap(wrapped, "case key", id)
		}
		if err != nil {
			return nil, fmt.Errorf("the keys of the cases in %s do not fit the master key, or are damaged: put back the right file", name)
		}
	}
	return cases, nil
}

func writeCaseKeys(name string, master seal.Key, cases map[string]seal.Key) error {
	var b bytes.Buffer
	for _, id := range slices.Sorted(maps.Keys(cases)) {
		if cases[id].None() {
			fmt.Fprintln(&b, struck+id)
			continue
		}
		fmt.Fprintln(&b, id, base64.StdEncoding.EncodeToString(master.Wrap(cases[id], "case key", id)))
	}
	return seal.Replace(name, b.Bytes())
}

// hold opens a folder that whoever serves its practice holds together with
// others, and nobody alone.
func hold(folder string) (*os.File, error) {
	f, err := os.Open(folder)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("the master key of %s is being changed: start again when that is done", folder), f.Close())
	}
	return f, nil
}

// Rekey puts the practice under a new master key. What the old one opened, it
// opens no more, but for old copies. It is refused while another program has the
// practice open, which would go on with the old key. Whenever it is broken off,
// either the old key opens the practice or the new one does.
func (db *DB) Rekey(ctx context.Context) error {
	k := &db.keys
	if err := syscall.Flock(int(db.held.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return fmt.Errorf("another program has the practice open: stop it first")
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, name := range []string{nextKey(k.file), caseKeysFile(nextKey(k.file))} {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	master := seal.NewKey()
	if err := errors.Join(seal.WriteFile(nextKey(k.file), master), writeCaseKeys(caseKeysFile(nextKey(k.file)), master, k.cases)); err != nil {
		return err
	}
	err := db.write(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.ExecContext(ctx, `UPDATE practice_keys SET wrapped = $1 WHERE id = 1`, master.Wrap(k.practice, placePractice))
		return errors.Join(err, t.audit(ctx, Viewer{}, didRekey, "", ""))
	})
	if err != nil {
		return err
	}
	k.master = master
	return k.takeNext()
}

// takeNext puts the new master key in the place of the old one, and the keys of
// the cases under it first.
func (k *keys) takeNext() error {
	for _, move := range [][2]string{{caseKeysFile(nextKey(k.file)), caseKeysFile(k.file)}, {nextKey(k.file), k.file}} {
		if err := os.Rename(move[0], move[1]); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return seal.SyncFolder(filepath.Dir(k.file))
}
