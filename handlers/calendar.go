package handlers

import (
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"enough/models"
)

const calendarPath = "/account/calendar"

// showCalendar gives the client's coming forms as a file for a calendar (RFC 5545).
// Whoever sees the calendar reads a neutral title, and at what time.
func (a *App) showCalendar(c echo.Context, v models.Viewer) error {
	times, err := a.client.FormTimes(c.Request().Context(), v)
	if err != nil {
		return err
	}
	if len(times) == 0 {
		return &models.Error{Kind: models.NotFound, Message: "There is no such page."}
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="calendar.ics"`)
	return c.Blob(http.StatusOK, "text/calendar; charset=utf-8", calendar(times, a.db.Now()))
}

// calendar has one event for each of the times. Its title is fixed: no text in it
// needs folding or escaping.
func calendar(times []time.Time, now time.Time) []byte {
	const stamp = "20060102T150405Z"
	lines := []string{"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Weekly form//EN"}
	for _, at := range times {
		start := at.UTC().Format(stamp)
		lines = append(lines, "BEGIN:VEVENT", "UID:"+start+"@weekly-form", "DTSTAMP:"+now.UTC().Format(stamp), "DTSTART:"+start, "DURATION:PT5M",
			"SUMMARY:Weekly form", "CLASS:PRIVATE", "TRANSP:TRANSPARENT", "END:VEVENT")
	}
	return []byte(strings.Join(append(lines, "END:VCALENDAR", ""), "\r\n"))
}
