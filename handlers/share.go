package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"enough/models"
)

func sharePath(caseID string) string { return casePath(caseID) + "/share" }

// sharesPage lists who works with a case beside its therapist, and lets one more.
type sharesPage struct {
	Page   page
	Grants []grantView
	Grant  *form // nil without another therapist, and for a closed case
}

func (sharesPage) template() string { return "shares" }

func (a *App) sharesPage(c echo.Context, v models.Viewer, f typed, e *models.Error) (sharesPage, error) {
	ctx, id := c.Request().Context(), c.Param("case")
	k, err := a.db.OwnCase(ctx, v, id)
	if err != nil {
		return sharesPage{}, err
	}
	grants, others, err := a.db.Shares(ctx, v, id)
	if err != nil {
		return sharesPage{}, err
	}
	p := sharesPage{Page: a.chrome(v, casesPath, "Share the case").back(casePath(id), k.Client.Name+" and "+k.Partner.Name)}
	// What was typed belongs to the one form that was sent.
	sent := func(grant string) editing {
		if f != nil && f.text("grant") == grant {
			return editing{typed: f, problem: e}
		}
		return editing{}
	}
	for i, g := range grants {
		view := grantView{Name: g.Therapist, State: "from " + g.Since.Long() + ", ended"}
		if !g.Ended {
			end := sent(g.ID).finish(form{ID: "end-" + itoa(i+1), Action: sharePath(id) + "/end", Submit: "End it now", Quiet: true, Plain: true, Hidden: []saved{{"grant", g.ID}}})
			view.State, view.End = sharedSince(g), &end
		}
		p.Grants = append(p.Grants, view)
	}
	if len(others) == 0 || k.Closed.On != "" && f == nil {
		return p, nil
	}
	ed := sent("")
	x := ed.filler("")
	fm := ed.finish(form{ID: "share-form", Action: sharePath(id), Submit: "Share the case", Parts: []part{{Heading: "Let another therapist work with it",
		Fields: []field{colleagueField(x, "therapist", "Who", others), x.date("until", "Until", "The last day. Leave it empty for no end; you can end it at any time.").optional()}}}})
	p.Grant = &fm
	return p, nil
}

func sharedSince(s models.Share) string {
	text := "from " + s.Since.Long()
	if s.Until != "" {
		text += " until " + s.Until.Long()
	}
	return text
}

// editShare shows who works with a case.
func (a *App) editShare(c echo.Context, v models.Viewer) error {
	p, err := a.sharesPage(c, v, nil, nil)
	if err != nil {
		return err
	}
	return a.page(c, http.StatusOK, p)
}

// share lets another therapist work with a case.
func (a *App) share(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	return a.afterShare(c, v, f, a.db.ShareCase(c.Request().Context(), v, c.Param("case"), models.ShareInput{Therapist: f.text("therapist"), Until: f.text("until"), Submission: f.submission()}))
}

// endShare ends it at once.
func (a *App) endShare(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	return a.afterShare(c, v, f, a.db.EndShare(c.Request().Context(), v, c.Param("case"), f.text("grant"), f.submission()))
}

func (a *App) afterShare(c echo.Context, v models.Viewer, f typed, err error) error {
	if err == nil {
		return a.redirect(c, sharePath(c.Param("case")))
	}
	e, status, ok := a.again(c, err)
	if !ok {
		return err
	}
	p, err := a.sharesPage(c, v, f, e)
	if err != nil {
		return err
	}
	switch {
	case f.text("grant") != "":
		return a.page(c, status, p)
	case p.Grant == nil: // the form is not offered any more
		return e
	}
	return a.pageOr(c, status, p, *p.Grant)
}

// rightNote says to whoever opens a case of another therapist why it is open.
func rightNote(r models.Right, therapist string) string {
	switch r {
	case models.Shared:
		return therapist + " shares this case with you. Each look at it is kept in the audit."
	case models.StandIn:
		return "You stand in for " + therapist + " as long as a red flag of this case is open. Each look at it is kept in the audit."
	}
	return ""
}

// rightText says by what right somebody has a case that is another therapist's.
func rightText(r models.Right, therapist string) string {
	switch r {
	case models.Shared:
		return "shared by " + therapist
	case models.StandIn:
		return "standing in for " + therapist
	}
	return ""
}
