package handlers

import (
	"strconv"

	"github.com/labstack/echo/v4"

	"enough/models"
)

// editing is a form on its way to a person: what is kept, what was typed if it
// was sent, and what was wrong with it.
type editing struct {
	typed   typed             // nil when the form is shown for the first time
	saved   map[string]string // what is kept now, by field
	version int               // of what is kept; 0 when it has none
	problem *models.Error
}

// filler fills the fields with what was typed, or with what is kept.
func (e editing) filler(prefix string) filler {
	f := filler{prefix: prefix, value: func(name string) string { return e.saved[name] }}
	if e.typed != nil {
		f.value = e.typed.text
	}
	if e.problem != nil {
		f.bad = e.problem.Fields
	}
	return f
}

// conflict says whether what is kept has moved on since the form was made.
func (e editing) conflict() bool { return e.problem != nil && e.problem.Kind == models.Conflict }

// finish completes a form with what goes along, the problem, and after a
// conflict both texts: what was typed in the fields, what is kept above them.
func (e editing) finish(f form) form {
	version := ""
	if e.version > 0 {
		version = strconv.Itoa(e.version)
	}
	if e.typed != nil && !e.conflict() {
		version = e.typed.text("version")
	}
	f.Hidden = append(hidden(e.typed, version), f.Hidden...)
	if e.problem == nil {
		return f
	}
	f.Problem = e.problem.Message
	if !e.conflict() || e.saved == nil {
		return f
	}
	for _, p := range f.Parts {
		for _, x := range p.Fields {
			if kept, ok := e.saved[x.Name]; ok && kept != e.typed.text(x.Name) {
				f.Saved = append(f.Saved, saved{x.Label, x.text(kept)})
			}
		}
	}
	return f
}

// text writes a value of the field as a person would read it.
func (x field) text(value string) string {
	for _, o := range x.Options {
		if o.Value == value {
			return o.Text
		}
	}
	if value == "" {
		return "(empty)"
	}
	return value
}

// retry shows a form again when the error is one that its sender can mend or
// must know of; any other error passes on.
func (a *App) retry(c echo.Context, err error, build func(*models.Error) (simplePage, error)) error {
	e, status, ok := a.again(c, err)
	if !ok {
		return err
	}
	p, err := build(e)
	if err != nil {
		return err
	}
	return a.pageOr(c, status, p, p.Form)
}
