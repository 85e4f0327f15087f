package singlecase

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"
)

// The couples that a design is tried on: whole weekly scores from 0 to 10 around
// a usual level, each week leaning on the one before (autocorrelated normal
// noise of this standard deviation and lag), weeks missing by chance, and a
// change that is there at once and stays. Published weekly series lean on each
// other by about .2.
const (
	UsualLevel = 6.
	UsualSD    = 1.5
	UsualLag   = .2
)

// tries is how many series a design is tried on, the same for each true drop. A
// chance is then known to about half a point in a hundred.
const tries = 10_000

// Design is a plan before its first week. Lower is better.
type Design struct {
	Baseline, Phase int     // weeks planned, 1 to 30
	Completion      float64 // chance that a weekly report comes back, 0 to 1
	// The criterion looks at the average of the last three reports of the phase:
	// at most so many points, or so many points below the average of the baseline.
	// Points run from 0 to 10.
	Drop   bool
	Points int
}

// Sight is what a design can see. Chances run from 0 to 1.
type Sight struct {
	Drops [4]Chances // for true drops of 0, 1, 2 and 3 points
	// TooEarly is the chance of fewer than three reports in the baseline or in the
	// phase, CannotTell that of too few for the evidence; see [Judge].
	TooEarly, CannotTell float64
}

// Chances are of all couples with the design, those with too few reports
// included.
type Chances struct {
	Met    float64 // three reports or more on each side, and the criterion met
	Better float64 // the evidence says probably better, or more
}

// Sight tries the design on simulated couples. The same design always gives the
// same answer, and neighbouring designs meet the same couples.
func (d Design) Sight() Sight { return d.try(tries) }

func (d Design) try(tries int) Sight {
	var s Sight
	leastA, leastB := leastWeeks(LeastObserved, d.Baseline), leastWeeks(LeastObserved, d.Phase)
	s.TooEarly = 1 - d.reach(d.Baseline, leastForVerdict)*d.reach(d.Phase, leastForVerdict)
	s.CannotTell = 1 - d.reach(d.Baseline, leastA)*d.reach(d.Phase, leastB)

	r := rand.New(rand.NewPCG(1, 1))
	y := newYardstick(1, d.Baseline, d.Phase)
	weeks := max(d.Baseline+d.Phase, 12)
	noise, chance := make([]float64, weeks), make([]float64, weeks)
	scores, in := make([]int, d.Phase), make([]int, d.Phase)
	var met, better [len(s.Drops)]int
	for range tries {
		lean(r, UsualSD, UsualLag, noise)
		for i := range chance {
			chance[i] = r.Float64()
		}
		var a before
		for w := range d.Baseline {
			if chance[w] < d.Completion {
				a.add(w, onScale(whole(noise[w])))
			}
		}
		if a.n < leastForVerdict {
			continue
		}
		in = in[:0]
		for w := d.Baseline; w < d.Baseline+d.Phase; w++ {
			if chance[w] < d.Completion {
				in = append(in, w)
			}
		}
		if len(in) < leastForVerdict {
			continue
		}
		for drop := range s.Drops {
			scores = scores[:0]
			for _, w := range in {
				scores = append(scores, onScale(whole(noise[w])-drop))
			}
			if d.met(&a, scores) {
				met[drop]++
			}
			if a.n >= leastA && len(in) >= leastB && y.grade(&a, in, scores) > 0 {
				better[drop]++
			}
		}
	}
	for drop := range s.Drops {
		s.Drops[drop] = Chances{Met: float64(met[drop]) / float64(tries), Better: float64(better[drop]) / float64(tries)}
	}
	return s
}

// leastForVerdict is how many reports of each phase a verdict takes.
const leastForVerdict = 3

// reach is the chance that at least so many of the planned weeks come back.
func (d Design) reach(planned, least int) float64 {
	if least > planned {
		return 0
	}
	return distuv.Binomial{N: float64(planned), P: d.Completion}.Survival(float64(least) - 1)
}

// met says whether the last three scores meet the criterion.
func (d Design) met(a *before, scores []int) bool {
	last := 0
	for _, score := range scores[len(scores)-3:] {
		last += score
	}
	if d.Drop {
		return last*a.n <= 3*(a.sum-d.Points*a.n)
	}
	return last <= 3*d.Points
}

// lean fills x with normal noise in which each value leans on the one before.
func lean(r *rand.Rand, sd, lag float64, x []float64) {
	fresh := sd * math.Sqrt(1-lag*lag)
	last := 0.
	for i := range x {
		if x[i] = lag*last + fresh*r.NormFloat64(); i == 0 {
			x[0] = sd * r.NormFloat64()
		}
		last = x[i]
	}
}

func whole(noise float64) int { return int(math.Floor(UsualLevel + noise + .5)) }

func onScale(score int) int { return min(max(score, 0), 10) }
