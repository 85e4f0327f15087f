package proof

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"enough/models"
	"enough/models/modelstest"
)

// fill is what is written on a form.
type fill = map[string]string

func named(id string) func(sheet) bool { return func(s sheet) bool { return s.id == id } }

// to finds the form that goes to an address, with a value in one of its fields.
func to(action string, field ...string) func(sheet) bool {
	return func(s sheet) bool {
		return s.action == action && (len(field) == 0 || s.values.Get(field[0]) == field[1])
	}
}

// casesOf opens cases and takes each from its first form to its last.
func casesOf(who person) func(*lane) {
	return func(l *lane) {
		t := who.phone()
		for n := 1; ; n++ {
			l.aCase(who, t, n)
			l.settle()
		}
	}
}

var shownCode = regexp.MustCompile(`<p class="code">([^<]+)</p>`)

func (l *lane) aCase(who person, t *phone, n int) {
	today, opened := string(l.p.today), `SELECT count(*) FROM cases WHERE therapist_id = '`+who.id+`'`
	at := strings.Split(l.do(act{route: "POST /cases", who: t, page: "/cases/new", form: named("case-form"),
		fill:  fill{"client_name": "Ann", "client_pronoun": "she", "partner_name": "Ben", "partner_pronoun": "he", "children": "no"},
		found: []effect{l.more(opened), l.audited(who, "case opened")}}).location, "/")[2]
	a := caseOf{l, who, t, at, "/cases/" + at}
	a.send("frame", a.path+"/frame", named("frame-form"), fill{"goal": "A goal.", "stake": "A stake.", "candidate1": "An act.", "cost1": "3", "economic": "no", "children": "no", "ending": "An end."},
		l.audited(who, "frame saved"), is(1, `SELECT version - 1 FROM cases WHERE id = ?`, at), is(1, `SELECT count(*) FROM candidates WHERE case_id = ?`, at))
	a.send("gate", a.path+"/gate", named("gate-form"), fill{"alone_on": today, "screen": "hark", "screen_on": today, "screen_result": "no_concern", "fear": "no", "holding_back": "Yes.",
		"defensiveness": "Some.", "what_each_gets": "Calm.", "consent_on": today, "wants_plan": "wants", "channel": "text", "address": "555 0100", "device_shared": "no", "agenda": "mixed", "skill_note": "Nobody."},
		l.audited(who, "gate saved"), is(1, `SELECT count(*) FROM gates WHERE case_id = ? AND fear = 'no'`, at), is(1, `SELECT count(*) FROM partner_contacts WHERE case_id = ? AND channel = 'text'`, at))
	a.joins("client", n)
	partner := a.joins("partner", n)
	experiment := a.experiment()
	e := "/experiments/" + experiment
	a.send("excuse", a.path+"/weeks", named("excuse-form"), fill{"reason": "A holiday."}, is(1, `SELECT count(*) FROM excused_weeks WHERE case_id = ?`, at))
	a.send("pause", a.path+"/weeks", named("pause-form"), fill{"reason": "Agreed."}, is(1, `SELECT count(*) FROM partner_pauses WHERE case_id = ?`, at))
	a.send("pause", a.path+"/weeks", named("pause-form"), nil, is(1, `SELECT count(*) FROM partner_pauses WHERE case_id = ? AND until_week IS NOT NULL`, at))
	a.onExperiment(experiment, "extend", e, named("extend-form"), nil, l.audited(who, "phase extended"), is(5, `SELECT weeks FROM phases WHERE case_id = ? AND kind = 'baseline'`, at))
	a.onExperiment(experiment, "step/:kind", e+"/step/hold", named("step-form"), fill{"weeks": "2"}, l.audited(who, "phase started"), is(2, `SELECT count(*) FROM phases WHERE case_id = ?`, at))
	a.onExperiment(experiment, "decision", e+"/decision", named("decision-form"), fill{"choice": "hold", "present": "both", "reasons": "Reasons.", "suffers_less": "Somebody.", "who_pays": "Somebody.", "skill_used": "no", "line_care": "yes", "line_breaks": "no", "line_harms": "no", "line_enjoys": "unsure",
		"confidence": "60", "client_text": "To one.", "partner_text": "To the other."}, l.audited(who, "decision kept"), is(1, `SELECT count(*) FROM decisions WHERE case_id = ?`, at),
		is(1, `SELECT count(*) FROM client_notices WHERE case_id = ?`, at), is(1, `SELECT count(*) FROM partner_notices WHERE case_id = ?`, at))
	a.send("flags", a.path+"/flags", named("raise-form"), fill{"kind": "stalking", "what": "By telephone."}, l.audited(who, "flag raised"),
		is(1, `SELECT count(*) FROM flags WHERE case_id = ? AND rule = 'R4'`, at))
	a.send("steps", a.path+"/flags", named("steps-1"), fill{"gone": "1"}, l.audited(who, "checklist kept"), is(1, `SELECT count(*) FROM steps_done WHERE case_id = ?`, at))
	a.send("response", a.path+"/log", named("response-form"), fill{"felt": "bored"}, l.audited(who, "session noted"), is(1, `SELECT count(*) FROM responses WHERE case_id = ?`, at))
	a.send("log", a.path+"/log", named("contact-form"), fill{"what": "partner", "words": "Spoken with."}, l.audited(who, "log written"), is(1, `SELECT count(*) FROM log_lines WHERE case_id = ?`, at))
	colleague := l.p.guessed
	if colleague.id == who.id {
		colleague = l.p.therapists[0]
	}
	other := colleague.id
	a.send("supervision", a.path+"/supervision", named("supervision-form"), fill{"supervisor": other}, l.audited(who, "supervision granted"),
		is(1, `SELECT count(*) FROM supervisions WHERE case_id = ?`, at))
	a.send("supervision/end", a.path+"/supervision", named("end-1"), nil, l.audited(who, "supervision ended"),
		is(1, `SELECT count(*) FROM supervisions WHERE case_id = ? AND ended_at IS NOT NULL`, at))
	a.send("share", a.path+"/share", named("share-form"), fill{"therapist": other}, l.audited(who, "case shared"), is(1, `SELECT count(*) FROM case_shares WHERE case_id = ?`, at))
	a.send("share/end", a.path+"/share", named("end-1"), nil, l.audited(who, "case shared no more"), is(1, `SELECT count(*) FROM case_shares WHERE case_id = ? AND ended_at IS NOT NULL`, at))
	// There and back: the colleague’s own lanes know nothing of it.
	there := caseOf{l, colleague, colleague.phone(), at, a.path}
	for n, from := range []caseOf{a, there} {
		from.send("handover", a.path+"/handover", named("handover-form"), fill{"to": []string{other, who.id}[n], "reason": "A reason.", "client_text": "To one.", "partner_text": "To the other."},
			is(1+n, `SELECT count(*) FROM handovers WHERE case_id = ?`, at), is(1+n, `SELECT count(*) FROM audit WHERE case_id = ? AND action = 'case handed over'`, at),
			is(2+n, `SELECT count(*) FROM client_notices WHERE case_id = ?`, at), is(2+n, `SELECT count(*) FROM partner_notices WHERE case_id = ?`, at),
			is(l.value(opened)-1+2*n, opened))
	}
	a.send("flags/close", a.path+"/flags", to(a.path+"/flags/close", "rule", "R4"), fill{"reason": "Spoken with alone."}, l.audited(who, "flag closed"),
		is(1, `SELECT count(*) FROM flags WHERE case_id = ? AND closed_on IS NOT NULL`, at))
	a.stops(partner)
	a.send("flags/close", a.path+"/flags", to(a.path+"/flags/close", "rule", "R5"), fill{"reason": "Spoken with."}, l.audited(who, "flag closed"),
		is(2, `SELECT count(*) FROM flags WHERE case_id = ? AND closed_on IS NOT NULL`, at))
	a.send("access", a.path, named("end-client"), nil, l.audited(who, "access ended"),
		a.comes("client", 0))
	a.onExperiment(experiment, "end", e+"/end", named("end-form"), fill{"reason": "A reason.", "last_week": string(models.FirstStart(l.p.today))}, l.audited(who, "experiment ended"),
		is(1, `SELECT ended_week IS NOT NULL FROM experiments WHERE id = ?`, experiment), is(4, `SELECT version - 1 FROM experiments WHERE id = ?`, experiment),
		is(1, `SELECT count(*) FROM phases WHERE case_id = ?`, at), is(1, `SELECT weeks FROM phases WHERE case_id = ? AND kind = 'baseline'`, at))
	for closed := range 2 {
		a.send("close", a.path+"/close", named("closing-form"), fill{"reason": "Over."}, l.audited(who, "case closed"), l.audited(who, "experiment ended"),
			is(1+closed, `SELECT count(*) FROM closings WHERE case_id = ?`, at), is(5+closed, `SELECT version - 1 FROM experiments WHERE id = ?`, experiment))
		if closed == 0 {
			a.send("reopen", a.path, named("reopen-form"), nil, l.audited(who, "case reopened"), is(1, `SELECT count(*) FROM closings WHERE case_id = ? AND reopened_on IS NOT NULL`, at))
		}
	}
	a.send("erase", a.path+"/erase", named("erase-form"), fill{"name": "Ann"}, append(a.erased(experiment), l.audited(who, "case erased"),
		is(l.value(opened)-1, opened))...)
}

// erased is that nothing is found of a case any more but in the trail.
func (a caseOf) erased(experiment string) (list []effect) {
	for q, v := range a.known {
		if v != 0 && !strings.Contains(q, " FROM audit WHERE") && (strings.Contains(q, a.id) || strings.Contains(q, experiment)) {
			list = append(list, is(0, q))
		}
	}
	return list
}

// caseOf is one case in the hands of its therapist.
type caseOf struct {
	*lane
	who  person
	t    *phone
	id   string
	path string
}

func (a caseOf) send(route, page string, form func(sheet) bool, f fill, found ...effect) answer {
	return a.do(act{route: "POST /cases/:case/" + route, who: a.t, page: page, form: form, fill: f, found: found})
}

func (a caseOf) onExperiment(id, route, page string, form func(sheet) bool, f fill, found ...effect) answer {
	return a.do(act{route: "POST /experiments/:experiment/" + route, who: a.t, page: page, form: form, fill: f, found: found})
}

// comes is whether one of the two can sign in.
func (a caseOf) comes(role string, can int) effect {
	return is(can, `SELECT count(*) FROM people p JOIN cases c ON c.`+role+`_id = p.id WHERE c.id = ? AND p.signin IS NOT NULL`, a.id)
}

// joins gives one of the two a code and lets that person come in with it.
func (a caseOf) joins(role string, n int) *phone {
	var code string
	for code == "" {
		got := a.do(act{route: "POST /cases/:case/code", who: a.t, page: a.path, form: to(a.path+"/code", "role", role), once: true,
			found: []effect{is(1, `SELECT count(*) FROM invitations i JOIN cases c ON c.`+role+`_id = i.person_id WHERE c.id = ? AND used_at IS NULL`, a.id)}})
		if m := shownCode.FindStringSubmatch(got.body); m != nil {
			code = m[1]
		}
	}
	p, name := newPhone(), fmt.Sprintf("%s-%s-%d", role, strings.ReplaceAll(a.name, " ", "-"), n)
	a.do(act{route: "POST /join", who: p, page: "/join", alone: true, form: named("join-form"), fill: fill{"code": code, "signin": name, "passphrase": "eight or more", "again": "eight or more"},
		found: []effect{a.comes(role, 1),
			is(0, `SELECT count(*) FROM invitations i JOIN cases c ON c.`+role+`_id = i.person_id WHERE c.id = ? AND used_at IS NULL`, a.id),
			is(1, `SELECT count(*) FROM audit a JOIN cases c ON c.`+role+`_id = a.object_id WHERE c.id = ? AND action = 'joined'`, a.id)}})
	return p
}

// experiment plans an experiment and starts it.
func (a caseOf) experiment() string {
	at := a.do(act{route: "POST /cases/:case/experiments", who: a.t, page: a.path, form: to(a.path + "/experiments"), press: fill{"behaviour": "Ask about the day"},
		found: []effect{a.audited(a.who, "experiment drafted"), is(1, `SELECT count(*) FROM experiments WHERE case_id = ?`, a.id)}})
	id := strings.Split(at.location, "/")[2]
	e := "/experiments/" + id
	a.onExperiment(id, "plan/:step", e+"/plan/act", named("plan-form"), fill{"behaviour": "Ask about the day", "label": "ask about your day", "counts_if": "Asked and listened.", "not_counts_if": "Phone in hand.",
		"if_moment": "It is after dinner", "then_act": "I ask"}, a.audited(a.who, "plan saved"), is(1, `SELECT version - 1 FROM experiments WHERE id = ?`, id))
	measure := fill{"dose": "2", "cost": "2", "prediction": "3", "confidence": "80", "outcome": "leaving", "criterion_kind": "level", "criterion": "5", "baseline_weeks": "4", "phase_weeks": "4", "stop_wording": "Not this week."}
	a.onExperiment(id, "plan/:step", e+"/plan/measure", named("plan-form"), measure, a.audited(a.who, "plan saved"), is(2, `SELECT version - 1 FROM experiments WHERE id = ?`, id))
	a.sees(e, measure)
	a.onExperiment(id, "start", e, named("start-form"), nil, a.audited(a.who, "baseline started"), is(3, `SELECT version - 1 FROM experiments WHERE id = ?`, id),
		is(1, `SELECT count(*) FROM phases WHERE case_id = ?`, a.id), is(4, `SELECT weeks FROM phases WHERE case_id = ? AND kind = 'baseline'`, a.id))
	return id
}

// sees asks what a plan can tell, which keeps nothing.
func (a caseOf) sees(e string, f fill) {
	a.do(act{route: "POST /experiments/:experiment/sight", who: a.t, page: e + "/plan/measure", form: named("plan-form"), to: e + "/sight", fill: f})
}

// paper enters paper forms of a couple over and over, sets their week aside and
// takes it back in.
func paper(c couple) func(*lane) {
	return func(l *lane) {
		t, week := c.therapist.phone(), string(l.p.week.Add(-1))
		form := func(kind, id string, f fill, found ...effect) {
			l.do(act{route: "POST /cases/:case/weeks/:week/" + kind, who: t, page: "/cases/" + c.caseID + "/weeks/" + week + "/" + kind, form: named(id), fill: f, found: found})
		}
		saved := "saved"
		for n := 1; ; n++ {
			tension := fmt.Sprint(n % 11)
			form("checkin", "checkin-form", fill{"done": "2", "effort": "3", "tension": tension, "forecast": "5"},
				is(n, `SELECT version FROM checkins WHERE case_id = ? AND week = ?`, c.caseID, week), is(n%11, `SELECT tension FROM checkins WHERE case_id = ? AND week = ?`, c.caseID, week),
				l.audited(c.therapist, "check-in "+saved), is(n-1, `SELECT count(*) FROM checkin_corrections d JOIN checkins i ON i.id = d.checkin_id WHERE case_id = ?`, c.caseID))
			form("report", "visit-form", fill{"tension": tension, "leaving": "5", "noticed": "2", "real": "3", "say_no": "yes", "safe": "yes", "pushed": "no", "contact": "no"},
				is(n, `SELECT version FROM partner_reports WHERE case_id = ? AND week = ?`, c.caseID, week), is(n%11, `SELECT conflict FROM partner_reports WHERE case_id = ? AND week = ?`, c.caseID, week),
				l.audited(c.therapist, "partner report "+saved), is(n-1, `SELECT count(*) FROM partner_report_corrections d JOIN partner_reports i ON i.id = d.report_id WHERE case_id = ?`, c.caseID))
			saved = "corrected"
			act, step := "week set aside", fill{"why": "pushed", "reason": "As I was told."}
			if n%2 == 0 {
				act, step = "week taken back in", fill{"reason": "As I know now."}
			}
			form("aside", "aside-form", step, l.audited(c.therapist, act), is((n+1)/2, `SELECT count(*) FROM set_aside_weeks WHERE case_id = ?`, c.caseID),
				is(n/2, `SELECT count(*) FROM set_aside_weeks WHERE case_id = ? AND back_on IS NOT NULL`, c.caseID))
		}
	}
}

// leaves lets a therapist leave, which can be done once. It is of the owner’s own
// lane: her page, asked many times at once, says who has left.
func leaves(who person, then func(*lane)) func(*lane) {
	return func(l *lane) {
		t := who.phone()
		gone, heir := l.p.clients[0].therapist.id, l.p.tappers[0].therapist.id // of whom nobody has a phone
		l.do(act{route: "POST /practice/handover", who: t, page: "/practice", form: to("/practice/handover", "person", gone), fill: fill{"to": heir, "reason": "She leaves."},
			found: []effect{is(1, `SELECT count(*) FROM handovers WHERE from_id = ? AND to_id = ?`, gone, heir), is(0, `SELECT count(*) FROM cases WHERE therapist_id = ?`, gone), l.audited(who, "case handed over")}})
		l.do(act{route: "POST /practice/leave", who: t, page: "/practice", form: to("/practice/leave", "person", gone),
			found: []effect{is(0, `SELECT count(*) FROM sessions WHERE person_id = ?`, gone), is(0, `SELECT count(*) FROM people WHERE id = ? AND signin IS NOT NULL`, gone), l.audited(who, "access ended")}})
		then(l)
	}
}

// owner changes the practice, adds therapists to it, and makes codes for one.
func owner(who, colleague person) func(*lane) {
	return func(l *lane) {
		t := who.phone()
		for {
			l.do(act{route: "POST /practice", who: t, page: "/practice", form: named("practice-form"), fill: fill{"emergency": "Call somebody."},
				found: []effect{l.more(`SELECT version FROM practices`), l.audited(who, "practice changed")}})
			l.do(act{route: "POST /practice/therapists", who: t, page: "/practice", form: named("add-form"), fill: fill{"name": "Dr Ann"},
				found: []effect{l.more(`SELECT count(*) FROM audit WHERE person_id = ? AND action = 'therapist added'`, who.id)}})
			for n, deputy := range []string{who.id, ""} {
				l.do(act{route: "POST /practice/deputy", who: t, page: "/practice", form: to("/practice/deputy", "person", colleague.id), fill: fill{"deputy": deputy},
					found: []effect{is(1-n, `SELECT count(*) FROM people WHERE id = ? AND deputy_id = ?`, colleague.id, who.id), l.audited(who, "deputy named")}})
			}
			l.do(act{route: "POST /practice/code", who: t, page: "/practice", form: to("/practice/code", "person", colleague.id), once: true, counts: true,
				found: []effect{l.more(`SELECT count(*) FROM audit WHERE object_id = ? AND action = 'code made' AND person_id = '`+who.id+`'`, colleague.id)}})
		}
	}
}

// guesser looks at series without labels, as long as there are any.
func guesser(who person, experiments []string) func(*lane) {
	return func(l *lane) {
		t := who.phone()
		for _, id := range experiments {
			l.do(act{route: "POST /experiments/:experiment/masked", who: t, page: "/experiments/" + id + "/masked", form: named("guess-form"), fill: fill{"saw": "no_change"},
				found: []effect{is(1, `SELECT count(*) FROM masked_guesses WHERE experiment_id = ?`, id), l.audited(who, "unlabelled series answered")}})
		}
	}
}

// sessions signs a person in and out, by the ways out that there are.
func sessions(who person, ways ...string) func(*lane) {
	return func(l *lane) {
		for {
			for _, way := range ways {
				p, here := newPhone(), `SELECT count(*) FROM sessions WHERE person_id = '`+who.id+`'`
				home := l.do(act{route: "POST /signin", who: p, page: "/signin", form: named("signin-form"), fill: fill{"signin": who.signin, "passphrase": passphrase}, once: true, counts: true,
					found: []effect{l.more(here)}}).location
				l.do(act{route: "POST " + way, who: p, page: home, form: to(way), found: []effect{is(l.value(here)-1, here)}})
			}
		}
	}
}

// madeAt is the address at which passkeys are made in these tests.
const madeAt = "http://localhost"

// account is a therapist who changes over and over how she signs in.
func account(who person) func(*lane) {
	return func(l *lane) {
		p, sessions := who.phone(), `SELECT count(*) FROM sessions WHERE person_id = '`+who.id+`'`
		secret := ""
		code := fill{}
		// The page has a secret of its own each time; the code goes with it.
		ofPage := func(s sheet) bool {
			if s.id != "second-form" {
				return false
			}
			secret = s.values.Get("secret")
			code["code"] = modelstest.Code(l.t, secret, time.Now())
			return true
		}
		for {
			l.do(act{route: "POST /account/second", who: p, page: "/account/second", form: ofPage, fill: code,
				found: []effect{l.audited(who, "second factor set"), is(1, sessions), is(10, `SELECT count(*) FROM recovery_codes WHERE person_id = ? AND used_at IS NULL`, who.id)}})
			l.do(act{route: "POST /account/recovery", who: p, page: "/account", form: named("recovery-form"), found: []effect{l.audited(who, "recovery codes made")}})
			// Only where the program is not started anew meanwhile: what a passkey was asked
			// lies in memory, and to answer it afterwards is to be asked again.
			if l.besides > 0 {
				l.passkey(who, p, sessions)
			}
			// The same name again: the owner's page, asked twenty times at once, lists the names.
			l.do(act{route: "POST /account/name", who: p, page: "/account", form: named("name-form"), found: []effect{l.audited(who, "renamed")}})
			l.do(act{route: "POST /account/address", who: p, page: "/account", form: named("address-form"), fill: fill{"address": "vera@example.org"}, found: []effect{l.audited(who, "address changed")}})
			l.do(act{route: "POST /account/passphrase", who: p, page: "/account", alone: true, form: named("passphrase-form"), fill: fill{"now": passphrase, "passphrase": passphrase, "again": passphrase},
				found: []effect{l.audited(who, "passphrase changed")}})
			other := newPhone()
			l.do(act{route: "POST /signin", who: other, page: "/signin", form: named("signin-form"), fill: fill{"signin": who.signin, "passphrase": passphrase}, once: true, counts: true, found: []effect{l.more(sessions)}})
			// The code of now was used to set it up.
			l.do(act{route: "POST /second", who: other, page: "/second", form: named("second-form"), fill: fill{"second": modelstest.Code(l.t, secret, time.Now().Add(30*time.Second))},
				found: []effect{is(2, `SELECT count(*) FROM sessions WHERE person_id = ? AND second_at IS NOT NULL`, who.id), l.audited(who, "second factor given")}})
			l.do(act{route: "POST /account/sessions", who: p, page: "/account", form: named("sessions-form"), found: []effect{is(1, sessions), is(1, `SELECT count(*) FROM sessions WHERE person_id = ? AND second_at IS NOT NULL`, who.id)}})
		}
	}
}

// passkey adds a passkey and removes it.
func (l *lane) passkey(who person, p *phone, sessions string) {
	made, passkeys := fill{"name": "Her phone"}, `SELECT count(*) FROM passkeys WHERE person_id = '`+who.id+`'`
	l.do(act{route: "POST /account/passkey", who: p, page: "/account/passkey", fill: made, form: func(s sheet) bool {
		if s.id != "passkey-form" {
			return false
		}
		made["credential"] = modelstest.NewDevice(l.t, "localhost", madeAt).Make(l.t, s.asked)
		return true
	}, found: []effect{l.audited(who, "passkey added"), is(1, passkeys)}})
	l.do(act{route: "POST /account/passkey/remove", who: p, page: "/account", form: named("remove-1"), found: []effect{l.audited(who, "passkey removed"), is(0, passkeys), is(1, sessions)}})
}
