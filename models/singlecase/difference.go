package singlecase

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// MeanDifference is the mean of the later phase less that of the earlier one.
type MeanDifference struct {
	Value Number `json:"value"`
	SE    Number `json:"se"`
	DF    Number `json:"df"`
	Lo    Number `json:"lo"` // 95 % interval
	Hi    Number `json:"hi"`
	P     Number `json:"p"` // two-sided
	Why   string `json:"why,omitempty"`
}

// CompareMeans gives mean B - mean A in points, without bound, negative when
// lower and so better, with Welch's interval (Welch 1947, Biometrika 34, 28, with
// Satterthwaite's degrees of freedom). The interval takes weeks to be
// independent; it is undefined for fewer than two observed weeks in a phase, or
// when neither phase varies. The difference is undefined when a phase has no
// observed week.
func CompareMeans(a, b Phase) MeanDifference {
	before, after := a.Scores(), b.Scores()
	m, n := float64(len(before)), float64(len(after))
	if m == 0 || n == 0 {
		return MeanDifference{Why: emptyPhase}
	}
	value := mean(after) - mean(before)
	d := MeanDifference{Value: Defined(value)}
	if m < 2 || n < 2 {
		d.Why = "interval needs 2 observed weeks in each phase"
		return d
	}
	va, vb := variance(before)/m, variance(after)/n
	if va+vb == 0 {
		d.Why = "no variation in either phase"
		return d
	}
	se := math.Sqrt(va + vb)
	df := (va + vb) * (va + vb) / (va*va/(m-1) + vb*vb/(n-1))
	d.SE, d.DF = Defined(se), Defined(df)
	_, d.P, d.Lo, d.Hi = studentTest(value, se, df)
	return d
}

// studentTest gives t, its two-sided p and the 95 % interval of an estimate.
func studentTest(value, se, df float64) (t, p, lo, hi Number) {
	if !(se > 0) || !(df > 0) || math.IsInf(se, 0) || math.IsInf(df, 0) {
		return Number{}, Number{}, Number{}, Number{}
	}
	student := distuv.StudentsT{Sigma: 1, Nu: df}
	half := -student.Quantile(.025) * se
	return Defined(value / se), Defined(2 * student.Survival(math.Abs(value/se))), Defined(value - half), Defined(value + half)
}

// MedianDifference is the median of the later phase less that of the earlier
// one.
type MedianDifference struct {
	Value Number `json:"value"`
	Why   string `json:"why,omitempty"`
}

// CompareMedians gives median B - median A in points, negative when lower and so
// better. It is undefined when a phase has no observed week.
func CompareMedians(a, b Phase) MedianDifference {
	if len(a.Points) == 0 || len(b.Points) == 0 {
		return MedianDifference{Why: emptyPhase}
	}
	return MedianDifference{Value: Defined(median(b.Scores()) - median(a.Scores()))}
}

// CompareSeam gives the immediacy of a change (Kratochwill et al. 2010): the
// median of the first three observed weeks of B less that of the last three of
// A, or of as many as there are. It is in points, negative when lower and so
// better, and undefined when a phase has no observed week or the phases do not
// follow each other in the calendar.
func CompareSeam(a, b Phase) MedianDifference {
	if !follows(a, b) {
		return MedianDifference{Why: notAdjacent}
	}
	last, first := a.ordered(), b.ordered()
	return CompareMedians(Phase{Points: last[max(0, len(last)-3):]}, Phase{Points: first[:min(3, len(first))]})
}

// LogRatio is the logarithm of the ratio of the means.
type LogRatio struct {
	Value       Number `json:"value"`
	SE          Number `json:"se"`
	Lo          Number `json:"lo"` // 95 % interval
	Hi          Number `json:"hi"`
	Percent     Number `json:"pct_change"`
	PercentLo   Number `json:"pct_lo"`
	PercentHi   Number `json:"pct_hi"`
	Uncorrected Number `json:"uncorrected"` // for the bias of short phases
	Truncated   bool   `json:"truncated"`   // a mean lay below the floor
	Why         string `json:"why,omitempty"`
}

// CompareLogRatio gives the decreasing log response ratio with its correction
// for bias (Pustejovsky 2015, Psychological Methods 20, 342; 2018, J. School
// Psychology), ln of mean B over mean A, without bound; negative is better. A mean below 1/(2n)
// and a variance below 1/n³ are raised to that, as for counts, since a phase of
// zeros has no logarithm; for a rating the floor is arbitrary and the index is
// for export only. It is undefined for fewer than two observed weeks in a phase.
func CompareLogRatio(a, b Phase) LogRatio {
	before, after := a.Scores(), b.Scores()
	if len(before) == 0 || len(after) == 0 {
		return LogRatio{Why: emptyPhase}
	}
	ma, pa, floorA := raised(before)
	mb, pb, floorB := raised(after)
	r := LogRatio{Uncorrected: Defined(math.Log(mb) - math.Log(ma)), Truncated: floorA || floorB}
	if len(before) < 2 || len(after) < 2 {
		r.Why = "needs 2 observed weeks in each phase"
		return r
	}
	value := math.Log(mb) + pb/2 - math.Log(ma) - pa/2
	se := math.Sqrt(pa + pb)
	percent := func(x float64) Number { return Defined(100 * math.Expm1(x)) }
	r.Value, r.SE, r.Lo, r.Hi = Defined(value), Defined(se), Defined(value-z95*se), Defined(value+z95*se)
	r.Percent, r.PercentLo, r.PercentHi = percent(value), percent(value-z95*se), percent(value+z95*se)
	return r
}

// raised gives a mean no lower than the floor, the squared relative error of it,
// and whether the floor was reached.
func raised(scores []float64) (m, relative float64, floored bool) {
	n := float64(len(scores))
	floor := 1 / (2 * n)
	m = max(mean(scores), floor)
	return m, max(variance(scores), 1/(n*n*n)) / (n * m * m), mean(scores) < floor
}

// SMD is the difference of the means in standard deviations.
type SMD struct {
	Value  Number    `json:"value"`
	SE     Number    `json:"se"`
	Lo     Number    `json:"lo"` // 95 % interval
	Hi     Number    `json:"hi"`
	SD     Number    `json:"sd,omitzero"`
	Why    string    `json:"why,omitempty"`
	Pooled PooledSMD `json:"pooled"`
}

// PooledSMD is [SMD] by the standard deviation of both phases.
type PooledSMD struct {
	Value Number `json:"value"`
	SE    Number `json:"se"`
	Lo    Number `json:"lo"`
	Hi    Number `json:"hi"`
	SD    Number `json:"sd,omitzero"`
	Why   string `json:"why,omitempty"`
}

// CompareSMD gives the within-case standardised mean difference (Gingerich
// 1984), mean A - mean B over the standard deviation of A, with Hedges's
// correction (1981); positive is better, without bound. It is not Cohen's d
// between people, and its usual benchmarks do not apply. It is undefined for
// fewer than three observed weeks in A, where the correction is 0, and when A
// does not vary; its standard error for one observed week in B. The pooled form
// needs two observed weeks in each phase and some variation.
func CompareSMD(a, b Phase) SMD {
	before, after := a.Scores(), b.Scores()
	m, n := float64(len(before)), float64(len(after))
	if m == 0 || n == 0 {
		return SMD{Why: emptyPhase, Pooled: PooledSMD{Why: emptyPhase}}
	}
	drop, va, vb := mean(before)-mean(after), variance(before), variance(after)
	var s SMD
	switch {
	case m < 3:
		s.Why = "baseline SD version needs 3 observed weeks in A"
	case va == 0:
		s.Why = "no variation in A"
	default:
		s.Value, s.SE, s.Lo, s.Hi = standardised(drop, math.Sqrt(va), m-1, 1/m+vb/(n*va))
		s.SD = Defined(math.Sqrt(va))
	}
	pooled := ((m-1)*va + (n-1)*vb) / (m + n - 2)
	if m < 2 || n < 2 || pooled == 0 {
		s.Pooled.Why = "needs 2 observed weeks in each phase and some variation"
		return s
	}
	s.Pooled.Value, s.Pooled.SE, s.Pooled.Lo, s.Pooled.Hi = standardised(drop, math.Sqrt(pooled), m+n-2, 1/m+1/n)
	s.Pooled.SD = Defined(math.Sqrt(pooled))
	return s
}

// standardised divides by a standard deviation with df degrees of freedom;
// spread is the variance of the difference in squared standard deviations.
func standardised(drop, sd, df, spread float64) (value, se, lo, hi Number) {
	correction := 1 - 3/(4*df-1)
	d := correction * drop / sd
	e := correction * math.Sqrt(spread+d*d/(2*df))
	return Defined(d), Defined(e), Defined(d - z95*e), Defined(d + z95*e)
}

// The instrument of the reliable change index when none is known: a standard
// deviation of 2 points in a sample and a retest reliability of .80. They are no
// values of any scale; a home-made item has none, and then the index must not be
// shown.
const (
	referenceSD          = 2
	referenceReliability = .8
)

// ReliableChange is the difference of the means against the error of the
// instrument.
type ReliableChange struct {
	Value       Number `json:"value"`
	Reliability Number `json:"reliability"`
	SD          Number `json:"sd_reference"`
	SDiff       Number `json:"s_diff"`
	Threshold   Number `json:"threshold_points"` // the least reliable change
	Reliable    bool   `json:"reliable"`
	Improved    bool   `json:"improved"` // reliably
	// OwnSD uses the baseline's own standard deviation, which makes it another
	// index; undefined when the baseline does not vary.
	OwnSD Number `json:"sd_a_version"`
	Why   string `json:"why,omitempty"`
}

// CompareReliably gives the reliable change index of the phase means (Jacobson &
// Truax 1991, J. Consulting and Clinical Psychology 59, 12), (mean B - mean A)
// over sd × sqrt(2 (1 - r)), without bound; negative is better, and beyond ±1.96
// the change is reliable. Standard deviation and reliability are placeholders, see above. It
// is undefined when a phase has no observed week.
func CompareReliably(a, b Phase) ReliableChange {
	before, after := a.Scores(), b.Scores()
	if len(before) == 0 || len(after) == 0 {
		return ReliableChange{Why: emptyPhase}
	}
	change := mean(after) - mean(before)
	noise := math.Sqrt(2 * (1 - referenceReliability))
	c := ReliableChange{
		Value: Defined(change / (referenceSD * noise)), Reliability: Defined(referenceReliability), SD: Defined(referenceSD),
		SDiff: Defined(referenceSD * noise), Threshold: Defined(z95 * referenceSD * noise),
		Reliable: math.Abs(change) > z95*referenceSD*noise,
		OwnSD:    Defined(change / (math.Sqrt(variance(before)) * noise)),
	}
	c.Improved = c.Reliable && change < 0
	return c
}
