package handlers

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"testing"
	"time"

	"enough/models"
	"enough/models/modelstest"
)

// TestCanary_mailSaysNothing sends every kind of message but a link, which is none
// but its token, out of a practice in which every text is one of its own: none of
// them is in a message, and none of the people's names.
func TestCanary_mailSaysNothing(t *testing.T) {
	p := planted(t).open(t)
	for column, address := range map[string]string{"client_contacts": "his@example.org", "partner_contacts": "hers@example.org"} {
		modelstest.Write(t, p.raw, p.file, column, "address", address, `case_id = '`+p.couple.CaseID+`'`)
	}
	modelstest.Write(t, p.raw, p.file, "people", "address", "vera@example.org", `id = '`+p.couple.Therapist.PersonID+`'`)
	sqlExec(t, p.raw, `UPDATE client_contacts SET remind = 1, day = 7, hour = 18 WHERE case_id = ?`, p.couple.CaseID)
	sqlExec(t, p.raw, `UPDATE partner_reminders SET remind = 1, day = 7, first = 19, last = 20, again = 1, subject = 'hello' WHERE case_id = ?`, p.couple.CaseID)
	sqlExec(t, p.raw, `DELETE FROM messages`)
	sqlExec(t, p.raw, `INSERT INTO messages SELECT 'm', therapist_id, id, 'red_flag', 'a flag', x'', 'waiting', '2026-01-05T00:00:00.000Z', '2100-01-01T00:00:00.000Z', 0, '2026-01-05T00:00:00.000Z', NULL FROM cases WHERE id = ?`, p.couple.CaseID)
	sqlExec(t, p.raw, `DELETE FROM checkins WHERE case_id = ?`, p.couple.CaseID)
	must(t, p.db.TellClient(t.Context(), p.couple.Therapist, p.couple.CaseID, string(p.week.Add(2)), models.Submission{}))
	box := modelstest.NewMailbox(t)
	for range 24 * 8 {
		p.clock.Set(p.clock.Now().Truncate(time.Hour).Add(time.Hour))
		must(t, p.db.PlanMessages(t.Context()))
		for more := true; more; {
			var err error
			more, err = p.db.Post(t.Context(), box.Server(t), slog.New(slog.DiscardHandler))
			must(t, err)
		}
	}
	came := map[string]bool{}
	for _, l := range box.Received() {
		came[l.To+" "+l.Head.Get("Subject")] = true
		if found := hits(fmt.Sprint(l), append(slices.Collect(maps.Keys(canaries.columns)), p.couple.CaseID, p.couple.Client.PersonID, p.couple.Partner.PersonID)); found != nil {
			t.Errorf("to %s: %v", l.To, found)
		}
	}
	for _, want := range []string{"his@example.org Weekly form", "his@example.org Your next appointment", "hers@example.org Hello from the office", "vera@example.org Please sign in"} {
		if !came[want] {
			t.Errorf("nothing like %q came, only %v", want, came)
		}
	}
}
