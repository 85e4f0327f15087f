package handlers

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"enough/models"
)

func (a *App) gateForm(c echo.Context, v models.Viewer, f typed, e *models.Error) (simplePage, error) {
	ctx, id := c.Request().Context(), c.Param("case")
	k, err := a.db.Case(ctx, v, id)
	if err != nil {
		return simplePage{}, err
	}
	g, err := a.db.Gate(ctx, v, id)
	if err != nil {
		return simplePage{}, err
	}
	sure := ""
	if g.Fear == "yes" {
		sure = "yes"
	}
	ed := editing{typed: f, problem: e, version: g.Version, saved: map[string]string{"fear_sure": sure,
		"alone_on": string(g.AloneOn), "screen": g.Screen, "screen_on": string(g.ScreenOn), "screen_result": g.ScreenResult, "fear": g.Fear,
		"concern_reason": g.ConcernReason, "concern_second": g.ConcernSecond, "holding_back": g.HoldingBack, "defensiveness": g.Defensiveness,
		"what_each_gets": g.WhatEachGets, "consent_on": string(g.ConsentOn), "wants_plan": g.WantsPlan, "agenda": g.Agenda, "skill_note": g.SkillNote,
		"channel": g.Contact.Channel, "address": g.Contact.Address, "times": g.Contact.Times, "words": g.Contact.Words, "never": g.Contact.Never,
		"device_shared": g.Contact.DeviceShared}}
	x := ed.filler("")
	return simplePage{Page: a.chrome(v, casesPath, "Before the first experiment").back(casePath(id), k.Client.Name+" and "+k.Partner.Name),
		Intro: []string{"You can save with points still open. No experiment starts until each is settled. Nobody but you can read this."},
		Form: ed.finish(form{ID: "gate-form", Action: casePath(id) + "/gate", Submit: "Save", Parts: []part{
			{Heading: "1 · Partner spoken to alone", Fields: []field{x.date("alone_on", "Date", "")}},
			{Heading: "2 · Screen for violence", Intro: "A negative screen never closes the question. HARK was validated for women only.", Fields: []field{
				x.choice("screen", "Which", "hark", "HARK", "interview", "Interview", "other", "Other"),
				x.date("screen_on", "Date", ""),
				x.choice("screen_result", "Result", "not_done", "Not done", "no_concern", "No concern", "concern", "Concern").hint("Not done blocks. A concern is the ordinary path for many couples: it needs a reason and a second person. Until then the partner’s reports rest."),
				x.area("concern_reason", "Why it goes ahead in spite of a concern", "").when("screen_result=concern"),
				x.text("concern_second", "Second person who agreed", "Another therapist of this practice, by the name used here. With anybody else it goes ahead after 24 hours.").when("screen_result=concern"),
				x.choice("fear", "Is there fear or coercive control?", "no", "No", "yes", "Yes").hint("Yes blocks for good and cannot be taken back. The partner’s reports rest from then on; nothing changes for the client."),
				x.choice("fear_sure", "Put this on record for good?", "yes", "Yes, no experiment in this case").when("fear=yes"),
			}},
			{Heading: "3 · Suitability", Fields: []field{
				x.area("holding_back", "Can the client hold back acting out?", ""),
				x.area("defensiveness", "How defensive is the client?", ""),
				x.area("what_each_gets", "What does each get from the other?", "")}},
			{Heading: "4 · Partner’s informed consent", Intro: "What is asked, who sees it, that the partner may stop at any time and nothing on the client’s screen will show it, the limits of confidentiality, whose record it is.", Fields: []field{
				x.date("consent_on", "Date", ""),
				x.choice("wants_plan", "What the partner wants to know", "wants", "I want to know what is being tried", "rather_not", "I would rather not know")}},
			{Heading: "5 · Safe contact", Fields: []field{
				x.choice("channel", "Channel", "phone", "Phone", "text", "Text", "email", "E-mail", "in_session", "In session only"),
				x.text("address", "Number or address", ""), x.text("times", "Times", "").optional(),
				x.text("words", "Words allowed", "").optional(), x.text("never", "Never contact me by …", "").optional(),
				x.choice("device_shared", "Is the device shared?", "no", "No", "yes", "Yes", "not_sure", "Not sure").hint("If yes or not sure: offer reports on paper or in session.")}},
			{Heading: "6 · Mixed agenda", Fields: []field{x.choice("agenda", "What the partner came for", "improve", "To improve it", "mixed", "Mixed", "clarity", "Clarity only", "undecided", "Undecided")}},
			{Heading: "7 · Use of skill", Fields: []field{x.area("skill_note", "Whom could anything learned here be used against?", "Partner, child, employee, anyone.")}},
		}})}, nil
}

// editGate shows the checklist before the first experiment.
func (a *App) editGate(c echo.Context, v models.Viewer) error {
	p, err := a.gateForm(c, v, nil, nil)
	if err != nil {
		return err
	}
	return a.page(c, http.StatusOK, p)
}

// saveGate keeps what is on record.
func (a *App) saveGate(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	id := c.Param("case")
	in := models.GateInput{AloneOn: f.text("alone_on"), Screen: f.text("screen"), ScreenOn: f.text("screen_on"), ScreenResult: f.text("screen_result"),
		Fear: f.text("fear"), ConcernReason: f.text("concern_reason"), ConcernSecond: f.text("concern_second"), HoldingBack: f.text("holding_back"),
		Defensiveness: f.text("defensiveness"), WhatEachGets: f.text("what_each_gets"), ConsentOn: f.text("consent_on"), WantsPlan: f.text("wants_plan"),
		Agenda: f.text("agenda"), SkillNote: f.text("skill_note"), Version: f.text("version"), Submission: f.submission(),
		Contact: models.Contact{Channel: f.text("channel"), Address: f.text("address"), Times: f.text("times"), Words: f.text("words"),
			Never: f.text("never"), DeviceShared: f.text("device_shared")}}
	if _, err := a.db.Case(c.Request().Context(), v, id); err != nil {
		return err
	}
	if in.Fear == "yes" && f.text("fear_sure") != "yes" {
		err = &models.Error{Kind: models.Invalid, Message: "Something here needs a change. Look for the mark.", Fields: models.FieldErrors{"fear_sure": "This cannot be taken back. Choose it to put it on record, or change the answer above."}}
	} else {
		err = a.db.SaveGate(c.Request().Context(), v, id, in)
	}
	if err != nil {
		return a.retry(c, err, func(e *models.Error) (simplePage, error) { return a.gateForm(c, v, f, e) })
	}
	return a.redirect(c, casePath(id))
}

func itoa(n int) string { return strconv.Itoa(n) }

// digits writes a number that may be absent.
func digits(n *int) string {
	if n == nil {
		return ""
	}
	return itoa(*n)
}
