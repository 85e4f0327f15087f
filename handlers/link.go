package handlers

import (
	"crypto/rand"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"enough/models"
)

// askLasts is how long a browser remembers that it asked for a link, in seconds:
// as long as the link is good for.
const askLasts = 10 * 60

func (a *App) askName() string {
	if a.secure {
		return "__Host-ask"
	}
	return "ask"
}

// asking gives what the browser holds that asked for a link, empty for one that did
// not.
func (a *App) asking(c echo.Context) string {
	cookie, err := c.Cookie(a.askName())
	if err != nil {
		return ""
	}
	return cookie.Value
}

// hold lets the browser remember for ten minutes that it asked, or forget it.
func (a *App) hold(c echo.Context, token string) {
	cookie := a.cookie(token)
	cookie.Name, cookie.SameSite, cookie.MaxAge = a.askName(), http.SameSiteLaxMode, askLasts
	if token == "" {
		cookie.MaxAge = -1
	}
	c.SetCookie(cookie)
}

func (a *App) askForm(f typed, e *models.Error) simplePage {
	ed := editing{typed: f, problem: e}
	return simplePage{Page: a.chrome(models.Viewer{}, "", "A link to sign in"), Links: []link{{Href: digitsPath, Text: "I have six digits"}, {Href: signinPath, Text: "Sign in with a passphrase"}},
		Form: ed.finish(form{ID: "ask-form", Action: askPath, Submit: "Send a link", Parts: []part{{Fields: []field{ed.filler("").text("signin", "Name", "The one with which you sign in.")}}}})}
}

// showAsk shows the form with which a client asks for a link.
func (a *App) showAsk(c echo.Context, v models.Viewer) error {
	if v.Known() {
		return a.redirect(c, homePath(v.Role))
	}
	return a.page(c, http.StatusOK, a.askForm(nil, nil))
}

// askLink sends a link, if there is anybody to send it to. The answer is the same
// when there is not.
func (a *App) askLink(c echo.Context, _ models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	browser := a.asking(c)
	if browser == "" {
		browser = rand.Text() + rand.Text()
	}
	if err := a.db.AskLink(c.Request().Context(), a.origin(c, a.deviceOf(c)), f.text("signin"), browser); err != nil {
		return a.retry(c, err, func(e *models.Error) (simplePage, error) { return a.askForm(f, e), nil })
	}
	a.hold(c, browser)
	return a.redirect(c, digitsPath)
}

func (a *App) digitsForm(f typed, e *models.Error) simplePage {
	ed := editing{typed: f, problem: e}
	return simplePage{Page: a.chrome(models.Viewer{}, "", "A message is on its way"), Links: []link{{Href: askPath, Text: "Ask for another link"}, {Href: signinPath, Text: "Sign in with a passphrase"}},
		Intro: []string{"If this name is known here with an address, a link was sent to it. It is good for ten minutes.", "Open it in this browser. Opened anywhere else it shows six digits: type them here."},
		Form:  ed.finish(form{ID: "digits-form", Action: digitsPath, Submit: "Go on", Parts: []part{{Fields: []field{ed.filler("").text("digits", "The six digits", "")}}}})}
}

// showDigits shows the form for the digits of a link that was opened elsewhere.
func (a *App) showDigits(c echo.Context, v models.Viewer) error {
	if v.Known() {
		return a.redirect(c, homePath(v.Role))
	}
	return a.page(c, http.StatusOK, a.digitsForm(nil, nil))
}

// useDigits signs the client in whose link showed the digits.
func (a *App) useDigits(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	who, err := a.db.UseLinkCode(c.Request().Context(), a.asking(c), f.text("digits"))
	if err == nil {
		err = a.signInByLink(c, v, who)
	}
	if err != nil {
		return a.retry(c, err, func(e *models.Error) (simplePage, error) { return a.digitsForm(f, e), nil })
	}
	return a.redirect(c, homePath(who.Role))
}

func (a *App) signInByLink(c echo.Context, before, who models.Viewer) error {
	if err := a.signIn(c, before, who); err != nil {
		return err
	}
	a.hold(c, "")
	return nil
}

// linkForm is the page of a link. It is the same for every link, good or not:
// whatever fetches it learns nothing and uses nothing up.
func (a *App) linkForm(f typed, e *models.Error) simplePage {
	ed := editing{typed: f, problem: e}
	p := simplePage{Page: a.chrome(models.Viewer{}, "", "Sign in"), Links: []link{{Href: askPath, Text: "Ask for another link"}},
		Form: ed.finish(form{ID: "link-form", Submit: "Go on", Plain: true})}
	if e != nil {
		p.Form.Problem = e.Fields["token"]
	}
	return p
}

// showLink shows the button of a link.
func (a *App) showLink(c echo.Context, _ models.Viewer) error {
	if strings.Contains(c.Param("token"), "/") {
		return &models.Error{Kind: models.NotFound, Message: "There is no such page."}
	}
	return a.page(c, http.StatusOK, a.linkForm(nil, nil))
}

// openLink signs the client in on the browser that asked for the link. On any
// other it shows the digits to type there.
func (a *App) openLink(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	if strings.Contains(c.Param("token"), "/") {
		return &models.Error{Kind: models.NotFound, Message: "There is no such page."}
	}
	who, code, err := a.db.OpenLink(c.Request().Context(), c.Param("token"), a.asking(c))
	if err == nil && code != "" {
		return a.page(c, http.StatusOK, digitsPage{Page: a.chrome(models.Viewer{}, "", "Type these digits"), Digits: code[:3] + " " + code[3:]})
	}
	if err == nil {
		err = a.signInByLink(c, v, who)
	}
	if err != nil {
		return a.retry(c, err, func(e *models.Error) (simplePage, error) { return a.linkForm(f, e), nil })
	}
	return a.redirect(c, homePath(who.Role))
}

// digitsPage shows the digits of a link on another browser than its own.
type digitsPage struct {
	Page   page
	Digits string
}

func (digitsPage) template() string { return "digits" }
