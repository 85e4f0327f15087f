package models

import "strings"

// MayStart says in a Conflict why a step of a kind cannot be taken after what has
// run so far; it is nil when it can. Two ask more of the partner, to step up and
// to withdraw the act, and are not to be had while the verdict is worse or
// withheld; to step up is not either when a skill was used against somebody. A
// withdrawal also follows directly on an intervention and is decided
// at its end.
func (r Review) MayStart(kind string) error {
	switch kind {
	case "step_up":
		if r.SkillUsed {
			return conflict("Stepping up is not offered: by the last decision a skill was used against somebody.")
		}
		return r.mayAsk("Stepping up is not offered while the verdict is “%s”.")
	case "withdrawal":
		if len(r.Phases) == 0 || r.Phases[len(r.Phases)-1].Phase.Kind != Intervention {
			return conflict("Going back follows directly on an intervention. There is none to go back from now.")
		}
		last := r.Phases[len(r.Phases)-1].Phase
		if last.LastWeek() > FirstStart(r.Today) {
			return conflict("%s lasts until %s. Going back is decided at its end.", last.Name, last.LastWeek().Sunday().Long())
		}
		return r.mayAsk("Going back is not offered while the verdict is “%s”. It asks the partner to live again with what was.")
	}
	return nil
}

// mayAsk is a Conflict in these words while the verdict says that the partner is
// worse off or may not be safe.
func (r Review) mayAsk(words string) error {
	if v := r.Verdict(); v.spares() {
		return conflict(words, strings.ToLower(VerdictText(v.Kind)))
	}
	return nil
}

// Reversal gives the four phases of an experiment that went back and on again:
// the baseline, the intervention before the last withdrawal, that withdrawal,
// and the intervention in which the same act was resumed. ok needs all four to
// have begun and to follow one another with no phase between. The last need not
// have ended, nor be the intervention that is judged: a step up may have come
// after it.
//
// After a step up before the withdrawal ok is false: the baseline does not lie
// beside the intervention that was withdrawn, and what changed between the two
// is not what was withdrawn. It is false from a second withdrawal on, too: the
// first four phases alone would leave out what the second one showed.
func (r Review) Reversal() (a1, b1, a2, b2 PhaseReview, ok bool) {
	var begun []PhaseReview
	withdrawals := 0
	for _, p := range r.Phases {
		if p.Phase.Start > r.Today.Week() {
			break
		}
		begun = append(begun, p)
		if p.Phase.Kind == Withdrawal {
			withdrawals++
		}
	}
	// What resumes comes after the withdrawal, which comes directly after an
	// intervention: as the fourth phase it leaves the first to the baseline.
	if withdrawals != 1 || len(begun) < 4 || begun[3].Phase.Change != "resume" {
		return a1, b1, a2, b2, false
	}
	return begun[0], begun[1], begun[2], begun[3], true
}
