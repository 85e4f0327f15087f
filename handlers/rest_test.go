package handlers

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"enough/models"
	"enough/models/modelstest"
)

// TestRest_filesHoldNoText lets a practice live in a folder of its own and looks
// in every file that it leaves, and in a copy of its database, for what was
// written in it: names, sign-in names, contacts, every free text, and what
// opens a session or a door. Nothing of it lies there readable.
func TestRest_filesHoldNoText(t *testing.T) {
	dir := t.TempDir()
	data, temp := filepath.Join(dir, "data"), filepath.Join(dir, "temp")
	for _, folder := range []string{data, temp} {
		must(t, os.Mkdir(folder, 0o700))
	}
	t.Setenv("TMPDIR", temp) // what SQLite would put elsewhere
	p := theStage(t).openIn(t, data)
	defer p.close()
	fill(t, p)
	// Everybody writes: by the forms, whose texts are searched as they are typed …
	p.raises("threat")
	written := []string{"By telephone.", "Dr Vera Test", "ada Client", "ada Partner", "bob Client", "Stay married.", "555 0100", "ask about your day",
		"Asked and listened", "ada-client", "ada-partner", modelstest.Passphrase}
	for _, token := range p.sessions {
		written = append(written, token)
	}
	code, err := p.db.InviteTo(t.Context(), p.couple.Therapist, p.couple.CaseID, models.Partner)
	must(t, err)
	written = append(written, code, strings.ReplaceAll(code, "-", ""), p.code)
	// … and a text of its own into every sealed column.
	planted := 0
	for _, s := range models.AllSealed() {
		for _, column := range s.Columns {
			if s.Table == "flags" {
				continue // kept as they were raised; what they say is searched above
			}
			token := "zq" + strings.ReplaceAll(s.Table+column, "_", "") + mark
			modelstest.Write(t, p.raw, p.file, s.Table, column, token, "1")
			written = append(written, token)
			planted++
		}
	}
	written = slices.DeleteFunc(written, func(s string) bool { return s == "" || s == "unlocked" }) // that token is a column's name
	copied := filepath.Join(temp, "copy.db")
	sqlExec(t, p.raw, `VACUUM INTO ?`, copied)
	// A text that is not sealed is found, so that the search is not blind.
	sqlExec(t, p.raw, `UPDATE practices SET name = 'zqplain'`)

	plain, files, size := 0, 0, 0
	must(t, filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(name)
		files, size = files+1, size+len(content)
		text := string(content)
		plain += strings.Count(text, "zqplain")
		for _, found := range hits(text, written) {
			t.Errorf("%s holds %q", filepath.Base(name), found)
		}
		return err
	}))
	if plain == 0 || files < 5 {
		t.Errorf("%d files, in which a text that is not sealed was found %d times", files, plain)
	}
	t.Logf("%d texts and secrets, %d of them planted one a column, looked for in %d files of %d kB: database, log, shared memory, keys, copy", len(written), planted, files, size>>10)
}
