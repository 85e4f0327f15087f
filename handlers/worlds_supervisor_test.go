package handlers

import (
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"enough/models"
	"enough/models/modelstest"
)

// supervised is all that a supervisor reads of the case, by table.
var supervised = map[string]string{
	"cases": "id", "experiments": "id case_id number", "phases": "id experiment_id case_id kind name start_week weeks most_weeks every change dose outcome criterion_kind criterion planned_weeks some_change worse_change fair_dose",
	"partner_reports": "case_id week conflict leaving", "partner_calls": "case_id week answer", "set_aside_weeks": "case_id week back_on", "checkins": "case_id week done",
	"excused_weeks": "case_id week", "decisions": "id case_id experiment_id phase choice decided_on created_at", "supervisions": "case_id supervisor_id until ended_at", "practices": "id zone",
	"people": "id case_id role is_owner name signin", "sessions": "token_hash person_id created_at expires_at second_at ended_at",
}

// ofSupervisor is what a supervisor may see of one case, and herself.
func (l layout) ofSupervisor(v models.Viewer, c modelstest.Couple) scope {
	rows := ownRows(l.tables, `id = '`+c.CaseID+`'`, people(v))
	rows["supervisions"] = `supervisor_id = '` + v.PersonID + `'`
	maps.DeleteFunc(rows, func(table, _ string) bool { return supervised[table] == "" })
	return scope{rows: rows, reads: func(table, column string) bool { return slices.Contains(strings.Fields(supervised[table]), column) },
		fixed: map[string]string{"people.passphrase_hash": "goes with the sign-in name", "sessions.unlocked_until": "what an act of weight asks for",
			"cases.therapist_id": "whose case it is says who may open it", "partner_calls.phase_id": "a call goes with its phase"}}
}

// toOneself are acts of the case's own people that show its supervisor nothing.
var toOneself = []string{"propose", "raise a flag", "close flags", "guess", "gate", "pause", "resume reports", "frame", "publish", "take back"}

// supervisorLooks compares for another therapist who was let read a case without
// names: everything else of the case differs, and all of it may lie a year later.
func supervisorLooks(t *testing.T, l lived, p *pair, random *rand.Rand) string {
	at := slices.Index(l.shut, false)
	if at < 0 {
		return ""
	}
	c := l.couples[at]
	other := slices.IndexFunc(l.couples, func(o modelstest.Couple) bool { return o.Therapist.PersonID != c.Therapist.PersonID })
	v, layout := l.couples[other].Therapist, layoutOf(t, p.other)
	until := models.DayOf(l.now, time.UTC).Add(1 + random.IntN(20)) // today may be over where the practice is
	for _, w := range []*world{p.one, p.other} {
		must(t, w.db.Supervise(ctx, c.Therapist, c.CaseID, models.SuperviseInput{Supervisor: v.PersonID, Until: string(until)}))
	}
	f := l.fateOf(t, p, p.other, random)
	for range 6 {
		name := toOneself[random.IntN(len(toOneself))]
		f.aside(f.couples[at], asides[slices.IndexFunc(asides, func(a aside) bool { return a.name == name })])
	}
	s := layout.ofSupervisor(v, c)
	s.disturb(t, p.other.raw, random)
	p.differs(t, layout, s)
	if random.IntN(2) == 0 {
		p.other.ageByAYear(t)
	}
	return p.compare(func() {
		p.cookie = p.one.cookie(l.sessions[v.PersonID])
		w := p.walk(random, therapist, c)
		for range 2 {
			for _, path := range []string{supervisedPath, supervisedPath + "/:case"} {
				answer := w.get(w.target(path), w.way()...)
				if answer.Code == http.StatusOK {
					w.reached[path]++
				}
				w.ask(http.MethodHead, w.target(path), "", "")
			}
			w.pry(c)
			w.after(time.Duration(random.IntN(11)) * time.Hour) // her session is short
		}
		w.after(24 * 30 * time.Hour) // and so is what she was granted
		p.both(func(_ int, w *world) {
			token, _, err := w.db.StartSession(ctx, v)
			must(t, err)
			p.cookie = w.cookie(token)
		})
		w.get(w.target(supervisedPath + "/:case"))
	})
}
