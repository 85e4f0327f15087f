package handlers

import (
	"mime"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"enough/models"
)

// contentPolicy lets a page load what this server gives it and nothing else:
// no inline script or style, no foreign host, no frame.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// bodyLimit is the largest form that is read, in bytes.
const bodyLimit = 64 << 10

// headers sets what every answer carries, before anything can fail.
func (a *App) headers(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()")
		h.Set("X-Robots-Tag", "noindex, nofollow")
		h.Set("Cache-Control", "no-store")
		if a.secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		return next(c)
	}
}

var crossOrigin = http.NewCrossOriginProtection()

// guard refuses a form that another site sent, one that is no form, and one
// that is too large.
func (a *App) guard(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if err := crossOrigin.Check(r); err != nil {
			return &models.Error{Kind: models.Forbidden, Message: "This form came from another site. Open the page here and send it again.", Err: err}
		}
		if r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions {
			return next(c)
		}
		r.Body = http.MaxBytesReader(c.Response(), r.Body, bodyLimit)
		if r.ContentLength != 0 {
			kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
			if err != nil || !strings.EqualFold(kind, "application/x-www-form-urlencoded") || r.Header.Get("Content-Encoding") != "" {
				return echo.NewHTTPError(http.StatusUnsupportedMediaType, "This is not a form of this site.")
			}
		}
		return next(c)
	}
}
