package handlers

import (
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"enough/models"
)

func rangeText(least, most int) string {
	if least == most {
		return itoa(most)
	}
	return itoa(least) + " to " + itoa(most)
}

// agreement is the plan as both agreed to it, on one page.
type agreement struct {
	Client    string
	Goal      string
	Lines     []saved
	IfThen    string
	Signature bool
}

func newAgreement(client, goal string, e models.Experiment) agreement {
	g := agreement{Client: client, Goal: goal, Lines: []saved{{"Plan", sentence(e.Behaviour)}, {"It counts if", midSentence(e.CountsIf)}, {"It does not count if", midSentence(e.NotCountsIf)}}}
	if e.IfMoment != "" {
		g.IfThen = "If " + strings.TrimSuffix(midSentence(e.IfMoment), ".") + ", then " + midSentence(e.ThenAct)
	}
	if e.Dose != nil {
		dose := itoa(*e.Dose) + " a week"
		if e.DoseWords != "" {
			dose += " (“" + e.DoseWords + "”)"
		}
		g.Lines = append(g.Lines, saved{"How often", dose}, saved{"Cost", digits(e.Cost) + " of 10"},
			saved{"Guess beforehand", "Closeness to leaving " + digits(e.Prediction) + " of 10. Sure that this will be enough: " + digits(e.Confidence) + " %."})
	}
	if e.Criterion != nil {
		g.Lines = append(g.Lines, saved{"Judged by", outcomeName(e.Outcome) + ", 0 to 10, as reported by the partner each week. The mark: " + models.CriterionText(e.CriterionKind, *e.Criterion) + "."})
	}
	if e.BaselineWeeks != nil && e.PhaseWeeks != nil {
		least, most := e.BaselineRange()
		g.Lines = append(g.Lines, saved{"How long", rangeText(least, most) + " weeks before anything changes, then " + rangeText(*e.PhaseWeeks, 6) + " weeks of the plan. The review ends the phase."})
	}
	if e.StopWording != "" {
		g.Lines = append(g.Lines, saved{"Stop", "“" + sentence(e.StopWording) + "” Either may say it at any time. No reason is asked for."})
	}
	return g
}

func outcomeName(item string) string { return capital(models.ItemText(item)) }

// sentence ends a text with a full stop.
func sentence(s string) string {
	if s == "" || strings.HasSuffix(s, ".") || strings.HasSuffix(s, "?") || strings.HasSuffix(s, "!") {
		return s
	}
	return s + "."
}

// midSentence writes a text that follows a colon or a label: without a capital
// of its own, with a full stop.
func midSentence(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	second, _ := utf8.DecodeRuneInString(s[size:])
	if unicode.IsUpper(first) && unicode.IsLower(second) {
		s = string(unicode.ToLower(first)) + s[size:]
	}
	return sentence(s)
}

// agreementPage is the agreement alone, for paper.
type agreementPage struct {
	Page      page
	Agreement agreement
}

func (agreementPage) template() string { return "agreement" }

// showAgreement shows the agreement on a page that prints on one sheet.
func (a *App) showAgreement(c echo.Context, v models.Viewer) error {
	e, k, err := a.db.PrintAgreement(c.Request().Context(), v, c.Param("experiment"))
	if err != nil {
		return err
	}
	g := newAgreement(k.Client.Name, k.Frame.Goal, e)
	g.Signature = true
	return a.page(c, http.StatusOK, agreementPage{a.chrome(v, casesPath, "Agreement").back(experimentPath(e.ID), "Experiment "+itoa(e.Number)), g})
}
