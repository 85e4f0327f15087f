package handlers

import (
	"bytes"
	"database/sql"
	"encoding/base64"
	"fmt"
	"log/slog"
	"maps"
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
func plant(t testing.TB, db *sql.DB) (sealed, shown []string) {
	t.Helper()
	sqlExec(t, db, `DROP TRIGGER audit_keeps_rows`)
	rows, err := db.Query(`SELECT m.name, c.name, c.pk > 0 FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' AND c.type = 'TEXT' ORDER BY 1, 2`)
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
		case slices.Contains([]string{"sessions", "invitations", "submissions"}, c.table) || full == "people.id" || full == "people.role":
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
		if full == "people.signin" {
			text = token
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
	sqlExec(t, db, `UPDATE people SET name = 'Himself' WHERE role = 'client'`)
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
			take(next, parts[1], b.post(parts[1], values))
			continue
		}
		take(next+" swap", next, b.send(http.MethodGet, next, nil, "HX-Request", "true"))
		take(next, next, b.get(next))
	}
	return answers
}

func TestCanary_clientSeesNothingSealed(t *testing.T) {
	p := theStage(t).open(t)
	fill(t, p)
	sealed, shown := plant(t, p.raw)
	own, all := p.as("client").follow("/"), ""
	for _, request := range slices.Sorted(maps.Keys(own)) {
		answer := whole(own[request])
		all += answer
		if found := hits(answer, sealed); found != nil {
			t.Errorf("%s: the client is sent %v", request, found)
		}
	}
	for _, target := range []string{"/exit", "/signout"} {
		if found := hits(whole(p.as("client").post(target, url.Values{})), sealed); found != nil {
			t.Errorf("%s: the client is sent %v", target, found)
		}
	}
	for _, r := range p.routes() {
		if r.method == http.MethodGet && r.allow&client != 0 && (own[r.path] == nil || own[r.path].Code != http.StatusOK) {
			t.Errorf("the crawl does not reach %s", r.path)
		}
	}
	for _, token := range shown {
		if !strings.Contains(all, token) {
			t.Errorf("%s, which he may read, was not found", token)
		}
	}
	// What is shown to both, and what the therapist looks at through his eyes.
	p.clock.Set(p.now)
	for _, page := range []string{"/together", "/seen/week", "/seen/plan", "/seen/chart", "/seen/shared"} {
		w := p.as("therapist").get(casePath(p.couple.CaseID) + page)
		if found := hits(whole(w), sealed); w.Code != http.StatusOK || found != nil {
			t.Errorf("%s: %d, holds %v", page, w.Code, found)
		}
	}
	if found := hits(whole(p.as("therapist").get(casePath(p.couple.CaseID)+"/together")), shown); len(found) < 2 {
		t.Errorf("the couple’s page shows %v alone", found)
	}
	// A couple to whom nothing was published reads not even the partner’s name.
	sqlExec(t, p.raw, `DELETE FROM snapshots`)
	sqlExec(t, p.raw, `UPDATE people SET name = 'zqname7f3a' WHERE role = 'partner'`)
	for request, w := range p.as("other client").follow("/") {
		if found := hits(whole(w), append(sealed, "zqname7f3a", "zqsnapshotsreportedby7f3a")); found != nil {
			t.Errorf("%s: the other client is sent %v", request, found)
		}
	}
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
	sqlExec(t, p.raw, `INSERT INTO candidates SELECT id, 1, 'A candidate.', 2 FROM cases`)
}

// TestCanary_logsNameNobody lets everybody do everything, with texts of their
// own, and reads the log.
func TestCanary_logsNameNobody(t *testing.T) {
	p := theStage(t).open(t)
	fill(t, p)
	sealed, shown := plant(t, p.raw)
	var log bytes.Buffer
	var err error
	p.App, err = New(Config{DB: p.db, Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	must(t, err)
	const typed = "zqtyped7f3a"
	for _, actor := range actors {
		b := p.as(actor)
		for _, r := range p.routes() {
			if slices.Contains([]string{"/exit", "/signout", "/w"}, r.path) {
				continue
			}
			values := url.Values{}
			for _, name := range []string{"note", "words", "goal", "reasons", "passphrase", "signin", "code", "name", "label", "reason", "behaviour", "show", "item", "person", "submission_id", "week"} {
				values.Set(name, typed)
			}
			b.send(r.method, p.target(p.App, r.path, "own")+"?q="+typed, values, "Referer", "http://example.com/"+typed, "User-Agent", typed)
		}
		b.get("/" + typed)
		b.get("/cases/" + typed)
		b.sendText(http.MethodPost, "/week?"+typed+"=%zz", "application/x-www-form-urlencoded", typed+"=%zz"+typed)
	}
	// The database refuses, and a page breaks.
	sqlExec(t, p.writer(), `PRAGMA busy_timeout = 1`)
	tx, err := p.raw.Begin()
	must(t, err)
	_, err = tx.Exec(`UPDATE practices SET version = version`)
	must(t, err)
	p.as("other partner").post("/w", url.Values{"alone": {"yes"}, "week": {string(p.week)}, "note": {typed}})
	p.as("client").post("/week/done", url.Values{})
	must(t, tx.Rollback())
	p.echo.GET("/broken", p.admit(route{allow: anyone, handle: nil}))
	p.as("client").get("/broken?" + typed)
	text := log.String()
	if !strings.Contains(text, "database unavailable") || !strings.Contains(text, "panic") || strings.Count(text, "\n") < 400 {
		t.Errorf("the log is not whole: %d lines", strings.Count(text, "\n"))
	}
	secrets := append(append([]string{typed, p.couple.CaseID, p.couple.Experiment, modelstest.Passphrase}, sealed...), shown...)
	for _, token := range p.sessions {
		secrets = append(secrets, "form="+token, token+"\n")
	}
	if found := hits(text, secrets); found != nil {
		t.Errorf("the log holds %v", found)
	}
}

// TestCanary_partnerLeavesNothing reads what her browser is sent after she has
// sent her form.
func TestCanary_partnerLeavesNothing(t *testing.T) {
	p := theStage(t).open(t)
	b := p.as("other partner")
	old := *b
	form := sheetOf(t, b.get("/w").Body.String(), "visit-form").values
	for name, value := range map[string]string{"alone": "yes", "tension": "9", "leaving": "8", "noticed": "3", "real": "2", "say_no": "no", "safe": "no", "contact_by": "another_way",
		"pushed": "yes", "children": "frightened", "enough": "not_yet", "other": "zqother7f3a", "note": "zqnote7f3a", "contact": "soon"} {
		form.Set(name, value)
	}
	w := b.post("/w", form)
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Saved. Thank you.") {
		t.Fatalf("submit: %d %s", w.Code, w.Body)
	}
	cookies := w.Result().Cookies()
	if len(cookies) != 1 || cookies[0].MaxAge >= 0 || cookies[0].Value != "" {
		t.Errorf("the session's cookie stays: %v", cookies)
	}
	b.cookie = nil
	answers := []*httptest.ResponseRecorder{w, b.get("/w"), old.get("/w"), old.get("/w/own"), old.post("/w", form)}
	for i, a := range answers[1:] {
		if a.Code != http.StatusSeeOther || a.Header().Get("Location") != signinPath {
			t.Errorf("request %d after the form: %d, %s", i+1, a.Code, a.Header().Get("Location"))
		}
	}
	again := as(t, p.App, p.other.Partner)
	answers = append(answers, again.get("/w"), again.get("/w/own"), again.get("/w/show"), again.post("/w", url.Values{"alone": {"yes"}, "week": {string(p.week)}}))
	for i, a := range answers {
		if found := hits(whole(a), []string{"zqother7f3a", "zqnote7f3a"}); found != nil {
			t.Errorf("answer %d holds %v", i, found)
		}
		for _, s := range sheets(parse(t, a.Body.String()), "") {
			for _, name := range []string{"tension", "leaving", "noticed", "real", "say_no", "safe", "pushed", "children", "enough", "contact", "contact_by", "note", "other"} {
				if s.values.Get(name) != "" {
					t.Errorf("answer %d: %s is filled in", i, name)
				}
			}
		}
	}
	// Her passphrase opens what she wrote, but never whether she was pushed.
	must(t, p.db.Unlock(t.Context(), mustViewer(t, p, again), modelstest.Passphrase))
	own := again.get("/w/own").Body.String()
	if !strings.Contains(own, "zqnote7f3a") || strings.Contains(strings.ToLower(own), "pushed") || strings.Contains(own, "Another way") {
		t.Error("her own page holds too little or too much")
	}
}

func mustViewer(t testing.TB, p *play, b *browser) models.Viewer {
	t.Helper()
	v, err := p.db.Authenticate(t.Context(), b.cookie.Value)
	must(t, err)
	return v
}
