package handlers

import (
	"crypto/rand"
	"net/http"

	"github.com/labstack/echo/v4"

	"enough/models"
)

// deviceLasts is how long a browser keeps the name that it was given, in seconds:
// as long as anything is known of it here.
const deviceLasts = 30 * 24 * 60 * 60

func (a *App) deviceName() string {
	if a.secure {
		return "__Host-browser"
	}
	return "browser"
}

// deviceOf gives the name that this browser was given, empty for none.
func (a *App) deviceOf(c echo.Context) string {
	cookie, err := c.Cookie(a.deviceName())
	if err != nil {
		return ""
	}
	return cookie.Value
}

// nameDevice gives the browser a name, or lets it keep the one that it has. It
// means nothing but that it is the same browser: the two of a couple on one are a
// sign for their therapist. Leaving takes it away with all else.
func (a *App) nameDevice(c echo.Context) string {
	name := a.deviceOf(c)
	if len(name) != len(rand.Text()) {
		name = rand.Text()
	}
	cookie := a.cookie(name)
	cookie.Name, cookie.MaxAge = a.deviceName(), deviceLasts
	c.SetCookie(cookie)
	return name
}

// origin says where a request comes from. A demo has one browser for all of its
// people, which says nothing.
func (a *App) origin(c echo.Context, device string) models.Origin {
	if len(a.demo) > 0 {
		return models.Origin{}
	}
	return models.Origin{Device: device, Address: c.RealIP()}
}

// keepDevice lets a browser keep its name although its client signs out there: who
// else of the couple signs in on it next is what it is for.
func keepDevice(h http.Header) { h.Set("Clear-Site-Data", `"storage"`) }
