package singlecase

import "strings"

// Comparison is everything that an earlier and a later phase say together.
type Comparison struct {
	MeanDiff        MeanDifference   `json:"mean_diff"`
	MedianDiff      MedianDifference `json:"median_diff"`
	NAP             NAP              `json:"nap"`
	Tau             Tau              `json:"tau"`
	TauU            TauU             `json:"tau_u"`
	TauBC           TauBC            `json:"tau_bc"`
	IRD             Share            `json:"ird"`
	PAND            Share            `json:"pand"`
	PND             PND              `json:"pnd"`
	PEM             PEM              `json:"pem"`
	LRR             LogRatio         `json:"lrr"`
	SMD             SMD              `json:"smd"`
	CDC             CDC              `json:"cdc"`
	SplitMiddleTest SplitMiddleTest  `json:"split_middle_test"`
	RCI             ReliableChange   `json:"rci"`
	Piecewise       Piecewise        `json:"piecewise"`
	Randomization   Randomization    `json:"randomization"`
}

// Compare compares an earlier phase with a later one. Lower is better: nap, tau,
// tau_u, tau_bc, ird, pand, pnd, pem and smd are higher for an improvement, all
// differences, ratios and slopes lower.
func Compare(a, b Phase) Comparison { return compare(a, b, Describe(a)) }

// compare takes the description of A, whose trends cost most.
func compare(a, b Phase, ofA Description) Comparison {
	c := Comparison{
		MeanDiff:        CompareMeans(a, b),
		MedianDiff:      CompareMedians(a, b),
		NAP:             CompareNAP(a, b),
		TauBC:           tauBC(a.ordered(), b.ordered(), ofA.TheilSen, ofA.MannKendall),
		PAND:            ComparePAND(a, b),
		PND:             ComparePND(a, b),
		PEM:             ComparePEM(a, b),
		LRR:             CompareLogRatio(a, b),
		SMD:             CompareSMD(a, b),
		CDC:             DualCriterion(a, b),
		SplitMiddleTest: belowSplitMiddle(ofA.SplitMiddle, a, b),
		RCI:             CompareReliably(a, b),
		Piecewise:       CompareLines(a, b),
		Randomization:   RandomizeStart(a, b),
	}
	c.Tau = tau(a.Scores(), b.Scores(), c.NAP)
	c.TauU = tauU(ofA.MannKendall, c.NAP)
	c.IRD = ird(c.PAND, len(a.Points), len(b.Points))
	return c
}

// Analysis is everything that a series of phases says.
type Analysis struct {
	Phases     []Phase       `json:"-"`
	PhaseStats []Description `json:"phase_stats"`
	Label      string        `json:"comparison"` // “A vs B”, of the first two phases
	NA         int           `json:"n_a"`
	NB         int           `json:"n_b"`
	Results    *Comparison   `json:"results"` // nil for fewer than two phases
	More       []Pair        `json:"more_comparisons"`
	Series     Series        `json:"series"`
}

// Pair is a comparison of two other phases, counted from 0.
type Pair struct {
	A       int        `json:"a"`
	B       int        `json:"b"`
	Label   string     `json:"label"`
	NA      int        `json:"n_a"`
	NB      int        `json:"n_b"`
	Results Comparison `json:"results"`
}

// Series is what the whole series says.
type Series struct {
	Lag1             Lag1               `json:"lag1"`
	Lag1WithinPhases Lag1               `json:"lag1_within_phase"`
	ABAB             *RandomizationABAB `json:"randomization_abab,omitempty"` // of four phases A-B-A-B
}

// Analyse describes each phase, compares the first two and the pairs of
// [pairsOf], and looks at the whole series. Phases are given in the order of the
// calendar, with distinct weeks; the condition of a phase is known by its name
// alone.
func Analyse(phases []Phase) Analysis {
	a := Analysis{Phases: phases, PhaseStats: []Description{}, More: []Pair{}}
	for _, p := range phases {
		a.PhaseStats = append(a.PhaseStats, Describe(p))
	}
	for i, pair := range pairsOf(phases) {
		from, to := phases[pair[0]], phases[pair[1]]
		p := Pair{
			A: pair[0], B: pair[1], Label: from.Name + " vs " + to.Name, NA: len(from.Points), NB: len(to.Points),
			Results: compare(from, to, a.PhaseStats[pair[0]]),
		}
		if i == 0 {
			a.Label, a.NA, a.NB, a.Results = p.Label, p.NA, p.NB, &p.Results
		} else {
			a.More = append(a.More, p)
		}
	}
	a.Series = Series{Lag1: LagOne(phases), Lag1WithinPhases: LagOneWithinPhases(phases)}
	if len(phases) == 4 && conditions(phases) == "ABAB" {
		r := RandomizeSchedule(phases[0], phases[1], phases[2], phases[3])
		a.Series.ABAB = &r
	}
	return a
}

// pairsOf says which phases are compared: the first two, and then, when the
// baseline comes back, each other baseline with the phase after it, and each
// phase with the one after it that remain (so A1-B1, A2-B2, B1-A2); when it does
// not, each phase with the one after it, and the first with each later one (so
// A-B1, B1-B2, B2-FU, A-B2, A-FU).
func pairsOf(phases []Phase) (pairs [][2]int) {
	if len(phases) < 2 {
		return nil
	}
	pairs = append(pairs, [2]int{0, 1})
	letters := conditions(phases)
	back := strings.Contains(letters[1:], "A")
	for i := 1; i+1 < len(phases); i++ {
		if !back || letters[i:i+2] == "AB" {
			pairs = append(pairs, [2]int{i, i + 1})
		}
	}
	for i := 1; i+1 < len(phases); i++ {
		switch {
		case !back:
			pairs = append(pairs, [2]int{0, i + 1})
		case letters[i:i+2] != "AB":
			pairs = append(pairs, [2]int{i, i + 1})
		}
	}
	return pairs
}

// conditions gives one letter a phase: A or B for the names A, A1, A2 …, B, B1,
// B2 …, and a dash for all others. Nothing else tells a condition.
func conditions(phases []Phase) string {
	var letters strings.Builder
	for _, p := range phases {
		letter := "-"
		if p.Name != "" && strings.Trim(p.Name[1:], "0123456789") == "" && (p.Name[0] == 'A' || p.Name[0] == 'B') {
			letter = p.Name[:1]
		}
		letters.WriteString(letter)
	}
	return letters.String()
}
