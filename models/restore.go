package models

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"filippo.io/age"

	"enough/models/seal"
)

// Restored says what came back.
type Restored struct {
	Manifest
	Keys   string  // which open it, when there is no fault
	Erased int     // cases in it that have been erased since, and are erased again
	Faults []error // in what was kept, and which keys are to be put back first
}

func (r Restored) String() string {
	text := r.Manifest.String()
	if r.Keys != "" {
		text += "\n" + r.Keys
	}
	if r.Erased > 0 {
		text += fmt.Sprintf("\n%d cases had been erased since, and were erased in it too", r.Erased)
	}
	return text
}

// Restore puts the database of a backup into the file of o, whose folder must be
// empty but for backups, or not there. identity is the name of a file of age
// identities; empty when the backup is not encrypted. Where the keys of the cases
// are not, a copy of them beside the backup takes their place.
//
// Before the database gets its name it is held against its manifest, looked
// through, opened with the keys, brought to the schema of this program, and all
// sessions in it are ended: one that was signed out of since must not come back
// to life. After an error nothing is left of it. The key of another practice is
// an error; a key that is not there, a text that it does not open, and an audit
// whose rows do not follow one another are faults of what is restored all the
// same, since there may be nothing better.
func Restore(ctx context.Context, archive, identity string, o Options) (r Restored, err error) {
	file, err := filepath.Abs(o.File)
	if err != nil {
		return r, err
	}
	identities, err := readIdentities(identity)
	if err != nil {
		return r, err
	}
	from, err := os.Open(archive)
	if err != nil {
		return r, cannotOpen(archive, err)
	}
	defer from.Close()
	folder := filepath.Dir(file)
	made, err := emptyFolder(folder)
	if err != nil {
		return r, err
	}
	defer func() {
		if err != nil && made {
			_ = os.Remove(folder)
		}
	}()
	dir, err := os.MkdirTemp(folder, scratch)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	part := filepath.Join(dir, databaseName)
	if r.Manifest, err = unpackInto(part, from, identities); err != nil {
		return r, fmt.Errorf("%s cannot be restored: %w", archive, err)
	}
	if err := verify(ctx, part, r.Manifest); err != nil {
		return r, fmt.Errorf("%s cannot be restored: %w", archive, err)
	}
	look := lookInto(part)
	defer func() { look.readers.Close() }()
	if err := look.keys.find(file, o.Key); err != nil {
		return r, err
	}
	took, err := look.keys.takeCases(filepath.Dir(archive))
	defer func() {
		if err != nil && took {
			_ = os.Remove(caseKeysFile(look.keys.file))
		}
	}()
	if err != nil {
		return r, err
	}
	if err := r.open(ctx, look, part, file, o.Key); err != nil {
		return r, fmt.Errorf("%s cannot be restored: %w", archive, err)
	}
	if err := ctx.Err(); err != nil {
		return r, err
	}
	// A link is refused where a file of the name has come to be meanwhile.
	if err := os.Link(part, file); err != nil {
		return r, err
	}
	if err := errors.Join(seal.SyncFolder(folder), seal.SyncFolder(filepath.Dir(folder))); err != nil {
		return r, errors.Join(err, os.Remove(file))
	}
	return r, nil
}

// open opens what was unpacked with the keys, makes it ready, and notes what it
// finds.
func (r *Restored) open(ctx context.Context, look *DB, part, file, key string) error {
	opened, err := look.openToCheck(ctx, part, file, key)
	if errors.As(err, &missingKeys{}) {
		r.Faults, err = append(r.Faults, err), nil
	}
	if err != nil {
		return err
	}
	if r.Erased, err = look.makeReady(ctx, part, opened); err != nil || !opened {
		return err
	}
	look.readers = readOnly(part, false)
	if r.Keys, err = look.checkTexts(ctx); err != nil {
		r.Keys, r.Faults = "", append(r.Faults, err)
	}
	if _, err := look.VerifyAudit(ctx, r.Audit); err != nil {
		r.Faults = append(r.Faults, err)
	}
	return nil
}

// emptyFolder holds a folder to be empty but for backups, and makes it when it
// is not there.
func emptyFolder(dir string) (made bool, err error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return true, PrivateFolder(dir)
	} else if err != nil {
		return false, err
	}
	for _, e := range entries {
		if e.Name() != "backups" && e.Name() != "lost+found" && !strings.HasPrefix(e.Name(), scratch) {
			return false, fmt.Errorf("the folder %s is not empty, it holds %s: name another one, or move what is there away; nothing was changed", dir, e.Name())
		}
	}
	return false, PrivateFolder(dir)
}

func unpackInto(part string, from io.Reader, identities []age.Identity) (m Manifest, err error) {
	if err := newPrivateFile(part); err != nil {
		return m, err
	}
	to, err := os.OpenFile(part, os.O_WRONLY, 0)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	return unpack(from, identities, to)
}

// verify holds a database to its manifest.
func verify(ctx context.Context, part string, m Manifest) error {
	steps, err := migrations()
	if err != nil {
		return err
	}
	if m.Schema > len(steps) {
		return fmt.Errorf("it is at schema %d, this program knows %d: use a newer program", m.Schema, len(steps))
	}
	is, err := inspect(ctx, part)
	if err != nil {
		return err
	}
	pool := readOnly(part, false)
	defer pool.Close()
	differs := func(what string) error {
		return fmt.Errorf("%s in it is not what its manifest says: it is damaged, or put together from two", what)
	}
	for _, table := range slices.Sorted(maps.Keys(is.Tables)) {
		if n, ok := m.Tables[table]; !ok || n != is.Tables[table] {
			return differs("the number of rows of " + table)
		}
	}
	switch {
	case len(is.Tables) != len(m.Tables):
		return differs("the number of tables")
	case is.Schema != m.Schema:
		return differs("the schema")
	case is.Audit != m.Audit:
		return differs("the end of the audit")
	}
	return shaped(ctx, pool, steps[:is.Schema])
}

// makeReady brings a restored database to where it can be served from. Its
// backup is there already: none is made before the schema changes. With its key
// open, what has been erased since is erased again, and the audit says both.
func (db *DB) makeReady(ctx context.Context, part string, opened bool) (erased int, err error) {
	if err := db.readers.Close(); err != nil {
		return 0, err
	}
	db.writer = openPool(part, 1, nil, "_txlock", "immediate")
	if err = db.migrate(ctx, part); err == nil {
		err = db.writeUnaudited(ctx, func(ctx context.Context, t *tx) error {
			if _, err := t.ExecContext(ctx, `DELETE FROM sessions`); err != nil || !opened {
				return err
			}
			if erased, err = t.eraseAgain(ctx); err != nil {
				return err
			}
			return t.audit(ctx, Viewer{}, didRestore, "", "")
		})
	}
	if err == nil && erased > 0 {
		err = db.sweep(ctx)
	}
	if err := errors.Join(err, db.Close()); err != nil {
		return 0, err
	}
	f, err := os.OpenFile(part, os.O_RDWR, 0)
	if err != nil {
		return 0, err
	}
	return erased, errors.Join(f.Sync(), f.Close())
}

// eraseAgain erases the cases whose keys were struck out, and counts them.
func (t *tx) eraseAgain(ctx context.Context) (n int, err error) {
	rows, err := t.QueryContext(ctx, `SELECT id, client_id, partner_id FROM cases`)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var list []Case
	for rows.Next() {
		var c Case
		if err := rows.Scan(&c.ID, &c.Client.ID, &c.Partner.ID); err != nil {
			return 0, err
		}
		if t.keys.struckOut(c.ID) {
			list = append(list, c)
		}
	}
	if err := rows.Err(); err != nil {
		return 0, err
	}
	for _, c := range list {
		if err := errors.Join(t.eraseCase(ctx, c), t.audit(ctx, Viewer{}, didErase, c.ID, c.ID)); err != nil {
			return 0, err
		}
	}
	return len(list), nil
}
