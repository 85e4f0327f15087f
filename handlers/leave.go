package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"enough/models"
)

// DefaultLeave is where “Leave this page” leads unless the practice has chosen
// another site: one that anybody may have open, and that is nobody's own.
const DefaultLeave = "https://www.bbc.co.uk/weather"

// exitPage is blank and goes on to a neutral site at once.
type exitPage struct{ To string }

func (exitPage) template() string { return "exit" }

// doExit ends the session and leaves for a neutral site. The page itself moves
// on: a redirect out of a form would be stopped by the content policy, and would
// leave the old page on the screen until the other site answers.
func (a *App) doExit(c echo.Context, v models.Viewer) error {
	if err := a.endSession(c, v); err != nil {
		a.log.Error("session not ended at exit", "err", err)
		a.clear(c) // she must leave, whatever the disk does
	}
	return a.page(c, http.StatusOK, exitPage{a.leave})
}

// endSession signs out, on the server and then in the browser. While the server
// cannot, the browser keeps what it needs to ask again.
func (a *App) endSession(c echo.Context, v models.Viewer) error {
	if v.Known() {
		if err := a.db.EndSession(c.Request().Context(), v); err != nil {
			return err
		}
	}
	a.clear(c)
	return nil
}

// clear signs out in the browser. The cookie changes also when nobody is signed
// in, so that no browser shows a page again that it had kept.
func (a *App) clear(c echo.Context) {
	a.forget(c)
	c.Response().Header().Set("Clear-Site-Data", `"cookies", "storage"`)
}
