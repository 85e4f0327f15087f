package handlers

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"enough/models"
)

// The partner's whole visit has one address. Each step is a form sent to it, and
// the answer leads back to it; what is then shown there is kept with her session.
// So the history of the browser names one page, whatever she did, and none of its
// lines holds her answers or can send them again.

// turn is a way from one page of the visit to another.
type turn struct {
	To   models.Visit
	Text string
	Main bool // drawn as a button
}

var (
	toForm  = turn{To: models.VisitForm, Text: "Back to the form"}
	toOwn   = turn{To: models.VisitOwn, Text: "Your own pages"}
	toAbout = turn{To: models.VisitAbout, Text: "About this site"}
)

// showVisit shows the page at which a visit stands.
func (a *App) showVisit(c echo.Context, v models.Viewer) error {
	switch {
	case v.Ended:
		return a.showOver(c, v)
	case !a.told(c) || v.Visit == models.VisitAbout:
		return a.showAbout(c, v)
	case v.Visit == models.VisitForm:
		return a.showPartnerForm(c, v)
	case v.Visit == models.VisitShow && v.Unlocked:
		return a.showRelease(c, v)
	}
	return a.showOwn(c, v)
}

// visit takes a step. A form without one is her report. Of an ended session only
// what ended it is taken.
func (a *App) visit(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	step := f.text("step")
	switch {
	case step == "":
		return a.savePartnerReport(c, v, f)
	case step == "stop" && (v.Unlocked || v.Ended):
		return a.stopReporting(c, v, f)
	case v.Ended:
		return a.redirect(c, signinPath)
	case step == "begin":
		a.tell(c)
		return a.turn(c, v, models.VisitForm)
	case step == "unlock":
		return a.unlock(c, v, f)
	case !slices.Contains([]string{"keep", "back", "stop", "passphrase", "reach", "name"}, step):
		return a.turn(c, v, models.Visit(step))
	case !v.Unlocked:
		return a.redirect(c, visitPath)
	case step == "back":
		return a.takeBack(c, v, f)
	case step == "passphrase":
		return a.changeOwnPassphrase(c, v, f)
	case step == "name":
		return a.renameOwn(c, v, f)
	case step == "reach":
		return a.saveReach(c, v, f)
	}
	return a.saveRelease(c, v, f)
}

// turn brings the visit to another page.
func (a *App) turn(c echo.Context, v models.Viewer, to models.Visit) error {
	if err := a.db.Turn(c.Request().Context(), v, to); err != nil {
		return err
	}
	return a.redirect(c, visitPath)
}

// showOver says, once, how a visit ended.
func (a *App) showOver(c echo.Context, v models.Viewer) error {
	a.forget(c)
	over := said{Line: "Saved. Thank you.", Over: true}
	switch v.Visit {
	case models.VisitLater:
		over.Line = "You can come back any time until Wednesday."
	case models.VisitStopped:
		over = said{Line: "Saved. No more forms are asked of you."}
	}
	return a.page(c, http.StatusOK, visitPage{Page: a.partnerChrome(), Said: over})
}

// aboutPage says what leaving does and what it cannot do. It stands before the
// first form on each device, and can be opened later.
type aboutPage struct {
	Page      page
	First     bool
	Other     string // the site to which leaving leads
	Emergency string
	Hours     string // when what is sent is read; may be empty
	Back      []turn
}

func (aboutPage) template() string { return "about_visit" }

func (a *App) showAbout(c echo.Context, v models.Viewer) error {
	open, _, err := a.db.PartnerForm(c.Request().Context(), v)
	if err != nil {
		return err
	}
	practice, err := a.db.Practice(c.Request().Context())
	if err != nil {
		return err
	}
	p := aboutPage{Page: a.partnerChrome(), First: !a.told(c), Emergency: open.Emergency, Hours: practice.Hours, Back: []turn{toForm}}
	if u, err := url.Parse(a.leave); err == nil {
		p.Other = u.Host
	}
	return a.page(c, http.StatusOK, p)
}

// toldLasts is how long a device is known to have shown what leaving does, in
// seconds: as long as a browser keeps a cookie.
const toldLasts = 400 * 24 * 60 * 60

func (a *App) toldName() string {
	if a.secure {
		return "__Host-told"
	}
	return "told"
}

// told says whether this device has shown what leaving does.
func (a *App) told(c echo.Context) bool {
	_, err := c.Cookie(a.toldName())
	return err == nil
}

func (a *App) tell(c echo.Context) {
	cookie := a.cookie("yes")
	cookie.Name, cookie.MaxAge = a.toldName(), toldLasts
	c.SetCookie(cookie)
}
