package handlers

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"enough/models"
)

// access is a set of roles. The zero set is nobody. It says which role may
// come in; whether the object belongs to this viewer is for package models.
type access uint8

const (
	anyone access = 1 << iota
	therapist
	client
	partner
	halfway   // a therapist who has given her passphrase and not her second factor
	weighty   // a therapist gives her second factor again first, unless she just has
	justEnded // a partner whose session ended with her form: to answer it again, and to say so
)

// handlerFunc answers a request of a viewer who was let in. The viewer is a
// parameter, so that no handler can forget to look.
type handlerFunc func(c echo.Context, v models.Viewer) error

// route is one line of the table.
type route struct {
	method, path string
	allow        access
	handle       handlerFunc
}

func (r route) allows(v models.Viewer) bool {
	if r.allow&anyone != 0 {
		return true
	}
	if v.Half {
		return r.allow&halfway != 0
	}
	return r.allow&map[models.Role]access{models.Therapist: therapist, models.Client: client, models.Partner: partner}[v.Role] != 0
}

// admit lets the viewers of a route in. Nobody is sent to sign in, or told
// to when a form would be lost by it; a person
// whom the route is not for is answered as if it were not there.
func (a *App) admit(r route) echo.HandlerFunc {
	return func(c echo.Context) error {
		v, err := a.viewer(c)
		if err != nil {
			return err
		}
		if v.Ended && r.allow&justEnded == 0 {
			v = models.Viewer{}
		}
		if r.allows(v) && v.Role == models.Therapist && !strings.HasPrefix(r.path, supervisedPath) && (c.Param("case") != "" || c.Param("experiment") != "") {
			// The one place for all pages: who is not the case's own therapist comes to none
			// of them unseen. A supervisor's are seen to where they are read.
			if err := a.db.NoteVisit(c.Request().Context(), v, c.Param("case"), c.Param("experiment")); err != nil {
				return err
			}
		}
		switch {
		case r.allows(v) && r.allow&weighty != 0 && v.Role == models.Therapist && !v.Unlocked:
			err = a.stepUp(c, r, v)
		case r.allows(v):
			if r.allow&client != 0 && v.Role == models.Client {
				a.prolong(c, v)
			}
			err = r.handle(c, v)
		case (!v.Known() || v.Half) && r.allow != 0 && r.method == http.MethodPost && wantsFragment(c.Request()):
			// The form is still on the page: do not take it away.
			err = echo.NewHTTPError(http.StatusUnauthorized)
		case !v.Known() && r.allow != 0:
			err = a.redirect(c, signinPath)
		case v.Half && r.allow != 0:
			err = a.redirect(c, secondPath)
		default:
			err = &models.Error{Kind: models.NotFound, Message: "There is no such page."}
		}
		a.noteRefusal(c, r, v, err)
		return err
	}
}

// noteRefusal keeps in the audit that somebody who is signed in was refused.
// The answer stays the same, whether it can be kept or not.
func (a *App) noteRefusal(c echo.Context, r route, v models.Viewer, err error) {
	if kind := models.KindOf(err); !v.Known() || kind != models.NotFound && kind != models.Forbidden {
		return
	}
	if err := a.db.NoteRefusal(c.Request().Context(), v, r.method+" "+r.path, c.Param("case"), c.Param("experiment")); err != nil {
		a.log.Error("a refusal could not be kept in the audit", "route", r.path, "err", err)
	}
}
