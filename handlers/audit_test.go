package handlers

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"enough/models"
	"enough/models/modelstest"
)

// deeds are the acts that no paper stands for: one line of the route table
// each, and one for each act that shares its line with another.
var deeds = []struct {
	actor string
	set   func(*play)
	path  func(*play) string
	form  url.Values // “(own)” is the week of the stage, “(next)” the one after, “(shown)” what is shown
}{
	{"therapist", nil, fixed("/signout"), nil},
	{"therapist", nil, fixed("/account/sessions"), nil},
	{"therapist", nil, fixed("/practice/code"), url.Values{"person": {"(colleague)"}}},
	{"other partner", nil, fixed("/exit"), nil},
	{"client", nil, fixed("/week/done"), nil},
	{"client", func(p *play) { must(p.t, p.client.NoteOccurrence(p.t.Context(), p.couple.Client, models.Submission{})) }, fixed("/week/undo"), nil},
	{"partner", nil, fixed("/w"), url.Values{"alone": {"not_now"}}},
	{"partner", nil, fixed("/w"), url.Values{"step": {"unlock"}, "passphrase": {modelstest.Passphrase}}},
	{"partner unlocked", nil, fixed("/w"), url.Values{"step": {"keep"}, "show": {"conflict.(own)"}, "version": {"(offers)"}}},
	{"partner unlocked", nil, fixed("/w"), url.Values{"step": {"back"}, "item": {"(shown)"}}},
	{"partner unlocked", nil, fixed("/w"), url.Values{"step": {"stop"}}},
	{"therapist", nil, ofCase("/code"), url.Values{"role": {"client"}}},
	{"therapist", nil, ofCase("/access"), url.Values{"role": {"partner"}}},
	{"therapist", func(p *play) {
		must(p.t, p.db.EndExperiment(p.t.Context(), p.couple.Therapist, p.couple.Experiment, models.EndInput{LastWeek: string(p.week), Reason: "Enough."}))
	}, ofCase("/experiments"), url.Values{"behaviour": {"Another act"}}},
	{"therapist", nil, ofCase("/excuse"), url.Values{"week": {"(own)"}, "reason": {"A holiday."}}},
	{"therapist", nil, ofCase("/pause"), url.Values{"pause": {"yes"}, "reason": {"Agreed."}}},
	{"therapist", func(p *play) {
		must(p.t, p.db.PausePartner(p.t.Context(), p.couple.Therapist, p.couple.CaseID, true, "Agreed."))
	}, ofCase("/pause"), url.Values{"pause": {"no"}}},
	{"therapist", nil, func(p *play) string { return paperPath(p.couple.CaseID, p.week, "checkin") },
		url.Values{"week": {"(own)"}, "done": {"2"}, "effort": {"3"}, "tension": {"4"}, "forecast": {"5"}}},
	{"other therapist", nil, func(p *play) string { return paperPath(p.other.CaseID, p.week, "report") }, url.Values{"week": {"(own)"}, "alone": {"yes"}, "tension": {"4"}}},
	{"therapist", func(p *play) {
		all := &modelstest.Practice{DB: p.db, File: p.file, Clock: p.clock, Owner: p.couple.Therapist}
		p.couple = all.Couple(p.t, p.couple.Therapist, "eve").Plan(p.t)
	}, ofExperiment("/start"), url.Values{"start": {"(next)"}}},
	{"therapist", (*play).calm, ofExperiment("/extend"), nil},
}

// personOf gives the person behind an actor.
func (p *play) personOf(actor string) string {
	if strings.HasSuffix(actor, "supervisor") || actor == "sharer" || actor == "deputy" {
		sum := sha256.Sum256([]byte(p.sessions[actor]))
		var id string
		must(p.t, p.raw.QueryRow(`SELECT person_id FROM sessions WHERE token_hash = ?`, hex.EncodeToString(sum[:])).Scan(&id))
		return id
	}
	return map[string]string{"therapist": p.couple.Therapist.PersonID, "half therapist": p.couple.Therapist.PersonID, "other therapist": p.other.Therapist.PersonID, "client": p.couple.Client.PersonID,
		"other client": p.other.Client.PersonID, "partner": p.couple.Partner.PersonID, "partner unlocked": p.couple.Partner.PersonID, "other partner": p.other.Partner.PersonID}[actor]
}

// lineOf gives the line of the route table that a form goes to.
func (p *play) lineOf(target string) string {
	c := p.echo.NewContext(nil, nil)
	p.echo.Router().Find(http.MethodPost, target, c)
	return c.Path()
}

// TestAudit_everyActHasItsRow does every act that the program acknowledges: its
// row has the person, the one request, and is part of the chain.
func TestAudit_everyActHasItsRow(t *testing.T) {
	// The first shows, and writes nothing; the next sign in, by what a message holds;
	// what is asked for with the last has its row when it is put into the outbox.
	done := map[string]bool{"/experiments/:experiment/sight": true, "/link/:token": true, "/signin/digits": true, askPath: true}
	acts, rows := 0, 0
	act := func(t *testing.T, p *play, b *browser, actor, target string, form url.Values) {
		last := `SELECT COALESCE(max(id), 0) FROM audit`
		before, changes := count(t, p.raw, last), p.changes()
		w := b.post(target, form)
		line := p.lineOf(target)
		if w.Code >= 400 || p.changes() == changes {
			t.Fatalf("%s is answered with %d and changes nothing", line, w.Code)
		}
		done[line] = true
		acts++
		n := count(t, p.raw, last) - before
		rows += n
		const of = ` FROM audit WHERE id > ? AND result = 'done'`
		if n < 1 || n != count(t, p.raw, `SELECT count(*)`+of, before) || count(t, p.raw, `SELECT count(DISTINCT request_id) * min(length(request_id))`+of, before) != 26 {
			t.Errorf("%s: %d rows", line, n)
		}
		if who := p.personOf(actor); who != "" && count(t, p.raw, `SELECT count(*)`+of+` AND person_id = ?`, before, who) == 0 {
			t.Errorf("%s: no row says who it was", line)
		}
		if _, err := p.db.VerifyAudit(t.Context(), models.AuditHead{}); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
	for _, f := range papers {
		t.Run(f.name, func(t *testing.T) {
			p, b, s := f.lay(t)
			act(t, p, b, f.actor, s.action, s.values)
		})
	}
	for _, d := range deeds {
		p := theStage(t).open(t)
		t.Run(d.actor+" "+d.path(p)+" "+d.form.Get("step"), func(t *testing.T) {
			if d.set != nil {
				d.set(p)
			}
			_, version, err := p.db.Offers(t.Context(), models.Viewer{PersonID: p.personOf("partner"), Role: models.Partner, Unlocked: true})
			must(t, err)
			var shown string
			must(t, p.raw.QueryRow(`SELECT item || '.' || place FROM snapshot_values`).Scan(&shown))
			form := url.Values{"submission_id": {"a"}}
			for name, values := range d.form {
				form.Set(name, strings.NewReplacer("(own)", string(p.week), "(colleague)", p.other.Therapist.PersonID, "(next)", string(p.week.Add(1)), "(shown)", shown, "(offers)", version).Replace(values[0]))
			}
			act(t, p, p.as(d.actor), d.actor, d.path(p), form)
		})
	}
	for _, r := range theStage(t).open(t).routes() {
		if r.method == http.MethodPost && !done[r.path] {
			t.Errorf("POST %s was not tried", r.path)
		}
	}
	t.Logf("%d acts over %d lines of the route table, %d rows of the audit", acts, len(done)-1, rows)
}

// TestAudit_refusals holds each refusal of somebody who is signed in to one
// row, and of nobody to none; the answer is the same when the row cannot be
// kept.
func TestAudit_refusals(t *testing.T) {
	missing := strings.Repeat("a", 26)
	for _, tt := range []struct {
		actor, method, path string
		want                string // action, case and object
	}{
		{"client", http.MethodGet, "/cases/(case)", "GET /cases/:case (case) "},
		{"client", http.MethodHead, "/cases/(case)", "GET /cases/:case (case) "},
		{"partner", http.MethodPost, "/experiments/(experiment)/decision", "POST /experiments/:experiment/decision  (experiment)"},
		{"therapist", http.MethodGet, "/week", "GET /week  "},
		{"other therapist", http.MethodGet, "/cases/(case)/flags", "GET /cases/:case/flags (case) "},
		{"other therapist", http.MethodPost, "/practice", "POST /practice  "},
		{"other therapist", http.MethodGet, "/cases/" + missing, "GET /cases/:case " + missing + " "},
		{"other therapist", http.MethodGet, "/cases/Jitka", "GET /cases/:case  "},
		{"therapist", http.MethodGet, "/nowhere", ""},
		{"nobody", http.MethodGet, "/cases/(case)", ""},
		{"nobody", http.MethodPost, "/week", ""},
		{"expired client", http.MethodGet, "/cases/(case)", ""},
	} {
		p := theStage(t).open(t)
		ids := strings.NewReplacer("(case)", p.couple.CaseID, "(experiment)", p.couple.Experiment)
		before, changes := count(t, p.raw, `SELECT max(id) FROM audit`), p.changes()
		ask := func() string {
			var body url.Values
			if tt.method == http.MethodPost {
				body = url.Values{}
			}
			return whole(p.as(tt.actor).send(tt.method, ids.Replace(tt.path), body))
		}
		first := ask()
		n := count(t, p.raw, `SELECT count(*) FROM audit WHERE id > ?`, before)
		if p.changes() != changes {
			t.Errorf("%s as %s: more than the audit was changed", tt.path, tt.actor)
		}
		if (n == 1) != (tt.want != "") || n > 1 {
			t.Errorf("%s as %s: %d rows", tt.path, tt.actor, n)
		}
		if n == 1 {
			var got string
			must(t, p.raw.QueryRow(`SELECT action || ' ' || case_id || ' ' || object_id FROM audit WHERE id > ? AND result = 'refused' AND person_id = ?`, before, p.personOf(tt.actor)).Scan(&got))
			if want := ids.Replace(tt.want); got != want {
				t.Errorf("%s as %s: the row says %q, wanted %q", tt.path, tt.actor, got, want)
			}
		}
		release := refusing["locked"](p)
		if again := ask(); again != first {
			t.Errorf("%s as %s: the answer differs when no row can be kept: %s", tt.path, tt.actor, apart(first, again))
		}
		release()
	}
}

// TestAudit_everybodyElse asks for every page of a case as everybody but its
// therapist, one of them its supervisor: who is let in leaves one row that says what was read, who is signed
// in and refused one that says so, and nobody none.
func TestAudit_everybodyElse(t *testing.T) {
	asked, read, refused := 0, 0, 0
	for _, actor := range actors {
		if actor == "therapist" {
			continue
		}
		p := theStage(t).open(t)
		must(t, p.db.Supervise(t.Context(), p.couple.Therapist, p.couple.CaseID, models.SuperviseInput{Supervisor: p.other.Therapist.PersonID, Until: "2026-05-24"}))
		for _, r := range p.routes() {
			if r.method != http.MethodGet || !strings.Contains(r.path, ":case") && !strings.Contains(r.path, ":experiment") {
				continue
			}
			if asked++; asked%20 == 0 {
				p.clock.Set(p.clock.Now().Add(time.Minute)) // a minute takes so many refusals
			}
			before := count(t, p.raw, `SELECT max(id) FROM audit`)
			w := p.as(actor).get(p.target(p.App, r.path, "own"))
			const of = `SELECT count(*) FROM audit WHERE id > ? AND result = ?`
			done, no := count(t, p.raw, of, before, "done"), count(t, p.raw, of, before, "refused")
			wantDone, wantNo := 0, 0
			if in := actor == "sharer" || actor == "deputy"; in && r.path != supervisedPath+"/:case" {
				wantDone = 1 // that she came in, whatever the page then said
				if w.Code == http.StatusForbidden {
					wantNo = 1
				}
				if r.path == "/experiments/:experiment/agreement" || r.path == "/experiments/:experiment/note/:file" {
					wantDone = 2 // and that it was printed
				}
			} else if w.Code == http.StatusOK {
				wantDone = 1
			} else if roleOf(actor) != "" {
				wantNo = 1
			}
			if w.Code == http.StatusOK && count(t, p.raw, of+` AND case_id = ? AND person_id = ?`, before, "done", p.couple.CaseID, p.personOf(actor)) != wantDone {
				t.Errorf("GET %s as %s: no row says what was read by whom", r.path, actor)
			}
			if done != wantDone || no != wantNo {
				t.Errorf("GET %s as %s: %d, and %d rows of what was done and %d of what was refused", r.path, actor, w.Code, done, no)
			}
			read, refused = read+done, refused+no
		}
	}
	if asked < 300 || refused < 100 || read < 1 {
		t.Errorf("only %d requests, %d read, %d refused", asked, read, refused)
	}
	t.Logf("%d requests: %d read, %d refused to somebody who is signed in; a row for each", asked, read, refused)
}

// TestAudit_printNeedsItsRow refuses a sheet for paper when the audit cannot
// say that it was given.
func TestAudit_printNeedsItsRow(t *testing.T) {
	p := theStage(t).open(t)
	b, at := p.as("therapist"), agreementPath(p.couple.Experiment)
	prints := func() int { return count(t, p.raw, `SELECT count(*) FROM audit WHERE action = 'agreement printed'`) }
	if w := b.get(at); w.Code != http.StatusOK || prints() != 1 {
		t.Errorf("%d, %d rows", w.Code, prints())
	}
	release := refusing["locked"](p)
	if w := b.get(at); w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "Ask about the day") {
		t.Errorf("without its row: %d\n%s", w.Code, w.Body)
	}
	release()
	if n := prints(); n != 1 {
		t.Errorf("%d rows", n)
	}
}

// TestAudit_holdsNoContent looks at every row that a practice has left behind
// and at those of a visit that types into everything: ids, times and the words
// of the program.
func TestAudit_holdsNoContent(t *testing.T) {
	p := theStage(t).open(t)
	fill(t, p)
	for _, actor := range actors {
		if at := strings.Contains(actor, "therapist"); at {
			p.as(actor).get("/cases/zq-typed")
		}
		p.as(actor).follow("/")
	}
	p.as("nobody").post("/signin", url.Values{"signin": {"zq-typed"}, "passphrase": {"zq-typed"}})
	rows, err := p.raw.Query(`SELECT at, person_id, role, action, case_id, object_id, result, request_id FROM audit`)
	must(t, err)
	defer rows.Close()
	id := func(s string) bool { return s == "" || len(s) == 26 && id26.MatchString(s) }
	var actions []string
	n := 0
	for ; rows.Next(); n++ {
		var at, person, role, action, caseID, object, result, request string
		must(t, rows.Scan(&at, &person, &role, &action, &caseID, &object, &result, &request))
		_, week := models.ParseWeek(object)
		if len(at) != len("2026-03-02T11:00:00.000Z") || !id(person) || !id(caseID) || !(id(object) || week) || !id(request) || !slices.Contains([]string{"", "therapist", "client", "partner"}, role) {
			t.Errorf("row %d: %q %q %q %q %q %q %q %q", n+1, at, person, role, action, caseID, object, result, request)
		}
		if !slices.Contains(actions, action) {
			actions = append(actions, action)
		}
	}
	must(t, rows.Err())
	routes := map[string]bool{}
	for _, r := range p.routes() {
		routes[r.method+" "+r.path] = true
	}
	for _, action := range actions {
		if strings.Contains(action, "zq") || strings.ContainsAny(action, "/") && !routes[action] {
			t.Errorf("the action %q", action)
		}
	}
	if n < 200 || len(actions) < 25 {
		t.Errorf("only %d rows and %d actions", n, len(actions))
	}
	t.Logf("%d rows, %d actions", n, len(actions))
}
