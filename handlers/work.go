package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"enough/models"
)

const workPath = "/work"

// tooFew is below how many cases nothing is said of them.
const tooFew = 10

// workPage is what a therapist looks at for herself.
type workPage struct {
	Page      page
	Concluded []saved
	Cases     string
	Felt      []saved
	Seen      string
	Due       []link // cases without supervision
}

func (workPage) template() string { return "work" }

// showWork shows a therapist her own work: what it came to, failures included, how
// she felt after sessions, and where supervision is due.
func (a *App) showWork(c echo.Context, v models.Viewer) error {
	w, err := a.db.Work(c.Request().Context(), v)
	if err != nil {
		return err
	}
	p := workPage{Page: a.chrome(v, casesPath, "Your work").back(casesPath, "Cases")}
	for _, choice := range models.Choices {
		if n := w.Concluded[choice]; n > 0 {
			p.Concluded = append(p.Concluded, saved{models.ChoiceText(choice), itoa(n)})
		}
	}
	p.Cases = counted(w.Cases, "case", "cases") + " by the last decision, failures included."
	if w.Cases < tooFew {
		p.Cases += " Too few to say anything."
	}
	for _, felt := range models.Feelings {
		if n := w.Felt[felt]; n > 0 {
			p.Felt = append(p.Felt, saved{models.FeelingText(felt), counted(n, "case", "cases")})
		}
	}
	p.Seen = "Noted in " + itoa(w.Seen) + " of " + counted(w.Open, "open case", "open cases") + " in the last eight weeks. Nobody else reads it."
	for _, line := range w.Unsupervised {
		p.Due = append(p.Due, link{Href: logPath(line.ID), Text: line.Client + " and " + line.Partner})
	}
	return a.page(c, http.StatusOK, p)
}

// counted writes a number of things.
func counted(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return itoa(n) + " " + more
}

// keepResponse keeps how the therapist felt after a session.
func (a *App) keepResponse(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	id := c.Param("case")
	err = a.db.KeepResponse(c.Request().Context(), v, id, models.ResponseInput{Felt: f.text("felt"), Submission: f.submission()})
	if err == nil {
		return a.redirect(c, logPath(id))
	}
	return a.retryLog(c, v, f, err)
}

// responseForm asks a therapist how she felt.
func responseForm(caseID string, ed editing) form {
	x := ed.filler("response-")
	felt := x.field("choice", "felt", "After today’s session I felt")
	for _, value := range models.Feelings {
		felt.Options = append(felt.Options, option{Value: value, Text: models.FeelingText(value), Checked: felt.Value == value})
	}
	return ed.finish(form{ID: "response-form", Action: casePath(caseID) + "/response", Submit: "Note it", Quiet: true, Plain: true, Parts: []part{{Fields: []field{felt}}}})
}
