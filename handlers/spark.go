package handlers

import (
	"fmt"
	"strings"

	"enough/models"
)

// A spark draws the last weeks of a case small: the partner's two scores over what
// was done. Each is told from the others by its form, and all is said in Label too.
type spark struct {
	Label             string
	Width, Height     int
	Conflict, Leaving []string // the runs of a line, between gaps
	Dots, Squares     []sparkPoint
	Planned, Done     []sparkBar
	Bounds            []int // where a phase begins
}

type sparkPoint struct{ X, Y int }

type sparkBar struct{ X, Y, Width, Height int }

// The measures of a spark, in units of its own.
const (
	sparkStep   = 20 // a week
	sparkScore  = 4  // a point of a score
	sparkTop    = 4
	sparkBars   = 12 // the highest bar
	sparkBottom = sparkTop + 10*sparkScore + 6 + sparkBars
)

func newSpark(weeks []models.CaseWeek) spark {
	s := spark{Width: sparkStep * len(weeks), Height: sparkBottom + 2}
	at := func(i, score int) sparkPoint {
		return sparkPoint{i*sparkStep + sparkStep/2, sparkTop + (10-score)*sparkScore}
	}
	line := func(pick func(models.CaseWeek) *int) (runs []string, points []sparkPoint) {
		var run []string
		for i, w := range weeks {
			if score := pick(w); score != nil {
				p := at(i, *score)
				points, run = append(points, p), append(run, fmt.Sprintf("%d,%d", p.X, p.Y))
				continue
			}
			runs, run = append(runs, strings.Join(run, " ")), nil
		}
		return append(runs, strings.Join(run, " ")), points
	}
	s.Conflict, s.Dots = line(func(w models.CaseWeek) *int { return w.Conflict })
	s.Leaving, s.Squares = line(func(w models.CaseWeek) *int { return w.Leaving })
	bar := func(i, of, dose int) sparkBar {
		h := min(of, dose) * sparkBars / max(dose, 1)
		return sparkBar{i*sparkStep + 5, sparkBottom - h, sparkStep - 10, h}
	}
	for i, w := range weeks {
		if i > 0 && w.Phase != weeks[i-1].Phase {
			s.Bounds = append(s.Bounds, i*sparkStep)
		}
		if w.Dose != nil && *w.Dose > 0 {
			s.Planned = append(s.Planned, bar(i, *w.Dose, *w.Dose))
			if w.Done != nil {
				s.Done = append(s.Done, bar(i, *w.Done, *w.Dose))
			}
		}
	}
	s.Label = sparkLabel(weeks)
	return s
}

// sparkLabel says what a spark draws.
func sparkLabel(weeks []models.CaseWeek) string {
	list := func(pick func(models.CaseWeek) *int) string {
		var words []string
		for _, w := range weeks {
			words = append(words, orElse(digits(pick(w)), "–"))
		}
		return strings.Join(words, ", ")
	}
	text := "The last " + itoa(len(weeks)) + " weeks. Tension " + list(func(w models.CaseWeek) *int { return w.Conflict }) +
		". Close to leaving " + list(func(w models.CaseWeek) *int { return w.Leaving }) + "."
	for _, w := range weeks {
		if w.Dose != nil {
			return text + " Done " + list(func(w models.CaseWeek) *int { return w.Done }) + "."
		}
	}
	return text
}
