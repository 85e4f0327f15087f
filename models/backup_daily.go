package models

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// Backups say where the backups of a served practice are kept, and who can
// open them.
type Backups struct {
	// Dir is the folder; empty, or NoBackups, is the folder backups beside the
	// database.
	Dir string
	To  Recipients
}

// NoBackups, for a folder, says that whoever serves the practice makes no daily
// backups. Those before a change of the schema are made all the same.
const NoBackups = "none"

// of gives the folder for a database.
func (b Backups) of(database string) string {
	if b.Dir == "" || b.Dir == NoBackups {
		return defaultBackups(database)
	}
	return b.Dir
}

func defaultBackups(database string) string { return filepath.Join(filepath.Dir(database), "backups") }

// daysKept is for how many days backups are kept, this one included.
const daysKept = 35

// backupName is the name of a backup in that folder. It says nothing but when it
// was made, and before which change of the schema.
var backupName = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2})(T\d{6}Z-schema\d+)?\.tar\.gz(\.age)?$`)

// KeepBackups makes the backup of each day, the first one at once when it lacks,
// until ctx ends, and keeps a copy of the keys of the cases beside them, an hour
// old at most. What fails is tried again an hour later.
func (db *DB) KeepBackups(ctx context.Context, log *slog.Logger) {
	if len(db.backups.To) == 0 {
		log.Warn("the daily backups are not encrypted: name a recipient with -backup-to", "folder", db.backups.Dir)
	}
	hourly := time.NewTicker(time.Hour)
	defer hourly.Stop()
	for {
		began := time.Now()
		if err := db.keys.copyCases(db.backups.Dir); err != nil {
			log.Error("the keys of the cases were not copied beside the backups; trying again in an hour", "error", err)
		}
		switch name, m, err := db.BackUpToday(ctx); {
		case ctx.Err() != nil:
			return
		case err != nil:
			log.Error("today’s backup failed; trying again in an hour", "error", err)
		case name != "":
			log.Info("backup kept", "file", name, "bytes", m.Bytes, "audit", m.Audit, "took", time.Since(began).Round(time.Millisecond))
		}
		select {
		case <-ctx.Done():
			return
		case <-hourly.C:
		}
	}
}

// BackUpToday keeps the backup of the day, in UTC, unless there is one, and then
// takes away those that are too old. It gives the file that it made; none when
// there was nothing to do.
func (db *DB) BackUpToday(ctx context.Context) (name string, m Manifest, err error) {
	now := db.Now()
	for _, e := range listBackups(db.backups.Dir) {
		if !e.change && e.day == now.Format(time.DateOnly) {
			return "", m, nil
		}
	}
	name, m, err = db.backUpAs(ctx, now.Format(time.DateOnly), now)
	if err != nil {
		return "", m, err
	}
	return name, m, db.forgetBackups(now)
}

// backUpBefore keeps the database as it is before its schema changes.
func (db *DB) backUpBefore(ctx context.Context, schema int) error {
	now := db.Now()
	_, _, err := db.backUpAs(ctx, fmt.Sprintf("%s-schema%d", now.Format("2006-01-02T150405Z"), schema), now)
	return err
}

func (db *DB) backUpAs(ctx context.Context, begins string, now time.Time) (string, Manifest, error) {
	if err := PrivateFolder(db.backups.Dir); err != nil {
		return "", Manifest{}, err
	}
	name := filepath.Join(db.backups.Dir, begins+db.backups.To.ending())
	m, err := BackUp(ctx, db.file, name, db.backups.To, now)
	return name, m, err
}

// alwaysKept is how many of the newest backups stay however old they are, so that
// a clock that was set wrong does not take them all.
const alwaysKept = 7

func (db *DB) forgetBackups(now time.Time) error {
	oldest := now.AddDate(0, 0, 1-daysKept).Format(time.DateOnly)
	var errs []error
	list := listBackups(db.backups.Dir)
	for _, b := range list[:max(0, len(list)-alwaysKept)] {
		if b.day < oldest {
			errs = append(errs, os.Remove(filepath.Join(db.backups.Dir, b.name)))
		}
	}
	return errors.Join(errs...)
}

// keptBackup is one in the folder.
type keptBackup struct {
	name, day string
	change    bool // it was made before a change of the schema
	fs.FileInfo
}

// listBackups lists the backups of a folder, the oldest first. Files with other
// names are not its business.
func listBackups(dir string) (list []keptBackup) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		parts := backupName.FindStringSubmatch(e.Name())
		if info, err := e.Info(); parts != nil && err == nil && info.Mode().IsRegular() {
			list = append(list, keptBackup{e.Name(), parts[1], parts[2] != "", info})
		}
	}
	return list
}
