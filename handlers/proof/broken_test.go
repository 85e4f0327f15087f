package proof

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// needsControls skips what builds a program anew for each defect.
func needsControls(t *testing.T) {
	t.Helper()
	if os.Getenv("ENOUGH_CONTROLS") == "" {
		t.Skip("not run: set ENOUGH_CONTROLS to show that broken programs are found out")
	}
}

// broken builds the program with one place of its source written over, to show
// that a loop would notice. The tree itself stays as it is.
func broken(t testing.TB, file, was, is string) string {
	t.Helper()
	name, err := filepath.Abs(filepath.Join("..", "..", file))
	must(t, err)
	source, err := os.ReadFile(name)
	must(t, err)
	if n := strings.Count(string(source), was); n != 1 {
		t.Fatalf("%s has %q %d times", file, was, n)
	}
	dir := t.TempDir()
	changed, overlay := filepath.Join(dir, "changed.go"), filepath.Join(dir, "overlay.json")
	must(t, os.WriteFile(changed, []byte(strings.Replace(string(source), was, is, 1)), 0o600))
	text, err := json.Marshal(map[string]any{"Replace": map[string]string{name: changed}})
	must(t, err)
	must(t, os.WriteFile(overlay, text, 0o600))
	bin, err := build(filepath.Base(dir)+filepath.Base(filepath.Dir(dir)), "-overlay", overlay)
	must(t, err)
	return bin
}

// A witness counts what would fail a test, where it is meant to fail.
type witness struct {
	testing.TB
	errors atomic.Int64
}

func (w *witness) Errorf(format string, args ...any) { w.errors.Add(1) }
func (w *witness) Error(args ...any)                 { w.errors.Add(1) }
