package models

import (
	"context"
	"path/filepath"
	"testing"
)

// BenchmarkWrite is what a row of the audit adds to an act of one row, in a
// file that holds a thousand of them: with the disk, which is waited for once
// either way, and without it.
func BenchmarkWrite(b *testing.B) {
	open := func(b *testing.B, synchronous string) *DB {
		db, err := Open(Options{File: filepath.Join(b.TempDir(), "enough.db"), Now: testNow})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = db.Close() })
		for range 1000 {
			if err := db.NoteRefusal(context.Background(), Viewer{PersonID: "p", Session: newID()}, "GET /cases/:case", newID(), newID()); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := db.writer.Exec(`PRAGMA synchronous = ` + synchronous); err != nil {
			b.Fatal(err)
		}
		return db
	}
	act := func(ctx context.Context, t *tx) error {
		_, err := t.ExecContext(ctx, `INSERT INTO submissions (person_id, id, fingerprint, object_id, created_at) VALUES ('p', $1, 'f', 'o', $2)`, newID(), t.stamp())
		return err
	}
	audited := func(ctx context.Context, t *tx) error {
		if err := act(ctx, t); err != nil {
			return err
		}
		return t.audit(ctx, Viewer{PersonID: newID(), Role: Partner}, didReport, newID(), newID())
	}
	for _, disk := range []struct{ name, synchronous string }{{"with the disk", "FULL"}, {"without the disk", "OFF"}} {
		for _, fn := range []struct {
			name string
			do   func(context.Context, *tx) error
		}{{"no audit", act}, {"audited", audited}} {
			b.Run(disk.name+"/"+fn.name, func(b *testing.B) {
				db := open(b, disk.synchronous)
				for b.Loop() {
					if err := db.writeUnaudited(context.Background(), fn.do); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkVerifyAudit walks ten thousand rows.
func BenchmarkVerifyAudit(b *testing.B) {
	key := []byte("a key of thirty-two bytes, or so")
	whole := honest(key, 10_000)
	for b.Loop() {
		if err := whole.verify(key, whole.head()); err != nil {
			b.Fatal(err)
		}
	}
}
