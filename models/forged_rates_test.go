package models

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// An honestCouple, as it is simulated here, fills in its own forms over twelve
// weeks: four of a baseline, four of B1, four of B2 with a higher dose.
//
//   - The partner's two scores lie around levels of their own, 4 to 9, with normal
//     noise of 1.2 in which each week leans on the one before by .3; the two noises
//     go together by .5. One couple in ten is calm: level 1, noise .7. With each
//     step the levels fall by 0, 1, 2 or 3 points (.4, .3, .2 and .1 of the couples
//     with B1; .5, .3, .15 and .05 with B2), at once in half of the couples and
//     over three weeks in the others. Three reports in four come.
//   - The client forecasts the level as it was the week before, off by a habit of
//     his own (normal, −1, 1.2; in one couple in ten he reads her well: 0 and .5)
//     and by 1 more each week. Nine check-ins in ten come.
//   - Each has a day from Friday to Wednesday, for half of them Sunday, kept in two
//     weeks of three and otherwise any; and an hour, around half past eight in the
//     evening (1.5 h), kept by 1 h 15 min. In three weeks of ten the partner answers
//     by day, from another network. He saves at home in four weeks of five, she in
//     three of four; 85 of 100 live together.
//   - Three couples in a hundred once use one browser.
type honestCouple struct {
	*rand.Rand
	every    bool
	reports  []PartnerReport
	checkins []Checkin
	traces   []trace
	phases   []Phase
}

func (h *honestCouple) normal(mean, sd float64) float64 { return mean + sd*h.NormFloat64() }

func scoreOf(x float64) int { return int(min(max(math.Floor(x+.5), 0), 10)) }

// pick gives the place of one of some shares that make up one.
func (h *honestCouple) pick(shares ...float64) int {
	at := h.Float64()
	for i, share := range shares {
		if at -= share; at < 0 {
			return i
		}
	}
	return len(shares) - 1
}

const honestWeeks = 12

// newHonest gives a couple; with every, no form of it is missing.
func newHonest(r *rand.Rand, every bool) *honestCouple {
	h := &honestCouple{Rand: r, every: every}
	two := 2
	for i, kind := range []string{Baseline, Intervention, Intervention} {
		p := Phase{ID: kind, Kind: kind, Start: Week("2026-03-02").Add(4 * i), Weeks: 4, Every: 1, PlannedWeeks: 4, Outcome: ItemLeaving, CriterionKind: "level", Criterion: 5}
		if kind == Intervention {
			p.Dose = &two
		}
		h.phases = append(h.phases, p)
	}
	h.phases[2].Change = "dose"
	h.live()
	return h
}

func (h *honestCouple) live() {
	calm := h.IntN(10) == 0
	sd, levels := 1.2, [2]float64{4 + 5*h.Float64(), 4 + 5*h.Float64()}
	if calm {
		sd, levels = .7, [2]float64{1, 1}
	}
	habit, spread := h.normal(-1, 1.2), 1.0
	if h.IntN(10) == 0 {
		habit, spread = 0, .5
	}
	steps := [2]float64{float64(h.pick(.4, .3, .2, .1)), float64(h.pick(.5, .3, .15, .05))}
	slowly := h.IntN(2) == 0
	noise := [2]float64{h.normal(0, sd), h.normal(0, sd)}
	together := h.IntN(100) < 85
	his, hers := h.usual(), h.usual()
	before := levels
	for n := range honestWeeks {
		w := h.phases[0].Start.Add(n)
		now := levels
		for i, begins := range []int{4, 8} {
			if n >= begins {
				share := 1.0
				if slowly {
					share = min(1, float64(n-begins+1)/3)
				}
				now[0], now[1] = now[0]-share*steps[i], now[1]-share*steps[i]
			}
		}
		common := h.NormFloat64()
		for i := range noise {
			noise[i] = .3*noise[i] + sd*math.Sqrt(1-.3*.3)*(math.Sqrt(.5)*common+math.Sqrt(.5)*h.NormFloat64())
		}
		conflict, leaving := scoreOf(now[0]+noise[0]), scoreOf(now[1]+noise[1])
		if h.IntN(4) > 0 || h.every {
			h.reports = append(h.reports, PartnerReport{Week: w, Conflict: &conflict, Leaving: &leaving, Version: 1})
			at, home := hers.week(h, w), h.IntN(4) > 0
			if h.IntN(10) < 3 {
				at, home = at.Add(-7*time.Hour), false
			}
			h.saved(Partner, w, at, together && home, "hers")
		}
		if h.IntN(10) > 0 || h.every {
			h.checkins = append(h.checkins, Checkin{Week: w, Done: &conflict, Tension: scoreOf(now[0] + habit), Forecast: scoreOf(before[0] + habit + h.normal(0, spread))})
			h.saved(Client, w, his.week(h, w), h.IntN(5) > 0, "his")
		}
		before = now
	}
	if h.IntN(100) < 3 {
		x := h.traces[h.IntN(len(h.traces))]
		x.role, x.week = map[Role]Role{Client: Partner, Partner: Client}[x.role], ""
		h.traces = append(h.traces, x)
	}
}

// slot is somebody's habit: how many days after Friday, and at what hour.
type slot struct {
	day  int
	hour float64
}

func (h *honestCouple) usual() slot {
	day := 2
	if h.IntN(2) == 0 {
		day = h.IntN(6)
	}
	return slot{day, h.normal(20.5, 1.5)}
}

// week gives when the form of a week is saved.
func (s slot) week(h *honestCouple, w Week) time.Time {
	day := s.day
	if h.IntN(3) == 0 {
		day = h.IntN(6)
	}
	return w.Opens().Add(day).Time().Add(-12 * time.Hour).Add(time.Duration(h.normal(s.hour, 1.25) * float64(time.Hour)))
}

func (h *honestCouple) saved(role Role, w Week, at time.Time, home bool, device string) {
	x := trace{role: role, week: w, device: device, network: string(role), at: at, on: DayOf(at, time.UTC)}
	if home {
		x.network = "home"
	}
	h.traces = append(h.traces, x)
}

// raised lists the rules of the signs that the weeks up to each one raise.
func (h *honestCouple) raised() map[string]bool {
	var phases []PhaseReview
	today := h.phases[len(h.phases)-1].LastWeek().Closes().Add(1)
	for _, p := range h.phases {
		phases = append(phases, reviewPhase(p, today, h.checkins, h.reports, nil, nil, nil))
	}
	rules := map[string]bool{}
	for _, f := range flagsOf(phases, h.traces, today) {
		rules[f.Rule] = true
	}
	return rules
}

// saves gives what was kept when somebody saved the form of the nth week.
func (h *honestCouple) saves(role Role, n int) *trace {
	i := slices.IndexFunc(h.traces, func(x trace) bool { return x.role == role && x.week == h.phases[0].Start.Add(n) })
	return &h.traces[i]
}

// plants are the couples in which he fills in her form, each so that one sign
// must show.
var plants = map[string]func(h *honestCouple){
	"N2": func(h *honestCouple) { // on her telephone, or she on his
		n := h.IntN(honestWeeks)
		h.saves(Partner, n).device = h.saves(Client, h.IntN(honestWeeks)).device
	},
	"N3": func(h *honestCouple) { // in one sitting
		n := h.IntN(honestWeeks)
		x, y := h.saves(Partner, n), h.saves(Client, n)
		x.network, y.network = "home", "home"
		x.at = y.at.Add(time.Duration(h.IntN(2*int(minutesApart)+1)) - minutesApart)
	},
	"N4": func(h *honestCouple) { // what he foresaw is what he writes, and it improves
		n, score := h.IntN(honestWeeks-3), 4+h.IntN(7)
		for i := range 4 {
			wrote := score - i*(1+h.IntN(2))/2
			h.reports[n+i].Conflict, h.checkins[n+i].Forecast = &wrote, wrote
		}
		wrote := *h.reports[n].Conflict - 2
		h.reports[n+3].Conflict, h.checkins[n+3].Forecast = &wrote, wrote
	},
	"N5": func(h *honestCouple) { // the step is a success at once
		for n := 5; n < 8; n++ {
			conflict, leaving := 5+h.IntN(4), 5+h.IntN(4)
			h.reports[n].Conflict, h.reports[n].Leaving = &conflict, &leaving
		}
		conflict, leaving := h.IntN(3), h.IntN(3)
		h.reports[8].Conflict, h.reports[8].Leaving = &conflict, &leaving
	},
}

// TestForged_plantedCouples holds each sign to show in every couple in which it
// was planted.
func TestForged_plantedCouples(t *testing.T) {
	t.Parallel()
	const couples = 250
	r := rand.New(rand.NewPCG(5, 2026))
	for _, rule := range forgedSigns {
		shown := 0
		for range couples {
			h := newHonest(r, true)
			plants[rule](h)
			if h.raised()[rule] {
				shown++
			}
		}
		t.Logf("%s, %s: shown in %d of %d planted couples", rule, FlagText(rule), shown, couples)
		if shown != couples {
			t.Errorf("%s does not show in %d", rule, couples-shown)
		}
	}
}

var forgedSigns = []string{"N2", "N3", "N4", "N5"}

// TestForged_honestCouples counts the honest couples in which a sign shows.
func TestForged_honestCouples(t *testing.T) {
	t.Parallel()
	const couples, most = 1000, 50
	r := rand.New(rand.NewPCG(4, 2026))
	shown, any := map[string]int{}, 0
	for range couples {
		rules := newHonest(r, false).raised()
		some := slices.ContainsFunc(forgedSigns, func(rule string) bool { return rules[rule] })
		if some {
			any++
		}
		for _, rule := range forgedSigns {
			if rules[rule] {
				shown[rule]++
			}
		}
	}
	for _, rule := range forgedSigns {
		t.Logf("%s, %s: shown in %d of %d honest couples over %d weeks", rule, FlagText(rule), shown[rule], couples, honestWeeks)
		if shown[rule] > most {
			t.Errorf("%s shows in more than %d of %d", rule, most, couples)
		}
	}
	t.Logf("any of them: in %d of %d", any, couples)
}
