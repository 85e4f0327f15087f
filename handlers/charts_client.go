package handlers

import (
	"enough/models"
)

// newOwnChart draws the client's own numbers: what was done against the plan,
// and what he rated and guessed. Its axes depend on the calendar and on his own
// entries alone.
func newOwnChart(k models.ClientCase, checkins []models.Checkin) chart {
	first, last := k.Phases[0].Start, k.Today.Week()
	for _, c := range checkins {
		last = max(last, c.Week)
	}
	last = max(last, first)
	byWeek := map[models.Week]*models.Checkin{}
	top := 0
	for i, c := range checkins {
		byWeek[c.Week] = &checkins[i]
		if c.Done != nil {
			top = max(top, *c.Done)
		}
	}
	var done, tension, forecast []point
	t := table{Caption: "Your numbers by week", Head: []string{"Week of", "Plan", "Done", "Effort", "Tension", "Guess"}}
	for w := first; w <= last; w = w.Add(1) {
		c := byWeek[w]
		p, asked := k.Phase(w)
		if c == nil && asked && p.Kind == models.FollowUp && !p.AsksIn(w) {
			continue
		}
		if c == nil {
			done, tension, forecast = append(done, point{week: w}), append(tension, point{week: w}), append(forecast, point{week: w})
			if asked && p.AsksIn(w) && !k.Excused[w] && w < k.Today.Week() {
				t.Rows = append(t.Rows, []string{w.Monday().Long(), digits(p.Dose), "No entry", "", "", ""})
			}
			continue
		}
		done = append(done, intPoint(w, c.Done))
		tension = append(tension, intPoint(w, &c.Tension))
		forecast = append(forecast, intPoint(w, &c.Forecast))
		t.Rows = append(t.Rows, []string{w.Monday().Long(), digits(p.Dose), digits(c.Done), digits(c.Effort), itoa(c.Tension), itoa(c.Forecast)})
	}
	cv := newCanvas(first, last)
	cv.panel("Times a week", countTop(top))
	cv.panel("0 to 10", 10)
	cv.phases(k.Phases, clientPhaseName)
	cv.bars(0, "Done", lookOne.colour, done)
	cv.series(1, "Tension", lookOne, tension)
	cv.series(1, "Your guess of "+k.PartnerPronoun.Possessive()+" number", lookTwo, forecast)
	cv.steps(0, "Plan", lookRule, 2, doses(k.Phases))
	return chart{ID: "own-chart", Caption: "What you did against the plan, how tense you found it, and what you guessed. A gap is a week without an entry.", Two: true, Option: cv.option(), Table: t}
}

// clientPhaseName names a phase on the client's charts.
func clientPhaseName(p models.Phase) string {
	switch p.Kind {
	case models.Baseline:
		return "Before"
	case models.Withdrawal:
		return "As before"
	case models.Hold:
		return "Pause"
	case models.FollowUp:
		return "Follow-up"
	}
	if p.Dose == nil {
		return "Plan"
	}
	return digits(p.Dose) + "×"
}

// newSharedChart draws the weekly values of a snapshot. A week that was not
// shared and a week without a report are the same gap.
func newSharedChart(k models.ClientCase, s models.Snapshot, n int, large bool) chart {
	first := s.LastWeek
	if len(k.Phases) > 0 {
		first = min(first, k.Phases[0].Start)
	}
	t := table{Caption: "What was shared, by week", Head: []string{"Week of"}}
	items := []struct{ item, name string }{}
	if s.Has(models.ItemNoticed) {
		items = append(items, struct{ item, name string }{models.ItemNoticed, "Noticed"})
	}
	if s.Has(models.ItemConflict) {
		items = append(items, struct{ item, name string }{models.ItemConflict, "Tension"})
	}
	points := make([][]point, len(items))
	for i := range items {
		t.Head = append(t.Head, items[i].name)
	}
	for w := first; w <= s.LastWeek; w = w.Add(1) {
		row, any := []string{w.Monday().Long()}, false
		for i := range items {
			value := s.At(items[i].item, string(w))
			if value == nil {
				points[i], row = append(points[i], point{week: w}), append(row, "–")
				continue
			}
			any = true
			points[i] = append(points[i], point{week: w, value: value.Value})
			text := itoa(int(*value.Value))
			if items[i].item == models.ItemNoticed {
				text = models.NoticedText(int(*value.Value))
			}
			row = append(row, text)
		}
		if any {
			t.Rows = append(t.Rows, row)
		}
	}
	draw := func(large bool) map[string]any {
		cv := newCanvas(first, s.LastWeek)
		cv.large = large
		for i := range items {
			if items[i].item == models.ItemNoticed {
				cv.panel("Times noticed, 6 stands for 6 or more", 6)
			} else {
				cv.panel("Tension, 0 calm to 10 as bad as ever", 10)
			}
		}
		cv.phases(k.Phases, clientPhaseName)
		for i := range items {
			if items[i].item == models.ItemNoticed {
				cv.bars(i, "Noticed", lookOne.colour, points[i])
			} else {
				cv.series(i, "Tension", lookOne, points[i])
			}
		}
		return cv.option()
	}
	c := chart{ID: "shared-chart-" + itoa(n), Caption: "What was shared, week by week. A gap is a week that is not part of it.", Two: len(items) == 2, Option: draw(false), Table: t}
	if large {
		c.Wide = draw(true)
	}
	return c
}
