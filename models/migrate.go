package models

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"sort"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrations gives the statements of each schema version, in order. The
// version of the database is the number of files that were applied to it.
func migrations() ([]string, error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	sort.Strings(names)
	texts := make([]string, len(names))
	for i, name := range names {
		b, err := migrationFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		texts[i] = string(b)
	}
	return texts, nil
}

// migrate applies the files that the database lacks, each with its version in
// one transaction. A database that holds anything is backed up first.
func (db *DB) migrate(ctx context.Context, file string) error {
	steps, err := migrations()
	if err != nil {
		return err
	}
	return db.migrateTo(ctx, file, steps)
}

func (db *DB) migrateTo(ctx context.Context, file string, steps []string) error {
	var at int
	if err := db.writer.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&at); err != nil {
		return fmt.Errorf("open database %s: %w", file, err)
	}
	if at > 0 && at < len(steps) && db.backups.Dir != "" {
		if err := db.backUpBefore(ctx, at); err != nil {
			return fmt.Errorf("back up the database before its schema changes: %w", err)
		}
	}
	for i := at; i < len(steps); i++ {
		err := db.writeUnaudited(ctx, func(ctx context.Context, t *tx) error {
			if _, err := t.ExecContext(ctx, steps[i]); err != nil {
				return err
			}
			_, err := t.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", i+1))
			return err
		})
		if err != nil {
			return fmt.Errorf("schema version %d: %w", i+1, err)
		}
	}
	return nil
}
