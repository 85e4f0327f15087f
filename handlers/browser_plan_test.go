package handlers

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"enough/models"
	"enough/models/modelstest"
)

// emptyPractice is a program that was just started, with its one-time link. It asks
// its therapist for both factors.
type emptyPractice struct {
	*modelstest.Practice
	url, setUp string
	secret     string // of the therapist's authenticator
}

func newEmptyPractice(t *testing.T) *emptyPractice {
	t.Helper()
	thrownAway, file, clock := modelstest.Empty(t)
	must(t, thrownAway.Close())
	db, err := models.Open(models.Options{File: file, Now: clock.Now, CheapPassphrases: true})
	must(t, err)
	t.Cleanup(func() { db.Close() })
	token, err := db.SetUpToken(context.Background())
	must(t, err)
	return &emptyPractice{Practice: &modelstest.Practice{DB: db, File: file, Clock: clock}, url: serve(t, newApp(t, db)), setUp: "/setup/" + token}
}

// fills fills fields by their id: id and text by turns.
func (b *tab) fills(pairs ...string) {
	b.t.Helper()
	for i := 0; i+1 < len(pairs); i += 2 {
		b.fill("#"+pairs[i], pairs[i+1])
	}
}

// chooses takes answers: name and value by turns.
func (b *tab) chooses(pairs ...string) {
	b.t.Helper()
	for i := 0; i+1 < len(pairs); i += 2 {
		b.choose(pairs[i], pairs[i+1])
	}
}

// send sends the form with an id.
func (b *tab) send(form string) { b.t.Helper(); b.submit("#" + form + " .send button:not([name])") }

// refused fails the test unless a field has exactly this message.
func (b *tab) refused(field, message string) {
	b.t.Helper()
	b.is("the message of "+field, b.text("#"+field+"-error"), message)
	b.holds("#"+field+`[aria-invalid="true"]`, 1)
}

// openCase sets the practice up, opens a case, writes its frame and opens its
// gate.
func (p *emptyPractice) openCase(vera *tab) (casePage string) {
	vera.visit(p.setUp)
	vera.shot("setup")
	vera.fills("name", "Dr Vera Test", "practice", "Test practice", "zone", "Belgrade", "office", "Riverside Office", "emergency", "Call 112.",
		"signin", "vera", "passphrase", modelstest.Passphrase, "again", modelstest.Passphrase)
	vera.send("setup-form")
	vera.refused("zone", "Enter a time zone by its name, such as Europe/Belgrade.")
	vera.fills("zone", "Europe/Belgrade", "passphrase", modelstest.Passphrase, "again", modelstest.Passphrase)
	vera.send("setup-form")
	vera.is("the page after the set-up", vera.path(), "/second")
	vera.holds(".qr path", 1)
	vera.shot("second-set")
	p.secret = vera.value("#second-form input[name=secret]")
	vera.fill("#code", "000000")
	vera.send("second-form")
	vera.refused("code", "This is not the code that goes with the picture. Enter the six digits that the authenticator shows now.")
	vera.is("the secret, after a wrong code", vera.value("#second-form input[name=secret]"), p.secret)
	vera.fill("#code", modelstest.Code(vera.t, p.secret, p.Now()))
	vera.send("second-form")
	vera.holds(".codes li", 10)
	vera.shot("second-codes")
	vera.submit(".go")
	vera.is("the page after the recovery codes", vera.path(), "/cases")
	vera.submit(`a[href="/cases/new"]`)

	vera.fills("client_name", "Pavel", "partner_name", "Jitka")
	vera.chooses("client_pronoun", "he", "partner_pronoun", "she", "children", "no")
	vera.send("case-form")
	casePage = strings.TrimSuffix(vera.path(), "/frame")
	vera.shot("frame-new")
	vera.fills("goal", "Have evenings again that we both like.", "stake", "The flat. Our weekends.", "cooperation", "Jitka’s.",
		"candidate1", "Ask about her day", "cost1", "2", "candidate2", "No work between 18 and 20", "cost2", "6",
		"ending", "I end this if she is watched or questioned about the form.")
	vera.choose("economic", "no")
	vera.send("frame-form")
	vera.is("the page after the frame", vera.path(), casePage)
	vera.shot("case-gate-open-points")

	vera.submit(`a[href="` + casePage + `/gate"]`)
	vera.fills("alone_on", "2026-02-27", "holding_back", "Yes.", "defensiveness", "Some.", "what_each_gets", "He gets a task. She gets to see whether he keeps it.",
		"consent_on", "2026-02-27", "address", "555 0107", "skill_note", "I see nobody.")
	vera.chooses("screen", "hark", "screen_result", "no_concern", "fear", "no", "wants_plan", "wants", "channel", "text", "device_shared", "no", "agenda", "improve")
	vera.send("gate-form")
	vera.refused("screen_on", "Enter the date of the screen.")
	vera.fill("#screen_on", "2026-02-27")
	vera.send("gate-form")
	vera.is("the page after the gate", vera.path(), casePage)
	vera.holds(".checks .open", 0)
	return casePage
}

// code makes a one-time code and checks that it is shown once.
func (b *tab) code(casePage, role string) string {
	b.t.Helper()
	b.submit(`form[action="` + casePage + `/code"]:has([value=` + role + `]) button`)
	code := b.text(".code")
	b.shot("case-code-" + role)
	b.visit(casePage)
	b.holds(".code", 0)
	return code
}

// join lets a person in with a code.
func (b *tab) join(code, signin string) {
	b.t.Helper()
	b.visit("/join")
	b.fills("code", code, "signin", signin, "passphrase", modelstest.Passphrase, "again", modelstest.Passphrase)
	b.send("join-form")
}

// plan writes both steps of a plan, each with one wrong try, looks at the
// agreement and starts the baseline.
func (b *tab) plan(casePage string) (experimentPage string) {
	b.t.Helper()
	b.submit(`button[name=behaviour][value="Ask about her day"]`)
	experimentPage = strings.TrimSuffix(b.path(), "/plan/act")
	b.is("the act", b.value("#behaviour"), "Ask about her day")
	b.fills("behaviour", "Be more attentive", "counts_if", "You asked, and listened for five minutes with the phone away.",
		"not_counts_if", "The phone was in your hand.", "label", "ask about your day", "if_moment", "it is after dinner", "then_act", "I ask")
	b.send("plan-form")
	b.refused("behaviour", "Nobody can count this. Name one act that others could see or hear, such as “Ask about the day and listen for five minutes”.")
	b.is("what was typed", b.value("#counts_if")+" "+b.value("#label"), "You asked, and listened for five minutes with the phone away. ask about your day")
	b.shot("plan-act-wrong")
	b.fill("#behaviour", "Ask about her day")
	b.send("plan-form")
	b.is("the second step", b.path(), experimentPage+"/plan/measure")

	b.fills("dose", "2", "dose_words", "Twice is doable.", "cost", "2", "prediction", "3", "confidence", "70", "criterion", "1", "stop_wording", "Not this week.")
	b.chooses("outcome", "conflict", "criterion_kind", "drop")
	b.send("plan-form")
	b.refused("criterion", "Enter a whole number from 2 to 10.")
	b.is("what was typed", strings.Join(b.checked(), " ")+" "+b.value("#confidence"), "outcome=conflict criterion_kind=drop draw_latest= completion=75 70")
	b.shot("plan-measure-wrong")
	b.fill("#criterion", "2")
	b.send("plan-form")
	b.is("the plan", b.path(), experimentPage)
	b.shot("experiment-draft")

	b.submit(`a[href="` + experimentPage + `/agreement"]`)
	text := b.text("main")
	for _, want := range []string{"Pavel", "Ask about her day.", "2 a week (“Twice is doable.”)", "If it is after dinner, then I ask.",
		"average of the last 3 reports at least 2 below the baseline average", "4 weeks before anything changes, then 4 to 6 weeks of the plan.", "“Not this week.”"} {
		if !strings.Contains(text, want) {
			b.t.Errorf("the agreement does not say %q: %q", want, text)
		}
	}
	b.shot("agreement-first")
	b.submit(".back a")
	b.is("the week of the start", b.value("#start"), "2026-03-02")
	b.send("start-form")
	b.wait(".plain-links.acts")
	if stand := b.text(".stand"); !strings.HasPrefix(stand, "Baseline, week 1 of 4") {
		b.t.Errorf("the experiment stands at %q", stand)
	}
	b.holds("#start-form", 0)
	b.shot("experiment-baseline")
	return experimentPage
}

// TestBrowserPlan goes from an empty practice to a started baseline, and has both
// join. TestBrowserStory does the same on a laptop.
func TestBrowserPlan(t *testing.T) {
	journey := func(t *testing.T, s screen, options ...tabOption) {
		p := newEmptyPractice(t)
		vera := openTab(t, p.url, s, options...)
		vera.expect(422)
		casePage := p.openCase(vera)
		codes := map[string]string{"client": vera.code(casePage, "client"), "partner": vera.code(casePage, "partner")}
		for role, home := range map[string]string{"client": "/week", "partner": "/w"} {
			b := openTab(t, p.url, phone, options...)
			b.expect(422)
			b.join(codes[role], role)
			b.is("the "+role+"'s first page", b.path(), home)
			b.shot("joined-" + role)
			b.visit("/join")
			b.fills("code", codes[role], "signin", "again", "passphrase", modelstest.Passphrase, "again", modelstest.Passphrase)
			b.send("join-form")
			b.sees(true, "#code-error")
		}
		vera.plan(casePage)
	}
	inWays(t, journey, onPhone, manner{"without JavaScript", laptop, []tabOption{noScript}})
}

// TestBrowserStory goes the whole way, from an empty practice to a snapshot
// that was published and taken back.
func TestBrowserStory(t *testing.T) {
	t.Parallel()
	began := time.Now()
	p := newEmptyPractice(t)
	vera, pavel, jitka := openTab(t, p.url, laptop), openTab(t, p.url, phone), openTab(t, p.url, phone)
	vera.expect(422)
	casePage := p.openCase(vera)
	pavel.join(vera.code(casePage, "client"), "pavel")
	jitka.join(vera.code(casePage, "partner"), "jitka")
	experimentPage := vera.plan(casePage)
	toBaseline := vera.taps() + pavel.taps() + jitka.taps()

	c := p.couple(t)
	back := func(b *tab, name string) {
		b.t.Helper()
		if b.visit("/"); b.path() == "/signin" {
			b.signIn(name, modelstest.Passphrase)
		}
		if b.path() == "/second" {
			b.shot("second-give")
			b.fill("#second", modelstest.Code(t, p.secret, p.Now()))
			b.send("second-form")
		}
	}
	week := func(w int, checkin models.CheckinInput, report models.PartnerReportInput) {
		t.Helper()
		p.Sunday()
		c.CheckIn(t, checkin)
		c.Report(t, report)
		p.NextMonday()
	}

	// The baseline: the first week on their phones.
	p.Sunday()
	back(pavel, "pavel")
	pavel.holds("#tap-card", 0)
	pavel.chooses("tension", "5", "forecast", "4")
	pavel.send("checkin-form")
	pavel.is("the page", pavel.text(weekSaved), "Saved. Next one opens Friday 13 March 2026.")
	back(jitka, "jitka")
	jitka.holds("#noticed", 0)
	jitka.holds("#children", 0)
	jitka.chooses("alone", "yes", "tension", "7", "leaving", "6", "say_no", "yes", "safe", "yes", "pushed", "no")
	jitka.send("visit-form")
	jitka.is("the page", jitka.text(".card"), "Saved. Thank you.")
	p.NextMonday()
	for i, n := range []string{"6", "7", "6"} {
		week(2+i, models.CheckinInput{Tension: "5", Forecast: "4"}, models.PartnerReportInput{Tension: n, Leaving: "6", SayNo: "yes", Safe: "yes", Pushed: "no"})
	}

	// The intervention, from the fifth week.
	back(vera, "vera")
	vera.submit(".cases a.name")
	vera.submit(`a[href="` + experimentPage + `"]`)
	vera.submit(`a[href="` + experimentPage + `/step/intervention"]`)
	vera.is("the start", vera.value("#start"), "2026-03-30")
	vera.send("step-form")
	vera.is("the page", vera.path(), experimentPage)
	if stand := vera.text(".stand"); !strings.HasPrefix(stand, "B1, 2 a week, week 1 of 4") {
		t.Errorf("the experiment stands at %q", stand)
	}
	back(pavel, "pavel")
	pavel.submit(doneToday)
	p.Sunday()
	pavel.visit("/week")
	pavel.submit(doneToday)
	pavel.visit("/week")
	pavel.is("done", pavel.value("#done"), "2")
	pavel.chooses("effort", "3", "tension", "4", "forecast", "5")
	pavel.send("checkin-form")
	pavel.is("the page", pavel.text(weekSaved), "Saved. Next one opens Friday 10 April 2026.")
	back(jitka, "jitka")
	jitka.chooses("alone", "yes", "tension", "5", "leaving", "5", "noticed", "1", "real", "4", "say_no", "yes", "safe", "yes", "pushed", "no")
	jitka.send("visit-form")
	p.NextMonday()
	for i, n := range []string{"5", "4"} {
		week(6+i, models.CheckinInput{Done: "2", Effort: "3", Tension: "4", Forecast: "5"},
			models.PartnerReportInput{Tension: n, Leaving: "4", Noticed: "2", Real: "6", SayNo: "yes", Safe: "yes", Pushed: "no"})
	}
	// The last week asks him for a guess and her for her call.
	p.Sunday()
	back(pavel, "pavel")
	pavel.fills("done", "2", "sure", "60")
	pavel.chooses("effort", "3", "tension", "3", "forecast", "4", "guess", "4")
	pavel.shot("week-last")
	pavel.send("checkin-form")
	// Nothing is planned after it, and nothing is said of that.
	pavel.is("the page", pavel.text(weekSaved), "Saved.")
	back(jitka, "jitka")
	jitka.chooses("alone", "yes", "tension", "4", "leaving", "3", "noticed", "2", "real", "6", "say_no", "yes", "safe", "yes", "pushed", "no", "enough", "yes_for_now")
	jitka.shot("visit-call")
	jitka.send("visit-form")
	jitka.is("the page", jitka.text(".card"), "Saved. Thank you.")

	// The Thursday after, all forms of the phase are closed: the review.
	p.NextMonday()
	p.Clock.Set(p.Clock.Now().Add(3 * 24 * time.Hour))
	back(vera, "vera")
	if text := vera.text(".cases"); !strings.Contains(text, "Review due") {
		t.Errorf("the list of cases says %q", text)
	}
	vera.shot("cases-review-due")
	vera.submit(".cases a[href$=\"/review\"]")
	vera.is("the review", vera.path(), experimentPage+"/review")
	vera.holds("figure.chart > .chart-canvas svg", 3)
	vera.shot("review-first")

	// She proposes, after seeing what he would see.
	back(jitka, "jitka")
	jitka.turn("own")
	jitka.fill("#passphrase", modelstest.Passphrase)
	jitka.send("unlock-form")
	jitka.turn("show")
	wanted := b1Items(t, jitka)
	jitka.shot("release-empty")
	for _, key := range wanted {
		jitka.choose("show", key)
	}
	jitka.submit(`#release-form button[value=preview]`)
	hers := jitka.snapshot()
	jitka.shot("release-preview")
	jitka.submit(`#release-form button[value=keep]`)
	if text := jitka.text(".card[role=status]"); !strings.HasPrefix(text, fmt.Sprintf("Chosen and kept: %d. Nothing of it is visible", len(wanted))) {
		t.Errorf("her page says %q", text)
	}
	back(pavel, "pavel")
	pavel.visit("/shared")
	pavel.is("what is shared", pavel.text(".card"), "Nothing has been shared.")

	// The therapist publishes it, after seeing what he will see.
	vera.submit(`a[href="` + casePage + `/publish"]`)
	vera.holds("input[name=show]", len(wanted))
	for _, key := range wanted {
		vera.choose("show", key)
	}
	vera.fill("#words", "What Jitka chose to show at this review.")
	vera.submit(`#publish-form button[value=preview]`)
	preview := vera.snapshot()
	vera.shot("publish-preview")
	vera.submit(`#publish-form button[value=publish]`)
	vera.refused("spoken_on", "Averages and the partner’s call need a talk alone first. Enter its date.")
	vera.fill("#spoken_on", "2026-04-30")
	vera.submit(`#publish-form button[value=publish]`)
	vera.published()
	t.Logf("from an empty practice to a published snapshot: %d clicks (to the start of the baseline %d; therapist %d, client %d, partner %d) and %.1f s",
		vera.taps()+pavel.taps()+jitka.taps(), toBaseline, vera.taps(), pavel.taps(), jitka.taps(), time.Since(began).Seconds())

	pavel.visit("/shared")
	pavel.is("what he sees", pavel.snapshot(), preview)
	// Hers had everything but the therapist's sentence.
	pavel.is("what she was shown", words(hers), words(strings.Replace(preview, `<p class="words">What Jitka chose to show at this review.</p>`, "", 1)))
	pavel.shot("shared-first")
	vera.visit(casePage + "/together")
	for _, want := range []string{"Yes, for now", "What Jitka chose to show at this review.", "As reported by Jitka."} {
		if text := vera.text("main"); !strings.Contains(text, want) {
			t.Errorf("the couple's page does not say %q: %q", want, text)
		}
	}
	vera.shot("together-first")

	// She takes all of it back; it is gone at the next request.
	for n := len(wanted); n > 0; n-- {
		jitka.turnTo("show")
		jitka.holds(`form:has(> input[name=item])`, n)
		jitka.submit(`form:has(> input[name=item]) button`)
	}
	pavel.visit("/shared")
	pavel.is("what is shared", pavel.text("main .card"), "Nothing has been shared.")
	pavel.holds(".snapshot", 0)
	vera.visit(casePage + "/together")
	vera.is("what is shared", vera.text("main .card"), "Nothing has been shared.")
}

// couple gives the people of the only case, for the weeks that nobody enters
// by hand.
func (p *emptyPractice) couple(t *testing.T) *modelstest.Couple {
	t.Helper()
	v := map[string]models.Viewer{}
	for _, name := range []string{"vera", "pavel", "jitka"} {
		who, err := p.SignIn(context.Background(), models.Origin{}, name, modelstest.Passphrase)
		if err != nil {
			t.Fatal(err)
		}
		v[name] = who
	}
	return &modelstest.Couple{Practice: p.Practice, Therapist: v["vera"], Client: v["pavel"], Partner: v["jitka"]}
}

// b1Items lists what of the intervention she is offered to show: tension and
// noticed of four weeks, the call, and two averages.
func b1Items(t *testing.T, b *tab) (keys []string) {
	t.Helper()
	b.eval(`[...document.querySelectorAll('fieldset.boxes')].filter(f => f.querySelector('legend').textContent.startsWith('B1'))
		.flatMap(f => [...f.querySelectorAll('input[name=show]')].map(e => e.value))`, &keys)
	kinds := map[string]int{}
	for _, key := range keys {
		kind, _, _ := strings.Cut(key, ".")
		kinds[kind]++
	}
	if got := fmt.Sprint(kinds); got != "map[call:1 conflict:4 felt_real:1 leaving:1 noticed:4]" {
		t.Errorf("offered are %s", got)
	}
	return keys
}

// snapshot is what a snapshot on the page is made of, with the numbers of its
// chart, but without the drawing, which depends on the screen.
func (b *tab) snapshot() (html string) {
	b.t.Helper()
	b.wait(".snapshot")
	b.eval(`(() => {
		const copy = document.querySelector('.snapshot').cloneNode(true);
		copy.querySelectorAll('.chart-canvas').forEach(e => e.remove());
		return copy.outerHTML;
	})()`, &html)
	return html
}

// words is a text with single spaces.
func words(s string) string { return strings.Join(strings.Fields(s), " ") }
