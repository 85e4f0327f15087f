package models_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"enough/models"
	"enough/models/modelstest"
)

// signIn starts a session and gives its token.
func signIn(t testing.TB, p *modelstest.Practice, v models.Viewer) string {
	t.Helper()
	token, _, err := p.StartSession(ctx, v)
	must(t, err)
	return token
}

func who(t testing.TB, p *modelstest.Practice, token string) models.Viewer {
	t.Helper()
	v, err := p.Authenticate(ctx, token)
	must(t, err)
	return v
}

func TestSession_keptHashed(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	token := signIn(t, p, c.Client)
	if len(token) < 43 {
		t.Errorf("the token %q has fewer than 256 bits", token)
	}
	wantLook(t, p, "0", `SELECT count(*) FROM sessions WHERE token_hash = $1 OR token_hash LIKE '%' || $1 || '%'`, token)
	hash := look(t, p, `SELECT token_hash FROM sessions`)
	if len(hash) != 64 || who(t, p, hash).Known() {
		t.Errorf("what is kept, %q, is no hash or can be used itself", hash)
	}
	if v := who(t, p, token); v.PersonID != c.Client.PersonID || v.Role != models.Client || v.Session != hash || v.Unlocked || v.Owner {
		t.Errorf("the viewer is %+v", v)
	}
	if signIn(t, p, c.Client) == token {
		t.Error("two sessions have one token")
	}
}

func TestSession_endsAfterItsTime(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	for _, row := range []struct {
		name  string
		v     models.Viewer
		lasts time.Duration
	}{
		{"a therapist's after twelve hours", p.Owner, 12 * time.Hour},
		{"a client's after two weeks", c.Client, 14 * 24 * time.Hour},
		{"a partner's after half an hour", c.Partner, 30 * time.Minute},
	} {
		t.Run(row.name, func(t *testing.T) {
			start := p.Clock.Now()
			defer p.Clock.Set(start)
			token, expires, err := p.StartSession(ctx, row.v)
			must(t, err)
			if !expires.Equal(start.Add(row.lasts)) {
				t.Errorf("it ends at %v, wanted %v after %v", expires, row.lasts, start)
			}
			for left := row.lasts - time.Second; left > 0; left -= 4 * time.Minute {
				later(p, min(left, 4*time.Minute))
				who(t, p, token) // a partner's is kept alive by being used
			}
			if !who(t, p, token).Known() {
				t.Error("a second before its end it is over")
			}
			later(p, time.Second)
			if who(t, p, token).Known() {
				t.Error("at its end it goes on")
			}
		})
	}
}

func TestSession_unknownTokens(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	token := signIn(t, p, c.Client)
	for _, wrong := range []string{"", "x", token[1:], strings.ToUpper(token), token + " ", strings.Repeat("a", 100_000), "\x00"} {
		if v := who(t, p, wrong); v != (models.Viewer{}) {
			t.Errorf("the token %.60q gives %+v", wrong, v)
		}
	}
}

func TestSession_partnerHasOne(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	client1, client2 := signIn(t, p, c.Client), signIn(t, p, c.Client)
	first := signIn(t, p, c.Partner)
	second := signIn(t, p, c.Partner)
	if who(t, p, first).Known() || !who(t, p, second).Known() {
		t.Error("a partner's new session did not end the old one")
	}
	if !who(t, p, client1).Known() || !who(t, p, client2).Known() {
		t.Error("the client's sessions ended with it")
	}
	must(t, p.EndSession(ctx, who(t, p, client1)))
	if who(t, p, client1).Known() || !who(t, p, client2).Known() {
		t.Error("signing out did not end that session alone")
	}
}

func TestSession_partnerLeavesItAlone(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	token, client := signIn(t, p, c.Partner), signIn(t, p, c.Client)
	later(p, models.PartnerIdle-time.Second)
	if !who(t, p, token).Known() {
		t.Error("it was over before five minutes")
	}
	later(p, models.PartnerIdle-time.Second)
	if !who(t, p, token).Known() {
		t.Error("being used did not keep it alive")
	}
	later(p, models.PartnerIdle)
	if who(t, p, token).Known() {
		t.Error("it lives after five minutes without use")
	}
	later(p, -time.Hour)
	signIn(t, p, c.Client)
	if who(t, p, token).Known() {
		t.Error("a clock that is set back brings it to life")
	}
	later(p, 2*time.Hour)
	if !who(t, p, client).Known() {
		t.Error("the client's session was ended by being left alone")
	}
	// Another program on the same file begins to count when it first sees it.
	token = signIn(t, p, c.Partner)
	again, err := models.Open(models.Options{File: p.File, Now: p.Clock.Now, CheapPassphrases: true, OneFactor: true})
	must(t, err)
	defer again.Close()
	later(p, 6*time.Minute)
	if v, err := again.Authenticate(ctx, token); err != nil || !v.Known() {
		t.Errorf("after a restart the viewer is %+v, %v", v, err)
	}
}

func TestVisit_turns(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	token := signIn(t, p, c.Partner)
	for _, to := range []models.Visit{models.VisitOwn, models.VisitShow, models.VisitAbout, models.VisitForm} {
		must(t, p.Turn(ctx, who(t, p, token), to))
		if v := who(t, p, token); v.Visit != to || v.Unlocked {
			t.Errorf("turned to %s: %+v", to, v)
		}
	}
	for _, to := range []models.Visit{"", "later", "elsewhere"} {
		wantKind(t, p.Turn(ctx, who(t, p, token), to), models.NotFound)
	}
	must(t, p.Unlock(ctx, who(t, p, token), modelstest.Passphrase))
	must(t, p.Postpone(ctx, who(t, p, token)))
	v := who(t, p, token)
	if !v.Ended || v.Unlocked || v.Visit != models.VisitLater {
		t.Errorf("put off, the visit is %+v", v)
	}
	must(t, p.Turn(ctx, v, models.VisitOwn))
	if who(t, p, token).Visit != models.VisitLater {
		t.Error("an ended visit goes on")
	}
	wantKind(t, p.SubmitPartnerReport(ctx, v, models.PartnerReportInput{Week: string(p.Week()), Alone: "yes"}), models.Forbidden)
	later(p, 10*time.Minute)
	if who(t, p, token).Known() {
		t.Error("an ended visit is known after ten minutes")
	}
}

func TestSession_newOneClearsTheExpired(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	signIn(t, p, c.Client)
	later(p, 15*24*time.Hour)
	signIn(t, p, p.Owner)
	wantLook(t, p, p.Owner.PersonID, `SELECT person_id FROM sessions`)
}

func TestUnlock_fiveMinutes(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	token := signIn(t, p, c.Partner)
	wantField(t, p.Unlock(ctx, who(t, p, token), "wrong horse battery"), "passphrase")
	wantField(t, p.Unlock(ctx, who(t, p, token), ""), "passphrase")
	if who(t, p, token).Unlocked {
		t.Error("a wrong passphrase unlocked")
	}
	_, err := p.OwnReports(ctx, who(t, p, token))
	wantKind(t, err, models.Forbidden)
	must(t, p.Unlock(ctx, who(t, p, token), modelstest.Passphrase))
	later(p, 5*time.Minute-time.Second)
	if !who(t, p, token).Unlocked {
		t.Error("it was locked before five minutes were over")
	}
	later(p, time.Second)
	if v := who(t, p, token); v.Unlocked || !v.Known() {
		t.Errorf("after five minutes the viewer is %+v", v)
	}
	// A new session is locked, whatever the old one was.
	must(t, p.Unlock(ctx, who(t, p, token), modelstest.Passphrase))
	if who(t, p, signIn(t, p, c.Partner)).Unlocked {
		t.Error("a new session began unlocked")
	}
}

func TestSignIn_oneErrorForAll(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	id, err := p.OpenCase(ctx, p.Owner, models.OpenCaseInput{ClientName: "Al", PartnerName: "Bo", ClientPronoun: "he", PartnerPronoun: "she", Children: "no"})
	must(t, err)
	_, err = p.InviteTo(ctx, p.Owner, id, models.Client)
	must(t, err)
	_, unknown := p.SignIn(ctx, models.Origin{}, "nobody", modelstest.Passphrase)
	wantKind(t, unknown, models.Invalid)
	for _, in := range [][2]string{{"ann-client", "wrong horse battery"}, {"ann-client", ""}, {"", modelstest.Passphrase}, {"", ""},
		{"ann-client", modelstest.Passphrase + " "}, {"Al", modelstest.Passphrase}, {"' OR 1=1 --", modelstest.Passphrase}} {
		v, err := p.SignIn(ctx, models.Origin{}, in[0], in[1])
		wantSame(t, err, unknown)
		if v.Known() {
			t.Errorf("with %q a viewer came back: %+v", in, v)
		}
	}
	for _, name := range []string{"ann-client", " ANN-Client\n"} {
		v, err := p.SignIn(ctx, models.Origin{}, name, modelstest.Passphrase)
		if err != nil || v.PersonID != c.Client.PersonID || v.Unlocked {
			t.Errorf("%q gives %+v, %v", name, v, err)
		}
	}
	wantLook(t, p, "0", `SELECT count(*) FROM people WHERE passphrase_hash NOT LIKE '$argon2id$v=19$%' OR passphrase_hash LIKE '%' || $1 || '%'`, modelstest.Passphrase)
}

func TestSignIn_slowsGuessing(t *testing.T) {
	t.Parallel()
	p, c := baseline(t)
	const name = "ann-partner"
	said := map[string]bool{}
	try := func(passphrase string) error {
		_, err := p.SignIn(ctx, models.Origin{}, name, passphrase)
		if e := (*models.Error)(nil); errors.As(err, &e) {
			said[fmt.Sprint(e.Message, e.Fields)] = true
		}
		return err
	}
	for range 5 {
		wantField(t, try("a wrong one"), "passphrase")
	}
	wantField(t, try(modelstest.Passphrase), "passphrase") // even the right one must wait
	if _, err := p.SignIn(ctx, models.Origin{}, "vera", modelstest.Passphrase); err != nil {
		t.Errorf("another name waits too: %v", err)
	}
	p.Clock.Set(p.Now().Add(time.Second))
	must(t, try(modelstest.Passphrase)) // and is good after it
	for range 60 {                      // never locked out: a minute is the most
		p.Clock.Set(p.Now().Add(time.Minute))
		wantField(t, try("a wrong one"), "passphrase")
	}
	p.Clock.Set(p.Now().Add(time.Minute))
	must(t, try(modelstest.Passphrase))
	if len(said) != 1 { // nobody learns how often others tried
		t.Errorf("a name that must wait is answered otherwise than a wrong passphrase: %v", said)
	}
	// Her own pages have the same pace.
	v := who(t, p, signIn(t, p, c.Partner))
	for range 5 {
		wantField(t, p.Unlock(ctx, v, "a wrong one"), "passphrase")
	}
	wantField(t, p.Unlock(ctx, v, modelstest.Passphrase), "passphrase")
	p.Clock.Set(p.Now().Add(time.Second))
	must(t, p.Unlock(ctx, v, modelstest.Passphrase))
}

// TestSession_clientsGoesOn comes back every few days: each time the session lasts for
// two weeks more, and it ends after 60 days.
func TestSession_clientsGoesOn(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	start := p.Clock.Now()
	token, until, err := p.StartSession(ctx, c.Client)
	must(t, err)
	if again, err := p.Prolong(ctx, who(t, p, token)); err != nil || !again.Equal(until) {
		t.Errorf("on the same day it is prolonged to %v, %v", again, err)
	}
	for day := 9; day <= 54; day += 9 {
		p.Clock.Set(start.Add(time.Duration(day) * 24 * time.Hour))
		want := p.Clock.Now().Add(14 * 24 * time.Hour)
		if last := start.Add(60 * 24 * time.Hour); want.After(last) {
			want = last
		}
		if got, err := p.Prolong(ctx, who(t, p, token)); err != nil || !got.Equal(want) || !who(t, p, token).Until.Equal(want) {
			t.Errorf("on day %d it lasts until %v, wanted %v, %v", day, got, want, err)
		}
	}
	p.Clock.Set(start.Add(60*24*time.Hour - time.Second))
	if !who(t, p, token).Known() {
		t.Error("a second before its sixtieth day is over it has ended")
	}
	later(p, time.Second)
	if who(t, p, token).Known() {
		t.Error("after sixty days it goes on")
	}
	for _, v := range []models.Viewer{p.Owner, c.Partner} {
		v = who(t, p, signIn(t, p, v))
		later(p, 4*time.Minute)
		if until, err := p.Prolong(ctx, v); err != nil || !until.Equal(v.Until) {
			t.Errorf("that of a %s is prolonged to %v, %v", v.Role, until, err)
		}
	}
}

// TestSession_threeAtOnce: one more ends the oldest.
func TestSession_threeAtOnce(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	for _, v := range []models.Viewer{p.Owner, c.Client} {
		var tokens []string
		for range 4 {
			tokens = append(tokens, signIn(t, p, v))
			later(p, time.Second)
		}
		for i, token := range tokens {
			if who(t, p, token).Known() != (i > 0) {
				t.Errorf("%s: session %d of four goes on: %t", v.Role, i+1, i == 0)
			}
		}
		here := who(t, p, tokens[2])
		list, err := p.Sessions(ctx, here)
		if err != nil || len(list) != 3 || !list[1].Here || list[0].Here || !list[2].Since.Equal(list[1].Since.Add(-time.Second)) {
			t.Errorf("%s: the list is %v, %v", v.Role, list, err)
		}
		must(t, p.EndOtherSessions(ctx, here))
		if list, err := p.Sessions(ctx, here); err != nil || len(list) != 1 || !list[0].Here || who(t, p, tokens[3]).Known() {
			t.Errorf("%s: after ending the others the list is %v, %v", v.Role, list, err)
		}
	}
}

// TestAccount_passphrase changes a passphrase: the old one is of no use, the other
// sessions and a code that was not used have ended.
func TestAccount_passphrase(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	here, there := signIn(t, p, c.Client), signIn(t, p, c.Client)
	code, err := p.InviteTo(ctx, p.Owner, c.CaseID, models.Client)
	must(t, err)
	const next = "eight or more"
	form := models.ChangePassphraseInput{Now: modelstest.Passphrase, New: next, Again: next, Submission: models.Submission{ID: "one"}}
	v := who(t, p, here)
	for name, wrong := range map[string]models.ChangePassphraseInput{"a wrong one": {Now: "wrong", New: next, Again: next}, "a short one": {Now: modelstest.Passphrase, New: "seven77", Again: "seven77"},
		"two that differ": {Now: modelstest.Passphrase, New: next, Again: next + "x"}} {
		if err := p.ChangePassphrase(ctx, v, wrong); models.KindOf(err) != models.Invalid || !who(t, p, there).Known() {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, p.ChangePassphrase(ctx, v, form))
	must(t, p.ChangePassphrase(ctx, v, form)) // sent twice
	if !who(t, p, here).Known() || who(t, p, there).Known() {
		t.Error("afterwards it is not this session alone that goes on")
	}
	for text, right := range map[string]bool{modelstest.Passphrase: false, next: true} {
		if _, err := p.SignIn(ctx, models.Origin{}, "ann-client", text); (err == nil) != right {
			t.Errorf("afterwards %q is answered with %v", text, err)
		}
	}
	if _, err := p.Join(ctx, models.JoinInput{Code: code, Credentials: models.CredentialsInput{SignIn: "else", Passphrase: next, Again: next}}); models.KindOf(err) != models.Invalid {
		t.Errorf("the code that was not used still works: %v", err)
	}
	wantLook(t, p, "1", `SELECT count(*) FROM audit WHERE action = 'passphrase changed'`)
}

// TestSignIn_nobodyElsewhereMakesHerWait: whoever tries her name, from wherever, holds
// nobody up on a browser on which she has signed in.
func TestSignIn_nobodyElsewhereMakesHerWait(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	hers, elsewhere := models.Origin{Device: "hers", Address: "203.0.113.7"}, models.Origin{Device: "his", Address: "203.0.113.8"}
	v := c.Partner
	v.From = hers
	_, _, err := p.StartSession(ctx, v)
	must(t, err)
	try := func(from models.Origin, name, passphrase string) bool {
		_, err := p.SignIn(ctx, from, name, passphrase)
		return err == nil
	}
	for range 12 {
		try(elsewhere, "ann-partner", "wrong")
	}
	if try(models.Origin{Device: "new", Address: "198.51.100.1"}, "ann-partner", modelstest.Passphrase) {
		t.Error("after twelve wrong tries the name does not wait")
	}
	if !try(hers, "ann-partner", modelstest.Passphrase) {
		t.Error("she waits on her own browser for what was tried elsewhere")
	}
	for range 12 {
		try(hers, "ann-partner", "wrong")
	}
	if try(hers, "ann-partner", modelstest.Passphrase) {
		t.Error("on her own browser wrong tries are not counted")
	}
	later(p, 31*24*time.Hour)
	if !try(hers, "ann-partner", modelstest.Passphrase) {
		t.Error("a month later she still waits")
	}
}

// TestSignIn_networkWaits tries a new name each time: after fifty wrong tries their
// network waits, whatever the name; another network does not, nor does one that says
// nothing, such as that of a proxy.
func TestSignIn_networkWaits(t *testing.T) {
	t.Parallel()
	p, _ := couple(t)
	try := func(address, name, passphrase string) bool {
		_, err := p.SignIn(ctx, models.Origin{Address: address}, name, passphrase)
		return err == nil
	}
	for _, at := range []string{"203.0.113.", "10.0.0."} {
		for i := range 49 {
			try(fmt.Sprint(at, i), fmt.Sprint("nobody", at, i), "wrong")
		}
	}
	if !try("203.0.113.99", "ann-client", modelstest.Passphrase) {
		t.Error("after 49 wrong tries the network waits")
	}
	for _, at := range []string{"203.0.113.", "10.0.0."} {
		for i := range 58 {
			try(fmt.Sprint(at, i), fmt.Sprint("somebody", at, i), "wrong")
		}
	}
	for address, right := range map[string]bool{"203.0.113.200": false, "203.0.114.1": true, "10.0.0.1": true, "": true} {
		if got := try(address, "ann-partner", modelstest.Passphrase); got != right {
			t.Errorf("from %q the right passphrase is answered with %t", address, got)
		}
	}
	later(p, time.Minute)
	if !try("203.0.113.200", "ann-partner", modelstest.Passphrase) {
		t.Error("the network waits for more than a minute")
	}
}
