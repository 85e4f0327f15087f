package handlers

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"enough/models"
)

// messagesPage is how the two of a case are reached, and what is sent to them.
type messagesPage struct {
	Page     page
	NoServer bool
	Quiet    string // that nobody is reminded, and until when
	Client   form
	Partner  *form // nil while nothing can be sent to the partner
	Reach    []saved
	Warning  string
	Tell     *form
	List     []messageView
}

// messageView is one message of the outbox.
type messageView struct{ To, When, State, Subject, Body string }

func (messagesPage) template() string { return "messages" }

// The days on which a form is open, as a choice.
var reminderDays = []string{"5", "Friday", "6", "Saturday", "7", "Sunday", "1", "Monday", "2", "Tuesday", "3", "Wednesday"}

func contactPart(x filler, whose string) part {
	return part{Heading: whose, Fields: []field{
		x.text("address", "E-mail", "Used for a link to sign in with, and for reminders if they are wanted.").optional(),
		x.choice("remind", "Reminders", "yes", "One a week, and one more after 48 hours, while the form is not filled in", "no", "None"),
		x.choice("day", "Day", reminderDays...),
		x.number("hour", "Hour", "0 to 23, by the practice’s clock.", 0, 23),
	}}
}

func contactSaved(c models.ClientContact) map[string]string {
	return map[string]string{"address": c.Address, "remind": yesNo(c.Remind), "day": itoa(c.Day), "hour": itoa(c.Hour)}
}

func contactInput(f typed) models.ClientContactInput {
	return models.ClientContactInput{Address: f.text("address"), Remind: f.text("remind"), Day: f.text("day"), Hour: f.text("hour"), Version: f.text("version"), Submission: f.submission()}
}

// reminderFields are those of the partner's reminders.
func reminderFields(x filler) []field {
	subject := x.choice("subject", "Subject")
	for _, s := range models.PartnerSubjects {
		subject.Options = append(subject.Options, option{Value: s, Text: models.PartnerSubject(s), Checked: subject.Value == s})
	}
	return []field{
		x.choice("remind", "Reminders", "yes", "One a week", "no", "None").hint("It comes whether or not the form was sent, so that it says nothing to whoever sees it."),
		x.choice("remind_day", "Day", reminderDays...).when("remind=yes"),
		x.number("first", "From hour", "0 to 22.", 0, 22).when("remind=yes"),
		x.number("last", "To hour", "1 to 23. It comes within one of these hours.", 1, 23).when("remind=yes"),
		x.choice("again", "Once more after 48 hours?", "yes", "Yes", "no", "No").when("remind=yes"),
		subject.when("remind=yes"),
	}
}

func reminderSaved(p models.PartnerReminders) map[string]string {
	return map[string]string{"remind": yesNo(p.Remind), "remind_day": itoa(p.Day), "first": itoa(p.First), "last": itoa(p.Last), "again": yesNo(p.Again), "subject": p.Subject}
}

func reachInput(f typed) models.PartnerReachInput {
	return models.PartnerReachInput{Channel: f.text("channel"), Address: f.text("address"), Remind: f.text("remind"), Day: f.text("remind_day"),
		First: f.text("first"), Last: f.text("last"), Again: f.text("again"), Subject: f.text("subject"), Submission: f.submission()}
}

func messagesPath(id string) string { return casePath(id) + "/messages" }

// messagesPage makes the page; f and e are the form on it, sent to at, that is
// shown again.
func (a *App) messagesPage(c echo.Context, v models.Viewer, at string, f typed, e *models.Error) (messagesPage, error) {
	ctx, id := c.Request().Context(), c.Param("case")
	k, err := a.db.Case(ctx, v, id)
	if err != nil {
		return messagesPage{}, err
	}
	practice, err := a.db.Practice(ctx)
	if err != nil {
		return messagesPage{}, err
	}
	his, err := a.db.ClientContact(ctx, v, id)
	if err != nil {
		return messagesPage{}, err
	}
	hers, err := a.db.PartnerReach(ctx, v, id)
	if err != nil {
		return messagesPage{}, err
	}
	list, err := a.db.Messages(ctx, v, id)
	if err != nil {
		return messagesPage{}, err
	}
	sent := func(to string, saved map[string]string, version int) editing {
		ed := editing{saved: saved, version: version}
		if to == at {
			ed.typed, ed.problem = f, e
		}
		return ed
	}
	path := messagesPath(id)
	p := messagesPage{Page: a.chrome(v, casesPath, "Messages").back(casePath(id), k.Client.Name+" and "+k.Partner.Name), NoServer: !a.mail}
	today := models.DayOf(a.db.Now(), practice.Location())
	if practice.Quiet(today) {
		p.Quiet = "Nobody is reminded until " + practice.QuietUntil.Long() + ": the practice is quiet."
	}
	ed := sent(path+"/client", contactSaved(his), his.Version)
	p.Client = ed.finish(form{ID: "contact-form", Action: path + "/client", Submit: "Save", Quiet: true, Plain: true, Parts: []part{contactPart(ed.filler("client-"), k.Client.Name)}})
	if hers.Contact.Channel == "email" || at == path+"/partner" {
		ed := sent(path+"/partner", reminderSaved(hers.Reminders), 0)
		form := ed.finish(form{ID: "reminders-form", Action: path + "/partner", Submit: "Save", Quiet: true, Plain: true,
			Parts: []part{{Intro: "Only as agreed when you spoke alone.", Fields: reminderFields(ed.filler("partner-"))}}})
		p.Partner = &form
	}
	p.Reach = []saved{{"Safe contact of " + k.Partner.Name, reachText(hers.Contact)}}
	switch {
	case hers.SameMailbox:
		p.Warning = "Nothing is sent to " + k.Partner.Name + ": both have given one address. Use text, paper or the session."
	case hers.Reminders.Remind && hers.Contact.DeviceShared != "no":
		p.Warning = k.Partner.Name + "’s device is shared, or may be. Ask again whether a reminder is safe."
	}
	if k.Closed.On == "" || at == path+"/tell" {
		ed := sent(path+"/tell", nil, 0)
		tell := ed.finish(form{ID: "tell-form", Action: path + "/tell", Submit: "Send at the next full hour", Quiet: true, Plain: true,
			Parts: []part{{Heading: "Tell " + k.Client.Name + " that there is something to read", Fields: []field{ed.filler("tell-").date("on", "Next appointment", "The message says that there is a note for it, and no more.")}}}})
		p.Tell = &tell
	}
	for _, m := range list {
		to := map[models.Role]string{models.Client: k.Client.Name, models.Partner: k.Partner.Name, models.Therapist: "the therapist"}[m.To]
		p.List = append(p.List, messageView{To: "To " + to, When: moment(m.End, practice.Location()), State: m.State, Subject: m.Subject, Body: m.Body})
	}
	return p, nil
}

func moment(at time.Time, zone *time.Location) string {
	return at.In(zone).Format("2 January 2006, 15:04")
}

// reachText says how the partner is reached.
func reachText(k models.Contact) string {
	s := map[string]string{"phone": "Phone", "text": "Text", "email": "E-mail", "in_session": "In session only"}[k.Channel]
	if s == "" {
		return "Not agreed yet. It is entered before the first experiment."
	}
	if k.Address != "" {
		s += ", " + k.Address
	}
	if k.Never != "" {
		s += ". Never by " + k.Never
	}
	return s
}

// showMessages shows how the two are reached, and what is sent.
func (a *App) showMessages(c echo.Context, v models.Viewer) error {
	p, err := a.messagesPage(c, v, "", nil, nil)
	if err != nil {
		return err
	}
	return a.page(c, http.StatusOK, p)
}

// afterMessage leads back to the page, or shows it again with what is to be
// mended.
func (a *App) afterMessage(c echo.Context, v models.Viewer, last string, act func(typed) error) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	path := messagesPath(c.Param("case"))
	if err = act(f); err == nil {
		return a.redirect(c, path)
	}
	e, status, ok := a.again(c, err)
	if !ok {
		return err
	}
	p, err := a.messagesPage(c, v, path+last, f, e)
	if err != nil {
		return err
	}
	return a.page(c, status, p)
}

// saveContact changes how the client is reached.
func (a *App) saveContact(c echo.Context, v models.Viewer) error {
	return a.afterMessage(c, v, "/client", func(f typed) error {
		return a.db.SaveClientContact(c.Request().Context(), v, c.Param("case"), contactInput(f))
	})
}

// saveReminders changes the partner's reminders.
func (a *App) saveReminders(c echo.Context, v models.Viewer) error {
	return a.afterMessage(c, v, "/partner", func(f typed) error {
		return a.db.SavePartnerReminders(c.Request().Context(), v, c.Param("case"), reachInput(f))
	})
}

// tellClient tells the client that there is something to read.
func (a *App) tellClient(c echo.Context, v models.Viewer) error {
	return a.afterMessage(c, v, "/tell", func(f typed) error {
		return a.db.TellClient(c.Request().Context(), v, c.Param("case"), f.text("on"), f.submission())
	})
}
