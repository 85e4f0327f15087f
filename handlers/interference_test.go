package handlers

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"enough/models"
	"enough/models/modelstest"
)

// worlds are what the partner's side and the therapist's own may hold besides
// what was published. In each the client's answers must be the same, byte for
// byte, as on the stage, where she reported every week, called, was pushed, asked
// to be contacted, corrected, proposed, and took one publication back, and where
// that raised flags and withholds the verdict.
var worlds = map[string]func(*play){
	"no flag was raised, no verdict kept":                              unjudged,
	"flags closed and raised, a guess, a decision against the verdict": judged,
	"weeks are set aside, some of them shown":                          setsAsideAll,
	"the partner withdraws":                                            func(p *play) { p.raises("withdraws") },
	"she reported what was published and nothing else": made(`
		DELETE FROM partner_reports WHERE week NOT IN (SELECT place FROM snapshot_values);
		UPDATE partner_reports SET leaving = NULL, leaving_state = 'skipped', noticed = NULL, noticed_state = 'skipped', felt_real = NULL, real_state = 'skipped',
			different = 'not_asked', say_no = 'skipped', safe = 'skipped', pushed = 'skipped', children = 'skipped', note = x'', contact = 'skipped',
			contact_by = 'not_asked', late = 0, version = 1;
		DELETE FROM partner_report_corrections; DELETE FROM partner_calls; DELETE FROM partner_proposals WHERE week NOT IN (SELECT place FROM snapshot_values);` + unseen),
	"nothing of hers is left": made(`
		DELETE FROM partner_reports; DELETE FROM partner_report_corrections; DELETE FROM partner_calls; DELETE FROM partner_proposals;
		DELETE FROM partner_contacts; DELETE FROM partner_pauses; DELETE FROM partner_notices;` + unseen),
	"she said the opposite": made(`
		UPDATE partner_reports SET conflict = 10 - conflict, leaving = 10 - leaving, felt_real = 10 - felt_real, pushed = 'yes', safe = 'no', note = x'',
			contact = 'soon', version = version + 3, saved_at = '2026-01-01T00:00:00.000Z';
		UPDATE partner_calls SET answer = 'no', different = x''; UPDATE partner_contacts SET address = x'', never = x'';
		INSERT INTO partner_pauses SELECT hex(randomblob(8)), id, '2026-04-20', NULL, x'', '2026-04-20T00:00:00.000Z' FROM cases;`),
}

// made gives a world by what the database holds in it.
func made(statements string) func(*play) {
	return func(p *play) { sqlExec(p.t, p.raw, statements) }
}

// unjudged is a stage on which the rules have found nothing yet.
func unjudged(p *play) {
	made(`DROP TRIGGER flags_stay; DELETE FROM flags; DELETE FROM masked_guesses; UPDATE decisions SET verdict = '{}', because = x''`)(p)
}

// judged is a stage on which the therapist has closed each flag, raised another,
// made the guess, and decided against the verdict without a word to anybody.
func judged(p *play) {
	b, flags := p.as("therapist"), flagsPath(p.couple.CaseID)
	for {
		list := sheets(parse(p.t, b.get(flags).Body.String()), "")
		i := slices.IndexFunc(list, func(s sheet) bool { return s.id == "close-1" })
		if i < 0 {
			break
		}
		p.sends(flags+"/close", list[i].write("reason", "Spoken with alone."))
	}
	p.raises("threat")
	p.guesses()
	decision := sheetOf(p.t, b.get(decisionPath(p.couple.Experiment)).Body.String(), "decision-form").write("choice", "enough")
	for name, value := range map[string]string{"present": "nobody", "reasons": "Reasons.", "suffers_less": "Somebody.", "who_pays": "Somebody.", "because": "Heard alone."} {
		decision.Set(name, value)
	}
	p.sends(decisionPath(p.couple.Experiment), decision)
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

// unseen takes away her sessions, what she sent, and what was noted of her.
const unseen = `
	DELETE FROM sessions WHERE person_id IN (SELECT partner_id FROM cases); DELETE FROM submissions WHERE person_id IN (SELECT partner_id FROM cases);
	DELETE FROM invitations WHERE person_id IN (SELECT partner_id FROM cases);
	DROP TRIGGER audit_keeps_all; DELETE FROM audit WHERE person_id IN (SELECT partner_id FROM cases);
	UPDATE decisions SET numbers = '[]';`

// A reply is one answer of a crawl with the request that it answers.
type reply struct{ request, answer string }

// crawl asks, as the client, for all that he can reach, at several times, and
// sends what he can send: good, bad, twice, in conflict.
func (p *play) crawl() (list []reply) {
	b := p.as("client")
	note := func(what string, w *httptest.ResponseRecorder) {
		list = append(list, reply{fmt.Sprint(p.clock.Now().Format("Monday 2 January "), what), tokens.ReplaceAllString(whole(w), "(random)")})
	}
	headers := [][]string{nil, {"HX-Request", "true"}, {"HX-Request", "true", "HX-History-Restore-Request", "true"}, {"HX-Request", "true", "HX-Boosted", "true"}}
	look := func() {
		targets := []string{"/nowhere", "/week?correct=yes", "/week/", "/cases/" + p.couple.CaseID + "/nowhere", "/static/nothing.css"}
		for _, r := range p.routes() {
			targets = append(targets, p.target(p.App, r.path, "own"))
			if r.allow&anyone == 0 {
				note("POST "+r.path+", empty", b.post(p.target(p.App, r.path, "own"), url.Values{}))
			}
		}
		for _, target := range targets {
			for _, h := range headers {
				note("GET "+target+fmt.Sprint(h), b.send(http.MethodGet, target, nil, h...))
			}
			note("HEAD "+target, b.send(http.MethodHead, target, nil))
			note("PUT "+target, b.send(http.MethodPut, target, nil))
		}
	}
	send := func(target string, form url.Values) {
		note("POST "+target+" "+form.Encode(), b.post(target, form))
		note("swap "+target+" "+form.Encode(), b.swap(target, form))
		note("GET /week after it", b.get("/week"))
	}
	act := func() {
		w := string(p.week)
		good := url.Values{"submission_id": {"one"}, "week": {w}, "done": {"2"}, "effort": {"3"}, "tension": {"4"}, "forecast": {"5"}, "guess": {"6"}, "sure": {"50"}, "note": {"Mine."}}
		with := func(pairs ...string) url.Values {
			v := url.Values{}
			for key, values := range good {
				v[key] = values
			}
			for i := 0; i < len(pairs); i += 2 {
				v.Set(pairs[i], pairs[i+1])
			}
			return v
		}
		send("/week", with("tension", "eleven", "note", strings.Repeat("x", 300)))
		send("/week", with("week", string(p.week.Add(-1))))
		send("/week", with("week", string(p.week.Add(-2))))
		send("/week", with("week", string(p.week.Add(1))))
		send("/week", with("week", "next"))
		send("/week", good)
		send("/week", with("submission_id", "two", "note", "Mine, in another window."))
		send("/week", with("submission_id", "three", "version", "1", "note", "Mine, corrected."))
		for range 2 {
			send("/week/done", url.Values{"submission_id": {"four"}})
			send("/week/undo", url.Values{"submission_id": {"five"}})
			send("/week/undo", url.Values{"submission_id": {"six"}})
		}
		for range 15 {
			send("/week/done", url.Values{})
		}
		send("/w", with("alone", "yes"))
		send("/w", url.Values{"step": {"unlock"}, "passphrase": {modelstest.Passphrase}})
		send("/w", url.Values{"step": {"back"}, "item": {p.extra}})
		send("/cases/"+p.couple.CaseID+"/publish", url.Values{"show": {p.extra}, "words": {"Mine."}})
		send("/signin", url.Values{"signin": {"ada-partner"}, "passphrase": {"a guess of his"}})
		note("a form of another site", b.send(http.MethodPost, "/week", good, "Sec-Fetch-Site", "cross-site"))
		note("no form", b.sendText(http.MethodPost, "/week", "application/json", "{}"))
		note("too long", b.sendText(http.MethodPost, "/week", "application/x-www-form-urlencoded", "note="+strings.Repeat("a", bodyLimit)))
	}
	look()
	act()
	look()
	// No form is open on a Thursday; then the week after the last one has none.
	for _, days := range []int{4, 5, 8} {
		p.clock.Set(p.now.Add(time.Duration(days) * 24 * time.Hour))
		look()
	}
	act()
	send("/signin", url.Values{"signin": {"ada-client"}, "passphrase": {modelstest.Passphrase}})
	send("/signout", url.Values{})
	look()
	return list
}

// tokens are what is drawn anew for every answer, whoever asks: a form's name,
// a session.
var tokens = regexp.MustCompile(`\b[A-Z2-7]{26}\b|\b[a-z2-7]{52}\b`)

// differ gives the first answer in which two crawls of at least so many differ.
func differ(t *testing.T, one, other []reply, least int) string {
	t.Helper()
	if len(one) != len(other) || len(one) < least {
		t.Fatalf("%d and %d answers", len(one), len(other))
	}
	for i := range one {
		if one[i].request != other[i].request {
			t.Fatalf("the crawls part at %s", one[i].request)
		}
		if one[i].answer != other[i].answer {
			return one[i].request + " " + apart(one[i].answer, other[i].answer)
		}
	}
	return ""
}

// TestInterference_noByteDepends is the second promise: what the partner has
// not shown cannot be seen or guessed.
func TestInterference_noByteDepends(t *testing.T) {
	s := theStage(t)
	one := s.open(t)
	if n := count(t, one.raw, `SELECT count(*) FROM snapshot_values`); n < 4 {
		t.Fatalf("only %d values are published", n)
	}
	stands := one.crawl()
	for name, make := range worlds {
		t.Run(name, func(t *testing.T) {
			other := s.open(t)
			before := dump(t, other.raw)
			make(other)
			if dump(t, other.raw) != before {
				t.Fatal("the other world differs in what the client may read")
			}
			if diff := differ(t, stands, other.crawl(), 1000); diff != "" {
				t.Error(diff)
			}
		})
	}
	// The comparison is not blind: one item more is seen.
	t.Run("one item more is seen", func(t *testing.T) {
		other := s.open(t)
		sqlExec(t, other.raw, `UPDATE partner_reports SET pushed = 'no'`)
		sqlExec(t, other.raw, `DELETE FROM partner_report_corrections`)
		_, version, err := other.db.Proposals(context.Background(), s.couple.Therapist, s.couple.CaseID)
		must(t, err)
		_, err = other.db.Publish(context.Background(), s.couple.Therapist, s.couple.CaseID,
			models.PublishInput{Keys: []string{s.extra}, SpokenOn: string(models.DayOf(s.now, time.UTC)), Version: version})
		must(t, err)
		if differ(t, stands, other.crawl(), 1000) == "" {
			t.Error("an item more was published, and no answer differs")
		}
	})
}

// hers asks, as the partner, for all that she can reach: with and without her
// passphrase, while a form is open and when none is, and sends every form.
func (p *play) hers() (list []reply) {
	for _, days := range []int{0, 4, 9} {
		p.clock.Set(p.now.Add(time.Duration(days) * 24 * time.Hour))
		for _, actor := range []string{"partner", "partner unlocked"} {
			answers := p.as(actor).follow("/")
			for _, request := range slices.Sorted(maps.Keys(answers)) {
				list = append(list, reply{fmt.Sprint(days, " ", actor, " ", tokens.ReplaceAllString(request, "(random)")), tokens.ReplaceAllString(whole(answers[request]), "(random)")})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b reply) int {
		return cmp.Or(cmp.Compare(a.request, b.request), cmp.Compare(a.answer, b.answer))
	})
	return list
}

// TestInterference_partnerSeesNoJudgement: neither do the partner's pages depend
// on what the therapist makes of her answers.
func TestInterference_partnerSeesNoJudgement(t *testing.T) {
	s := theStage(t)
	stands := s.open(t).hers()
	for name, make := range map[string]func(*play){"no flag was raised": unjudged, "all are closed": judged, "weeks are set aside": setsAsideAll} {
		t.Run(name, func(t *testing.T) {
			other := s.open(t)
			make(other)
			if diff := differ(t, stands, other.hers(), 60); diff != "" {
				t.Error(diff)
			}
		})
	}
	// The comparison is not blind: what was written to her is seen.
	t.Run("a notice is seen", func(t *testing.T) {
		other := s.open(t)
		other.writes("partner_notices", "body", "The form ends.")
		if differ(t, stands, other.hers(), 60) == "" {
			t.Error("another text was written to her, and no answer differs")
		}
	})
}

// TestSeen_isTheClientsOwnPage holds “What he sees” to what he sees.
func TestSeen_isTheClientsOwnPage(t *testing.T) {
	p := theStage(t).open(t)
	compare := func(when string) {
		p.sessions["therapist"] = sessionOf(t, p.App, p.couple.Therapist).Value // his lasts longer than hers
		for _, page := range []string{"week", "plan", "chart", "shared"} {
			his, seen := p.as("client").get("/"+page), p.as("therapist").get(casePath(p.couple.CaseID)+"/seen/"+page)
			if his.Code != http.StatusOK || whole(his) != whole(seen) {
				t.Errorf("%s, /%s: %s", when, page, apart(whole(his), whole(seen)))
			}
		}
	}
	compare("with an open form")
	form := sheetOf(t, p.as("client").get("/week").Body.String(), "checkin-form").values
	for name, value := range map[string]string{"done": "1", "effort": "2", "tension": "3", "forecast": "4"} {
		form.Set(name, value)
	}
	if w := p.as("client").post("/week", form); w.Code != http.StatusSeeOther {
		t.Fatalf("check-in: %d", w.Code)
	}
	compare("after the form")
	p.clock.Set(p.now.Add(12 * 24 * time.Hour))
	compare("after the last week")
}
