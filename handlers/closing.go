package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"enough/models"
)

// closedCase says that a case is closed, with the two acts that it still takes.
type closedCase struct {
	On, Kept, Reason string
	Reopen           *form // nil, as the next, for whoever works with the case of another
	Erase            *link
}

func newClosedCase(k models.Case, keptUntil, today models.Day, ed editing) *closedCase {
	if k.Closed.On == "" {
		return nil
	}
	kept := "It is kept until " + keptUntil.Long() + "."
	if keptUntil < today {
		kept = "It was to be kept until " + keptUntil.Long() + ". Erase it, or reopen it."
	}
	closed := &closedCase{On: k.Closed.On.Long(), Kept: kept, Reason: k.Closed.Reason}
	if k.Right == models.Own {
		reopen := ed.finish(form{ID: "reopen-form", Action: casePath(k.ID) + "/reopen", Submit: "Reopen the case", Quiet: true, Plain: true})
		closed.Reopen, closed.Erase = &reopen, &link{Href: casePath(k.ID) + "/erase", Text: "Erase the case"}
	}
	return closed
}

func (a *App) closeForm(c echo.Context, v models.Viewer, f typed, e *models.Error) (simplePage, error) {
	ctx, id := c.Request().Context(), c.Param("case")
	k, err := a.db.OwnCase(ctx, v, id)
	if err != nil {
		return simplePage{}, err
	}
	experiments, err := a.db.Experiments(ctx, v, id)
	if err != nil {
		return simplePage{}, err
	}
	today, err := a.today(c)
	if err != nil {
		return simplePage{}, err
	}
	p := simplePage{Page: a.chrome(v, casesPath, "Close the case").back(casePath(id), k.Client.Name+" and "+k.Partner.Name),
		Intro: []string{"Both lose their access at once and have no more forms. You can read everything as before; nothing can be changed any more, until you reopen the case."}}
	for _, x := range experiments {
		if x.Running() {
			p.Warning = "Experiment " + itoa(x.Number) + " runs. It ends with the case: its last week is that of " + models.LastWeekNow(today).Monday().Long() +
				". To choose another week, end the experiment first."
		}
	}
	ed := editing{typed: f, problem: e, saved: map[string]string{"on": string(today)}}
	x := ed.filler("")
	p.Form = ed.finish(form{ID: "closing-form", Action: casePath(id) + "/close", Submit: "Close the case", Parts: []part{{Fields: []field{
		x.date("on", "Closed on", "Not in the future."), x.area("reason", "Why", "For you alone.")}}}})
	return p, nil
}

// editClose shows the form that closes a case.
func (a *App) editClose(c echo.Context, v models.Viewer) error {
	p, err := a.closeForm(c, v, nil, nil)
	if err != nil {
		return err
	}
	return a.page(c, http.StatusOK, p)
}

// closeCase closes a case.
func (a *App) closeCase(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	id := c.Param("case")
	if err := a.db.CloseCase(c.Request().Context(), v, id, models.CloseInput{On: f.text("on"), Reason: f.text("reason"), Submission: f.submission()}); err != nil {
		return a.retry(c, err, func(e *models.Error) (simplePage, error) { return a.closeForm(c, v, f, e) })
	}
	return a.redirect(c, casePath(id))
}

func (a *App) eraseForm(c echo.Context, v models.Viewer, f typed, e *models.Error) (simplePage, error) {
	k, err := a.db.OwnCase(c.Request().Context(), v, c.Param("case"))
	if err != nil {
		return simplePage{}, err
	}
	if k.Closed.On == "" {
		return simplePage{}, &models.Error{Kind: models.Conflict, Message: "This case is open. Close it first."}
	}
	ed := editing{typed: f, problem: e}
	return simplePage{Page: a.chrome(v, casesPath, "Erase the case").back(casePath(k.ID), k.Client.Name+" and "+k.Partner.Name),
		Warning: "This cannot be undone. The law often asks that the notes of a treatment are kept for years: check before you erase.",
		Intro:   []string{"All that was ever kept of " + k.Client.Name + " and " + k.Partner.Name + " goes: forms, notes, plans, decisions and flags. What stays is that somebody did something on a day, without names and texts."},
		Form: ed.finish(form{ID: "erase-form", Action: casePath(k.ID) + "/erase", Submit: "Erase for good", Parts: []part{{Fields: []field{
			ed.filler("").text("name", "Type the client’s name to confirm", k.Client.Name)}}}})}, nil
}

// editErase shows the form that erases a closed case.
func (a *App) editErase(c echo.Context, v models.Viewer) error {
	p, err := a.eraseForm(c, v, nil, nil)
	if err != nil {
		return err
	}
	return a.page(c, http.StatusOK, p)
}

// eraseCase erases a closed case.
func (a *App) eraseCase(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	unswept, err := a.db.EraseCase(c.Request().Context(), v, c.Param("case"), models.EraseInput{Name: f.text("name"), Submission: f.submission()})
	if err != nil {
		return a.retry(c, err, func(e *models.Error) (simplePage, error) { return a.eraseForm(c, v, f, e) })
	}
	if unswept != nil {
		a.log.Error("a case was erased, and its pages are in the log still", "err", unswept)
	}
	return a.redirect(c, casesPath)
}

// reopenCase opens a closed case again.
func (a *App) reopenCase(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	id := c.Param("case")
	return a.afterCaseAct(c, v, f, a.db.ReopenCase(c.Request().Context(), v, id, f.submission()))
}

// afterCaseAct answers a form of one button that stands on the page of a case.
func (a *App) afterCaseAct(c echo.Context, v models.Viewer, f typed, err error) error {
	if err == nil {
		return a.redirect(c, casePath(c.Param("case")))
	}
	e, status, ok := a.again(c, err)
	if !ok || e.Kind != models.Unavailable { // the button may be gone
		return err
	}
	p, err := a.casePage(c, v, f, e)
	if err != nil {
		return err
	}
	return a.page(c, status, p)
}
