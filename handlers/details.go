package handlers

import (
	"fmt"

	"enough/models"
	"enough/models/singlecase"
)

// detail is one number of a comparison with what it says and where it comes from.
type detail struct {
	name         string
	of           func(comparedPair) string
	says, source string
}

var details = []detail{
	{"Level: change of the median", func(x comparedPair) string { return moved(x.c.MedianDiff.Value, x.c.MedianDiff.Why) },
		"How far the middle week moved; one odd week hardly changes it.", "Kratochwill et al. 2010, level"},
	{"Change of the mean, Welch’s interval", func(x comparedPair) string {
		return withInterval(moved(x.c.MeanDiff.Value, x.c.MeanDiff.Why), x.c.MeanDiff.Lo, x.c.MeanDiff.Hi, moved, x.c.MeanDiff.Why)
	}, "How far the average moved, and how far it may truly have moved.", "Welch 1947"},
	{"Spread: SD and range", func(x comparedPair) string { return spread(x.ofA) + " → " + spread(x.ofB) },
		"How much weeks differ within a phase; the more, the less a single week says.", "Kratochwill et al. 2010, variability"},
	{"Immediacy", func(x comparedPair) string { return moved(x.immediacy.Value, x.immediacy.Why) },
		"The middle of the first three weeks against that of the last three before.", "Kratochwill et al. 2010, immediacy"},
	{"Overlap: NAP, Newcombe’s interval", func(x comparedPair) string {
		return withInterval(share(x.c.NAP.Value, x.c.NAP.Why), x.c.NAP.Lo, x.c.NAP.Hi, share, x.c.NAP.Why)
	}, "The share of pairs of weeks in which the later one is lower; .50 is no difference.", "Parker & Vannest 2009; Newcombe 2006"},
	{"Tau, A against B", func(x comparedPair) string {
		return withInterval(signed(x.c.Tau.Value, x.c.Tau.Why), x.c.Tau.Lo, x.c.Tau.Hi, signed, x.c.Tau.Why)
	}, "The same from −1 to 1; 0 is no difference, above 0 is lower.", "Parker, Vannest, Davis & Sauber 2011"},
	{"Exact permutation p, lower / either way", func(x comparedPair) string {
		return share(x.c.NAP.POne, x.c.NAP.Why+x.c.NAP.WhyP) + " / " + share(x.c.NAP.PTwo, "–")
	}, "How often the same scores, dealt to the weeks at random, would look at least as good.", "Mann & Whitney 1947, exact with ties"},
	{"Below both lines: CDC, binomial p", func(x comparedPair) string {
		if x.c.CDC.Why != "" {
			return x.c.CDC.Why
		}
		return fmt.Sprintf("%d of %d, p %s", x.c.CDC.Count, x.c.CDC.NB, share(x.c.CDC.P, ""))
	}, "How often so many weeks would lie below both lines at even odds; a rule of thumb.", "Fisher, Kelley & Lomas 2003"},
	{"Trend of the baseline, Theil–Sen", func(x comparedPair) string { return slopeOf(x.ofA.TheilSen) },
		"The median of the slopes between all pairs of weeks, in points a week.", "Theil 1950; Sen 1968"},
	{"Trend of the intervention, Theil–Sen", func(x comparedPair) string { return slopeOf(x.ofB.TheilSen) },
		"The same after the start; a slow change shows here rather than in the level.", "Theil 1950; Sen 1968"},
	{"Trend of the baseline, exact Mann–Kendall p", func(x comparedPair) string {
		return share(x.ofA.MannKendall.PExact, x.ofA.MannKendall.Why+x.ofA.MannKendall.WhyP)
	}, "How often weeks in a random order would rise or fall as steadily.", "Mann 1945; Kendall 1970"},
	{"Tau if the baseline trend had gone on", func(x comparedPair) string {
		if n := len(x.a.Points); n < singlecase.LeastCorrected {
			return fmt.Sprintf("not shown: %d of at least %d baseline weeks", n, singlecase.LeastCorrected)
		}
		return withInterval(signed(x.c.TauBC.Value, x.c.TauBC.Why), x.c.TauBC.Lo, x.c.TauBC.Hi, signed, x.c.TauBC.Why)
	}, "Tau after the baseline’s trend is taken from all weeks; with few weeks it often turns its sign.", "Tarlow 2017"},
	{"Change of level, piecewise line", func(x comparedPair) string { return coefficient(x.c.Piecewise.LevelChange, x.c.Piecewise) },
		"The step between the two straight lines in the first week of the intervention.", "Huitema & McKean 2000"},
	{"Change of slope, piecewise line", func(x comparedPair) string { return coefficient(x.c.Piecewise.SlopeChange, x.c.Piecewise) },
		"How much steeper the second line is, in points a week.", "Huitema & McKean 2000"},
	{"Likeness of neighbouring weeks, lag 1", func(x comparedPair) string { return signed(x.lag.Value, x.lag.Why) },
		"0 for independent weeks; at eight weeks it is known to about .35 only.", "Huitema & McKean 1991"},
}

// detailTable gives the numbers that are not always shown. The chance of a drawn
// start is given only where the start was drawn and kept.
func detailTable(r models.Review, p models.PhaseReview, pairs []comparedPair) table {
	t := table{Caption: "Details: the baseline and " + p.Phase.Name, Head: []string{"Number", outcomeName(pairs[0].item), outcomeName(pairs[1].item), "What it says", "Source"}}
	add := func(d detail) {
		t.Rows = append(t.Rows, []string{d.name, d.of(pairs[0]), d.of(pairs[1]), d.says, d.source})
	}
	for _, d := range details {
		add(d)
	}
	if a1, b1, a2, b2, ok := r.Reversal(); ok {
		add(detail{"Consistency, mean of " + a2.Phase.Name + " and of " + b2.Phase.Name, func(x comparedPair) string {
			against := func(p, first models.PhaseReview) string {
				return moved(singlecase.CompareMeans(r.Series(first, x.item), r.Series(p, x.item)).Value, "–")
			}
			return against(a2, a1) + " / " + against(b2, b1)
		}, "How near each comes to the phase that it repeats: the baseline, and " + b1.Phase.Name + ".", "Kratochwill et al. 2010, consistency"})
	}
	if starts := r.DrawnAmong(); len(starts) > 0 {
		add(detail{"Randomisation p of the drawn start", func(x comparedPair) string {
			test := singlecase.RandomizeStartAmong(x.a, x.b, starts)
			if test.Why != "" {
				return test.Why
			}
			return fmt.Sprintf("%s, at best %s", share(test.P, ""), share(test.PMin, ""))
		}, "The share of the start weeks in the hat that would look at least as good; so few can never convince.", "Edgington 1975; Bulté & Onghena 2008"})
	}
	return t
}

// ladderTable sets each phase against the baseline and against its own target.
func ladderTable(r models.Review) table {
	t := table{Caption: "Each phase against the baseline", Head: []string{"Phase", "Weeks at the dose", "Weeks at or below the target", "Tension: average, NAP", "Close to leaving: average, NAP"}}
	for _, p := range r.Phases[1:] {
		if p.Phase.Kind == models.Hold || p.Reports+p.Checkins == 0 {
			continue
		}
		row := []string{phaseSince(p.Phase), "–", "–"}
		if k, n := p.AtDose(); n > 0 {
			row[1] = fmt.Sprintf("%d of %d", k, n)
		}
		if p.Mark != nil {
			k, n := r.AtTarget(p)
			row[2] = fmt.Sprintf("%d of %d at or below %s", k, n, decimal(*p.Mark))
		}
		for _, item := range []string{models.ItemConflict, models.ItemLeaving} {
			b := r.Series(p, item)
			average, nap := "–", singlecase.CompareNAP(r.Series(r.Phases[0], item), b)
			if m, ok := singlecase.Mean(b.Scores()); ok {
				average = decimal(m) + ", " + withInterval(share(nap.Value, nap.Why), nap.Lo, nap.Hi, share, nap.Why)
			}
			row = append(row, average)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
