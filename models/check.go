package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Finding is one line of a check: what was looked at, and what was found.
type Finding struct {
	What  string
	Found string
	Wrong bool
}

func (f Finding) String() string {
	state := "good"
	if f.Wrong {
		state = "WRONG"
	}
	return fmt.Sprintf("%-5s  %-10s  %s", state, f.What, f.Found)
}

// Check looks through a practice, beside the program that serves it or without
// one, and writes nothing. It goes on after what is wrong.
func Check(ctx context.Context, o Options) (list []Finding) {
	note := func(what, found string, err error) {
		if err != nil {
			found = err.Error()
		}
		list = append(list, Finding{what, found, err != nil})
	}
	file, err := filepath.Abs(o.File)
	if err == nil {
		if _, err = os.Stat(file); errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("there is no practice in %s", filepath.Dir(file))
		}
	}
	if err != nil {
		note("database", "", err)
		return list
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Backups.Dir == "" {
		o.Backups.Dir = defaultBackups(file)
	}
	note("folder", filepath.Dir(file)+" is for this account alone", private(filepath.Dir(file)))
	note("files", "the database and what lies beside it are for this account alone", private(file, file+"-wal", file+"-shm"))
	list = append(list, checkPools(ctx, file)...)
	pool := readOnly(file, true)
	defer pool.Close()
	note("integrity", "SQLite finds no fault", integrity(ctx, pool))
	note("references", "every row that is named is there", foreignKeys(ctx, pool))
	found, err := checkSchema(ctx, pool)
	note("schema", found, err)
	key, found, err := checkKeys(ctx, file, file, o.Key)
	if err == nil {
		err = private(key, caseKeysFile(key))
	}
	note("keys", found, err)
	found, err = checkBackups(o.Backups.Dir, o.Now().UTC())
	note("backups", found, err)
	return list
}

// private holds files and folders to be readable by their own account alone;
// one that is not there is passed over.
func private(names ...string) error {
	var errs []string
	for _, name := range names {
		info, err := os.Stat(name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			errs = append(errs, err.Error())
		case info.Mode().Perm()&0o077 != 0:
			errs = append(errs, fmt.Sprintf("others can get at %s: its mode is %o", name, info.Mode().Perm()))
		}
	}
	if len(errs) > 0 {
		return errors.New(strings.Join(errs, "; "))
	}
	return nil
}

// checkPools opens each kind of connection that a served practice has. On
// opening, each reads all its pragmas back.
func checkPools(ctx context.Context, file string) (list []Finding) {
	for _, p := range []struct {
		name string
		pool *sql.DB
	}{
		{"writer", openPool(file, 1, nil, "_txlock", "immediate", "mode", "ro")},
		{"readers", openPool(file, 1, nil, "_query_only", "1", "mode", "ro")},
		{"client", openPool(file, 1, clientAuthorizer, "_query_only", "1", "mode", "ro")},
	} {
		f := Finding{What: p.name, Found: fmt.Sprintf("all %d pragmas are as wanted", len(pragmas))}
		if err := errors.Join(p.pool.PingContext(ctx), p.pool.Close()); err != nil {
			f.Found, f.Wrong = err.Error(), true
		}
		list = append(list, f)
	}
	return list
}

func checkSchema(ctx context.Context, pool *sql.DB) (string, error) {
	steps, err := migrations()
	if err != nil {
		return "", err
	}
	var at int
	if err := pool.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&at); err != nil {
		return "", err
	}
	switch {
	case at > len(steps):
		return "", fmt.Errorf("the database is at schema %d, this program knows %d: use a newer program", at, len(steps))
	case at < len(steps):
		return fmt.Sprintf("version %d; the next start brings it to %d", at, len(steps)), shaped(ctx, pool, steps[:at])
	}
	return fmt.Sprintf("version %d, that of this program", at), shaped(ctx, pool, steps)
}

// missingKeys is a fault of keys that is mended by putting a file back.
type missingKeys struct{ error }

// checkKeys opens the keys of a database, and with them every name and text in
// it. file is the database's own place, by which the key is found. It gives the
// file of the master key even when it is not there.
func checkKeys(ctx context.Context, database, file, key string) (master, found string, err error) {
	db := &DB{now: time.Now, disk: failing{failed: make(chan struct{})}, readers: readOnly(database, logged(database))}
	defer db.readers.Close()
	err = db.keys.find(file, key)
	if master = db.keys.file; err != nil {
		return master, "", err
	}
	if _, err := os.Stat(master); errors.Is(err, fs.ErrNotExist) {
		return master, "", missingKeys{fmt.Errorf("the master key is not at %s: put it back there with %s beside it, or say with -key where it is; "+
			"without the two no name and no text can be read, and they are in no backup", master, filepath.Base(caseKeysFile(master)))}
	}
	if known, err := db.openKeys(ctx, database); err != nil || !known {
		return master, "the practice has none yet; the next start makes them", err
	}
	cases, err := firstColumn(ctx, db.readers, `SELECT id FROM cases`)
	if err != nil {
		return master, "", err
	}
	lacking := 0
	for _, id := range cases {
		if _, err := db.keys.ofCase(id); err != nil {
			lacking++
		}
	}
	if lacking > 0 {
		return master, "", missingKeys{fmt.Errorf("the keys of %d of %d cases are not in %s: put back a later copy of that file; without them no name and no text of these cases can be read",
			lacking, len(cases), caseKeysFile(master))}
	}
	return master, fmt.Sprintf("%s opens every name and text of %d cases", master, len(cases)), db.CheckTexts(ctx)
}

// staleBackup is the age from which the last backup is a fault.
const staleBackup = 2 * 24 * time.Hour

func checkBackups(dir string, now time.Time) (string, error) {
	list := listBackups(dir)
	if len(list) == 0 {
		return "", fmt.Errorf("there is none in %s", dir)
	}
	names := []string{dir}
	last := list[0]
	for _, b := range list {
		names = append(names, filepath.Join(dir, b.name))
		if b.ModTime().After(last.ModTime()) {
			last = b
		}
	}
	if err := private(names...); err != nil {
		return "", err
	}
	age := now.Sub(last.ModTime()).Round(time.Minute)
	if age > staleBackup {
		return "", fmt.Errorf("the last of %d, %s, is %d days old", len(list), last.name, int(age.Hours()/24))
	}
	return fmt.Sprintf("%d in %s; the last one, %s, is %s old", len(list), dir, last.name, age), nil
}
