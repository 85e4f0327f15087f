package models

import (
	commandline "flag"
	"math"
	"math/rand/v2"
	"testing"
)

// couples is how many are simulated for each row of the table. With -v the rows
// are printed as they stand in the program.
var couples = commandline.Int("couples", 4000, "simulated couples in each row of the table of the verdict's rates")

// printed is how many couples the table in the program was made of.
const printed = 200_000

// weekly gives the partner's scores of some weeks around a level: normal noise
// with a standard deviation of 1.2 in which each week leans on the one before by
// .3, as whole numbers from 0 to 10. It begins anew with each phase.
func weekly(r *rand.Rand, level float64, weeks int) []int {
	const sd, lag = 1.2, .3
	scores, noise := make([]int, weeks), sd*r.NormFloat64()
	for i := range scores {
		if i > 0 {
			noise = lag*noise + sd*math.Sqrt(1-lag*lag)*r.NormFloat64()
		}
		scores[i] = int(min(max(math.Floor(level+noise+.5), 0), 10))
	}
	return scores
}

// simulated is a couple's experiment, week by week, as it lies in memory.
type simulated struct {
	phases   []Phase
	reports  []PartnerReport
	checkins []Checkin
}

// lives adds a phase with its weeks. Until three reports are there it is extended
// week by week.
func (s *simulated) lives(r *rand.Rand, p Phase, row VerdictRate, level float64) {
	one, zero := 1, 0
	before := len(s.reports)
	for i, score := range weekly(r, level, row.Longest) {
		if i >= p.PlannedWeeks && len(s.reports)-before >= 3 {
			break
		}
		p.Weeks = i + 1
		w := p.Start.Add(i)
		if r.Float64() < float64(row.Completion)/100 {
			s.reports = append(s.reports, PartnerReport{Week: w, Conflict: &score})
		}
		done := &zero
		if p.Dose != nil {
			done = &one
		}
		s.checkins = append(s.checkins, Checkin{Week: w, Done: done})
	}
	s.phases = append(s.phases, p)
}

// review is what the therapist sees on a day.
func (s *simulated) review(today Day) Review {
	r := Review{Today: today}
	for _, p := range s.phases {
		r.Phases = append(r.Phases, reviewPhase(p, today, s.checkins, s.reports, nil, nil, nil))
	}
	r.setMarks()
	return r
}

// meets gives the verdict on one couple: worse when it is said after any of the
// reports, otherwise what is said when the phase is over. met says whether the
// criterion is.
func (row VerdictRate) meets(r *rand.Rand) (kind string, met bool) {
	var s simulated
	one := 1
	d := DefaultThresholds
	a := Phase{Kind: Baseline, Start: "2026-03-02", Every: 1, PlannedWeeks: 4}
	s.lives(r, a, row, 6)
	b := Phase{Kind: Intervention, Name: "B1", Start: s.phases[0].LastWeek().Add(1), Every: 1, PlannedWeeks: 4, Dose: &one, Outcome: ItemConflict,
		CriterionKind: "drop", Criterion: d.LeastDrop, SomeChange: d.SomeChange, WorseChange: d.WorseChange, FairDose: d.FairDose}
	s.lives(r, b, row, 6+float64(row.Change))
	for _, report := range s.reports {
		if report.Week >= b.Start {
			if v := s.review(report.Week.Sunday()).Verdict(); v.Kind == Worse {
				return Worse, false
			}
		}
	}
	end := s.review(s.phases[1].LastWeek().Sunday().Add(1))
	return end.Verdict().Kind, end.facts(end.Phases[1]).met()
}

// simulate gives the row with the rates of so many couples.
func (row VerdictRate) simulate(t *testing.T, n int) VerdictRate {
	t.Helper()
	r := rand.New(rand.NewPCG(4, 8))
	got := VerdictRate{Completion: row.Completion, Longest: row.Longest, Change: row.Change}
	one := 100 / float64(n)
	for range n {
		switch kind, met := row.meets(r); {
		case kind == TooEarly:
			got.TooEarly += one
		case kind == Worse:
			got.Worse += one
		case kind == NotEnough && met:
			got.Met += one
		case kind == NotEnough:
			got.Better += one
		case kind == NoChange:
			got.NoChange += one
		default:
			t.Fatalf("the verdict is %q", kind)
		}
	}
	return got
}

// TestVerdictRates_asPrinted holds the table that people read to the rule.
func TestVerdictRates_asPrinted(t *testing.T) {
	t.Parallel()
	for _, row := range VerdictRates {
		got := row.simulate(t, *couples)
		t.Logf("{%d, %d, %d, %.1f, %.1f, %.1f, %.1f, %.1f},", got.Completion, got.Longest, got.Change, got.TooEarly, got.Met, got.Better, got.NoChange, got.Worse)
		for name, share := range map[string][2]float64{"too early": {got.TooEarly, row.TooEarly}, "criterion met": {got.Met, row.Met}, "some better": {got.Better, row.Better},
			"no change": {got.NoChange, row.NoChange}, "worse": {got.Worse, row.Worse}} {
			p := min(max(share[1], .1), 99.9) / 100
			if off := math.Abs(share[0] - share[1]); off > .05+400*math.Sqrt(p*(1-p)*(1/float64(*couples)+1./printed)) {
				t.Errorf("%d %% of reports, up to %d weeks, change %d: %s in %.1f %%, printed %.1f", row.Completion, row.Longest, row.Change, name, share[0], share[1])
			}
		}
	}
}
