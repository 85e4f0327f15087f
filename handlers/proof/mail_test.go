package proof

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"enough/models"
	"enough/models/modelstest"
)

// letters puts messages to the client of a couple into the outbox, due at once.
func (s practice) letters(t *testing.T, c couple, n int) {
	t.Helper()
	db, err := models.Open(models.Options{File: s.file(), CheapPassphrases: true, OneFactor: true})
	must(t, err)
	therapist := models.Viewer{PersonID: c.therapist.id, Role: models.Therapist}
	for range n {
		must(t, db.TellClient(context.Background(), therapist, c.caseID, string(s.today.Add(7)), models.Submission{}))
	}
	must(t, db.Close())
	s.due(t)
}

// due lets the time pass for which a message waits that was broken off.
func (s practice) due(t *testing.T) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+s.file()+"?_pragma=busy_timeout(5000)")
	must(t, err)
	_, err = db.Exec(`UPDATE messages SET due_at = '2020-01-01T00:00:00.000Z' WHERE settled_at IS NULL`)
	must(t, err)
	must(t, db.Close())
}

// reachable gives the client of a couple an address.
func (s practice) reachable(t *testing.T, c couple) {
	t.Helper()
	db, err := models.Open(models.Options{File: s.file(), CheapPassphrases: true, OneFactor: true})
	must(t, err)
	must(t, db.SaveOwnContact(context.Background(), models.Viewer{PersonID: c.client.id, Role: models.Client}, models.ClientContactInput{Address: "his@example.org", Remind: "no", Day: "7", Hour: "18"}))
	must(t, db.Close())
}

// outcome holds what came to what the outbox says: each message that it calls sent
// came once, and none twice. It gives how many were sent, of how many it says that it
// cannot know, and how many of those came.
func outcome(t *testing.T, p *modelstest.Post, file string) (sent, unknown, arrived int) {
	t.Helper()
	came := p.IDs(t)
	look(t, file, func(db *sql.DB) {
		rows, err := db.Query(`SELECT id, state FROM messages WHERE kind = 'note'`)
		must(t, err)
		defer rows.Close()
		for rows.Next() {
			var id, state string
			must(t, rows.Scan(&id, &state))
			n := came["<"+id+"@example.org>"]
			delete(came, "<"+id+"@example.org>")
			switch {
			case state == "sent" && n == 1:
				sent++
			case state == "unknown" && n <= 1:
				unknown++
				arrived += n
			default:
				t.Errorf("a message that is %s came %d times", state, n)
			}
		}
		must(t, rows.Err())
	})
	if len(came) > 0 {
		t.Errorf("%d messages came that the outbox does not know", len(came))
	}
	return sent, unknown, arrived
}

func (s practice) mailing(t *testing.T, address string) *program {
	program := newProgram(t, built, s.dir)
	program.env = []string{"ENOUGH_SMTP=smtp://" + address, "ENOUGH_MAIL_FROM=office@example.org", "ENOUGH_BACKUPS=none"}
	return program
}

func (s practice) left(t *testing.T) (n int) {
	t.Helper()
	look(t, s.file(), func(db *sql.DB) {
		must(t, db.QueryRow(`SELECT count(*) FROM messages WHERE settled_at IS NULL`).Scan(&n))
	})
	return n
}

func (s practice) drained(t *testing.T) {
	t.Helper()
	for end := time.Now().Add(time.Minute); s.left(t) > 0; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d messages are left", s.left(t))
		}
	}
}

// TestMail_killed kills the program while it sends. No message is lost, and none
// is sent twice. One whose taking nobody can know of is said to be so: it may be lost
// when the program is killed in the microseconds before the last line of it.
func TestMail_killed(t *testing.T) {
	rounds := times(t, "ENOUGH_MAIL_KILLS", 10)
	s, to := thePractice(t).lay(t, filepath.Join(t.TempDir(), "data")), modelstest.NewPost(t)
	s.reachable(t, s.shows)
	program := s.mailing(t, to.Address)
	during := 0
	for range rounds {
		s.letters(t, s.shows, 10)
		program.begin(t)
		for end := time.Now().Add(10 * time.Second); s.left(t) > 9 && time.Now().Before(end); time.Sleep(time.Millisecond) {
		}
		time.Sleep(time.Duration(rand.IntN(30_000)) * time.Microsecond)
		program.kill()
		if s.left(t) > 0 {
			during++
		}
	}
	s.due(t)
	program.start(t)
	s.drained(t)
	program.kill()
	sent, unknown, arrived := outcome(t, to, s.file())
	if sent+unknown != 10*rounds || during < rounds/4 || unknown > during || unknown-arrived > rounds/20 {
		t.Errorf("of %d messages %d were sent and %d may have been; %d kills while sending", 10*rounds, sent, unknown, during)
	}
	figure(t, "%d messages, %d kills while sending: %d sent once, %d said to be unknown, of which %d came; none lost unsaid, none twice", 10*rounds, during, sent, unknown, arrived)
}

// TestMail_twoPrograms lets two programs serve one practice: each message is sent
// by one of them.
func TestMail_twoPrograms(t *testing.T) {
	s, to := thePractice(t).lay(t, filepath.Join(t.TempDir(), "data")), modelstest.NewPost(t)
	s.reachable(t, s.shows)
	s.letters(t, s.shows, 100)
	for range 2 {
		s.mailing(t, to.Address).begin(t)
	}
	s.drained(t)
	if sent, unknown, _ := outcome(t, to, s.file()); sent != 100 || unknown != 0 {
		t.Errorf("%d of 100 were sent, %d may have been", sent, unknown)
	}
	figure(t, "100 messages, two programs: each sent once")
}

// TestMail_withoutServer holds that the program serves while no mail server can be
// reached, and tells nobody's address in its log.
func TestMail_withoutServer(t *testing.T) {
	s := thePractice(t).lay(t, filepath.Join(t.TempDir(), "data"))
	s.reachable(t, s.shows)
	s.letters(t, s.shows, 3)
	program := s.mailing(t, modelstest.FreeAddress(t))
	program.start(t)
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		var tried int
		look(t, s.file(), func(db *sql.DB) {
			must(t, db.QueryRow(`SELECT count(*) FROM messages WHERE tries = 1 AND state = 'waiting'`).Scan(&tried))
		})
		if tried == 3 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("%d messages were tried:\n%s", tried, program.said)
		}
	}
	if got, err := s.shows.client.phone().get(program.addr, "/week"); err != nil || got.status != http.StatusOK {
		t.Errorf("a page meanwhile: %v %v", got, err)
	}
	if found := modelstest.Found(program.said.String(), []string{"his@example.org", s.shows.caseID, s.shows.client.id}); len(found) > 0 {
		t.Errorf("the log holds %v", found)
	}
	if status, took := program.stop(t); status != 0 || took > 5*time.Second {
		t.Errorf("it ended with %d after %s", status, took)
	}
}
