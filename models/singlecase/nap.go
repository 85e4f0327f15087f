package singlecase

import "math"

// NAP says in how many of all pairs of an earlier and a later week the later one
// is better.
type NAP struct {
	Value    Number `json:"value"`
	SE       Number `json:"se"` // unbiased without ties, too large with them
	Lo       Number `json:"lo"` // 95 % interval
	Hi       Number `json:"hi"`
	SEHanley Number `json:"se_hanley"`
	SENull   Number `json:"se_null"` // if nothing differed, without regard to ties
	Improved int    `json:"improved"`
	Tied     int    `json:"tied"`
	Worse    int    `json:"worse"`
	Pairs    int    `json:"pairs"`
	// POne is the exact p of so many better pairs or more; PTwo is two-sided.
	POne Number `json:"p_exact_one"`
	PTwo Number `json:"p_exact_two"`
	// SETieExact is unbiased with ties too, and undefined when its estimate of the
	// variance is negative.
	SETieExact Number `json:"se_tie_exact"`
	Why        string `json:"why,omitempty"`
	WhySE      string `json:"why_se,omitempty"`
	WhyP       string `json:"why_p_exact,omitempty"`
}

const emptyPhase = "needs an observed week in each phase"

// CompareNAP gives the nonoverlap of all pairs (Parker & Vannest 2009, Behavior
// Therapy 40, 357) of an earlier and a later phase. It runs from 0 (every later
// week is worse) over .5 (no difference) to 1 (every later week is better, which
// is lower); a tie counts half. It is undefined when a phase has no observed
// week.
//
// Lo and Hi are the interval of Newcombe 2006 (Statistics in Medicine 25, 559,
// method 5). SE is the unbiased form of Sen 1967 and Mee 1990, SEHanley that of
// Hanley & McNeil 1982 (Radiology 143, 29). All of them take the weeks to be
// independent, and SE needs two observed weeks in each phase. The exact p-values
// are those of the permutation test on midranks, for up to 300 weeks together.
func CompareNAP(a, b Phase) NAP {
	nap := nonoverlap(a.Scores(), b.Scores())
	switch {
	case nap.Why != "":
	case len(a.Points)+len(b.Points) > exactWeeks:
		nap.WhyP = tooManyWeeks
	default:
		nap.POne, nap.PTwo = exactNonoverlap(a.Scores(), b.Scores())
	}
	return nap
}

// nonoverlap counts the pairs and gives the estimate with its interval.
func nonoverlap(a, b []float64) NAP {
	m, n := len(a), len(b)
	if m == 0 || n == 0 {
		return NAP{Why: emptyPhase}
	}
	r := NAP{Pairs: m * n}
	// The score of a pair is 1, 0 or -1; sums of them are whole numbers.
	ofA, ofB := make([]int, m), make([]int, n)
	for i, before := range a {
		for j, after := range b {
			s := sign(before - after)
			ofA[i] += s
			ofB[j] += s
			switch s {
			case 1:
				r.Improved++
			case 0:
				r.Tied++
			case -1:
				r.Worse++
			}
		}
	}
	pairs, ms, ns := float64(r.Pairs), float64(m), float64(n)
	value := (float64(r.Improved) + float64(r.Tied)/2) / pairs
	lo, hi := newcombe(value, m, n)
	r.Value, r.Lo, r.Hi = Defined(value), Defined(lo), Defined(hi)

	// Mean squares of q - NAP over pairs, over rows and over columns, where q is
	// 1, .5 or 0.
	untied := float64(r.Improved + r.Worse)
	x := untied/pairs/4 - (value-.5)*(value-.5)
	squares := func(sums []int, size float64) (q float64) {
		for _, sum := range sums {
			d := float64(sum)/2 - size*(value-.5)
			q += d * d
		}
		return q
	}
	q1, q2 := squares(ofA, ns)/(ms*ns*ns), squares(ofB, ms)/(ms*ms*ns)
	half := .5 / pairs
	clamped := min(max(value, half), 1-half)
	own := clamped * (1 - clamped)
	r.SEHanley = Defined(math.Sqrt((own + (ns-1)*q1 + (ms-1)*q2) / pairs))
	r.SENull = Defined(math.Sqrt((ms + ns + 1) / (12 * pairs)))
	if m < 2 || n < 2 {
		r.WhySE = "standard error needs 2 observed weeks in each phase"
		return r
	}
	others := (ms - 1) * (ns - 1)
	r.SE = Defined(math.Sqrt((own + ns*q1 + ms*q2 - 2*x) / others))
	r.SETieExact = Defined(math.Sqrt((ns*q1 + ms*q2 - x + own - value*(1-value)) / others))
	return r
}

// newcombe solves method 5 of Newcombe 2006. The equation has a root at 0 and at
// 1 of its own when the estimate lies there; it is divided out first, since
// otherwise a complete separation of four weeks from four looks certain.
func newcombe(nap float64, m, n int) (lo, hi float64) {
	h := float64(m+n)/2 - 1
	apart := func(x float64) float64 { return float64(m) * float64(n) * (2 - x) * (1 + x) }
	noise := func(x float64) float64 { return z95 * z95 * (2 + h + (1+2*h)*x*(1-x)) }
	switch nap {
	case 0:
		return 0, root(func(x float64) float64 { return apart(x)*x - noise(x)*(1-x) }, 0, 1)
	case 1:
		return root(func(x float64) float64 { return apart(x)*(1-x) - noise(x)*x }, 1, 0), 1
	}
	f := func(x float64) float64 { return apart(x)*(nap-x)*(nap-x) - noise(x)*x*(1-x) }
	return root(f, nap, 0), root(f, nap, 1)
}

// root bisects between a place where f is negative and one where it is positive.
func root(f func(float64) float64, negative, positive float64) float64 {
	for math.Abs(positive-negative) > 1e-16 {
		middle := (negative + positive) / 2
		if middle == negative || middle == positive {
			break
		}
		if f(middle) < 0 {
			negative = middle
		} else {
			positive = middle
		}
	}
	return (negative + positive) / 2
}
