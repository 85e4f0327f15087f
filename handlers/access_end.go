package handlers

import (
	"github.com/labstack/echo/v4"

	"enough/models"
)

// endAccessForm ends the way in of one of the two of a case.
func endAccessForm(caseID string, person models.Person, ed editing) form {
	role := string(person.Role)
	intro := "Signs " + person.Name + " out everywhere, at once. Codes that were not used and the sign-in stop working. What was written stays. You can make a new code afterwards."
	if person.Role == models.Partner {
		intro += " Nothing changes for the client."
	}
	return ed.finish(form{ID: "end-" + role, Action: casePath(caseID) + "/access", Submit: "End the access of " + person.Name, Quiet: true, Plain: true,
		Hidden: []saved{{"role", role}}, Parts: []part{{Intro: intro}}})
}

// endAccess ends the way in of the client or the partner.
func (a *App) endAccess(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	role, err := coupleRole(f)
	if err != nil {
		return err
	}
	return a.afterCaseAct(c, v, f, a.db.EndAccess(c.Request().Context(), v, c.Param("case"), role, f.submission()))
}

// coupleRole says which of the two of a case a form is about.
func coupleRole(f typed) (models.Role, error) {
	role := models.Role(f.text("role"))
	if role != models.Client && role != models.Partner {
		return "", &models.Error{Kind: models.NotFound, Message: "There is no such page."}
	}
	return role, nil
}

// stopForm is the partner's own act when she no longer wants to report. him is
// the client's pronoun.
func stopForm(him models.Pronoun, ed editing) form {
	return ed.finish(form{ID: "stop-form", Action: visitPath, Submit: "Stop now", Quiet: true, Hidden: []saved{{"step", "stop"}}, Parts: []part{{
		Intro: "No more forms are asked of you, and you are signed out everywhere for good. Your therapist is told, nobody else: nothing changes on " + him.Possessive() +
			" pages. What you wrote stays with your therapist. What is shown stays shown; take it back first if you want that. To come back, ask your therapist for a new code."}}})
}

// stopReporting ends the partner's reports and her way in.
func (a *App) stopReporting(c echo.Context, v models.Viewer, f typed) error {
	err := a.db.StopReporting(c.Request().Context(), v, f.submission())
	if err == nil {
		return a.redirect(c, visitPath)
	}
	e, status, ok := a.again(c, err)
	if !ok {
		return err
	}
	p, err := a.ownPage(c, v, f, e)
	if err != nil {
		return err
	}
	return a.pageOr(c, status, p, p.Stop)
}
