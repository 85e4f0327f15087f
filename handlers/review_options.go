package handlers

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"

	"enough/models"
)

// reviewOptions are the switches of a review as its address has them: the lines
// of the first chart, and whether late reports count.
type reviewOptions struct {
	trend, dual, criterion bool
	withoutLate            bool
}

// readReviewOptions reads ?lines=trend,dual,criterion&late=without. What is
// not there stands as it is at first; what means nothing is passed over.
func readReviewOptions(q url.Values) reviewOptions {
	o := reviewOptions{dual: true, criterion: true, withoutLate: q.Get("late") == "without"}
	if q.Has("lines") {
		lines := strings.Split(strings.Join(q["lines"], ","), ",")
		o.trend, o.dual, o.criterion = slices.Contains(lines, "trend"), slices.Contains(lines, "dual"), slices.Contains(lines, "criterion")
	}
	return o
}

// address gives the review with these switches.
func (o reviewOptions) address(experimentID string) string {
	var lines []string
	for _, x := range []struct {
		on   bool
		name string
	}{{o.trend, "trend"}, {o.dual, "dual"}, {o.criterion, "criterion"}} {
		if x.on {
			lines = append(lines, x.name)
		}
	}
	to := reviewPath(experimentID) + "?lines=" + strings.Join(lines, ",")
	if o.withoutLate {
		to += "&late=without"
	}
	return to
}

// lineSwitches is the small form that chooses the lines of the first chart.
type lineSwitches struct {
	Action      string
	About       string // whose lines they are
	WithoutLate bool
	Boxes       []lineSwitch
	Why         string // why some lines cannot be had
	Slope       string // the baseline's trend in words
}

type lineSwitch struct {
	Value, Text, Hint string
	On, Never         bool // Never: there is no such line
}

func newLineSwitches(r models.Review, o reviewOptions) lineSwitches {
	lines := r.BaselineLines()
	none := lines.Why != ""
	s := lineSwitches{Action: reviewPath(r.Experiment.ID), About: models.ItemText(r.Reviewed().Phase.Outcome), WithoutLate: o.withoutLate, Why: lines.Why,
		Boxes: []lineSwitch{
			{"criterion", "Criterion", "", o.criterion, false},
			{"dual", "Both baseline lines, lowered", "mean and trend of the baseline, less a quarter of its SD", o.dual, none},
			{"trend", "Baseline trend, Theil–Sen", "as if it had gone on", o.trend, none}}}
	if !none {
		s.Slope = "In the baseline: " + slopeText(lines.Slope()) + " (Theil–Sen)."
	}
	return s
}

// slopeText writes a slope in points a week.
func slopeText(slope float64) string {
	switch text := fmt.Sprintf("%.2f", math.Abs(slope)); {
	case text == "0.00":
		return "level"
	case slope < 0:
		return "falling by " + text + " a week"
	default:
		return "rising by " + text + " a week"
	}
}

// drawnLine is one line of the baseline over the weeks to the end of the
// reviewed phase.
type drawnLine struct {
	name   string
	look   dashed
	points []point
}

// linesDrawn are the lines of the baseline that are switched on and can be had.
func linesDrawn(r models.Review, o reviewOptions) (list []drawnLine) {
	lines := r.BaselineLines()
	if lines.Why != "" {
		return nil
	}
	add := func(on bool, name string, l dashed, at func(models.Week) float64) {
		if !on {
			return
		}
		line := drawnLine{name: name, look: l}
		for w := lines.From; w <= lines.To; w = w.Add(1) {
			height := at(w)
			line.points = append(line.points, point{week: w, value: &height})
		}
		list = append(list, line)
	}
	add(o.dual, "Lowered mean", lookLoweredMean, lines.LoweredMean)
	add(o.dual, "Lowered trend, least squares", lookLoweredTrend, lines.LoweredTrend)
	add(o.trend, "Baseline trend, Theil–Sen", lookTrend, lines.Trend)
	return list
}

// at writes the height of the line in a week.
func (l drawnLine) at(w models.Week) string {
	for _, p := range l.points {
		if p.week == w {
			return decimal(*p.value)
		}
	}
	return "–"
}

// lateSwitch says how many weeks came late and leaves them out, or counts them
// again.
type lateSwitch struct {
	Words []string
	Act   *link
}

// newLateSwitch says what the reports that came late do to the numbers. weeks
// is how many there are.
func newLateSwitch(r models.Review, o reviewOptions, weeks int) lateSwitch {
	if weeks == 0 {
		return lateSwitch{Words: []string{"No partner report came late."}}
	}
	other := o
	other.withoutLate = !o.withoutLate
	s := lateSwitch{Act: &link{Href: other.address(r.Experiment.ID) + "#phases"}}
	if o.withoutLate {
		s.Words = []string{weeksText(weeks) + " left out: the partner’s report was saved after its Sunday."}
		s.Act.Text = "Count them again"
	} else {
		s.Words = []string{weeksText(weeks) + " with a partner report that was saved after its Sunday, counted like the others."}
		s.Act.Text = "Leave them out"
	}
	s.Words = append(s.Words, "Verdict and evidence always count all reports.")
	return s
}

func weeksText(n int) string {
	if n == 1 {
		return "1 week"
	}
	return itoa(n) + " weeks"
}
