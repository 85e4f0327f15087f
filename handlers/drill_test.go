package handlers

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"enough/models"
)

// pages asks, as each of a couple and their therapist, for every page of theirs
// and for what it swaps. All sign in anew.
func (p *play) pages() (list []reply) {
	sqlExec(p.t, p.raw, `DELETE FROM sessions`)
	for _, actor := range []string{"therapist", "client", "partner", "partner unlocked"} {
		v := map[string]models.Viewer{"therapist": p.couple.Therapist, "client": p.couple.Client}[actor]
		if v.PersonID == "" {
			v = p.couple.Partner
		}
		b := as(p.t, p.App, v)
		if actor == "partner unlocked" {
			b = unlocked(p.t, p.App, v)
		}
		for _, r := range p.routes() {
			if r.method != http.MethodGet || r.path == "/static/*" {
				continue
			}
			target := p.target(p.App, r.path, "own")
			for _, header := range [][]string{nil, {"HX-Request", "true"}} {
				w := b.send(http.MethodGet, target, nil, header...)
				list = append(list, reply{fmt.Sprint(actor, " GET ", target, header), tokens.ReplaceAllString(whole(w), "(random)")})
			}
		}
	}
	return list
}

// TestDrill backs a practice up while another couple of it is at work, loses the
// practice, restores it, and asks for every page again.
func TestDrill(t *testing.T) {
	p := theStage(t).open(t)
	fill(t, p)
	var taps, longest atomic.Int64
	stop, done := make(chan bool), make(chan error, 1)
	go func() {
		done <- func() error {
			for {
				select {
				case <-stop:
					return nil
				default:
				}
				began := time.Now()
				// One tap and one taken back: whole acts of another couple.
				if err := p.db.ForClient().NoteOccurrence(context.Background(), p.other.Client, models.Submission{}); err != nil {
					return err
				}
				if err := p.db.ForClient().TakeBackOccurrence(context.Background(), p.other.Client, models.Submission{}); err != nil {
					return err
				}
				longest.Store(max(longest.Load(), int64(time.Since(began)/2)))
				taps.Add(1)
			}
		}()
	}()
	for taps.Load() < 20 {
		time.Sleep(time.Millisecond)
	}
	acknowledged := taps.Load()
	archive, began := filepath.Join(t.TempDir(), "kept"), time.Now()
	m, err := models.BackUp(t.Context(), p.file, archive, nil, p.clock.Now())
	took := time.Since(began)
	must(t, err)
	for taps.Load() < acknowledged+20 {
		time.Sleep(time.Millisecond)
	}
	close(stop)
	must(t, <-done)
	want := p.pages()

	back := *p
	back.file = filepath.Join(t.TempDir(), "back", "enough.db")
	must(t, os.WriteFile(models.KeyFile(back.file), p.keys[0], 0o400))
	must(t, os.WriteFile(models.KeyFile(back.file)+".cases", p.keys[1], 0o600))
	began = time.Now()
	_, err = models.Restore(t.Context(), archive, "", models.Options{File: back.file})
	restoring := time.Since(began)
	must(t, err)
	for _, name := range []string{p.file, p.file + "-wal", p.file + "-shm"} {
		must(t, os.Remove(name)) // the practice is lost
	}
	db, err := models.Open(models.Options{File: back.file, Now: p.clock.Now, CheapPassphrases: true, OneFactor: true})
	must(t, err)
	back.App, back.raw = newApp(t, db), openRaw(t, back.file)
	defer back.close()
	if diff := differ(t, want, back.pages(), 250); diff != "" {
		t.Error(diff)
	}
	if n := count(t, back.raw, `SELECT count(*) FROM occurrences WHERE case_id = ?`, p.other.CaseID); n < int(acknowledged) || n >= int(taps.Load()) {
		t.Errorf("%d taps of the other couple came back; %d had been acknowledged before the backup, %d in all", n, acknowledged, taps.Load())
	}
	// The comparison is not blind.
	sqlExec(t, back.raw, `UPDATE checkins SET tension = 10 - tension WHERE case_id = ?`, p.couple.CaseID)
	if differ(t, want, back.pages(), 250) == "" {
		t.Error("the client’s numbers were changed, and no page differs")
	}
	rows := 0
	for _, n := range m.Tables {
		rows += n
	}
	ok := 0
	for _, r := range want {
		if strings.HasPrefix(r.answer, "200\n") {
			ok++
		}
	}
	t.Logf("%d rows, %d bytes: backed up in %v beside %d writes, of which the longest took %v; restored in %v; %d answers equal, %d of them pages",
		rows, m.Bytes, took.Round(time.Millisecond), 2*taps.Load(), time.Duration(longest.Load()).Round(time.Millisecond), restoring.Round(time.Millisecond), len(want), ok)
}
