// Package handlers is the web side of Enough: routes, sessions, forms, pages.
// It holds no SQL and no rules of the domain.
//
// Start with routes.go, the table of everything that can be asked for and by
// whom. A handler reads the body of a form into an input of package models,
// calls one method there, and answers with a page, or for an HTMX swap with
// the same partial that the page includes.
package handlers

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"enough/models"
	"enough/static"
	"enough/templates"
)

// Config is what an App needs.
type Config struct {
	DB  *models.DB
	Log *slog.Logger
	// Secure says that people reach the app over HTTPS, so that cookies may be
	// held to it.
	Secure bool
	// BaseURL is the address under which people reach it, such as
	// https://form.example.org. Without one passkeys are made on the machine itself
	// alone, as localhost.
	BaseURL string
	// Leave is the address to which “Leave this page” leads; empty is DefaultLeave.
	Leave string
	// Mail says that there is a server for messages.
	Mail bool
	// Demo lists the people of a demo practice, who sign in with one click.
	// Empty for a real practice.
	Demo []DemoPerson
}

// DemoPerson is a person of the demo practice as the start page lists her.
type DemoPerson struct {
	models.Viewer
	Passphrase, SignIn, Line string
}

// App answers requests.
type App struct {
	db     *models.DB
	client *models.ClientStore
	log    *slog.Logger
	secure bool
	mail   bool
	demo   []DemoPerson
	leave  string
	base   string
	assets *static.Assets
	render *renderer
	echo   *echo.Echo
}

// New makes the app. A template that does not parse or an asset that is not
// there stops it.
func New(c Config) (*App, error) {
	assets, err := static.Load()
	if err != nil {
		return nil, err
	}
	render, err := newRenderer(templates.Files, assets)
	if err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	a := &App{db: c.DB, client: c.DB.ForClient(), log: c.Log, secure: c.Secure, mail: c.Mail, demo: c.Demo, leave: cmp.Or(c.Leave, DefaultLeave), base: c.BaseURL, assets: assets, render: render, echo: echo.New()}
	e := a.echo
	e.HideBanner, e.HidePort = true, true
	// A proxy on this machine or in its network says whom it speaks for; nobody else is believed.
	e.IPExtractor = echo.ExtractIPFromXFFHeader()
	e.HTTPErrorHandler = a.handleError
	e.Use(a.logRequest, middleware.RecoverWithConfig(middleware.RecoverConfig{DisablePrintStack: true, LogErrorFunc: a.logPanic}), a.headers, a.guard)
	for _, r := range a.routes() {
		h := a.admit(r)
		e.Add(r.method, r.path, h)
		if r.method == http.MethodGet {
			e.Add(http.MethodHead, r.path, h)
		}
	}
	return a, nil
}

func (a *App) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.echo.ServeHTTP(w, r) }

// logRequest writes one line for each request: the route, never the address,
// and nothing that anybody typed. The id is the one that the audit has.
func (a *App) logRequest(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := time.Now()
		ctx, id := models.NewRequest(c.Request().Context())
		c.SetRequest(c.Request().WithContext(ctx))
		err := next(c)
		if err != nil {
			c.Error(err)
		}
		a.log.LogAttrs(c.Request().Context(), slog.LevelDebug, "request", slog.String("method", c.Request().Method),
			slog.String("route", c.Path()), slog.String("id", id), slog.Int("status", c.Response().Status), slog.Duration("took", time.Since(start)))
		return nil
	}
}

func (a *App) logPanic(c echo.Context, err error, stack []byte) error {
	a.log.Error("panic", "route", c.Path(), "stack", string(stack))
	return err
}
