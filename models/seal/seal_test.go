package seal

import (
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSeal_opensAgain(t *testing.T) {
	k := NewKey()
	for _, text := range []string{"", "a", "\x80", "ends in \x80\x00\x00", strings.Repeat("x", 255), strings.Repeat("x", 256), strings.Repeat("é", 4000)} {
		sealed := k.Seal(text, "table", "column", "row")
		if got, err := k.Open(sealed, "table", "column", "row"); err != nil || got != text {
			t.Errorf("%q comes back as %q, %v", text, got, err)
		}
		if bytes.Equal(sealed, k.Seal(text, "table", "column", "row")) {
			t.Errorf("%q is sealed alike twice", text)
		}
	}
}

// TestSeal_hidesLength: what lies within the same 256 bytes is as long as anything else there.
func TestSeal_hidesLength(t *testing.T) {
	k := NewKey()
	for _, row := range []struct{ least, most int }{{0, 255}, {256, 511}, {512, 767}} {
		want := len(k.Seal(strings.Repeat("x", row.least)))
		for n := row.least; n <= row.most; n++ {
			if got := len(k.Seal(strings.Repeat("x", n))); got != want {
				t.Fatalf("%d bytes are sealed in %d, %d in %d", row.least, want, n, got)
			}
		}
		if longer := len(k.Seal(strings.Repeat("x", row.most+1))); longer != want+step {
			t.Errorf("%d bytes are sealed in %d", row.most+1, longer)
		}
	}
}

// TestSeal_refusesElsewhere: a text does not open with another key or at another place.
func TestSeal_refusesElsewhere(t *testing.T) {
	k := NewKey()
	sealed := k.Seal("hers", "partner_reports", "note", "r1")
	for name, open := range map[string]func() (string, error){
		"another key":     func() (string, error) { return NewKey().Open(sealed, "partner_reports", "note", "r1") },
		"a derived key":   func() (string, error) { return k.Derive("names").Open(sealed, "partner_reports", "note", "r1") },
		"no key":          func() (string, error) { return Key{}.Open(sealed, "partner_reports", "note", "r1") },
		"another row":     func() (string, error) { return k.Open(sealed, "partner_reports", "note", "r2") },
		"another column":  func() (string, error) { return k.Open(sealed, "partner_reports", "other", "r1") },
		"another table":   func() (string, error) { return k.Open(sealed, "checkins", "note", "r1") },
		"no place":        func() (string, error) { return k.Open(sealed) },
		"places run on":   func() (string, error) { return k.Open(sealed, "partner_reportsnote", "r1") },
		"places cut else": func() (string, error) { return k.Open(sealed, "partner_report", "snote", "r1") },
		"nothing":         func() (string, error) { return k.Open(nil, "partner_reports", "note", "r1") },
		"half":            func() (string, error) { return k.Open(sealed[:len(sealed)/2], "partner_reports", "note", "r1") },
	} {
		if got, err := open(); !errors.Is(err, ErrSealed) || got != "" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// TestSeal_detectsEveryChange changes what was sealed ten thousand times.
func TestSeal_detectsEveryChange(t *testing.T) {
	k, rng := NewKey(), rand.New(rand.NewPCG(1, 2))
	sealed := k.Seal("hers", "t", "c", "r")
	const rounds = 10_000
	detected := 0
	for range rounds {
		changed := bytes.Clone(sealed)
		switch rng.IntN(4) {
		case 0:
			changed[rng.IntN(len(changed))] ^= 1 << rng.IntN(8)
		case 1:
			changed = changed[:rng.IntN(len(changed))]
		case 2:
			changed = append(changed, byte(rng.Uint32()))
		case 3:
			i, j := rng.IntN(len(changed)), rng.IntN(len(changed))
			if changed[i] == changed[j] {
				changed[i]++
			}
			changed[i], changed[j] = changed[j], changed[i]
		}
		if _, err := k.Open(changed, "t", "c", "r"); errors.Is(err, ErrSealed) {
			detected++
		}
	}
	t.Logf("%d of %d changes detected", detected, rounds)
	if detected != rounds {
		t.Fail()
	}
}

func TestMark_sameForTheSame(t *testing.T) {
	k := NewKey()
	first, again := k.Mark("ann"), k.Mark("ann")
	if first != again || first == k.Mark("bob") || first == NewKey().Mark("ann") {
		t.Error("a mark does not tell texts and keys apart")
	}
}

func TestFile_keptAndRefused(t *testing.T) {
	name, k := filepath.Join(t.TempDir(), "key"), NewKey()
	if _, err := ReadFile(name); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if err := WriteFile(name, k); err != nil {
		t.Fatal(err)
	}
	got, err := ReadFile(name)
	if err != nil || !bytes.Equal(got.Bytes(), k.Bytes()) {
		t.Errorf("read back %v", err)
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o400 {
		t.Errorf("the file has mode %v", info.Mode())
	}
	if err := WriteFile(name, NewKey()); err == nil {
		t.Error("another key was written over it")
	}
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "\n", strings.TrimPrefix(string(text), heading), string(text[:len(text)-6]), heading, heading + "AAAA\n"} {
		other := filepath.Join(t.TempDir(), "bad")
		if err := os.WriteFile(other, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadFile(other); err == nil || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q is taken: %v", bad, err)
		}
	}
}

// TestReplace_leavesNothingOfTheOld looks at the old file through a name that is kept to it.
func TestReplace_leavesNothingOfTheOld(t *testing.T) {
	dir := t.TempDir()
	name, other := filepath.Join(dir, "keys"), filepath.Join(dir, "link")
	for _, content := range []string{"first content", "second"} {
		if err := Replace(name, []byte(content)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(name); err != nil || string(got) != content {
			t.Errorf("holds %q, %v", got, err)
		}
		if content == "first content" {
			if err := os.Link(name, other); err != nil {
				t.Skip("no links here")
			}
		}
	}
	if old, err := os.ReadFile(other); err != nil || strings.Trim(string(old), "\x00") != "" {
		t.Errorf("the old file still holds %q, %v", old, err)
	}
}

func FuzzOpen(f *testing.F) {
	k, err := KeyOf(bytes.Repeat([]byte{7}, KeySize))
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(nil), "a")
	f.Add(k.Seal("text", "a"), "a")
	f.Add(k.Seal("", "a", "b"), "ab")
	f.Fuzz(func(t *testing.T, sealed []byte, place string) {
		if text, err := k.Open(sealed, place, "never sealed for this"); err == nil {
			t.Errorf("opened as %q", text)
		}
	})
}
