package models

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// missingKeys is a fault of keys that is mended by putting a file back.
type missingKeys struct{ error }

// lookInto gives a database to read from, whoever serves it, with its keys still
// closed.
func lookInto(database string) *DB {
	return &DB{now: time.Now, disk: failing{failed: make(chan struct{})}, readers: readOnly(database, logged(database))}
}

// openToCheck opens the practice's own key of the database that is looked into.
// file is the database's own place, by which the master key is found. opened is
// false without an error for a practice that has no key yet.
func (db *DB) openToCheck(ctx context.Context, database, file, key string) (opened bool, err error) {
	if err := db.keys.find(file, key); err != nil {
		return false, err
	}
	master := db.keys.file
	if _, err := os.Stat(master); errors.Is(err, fs.ErrNotExist) {
		return false, missingKeys{fmt.Errorf("the master key is not at %s: put it back there with %s beside it, or say with -key where it is; "+
			"without the two no name and no text can be read, and they are in no backup", master, filepath.Base(caseKeysFile(master)))}
	}
	known, err := db.openKeys(ctx, database)
	return known && err == nil, err
}

// checkTexts opens every name and text.
func (db *DB) checkTexts(ctx context.Context) (string, error) {
	cases, err := firstColumn(ctx, db.readers, `SELECT id FROM cases`)
	if err != nil {
		return "", err
	}
	lacking := 0
	for _, id := range cases {
		if _, err := db.keys.ofCase(id); err != nil {
			lacking++
		}
	}
	if lacking > 0 {
		return "", fmt.Errorf("the keys of %d of %d cases are not in %s: put back a later copy of that file; without them no name and no text of these cases can be read",
			lacking, len(cases), caseKeysFile(db.keys.file))
	}
	return fmt.Sprintf("%s opens every name and text of %d cases", db.keys.file, len(cases)), db.CheckTexts(ctx)
}

// checkAudit walks the audit from its first row to where the last backup that
// can be read here says that it was, and on to its end.
func (db *DB) checkAudit(ctx context.Context, backups string) (string, error) {
	known, from := lastHead(backups)
	head, err := db.VerifyAudit(ctx, known)
	switch {
	case err != nil && from != "":
		return "", fmt.Errorf("%w, by what %s knows", err, from)
	case err != nil || from == "":
		return fmt.Sprintf("%v follow one another; no backup that can be read here says how many there were", head), err
	}
	return fmt.Sprintf("%v follow one another, and those that %s knows are there", head, from), nil
}

// lastHead gives the end of the audit of the last backup in a folder that is not
// encrypted, and its name; the zero head and no name when there is none.
func lastHead(dir string) (head AuditHead, name string) {
	list := listBackups(dir)
	for i := len(list) - 1; i >= 0; i-- {
		m, err := readManifest(filepath.Join(dir, list[i].name))
		if err == nil && m.Audit.Rows > head.Rows {
			head, name = m.Audit, list[i].name
		}
	}
	return head, name
}
