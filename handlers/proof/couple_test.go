package proof

import (
	"fmt"
	"slices"
	"time"

	"enough/models/modelstest"
)

const passphrase = modelstest.Passphrase

// client fills in the form of the week, and corrects it over and over.
func client(c couple) func(*lane) {
	return func(l *lane) {
		p, saved := c.client.phone(), "saved"
		row := func(what string) string {
			return `SELECT ` + what + ` FROM checkins WHERE case_id = '` + c.caseID + `'`
		}
		for n := 1; ; n++ {
			l.do(act{route: "POST /week", who: p, page: "/week?correct=yes", form: named("checkin-form"),
				fill: fill{"done": "2", "effort": "3", "tension": fmt.Sprint(n % 11), "forecast": "5", "note": fmt.Sprintf("As I wrote it the %dth time.", n)},
				found: []effect{is(n, row("version")), is(n%11, row("tension")), l.audited(c.client, "check-in "+saved),
					is(n-1, `SELECT count(*) FROM checkin_corrections d JOIN checkins i ON i.id = d.checkin_id WHERE case_id = ?`, c.caseID),
					is(n, `SELECT count(*) FROM submissions WHERE person_id = ?`, c.client.id)}})
			saved = "corrected"
		}
	}
}

// taps notes that it was done, and takes it back.
func taps(c couple) func(*lane) {
	return func(l *lane) {
		p := c.client.phone()
		for n := 1; ; n++ {
			for undone, way := range []string{"/week/done", "/week/undo"} {
				l.do(act{route: "POST " + way, who: p, page: "/week", form: to(way), found: []effect{
					is(n, `SELECT count(*) FROM occurrences WHERE case_id = ?`, c.caseID),
					is(n-1+undone, `SELECT sum(taken_back) FROM occurrences WHERE case_id = ?`, c.caseID),
					is(2*n-1+undone, `SELECT count(*) FROM submissions WHERE person_id = ?`, c.client.id)}})
			}
		}
	}
}

// A visit is a partner at her address.
type visit struct {
	*lane
	who      person
	p        *phone
	unlocked time.Time
}

func (v *visit) step(form func(sheet) bool, f fill, found ...effect) answer {
	return v.do(act{route: "POST /w", who: v.p, page: "/w", form: form, fill: f, found: found})
}

// session is something of her one session.
func (v *visit) session(what string) string {
	return `SELECT count(*) FROM sessions WHERE person_id = '` + v.who.id + `' AND ` + what
}

// at is the page at which her latest session stands.
func (v *visit) at(page string) effect {
	pages := []string{"form", "own", "show", "later", "about"}
	return is(slices.Index(pages, page), `SELECT instr('form own  show later about', visit) / 5 FROM sessions WHERE person_id = ? ORDER BY created_at DESC LIMIT 1`, v.who.id)
}

// signs comes in, has been told what leaving does, and opens her own pages.
func (v *visit) signs(unlock bool) {
	delete(v.p.cookies, "form")
	v.do(act{route: "POST /signin", who: v.p, page: "/signin", alone: true, form: named("signin-form"), fill: fill{"signin": v.who.signin, "passphrase": passphrase},
		found: []effect{is(1, v.session("ended_at IS NULL")), is(0, v.session("unlocked_until IS NOT NULL")), v.at("form")}})
	if v.p.cookies["told"] == "" {
		v.step(to("/w", "step", "begin"), nil)
	}
	if unlock {
		v.turn("own")
		v.step(named("unlock-form"), fill{"passphrase": passphrase}, is(1, v.session("unlocked_until IS NOT NULL")))
		v.unlocked = time.Now()
	}
}

func (v *visit) turn(where string) {
	v.step(to("/w", "step", where), nil, v.at(where))
}

// partner reports, and corrects her report over and over; each time it signs her
// out. Now and then she puts it off.
func partner(c couple) func(*lane) {
	return func(l *lane) {
		v := &visit{lane: l, who: c.partner, p: c.partner.phone()}
		v.step(to("/w", "step", "begin"), nil)
		saved := "saved"
		row := func(what string) string {
			return `SELECT ` + what + ` FROM partner_reports WHERE case_id = '` + c.caseID + `'`
		}
		for n := 1; ; n++ {
			v.step(named("visit-form"), fill{"alone": "yes", "tension": fmt.Sprint(n % 11), "leaving": "5", "noticed": "2", "real": "3", "say_no": "yes", "safe": "yes", "pushed": "no", "contact": "no", "note": "Hers."},
				is(n, row("version")), is(n%11, row("conflict")), l.audited(c.partner, "partner report "+saved), is(0, v.session("ended_at IS NULL")), is(0, v.session("unlocked_until IS NOT NULL")), v.at("form"),
				is(n-1, `SELECT count(*) FROM partner_report_corrections d JOIN partner_reports i ON i.id = d.report_id WHERE case_id = ?`, c.caseID))
			saved = "corrected"
			v.signs(true)
			v.turn("form")
			if n%4 == 1 {
				v.turn("about")
				v.turn("form")
			}
			if n%4 == 0 {
				v.step(named("visit-form"), fill{"alone": "not_now"}, is(0, v.session("ended_at IS NULL")), is(0, v.session("unlocked_until IS NOT NULL")), v.at("later"))
				v.signs(true)
				v.turn("form")
			}
		}
	}
}

// shows proposes something to be shown, has it published, and takes it back.
func shows(c couple) func(*lane) {
	return func(l *lane) {
		v, t := &visit{lane: l, who: c.partner, p: newPhone()}, c.therapist.phone()
		proposed := `SELECT count(*) FROM partner_proposals WHERE case_id = '` + c.caseID + `'`
		snapshots := `SELECT count(*) FROM snapshots WHERE case_id = '` + c.caseID + `'`
		values := `SELECT count(*) FROM snapshot_values v JOIN snapshots s ON s.id = v.snapshot_id WHERE case_id = '` + c.caseID + `'`
		for n := 0; ; n++ {
			if time.Since(v.unlocked) > 3*time.Minute {
				v.signs(true)
				v.turn("show")
			}
			key := "conflict." + string(l.p.week.Add(-6+n%4))
			v.step(named("release-form"), fill{"show": key}, is(1, proposed), l.audited(c.partner, "release proposed"))
			l.do(act{route: "POST /cases/:case/publish", who: t, page: "/cases/" + c.caseID + "/publish", form: named("publish-form"), press: fill{"act": "publish"}, fill: fill{"show": key, "words": "Words."},
				found: []effect{is(1, values), is(1, snapshots), l.audited(c.therapist, "snapshot published")}})
			v.step(to("/w", "item", key), nil, is(0, values), is(0, proposed), is(0, snapshots))
		}
	}
}

// reaches changes over and over how the two of a case are reached, and asks for a
// link to sign in with.
func reaches(c couple) func(*lane) {
	return func(l *lane) {
		t, his, any := c.therapist.phone(), c.client.phone(), newPhone()
		messages := "/cases/" + c.caseID + "/messages"
		contact := `SELECT %s FROM client_contacts WHERE case_id = '` + c.caseID + `'`
		for n := 1; ; n++ {
			hour := n % 24
			l.do(act{route: "POST /cases/:case/messages/client", who: t, page: messages, form: named("contact-form"), fill: fill{"address": "his@example.org", "remind": "no", "day": "7", "hour": fmt.Sprint(hour)},
				found: []effect{is(2*n-1, fmt.Sprintf(contact, "version")), is(hour, fmt.Sprintf(contact, "hour")), l.audited(c.therapist, "client’s contact saved")}})
			l.do(act{route: "POST /account/contact", who: his, page: "/account", form: named("contact-form"), fill: fill{"hour": fmt.Sprint(23 - hour)},
				found: []effect{is(2*n, fmt.Sprintf(contact, "version")), is(23-hour, fmt.Sprintf(contact, "hour")), l.audited(c.client, "client’s contact saved")}})
			l.do(act{route: "POST /cases/:case/messages/partner", who: t, page: messages, form: named("reminders-form"), fill: fill{"remind": "no", "first": fmt.Sprint(n % 10), "last": "20"},
				found: []effect{is(n%10, `SELECT first FROM partner_reminders WHERE case_id = ?`, c.caseID), l.audited(c.therapist, "partner’s contact saved")}})
			l.do(act{route: "POST /cases/:case/messages/tell", who: t, page: messages, form: named("tell-form"), fill: fill{"on": string(l.p.today.Add(7))},
				found: []effect{is(n, `SELECT count(*) FROM messages WHERE person_id = ? AND kind = 'note'`, c.client.id), l.audited(c.therapist, "client told of a note")}})
			l.do(act{route: "POST /signin/link", who: any, page: "/signin/link", form: named("ask-form"), fill: fill{"signin": c.client.signin}, once: true, counts: true,
				found: []effect{l.more(`SELECT count(*) FROM signin_links`)}})
		}
	}
}

// stops opens the pages of the partner of a case for the last time.
func (a caseOf) stops(p *phone) {
	v := &visit{lane: a.lane, p: p}
	v.who.id = "(SELECT partner_id FROM cases WHERE id = '" + a.id + "')"
	at := func(form func(sheet) bool, f fill, found ...effect) { v.step(form, f, found...) }
	at(to("/w", "step", "begin"), nil)
	at(to("/w", "step", "own"), nil)
	at(named("unlock-form"), fill{"passphrase": "eight or more"})
	at(named("stop-form"), nil, a.comes("partner", 0), is(2, `SELECT count(*) FROM partner_pauses WHERE case_id = ?`, a.id),
		is(1, `SELECT count(*) FROM audit WHERE case_id = ? AND action = 'partner stopped reporting'`, a.id))
}

// everybody lets all who are in a practice send their forms.
func (c *crowd) everybody() *crowd {
	p := c.p
	for i, who := range p.therapists[1:] {
		c.lane(fmt.Sprint("cases ", i+1), casesOf(who))
	}
	for i, k := range p.clients {
		c.lane(fmt.Sprint("client ", i+1), client(k))
	}
	for i, k := range p.tappers {
		c.lane(fmt.Sprint("taps ", i+1), taps(k))
	}
	for i, k := range p.partners {
		c.lane(fmt.Sprint("partner ", i+1), partner(k))
	}
	c.lane("shows", shows(p.shows))
	c.lane("paper", paper(p.paper))
	c.lane("reaches", reaches(p.shows))
	c.lane("owner", leaves(p.owner, owner(p.owner, p.guessed)))
	ways := []string{"/signout", "/exit"}
	if c.stays {
		ways = ways[:1]
	}
	c.lane("sessions", sessions(p.paper.client, ways...))
	c.lane("account", account(p.therapists[0]))
	c.lane("guesses", guesser(p.guessed, p.experiments))
	return c
}
