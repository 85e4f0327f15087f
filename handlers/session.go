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
	return a.db.Authenticate(c.Request().Context(), cookie.Value)
}

// signIn starts a session for a person and gives her browser its token. A
// session that the browser had ends first.
func (a *App) signIn(c echo.Context, before, v models.Viewer) error {
	ctx := c.Request().Context()
	if before.Known() {
		if err := a.db.EndSession(ctx, before); err != nil {
			return err
		}
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
