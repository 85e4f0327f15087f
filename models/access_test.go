package models_test

import (
	"strings"
	"testing"

	"enough/models"
)

func TestAccess_endedInOneAct(t *testing.T) {
	t.Parallel()
	for _, role := range []models.Role{models.Client, models.Partner} {
		p, c := couple(t)
		v, other := c.Client, c.Partner
		if role == models.Partner {
			v, other = other, v
		}
		token, othersToken := signIn(t, p, v), signIn(t, p, other)
		open := code(t, p, c.CaseID, role)
		must(t, p.EndAccess(ctx, p.Owner, c.CaseID, role, sub("a")))
		_, unknown := p.SignIn(ctx, models.Origin{}, "nobody-here", "correct horse battery")
		_, err := p.SignIn(ctx, models.Origin{}, "ann-"+string(role), "correct horse battery")
		wantSame(t, err, unknown)
		// The passphrase was right a moment before.
		_, _, err = p.StartSession(ctx, v)
		wantSame(t, err, unknown)
		_, never := join(p, "AAAA-AAAA-AAAA-AAAA-AAAA", "new", "correct horse battery")
		_, err = join(p, open, "new", "correct horse battery")
		wantSame(t, err, never)
		if who(t, p, token).Known() || !who(t, p, othersToken).Known() {
			t.Errorf("%s: the session goes on, or the other one’s ended", role)
		}
		wantLook(t, p, "access ended "+v.PersonID, `SELECT action, object_id FROM audit WHERE action LIKE 'access%' ORDER BY id DESC LIMIT 1`)
		k, err := p.Case(ctx, p.Owner, c.CaseID)
		must(t, err)
		person := map[models.Role]models.Person{models.Client: k.Client, models.Partner: k.Partner}[role]
		if person.Joined || person.AccessEnded != week1 {
			t.Errorf("%s: %+v", role, person)
		}
		// A new code lets the same person in, with all that was written.
		open = code(t, p, c.CaseID, role)
		must(t, p.EndAccess(ctx, p.Owner, c.CaseID, role, sub("a"))) // the old form, sent again
		again, err := join(p, open, "ann-"+string(role), "another passphrase")
		if err != nil || again.PersonID != v.PersonID {
			t.Errorf("%s: comes back as %+v, %v", role, again, err)
		}
	}
}

// TestAccess_endedUnderWay ends the access of somebody whose request came in by
// it and has not written yet.
func TestAccess_endedUnderWay(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	on(p, "2026-04-05")
	must(t, p.EndAccess(ctx, p.Owner, c.CaseID, models.Client, sub("a")))
	must(t, p.EndAccess(ctx, p.Owner, c.CaseID, models.Partner, sub("b")))
	client := p.ForClient()
	for name, act := range map[string]func() error{
		"check-in": func() error { return client.SubmitCheckin(ctx, c.Client, checkin(week5)) },
		"tap":      func() error { return client.NoteOccurrence(ctx, c.Client, sub("c")) },
		"tap back": func() error { return client.TakeBackOccurrence(ctx, c.Client, sub("d")) },
		"report":   func() error { return p.SubmitPartnerReport(ctx, c.Partner, report(week5)) },
		"proposal": func() error { return p.Propose(ctx, c.Partner, models.ProposeInput{}) },
		"taking back": func() error {
			return p.TakeBack(ctx, c.Partner, "conflict."+week1)
		},
		"stop": func() error { return p.StopReporting(ctx, c.Partner, sub("e")) },
	} {
		if err := act(); models.KindOf(err) != models.NotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	wantLook(t, p, "0 0 0 0", `SELECT (SELECT count(*) FROM checkins), (SELECT count(*) FROM partner_reports), (SELECT count(*) FROM occurrences), (SELECT count(*) FROM flags)`)
}

func TestAccess_othersCannotEndIt(t *testing.T) {
	t.Parallel()
	p, c := couple(t)
	for _, v := range []models.Viewer{p.Therapist(t, "sam"), c.Client, c.Partner, {}} {
		wantKind(t, p.EndAccess(ctx, v, c.CaseID, models.Partner, sub("a")), models.NotFound)
	}
	for _, v := range []models.Viewer{p.Owner, c.Client, {}} {
		wantKind(t, p.StopReporting(ctx, v, sub("a")), models.NotFound)
	}
	locked := c.Partner
	locked.Unlocked = false
	wantKind(t, p.StopReporting(ctx, locked, sub("a")), models.Forbidden)
	wantLook(t, p, "3", `SELECT count(*) FROM people WHERE signin IS NOT NULL AND is_owner = 0`)
}

func TestStopReporting_endsFormsAndAccess(t *testing.T) {
	t.Parallel()
	p, c := intervention(t)
	on(p, "2026-04-06") // Monday: the form of the week before is open still
	v := who(t, p, signIn(t, p, c.Partner))
	v.Unlocked = true
	sendOften(t, p, func() error { return p.StopReporting(ctx, v, sub("a")) })
	wantLook(t, p, week5+" <nil>", `SELECT from_week, until_week FROM partner_pauses`)
	wantLook(t, p, "partner stopped reporting", `SELECT action FROM audit WHERE action LIKE 'partner%' ORDER BY id DESC LIMIT 1`)
	_, err := p.SignIn(ctx, models.Origin{}, "ann-partner", "correct horse battery")
	wantKind(t, err, models.Invalid)
	if f := flagsOf(t, p, c)[0]; f.Rule != "R5" || !f.Open() || f.Level() != models.Red || !strings.Contains(f.Said, "private pages") {
		t.Errorf("the first flag is %+v", f)
	}
	// For ten minutes the session answers this very form again, and nothing else.
	v.Ended, v.Unlocked = true, false
	wantKind(t, p.StopReporting(ctx, v, sub("b")), models.Forbidden)
	later(p, 11*60e9)
	wantLook(t, p, "0", `SELECT count(*) FROM sessions WHERE expires_at > '`+p.Now().Format("2006-01-02T15:04:05.000Z")+`'`)

	// She may come back, and may stop again in the same week: that is seen too.
	closeFlag(t, p, c, "R5")
	back, err := join(p, code(t, p, c.CaseID, models.Partner), "ann-partner", "correct horse battery")
	must(t, err)
	back.Unlocked = true
	must(t, p.StopReporting(ctx, back, sub("c")))
	if list := flagsOf(t, p, c); models.OpenLevel(list) != models.Red || list[0].Rule != "R5" {
		t.Errorf("flags %+v", list)
	}
}
