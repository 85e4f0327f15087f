package models

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The signs that a report may be somebody else's. Each is a note with its numbers
// for the therapist, who speaks with the partner alone and may set the week
// aside. None has any effect of its own, and each may have an honest reason.

// originSigns gives the notes that where two forms came from raises.
func originSigns(traces []trace) (list []Flag) {
	byWeek := map[Week][]trace{}
	var weeks []Week
	for _, x := range traces {
		if x.role == Partner {
			if byWeek[x.about()] == nil {
				weeks = append(weeks, x.about())
			}
			byWeek[x.about()] = append(byWeek[x.about()], x)
		}
	}
	for _, w := range weeks {
		if said := oneBrowser(byWeek[w], traces); said != "" {
			list = append(list, Flag{Rule: "N2", Week: w, Said: said})
		}
		if said := withinMinutes(w, traces); said != "" {
			list = append(list, Flag{Rule: "N3", Week: w, Said: said})
		}
	}
	return list
}

// oneBrowser says when the partner, in one week, used a browser that the client
// uses too. A report from it says more than a sign-in.
func oneBrowser(hers, all []trace) (said string) {
	for _, x := range hers {
		his := lastUse(x, all)
		if his == nil || said != "" && x.week == "" {
			continue
		}
		what := "the partner signed in"
		if x.week != "" {
			what = "the report was saved"
		}
		before := "used"
		if !his.at.After(x.at) {
			before = "had used"
		}
		said = fmt.Sprintf("%s on %s from a browser that the client %s on %s", what, x.on.Long(), before, his.on.Long())
		if x.week != "" {
			return said
		}
	}
	return said
}

// lastUse gives the client's last use of the same browser before, or the first
// one after.
func lastUse(x trace, all []trace) (found *trace) {
	for i, y := range all {
		if y.role == Client && y.device != "" && y.device == x.device && (found == nil || !y.at.After(x.at)) {
			found = &all[i]
		}
	}
	return found
}

// minutesApart is how near to each other two forms of one household are saved
// when it is worth a word.
const minutesApart = 10 * time.Minute

// withinMinutes says when the two forms of a week were saved within minutes of
// each other, from one network.
func withinMinutes(w Week, all []trace) string {
	gap, near := apart(w, all)
	if !near {
		return ""
	}
	which := "after"
	if gap < 0 {
		which = "before"
	}
	return fmt.Sprintf("saved %s %s the client’s check-in, from the same network", minutes(gap.Abs()), which)
}

// apart gives how long after the client's form of a week the partner's was saved,
// less than nothing for before it. It is near when both came from one network
// within ten minutes.
func apart(w Week, all []trace) (gap time.Duration, near bool) {
	for _, x := range all {
		for _, y := range all {
			if x.role != Partner || y.role != Client || x.week != w || y.week != w || x.network == "" || x.network != y.network {
				continue
			}
			if d := x.at.Sub(y.at); d.Abs() <= minutesApart && (!near || d.Abs() < gap.Abs()) {
				gap, near = d, true
			}
		}
	}
	return gap, near
}

func minutes(d time.Duration) string {
	n := int(d / time.Minute)
	if n == 0 {
		return "less than a minute"
	}
	return counted(n, "minute")
}

// A forecast that is right in so many reports running is worth a word, if the
// scores moved by so many points meanwhile: one that stands still is easily
// guessed.
const (
	hitsRunning = 4
	hitsMoved   = 2
)

// forecastHit says when the client's forecast was the partner's very score in
// reports running, and again after each four more.
func forecastHit(all []seen) string {
	var scores []int
	for _, s := range slices.Backward(all) {
		a, both := forecasts(&s.PartnerReport, s.checkin)
		if !both || a.miss() != 0 {
			break
		}
		scores = append(scores, a.partner)
	}
	slices.Reverse(scores)
	for n := hitsRunning; n <= len(scores); n++ {
		if slices.Max(scores[:n])-slices.Min(scores[:n]) < hitsMoved {
			continue
		}
		if (len(scores)-n)%hitsRunning != 0 {
			return ""
		}
		var words []string
		for _, score := range scores {
			words = append(words, strconv.Itoa(score))
		}
		return fmt.Sprintf("the client’s forecast was the partner’s score in %s running: %s", reports(len(scores)), strings.Join(words, ", "))
	}
	return ""
}

// jump is by how many points both scores must be lower at once.
const jump = 3

// jumped says when both scores of the first report after a step lie at once far
// below those of the last three before it.
func jumped(all []seen) string {
	now := all[len(all)-1]
	if now.phase.Phase.Kind != Intervention || now.phase.Phase.Change == "" || now.phase.Phase.Change == "resume" || len(all) < 4 {
		return ""
	}
	var said []string
	for _, item := range []string{ItemConflict, ItemLeaving} {
		of := func(s seen) *int { return ReviewWeek{Report: &s.PartnerReport}.answer(item) }
		sum, before := 0.0, last(all, 4)[:3]
		for _, s := range before {
			if s.phase == now.phase || of(s) == nil {
				return ""
			}
			sum += float64(*of(s))
		}
		if of(now) == nil || float64(*of(now)) > sum/3-jump+tie {
			return ""
		}
		said = append(said, fmt.Sprintf("%s %d, in the three reports before %s", ItemText(item), *of(now), OneDecimal(sum/3)))
	}
	return strings.Join(said, "; ") + ": the first report after a step"
}
