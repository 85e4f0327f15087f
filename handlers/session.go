package handlers

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"enough/models"
)

// cookieName binds the cookie to this host where the browser allows it, which
// is only over HTTPS.
func (a *App) cookieName() string {
	if a.secure {
		return "__Host-form"
	}
	return "form"
}

// viewer gives the person who is signed in, the zero Viewer for nobody.
func (a *App) viewer(c echo.Context) (models.Viewer, error) {
	cookie, err := c.Cookie(a.cookieName())
	if err != nil {
		return models.Viewer{}, nil
	}
	v, err := a.db.Authenticate(c.Request().Context(), cookie.Value)
	if v.Known() {
		v.From = a.origin(c, a.deviceOf(c))
	}
	return v, err
}

// signIn starts a session for a person and gives her browser its token. A
// session that the browser had ends first, and if it was another's, so does what
// the browser kept for it.
func (a *App) signIn(c echo.Context, before, v models.Viewer) error {
	ctx := c.Request().Context()
	if before.Known() {
		if err := a.db.EndSession(ctx, before); err != nil {
			return err
		}
		if before.PersonID != v.PersonID {
			c.Response().Header().Set("Clear-Site-Data", `"storage"`)
		}
	}
	if v.Role != models.Therapist && len(a.demo) == 0 {
		v.From = a.origin(c, a.nameDevice(c))
	}
	token, expires, err := a.db.StartSession(ctx, v)
	if err != nil {
		return err
	}
	cookie := a.cookie(token)
	if v.Role == models.Client {
		// A link in a message must find the client signed in.
		cookie.SameSite = http.SameSiteLaxMode
		cookie.MaxAge = int(expires.Sub(a.db.Now()) / time.Second)
	}
	c.SetCookie(cookie)
	return nil
}

func (a *App) cookie(token string) *http.Cookie {
	return &http.Cookie{Name: a.cookieName(), Value: token, Path: "/", HttpOnly: true, Secure: a.secure, SameSite: http.SameSiteStrictMode}
}

// forget takes the session's token from the browser.
func (a *App) forget(c echo.Context) {
	cookie := a.cookie("")
	cookie.MaxAge = -1
	c.SetCookie(cookie)
}
