package singlecase

import "math"

// before is a baseline of whole scores from 0 to 10 in the form that is quickest
// to judge by. It says what [Judge] says; a test holds the two together.
type before struct {
	n, sum, squares         int
	weeks, weekSquares, mix int     // sums of weeks, of their squares, and of week times score
	scores                  [11]int // how many weeks have each score
}

func (a *before) add(week, score int) {
	a.n++
	a.sum += score
	a.squares += score * score
	a.weeks += week
	a.weekSquares += week * week
	a.mix += week * score
	a.scores[score]++
}

// below counts the weeks strictly below both lines of the baseline, or with way
// -1 the weeks above both mirrored lines.
func (a *before) below(weeks, scores []int, way float64) (count int) {
	n := float64(a.n)
	center := float64(a.sum) / n
	shift := .25 * math.Sqrt(float64(a.n*a.squares-a.sum*a.sum)/(n*(n-1)))
	slope := float64(a.n*a.mix-a.weeks*a.sum) / float64(a.n*a.weekSquares-a.weeks*a.weeks)
	at := float64(a.weeks) / n
	for i, score := range scores {
		under := way * (center - float64(score))
		if under > shift+tie && under+way*slope*(float64(weeks[i])-at) > shift+tie {
			count++
		}
	}
	return count
}

// yardstick holds the rule of [Judge] as whole numbers.
type yardstick struct {
	worthwhile int
	pairs      [][]int // by observed weeks of both phases: the least 2 × improved + tied with an interval above .5
	clearly    []int   // by observed weeks of B: the least count with a binomial p below .05
}

// newYardstick is for phases of up to m and n observed weeks.
func newYardstick(worthwhile, m, n int) yardstick {
	y := yardstick{worthwhile, make([][]int, m+1), make([]int, n+1)}
	for i := LeastObserved; i <= m; i++ {
		y.pairs[i] = make([]int, n+1)
		for j := LeastObserved; j <= n; j++ {
			// The interval rises with the estimate: halve the range in which it
			// leaves .5 behind.
			fails, holds := i*j, 2*i*j+1
			for holds-fails > 1 {
				middle := (fails + holds) / 2
				if lo, _ := newcombe(float64(middle)/float64(2*i*j), i, j); lo > .5 {
					holds = middle
				} else {
					fails = middle
				}
			}
			y.pairs[i][j] = holds
		}
	}
	for j := range y.clearly {
		for evenOdds(y.clearly[j], j) >= .05 {
			y.clearly[j]++
		}
	}
	return y
}

// grade gives 1 for probably better, 2 for clearly better, the same below zero
// for worse and 0 for no clear change. The scores are those of the later phase.
func (y yardstick) grade(a *before, weeks, scores []int) int {
	n := len(scores)
	sum := 0
	for _, score := range scores {
		sum += score
	}
	way, drop := 1, a.sum*n-sum*a.n
	if drop < 0 {
		way, drop = -1, -drop
	}
	if drop < y.worthwhile*a.n*n {
		return 0
	}
	var won [11]int // twice the pairs that a week with this score wins, a tie counting half
	for score, above := 10, 0; score >= 0; score-- {
		won[score] = 2*above + a.scores[score]
		above += a.scores[score]
	}
	pairs := 0
	for _, score := range scores {
		pairs += won[score]
	}
	if way < 0 {
		pairs = 2*a.n*n - pairs
	}
	if pairs < y.pairs[a.n][n] {
		return 0
	}
	switch count := a.below(weeks, scores, float64(way)); {
	case 2*count <= n:
		return 0
	case count < y.clearly[n]:
		return way
	}
	return 2 * way
}
