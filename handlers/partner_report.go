package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"enough/models"
)

// visitPage is the partner's page: her form, or a few words when none is open
// or it has been sent.
type visitPage struct {
	Page page
	Said said
	Form *form
	Ways []turn
}

func (visitPage) template() string { return "visit" }

// said is a few words in the place of her form.
type said struct {
	Line string
	Over bool // her session has ended
}

// partnerChrome is the frame of the partner's whole visit: one neutral title.
func (a *App) partnerChrome() page {
	p := a.chrome(models.Viewer{Role: models.Partner}, "", neutralTitle)
	return p
}

// partnerFields makes the questions of the partner's form. him is the client's
// pronoun.
func partnerFields(x filler, open models.PartnerForm) []field {
	him := open.ClientPronoun
	fields := []field{
		x.scale("tension", "How tense were things between you this week?", tensionLow, tensionMid, tensionHigh),
		x.scale("leaving", "How close are you to leaving?", "Not thinking about it", "I often think about it", "I am leaving, or I have left").hint("8: I am making up my mind to go."),
	}
	if open.AsksNoticed {
		fields = append(fields,
			x.choice("noticed", "How often did you notice "+him.Object()+" "+open.Label+"?", "0", "0", "1", "1", "2", "2", "3", "3", "4", "4", "5", "5", "6_or_more", "6 or more", "not_sure", "I am not sure"),
			x.scale("real", "When it happened, how real did it feel?", "All for show", "Hard to tell", him.Cap()+" meant it").when("noticed=1|2|3|4|5|6_or_more"))
	}
	if open.AsksDifferent {
		fields = append(fields, x.choice("different", "Was anything different this week?", "no", "No", "a_little_better", "A little better", "better", "Better", "a_little_worse", "A little worse", "worse", "Worse"))
	}
	fields = append(fields,
		x.choice("say_no", "Could you say no this week without paying for it later?", "yes", "Yes", "mostly", "Mostly", "not_always", "Not always", "no", "No", "did_not_come_up", "It did not come up"),
		x.choice("safe", "Did you feel safe with "+him.Object()+" this week?", "yes", "Yes", "mostly", "Mostly", "not_always", "Not always", "no", "No"),
		x.choice("contact_by", "Thank you for saying so. Your therapist will read this. Do you want to be contacted?", "safe_route", "By the way we agreed", "another_way", "Another way", "not_now", "No, not now").
			hint(open.Emergency).when("safe=not_always|no").optional(),
		x.choice("pushed", "Did anyone push you about what to say here?", "no", "No", "a_little", "A little", "yes", "Yes"))
	if open.AsksChildren {
		fields = append(fields, x.choice("children", "How were the children this week?", "as_usual", "As usual", "quieter", "Quieter or more careful", "frightened", "Frightened or pulled in", "not_at_home", "They were not at home", "rather_not_say", "I would rather not say"))
	}
	if open.AsksCall {
		fields = append(fields,
			x.choice("enough", "If things stayed just as they are now, would it be enough for you?", "yes", "Yes", "yes_for_now", "Yes, for now", "not_yet", "Not yet", "no", "No", "rather_not_say", "I would rather not say").
				hint("You do not have to be sure. You can change your answer at any time. "+him.Cap()+" "+him.Verb("does", "do")+" not see it unless you choose to show it.").optional(),
			x.text("other", "What would have to be different?", "One line, only if you want.").optional())
	}
	return append(fields,
		x.area("note", "Anything for your therapist only?", "").optional(),
		x.choice("contact", "Contact me", "no", "No", "when_convenient", "When convenient", "soon", "Soon").hint("Not watched round the clock. "+open.Emergency))
}

// answered is a stored answer as a form shows it: nothing for one that was
// skipped or not asked.
func answered(s string) string {
	if s == "skipped" || s == "not_asked" {
		return ""
	}
	return s
}

// reportValues is what a form shows of a report: all but the guarded answers.
func reportValues(r *models.PartnerReport) map[string]string {
	if r == nil {
		return nil
	}
	noticed := digits(r.Noticed)
	if noticed == "6" {
		noticed = "6_or_more"
	}
	if r.NoticedState == "not_sure" {
		noticed = "not_sure"
	}
	m := map[string]string{"tension": digits(r.Conflict), "leaving": digits(r.Leaving), "noticed": noticed, "real": digits(r.FeltReal),
		"different": answered(r.Different), "say_no": answered(r.SayNo), "children": answered(r.Children), "note": r.Note}
	if r.Call != nil {
		m["enough"], m["other"] = answered(r.Call.Answer), r.Call.Different
	}
	return m
}

// notRepeated stands over every correction, whatever was said.
const notRepeated = "Whether you felt safe, whether anyone pushed you and how you want to be contacted is not repeated here: left empty, it stays as it is."

func partnerForm(open models.PartnerForm, ed editing) form {
	x := ed.filler("")
	alone := x.choice("alone", "Are you on your own, and is it all right to answer now?", "yes", "Yes, go on", "not_now", "Not now")
	return ed.finish(form{ID: "visit-form", Action: visitPath, Submit: "Save", Hidden: []saved{{"week", string(open.Week)}}, Parts: []part{
		{Class: "first", Fields: []field{alone}},
		{Heading: weekRange(open.Week), Intro: "Skip anything you like. Your therapist alone reads it, on working days and not at once.", Class: "after-alone", Fields: partnerFields(x, open)}}})
}

func (a *App) visitPage(c echo.Context, v models.Viewer, f typed, e *models.Error) (visitPage, error) {
	ctx := c.Request().Context()
	p := visitPage{Page: a.partnerChrome(), Ways: []turn{toOwn, toAbout}}
	open, isOpen, err := a.db.PartnerForm(ctx, v)
	if err != nil {
		return p, err
	}
	switch {
	case f != nil && (!isOpen || f.text("week") != string(open.Week)):
		// What she typed stands here even when its week has closed meanwhile.
		open.Week, _ = models.ParseWeek(f.text("week"))
		open.AsksNoticed, open.AsksDifferent = f.text("noticed") != "", f.text("different") != ""
		open.AsksCall = f.text("enough") != "" || f.text("other") != ""
	case f != nil:
	case !isOpen:
		p.Said.Line = "No form is open now."
		return p, nil
	case open.Saved > 0 && !v.Unlocked:
		p.Said.Line = "Saved. Thank you."
		return p, nil
	}
	ed := editing{typed: f, problem: e}
	if open.Saved > 0 && v.Unlocked {
		reports, err := a.db.OwnReports(ctx, v)
		if err != nil {
			return p, err
		}
		for i := range reports {
			if reports[i].Week == open.Week {
				ed.saved, ed.version = reportValues(&reports[i]), open.Saved
			}
		}
	}
	fm := partnerForm(open, ed)
	if ed.saved != nil {
		fm.Parts[1].Intro = "What is shown now and gets another number here is taken back. " + notRepeated
	}
	p.Form, p.Page.Cover = &fm, true
	return p, nil
}

// showPartnerForm shows the partner's form.
func (a *App) showPartnerForm(c echo.Context, v models.Viewer) error {
	p, err := a.visitPage(c, v, nil, nil)
	if err != nil {
		return err
	}
	return a.page(c, http.StatusOK, p)
}

func reportInput(f typed) models.PartnerReportInput {
	return models.PartnerReportInput{Week: f.text("week"), Alone: f.text("alone"), Tension: f.text("tension"), Leaving: f.text("leaving"),
		Noticed: f.text("noticed"), Real: f.text("real"), Different: f.text("different"), SayNo: f.text("say_no"), Safe: f.text("safe"), Pushed: f.text("pushed"),
		Children: f.text("children"), Note: f.text("note"), Contact: f.text("contact"), ContactBy: f.text("contact_by"), Enough: f.text("enough"),
		EnoughIf: f.text("other"), Version: f.text("version"), Submission: f.submission()}
}

// savePartnerReport keeps the partner's entry for a week and ends her session.
// “Not now” keeps nothing and ends it too.
func (a *App) savePartnerReport(c echo.Context, v models.Viewer, f typed) error {
	ctx := c.Request().Context()
	var err error
	switch f.text("alone") {
	case "not_now":
		err = a.db.Postpone(ctx, v)
	case "yes":
		err = a.db.SubmitPartnerReport(ctx, v, reportInput(f))
	default:
		err = &models.Error{Kind: models.Invalid, Message: "Something here needs a change. Look for the mark.", Fields: models.FieldErrors{"alone": "Choose one."}}
	}
	if err == nil {
		return a.redirect(c, visitPath)
	}
	e, status, ok := a.again(c, err)
	if !ok {
		return err
	}
	p, err := a.visitPage(c, v, f, e)
	if err != nil {
		return err
	}
	return a.pageOr(c, status, p, *p.Form)
}
