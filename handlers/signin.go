package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"enough/models"
)

// startPage is the first page of a demo: one button a person.
type startPage struct {
	Page    page
	People  []demoButton
	Couples []demoCouple
}

// demoButton signs in as one person.
type demoButton struct{ ID, Name, Line string }

// demoCouple is the two people of one case.
type demoCouple struct{ Client, Partner demoButton }

func (startPage) template() string { return "start" }

// showStart sends a person to where she begins. In a demo it lists its people.
func (a *App) showStart(c echo.Context, v models.Viewer) error {
	if len(a.demo) == 0 || v.Known() {
		return a.redirect(c, homePath(v.Role))
	}
	p := startPage{Page: a.chrome(v, "", "Enough, a demo")}
	var last *demoCouple
	for _, person := range a.demo {
		b := demoButton{person.PersonID, person.Name, person.Line}
		switch person.Role {
		case models.Therapist:
			p.People = append(p.People, b)
		case models.Client:
			p.Couples = append(p.Couples, demoCouple{Client: b})
			last = &p.Couples[len(p.Couples)-1]
		case models.Partner:
			last.Partner = b
		}
	}
	return a.page(c, http.StatusOK, p)
}

// doDemo signs in as one of the people of the demo.
func (a *App) doDemo(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	for _, person := range a.demo {
		if person.PersonID == f.text("person") {
			if err := a.signIn(c, v, person.Viewer); models.KindOf(err) == models.Invalid {
				break // has no access any more
			} else if err != nil {
				return err
			}
			return a.redirect(c, homePath(person.Role))
		}
	}
	return &models.Error{Kind: models.NotFound, Message: "There is no such person in this demo."}
}

func (a *App) signInForm(v models.Viewer, f typed, e *models.Error) simplePage {
	ed := editing{typed: f, problem: e}
	fields := ed.filler("")
	return simplePage{Page: a.chrome(models.Viewer{}, "", "Sign in"), Links: []link{{Href: joinPath, Text: "First visit, with a code"}, {Href: askPath, Text: "Send me a link instead"}}, Form: ed.finish(form{ID: "signin-form", Action: signinPath, Submit: "Sign in",
		Parts: []part{{Fields: []field{fields.text("signin", "Name", ""), fields.passphrase("passphrase", "Passphrase", "")}}}})}
}

// showSignIn shows the sign-in form; who is signed in goes on.
func (a *App) showSignIn(c echo.Context, v models.Viewer) error {
	if v.Known() {
		return a.redirect(c, homePath(v.Role))
	}
	return a.page(c, http.StatusOK, a.signInForm(v, nil, nil))
}

// doSignIn signs a person in. Unknown name and wrong passphrase are answered
// alike.
func (a *App) doSignIn(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	who, err := a.db.SignIn(c.Request().Context(), a.origin(c, a.deviceOf(c)), f.text("signin"), f.text("passphrase"))
	if err == nil {
		err = a.signIn(c, v, who)
	}
	if err != nil {
		return a.retry(c, err, func(e *models.Error) (simplePage, error) { return a.signInForm(v, f, e), nil })
	}
	return a.redirect(c, homePath(who.Role))
}

// doSignOut ends the session.
func (a *App) doSignOut(c echo.Context, v models.Viewer) error {
	if err := a.endSession(c, v); err != nil {
		return err
	}
	if v.Role == models.Client {
		keepDevice(c.Response().Header())
	}
	return a.redirect(c, "/")
}

// showHealth answers whether the program and its database are alive.
func (a *App) showHealth(c echo.Context, _ models.Viewer) error {
	if err := a.db.Ping(c.Request().Context()); err != nil {
		return err
	}
	return c.String(http.StatusOK, "ok")
}

// showAsset serves a style sheet, a script or an icon.
func (a *App) showAsset(c echo.Context, _ models.Viewer) error {
	a.assets.Handler().ServeHTTP(c.Response(), c.Request())
	return nil
}
