package models

import (
	"os"
	"path/filepath"
	"testing"
)

// TestLostInside breaks the log of a program that was killed after three writes.
func TestLostInside(t *testing.T) {
	t.Parallel()
	db, file := openTest(t)
	var ends []int64
	for range 3 {
		spoil(t, noteSomething(db))
		info, err := os.Stat(file + "-wal")
		spoil(t, err)
		ends = append(ends, info.Size())
	}
	log, err := os.ReadFile(file + "-wal")
	spoil(t, err)
	for _, row := range []struct {
		name string
		harm func(b []byte) []byte
		lost bool
	}{
		{"as it was left", func(b []byte) []byte { return b }, false},
		{"its last write broken off", func(b []byte) []byte { return b[:ends[2]-100] }, false},
		{"its last write half there", func(b []byte) []byte { clear(b[ends[1]+24 : ends[1]+500]); return b }, false},
		{"cut off after the first", func(b []byte) []byte { return b[:ends[0]] }, false},
		{"empty", func(b []byte) []byte { return nil }, false},
		{"the first write damaged", func(b []byte) []byte { b[32+24+100]++; return b }, true},
		{"its head damaged", func(b []byte) []byte { b[13]++; return b }, true},
		{"begun anew, its head not there yet", func(b []byte) []byte { b[32+8]++; return b }, false},
	} {
		name := filepath.Join(t.TempDir(), "log")
		spoil(t, os.WriteFile(name, row.harm(append([]byte(nil), log...)), 0o600))
		if lost, err := lostInside(name); err != nil || lost != row.lost {
			t.Errorf("%s: %v, %v; wanted %v", row.name, lost, err, row.lost)
		}
	}
	if lost, err := lostInside(filepath.Join(t.TempDir(), "none")); lost || err != nil {
		t.Errorf("no log: %v, %v", lost, err)
	}
}
