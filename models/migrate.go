package models

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"sort"
	"time"
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
// one transaction. A database that holds anything is copied first.
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
	if at > 0 && at < len(steps) {
		if err := db.copyBeside(ctx, file, at); err != nil {
			return fmt.Errorf("copy the database before changing its schema: %w", err)
		}
	}
	for i := at; i < len(steps); i++ {
		err := db.write(ctx, func(ctx context.Context, t *tx) error {
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

// copyBeside keeps the database as it is in a file beside it, readable by this
// account alone.
func (db *DB) copyBeside(ctx context.Context, file string, version int) error {
	name := fmt.Sprintf("%s.schema%d-%s", file, version, db.Now().Format("20060102T150405Z"))
	// VACUUM INTO makes its file readable to all and refuses one with content,
	// so it is given an empty one that is private already.
	if err := newPrivateFile(name); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	_, err := db.writer.ExecContext(ctx, `VACUUM INTO $1`, name)
	return err
}
