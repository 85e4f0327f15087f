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
	o.Backups.Dir = o.Backups.of(file)
	note("folder", filepath.Dir(file)+" is for this account alone", private(filepath.Dir(file)))
	note("files", "the database and what lies beside it are for this account alone", private(file, file+"-wal", file+"-shm"))
	list = append(list, checkPools(ctx, file)...)
	pool := readOnly(file, true)
	defer pool.Close()
	note("integrity", "SQLite finds no fault", integrity(ctx, pool))
	note("references", "every row that is named is there", foreignKeys(ctx, pool))
	found, err := checkSchema(ctx, pool)
	note("schema", found, err)
	look := lookInto(file)
	defer look.readers.Close()
	opened, err := look.openToCheck(ctx, file, file, o.Key)
	found = "there are none yet; the next start makes them"
	if opened {
		found, err = look.checkTexts(ctx)
	}
	if err == nil {
		err = private(look.keys.file, caseKeysFile(look.keys.file))
	}
	note("keys", found, err)
	if opened {
		found, err = look.checkAudit(ctx, o.Backups.Dir)
		note("audit", found, err)
	}
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

// staleBackup is the age from which the last backup is a fault.
const staleBackup = 2 * 24 * time.Hour

func checkBackups(dir string, now time.Time) (string, error) {
	list := listBackups(dir)
	if len(list) == 0 {
		return "", fmt.Errorf("there is none in %s", dir)
	}
	names := []string{dir, filepath.Join(dir, caseKeysCopy)}
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
