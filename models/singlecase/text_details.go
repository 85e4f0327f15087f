package singlecase

import "fmt"

// item writes one index: its name with its variant, and what it is or why it is
// not.
func (t *text) item(name, why, format string, values ...any) {
	if why != "" {
		t.line("    %-58s undefined: %s", name, why)
		return
	}
	t.line("    %-58s %s", name, fmt.Sprintf(format, values...))
}

// besides writes the reason that a part of an index is missing.
func besides(why string) string {
	if why == "" {
		return ""
	}
	return " (" + why + ")"
}

func (t *text) phaseDetails(name string, d Description) {
	t.line("  Phase %s", name)
	slope := d.TheilSen
	t.item("slope a week, Theil-Sen", slope.Why, "%s, %s", signed(slope.Slope), between(slope.Lo, slope.Hi, "it runs beyond the steepest slopes"))
	few := ""
	if _, ok := d.OLSSlope.Get(); !ok {
		few = "fewer than 2 observed weeks"
	}
	t.item("slope a week, least squares", few, "%s", signed(d.OLSSlope))
	t.item("slope a week, split-middle", d.SplitMiddle.Why, "%s", signed(d.SplitMiddle.Slope))
	t.item("trend, Mann-Kendall", d.MannKendall.Why, "S %.0f, exact p %s%s", d.MannKendall.S.value, probability(d.MannKendall.PExact), besides(d.MannKendall.WhyP))
	t.lag("resemblance of neighbouring weeks, lag-1", d.Lag1)
	t.line("")
}

func (t *text) lag(name string, l Lag1) {
	if l.Why == "" && l.Pairs == 0 {
		l.Why = "no two neighbouring weeks are observed"
	}
	t.item(name, l.Why, "%s, corrected for bias %s, from %s", signed(l.Value), signed(l.Corrected), count(l.Pairs, "pair"))
}

// LeastCorrected is how many baseline weeks the corrected Tau needs to be shown:
// with fewer it turns the sign of Tau too often.
const LeastCorrected = 6

func (t *text) comparisonDetails(label string, observedA int, c Comparison) {
	t.line("  %s", label)
	t.differenceDetails(c)
	t.overlapDetails(c)
	t.correctedDetails(c.TauBC, observedA)
	t.lineDetails(c)
	t.line("    For export only:")
	t.item("Tau-U, A vs B - trend A (not bounded by 1)", c.TauU.Why, "%s", signed(c.TauU.Value))
	t.item("PND, share below the best week of A", c.PND.Why, "%s", shown(c.PND.Value))
	t.item("PEM, share below the median of A (ties half / none)", c.PEM.Why, "%s / %s", shown(c.PEM.Value), shown(c.PEM.Strict))
	t.item("PAND, best single cut", c.PAND.Why, "%s", shown(c.PAND.Value))
	t.item("IRD, robust", c.IRD.Why, "%s", shown(c.IRD.Value))
	t.item("LRR, decreasing, corrected for bias, floored", c.LRR.Why, "%s, %s", signed(c.LRR.Value), between(c.LRR.Lo, c.LRR.Hi, c.LRR.Why))
	t.item("SMD, by the SD of A, Hedges", c.SMD.Why, "%s, %s", signed(c.SMD.Value), between(c.SMD.Lo, c.SMD.Hi, "needs 2 observed weeks in B"))
	t.item("SMD, by the pooled SD, Hedges", c.SMD.Pooled.Why, "%s, %s", signed(c.SMD.Pooled.Value), between(c.SMD.Pooled.Lo, c.SMD.Pooled.Hi, c.SMD.Pooled.Why))
	t.item("RCI (SD 2 and r .80 are placeholders, of no known scale)", c.RCI.Why, "%s", signed(c.RCI.Value))
	t.line("")
}

func (t *text) differenceDetails(c Comparison) {
	if _, ok := c.MeanDiff.Value.Get(); ok {
		t.item("change of the mean", "", "%s", signed(c.MeanDiff.Value))
	}
	t.item("  Welch", c.MeanDiff.Why, "%s, df %s, p %s", between(c.MeanDiff.Lo, c.MeanDiff.Hi, c.MeanDiff.Why), shown(c.MeanDiff.DF), probability(c.MeanDiff.P))
	t.item("change of the median", c.MedianDiff.Why, "%s", signed(c.MedianDiff.Value))
}

func (t *text) overlapDetails(c Comparison) {
	t.item("NAP, interval by Newcombe's method 5", c.NAP.Why, "%s, %s", shown(c.NAP.Value), between(c.NAP.Lo, c.NAP.Hi, c.NAP.Why))
	t.item("  standard error (unbiased / exact with ties / Hanley)", c.NAP.Why, "%s / %s / %s%s", shown(c.NAP.SE), shown(c.NAP.SETieExact), shown(c.NAP.SEHanley), besides(c.NAP.WhySE))
	t.item("  exact permutation p (better / either way)", c.NAP.Why+c.NAP.WhyP, "%s / %s", probability(c.NAP.POne), probability(c.NAP.PTwo))
	t.item("Tau, A vs B, of all pairs", c.Tau.Why, "%s, %s", signed(c.Tau.Value), between(c.Tau.Lo, c.Tau.Hi, c.Tau.Why))
}

func (t *text) correctedDetails(bc TauBC, observedA int) {
	const name = "Tau if the trend of A had gone on (baseline-corrected)"
	if bc.Why == "" && observedA < LeastCorrected {
		t.item(name, "", "not shown for fewer than %d observed weeks in A", LeastCorrected)
	} else {
		t.item(name, bc.Why, "%s, %s", signed(bc.Value), between(bc.Lo, bc.Hi, bc.Why))
	}
	did := "not corrected"
	if bc.Tarlow.Corrected {
		did = "corrected"
	}
	noTauB := bc.Why
	if _, ok := bc.Tarlow.Value.Get(); !ok && noTauB == "" {
		noTauB = "no variation"
	}
	t.item("  Tarlow's rule, tau b", noTauB, "%s (%s: exact p of the trend of A %s%s)", signed(bc.Tarlow.Value), did, probability(bc.Tarlow.PExact), besides(bc.Tarlow.WhyP))
}

func (t *text) lineDetails(c Comparison) {
	cdc := c.CDC
	t.item("CDC, below mean and trend of A, each lowered by .25 SD", cdc.Why, "%d of %d, binomial p %s", cdc.Count, cdc.NB, probability(cdc.P))
	t.item("  the lines in week w", cdc.Why, "%s, and %s %s w", shown(cdc.MeanLine), shown(cdc.TrendIntercept), signed(cdc.TrendSlope))
	t.item("  DC, the lines not lowered", cdc.Why, "%d of %d, binomial p %s", cdc.DC.Count, cdc.NB, probability(cdc.DC.P))
	t.item("below the split-middle line of A", c.SplitMiddleTest.Why, "%d of %d, binomial p %s", c.SplitMiddleTest.Below, c.SplitMiddleTest.NB, probability(c.SplitMiddleTest.P))
	p := c.Piecewise
	t.item("change of level, piecewise regression, first week of B", p.Why, "%s, %s", signed(p.LevelChange.Value), between(p.LevelChange.Lo, p.LevelChange.Hi, p.WhySE))
	t.item("change of slope, piecewise regression", p.Why, "%s, %s", signed(p.SlopeChange.Value), between(p.SlopeChange.Lo, p.SlopeChange.Hi, p.WhySE))
	r := c.Randomization
	t.item("randomisation p, only if the start week was drawn by lot", r.Why, "%s (%s, least possible %s)", probability(r.P), count(r.Admissible, "start week"), probability(r.PMin))
}

func (t *text) seriesDetails(s Series) {
	t.line("  Whole series")
	t.lag("resemblance of neighbouring weeks, lag-1", s.Lag1)
	t.lag("  within phases, their means removed", s.Lag1WithinPhases)
	if s.ABAB != nil {
		t.item("randomisation p, only if the schedule was drawn by lot", s.ABAB.Why, "%s (%s, least possible %s)", probability(s.ABAB.P), count(s.ABAB.Admissible, "schedule"), probability(s.ABAB.PMin))
	}
	t.line("")
}
