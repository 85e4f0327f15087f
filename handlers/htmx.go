package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// wantsFragment says whether a request wants a partial to swap in, rather than
// a whole page. A page that the browser restores from its history is whole.
func wantsFragment(r *http.Request) bool {
	h := r.Header
	return h.Get("HX-Request") == "true" && h.Get("HX-Boosted") != "true" &&
		h.Get("HX-History-Restore-Request") != "true" && h.Get("HX-Request-Type") != "full"
}

// redirect sends the browser on after a form: a plain one by 303, a swap by a
// header, since a fetch would follow a 303 unseen.
func (a *App) redirect(c echo.Context, to string) error {
	varies(c)
	if wantsFragment(c.Request()) {
		c.Response().Header().Set("HX-Redirect", to)
		return c.NoContent(http.StatusOK)
	}
	return c.Redirect(http.StatusSeeOther, to)
}

// varies says that the answer depends on who asks for it: a page or a swap.
func varies(c echo.Context) {
	c.Response().Header().Add("Vary", "HX-Request, HX-History-Restore-Request")
}
