package models

import (
	"context"
	"database/sql"
	"errors"
)

// Gate is what must be on record before the first experiment of a case.
type Gate struct {
	AloneOn       Day // the partner was spoken to alone
	Screen        string
	ScreenOn      Day
	ScreenResult  string // not_done, no_concern or concern
	Fear          string // yes, no or empty: fear or coercive control
	ConcernReason string // why it goes ahead in spite of a concern
	ConcernSecond string // who agreed
	Waits         string // until when a concern goes on blocking all the same; empty when it does not
	HoldingBack   string
	Defensiveness string
	WhatEachGets  string
	ConsentOn     Day
	WantsPlan     string // wants, rather_not or empty
	Agenda        string
	SkillNote     string
	Contact       Contact
	Version       int // 0 when nothing has been saved
	goesAhead     string
}

// Contact is the partner's safe way to be reached. It is hers and sealed.
type Contact struct{ Channel, Address, Times, Words, Never, DeviceShared string }

// GateInput is the gate's form as typed.
type GateInput struct {
	AloneOn, Screen, ScreenOn, ScreenResult, Fear, ConcernReason, ConcernSecond string
	HoldingBack, Defensiveness, WhatEachGets                                    string
	ConsentOn, WantsPlan, Agenda, SkillNote                                     string
	Contact                                                                     Contact
	Version                                                                     string
	Submission                                                                  Submission
}

// GateItem is one line of the checklist.
type GateItem struct {
	Field string // the first form field that settles it
	Text  string
	Done  bool
	Why   string // what is still open, or why it blocks
}

// Checklist says of each point whether it is settled. ending is the case's
// ending criteria.
func (g Gate) Checklist(ending string) []GateItem {
	item := func(field, text string, done bool, why string) GateItem {
		if done {
			why = ""
		}
		return GateItem{field, text, done, why}
	}
	screen := item("screen_result", "Screened for violence", g.ScreenResult != "not_done" && g.ScreenResult != "" && g.ScreenOn != "" && g.Screen != "",
		"Not done: no experiment starts without it.")
	if g.ScreenResult == "concern" && g.Fear != "yes" && g.Refuses() != "" {
		screen.Done, screen.Why = false, g.Refuses()
	}
	fear := item("fear", "No fear, no coercive control", g.Fear == "no", "Say whether there is fear or coercive control.")
	if g.Fear == "yes" {
		fear.Why = "Fear or coercive control is on record. No experiment can start in this case."
	}
	return []GateItem{
		item("alone_on", "Partner spoken to alone", g.AloneOn != "", "Enter the date."),
		screen, fear,
		item("holding_back", "Suitability written down", g.HoldingBack != "" && g.Defensiveness != "" && g.WhatEachGets != "", "Answer the three prompts."),
		item("consent_on", "Partner’s informed consent", g.ConsentOn != "" && g.WantsPlan != "", "Enter the date and what the partner wants to know of the plan."),
		item("channel", "Safe contact agreed", g.Contact.Channel != "" && g.Contact.DeviceShared != "" && (g.Contact.Address != "" || g.Contact.Channel == "in_session"), "Enter the channel, the address and whether the device is shared."),
		item("agenda", "Mixed agenda noted", g.Agenda != "", "Choose one; undecided is a full answer."),
		item("ending", "Ending criteria written", ending != "", "Write them in the frame: “I will end this if …”."),
		item("skill_note", "Use of skill considered", g.SkillNote != "", "Write whom anything learned here could be used against, or that you see nobody."),
	}
}

// Open says whether an experiment may start.
func (g Gate) Open(ending string) bool {
	for _, item := range g.Checklist(ending) {
		if !item.Done {
			return false
		}
	}
	return true
}

// Gate gives the gate of a case. Only its therapist may.
func (db *DB) Gate(ctx context.Context, v Viewer, caseID string) (Gate, error) {
	var g Gate
	err := db.read(ctx, func(ctx context.Context, t *tx) error {
		if _, err := t.caseOf(ctx, v, caseID); err != nil {
			return err
		}
		var err error
		g, err = t.gate(ctx, caseID)
		return err
	})
	return g, err
}

func (t *tx) gate(ctx context.Context, caseID string) (Gate, error) {
	g := Gate{ScreenResult: "not_done"}
	x := t.textsOf("gates", caseID, caseID)
	err := t.QueryRowContext(ctx, `SELECT alone_on, screen, screen_on, screen_result, fear, concern_reason, concern_second, holding_back, defensiveness,
			what_each_gets, consent_on, wants_plan, agenda, skill_note, version, goes_ahead FROM gates WHERE case_id = $1`, caseID).
		Scan(&g.AloneOn, &g.Screen, &g.ScreenOn, &g.ScreenResult, &g.Fear, x.out("concern_reason", &g.ConcernReason),
			x.out("concern_second", &g.ConcernSecond), x.out("holding_back", &g.HoldingBack), x.out("defensiveness", &g.Defensiveness),
			x.out("what_each_gets", &g.WhatEachGets), &g.ConsentOn, &g.WantsPlan, &g.Agenda, x.out("skill_note", &g.SkillNote), &g.Version, &g.goesAhead)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return g, err
	}
	if g.Waits, err = t.waits(ctx, g.goesAhead); err != nil {
		return g, err
	}
	g.Contact, err = t.partnerContact(ctx, caseID)
	return g, err
}

// SaveGate writes what is on record. A gate may be saved with points still
// open. Fear or coercive control, once on record, stays; with it, and with a
// concern to which nobody else has agreed, the partner's reports rest at once.
// Only the case's therapist may. It is Invalid with field messages, and Conflict when the gate
// has changed since the form was made.
func (db *DB) SaveGate(ctx context.Context, v Viewer, caseID string, in GateInput) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		_, today, err := t.caseToday(ctx, v, caseID)
		if err != nil {
			return err
		}
		was, err := t.gate(ctx, caseID)
		if err != nil {
			return err
		}
		var r reading
		g := in.check(&r, today)
		if was.Fear == "yes" && g.Fear != "yes" {
			r.fail("fear", "This was put on record and stays. No experiment can start in this case.")
		}
		if g.ConcernSecond != "" && sameName(g.ConcernSecond, v.Name) {
			r.fail("concern_second", "Name somebody else: this takes two.")
		}
		if err := r.err(); err != nil {
			return err
		}
		if g.goesAhead, err = t.goesAhead(ctx, v, was, g); err != nil {
			return err
		}
		if g.Waits, err = t.waits(ctx, g.goesAhead); err != nil {
			return err
		}
		_, err = t.once(ctx, v, in.Submission, "gate "+caseID, in, func() (string, error) {
			if digits(&was.Version) != in.Version && !(in.Version == "" && was.Version == 0) {
				return "", conflict("This was changed meanwhile. Both texts are shown: yours is in the form, the saved one beside it.")
			}
			return caseID, errors.Join(t.putGate(ctx, caseID, g), t.restUnder(ctx, v, caseID, g, today), t.audit(ctx, v, didSaveGate, caseID, caseID))
		})
		return err
	})
}

func (in GateInput) check(r *reading, today Day) Gate {
	long := today.Add(-3650)
	g := Gate{
		AloneOn:       r.day("alone_on", in.AloneOn, long, today),
		Screen:        r.choice("screen", in.Screen, "", "hark", "interview", "other"),
		ScreenOn:      r.day("screen_on", in.ScreenOn, long, today),
		ScreenResult:  r.choice("screen_result", in.ScreenResult, "not_done", "not_done", "no_concern", "concern"),
		Fear:          r.choice("fear", in.Fear, "", "no", "yes"),
		ConcernReason: r.text("concern_reason", in.ConcernReason, proseLimit),
		ConcernSecond: r.text("concern_second", in.ConcernSecond, 100),
		HoldingBack:   r.text("holding_back", in.HoldingBack, shortLimit),
		Defensiveness: r.text("defensiveness", in.Defensiveness, shortLimit),
		WhatEachGets:  r.text("what_each_gets", in.WhatEachGets, shortLimit),
		ConsentOn:     r.day("consent_on", in.ConsentOn, long, today),
		WantsPlan:     r.choice("wants_plan", in.WantsPlan, "", "wants", "rather_not"),
		Agenda:        r.choice("agenda", in.Agenda, "", "improve", "mixed", "clarity", "undecided"),
		SkillNote:     r.text("skill_note", in.SkillNote, shortLimit),
		Contact: Contact{
			Channel:      r.choice("channel", in.Contact.Channel, "", "phone", "text", "email", "in_session"),
			Address:      r.text("address", in.Contact.Address, lineLimit),
			Times:        r.text("times", in.Contact.Times, lineLimit),
			Words:        r.text("words", in.Contact.Words, lineLimit),
			Never:        r.text("never", in.Contact.Never, lineLimit),
			DeviceShared: r.choice("device_shared", in.Contact.DeviceShared, "", "no", "yes", "not_sure"),
		},
	}
	if g.ScreenResult != "not_done" && g.ScreenOn == "" && r.bad["screen_on"] == "" {
		r.fail("screen_on", "Enter the date of the screen.")
	}
	if g.ScreenResult != "not_done" && g.Screen == "" {
		r.fail("screen", "Choose which screen was used.")
	}
	return g
}

func (t *tx) putGate(ctx context.Context, caseID string, g Gate) error {
	x := t.textsOf("gates", caseID, caseID)
	_, err := t.ExecContext(ctx, `INSERT INTO gates (case_id, alone_on, screen, screen_on, screen_result, fear, concern_reason, concern_second, holding_back,
			defensiveness, what_each_gets, consent_on, wants_plan, agenda, skill_note, saved_at, goes_ahead)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
		ON CONFLICT (case_id) DO UPDATE SET alone_on = excluded.alone_on, screen = excluded.screen, screen_on = excluded.screen_on,
			screen_result = excluded.screen_result, fear = excluded.fear, concern_reason = excluded.concern_reason, concern_second = excluded.concern_second,
			holding_back = excluded.holding_back, defensiveness = excluded.defensiveness, what_each_gets = excluded.what_each_gets,
			consent_on = excluded.consent_on, wants_plan = excluded.wants_plan, agenda = excluded.agenda, skill_note = excluded.skill_note,
			version = gates.version + 1, saved_at = excluded.saved_at, goes_ahead = excluded.goes_ahead`,
		caseID, g.AloneOn, g.Screen, g.ScreenOn, g.ScreenResult, g.Fear, x.in("concern_reason", g.ConcernReason),
		x.in("concern_second", g.ConcernSecond), x.in("holding_back", g.HoldingBack), x.in("defensiveness", g.Defensiveness),
		x.in("what_each_gets", g.WhatEachGets), g.ConsentOn, g.WantsPlan, g.Agenda, x.in("skill_note", g.SkillNote), t.stamp(), g.goesAhead)
	if err != nil {
		return err
	}
	k := g.Contact
	x = t.textsOf("partner_contacts", caseID, caseID)
	_, err = t.ExecContext(ctx, `INSERT INTO partner_contacts (case_id, channel, address, times, words, never, device_shared) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (case_id) DO UPDATE SET channel = excluded.channel, address = excluded.address, times = excluded.times,
			words = excluded.words, never = excluded.never, device_shared = excluded.device_shared`,
		caseID, k.Channel, x.in("address", k.Address), x.in("times", k.Times), x.in("words", k.Words), x.in("never", k.Never), k.DeviceShared)
	return err
}
