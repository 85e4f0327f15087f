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

// prolong keeps a client who comes back signed in. That it could not be written is
// no reason to refuse a page.
func (a *App) prolong(c echo.Context, v models.Viewer) {
	until, err := a.db.Prolong(c.Request().Context(), v)
	if err != nil {
		a.log.Error("a session could not be prolonged", "err", err)
	} else if until.After(v.Until) {
		if cookie, err := c.Cookie(a.cookieName()); err == nil {
			c.SetCookie(a.clientCookie(cookie.Value, until))
		}
	}
}

// clientCookie lasts as long as the session. A link in a message must find the
// client signed in.
func (a *App) clientCookie(token string, until time.Time) *http.Cookie {
	cookie := a.cookie(token)
	cookie.SameSite = http.SameSiteLaxMode
	cookie.MaxAge = int(until.Sub(a.db.Now()) / time.Second)
	return cookie
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
		cookie = a.clientCookie(token, expires)
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
