package handlers

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"enough/models"
)

// typed is the body of a form as it was sent. The address is never part of it.
type typed url.Values

// The fields that may stand in a form more than once: what is ticked of a list.
const (
	ticks = "show" // what is to be shown
	gone  = "gone" // what was gone through
)

// readForm reads the body of a form, and nothing but the body. No form of ours
// says the same thing twice.
func readForm(c echo.Context) (typed, error) {
	r := c.Request()
	if err := r.ParseForm(); err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return nil, err
		}
		return nil, echo.NewHTTPError(http.StatusBadRequest).SetInternal(err)
	}
	for name, values := range r.PostForm {
		if len(values) > 1 && name != ticks && name != gone {
			return nil, echo.NewHTTPError(http.StatusBadRequest)
		}
	}
	return typed(r.PostForm), nil
}

// text gives the one value of a field as it was typed.
func (f typed) text(name string) string { return url.Values(f).Get(name) }

// all gives every value of a field: the boxes that are ticked.
func (f typed) all(name string) []string { return f[name] }

// submission names the form as it was handed out.
func (f typed) submission() models.Submission {
	return models.Submission{ID: strings.TrimSpace(f.text("submission_id"))}
}

func (f typed) credentials() models.CredentialsInput {
	return models.CredentialsInput{SignIn: f.text("signin"), Passphrase: f.text("passphrase"), Again: f.text("again")}
}
