package singlecase

import (
	"encoding/json"
	"math"
	"slices"
)

// leastPhase is how many calendar weeks each phase must have in the
// randomisation tests.
const leastPhase = 3

// What the randomisation tests can bear: the weeks of the series, and the ways
// to divide it.
const (
	longestSeries  = 2000
	mostSchedules  = 1_000_000
	notAdmissible  = "actual start week is not admissible with this minimum phase length"
	notSchedulable = "actual schedule is not admissible with this minimum phase length"
)

// Randomization is the test of a start week that was drawn.
type Randomization struct {
	P            Number   `json:"p"`
	PTwo         Number   `json:"p_two"`    // of the size of the difference, whatever its sign
	Observed     Number   `json:"observed"` // mean A - mean B
	Admissible   int      `json:"n_admissible"`
	PMin         Number   `json:"p_min"`        // the least p that so many start weeks allow
	StartWeeks   []int    `json:"start_weeks"`  // counted from 1 at the first week of A
	Distribution []Number `json:"distribution"` // mean A - mean B for each start week
	MinPhase     [2]int   `json:"min_phase"`
	Why          string   `json:"why,omitempty"`
}

// MarshalJSON leaves out what an undefined test does not have.
func (r Randomization) MarshalJSON() ([]byte, error) {
	switch r.Why {
	case "":
		type plain Randomization
		return json.Marshal(plain(r))
	case notAdjacent:
		return undefined("value", r.Why)
	}
	return json.Marshal(map[string]any{"p": nil, "min_phase": r.MinPhase, "why": r.Why})
}

// RandomizeStart is the randomisation test of the week in which B began
// (Edgington 1975, 1980; Bulté & Onghena 2008): the share of all start weeks that
// leave three calendar weeks on each side for which mean A - mean B, over
// observed weeks, is at least as large as it is; positive is better. It is valid
// only if that week was drawn at random from this list. A difference within 1e-9
// counts as equal, and a start week that would leave a side without observed
// weeks counts as at least as large. It is undefined when the phases do not
// follow each other in the calendar, the actual start week is not in the list, a
// phase has no observed week, or the series is longer than 2000 weeks.
func RandomizeStart(a, b Phase) Randomization {
	var starts []int
	for week := leastPhase + 1; week+leastPhase <= min(a.Weeks+b.Weeks, longestSeries)+1; week++ {
		starts = append(starts, week)
	}
	return RandomizeStartAmong(a, b, starts)
}

// RandomizeStartAmong is [RandomizeStart] for a start week that was drawn from a
// list of its own, counted from 1 at the first week of A. The weeks of the list
// that the series leaves room for count.
func RandomizeStartAmong(a, b Phase, starts []int) Randomization {
	r := Randomization{MinPhase: [2]int{leastPhase, leastPhase}}
	end := a.Weeks + b.Weeks
	for _, week := range starts {
		if week > leastPhase && week+leastPhase <= end+1 {
			r.StartWeeks = append(r.StartWeeks, week)
		}
	}
	switch {
	case !follows(a, b):
		r.Why = notAdjacent
	case max(a.Weeks, b.Weeks, end) > longestSeries:
		r.Why = "more than 2000 weeks"
	case !slices.Contains(r.StartWeeks, a.Weeks+1):
		r.Why = notAdmissible
	case len(a.Points) == 0 || len(b.Points) == 0:
		r.Why = emptyPhase
	}
	if r.Why != "" {
		return r
	}
	sums := newRunning(a, b)
	difference := func(toB int) float64 { return sums.mean(0, toB) - sums.mean(toB, end) }
	observed := difference(a.Weeks)
	atLeast, asFar := 0, 0
	for _, week := range r.StartWeeks {
		d := difference(week - 1)
		if !(d < observed-tie) {
			atLeast++
		}
		if !(math.Abs(d) < math.Abs(observed)-tie) {
			asFar++
		}
		r.Distribution = append(r.Distribution, Defined(d))
	}
	r.Admissible = len(r.StartWeeks)
	all := float64(r.Admissible)
	r.Observed, r.P, r.PTwo, r.PMin = Defined(observed), Defined(float64(atLeast)/all), Defined(float64(asFar)/all), Defined(1/all)
	return r
}

// RandomizationABAB is the test of a schedule A-B-A-B that was drawn.
type RandomizationABAB struct {
	P          Number `json:"p"`
	Observed   Number `json:"observed"` // (A1 + A2)/2 - (B1 + B2)/2, of phase means
	Admissible int    `json:"n_admissible"`
	PMin       Number `json:"p_min"`
	MinPhase   int    `json:"min_phase"`
	Why        string `json:"why,omitempty"`
}

// MarshalJSON leaves out what an undefined test does not have.
func (r RandomizationABAB) MarshalJSON() ([]byte, error) {
	if r.Why != "" {
		return json.Marshal(map[string]any{"p": nil, "min_phase": r.MinPhase, "why": r.Why})
	}
	type plain RandomizationABAB
	return json.Marshal(plain(r))
}

// RandomizeSchedule is the randomisation test of four phases A-B-A-B (Edgington
// 1980; Bulté & Onghena 2008): the share of all schedules with three calendar
// weeks or more in each phase for which the mean of the A phases less that of
// the B phases, each the mean of two phase means, is at least as large as it is;
// positive is better. It is valid only if the schedule was drawn at random from
// all of these. A difference within 1e-9 counts as equal, and a schedule with a
// phase without observed weeks as at least as large. It is undefined when the
// actual schedule is not in the list, the phases do not follow each other in the
// calendar, one has no observed week, or there are more than a million
// schedules.
func RandomizeSchedule(a1, b1, a2, b2 Phase) RandomizationABAB {
	r := RandomizationABAB{MinPhase: leastPhase}
	phases := []Phase{a1, b1, a2, b2}
	weeks := 0
	for i, p := range phases {
		weeks += min(p.Weeks, longestSeries+1)
		switch {
		case i > 0 && !follows(phases[i-1], p):
			r.Why = notAdjacent
		case r.Why == "" && p.Weeks < leastPhase:
			r.Why = notSchedulable
		case r.Why == "" && len(p.Points) == 0:
			r.Why = emptyPhase
		}
	}
	// Of the weeks beyond the least, three changes choose places with repetition.
	free := weeks - 4*leastPhase
	if r.Why == "" && (weeks > longestSeries || (free+3)*(free+2)*(free+1)/6 > mostSchedules) {
		r.Why = "more than 1000000 schedules"
	}
	if r.Why != "" {
		return r
	}
	sums := newRunning(phases...)
	end := sums.weeks()
	difference := func(toB, toA, backToB int) float64 {
		return (sums.mean(0, toB)+sums.mean(toA, backToB))/2 - (sums.mean(toB, toA)+sums.mean(backToB, end))/2
	}
	observed := difference(a1.Weeks, a1.Weeks+b1.Weeks, a1.Weeks+b1.Weeks+a2.Weeks)
	atLeast := 0
	for toB := leastPhase; toB+3*leastPhase <= end; toB++ {
		for toA := toB + leastPhase; toA+2*leastPhase <= end; toA++ {
			for backToB := toA + leastPhase; backToB+leastPhase <= end; backToB++ {
				r.Admissible++
				if !(difference(toB, toA, backToB) < observed-tie) {
					atLeast++
				}
			}
		}
	}
	all := float64(r.Admissible)
	r.P, r.Observed, r.PMin = Defined(float64(atLeast)/all), Defined(observed), Defined(1/all)
	return r
}

// running holds sums over the calendar, so that the mean of any run of weeks
// costs the same. Its weeks count from 0 at the first week of the first phase.
type running struct {
	sums   []float64
	counts []int
}

func newRunning(phases ...Phase) running {
	weeks := 0
	for _, p := range phases {
		weeks += p.Weeks
	}
	r := running{make([]float64, weeks+1), make([]int, weeks+1)}
	for _, p := range phases {
		for _, x := range p.Points {
			if week := x.Week - phases[0].Start; week >= 0 && week < weeks {
				r.sums[week+1] += x.Score
				r.counts[week+1]++
			}
		}
	}
	for i := range weeks {
		r.sums[i+1] += r.sums[i]
		r.counts[i+1] += r.counts[i]
	}
	return r
}

func (r running) weeks() int { return len(r.sums) - 1 }

// mean is the mean of the observed weeks from one week to before another, NaN
// without any.
func (r running) mean(from, to int) float64 {
	return (r.sums[to] - r.sums[from]) / float64(r.counts[to]-r.counts[from])
}
