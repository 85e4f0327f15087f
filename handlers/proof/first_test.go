package proof

import (
	"database/sql"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var setUpLink = regexp.MustCompile(`http://[^/\s]+(/setup/\S+)`)

// TestKill_firstStart ends the program while it makes its database and while its
// first form is sent: it begins again each time, and the practice is set up once.
func TestKill_firstStart(t *testing.T) {
	kills, served := max(3, times(t, "ENOUGH_KILLS", 5)/2), 0
	for range kills {
		program := newProgram(t, built, filepath.Join(t.TempDir(), "data"))
		for range 3 {
			program.begin(t)
			time.Sleep(time.Duration(rand.IntN(120)) * time.Millisecond)
			program.kill()
		}
		acknowledged := setUp(t, program, func() {
			time.Sleep(time.Duration(5+rand.IntN(60)) * time.Millisecond)
			program.kill()
			program.start(t)
		})
		look(t, filepath.Join(program.dir, "enough.db"), func(db *sql.DB) {
			f := sound(t, db, program.dir)
			if n := ask(t, db, `SELECT count(*) FROM practices`) + ask(t, db, `SELECT count(*) FROM people`); n != 2 || !f.clean() {
				t.Errorf("%d rows, wanted a practice and its owner: %s", n, f)
			}
		})
		if acknowledged {
			served++
		}
		program.kill()
	}
	figure(t, "%d first starts, each killed three times and once in its first form; %d forms were acknowledged before the kill", kills, served)
}

// setUp sends the first form, and after something has happened meanwhile sends
// it until it is acknowledged.
func setUp(t *testing.T, program *program, meanwhile func()) (first bool) {
	t.Helper()
	program.start(t)
	p := newPhone()
	var list []sheet
	// The last link so far may be one of a start that was killed.
	for end := time.Now().Add(5 * time.Second); len(list) != 1; time.Sleep(10 * time.Millisecond) {
		link := lastLink(program)
		page, err := p.get(program.addr, link)
		must(t, err)
		list = slices.DeleteFunc(sheets(page.body, link), func(s sheet) bool { return s.id != "setup-form" })
		if time.Now().After(end) {
			t.Fatalf("%s: %s", link, page)
		}
	}
	form := list[0]
	for name, value := range (fill{"name": "Dr Ann", "practice": "A practice", "zone": "Europe/Belgrade", "office": "An office", "emergency": "Call somebody.",
		"signin": "ann", "passphrase": passphrase, "again": passphrase}) {
		form.values.Set(name, value)
	}
	done := make(chan bool)
	go func() {
		got, err := p.post(program.addr, form.action, form.values)
		done <- err == nil && got.acknowledged()
	}()
	meanwhile()
	if first = <-done; first {
		return true
	}
	// A link that was not used is void after a restart: the new one is printed.
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		for _, at := range []string{form.action, lastLink(program)} {
			if got, err := p.post(program.addr, at, form.values); err == nil && got.acknowledged() {
				return false
			} else if err != nil || !strings.Contains(got.body, "There is no such page.") {
				t.Errorf("%s is answered with %v, %s", at, err, got)
			}
		}
	}
	t.Error("the form is not taken any more")
	return false
}

// lastLink is the set-up link that was printed last. What a program prints may
// arrive a little later than its first answer.
func lastLink(program *program) string {
	for range 500 {
		if links := setUpLink.FindAllStringSubmatch(program.said.String(), -1); len(links) > 0 {
			return links[len(links)-1][1]
		}
		time.Sleep(10 * time.Millisecond)
	}
	return "/no link was printed"
}
