package handlers

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"strings"

	"github.com/labstack/echo/v4"

	"enough/static"
)

// view is a struct of ready-to-print values with the name of its template.
type view interface{ template() string }

// renderer holds the parsed templates: one set for each page, and one with the
// partials alone.
type renderer struct {
	pages    map[string]*template.Template
	partials *template.Template
}

// newRenderer parses all templates. Sets are cloned before anything is
// executed, since a set cannot be cloned afterwards.
func newRenderer(files fs.FS, assets *static.Assets) (*renderer, error) {
	funcs := template.FuncMap{"asset": assets.Path}
	partials, err := template.New("").Funcs(funcs).ParseFS(files, "partials/*.html")
	if err != nil {
		return nil, err
	}
	base, err := template.Must(partials.Clone()).ParseFS(files, "layouts/*.html")
	if err != nil {
		return nil, err
	}
	r := &renderer{pages: map[string]*template.Template{}, partials: partials}
	names, err := fs.Glob(files, "pages/*.html")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		set, err := template.Must(base.Clone()).ParseFS(files, name)
		if err != nil {
			return nil, err
		}
		r.pages[strings.TrimSuffix(path.Base(name), ".html")] = set
	}
	return r, nil
}

func (r *renderer) page(v view) ([]byte, error) {
	set := r.pages[v.template()]
	if set == nil {
		return nil, fmt.Errorf("no page template %q", v.template())
	}
	var b bytes.Buffer
	err := set.ExecuteTemplate(&b, "layout", v)
	return b.Bytes(), err
}

func (r *renderer) partial(v view) ([]byte, error) {
	var b bytes.Buffer
	err := r.partials.ExecuteTemplate(&b, v.template(), v)
	return b.Bytes(), err
}

// page answers with a whole page.
func (a *App) page(c echo.Context, status int, v view) error {
	b, err := a.render.page(v)
	if err != nil {
		return err
	}
	return c.HTMLBlob(status, b)
}

// pageOr answers with a page, or for a swap with the partial that the page
// includes.
func (a *App) pageOr(c echo.Context, status int, whole, part view) error {
	varies(c)
	if !wantsFragment(c.Request()) {
		return a.page(c, status, whole)
	}
	b, err := a.render.partial(part)
	if err != nil {
		return err
	}
	return c.HTMLBlob(status, b)
}
