package handlers

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"enough/models"
)

// logPage is what the therapist has written down of a case, and the forms with which
// she writes more.
type logPage struct {
	After *form    // how the therapist felt after a session
	Felt  []string // when, and how, for the viewer alone
	Page  page
	Lines []logView
	Forms []logForm
}

type logView struct{ Title, When, Words string }

// logForm is the form of one kind of line, under its own heading.
type logForm struct {
	ID, Title string
	Open      bool
	Form      form
}

func (logPage) template() string { return "log" }

func logPath(caseID string) string { return casePath(caseID) + "/log" }

// logOffer is a kind of line as it is offered: what is empty is not asked.
type logOffer struct {
	kind                      models.LogKind
	title, what, words, intro string
}

// logKinds are the forms of the log, in the order in which they are offered.
var logKinds = []logOffer{
	{models.LogContact, "A contact", "With whom", "In a few words", "When the partner is called, only by the safe route and with the agreed words."},
	{models.LogSupport, "The partner’s own support", "Where it stands", "In a few words", "Somebody of the partner’s own, whatever becomes of the plan. Help does not depend on reports."},
	{models.LogCard, "Asked alone", "What was asked", "", "For a session alone with the partner. That it was asked is kept, and no answer: the answer is the partner’s."},
	{models.LogGoingOn, "Why the work goes on", "", "Why the work goes on", "Asked after three experiments, or 24 weeks, without “enough”."},
}

// logPage makes the page; f and e are the form on it that is shown again.
func (a *App) logPage(c echo.Context, v models.Viewer, f typed, e *models.Error) (logPage, error) {
	ctx, id := c.Request().Context(), c.Param("case")
	k, err := a.db.Case(ctx, v, id)
	if err != nil {
		return logPage{}, err
	}
	log, err := a.db.Log(ctx, v, id)
	if err != nil {
		return logPage{}, err
	}
	today, err := a.today(c)
	if err != nil {
		return logPage{}, err
	}
	p := logPage{Page: a.chrome(v, casesPath, "Log: "+k.Client.Name+" and "+k.Partner.Name).back(casePath(id), k.Client.Name+" and "+k.Partner.Name)}
	p.Page.Title = "Log"
	for _, line := range log {
		p.Lines = append(p.Lines, newLogView(line))
	}
	felt, err := a.db.Responses(ctx, v, id)
	if err != nil {
		return p, err
	}
	for i, x := range felt {
		if i < 5 {
			p.Felt = append(p.Felt, x.On.Long()+": "+lowerFirst(models.FeelingText(x.Felt)))
		}
	}
	if k.Closed.On != "" && e == nil {
		return p, nil
	}
	after := editing{}
	responded := c.Path() == "/cases/:case/response" && e != nil
	if responded {
		after = editing{typed: f, problem: e}
	}
	response := responseForm(id, after)
	p.After = &response
	sent := models.LogKind(f.text("kind"))
	if !slices.ContainsFunc(logKinds, func(l logOffer) bool { return l.kind == sent }) {
		sent = models.LogContact
	}
	for _, l := range logKinds {
		ed := editing{saved: map[string]string{"on": string(today)}}
		if e != nil && l.kind == sent && !responded {
			ed.typed, ed.problem = f, e
		}
		x := ed.filler(string(l.kind) + "-")
		var fields []field
		if l.what != "" {
			what := x.field("choice", "what", l.what)
			for _, value := range models.LogChoices(l.kind) {
				what.Options = append(what.Options, option{Value: value, Text: models.LogText(l.kind, value), Checked: what.Value == value})
			}
			fields = append(fields, what)
		}
		fields = append(fields, x.date("on", "On", ""))
		if l.words != "" {
			words := x.area("words", l.words, "")
			words.Optional = l.what != ""
			fields = append(fields, words)
		}
		p.Forms = append(p.Forms, logForm{"log-" + string(l.kind), l.title, ed.problem != nil,
			ed.finish(form{ID: string(l.kind) + "-form", Action: logPath(id), Submit: "Write it down", Quiet: true, Plain: true,
				Hidden: []saved{{"kind", string(l.kind)}}, Parts: []part{{Intro: l.intro, Fields: fields}}})})
	}
	return p, nil
}

func newLogView(e models.LogLine) logView {
	view := logView{Title: models.LogText(e.Kind, e.What), When: e.On.Long() + ", " + e.By, Words: e.Words}
	switch e.Kind {
	case models.LogSupport:
		view.Title = "The partner’s own support: " + lowerFirst(view.Title)
	case models.LogCard:
		view.Title = "Asked alone: “" + view.Title + "”"
	}
	return view
}

// showLog shows the log of a case.
func (a *App) showLog(c echo.Context, v models.Viewer) error {
	p, err := a.logPage(c, v, nil, nil)
	if err != nil {
		return err
	}
	return a.page(c, http.StatusOK, p)
}

// writeLog adds a line to the log of a case.
func (a *App) writeLog(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	id := c.Param("case")
	err = a.db.Write(c.Request().Context(), v, id, models.LogInput{Kind: f.text("kind"), What: f.text("what"), On: f.text("on"), Words: f.text("words"), Submission: f.submission()})
	if err == nil {
		return a.redirect(c, logPath(id))
	}
	return a.retryLog(c, v, f, err)
}

// retryLog shows the log again with the form that was sent.
func (a *App) retryLog(c echo.Context, v models.Viewer, f typed, err error) error {
	e, status, ok := a.again(c, err)
	if !ok {
		return err
	}
	p, err := a.logPage(c, v, f, e)
	if err != nil {
		return err
	}
	return a.page(c, status, p)
}
