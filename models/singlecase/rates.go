package singlecase

// Span is the least and the greatest of some shares, each in per cent.
type Span struct{ Least, Most float64 }

// Rates says how often a label is given, in per cent of simulated couples. The
// couples score whole numbers from 0 to 10 around 6 with a standard deviation of
// 1.5, report every week and are judged once, with the smallest worthwhile
// change at 1 point: with 5 and 5 to 8 and 8 weeks, or for going back with 16
// weeks of A-B-A-B whose schedule is drawn among the 35 with three weeks or more
// a phase. The least and the greatest rate of these designs are given. Other
// couples have other rates: scores that vary more find less.
type Rates struct {
	// Nothing is for couples for whom nothing changes; lag 0 to .4.
	Nothing Span
	// Drifting is for couples for whom the plan does nothing and who were already
	// going the way of the label by .15 to .25 points a week; lag .2. No A-B series
	// tells them from the others, and more weeks make it worse.
	Drifting Span
	// Crisis is for couples for whom nothing changes and who were first asked in a
	// week of 8 or more; lag .4. For worse it was not simulated and is zero.
	Crisis Span
	// Two and Three are for couples whose level moves by so many points at once
	// and for good; lag .2.
	Two, Three Span
}

// rates are of two million couples in each cell, those of going back of 200,000.
var rates = map[Label]Rates{
	ProbablyBetter:       {Nothing: Span{1.5, 5.5}, Drifting: Span{9.0, 30.1}, Crisis: Span{6.7, 8.4}, Two: Span{37.8, 51.6}, Three: Span{65.7, 79.7}},
	ClearlyBetter:        {Nothing: Span{.5, 3.5}, Drifting: Span{5.2, 18.2}, Crisis: Span{2.3, 4.1}, Two: Span{24.6, 39.0}, Three: Span{49.2, 66.3}},
	ConfirmedByGoingBack: {Nothing: Span{1.2, 2.3}, Drifting: Span{3.9, 4.0}, Crisis: Span{4.7, 4.7}, Two: Span{51.4, 51.4}, Three: Span{85.3, 85.3}},
	ProbablyWorse:        {Nothing: Span{1.5, 5.5}, Drifting: Span{8.9, 28.9}, Two: Span{37.7, 51.5}, Three: Span{64.6, 79.0}},
	ClearlyWorse:         {Nothing: Span{.5, 3.5}, Drifting: Span{5.2, 18.1}, Two: Span{24.6, 39.0}, Three: Span{49.2, 66.2}},
}

// Rates gives the error rates and the power of a label; a sure label counts as
// the less sure one of its kind too. It is false for labels that say nothing.
func (l Label) Rates() (r Rates, ok bool) {
	r, ok = rates[l]
	return r, ok
}
