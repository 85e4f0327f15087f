package models

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

func TestLocalDisk(t *testing.T) {
	t.Parallel()
	if err := localDisk(t.TempDir()); err != nil {
		t.Error(err)
	}
	if err := localDisk(filepath.Join(t.TempDir(), "nowhere")); err == nil {
		t.Error("a folder that is not there passes")
	}
	for number, name := range remote {
		if name == "" || number == 0 {
			t.Errorf("%x has no name", number)
		}
	}
	var here syscall.Statfs_t
	spoil(t, syscall.Statfs(t.TempDir(), &here))
	remote[uint32(here.Type)] = "a disk of another machine"
	defer delete(remote, uint32(here.Type))
	if err := localDisk(t.TempDir()); err == nil || !strings.Contains(err.Error(), "a disk of another machine") {
		t.Errorf("it says %v", err)
	}
}

// swap puts another file in the place of the log of a database that is open.
func swap(t *testing.T, log, other string) {
	t.Helper()
	f, err := os.OpenFile(other, os.O_RDWR, 0)
	spoil(t, err)
	defer f.Close()
	entries, err := os.ReadDir("/proc/self/fd")
	spoil(t, err)
	found := 0
	for _, entry := range entries {
		if name, err := os.Readlink("/proc/self/fd/" + entry.Name()); err != nil || name != log {
			continue
		}
		found++
		fd, err := strconv.Atoi(entry.Name())
		spoil(t, err)
		spoil(t, syscall.Dup3(int(f.Fd()), fd, syscall.O_CLOEXEC))
	}
	if found == 0 {
		t.Fatalf("%s is not open", log)
	}
}

// TestWrite_diskFails flushes to something that cannot be flushed: that write
// and all after it are refused, and the database asks to be ended.
func TestWrite_diskFails(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "enough.db")
	db, err := Open(Options{File: file})
	spoil(t, err)
	spoil(t, noteSomething(db))
	select {
	case <-db.Failed():
		t.Fatal("it has failed before anything was wrong")
	default:
	}
	swap(t, file+"-wal", "/dev/null")
	for range 2 {
		if err := noteSomething(db); KindOf(err) != Unavailable {
			t.Errorf("the error is %v, wanted Unavailable", err)
		}
	}
	select {
	case <-db.Failed():
	default:
		t.Error("it does not say that it has failed")
	}
	if db.Failure() == nil {
		t.Error("it does not say what with")
	}
	log, err := os.Stat(file + "-wal")
	spoil(t, err)
	spoil(t, db.Close())
	if after, err := os.Stat(file + "-wal"); err != nil || after.Size() != log.Size() {
		t.Error("closing has touched the log")
	}
	if n := auditRows(t, openFile(t, file)); n != 1 {
		t.Errorf("after a restart there are %d rows, wanted the one that was acknowledged", n)
	}
}

// TestWrite_diskFull writes to something that is full: the write is refused, and
// the database goes on.
func TestWrite_diskFull(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "enough.db")
	db, err := Open(Options{File: file})
	spoil(t, err)
	t.Cleanup(func() { _ = db.Close() }) // the log cannot be folded any more
	spoil(t, noteSomething(db))
	swap(t, file+"-wal", "/dev/full")
	if err := noteSomething(db); KindOf(err) != Unavailable {
		t.Errorf("the error is %v, wanted Unavailable", err)
	}
	if err := db.Failure(); err != nil {
		t.Errorf("it has failed with %v", err)
	}
}
