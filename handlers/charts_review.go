package handlers

import (
	"enough/models"
)

// reviewSeries gives one value for each week of a review, nil for a gap. Weeks
// between two monthly forms are no gaps: nothing was asked in them.
func reviewSeries(r models.Review, pick func(models.ReviewWeek) *int) []point {
	var list []point
	for _, p := range r.Phases {
		for _, w := range p.Weeks {
			x := intPoint(w.Week, pick(w))
			if x.value == nil && p.Phase.Kind == models.FollowUp && !w.Asked && !w.Excused {
				continue
			}
			list = append(list, x)
		}
		// A line does not cross from one phase into the next.
		list = append(list, point{week: p.Phase.LastWeek().Add(1), ends: true})
	}
	return list
}

func ofReport(pick func(*models.PartnerReport) *int) func(models.ReviewWeek) *int {
	return func(w models.ReviewWeek) *int {
		if w.Report == nil {
			return nil
		}
		return pick(w.Report)
	}
}

func ofCheckin(pick func(*models.Checkin) *int) func(models.ReviewWeek) *int {
	return func(w models.ReviewWeek) *int {
		if w.Checkin == nil {
			return nil
		}
		return pick(w.Checkin)
	}
}

func conflictOf(p *models.PartnerReport) *int { return p.Conflict }
func leavingOf(p *models.PartnerReport) *int  { return p.Leaving }
func noticedOf(p *models.PartnerReport) *int  { return p.Noticed }
func realOf(p *models.PartnerReport) *int     { return p.FeltReal }
func doneOf(c *models.Checkin) *int           { return c.Done }
func forecastOf(c *models.Checkin) *int       { return &c.Forecast }

func reviewCanvas(r models.Review) (*canvas, []models.Phase) {
	var phases []models.Phase
	for _, p := range r.Phases {
		phases = append(phases, p.Phase)
	}
	last := phases[len(phases)-1]
	to := last.LastWeek()
	if last.Kind == models.FollowUp {
		// A follow-up is planned for months: show what has been and the next month.
		to = min(to, max(r.Today.Week(), last.Start).Add(4))
	}
	cv := newCanvas(phases[0].Start, to)
	cv.keyed = true
	return cv, phases
}

// phaseName names a phase above its band: A for the baseline, as single-case
// charts do.
func phaseName(p models.Phase) string {
	if p.Kind == models.Baseline {
		return "A"
	}
	return p.Name
}

// newOutcomeChart draws the two panels of the review: the act against the steps
// of the dose, and the partner's scores with the mean of each phase and the lines
// that are switched on.
func newOutcomeChart(r models.Review, o reviewOptions) chart {
	cv, phases := reviewCanvas(r)
	top := 0
	done := reviewSeries(r, ofCheckin(doneOf))
	for _, p := range done {
		if p.value != nil {
			top = max(top, int(*p.value))
		}
	}
	cv.panel("Times a week", countTop(top))
	cv.panel("Partner’s scores, 0 to 10; thin lines are phase means", 10)
	cv.phases(phases, phaseName)
	cv.bars(0, "Done", lookThree.colour, done)
	cv.series(1, "Tension", lookOne, reviewSeries(r, ofReport(conflictOf)))
	cv.series(1, "Close to leaving", lookTwo, reviewSeries(r, ofReport(leavingOf)))
	aside := ""
	for _, x := range []struct {
		name   string
		look   look
		points []point
	}{{"Tension, set aside", lookOne, asidePoints(r, conflictOf)}, {"Close to leaving, set aside", lookTwo, asidePoints(r, leavingOf)}} {
		if len(x.points) > 0 {
			cv.hollow(1, x.name, x.look, x.points)
			aside = " Hollow marks are weeks that are set aside and count nowhere; the table says why."
		}
	}
	var tension, leaving, criterion []level
	for _, p := range r.Phases {
		if p.Conflict.Mean != nil {
			tension = append(tension, level{p.Phase, *p.Conflict.Mean})
		}
		if p.Leaving.Mean != nil {
			leaving = append(leaving, level{p.Phase, *p.Leaving.Mean})
		}
		if p.Mark != nil {
			criterion = append(criterion, level{p.Phase, *p.Mark})
		}
	}
	cv.steps(0, "Dose", lookRule, 2, doses(phases))
	cv.steps(1, "", look{lookOne.colour, "solid", ""}, 1, tension)
	cv.steps(1, "", look{lookTwo.colour, "dashed", ""}, 1, leaving)
	if o.criterion {
		cv.steps(1, "Criterion", look{lookRule.colour, "dotted", ""}, 2, criterion)
	}
	drawn := linesDrawn(r, o)
	for _, line := range drawn {
		cv.slope(1, line.name, line.look, line.points)
	}
	caption := "Above, what the client did against the dose. Below, the partner’s weekly scores with phase means. Gaps are weeks without a report." + aside
	if o.withoutLate {
		caption += " Late reports are left out."
	}
	return chart{ID: "outcomes", Two: true, Key: cv.key, Option: cv.option(), Caption: caption, Table: weekTable(r, drawn)}
}

// newCareChart draws done, noticed and felt real in one panel.
func newCareChart(r models.Review) chart {
	cv, phases := reviewCanvas(r)
	cv.panel("Times a week, and 0 to 10 for how real it felt", 10)
	cv.phases(phases, phaseName)
	done, noticed, felt := reviewSeries(r, ofCheckin(doneOf)), reviewSeries(r, ofReport(noticedOf)), reviewSeries(r, ofReport(realOf))
	cv.bars(0, "Done", lookThree.colour, done)
	cv.series(0, "Noticed", lookTwo, noticed)
	cv.series(0, "Felt real", lookOne, felt)
	return chart{ID: "care", Key: cv.key, Option: cv.option(), Caption: "Done is the client’s count, noticed and felt real are the partner’s. Noticing less than was done is normal. How real it felt says nothing about motives.",
		Table: columns("Done, noticed, felt real", r, []string{"Done", "Noticed", "Felt real"}, done, noticed, felt)}
}

// newForecastChart draws the client's forecast against the partner's score.
func newForecastChart(r models.Review) chart {
	cv, phases := reviewCanvas(r)
	cv.panel("Tension, 0 to 10", 10)
	cv.phases(phases, phaseName)
	forecast, score := reviewSeries(r, ofCheckin(forecastOf)), reviewSeries(r, ofReport(conflictOf))
	cv.series(0, "Client’s forecast", lookTwo, forecast)
	cv.series(0, "Partner’s score", lookOne, score)
	return chart{ID: "forecast", Key: cv.key, Option: cv.option(), Caption: "How well the client reads the partner: forecast and score for the same week.",
		Table: columns("Forecast and score", r, []string{"Client’s forecast", "Partner’s score"}, forecast, score)}
}

// columns makes a table of series over the weeks of a review.
func columns(caption string, r models.Review, head []string, series ...[]point) table {
	t := table{Caption: caption, Head: append([]string{"Week of", "Phase"}, head...)}
	for _, p := range r.Phases {
		for _, w := range p.Weeks {
			row, some := []string{w.Week.Monday().Long(), p.Phase.Name}, false
			for _, s := range series {
				text := "–"
				for _, x := range s {
					if x.week == w.Week && !x.ends && x.value != nil {
						text, some = itoa(int(*x.value)), true
					}
				}
				row = append(row, text)
			}
			if some {
				t.Rows = append(t.Rows, row)
			}
		}
	}
	return t
}
