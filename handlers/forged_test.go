package handlers

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"enough/models"
	"enough/models/modelstest"
)

// forges leaves the signs of a week in which he sat down once and filled in both
// forms, on one browser.
func forges(p *play) {
	sqlExec(p.t, p.raw, `INSERT INTO traces SELECT hex(randomblob(8)), id, role, ?, 'd', 'n', at, '2026-04-26' FROM cases,
		(SELECT 'client' AS role, '2026-04-26T09:00:00.000Z' AS at UNION SELECT 'partner', '2026-04-26T09:03:20.000Z')`, string(p.week))
}

// A jar is a browser that keeps what it is told to keep, somewhere.
type jar struct {
	t       testing.TB
	app     http.Handler
	address string
	kept    map[string]string
}

func (j *jar) send(method, target string, body url.Values) *httptest.ResponseRecorder {
	j.t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body.Encode()))
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.RemoteAddr = j.address + ":4321"
	for name, value := range j.kept {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	j.app.ServeHTTP(w, r)
	for _, cookie := range w.Result().Cookies() {
		if j.kept[cookie.Name] = cookie.Value; cookie.MaxAge < 0 {
			delete(j.kept, cookie.Name)
		}
	}
	if strings.Contains(w.Header().Get("Clear-Site-Data"), `"cookies"`) {
		clear(j.kept)
	}
	return w
}

func (j *jar) fill(target, id string, pairs ...string) {
	j.t.Helper()
	s := sheetOf(j.t, j.send(http.MethodGet, target, nil).Body.String(), id)
	for i := 0; i < len(pairs); i += 2 {
		s.values.Set(pairs[i], pairs[i+1])
	}
	if w := j.send(http.MethodPost, target, s.values); w.Code >= 400 {
		j.t.Fatalf("%s: %d %s", id, w.Code, w.Body)
	}
}

func (j *jar) signsIn(name string) *httptest.ResponseRecorder {
	j.t.Helper()
	w := j.send(http.MethodPost, "/signin", url.Values{"signin": {name}, "passphrase": {modelstest.Passphrase}})
	if w.Code != http.StatusSeeOther {
		j.t.Fatalf("%s: %d", name, w.Code)
	}
	return w
}

// writesHers fills in the partner's form.
func (j *jar) writesHers(name, tension, leaving string) {
	j.t.Helper()
	j.signsIn(name)
	j.send(http.MethodPost, visitPath, url.Values{"step": {"begin"}})
	j.fill(visitPath, "visit-form", "alone", "yes", "tension", tension, "leaving", leaving, "say_no", "yes", "safe", "yes", "pushed", "no")
	j.send(http.MethodGet, visitPath, nil) // which says that it is saved
}

func (j *jar) writesHis(name, forecast string) {
	j.t.Helper()
	j.signsIn(name)
	form := sheetOf(j.t, j.send(http.MethodGet, weekPath, nil).Body.String(), "checkin-form").values
	for field, value := range map[string]string{"done": "2", "effort": "3", "tension": "4", "forecast": forecast} {
		if form.Has(field) || field == "tension" || field == "forecast" || strings.Contains(j.send(http.MethodGet, weekPath, nil).Body.String(), `name="`+field+`"`) {
			form.Set(field, value)
		}
	}
	if w := j.send(http.MethodPost, weekPath, form); w.Code >= 400 {
		j.t.Fatalf("his form: %d %s", w.Code, w.Body)
	}
}

// signs are the notes of a case that say that a report may not be hers: the rule,
// the week and the words.
func signs(t testing.TB, c *modelstest.Couple) (list []string) {
	t.Helper()
	flags, err := c.Practice.Flags(context.Background(), c.Therapist, c.CaseID)
	must(t, err)
	for _, f := range slices.Backward(flags) {
		if f.Level() == models.Note && f.Rule != "N1" {
			list = append(list, f.Rule+" "+string(f.Week)+" "+f.Said)
		}
	}
	return list
}

// TestForged_bothFormsByOne lives nine weeks through the router. In the house of
// the first couple he writes both forms, on his laptop, and hers gets better as he
// foresees; in that of the second each writes alone, on a telephone of one's own,
// in the same household.
func TestForged_bothFormsByOne(t *testing.T) {
	p := modelstest.Open(t)
	ada, bob := p.Couple(t, p.Owner, "ada").Start(t), p.Couple(t, p.Owner, "bob").Start(t)
	a := newApp(t, p.DB)
	laptop := &jar{t, a, "203.0.113.7", map[string]string{}}
	his, hers := &jar{t, a, "198.51.100.20", map[string]string{}}, &jar{t, a, "198.51.100.20", map[string]string{}}
	tension := []string{"7", "6", "8", "7", "6", "5", "6", "5", "1"}
	for n, score := range tension {
		for _, c := range []*modelstest.Couple{ada, bob} {
			switch n {
			case 4:
				c.Intervene(t)
			case 8:
				must(t, p.StartPhase(t.Context(), c.Therapist, c.Experiment, models.StepInput{Kind: "step_up", Start: string(p.Week()), Weeks: "4", Change: "dose", Behaviour: "Ask about the day",
					Label: "ask about your day", CountsIf: "Asked and listened for five minutes.", NotCountsIf: "Phone in hand.", Dose: "4", Criterion: "5"}))
			}
		}
		p.Sunday()
		evening := p.Now()
		laptop.writesHis("ada-client", score)
		laptop.send(http.MethodPost, signoutPath, url.Values{})
		p.Clock.Set(evening.Add(3*time.Minute + 20*time.Second))
		laptop.writesHers("ada-partner", score, score)
		his.writesHis("bob-client", "3")
		p.Clock.Set(evening.Add(2 * time.Hour))
		hers.writesHers("bob-partner", "6", "6")
		hers.send(http.MethodPost, "/exit", url.Values{})
		p.NextMonday()
	}
	got := signs(t, ada)
	week := func(n int) string { return string(models.WeekOf(modelstest.Monday, time.UTC).Add(n)) }
	for _, want := range []string{
		"N2 " + week(0) + " the report was saved on 8 March 2026 from a browser that the client had used on 8 March 2026",
		"N3 " + week(0) + " saved 3 minutes after the client’s check-in, from the same network",
		"N4 " + week(3) + " the client’s forecast was the partner’s score in 4 reports running: 7, 6, 8, 7",
		"N4 " + week(7) + " the client’s forecast was the partner’s score in 8 reports running: 7, 6, 8, 7, 6, 5, 6, 5",
		"N5 " + week(8) + " tension 1, in the three reports before 5.3; closeness to leaving 1, in the three reports before 5.3: the first report after a step",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("not noted: %s\n%s", want, strings.Join(got, "\n"))
		}
	}
	if len(got) != 9+9+2+1 {
		t.Errorf("%d notes:\n%s", len(got), strings.Join(got, "\n"))
	}
	if honest := signs(t, bob); len(honest) > 0 {
		t.Errorf("of the honest couple is noted:\n%s", strings.Join(honest, "\n"))
	}
	// The therapist reads each with its numbers, the newest of a kind in the review.
	review := as(t, a, p.Owner).get(reviewPath(ada.Experiment)).Body.String()
	for _, title := range []string{"Both on one browser", "Both forms within minutes", "Each forecast right", "A sudden change after a step"} {
		if n := strings.Count(review, title); n != 1 {
			t.Errorf("the review says %d times %q", n, title)
		}
	}
	// Nobody else reads any.
	for _, v := range []models.Viewer{ada.Client, ada.Partner} {
		for target, w := range as(t, a, v).follow("/") {
			for _, word := range []string{"browser that", "same network", "forecast was", "first report after", "Both forms"} {
				if !strings.HasPrefix(target, "/static/") && strings.Contains(whole(w), word) {
					t.Errorf("%s, the %s: %q is there", target, v.Role, word)
				}
			}
		}
	}
}

// TestForged_hasNoEffect: with every sign there, each number, the verdict and what
// can be done next are as without.
func TestForged_hasNoEffect(t *testing.T) {
	s := theStage(t)
	plain, other := s.open(t), s.open(t)
	for _, p := range []*play{plain, other} {
		p.calm()
	}
	forges(other)
	rules := func(p *play) (list []string) {
		flags, err := p.db.Flags(t.Context(), p.couple.Therapist, p.couple.CaseID)
		must(t, err)
		for _, f := range flags {
			if f.Open() && f.Level() == models.Note {
				list = append(list, f.Rule)
			}
		}
		return list
	}
	if got := rules(other); !slices.Contains(got, "N2") || !slices.Contains(got, "N3") || len(got) != len(rules(plain))+2 {
		t.Fatalf("the signs are %v", got)
	}
	if one, two := plain.judgement(), other.judgement(); one != two {
		t.Errorf("the numbers differ: %s", apart(one, two))
	}
	for _, path := range []string{casesPath, casePath(s.couple.CaseID), experimentPath(s.couple.Experiment), phaseStepPath(s.couple.Experiment, "step_up"), casePath(s.couple.CaseID) + "/publish"} {
		one, two := steady(plain.as("therapist").get(path).Body.String()), steady(other.as("therapist").get(path).Body.String())
		if one != two {
			t.Errorf("%s differs: %s", path, apart(one, two))
		}
	}
}

// TestForged_isForgotten: after thirty days nothing is kept but the notes.
func TestForged_isForgotten(t *testing.T) {
	p := theStage(t).open(t)
	forges(p)
	kept := func() (traces, notes int) {
		return count(t, p.raw, `SELECT count(*) FROM traces WHERE case_id = ?`, p.couple.CaseID), count(t, p.raw, `SELECT count(*) FROM flags WHERE rule IN ('N2', 'N3') AND case_id = ?`, p.couple.CaseID)
	}
	signsIn := func(days int) {
		p.clock.Set(p.now.AddDate(0, 0, days))
		if w := p.as("nobody").post("/signin", url.Values{"signin": {"vera"}, "passphrase": {modelstest.Passphrase}}); w.Code != http.StatusSeeOther {
			t.Fatalf("sign-in: %d", w.Code)
		}
	}
	signsIn(20)
	if traces, notes := kept(); traces != 2 || notes != 0 {
		t.Errorf("after 20 days %d traces, %d notes", traces, notes)
	}
	signsIn(29)
	if traces, notes := kept(); traces != 2 || notes != 2 {
		t.Errorf("after 29 days %d traces, %d notes", traces, notes)
	}
	signsIn(31)
	if traces, notes := kept(); traces != 0 || notes != 2 {
		t.Errorf("after 31 days %d traces, %d notes", traces, notes)
	}
}

// TestForged_oneBrowserOneSession: when the second of a couple signs in on the
// browser of the first, the first is signed out.
func TestForged_oneBrowserOneSession(t *testing.T) {
	p := theStage(t).open(t)
	j := &jar{t, p.App, "203.0.113.7", map[string]string{}}
	j.signsIn("ada-client")
	his, device := j.kept[p.cookieName()], j.kept[p.deviceName()]
	w := j.signsIn("ada-partner")
	if got := w.Header().Get("Clear-Site-Data"); got != `"storage"` {
		t.Errorf("Clear-Site-Data is %q", got)
	}
	if v, err := p.db.Authenticate(t.Context(), his); err != nil || v.Known() {
		t.Errorf("the first is signed in still: %v", err)
	}
	if j.kept[p.deviceName()] != device || len(device) != 26 {
		t.Errorf("the browser was %q and is %q", device, j.kept[p.deviceName()])
	}
	flags := as(t, p.App, p.couple.Therapist).get(flagsPath(p.couple.CaseID)).Body.String()
	if !strings.Contains(flags, "the partner signed in on 26 April 2026 from a browser that the client had used on 26 April 2026") {
		t.Error("the therapist is not told")
	}
	// What is kept of it is a keyed mark: neither the browser's name nor the address.
	for _, secret := range []string{device, "203.0.113"} {
		if n := count(t, p.raw, `SELECT count(*) FROM traces WHERE device || network LIKE ?`, "%"+secret+"%"); n > 0 {
			t.Errorf("%s is kept as it is", secret)
		}
	}
	if n := count(t, p.raw, `SELECT count(*) FROM traces WHERE length(device) = 64 AND length(network) = 64`); n != 2 {
		t.Errorf("%d traces are kept", n)
	}
	// Leaving takes the name away with all else.
	j.send(http.MethodPost, "/exit", url.Values{})
	if len(j.kept) != 0 {
		t.Errorf("after leaving the browser keeps %v", j.kept)
	}
}
