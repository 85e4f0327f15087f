package handlers

import (
	"bytes"
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

func TestCanary_clientSeesNothingSealed(t *testing.T) {
	p := theStage(t).open(t)
	fill(t, p)
	sealed, shown := plant(t, p)
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
	modelstest.Write(t, p.raw, p.file, "people", "name", "zqname7f3a", `role = 'partner'`)
	for request, w := range p.as("other client").follow("/") {
		if found := hits(whole(w), append(sealed, "zqname7f3a", "zqsnapshotsreportedby7f3a")); found != nil {
			t.Errorf("%s: the other client is sent %v", request, found)
		}
	}
}

// TestCanary_logsNameNobody lets everybody do everything, with texts of their
// own, and reads the log.
func TestCanary_logsNameNobody(t *testing.T) {
	p := theStage(t).open(t)
	fill(t, p)
	sealed, shown := plant(t, p)
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
	sent := b.post("/w", form)
	if sent.Code != http.StatusSeeOther || sent.Header().Get("Location") != visitPath {
		t.Fatalf("submit: %d %s", sent.Code, sent.Body)
	}
	w := b.get("/w")
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Saved. Thank you.") {
		t.Errorf("after it: %d %s", w.Code, w.Body)
	}
	cookies := w.Result().Cookies()
	if len(cookies) != 1 || cookies[0].MaxAge >= 0 || cookies[0].Value != "" {
		t.Errorf("the session's cookie stays: %v", cookies)
	}
	b.cookie = nil
	answers := []*httptest.ResponseRecorder{w, b.get("/w"), old.post("/w", url.Values{"step": {"own"}}), old.post("/w", url.Values{"step": {"unlock"}, "passphrase": {modelstest.Passphrase}}), old.post("/w", form), old.get("/w")}
	for i, a := range answers[1:4] {
		if a.Code != http.StatusSeeOther || a.Header().Get("Location") != signinPath {
			t.Errorf("request %d after the form: %d, %s", i+1, a.Code, a.Header().Get("Location"))
		}
	}
	// The very same form, sent twice by a phone, is told the very same.
	if twice := answers[4]; whole(twice) != whole(sent) {
		t.Errorf("the form sent twice: %d", twice.Code)
	}
	if said := answers[5]; said.Body.String() != w.Body.String() {
		t.Errorf("after the form sent twice: %d", said.Code)
	}
	form.Set("note", "zqnote7f3a, and more")
	if other := old.post("/w", form); other.Code < 400 || strings.Contains(other.Body.String(), "Saved. Thank you.") {
		t.Errorf("another form after it: %d", other.Code)
	}
	again := as(t, p.App, p.other.Partner)
	answers = append(answers, again.get("/w"), again.turn(models.VisitOwn), again.turn(models.VisitShow), again.post("/w", url.Values{"alone": {"yes"}, "week": {string(p.week)}}))
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
	// Her passphrase opens what she wrote, but never whether she was safe or pushed.
	must(t, p.db.Unlock(t.Context(), mustViewer(t, p, again), modelstest.Passphrase))
	own := again.turn(models.VisitOwn).Body.String()
	if !strings.Contains(own, "zqnote7f3a") || strings.Contains(own, "Another way") || strings.Contains(own, "another_way") {
		t.Errorf("her own page holds too little or too much\n%s", own)
	}
	for _, name := range elements(parse(t, own), tag("dt")) {
		if asked := strings.ToLower(wordsIn(name)); strings.Contains(asked, "safe") || strings.Contains(asked, "pushed") || strings.Contains(asked, "contact") {
			t.Errorf("her own page repeats %q", asked)
		}
	}
}

func mustViewer(t testing.TB, p *play, b *browser) models.Viewer {
	t.Helper()
	v, err := p.db.Authenticate(t.Context(), b.cookie.Value)
	must(t, err)
	return v
}
