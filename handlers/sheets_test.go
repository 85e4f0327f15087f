package handlers

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"enough/models"
	"enough/models/modelstest"
)

// A paper is one of the app's forms with what to write on it.
type paper struct {
	name, actor, id string
	at              func(*play) string  // the page it stands on
	set             func(*play)         // what must be so before
	good            map[string]string   // over what the form holds already
	bad             map[string][]string // wrong values by field
	texts           map[string]int      // the longest text that a field takes
	effect          string              // a number that moves by one, once the form is kept
}

// badAddresses are none, or more than one, or would reach into the head of a message.
var badAddresses = []string{"x", "a b@example.org", "a@example.org, b@example.org", "A <a@example.org>", "a@example.org\nBcc: b@example.org", "ä@example.org", "@example.org"}

// reachable lets both of the first couple be written to.
func (p *play) reachable() {
	must(p.t, p.db.SaveOwnContact(p.t.Context(), p.couple.Client, models.ClientContactInput{Address: "his@example.org", Remind: "no", Day: "7", Hour: "18"}))
	must(p.t, p.db.SaveOwnReach(p.t.Context(), p.unlockedPartner(), models.PartnerReachInput{Channel: "email", Address: "hers@example.org", Remind: "no", Day: "7", First: "9", Last: "20"}))
}

func (p *play) unlockedPartner() models.Viewer {
	v := p.couple.Partner
	v.Unlocked = true
	return v
}

func fixed(s string) func(*play) string { return func(*play) string { return s } }

func ofCase(s string) func(*play) string {
	return func(p *play) string { return casePath(p.couple.CaseID) + s }
}

func ofExperiment(s string) func(*play) string {
	return func(p *play) string { return experimentPath(p.couple.Experiment) + s }
}

func ofReported(p *play) string { return asidePath(p.couple.CaseID, p.week.Add(-2)) }

var long = strings.Repeat("a", 5000)

// papers are all forms that people write on. The long texts are those of the
// sentences beside the fields.
var papers = []paper{
	{name: "check-in", actor: "client", id: "checkin-form", at: fixed("/week"), effect: `SELECT count(*) FROM checkins`,
		good: map[string]string{"done": "2", "effort": "3", "tension": "4", "forecast": "5", "guess": "6", "sure": "70", "note": "Mine."},
		bad: map[string][]string{"tension": {"", "11", "-1", "3.5", "+3", "three", "1e1", "٣"}, "forecast": {"", "11"}, "done": {"", "15", "-1", "2.0"}, "effort": {"", "11"},
			"guess": {"11"}, "sure": {"101", "50%"}},
		texts: map[string]int{"note": 280}},
	{name: "partner report", actor: "other partner", id: "visit-form", at: fixed("/w"), effect: `SELECT count(*) FROM partner_reports`,
		good: map[string]string{"alone": "yes", "tension": "4", "leaving": "5", "noticed": "2", "real": "3", "say_no": "mostly", "safe": "no", "contact_by": "safe_route", "pushed": "no",
			"children": "quieter", "enough": "not_yet", "other": "Hers.", "note": "Hers too.", "contact": "soon"},
		bad: map[string][]string{"alone": {"", "perhaps"}, "tension": {"11", "3.5", "x"}, "leaving": {"-1"}, "noticed": {"7"}, "real": {"11"}, "say_no": {"perhaps"}, "safe": {"perhaps"},
			"pushed": {"perhaps"}, "children": {"perhaps"}, "enough": {"perhaps"}, "contact": {"perhaps"}, "contact_by": {"perhaps"}},
		texts: map[string]int{"other": 200, "note": 500}},
	{name: "second factor", actor: "half therapist", id: "second-form", at: fixed("/second"), effect: `SELECT count(*) FROM audit WHERE action = 'second factor given' AND result = 'done'`,
		good: map[string]string{"second": "(now)"}, bad: map[string][]string{"second": {"", "nonsense"}}},
	{name: "another authenticator", actor: "therapist", id: "second-form", at: fixed("/account/second"), effect: `SELECT count(*) FROM audit WHERE action = 'second factor set'`,
		good: map[string]string{"code": "(now)"}, bad: map[string][]string{"code": {"", "nonsense"}}},
	{name: "passkey", actor: "therapist", id: "passkey-form", at: fixed("/account/passkey"), effect: `SELECT count(*) FROM passkeys`,
		good: map[string]string{"name": "Her laptop", "credential": "(passkey)"}, bad: map[string][]string{"name": {"", " "}, "credential": {"", "{}", long, `{"id":"AA","rawId":"AA","type":"public-key","response":{}}`}},
		texts: map[string]int{"name": 60}},
	{name: "remove a passkey", actor: "therapist", id: "remove-1", at: fixed("/account"), effect: `SELECT 1 - count(*) FROM passkeys`},
	{name: "recovery codes", actor: "therapist", id: "recovery-form", at: fixed("/account"), effect: `SELECT count(*) FROM audit WHERE action = 'recovery codes made'`},
	{name: "own name", actor: "therapist", id: "name-form", at: fixed("/account"), effect: `SELECT count(*) FROM audit WHERE action = 'renamed'`,
		good: map[string]string{"name": "Dr Vera Other"}, bad: map[string][]string{"name": {"", " "}}, texts: map[string]int{"name": 100}},
	{name: "client’s own name", actor: "client", id: "name-form", at: fixed("/account"), effect: `SELECT count(*) FROM audit WHERE action = 'renamed'`,
		good: map[string]string{"name": "Ada Other"}, bad: map[string][]string{"name": {"", " "}}, texts: map[string]int{"name": 100}},
	{name: "partner’s own name", actor: "partner unlocked", id: "name-form", at: fixed("/w"), effect: `SELECT count(*) FROM audit WHERE action = 'renamed'`,
		set: func(p *play) {
			sqlExec(p.t, p.raw, `UPDATE sessions SET visit = 'own' WHERE unlocked_until IS NOT NULL`)
		},
		good: map[string]string{"name": "Bea Other"}, bad: map[string][]string{"name": {"", " "}}, texts: map[string]int{"name": 100}},
	{name: "own passphrase", actor: "client", id: "passphrase-form", at: fixed("/account"), effect: `SELECT count(*) FROM audit WHERE action = 'passphrase changed'`,
		good: map[string]string{"now": modelstest.Passphrase, "passphrase": "eight or more", "again": "eight or more"},
		bad:  map[string][]string{"now": {"", "wrong"}, "passphrase": {"", "seven77"}, "again": {"", "other"}}},
	{name: "own address", actor: "therapist", id: "address-form", at: fixed("/account"), effect: `SELECT count(*) FROM audit WHERE action = 'address changed'`,
		good: map[string]string{"address": "vera@example.org"}, bad: map[string][]string{"address": badAddresses}},
	{name: "own contact", actor: "client", id: "contact-form", at: fixed("/account"), effect: `SELECT COALESCE(sum(version), 0) FROM client_contacts`,
		good: map[string]string{"address": "ada@example.org", "remind": "yes", "day": "6", "hour": "9"},
		bad:  map[string][]string{"address": append(badAddresses, ""), "remind": {"", "perhaps"}, "day": {"", "4", "8"}, "hour": {"", "24", "-1", "x"}}},
	{name: "contact", actor: "therapist", id: "contact-form", at: ofCase("/messages"), effect: `SELECT COALESCE(sum(version), 0) FROM client_contacts`,
		good: map[string]string{"address": "ada@example.org", "remind": "yes", "day": "6", "hour": "9"},
		bad:  map[string][]string{"address": append(badAddresses, "hers@example.org"), "remind": {""}, "day": {"4"}, "hour": {"24"}}, set: (*play).reachable},
	{name: "reminders", actor: "therapist", id: "reminders-form", at: ofCase("/messages"), effect: `SELECT count(*) FROM audit WHERE action = 'partner’s contact saved'`,
		set: (*play).reachable, good: map[string]string{"remind": "yes", "remind_day": "7", "first": "9", "last": "11", "again": "no", "subject": "notes"},
		bad: map[string][]string{"remind": {"", "perhaps"}, "remind_day": {"4"}, "first": {"", "23"}, "last": {"", "9", "24"}, "again": {"perhaps"}, "subject": {"love"}}},
	{name: "own reach", actor: "partner unlocked", id: "reach-form", at: fixed("/w"), effect: `SELECT count(*) FROM audit WHERE action = 'partner’s contact saved'`,
		set: func(p *play) {
			p.reachable()
			sqlExec(p.t, p.raw, `UPDATE sessions SET visit = 'own' WHERE unlocked_until IS NOT NULL`)
		}, good: map[string]string{"channel": "email", "address": "other@example.org", "remind": "yes", "remind_day": "7", "first": "9", "last": "11", "again": "yes", "subject": "hello"},
		bad: map[string][]string{"channel": {"phone", "pigeon"}, "address": append(badAddresses, "", "HIS@example.org"), "remind": {""}, "remind_day": {"4"}, "first": {"23"}, "last": {"9"}}},
	{name: "tell", actor: "therapist", id: "tell-form", at: ofCase("/messages"), effect: `SELECT count(*) FROM messages`,
		set: (*play).reachable, good: map[string]string{"on": "2026-05-04"}, bad: map[string][]string{"on": {"", "x", "2020-01-01", "2031-01-01"}}},
	{name: "end access", actor: "therapist", id: "end-partner", at: ofCase(""), effect: `SELECT count(access_ended_on) FROM people`},
	{name: "close", actor: "therapist", id: "closing-form", at: ofCase("/close"), effect: `SELECT count(*) FROM closings`,
		set: (*play).calm, good: map[string]string{"reason": "A reason."},
		bad:   map[string][]string{"on": {"", "2031-01-01", "2025-01-01", "x"}, "reason": {"", " "}},
		texts: map[string]int{"reason": 2000}},
	{name: "reopen", actor: "therapist", id: "reopen-form", at: ofCase(""), effect: `SELECT count(reopened_on) FROM closings`, set: (*play).closes},
	{name: "erase", actor: "therapist", id: "erase-form", at: ofCase("/erase"), effect: `SELECT 2 - count(*) FROM cases`, set: (*play).closes,
		good: map[string]string{"name": "ada client"}, bad: map[string][]string{"name": {"", "ada", "Ada Partner"}}},
	{name: "hand over", actor: "therapist", id: "handover-form", at: ofCase("/handover"), effect: `SELECT count(*) FROM handovers`,
		good:  map[string]string{"to": "(colleague)", "reason": "A reason."},
		bad:   map[string][]string{"to": {"", "nobody"}, "on": {"", "2031-01-01", "2025-01-01", "x"}, "reason": {"", " "}},
		texts: map[string]int{"reason": 2000, "client_text": 800, "partner_text": 800}},
	{name: "share", actor: "therapist", id: "share-form", at: ofCase("/share"), effect: `SELECT count(*) FROM case_shares`,
		good: map[string]string{"therapist": "(colleague)"},
		bad:  map[string][]string{"therapist": {"", "nobody"}, "until": {"2026-04-25", "2040-01-01", "x"}}},
	{name: "end a share", actor: "therapist", id: "end-1", at: ofCase("/share"), effect: `SELECT count(ended_at) FROM case_shares`,
		set: func(p *play) { p.shares() }},
	{name: "deputy", actor: "therapist", id: "deputy-2", at: fixed("/practice"), effect: `SELECT count(deputy_id) FROM people`,
		good: map[string]string{"deputy": "(colleague)"}, bad: map[string][]string{"deputy": {"nobody"}}},
	{name: "hand all over", actor: "therapist", id: "all-2", at: fixed("/practice"), effect: `SELECT min(1, count(*)) FROM handovers`,
		good: map[string]string{"to": "(colleague)", "reason": "A reason."}, set: (*play).hasALeaver,
		bad: map[string][]string{"to": {"", "nobody"}, "reason": {"", " "}}, texts: map[string]int{"reason": 2000}},
	{name: "a therapist leaves", actor: "therapist", id: "leave-2", at: fixed("/practice"), effect: `SELECT count(access_ended_on) FROM people`},
	{name: "supervision", actor: "therapist", id: "supervision-form", at: ofCase("/supervision"), effect: `SELECT count(*) FROM supervisions`,
		good: map[string]string{"supervisor": "(colleague)"},
		bad:  map[string][]string{"supervisor": {"", "nobody"}, "until": {"", "2026-04-25", "2027-04-27", "x"}}},
	{name: "end supervision", actor: "therapist", id: "end-1", at: ofCase("/supervision"), effect: `SELECT count(ended_at) FROM supervisions`,
		set: func(p *play) {
			must(p.t, p.db.Supervise(p.t.Context(), p.couple.Therapist, p.couple.CaseID, models.SuperviseInput{Supervisor: p.other.Therapist.PersonID, Until: "2026-05-24"}))
		}},
	{name: "frame", actor: "therapist", id: "frame-form", at: ofCase("/frame"), effect: `SELECT sum(version) FROM cases`,
		good:  map[string]string{"goal": "A goal.", "stake": "A stake.", "candidate1": "An act.", "cost1": "3", "economic": "no", "children": "yes", "ending": "An end."},
		bad:   map[string][]string{"goal": {""}, "cost1": {"11", "x"}, "candidate1": {""}, "economic": {"perhaps"}, "children": {"perhaps"}},
		texts: map[string]int{"goal": 200, "stake": 1000, "cooperation": 200, "standing": 1000, "ending": 1000, "candidate2": 200}},
	{name: "gate", actor: "therapist", id: "gate-form", at: ofCase("/gate"), effect: `SELECT sum(version) FROM gates`,
		good: map[string]string{"holding_back": "Yes."},
		bad: map[string][]string{"alone_on": {"2026-02-30", "tomorrow", "2031-01-01", "1999-01-01", "26-04-01"}, "screen": {"perhaps", ""}, "screen_on": {"", "01.04.2026"},
			"screen_result": {"perhaps"}, "fear": {"perhaps"}, "consent_on": {"2031-01-01"}, "channel": {"post"}, "device_shared": {"perhaps"}, "agenda": {"perhaps"}, "wants_plan": {"perhaps"}},
		texts: map[string]int{"concern_reason": 2000, "concern_second": 100, "holding_back": 600, "defensiveness": 600, "what_each_gets": 600, "address": 200, "times": 200,
			"words": 200, "never": 200, "skill_note": 600}},
	{name: "plan, act", actor: "therapist", id: "plan-form", at: ofExperiment("/plan/act"), effect: `SELECT sum(version) FROM experiments`,
		good:  map[string]string{"counts_if": "Another thing.", "reason": "A reason."},
		bad:   map[string][]string{"behaviour": {"", "Be kinder", "try to listen"}, "label": {""}, "counts_if": {""}, "not_counts_if": {""}, "if_moment": {""}, "reason": {""}},
		texts: map[string]int{"behaviour": 200, "label": 60, "counts_if": 400, "not_counts_if": 400, "if_moment": 200, "then_act": 200, "reason": 1000}},
	{name: "plan, measure", actor: "therapist", id: "plan-form", at: ofExperiment("/plan/measure"), effect: `SELECT sum(version) FROM experiments`,
		good: map[string]string{"cost": "3", "reason": "A reason."},
		bad: map[string][]string{"dose": {"", "0", "15", "3", "2.5"}, "cost": {"", "11"}, "prediction": {"-1"}, "confidence": {"101", ""}, "outcome": {"perhaps"}, "criterion_kind": {"perhaps"},
			"criterion": {"11", "x"}, "stop_wording": {""}, "reason": {""}},
		texts: map[string]int{"dose_words": 200, "stop_wording": 400, "reason": 1000}},
	{name: "step up", actor: "therapist", id: "step-form", at: ofExperiment("/step/step_up"), effect: `SELECT count(*) FROM phases`,
		set:   (*play).calm,
		good:  map[string]string{"weeks": "4", "change": "behaviour", "behaviour": "Another act", "dose": "3", "criterion": "4"},
		bad:   map[string][]string{"start": {"", "2020-01-06", "2026-04-28", "2027-01-04", "next"}, "weeks": {"3", "7", ""}, "change": {"", "perhaps"}, "dose": {"15", ""}, "criterion": {"11"}, "behaviour": {"", "Ask about the day"}},
		texts: map[string]int{"behaviour": 200, "label": 60, "counts_if": 400, "not_counts_if": 400}},
	{name: "go back", actor: "therapist", id: "step-form", at: ofExperiment("/step/withdrawal"), effect: `SELECT count(*) FROM phases`,
		set:  (*play).calm,
		good: map[string]string{"weeks": "4"}, bad: map[string][]string{"start": {"", "2020-01-06", "2026-04-28", "2026-05-04"}, "weeks": {"2", "7", ""}}},
	{name: "resume", actor: "therapist", id: "step-form", at: ofExperiment("/step/resume"), effect: `SELECT count(*) FROM phases`,
		set: func(p *play) {
			p.calm()
			must(p.t, p.db.StartPhase(p.t.Context(), p.couple.Therapist, p.couple.Experiment, models.StepInput{Kind: "withdrawal", Start: string(p.week.Add(1)), Weeks: "3"}))
		},
		good: map[string]string{"weeks": "4"}, bad: map[string][]string{"start": {"", "2020-01-06", "2026-05-25"}, "weeks": {"3", "7", ""}}},
	{name: "end", actor: "therapist", id: "end-form", at: ofExperiment("/end"), effect: `SELECT count(*) FROM experiments WHERE ended_week IS NOT NULL`,
		good:  map[string]string{"reason": "A reason."},
		bad:   map[string][]string{"last_week": {"", "2020-01-06", "2026-04-21"}, "reason": {""}},
		texts: map[string]int{"reason": 2000}},
	{name: "decision", actor: "therapist", id: "decision-form", at: ofExperiment("/decision"), effect: `SELECT count(*) FROM decisions`,
		good: map[string]string{"choice": "hold", "present": "both", "reasons": "Reasons.", "suffers_less": "Somebody.", "who_pays": "Somebody.", "skill_used": "no", "line_care": "yes", "line_breaks": "no", "line_harms": "no", "line_enjoys": "unsure", "confidence": "60", "client_text": "To him."},
		bad: map[string][]string{"choice": {"perhaps"}, "on": {"", "2031-01-01", "2025-01-01", "x"}, "present": {"", "perhaps"}, "reasons": {""}, "suffers_less": {""}, "who_pays": {""}, "skill_used": {"", "perhaps"}, "line_care": {""}, "line_breaks": {"perhaps"}, "line_harms": {""}, "line_enjoys": {""},
			"confidence": {"101", "half"}},
		texts: map[string]int{"reasons": 2000, "suffers_less": 600, "who_pays": 600, "learning": 200, "client_text": 800, "partner_text": 800}},
	{name: "guess", actor: "therapist", id: "guess-form", at: ofExperiment("/masked"), effect: `SELECT count(*) FROM masked_guesses`,
		good: map[string]string{"saw": "5"}, bad: map[string][]string{"saw": {"", "3", "7", "-5", "5.0", "five", "week"}}},
	{name: "raise a flag", actor: "therapist", id: "raise-form", at: ofCase("/flags"), effect: `SELECT count(*) FROM flags`,
		good: map[string]string{"kind": "stalking", "what": "By telephone."}, bad: map[string][]string{"kind": {"", "perhaps"}, "what": {""}}, texts: map[string]int{"what": 600}},
	{name: "close a flag", actor: "therapist", id: "close-1", at: ofCase("/flags"), effect: `SELECT count(*) FROM flags WHERE closed_on IS NOT NULL`,
		good: map[string]string{"reason": "Spoken with alone."}, bad: map[string][]string{"reason": {"", " "}}, texts: map[string]int{"reason": 600}},
	{name: "tick a checklist", actor: "therapist", id: "steps-1", at: ofCase("/flags"), effect: `SELECT count(*) FROM steps_done`, good: map[string]string{"gone": "2"}},
	{name: "note a session", actor: "therapist", id: "response-form", at: ofCase("/log"), effect: `SELECT count(*) FROM responses`,
		good: map[string]string{"felt": "criticised"}, bad: map[string][]string{"felt": {"", "perhaps"}}},
	{name: "log a contact", actor: "therapist", id: "contact-form", at: ofCase("/log"), effect: `SELECT count(*) FROM log_lines`,
		good: map[string]string{"what": "partner"}, bad: map[string][]string{"what": {"", "perhaps"}, "on": {"", "2031-01-01", "2020-01-01", "x"}}, texts: map[string]int{"words": 2000}},
	{name: "log the partner’s support", actor: "therapist", id: "support-form", at: ofCase("/log"), effect: `SELECT count(*) FROM log_lines WHERE kind = 'support'`,
		good: map[string]string{"what": "offered"}, bad: map[string][]string{"what": {"", "partner"}, "on": {""}}, texts: map[string]int{"words": 2000}},
	{name: "log what was asked", actor: "therapist", id: "card-form", at: ofCase("/log"), effect: `SELECT count(*) FROM log_lines WHERE kind = 'card'`,
		good: map[string]string{"what": "live_with"}, bad: map[string][]string{"what": {"", "perhaps"}, "on": {""}}},
	{name: "log why the work goes on", actor: "therapist", id: "going_on-form", at: ofCase("/log"), effect: `SELECT count(*) FROM log_lines WHERE kind = 'going_on'`,
		good: map[string]string{"words": "It is slow, and it moves."}, bad: map[string][]string{"words": {"", " "}, "on": {""}}, texts: map[string]int{"words": 2000}},
	{name: "set a week aside", actor: "therapist", id: "aside-form", at: ofReported, effect: `SELECT count(*) FROM set_aside_weeks`,
		good: map[string]string{"why": "pushed", "reason": "By telephone."}, bad: map[string][]string{"why": {"", "perhaps"}, "reason": {"", " "}}, texts: map[string]int{"reason": 600}},
	{name: "take a week back in", actor: "therapist", id: "aside-form", at: ofReported, effect: `SELECT count(*) FROM set_aside_weeks WHERE back_on IS NOT NULL`,
		set:  func(p *play) { p.setsAside(p.week.Add(-2), "pushed") },
		good: map[string]string{"reason": "It was hers."}, bad: map[string][]string{"reason": {"", " "}}, texts: map[string]int{"reason": 600}},
	{name: "publish", actor: "therapist", id: "publish-form", at: ofCase("/publish"), effect: `SELECT count(*) FROM snapshots`,
		good:  map[string]string{"show": "(extra)", "words": "Words.", "spoken_on": "2026-04-26"},
		bad:   map[string][]string{"spoken_on": {"2031-01-01", "2020-01-01", "x"}},
		texts: map[string]int{"words": 280}},
	{name: "practice", actor: "therapist", id: "practice-form", at: fixed("/practice"), effect: `SELECT version FROM practices`,
		good: map[string]string{"emergency": "Call somebody.", "worse_change": "2,5"},
		bad: map[string][]string{"practice": {""}, "zone": {"", "Local", "Nowhere/Else", "../etc"}, "office": {""}, "emergency": {""},
			"some_change": {"0.4", "3.1", "NaN", "1e0", "1.25", "one"}, "worse_change": {"4.1", "0.5", "-2"}, "least_drop": {"1", "6", "2.5"}, "fair_dose": {"49", "101", "80%"}},
		texts: map[string]int{"practice": 200, "office": 60, "emergency": 200}},
	{name: "new case", actor: "therapist", id: "case-form", at: fixed("/cases/new"), effect: `SELECT count(*) FROM cases`,
		good:  map[string]string{"client_name": "Ann", "client_pronoun": "she", "partner_name": "Ben", "partner_pronoun": "he", "children": "no"},
		bad:   map[string][]string{"client_name": {""}, "partner_name": {""}, "client_pronoun": {"", "it"}, "partner_pronoun": {"it"}, "children": {""}},
		texts: map[string]int{"client_name": 100, "partner_name": 100}},
	{name: "another therapist", actor: "therapist", id: "add-form", at: fixed("/practice"), effect: `SELECT count(*) FROM people`,
		good: map[string]string{"name": "Dr Ann"}, bad: map[string][]string{"name": {""}}, texts: map[string]int{"name": 100}},
	{name: "join", actor: "nobody", id: "join-form", at: fixed("/join"), effect: `SELECT count(*) FROM invitations WHERE used_at IS NOT NULL`,
		set: func(p *play) {
			code, err := p.db.InviteTo(p.t.Context(), p.couple.Therapist, p.couple.CaseID, models.Partner)
			must(p.t, err)
			p.code = code
		},
		good:  map[string]string{"code": "(code)", "signin": "New-Name", "passphrase": "eight or more", "again": "eight or more"},
		bad:   map[string][]string{"code": {"", "AAAA-BBBB"}, "signin": {"", "two words", "bob-partner"}, "passphrase": {"", "seven77", long}, "again": {"another one"}},
		texts: map[string]int{"signin": 60}},
	{name: "set-up", actor: "nobody", id: "setup-form", at: func(p *play) string { return "/setup/" + p.code }, effect: `SELECT count(*) FROM practices`,
		set: func(p *play) { p.empty() },
		good: map[string]string{"name": "Dr Ann", "practice": "A practice", "zone": "Europe/Belgrade", "office": "An office", "emergency": "Call somebody.", "signin": "ann",
			"passphrase": modelstest.Passphrase, "again": modelstest.Passphrase},
		bad:   map[string][]string{"name": {""}, "practice": {""}, "zone": {"Mars"}, "office": {""}, "emergency": {""}, "signin": {"", "two words"}, "passphrase": {"fourteen chars"}, "again": {"x"}},
		texts: map[string]int{"name": 100, "practice": 200, "office": 60, "emergency": 200, "signin": 60}},
	{name: "sign in", actor: "nobody", id: "signin-form", at: fixed("/signin"),
		good: map[string]string{"signin": "ada-client", "passphrase": modelstest.Passphrase},
		bad:  map[string][]string{"passphrase": {"", "wrong", long, "\xff\x00"}}},
}

// calm takes away all that was reported to be unsafe or worse.
func (p *play) calm() {
	sqlExec(p.t, p.raw, `UPDATE partner_reports SET conflict = 5, leaving = 5, safe = 'yes', pushed = 'no', contact = 'no'`)
	p.closesFlags()
}

// closesFlags closes every flag that is open.
func (p *play) closesFlags() {
	sqlExec(p.t, p.raw, `PRAGMA ignore_check_constraints = 1`) // one column is written after the other
	modelstest.Write(p.t, p.raw, p.file, "flags", "reason", "Looked at.", `closed_on IS NULL`)
	sqlExec(p.t, p.raw, `UPDATE flags SET closed_on = raised_on WHERE closed_on IS NULL; PRAGMA ignore_check_constraints = 0`)
}

// closes closes the couple's case.
func (p *play) closes() {
	p.calm()
	must(p.t, p.db.CloseCase(p.t.Context(), p.couple.Therapist, p.couple.CaseID, models.CloseInput{On: string(models.DayOf(p.now, time.UTC)), Reason: "Done."}))
}

// empty turns the play into a program that starts in an empty folder.
func (p *play) empty() {
	db, file, clock := modelstest.Empty(p.t)
	token, err := db.SetUpToken(p.t.Context())
	must(p.t, err)
	p.close()
	p.App, p.raw, p.clock, p.file, p.code = newApp(p.t, db), openRaw(p.t, file), clock, file, token
}

// lay gives a stage with a form as its page hands it out, filled in well.
func (f paper) lay(t testing.TB) (p *play, b *browser, s sheet) {
	t.Helper()
	p = theStage(t).open(t)
	if f.set != nil {
		f.set(p)
	}
	b = p.as(f.actor)
	w := b.get(f.at(p))
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d", f.at(p), w.Code)
	}
	s = sheetOf(t, w.Body.String(), f.id)
	if s.action == "" {
		s.action = f.at(p)
	}
	for name, value := range f.good {
		if value == "(passkey)" {
			value = modelstest.NewDevice(t, testSite.Host, testSite.Origin).Make(t, askedOf(t, s))
		}
		s.values.Set(name, strings.NewReplacer("(extra)", p.extra, "(code)", p.code, "(now)", authenticatorCode(t, p, s.values.Get("secret")), "(colleague)", p.other.Therapist.PersonID).Replace(value))
	}
	return p, b, s
}

// authenticatorCode is what an authenticator shows for a secret that is being set
// up, and for none the next code of the therapist's, who has used the one of now.
func authenticatorCode(t testing.TB, p *play, secret string) string {
	if secret != "" {
		return modelstest.Code(t, secret, p.now)
	}
	return modelstest.Code(t, p.secret, p.now.Add(30*time.Second))
}

// askedOf is what a form asks a passkey.
func askedOf(t testing.TB, s sheet) string {
	t.Helper()
	for _, n := range elements(s.node, tag("button")) {
		if ask, is := attr(n, "data-ask"); is {
			return ask
		}
	}
	t.Fatal("the form asks no passkey")
	return ""
}

// write copies what is on a form, with one field written over.
func (s sheet) write(name, value string) url.Values {
	v := url.Values{}
	for key, values := range s.values {
		v[key] = values
	}
	v.Set(name, value)
	return v
}

// again reads the form out of an answer: the fragment alone for a swap.
func (f paper) again(t testing.TB, w *httptest.ResponseRecorder, swap bool) sheet {
	t.Helper()
	body := w.Body.String()
	if _, whole := titleOfPage(body); whole == swap || swap && !strings.HasPrefix(strings.TrimSpace(body), "<form") {
		t.Errorf("%s: a swap (%v) is answered with a whole page (%v)", f.name, swap, whole)
	}
	for _, wrong := range lint(w, false) {
		t.Errorf("%s: %s", f.name, wrong)
	}
	return sheetOf(t, body, f.id)
}

// keeps holds that all that was sent stands on the form again, but for
// passphrases and for the fields named.
func (f paper) keeps(t testing.TB, s sheet, sent url.Values, but ...string) {
	t.Helper()
	for name := range sent {
		skip := name == "passphrase" || name == "again" || name == "now" || name == "version"
		for _, other := range but {
			skip = skip || name == other
		}
		if got, want := s.values[name], sent[name]; !skip && strings.Join(got, "|") != strings.Join(want, "|") && (len(got) > 0 || strings.Join(want, "") != "") {
			t.Errorf("%s: %s was %.40q and is %.40q", f.name, name, want, got)
		}
	}
}
