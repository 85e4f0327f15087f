package handlers

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
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

// spellings are the ways in which a text may lie in an answer or a log, letter
// by letter.
func spellings(token string) []string {
	list := []string{token, strings.ToUpper(token)}
	for _, format := range []string{"%02x", "%02X", "&#%d;", "&#x%x;", "%%%02x", "%%%02X", "\\x%02x", "\\u%04x", "%c\x00", "\x00%c"} {
		var b strings.Builder
		for _, r := range token {
			fmt.Fprintf(&b, format, r)
		}
		list = append(list, b.String())
	}
	return list
}

// inBase64 are the three spellings that depend on where the text begins.
func inBase64(token string) (list []string) {
	for shift := range 3 {
		s := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("\x00", shift) + token))
		list = append(list, s[4:len(s)-2])
	}
	return list
}

// hits lists which of the tokens lie in a text.
func hits(text string, tokens []string) (found []string) {
	in := func(s string) bool { return strings.Contains(text, s) }
	marked := slices.ContainsFunc(spellings(mark), in)
	for _, token := range tokens {
		letters := marked || !strings.HasSuffix(token, mark)
		if letters && slices.ContainsFunc(spellings(token), in) || slices.ContainsFunc(inBase64(token), in) {
			found = append(found, token)
		}
	}
	return found
}

// follow crawls from the first page: every link, form and source, forms as they
// stand, empty, and with wrong values, as a page and as a swap. It gives each
// answer by its request.
func (b *browser) follow(from string) map[string]*httptest.ResponseRecorder {
	answers := map[string]*httptest.ResponseRecorder{}
	queue, sent := []string{from}, map[string]int{}
	visit := func(target string) {
		if strings.HasPrefix(target, "/") {
			queue = append(queue, target)
		}
	}
	take := func(request, at string, w *httptest.ResponseRecorder) {
		answers[request] = w
		visit(w.Header().Get("Location"))
		visit(w.Header().Get("HX-Redirect"))
		if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
			return
		}
		doc := parse(b.t, w.Body.String())
		for _, n := range elements(doc, tag("a", "link", "script", "img", "button", "form", "div", "section")) {
			for _, name := range []string{"href", "src", "hx-get"} {
				if target, ok := attr(n, name); ok {
					visit(target)
				}
			}
		}
		for _, s := range sheets(doc, at) {
			wrong := url.Values{}
			for name := range s.values {
				wrong.Set(name, "wrong\x00")
			}
			for i, values := range []url.Values{s.values, {}, wrong} {
				// Each answer to a tap holds the next one: three are enough.
				key := fmt.Sprint(s.action, s.id, i)
				if sent[key]++; sent[key] <= 3 && s.action != "/exit" && s.action != "/signout" {
					queue = append(queue, fmt.Sprintf("POST %s %d %s", s.action, i, values.Encode()))
				}
			}
		}
	}
	for len(queue) > 0 {
		next := queue[0]
		queue = queue[1:]
		if answers[next] != nil {
			continue
		}
		if parts := strings.SplitN(next, " ", 4); len(parts) == 4 {
			values, err := url.ParseQuery(parts[3])
			must(b.t, err)
			take(next+" swap", parts[1], b.swap(parts[1], values))
			w := b.post(parts[1], values)
			take(next, parts[1], w)
			// What stands at an address may depend on the step before.
			if at := w.Header().Get("Location"); strings.HasPrefix(at, "/") {
				take(next+" and then", at, b.get(at))
			}
			continue
		}
		take(next+" swap", next, b.send(http.MethodGet, next, nil, "HX-Request", "true"))
		take(next, next, b.get(next))
	}
	return answers
}

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
