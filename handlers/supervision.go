package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"enough/models"
)

// supervisionPage lists who may read a case without names, and grants it to one
// more.
type supervisionPage struct {
	Page   page
	Label  string
	Grants []grantView
	Grant  *form // nil without another therapist, and for a closed case
}

func (supervisionPage) template() string { return "supervision" }

// grantView is one grant, with the form that ends it while it stands.
type grantView struct {
	Name, State string
	End         *form
}

func (a *App) supervisionPage(c echo.Context, v models.Viewer, f typed, e *models.Error) (supervisionPage, error) {
	ctx, id := c.Request().Context(), c.Param("case")
	k, err := a.db.Case(ctx, v, id)
	if err != nil {
		return supervisionPage{}, err
	}
	grants, others, err := a.db.Supervisions(ctx, v, id)
	if err != nil {
		return supervisionPage{}, err
	}
	today, err := a.today(c)
	if err != nil {
		return supervisionPage{}, err
	}
	p := supervisionPage{Page: a.chrome(v, casesPath, "Supervision").back(casePath(id), k.Client.Name+" and "+k.Partner.Name), Label: models.CaseLabel(id)}
	// What was typed belongs to the one form that was sent.
	sent := func(grant string) editing {
		if f != nil && f.text("grant") == grant {
			return editing{typed: f, problem: e}
		}
		return editing{}
	}
	for i, g := range grants {
		view := grantView{Name: g.Supervisor, State: "ended"}
		if !g.Ended {
			end := sent(g.ID).finish(form{ID: "end-" + itoa(i+1), Action: supervisionPath(id) + "/end", Submit: "End it now", Quiet: true, Plain: true, Hidden: []saved{{"grant", g.ID}}})
			view.State, view.End = "until "+g.Until.Long(), &end
		}
		p.Grants = append(p.Grants, view)
	}
	if len(others) == 0 || k.Closed.On != "" && f == nil {
		return p, nil
	}
	ed := sent("")
	ed.saved = map[string]string{"until": string(today.Add(models.SupervisionLasts))}
	x := ed.filler("")
	who := x.field("choice", "supervisor", "Who")
	for _, t := range others {
		who.Options = append(who.Options, option{Value: t.ID, Text: t.Name, Checked: who.Value == t.ID})
	}
	fm := ed.finish(form{ID: "supervision-form", Action: supervisionPath(id), Submit: "Let this therapist read", Parts: []part{{Heading: "Ask for supervision",
		Fields: []field{who, x.date("until", "Until", "The last day, within a year.")}}}})
	p.Grant = &fm
	return p, nil
}

// editSupervision shows who may read a case without names.
func (a *App) editSupervision(c echo.Context, v models.Viewer) error {
	p, err := a.supervisionPage(c, v, nil, nil)
	if err != nil {
		return err
	}
	return a.page(c, http.StatusOK, p)
}

// supervise lets another therapist read a case without names.
func (a *App) supervise(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	id := c.Param("case")
	return a.afterSupervision(c, v, f, a.db.Supervise(c.Request().Context(), v, id, models.SuperviseInput{Supervisor: f.text("supervisor"), Until: f.text("until"), Submission: f.submission()}))
}

// endSupervision ends it at once.
func (a *App) endSupervision(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	return a.afterSupervision(c, v, f, a.db.EndSupervision(c.Request().Context(), v, c.Param("case"), f.text("grant"), f.submission()))
}

func (a *App) afterSupervision(c echo.Context, v models.Viewer, f typed, err error) error {
	if err == nil {
		return a.redirect(c, supervisionPath(c.Param("case")))
	}
	e, status, ok := a.again(c, err)
	if !ok {
		return err
	}
	p, err := a.supervisionPage(c, v, f, e)
	if err != nil {
		return err
	}
	if p.Grant == nil && f.text("grant") == "" { // the form is not offered any more
		return e
	}
	if f.text("grant") == "" {
		return a.pageOr(c, status, p, *p.Grant)
	}
	return a.page(c, status, p)
}
