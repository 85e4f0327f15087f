package handlers

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"enough/models"
	"enough/models/modelstest"
)

// sharedColumns says of each text of the client's tables whether he may read it
// (shown), may not (sealed), or whether it is no free text (kept).
var sharedColumns = map[string]string{
	"practices.name": "sealed", "practices.zone": "kept", "practices.office": "kept", "practices.emergency": "sealed", "practices.policy": "kept",
	"practices.hours": "sealed", "practices.quiet_from": "kept", "practices.quiet_until": "kept", "client_contacts.address": "shown",
	"cases.goal": "shown", "cases.stake": "sealed", "cases.cooperation": "sealed", "cases.standing": "sealed", "cases.economic": "kept", "cases.ending": "sealed",
	"cases.client_pronoun": "kept", "cases.partner_pronoun": "kept", "cases.opened_at": "sealed",
	"experiments.behaviour": "shown", "experiments.label": "sealed", "experiments.counts_if": "shown", "experiments.not_counts_if": "shown", "experiments.if_moment": "shown",
	"experiments.then_act": "shown", "experiments.dose_words": "shown", "experiments.stop_wording": "shown", "experiments.end_reason": "sealed",
	"experiments.outcome": "kept", "experiments.criterion_kind": "kept", "experiments.drawn_week": "sealed",
	"phases.behaviour": "shown", "phases.label": "sealed", "phases.counts_if": "shown", "phases.not_counts_if": "kept", "phases.kind": "kept", "phases.name": "kept",
	"phases.change": "kept", "phases.outcome": "kept", "phases.criterion_kind": "kept",
	"excused_weeks.reason": "sealed", "checkins.note": "shown", "checkins.why": "kept", "snapshots.words": "shown", "snapshots.reported_by": "shown",
	"snapshot_values.item": "kept", "snapshot_values.place": "kept", "snapshot_values.answer": "kept", "client_notices.body": "shown",
}

// plant writes a text of its own into every text of the database that can take
// one: all of the partner's and the therapist's, names and sign-in names, and
// the client's own. It gives those he may not see, and those he may.
func plant(t testing.TB, p *play) (sealed, shown []string) {
	t.Helper()
	db := p.raw
	sqlExec(t, db, `DROP TRIGGER audit_keeps_rows; DROP TRIGGER flags_as_raised`)
	rows, err := db.Query(`SELECT m.name, c.name, c.pk > 0 FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' AND c.type IN ('TEXT', 'BLOB') ORDER BY 1, 2`)
	must(t, err)
	type column struct {
		table, name string
		key         bool
	}
	var columns []column
	for rows.Next() {
		var c column
		must(t, rows.Scan(&c.table, &c.name, &c.key))
		columns = append(columns, c)
	}
	must(t, rows.Close())
	for _, c := range columns {
		full := c.table + "." + c.name
		what := "sealed"
		structural := c.key || strings.HasSuffix(c.name, "_id") || strings.HasSuffix(c.name, "week") || strings.HasSuffix(c.name, "day") || strings.HasSuffix(c.name, "_on") ||
			strings.HasSuffix(c.name, "_at") || strings.HasSuffix(c.name, "state")
		switch {
		case full == "passkeys.made_at" || full == "passkeys.used_at": // read as what they are
			continue
		case slices.Contains([]string{"sessions", "invitations", "submissions", "practice_keys"}, c.table) || full == "people.role" ||
			c.name == "id" || strings.HasSuffix(c.name, "_id"): // by which a row is known, and its texts are bound
			continue
		case slices.Contains(clientTables, c.table):
			if what = sharedColumns[full]; what == "" && !structural {
				t.Errorf("%s is a text that is neither shown nor sealed: list it in sharedColumns", full)
			}
			if what != "sealed" && what != "shown" {
				continue
			}
		}
		token := "zq" + strings.NewReplacer(".", "", "_", "").Replace(full) + mark
		text := token + ` <i>"&'é`
		if slices.ContainsFunc(models.AllSealed(), func(s models.SealedTexts) bool { return s.Table == c.table && slices.Contains(s.Columns, c.name) }) {
			where := "1"
			if full == "flags.reason" {
				where = "closed_on IS NOT NULL"
			}
			modelstest.Write(t, db, p.file, c.table, c.name, text, where)
			if what == "sealed" {
				sealed = append(sealed, token)
			} else {
				shown = append(shown, token)
			}
			continue
		}
		// What is held to a list of answers, or names another row, takes no text.
		for _, try := range []string{`?`, `? || hex(randomblob(4))`, `json_array(?)`} {
			if _, err := db.Exec(`UPDATE `+c.table+` SET `+c.name+` = `+try, text); err != nil {
				continue
			}
			if count(t, db, `SELECT count(*) FROM `+c.table) == 0 {
				t.Errorf("the stage has no row of %s", c.table)
			}
			if what == "sealed" {
				sealed = append(sealed, token)
			} else {
				shown = append(shown, token)
			}
			break
		}
	}
	// His own name is no secret to him.
	modelstest.Write(t, db, p.file, "people", "name", "Himself", `role = 'client'`)
	if len(sealed) < 60 {
		t.Fatalf("only %d texts were planted: %v", len(sealed), sealed)
	}
	return sealed, shown
}

// mark ends every text that is planted.
const mark = "7f3a"

// hits lists which of the tokens lie in a text, however they are written there.
func hits(text string, tokens []string) []string { return modelstest.Found(text, tokens) }

// fill adds what the stage lacks, so that every table has a row.
func fill(t testing.TB, p *play) {
	form := sheetOf(t, p.as("client").get("/week").Body.String(), "checkin-form").values
	for name, value := range map[string]string{"done": "1", "effort": "2", "tension": "3", "forecast": "4", "note": "Mine."} {
		form.Set(name, value)
	}
	if w := p.as("client").post("/week", form); w.Code != http.StatusSeeOther {
		t.Fatalf("check-in: %d", w.Code)
	}
	p.guesses()
	p.raises("threat")
	p.setsAside(p.week.Add(-2), "pushed")
	sqlExec(t, p.raw, `INSERT INTO closings SELECT id, id, '2026-01-05', x'', '2026-01-05', '2026-01-12' FROM cases`)
	sqlExec(t, p.raw, `INSERT INTO supervisions SELECT id, id, therapist_id, '2026-01-12', '2026-01-05', '2026-01-12' FROM cases`)
	sqlExec(t, p.raw, `INSERT INTO client_contacts SELECT id, x'', 0, 1, 18, 1 FROM cases`)
	sqlExec(t, p.raw, `UPDATE partner_contacts SET channel = 'email'`)
	sqlExec(t, p.raw, `INSERT INTO partner_reminders SELECT id, 0, 7, 9, 20, 0, 'form' FROM cases`)
	sqlExec(t, p.raw, `INSERT INTO messages SELECT id, client_id, id, 'client_reminder', 'x', x'', 'sent', '2026-01-05T00:00:00.000Z', '2026-01-05T00:00:00.000Z', 1, '2026-01-05T00:00:00.000Z', '2026-01-05T00:00:00.000Z' FROM cases`)
	sqlExec(t, p.raw, `INSERT INTO signin_links SELECT id, id, client_id, x'', 'x', 'x', 0, '2026-01-05', NULL, '2026-01-05' FROM cases`)
	sqlExec(t, p.raw, `INSERT INTO case_shares SELECT id, id, therapist_id, '2026-01-05', '2026-01-12', '2026-01-05', '2026-01-12' FROM cases`)
	sqlExec(t, p.raw, `INSERT INTO handovers SELECT id, id, therapist_id, (SELECT id FROM people WHERE role = 'therapist' AND id <> therapist_id LIMIT 1), '2026-01-05', x'', '2026-01-05' FROM cases`)
	sqlExec(t, p.raw, `INSERT INTO log_lines SELECT id, id, 'contact', 'partner', x'', '2026-01-05', therapist_id, '2026-01-05' FROM cases`)
	sqlExec(t, p.raw, `INSERT INTO responses SELECT id, id, therapist_id, 'bored', '2026-04-20', '2026-04-20' FROM cases`)
	sqlExec(t, p.raw, `INSERT INTO steps_done SELECT case_id, 'red', id, 1, '2026-01-05', (SELECT therapist_id FROM cases WHERE id = case_id) FROM flags`)
	sqlExec(t, p.raw, `INSERT INTO candidates SELECT id, 1, x'', 2 FROM cases`)
}

func (p *play) raises(kind string) {
	flags := flagsPath(p.couple.CaseID)
	form := sheetOf(p.t, p.as("therapist").get(flags).Body.String(), "raise-form").write("kind", kind)
	form.Set("what", "By telephone.")
	p.sends(flags, form)
}

func (p *play) guesses() {
	masked := maskedPath(p.couple.Experiment)
	p.sends(masked, sheetOf(p.t, p.as("therapist").get(masked).Body.String(), "guess-form").write("saw", "4"))
}

// sends sends a form of the therapist's that must be taken.
func (p *play) sends(target string, form url.Values) {
	p.t.Helper()
	if w := p.as("therapist").post(target, form); w.Code != http.StatusSeeOther {
		p.t.Fatalf("%s: %d", target, w.Code)
	}
}
