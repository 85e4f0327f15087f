package handlers

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"enough/models"
)

// statusOf gives the status of a kind of error.
var statusOf = map[models.Kind]int{
	models.NotFound:    http.StatusNotFound,
	models.Forbidden:   http.StatusForbidden,
	models.Invalid:     http.StatusUnprocessableEntity,
	models.Conflict:    http.StatusConflict,
	models.Closed:      http.StatusConflict,
	models.Unavailable: http.StatusServiceUnavailable,
}

// problem is what a person reads when a page cannot be given.
type problem struct {
	Title, Text string
	Code        string // to quote, for a fault of ours
}

func (problem) template() string { return "problem" }

// problemPage is a whole page with a problem on it.
type problemPage struct {
	Page    page
	Problem problem
}

func (problemPage) template() string { return "problem_page" }

// handleError answers a request that failed, with a page, or for a swap with
// the problem alone.
func (a *App) handleError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	status, p := a.describe(err, c)
	if c.Request().Method == http.MethodHead {
		_ = c.NoContent(status)
		return
	}
	if wantsFragment(c.Request()) {
		c.Response().Header().Set("HX-Retarget", "#problem-place")
		c.Response().Header().Set("HX-Reswap", "innerHTML")
	}
	v, _ := a.viewer(c)
	if v.Ended {
		v = models.Viewer{}
	}
	if a.pageOr(c, status, problemPage{a.chrome(v, "", p.Title), p}, p) != nil {
		_ = c.String(status, p.Text)
	}
}

// describe gives the status and the words for an error. A fault of ours is
// logged here, once, with a code that the person can quote.
func (a *App) describe(err error, c echo.Context) (int, problem) {
	var e *models.Error
	var tooLarge *http.MaxBytesError
	var routing *echo.HTTPError
	switch {
	case errors.Is(err, context.Canceled):
		// Nobody is there to read the answer.
		return http.StatusBadRequest, problem{Title: titleOf(http.StatusBadRequest), Text: "This request was broken off."}
	case errors.As(err, &e):
		status := statusOf[e.Kind]
		if e.Kind == models.Unavailable {
			a.logUnavailable(c, e)
		}
		return status, problem{Title: titleOf(status), Text: e.Message}
	case errors.As(err, &tooLarge):
		return http.StatusRequestEntityTooLarge, problem{Title: "Too long", Text: "This form is too long to be read. Shorten the texts and send it again. Nothing was saved."}
	case errors.As(err, &routing) && routing.Code < 500:
		text := map[int]string{http.StatusNotFound: "There is no such page.", http.StatusMethodNotAllowed: "This page cannot be used in this way.",
			http.StatusUnauthorized: "You are signed out. Sign in on another tab of this browser, then send the form again. What you typed is still here."}[routing.Code]
		if text == "" {
			text = "This request could not be read. Nothing was saved."
		}
		return routing.Code, problem{Title: titleOf(routing.Code), Text: text}
	}
	code := rand.Text()[:8]
	a.log.Error("request failed", "method", c.Request().Method, "route", c.Path(), "code", code, "err", err)
	return http.StatusInternalServerError, problem{Title: "Something went wrong on our side", Text: "Nothing was saved. If you ask for help, give this code:", Code: code}
}

// again says whether a form is to be shown again with what was typed, and with
// which status: there is something to mend, the object has moved on or is
// closed, or the database could not take it.
func (a *App) again(c echo.Context, err error) (e *models.Error, status int, ok bool) {
	if !errors.As(err, &e) {
		return nil, 0, false
	}
	switch e.Kind {
	case models.Unavailable:
		a.logUnavailable(c, e)
	case models.Invalid, models.Conflict, models.Closed:
	default:
		return nil, 0, false
	}
	return e, statusOf[e.Kind], true
}

func (a *App) logUnavailable(c echo.Context, e *models.Error) {
	a.log.Error("database unavailable", "route", c.Path(), "err", e.Err)
}

// titleOf is the heading of the page that answers with a status.
func titleOf(status int) string {
	switch status {
	case http.StatusNotFound:
		return "Not found"
	case http.StatusServiceUnavailable:
		return "Not saved"
	}
	return "Not possible"
}
