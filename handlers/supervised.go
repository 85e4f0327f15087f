package handlers

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"enough/models"
)

// supervisedPage lists the cases that a therapist may supervise.
type supervisedPage struct {
	Page page
	Rows []link
}

func (supervisedPage) template() string { return "supervised" }

// showSupervised lists them by what a supervisor calls them.
func (a *App) showSupervised(c echo.Context, v models.Viewer) error {
	list, err := a.db.Supervised(c.Request().Context(), v)
	if err != nil {
		return err
	}
	p := supervisedPage{Page: a.chrome(v, casesPath, "Supervision").back(casesPath, "Cases")}
	for _, k := range list {
		p.Rows = append(p.Rows, link{Href: supervisedPath + "/" + k.ID, Text: models.CaseLabel(k.ID)})
	}
	return a.page(c, http.StatusOK, p)
}

// supervisedCasePage is a case without names, texts and dates.
type supervisedCasePage struct {
	Page        page
	Left        string // how long it stands open
	Experiments []supervisedView
}

func (supervisedCasePage) template() string { return "supervised_case" }

// supervisedView is one experiment.
type supervisedView struct {
	Heading   string
	Verdict   verdictView
	Chart     chart
	Phases    table
	Decisions []saved
}

// showSupervisedCase shows a case to its supervisor, the newest experiment first.
func (a *App) showSupervisedCase(c echo.Context, v models.Viewer) error {
	k, err := a.db.SupervisedCase(c.Request().Context(), v, c.Param("case"))
	if err != nil {
		return err
	}
	p := supervisedCasePage{Page: a.chrome(v, casesPath, models.CaseLabel(k.ID)).back(supervisedPath, "Supervision"), Left: daysLeft(k.DaysLeft)}
	p.Page.Title = "Supervision"
	for _, e := range slices.Backward(k.Experiments) {
		p.Experiments = append(p.Experiments, newSupervisedView(e))
	}
	p.Page.Charts = len(p.Experiments) > 0
	return a.page(c, http.StatusOK, p)
}

func daysLeft(n int) string {
	switch n {
	case 0:
		return "Today is the last day on which you can read it."
	case 1:
		return "You can read it today and tomorrow."
	}
	return "You can read it for " + itoa(n) + " more days."
}

func newSupervisedView(e models.SupervisedExperiment) supervisedView {
	view := supervisedView{Heading: "Experiment " + itoa(e.Number), Verdict: keptVerdict(e.Verdict), Chart: newSupervisedChart(e), Phases: supervisedPhases(e)}
	if e.Evidence != nil {
		view.Verdict.Evidence = newEvidenceView(*e.Evidence)
	}
	for _, d := range e.Decisions {
		view.Decisions = append(view.Decisions, saved{"Week " + itoa(d.Week) + ", after " + d.Phase, models.ChoiceText(d.Choice)})
	}
	return view
}

// weekNumbered carries a week that has a number and no date. Where it lies in the
// calendar means nothing, and is drawn nowhere.
func weekNumbered(n int) models.Week { return models.Week("2001-01-01").Add(n - 1) }

// newSupervisedChart draws the two panels of the review over numbered weeks.
func newSupervisedChart(e models.SupervisedExperiment) chart {
	var phases []models.Phase
	var tension, leaving, criterion []level
	var done, conflict, close []point
	t := table{Caption: "By week", Head: []string{"Week", "Phase", "Done", "Tension", "Close to leaving"}}
	top, to := 0, e.Phases[len(e.Phases)-1].Last
	for _, p := range e.Phases {
		phase := models.Phase{Kind: p.Kind, Name: p.Name, Start: weekNumbered(p.First), Weeks: p.Last - p.First + 1, Dose: p.Dose}
		phases = append(phases, phase)
		for _, x := range []struct {
			list *[]level
			at   *float64
		}{{&tension, p.Conflict.Mean}, {&leaving, p.Leaving.Mean}, {&criterion, p.Mark}} {
			if x.at != nil {
				*x.list = append(*x.list, level{phase, *x.at})
			}
		}
		for _, w := range p.Weeks {
			if w.Done != nil {
				top = max(top, *w.Done)
			}
			// Between two monthly forms nothing was asked.
			if p.Kind == models.FollowUp && w.Done == nil && w.Conflict == nil && w.Leaving == nil {
				continue
			}
			at := weekNumbered(w.Number)
			done, conflict, close = append(done, intPoint(at, w.Done)), append(conflict, intPoint(at, w.Conflict)), append(close, intPoint(at, w.Leaving))
			t.Rows = append(t.Rows, []string{itoa(w.Number), p.Name, orElse(digits(w.Done), "–"), orElse(digits(w.Conflict), "–"), orElse(digits(w.Leaving), "–")})
		}
		ends := point{week: phase.LastWeek().Add(1), ends: true}
		done, conflict, close = append(done, ends), append(conflict, ends), append(close, ends)
		if p.Kind == models.FollowUp { // it is planned for months: what has been, and the next one
			to = min(p.Last, p.First+len(p.Weeks)+3)
		}
	}
	cv := newCanvas(phases[0].Start, weekNumbered(to))
	cv.keyed, cv.number = true, e.Phases[0].First
	cv.panel("Times a week", countTop(top))
	cv.panel("Partner’s scores, 0 to 10; thin lines are phase means", 10)
	cv.phases(phases, phaseName)
	cv.bars(0, "Done", lookThree.colour, done)
	cv.series(1, "Tension", lookOne, conflict)
	cv.series(1, "Close to leaving", lookTwo, close)
	cv.steps(0, "Dose", lookRule, 2, doses(phases))
	cv.steps(1, "", look{lookOne.colour, "solid", ""}, 1, tension)
	cv.steps(1, "", look{lookTwo.colour, "dashed", ""}, 1, leaving)
	cv.steps(1, "Criterion", look{lookRule.colour, "dotted", ""}, 2, criterion)
	return chart{ID: "weeks-" + itoa(e.Number), Two: true, Key: cv.key, Option: cv.option(), Table: t,
		Caption: "Above, what the client did against the dose. Below, the partner’s weekly scores with phase means. Gaps are weeks without a report that counts."}
}

// supervisedPhases gives the numbers of each phase.
func supervisedPhases(e models.SupervisedExperiment) table {
	t := table{Caption: "Mean (median; range)", Head: []string{"Phase", "Weeks", "Dose", "Done", "Partner reports", "Tension", "Close to leaving", "Call"}}
	for _, p := range e.Phases {
		weeks := itoa(p.First)
		if p.Last > p.First {
			weeks += " to " + itoa(p.Last)
		}
		done := "–"
		if p.Planned > 0 {
			done = itoa(p.Done) + " of " + itoa(p.Planned)
		}
		reports := "–"
		if p.Kind != models.Hold {
			reports = itoa(p.Reports) + " of " + itoa(p.Asked)
		}
		t.Rows = append(t.Rows, []string{p.Name, weeks, orElse(digits(p.Dose), "–"), done, reports,
			numbersText(p.Conflict, p.Reports), numbersText(p.Leaving, p.Reports), orElse(models.CallText(p.Call), "–")})
	}
	return t
}
