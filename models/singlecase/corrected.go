package singlecase

import (
	"encoding/json"
	"slices"
)

// TauBC is Tau if the trend of the baseline had gone on: the Theil-Sen line of A,
// over calendar weeks, is taken from all weeks (Tarlow 2017, Behavior
// Modification 41, 427). It runs from -1 to 1 and positive is better than the
// trend would have been. Corrected scores closer than 1e-9 are ties, since ties
// would otherwise hang on rounding. With three to eight baseline weeks it often
// turns the sign of Tau without cause. It is undefined for fewer than two
// observed weeks in A or none in B; tau b when all scores are equal.
type TauBC struct {
	Value     Number `json:"value"` // always corrected, divided by all pairs
	SE        Number `json:"se"`
	Lo        Number `json:"lo"` // 95 % interval, too narrow: the slope counts as known
	Hi        Number `json:"hi"`
	Slope     Number `json:"slope"` // what was subtracted, points a calendar week
	Intercept Number `json:"intercept"`
	TauB      Number `json:"tau_b"` // of the corrected scores
	Tarlow    Tarlow `json:"tarlow"`
	Why       string `json:"why,omitempty"`
}

// Tarlow corrects only where a test finds a trend in the baseline: when its exact
// Mann-Kendall p is at most .05, or beyond 300 observed weeks the normal p with
// continuity correction, which WhyP then says. Below five weeks that cannot happen.
type Tarlow struct {
	PExact    Number `json:"p_baseline_exact"`
	PCC       Number `json:"p_baseline_cc"` // normal, with continuity correction
	PNoCC     Number `json:"p_baseline_nocc"`
	Corrected bool   `json:"corrected"`
	Value     Number `json:"value"` // Kendall's tau b, corrected or not
	WhyP      string `json:"why_p_baseline_exact,omitempty"`
}

// MarshalJSON leaves out what an undefined index does not have.
func (t TauBC) MarshalJSON() ([]byte, error) {
	if t.Why != "" {
		return undefined("value", t.Why)
	}
	type plain TauBC
	return json.Marshal(plain(t))
}

func tauBC(a, b []Point, trend TheilSenLine, test MannKendall) TauBC {
	if len(b) == 0 || len(a) == 0 {
		return TauBC{Why: emptyPhase}
	}
	slope, ok := trend.Slope.Get()
	if !ok {
		return TauBC{Why: "needs 2 observed weeks in A"}
	}
	intercept, _ := trend.Intercept.Get()
	left := make([]float64, 0, len(a)+len(b))
	for _, p := range slices.Concat(a, b) {
		left = append(left, p.Score-intercept-slope*float64(p.Week))
	}
	join(left)
	before, after := left[:len(a)], left[len(a):]
	corrected := tau(before, after, nonoverlap(before, after))
	t := TauBC{
		Value: corrected.Value, SE: corrected.SE, Lo: corrected.Lo, Hi: corrected.Hi, TauB: corrected.TauB,
		Slope: trend.Slope, Intercept: trend.Intercept,
		Tarlow: Tarlow{PExact: test.PExact, PCC: test.P, PNoCC: test.pPlain, WhyP: test.WhyP, Value: corrected.TauB},
	}
	p, ok := test.PExact.Get()
	if !ok {
		if p, ok = test.P.Get(); ok {
			t.Tarlow.WhyP += ", so the normal p with continuity correction decides"
		}
	}
	if t.Tarlow.Corrected = ok && p <= .05+tie; !t.Tarlow.Corrected {
		_, before := coordinates(a)
		_, after := coordinates(b)
		t.Tarlow.Value = tau(before, after, nonoverlap(before, after)).TauB
	}
	return t
}

// join makes values equal that differ by rounding alone.
func join(values []float64) {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return sign(values[i] - values[j]) })
	for k := 1; k < len(order); k++ {
		if before := values[order[k-1]]; values[order[k]]-before < tie {
			values[order[k]] = before
		}
	}
}
