package models

import "enough/models/singlecase"

// BaselineLines are the lines that the baseline gives for the primary outcome
// of the reviewed phase, to lay over the weeks up to the end of that phase. They
// may leave the scale of 0 to 10.
type BaselineLines struct {
	Item     string // ItemConflict or ItemLeaving
	From, To Week   // the first week of the baseline, the last of the reviewed phase
	Why      string // why there are none; empty when there are
	trend    singlecase.TheilSenLine
	lowered  singlecase.CriterionLines
}

// BaselineLines gives the lines of the baseline as the weeks of the review have
// them.
func (r Review) BaselineLines() BaselineLines {
	if len(r.Phases) == 0 || r.Phases[0].Phase.Kind != Baseline {
		return BaselineLines{Why: "There is no baseline."}
	}
	reviewed := r.Reviewed().Phase
	l := BaselineLines{Item: reviewed.Outcome, From: r.Phases[0].Phase.Start, To: reviewed.LastWeek()}
	a := r.Series(r.Phases[0], l.Item)
	lowered, ok := singlecase.BaselineLines(a)
	l.trend, l.lowered = singlecase.TheilSen(a), lowered
	switch {
	case len(a.Points) == 0:
		l.Why = "It takes two baseline weeks with an answer. There is none."
	case !ok || l.trend.Why != "":
		l.Why = "It takes two baseline weeks with an answer. There is one."
	}
	return l
}

// Slope is the Theil–Sen trend of the baseline in points a calendar week;
// falling, which is better, is negative.
func (l BaselineLines) Slope() float64 {
	slope, _ := l.trend.Slope.Get()
	return slope
}

// Trend is where the Theil–Sen trend of the baseline stands in a week.
func (l BaselineLines) Trend(w Week) float64 {
	intercept, _ := l.trend.Intercept.Get()
	return intercept + l.Slope()*l.place(w)
}

// LoweredMean is the mean of the baseline less a quarter of its standard
// deviation, the same in every week.
func (l BaselineLines) LoweredMean(Week) float64 { return l.lowered.MeanLine }

// LoweredTrend is where the least-squares trend of the baseline, less a quarter
// of its standard deviation, stands in a week.
func (l BaselineLines) LoweredTrend(w Week) float64 {
	return l.lowered.TrendIntercept + l.lowered.TrendSlope*l.place(w)
}

// place counts weeks as Series does, from 1 at the first week of the experiment.
func (l BaselineLines) place(w Week) float64 { return float64(w.Since(l.From) + 1) }
