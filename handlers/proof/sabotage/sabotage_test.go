// Package sabotage proves that the tests can fail. Each patch beside this file
// plants one defect that would do harm; it names the tests that must notice.
package sabotage

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// least is how many defects there must be.
const least = 20

// A defect is one patch. Its head says, before the first “---”, what it does and
// which tests notice it:
//
//	Defect: a sentence.
//	Noticed: package pattern
type defect struct {
	name, sentence, pkg, pattern, file string
	touches                            []string
}

func defects(t *testing.T) (list []defect) {
	t.Helper()
	files, err := filepath.Glob("*.patch")
	if err != nil || len(files) < least {
		t.Fatalf("%d defects, wanted at least %d: %v", len(files), least, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		head, body, _ := strings.Cut(string(text), "\n---")
		d := defect{name: strings.TrimSuffix(file, ".patch")}
		if d.file, err = filepath.Abs(file); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(head) {
			key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
			switch key {
			case "Defect":
				d.sentence = value
			case "Noticed":
				d.pkg, d.pattern, _ = strings.Cut(value, " ")
			}
		}
		for line := range strings.Lines(body) {
			if name, is := strings.CutPrefix(line, "+++ b/"); is {
				d.touches = append(d.touches, strings.TrimSpace(name))
			}
		}
		if d.sentence == "" || d.pattern == "" {
			t.Errorf("%s: its head says not what it does or who notices", file)
		}
		list = append(list, d)
	}
	return list
}

const top = "../../.."

// TestSabotage_fits keeps the patches such that they can be applied.
func TestSabotage_fits(t *testing.T) {
	git(t)
	for _, d := range defects(t) {
		// That git reads the code is unknown to go test, which may answer from its
		// cache unless the test has looked, too.
		for _, file := range d.touches {
			if _, err := os.Stat(filepath.Join(top, file)); err != nil {
				t.Error(err)
			}
		}
		if out, err := run(t, top, "git", "apply", "--check", d.file); err != nil {
			t.Errorf("%s does not fit the code any more: make it anew.\n%s", d.name, out)
		}
	}
}

// TestSabotage_isNoticed plants each defect in a copy of the whole tree and runs
// the tests that must turn red, after it has seen them green without it.
func TestSabotage_isNoticed(t *testing.T) {
	if os.Getenv("ENOUGH_SABOTAGE") == "" {
		t.Skip("the defects are not planted: ENOUGH_SABOTAGE=1 does it, and takes some minutes")
	}
	git(t)
	list := defects(t)
	tree := copyTree(t)
	green := map[string]bool{}
	for _, d := range list {
		if key := d.pkg + " " + d.pattern; !green[key] {
			if out, err := run(t, tree, "go", "test", "-run", d.pattern, d.pkg); err != nil || strings.Contains(out, "no tests to run") {
				t.Errorf("%s is not green without any defect: %v\n%s", key, err, last(out))
			}
			green[key] = true
		}
	}
	noticed := 0
	for _, d := range list {
		if out, err := run(t, tree, "git", "apply", d.file); err != nil {
			t.Errorf("%s does not fit: %s", d.name, out)
			continue
		}
		begun := time.Now()
		out, err := run(t, tree, "go", "test", "-run", d.pattern, d.pkg)
		switch {
		case err != nil && strings.Contains(out, "--- FAIL"):
			noticed++
			t.Logf("noticed in %v: %s", time.Since(begun).Round(time.Second), d.sentence)
		case err != nil:
			t.Errorf("%s: no test failed, and yet the run did: %s", d.name, last(out))
		default:
			t.Errorf("NOT NOTICED: %s (%s)", d.sentence, d.name)
		}
		if out, err := run(t, tree, "git", "apply", "-R", d.file); err != nil {
			t.Fatalf("%s cannot be taken back: %s", d.name, out)
		}
	}
	t.Logf("%d of %d planted defects noticed", noticed, len(list))
}

func git(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not here: the defects are neither checked nor planted")
	}
}

// run runs a command in a folder and gives all that it said. Whatever flags the
// tests of the tree know, they are run as go test alone would.
func run(t *testing.T, dir, name string, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	for _, pair := range os.Environ() {
		if !strings.HasPrefix(pair, "ENOUGH_") && !strings.HasPrefix(pair, "GIT_") {
			cmd.Env = append(cmd.Env, pair)
		}
	}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// last gives the end of what a command said.
func last(out string) string {
	const most = 1500
	return out[max(0, len(out)-most):]
}

// copyTree copies the whole project to where defects can be planted in it.
func copyTree(t *testing.T) string {
	t.Helper()
	tree := t.TempDir()
	err := filepath.WalkDir(top, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		within, err := filepath.Rel(top, name)
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if entry.Name() == ".git" || entry.Name() == "node_modules" {
				return filepath.SkipDir
			}
			return os.MkdirAll(filepath.Join(tree, within), 0o755)
		}
		if !entry.Type().IsRegular() || entry.Name() == ".git" {
			return nil
		}
		content, err := os.ReadFile(name)
		return errors.Join(err, os.WriteFile(filepath.Join(tree, within), content, 0o644))
	})
	if err != nil {
		t.Fatal(err)
	}
	return tree
}
