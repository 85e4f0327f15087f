package singlecase

import "math"

// Tau is A against B of all pairs (Parker, Vannest, Davis & Sauber 2011,
// Behavior Therapy 42, 284): 2 [NAP] - 1, from -1 (every later week is worse)
// over 0 to 1 (every later week is better, which is lower). A tie counts 0.
// Standard error and interval are those of NAP on this scale. It is undefined
// when a phase has no observed week, Kendall's tau b also when all scores are
// equal.
type Tau struct {
	Value Number `json:"value"`
	SE    Number `json:"se"`
	Lo    Number `json:"lo"` // 95 % interval
	Hi    Number `json:"hi"`
	S     Number `json:"S"` // better pairs less worse ones
	// TauB divides by the square root of the pairs that are not tied in the score
	// times those that are not tied in the phase; for equal phases it hardly passes
	// .71, so it must not stand beside Value. Its z comes without (Z) and with (ZCC)
	// continuity correction.
	TauB     Number `json:"tau_b"`
	TauBVarS Number `json:"tau_b_var_s"`
	TauBZ    Number `json:"tau_b_z"`
	TauBZCC  Number `json:"tau_b_z_cc"`
	Why      string `json:"why,omitempty"`
}

func tau(a, b []float64, nap NAP) Tau {
	if nap.Why != "" {
		return Tau{Why: nap.Why}
	}
	s := float64(nap.Improved - nap.Worse)
	t := Tau{
		Value: Defined(s / float64(nap.Pairs)),
		SE:    scaled(nap.SE, 2, 0), Lo: scaled(nap.Lo, 2, -1), Hi: scaled(nap.Hi, 2, -1),
		S: Defined(s),
	}
	pooled := append(append([]float64{}, a...), b...)
	v := varianceOfSBetween(pooled, len(a), len(b))
	t.TauBVarS = Defined(v)
	if untied := untiedPairs(pooled); untied > 0 {
		t.TauB = Defined(s / math.Sqrt(float64(untied)*float64(nap.Pairs)))
		t.TauBZ, _ = normalTest(s, v)
		t.TauBZCC, _ = normalTest(s-float64(sign(s)), v)
	}
	return t
}

// scaled is factor × n + plus, undefined where n is.
func scaled(n Number, factor, plus float64) Number {
	if value, ok := n.Get(); ok {
		return Defined(factor*value + plus)
	}
	return Number{}
}

// varianceOfSBetween is Kendall's variance of S with ties in the scores and in
// the phase, of which there are only two values.
func varianceOfSBetween(pooled []float64, m, n int) float64 {
	if !varies(pooled) {
		return 0
	}
	spread := func(sizes []int) (two, three, five float64) {
		for _, size := range sizes {
			t := float64(size)
			two += t * (t - 1)
			three += t * (t - 1) * (t - 2)
			five += t * (t - 1) * (2*t + 5)
		}
		return two, three, five
	}
	all2, all3, all5 := spread([]int{m + n})
	score2, score3, score5 := spread(tieSizes(pooled))
	phase2, phase3, phase5 := spread([]int{m, n})
	v := (all5-score5-phase5)/18 + score2*phase2/(2*all2)
	if all3 > 0 {
		v += score3 * phase3 / (9 * all3)
	}
	return v
}

// TauU is “A against B less trend of A” (Parker, Vannest, Davis & Sauber 2011),
// (SAB - SA) divided by the pairs between the phases; positive is better. It is
// not bounded by 1, has no valid standard error, and other programs print other
// quantities under its name: it is for export only. Ties count 0; weeks enter by
// order alone, and a baseline of one week has no trend. It is undefined when a
// phase has no observed week.
type TauU struct {
	Value Number `json:"value"`
	SAB   Number `json:"s_ab"` // better pairs less worse ones between the phases
	SA    Number `json:"s_a"`  // the same between earlier and later weeks of A
	Why   string `json:"why,omitempty"`
}

func tauU(trend MannKendall, nap NAP) TauU {
	if nap.Why != "" {
		return TauU{Why: nap.Why}
	}
	rising, _ := trend.S.Get()
	between := float64(nap.Improved - nap.Worse)
	return TauU{
		Value: Defined((between + rising) / float64(nap.Pairs)),
		SAB:   Defined(between), SA: Defined(-rising),
	}
}

// PND is the share of later weeks that beat the best week of the baseline.
type PND struct {
	Value Number `json:"value"`
	Count int    `json:"count"`
	BestA Number `json:"best_a"`
	Why   string `json:"why,omitempty"`
}

// ComparePND gives the percentage of nonoverlapping data as a share from 0 to 1
// (Scruggs, Mastropieri & Casto 1987, Remedial and Special Education 8(2), 24):
// later weeks strictly below the lowest of A. A tie does not count. One odd week
// in A ruins it, and it falls with the length of A. It is undefined when a phase
// has no observed week.
func ComparePND(a, b Phase) PND {
	before, after := a.Scores(), b.Scores()
	if len(before) == 0 || len(after) == 0 {
		return PND{Why: emptyPhase}
	}
	best, _, _ := Range(before)
	count := 0
	for _, s := range after {
		if s < best {
			count++
		}
	}
	return PND{Value: Defined(float64(count) / float64(len(after))), Count: count, BestA: Defined(best)}
}

// PEM is the share of later weeks beyond the median of the baseline.
type PEM struct {
	Value   Number `json:"value"`
	Strict  Number `json:"strict"` // ties do not count
	MedianA Number `json:"median_a"`
	Why     string `json:"why,omitempty"`
}

// ComparePEM gives the percentage exceeding the median as a share from 0 to 1
// (Ma 2006, Behavior Modification 30, 598): later weeks below the median of A.
// A week at the median (nearer than 1e-9) counts half in Value and not at all in
// Strict. It is undefined when a phase has no observed week.
func ComparePEM(a, b Phase) PEM {
	before, after := a.Scores(), b.Scores()
	if len(before) == 0 || len(after) == 0 {
		return PEM{Why: emptyPhase}
	}
	middle, below, at := median(before), 0.0, 0.0
	for _, s := range after {
		switch {
		case s < middle-tie:
			below++
		case s <= middle+tie:
			at++
		}
	}
	n := float64(len(after))
	return PEM{Value: Defined((below + at/2) / n), Strict: Defined(below / n), MedianA: Defined(middle)}
}

// Share is an index that is a bare share of weeks.
type Share struct {
	Value Number `json:"value"`
	Why   string `json:"why,omitempty"`
}

// ComparePAND gives the percentage of all nonoverlapping data as a share from 0
// to 1 (Parker, Hagan-Burke & Vannest 2007; the form of Pustejovsky 2019,
// Psychological Methods 24, 217): the most weeks that one cut can put on their
// own side, A above it and B at or below it. It cannot fall below the share of
// the longer phase, so even deterioration looks fair: it is for export only. It
// is undefined when a phase has no observed week.
func ComparePAND(a, b Phase) Share {
	before, after := a.Scores(), b.Scores()
	if len(before) == 0 || len(after) == 0 {
		return Share{Why: emptyPhase}
	}
	best := len(before) // the cut below all scores
	for _, cut := range append(b.Scores(), before...) {
		right := 0
		for _, s := range before {
			if s > cut {
				right++
			}
		}
		for _, s := range after {
			if s <= cut {
				right++
			}
		}
		best = max(best, right)
	}
	return Share{Value: Defined(float64(best) / float64(len(before)+len(after)))}
}

// ird is the robust improvement rate difference (Parker, Vannest &
// Davis 2011, Behavior Modification 35, 303), PAND on a scale where chance is
// near 0 and full separation is 1; higher is better. For phases of unequal
// length it cannot reach 0, and the index of the same name of 2009 is another
// number: it is for export only. It is undefined when a phase has no observed
// week.
func ird(pand Share, m, n int) Share {
	share, ok := pand.Value.Get()
	if !ok {
		return pand
	}
	all := float64(m + n)
	return Share{Value: Defined(1 - all*all/(2*float64(m)*float64(n))*(1-share))}
}
