package proof

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"enough/models/modelstest"
)

// note keeps a text that somebody types: what is no number, date or choice.
func (c *crowd) note(text string) {
	if !strings.Contains(text, " ") {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.typed = append(c.typed, text)
}

// printed looks for what was typed, and for what opens a session, in what a
// program printed and in a folder.
func (c *crowd) printed(t *testing.T, program *program, folder string) {
	t.Helper()
	secrets := append([]string{passphrase}, c.typed...)
	for _, lane := range c.lanes {
		if lane.last != nil {
			for _, value := range lane.last.who.cookies {
				if len(value) > 20 {
					secrets = append(secrets, value)
				}
			}
		}
	}
	said, files := program.said.String(), 0
	for _, found := range modelstest.Found(said, secrets) {
		t.Errorf("the program prints %q", found)
	}
	must(t, filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(name)
		files++
		for _, found := range modelstest.Found(string(content), secrets) {
			t.Errorf("%s holds %q", name, found)
		}
		return err
	}))
	lines := strings.Count(said, "\n")
	if lines < 100 || len(secrets) < 30 {
		t.Errorf("%d lines were read for %d texts", lines, len(secrets))
	}
	t.Logf("%d texts and secrets looked for in %d lines that the program printed and in %d temporary files", len(secrets), lines, files)
}
