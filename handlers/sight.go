package handlers

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"enough/models"
	"enough/models/singlecase"
)

// sight is what the plan in a form can see, in sentences and as a table. It is
// worked out anew each time and never kept.
type sight struct {
	Action  string   // answers with the sight of what the form holds
	Missing []string // what the form still needs; the rest is empty then
	Design  string
	Lines   []saved
	Table   table
	Couples string
}

func (sight) template() string { return "sight" }

// showSight answers with what the plan in the form can see, or for a plain form
// with the page as it was typed. Nothing is written. Only the case's therapist
// may.
func (a *App) showSight(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	p, err := a.planForm(c, v, "measure", f, nil)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(p.Form.Parts, func(p part) bool { return p.Sight != nil })
	return a.pageOr(c, http.StatusOK, p, p.Form.Parts[i].Sight)
}

// designClass marks the parts of a form whose fields a sight depends on.
const designClass = "design"

// sightPart is the panel beside the fields that it depends on.
func sightPart(x filler) part {
	completion := x.choice("completion", "Weeks reported", "100", "100 %", "90", "90 %", "75", "75 %", "60", "60 %").
		hint("An assumption for this panel alone. Plan for 75 % in an engaged case; in routine use about half come back.")
	if completion.Value == "" {
		completion.Options[2].Checked = true
	}
	return part{Heading: "What this plan can see", Class: "sight " + designClass, Fields: []field{completion}, Sight: &sight{}}
}

// fillSight works out the panel among the parts from what the form holds.
func fillSight(parts []part, x filler, e models.Experiment, phases []models.Phase, practice models.Thresholds) {
	s, bad := e.Sight(phases, models.SightInput{CriterionKind: x.value("criterion_kind"), Criterion: x.value("criterion"), BaselineWeeks: x.value("baseline_weeks"),
		PhaseWeeks: x.value("phase_weeks"), DrawnBy: x.value("draw_latest"), Completion: x.value("completion")}, practice)
	for _, p := range parts {
		if p.Sight != nil {
			*p.Sight = newSight(s, bad, x.value("outcome"), parts)
			p.Sight.Action = sightPath(e.ID)
		}
	}
}

// newSight says what a plan can see. With anything to mend it says only what,
// by the names of the fields.
func newSight(s models.Sight, bad models.FieldErrors, outcome string, parts []part) sight {
	if len(bad) > 0 {
		var missing []string
		for _, p := range parts {
			for _, x := range p.Fields {
				if message := bad[x.Name]; message != "" {
					missing = append(missing, x.Label+": "+message)
				}
			}
		}
		return sight{Missing: missing}
	}
	x := sight{Design: designText(s), Table: sightTable(s)}
	var met, better [4]float64
	for drop, c := range s.Drops {
		met[drop], better[drop] = c.Met, c.Better
	}
	of := map[string]string{"conflict": " in tension", "leaving": " in closeness to leaving"}[outcome]
	if s.TooEarly < 1 {
		text := foundText(met, "meet it", of) + " False alarm: where nothing changes, " + ofHundred(met[0]) + " meet it all the same."
		x.Lines = append(x.Lines, saved{"Criterion met", text + useText(met[0]/(1-s.TooEarly), met[3]/(1-s.TooEarly))})
	}
	x.Lines = append(x.Lines, evidenceLine(s, better, of), saved{"Too few reports", reportsText(s)})
	x.Couples = fmt.Sprintf("Simulated couples: level %g of 10, SD %g, lag %g, reports missing by chance, a drop that is there at once and stays.",
		singlecase.UsualLevel, singlecase.UsualSD, singlecase.UsualLag)
	if s.CriterionKind == "level" {
		x.Couples += " A couple that starts higher meets a fixed level less often."
	}
	if s.Worthwhile != 1 {
		x.Couples += fmt.Sprintf(" The evidence is tried with 1 point as the smallest change worth having; here it is %g.", s.Worthwhile)
	}
	return x
}

// designText says which design the figures are for.
func designText(s models.Sight) string {
	baseline, phase, reported, tail := weeksText(s.Baselines[0]), "the first phase", fmt.Sprintf("%d %% of them reported", s.Completion), ""
	if s.Completion == 100 {
		reported = "every one of them reported"
	}
	if s.PhaseName != "" {
		phase = s.PhaseName
	}
	if last := len(s.Baselines) - 1; last > 0 {
		to := " to "
		if last == 1 {
			to = " or "
		}
		baseline = itoa(s.Baselines[0]) + to + weeksText(s.Baselines[last])
		tail = " The draw says how long the baseline is, each length as likely; the figures are averages over it."
	}
	return fmt.Sprintf("%s of baseline and %d of %s, %s; %s.%s", baseline, s.PhaseWeeks, phase, reported, models.CriterionText(s.CriterionKind, s.Criterion), tail)
}

// seldom is the chance below which a drop is said to be mostly not found.
const seldom = .25

// foundText says how often drops of 1, 2 and 3 points are found, first those that
// are not mostly missed.
func foundText(chance [4]float64, verb, of string) string {
	first := 1
	for first < 4 && chance[first] < seldom {
		first++
	}
	if first == 4 {
		return fmt.Sprintf("Even a true drop of 3 points%s would mostly not %s: %s; of 2 points %s; of 1 point %s.", of, verb,
			ofHundred(chance[3]), ofHundred(chance[2]), ofHundred(chance[1]))
	}
	write := ofHundred
	if !slices.ContainsFunc(chance[first:], func(x float64) bool { return !isTenths(x) }) {
		write = ofTen
	}
	text := fmt.Sprintf("A true drop of %s%s would %s in %s", pointsText(first), of, verb, write(chance[first]))
	for drop := first + 1; drop < 4; drop++ {
		text += ", of " + pointsText(drop) + " in " + write(chance[drop])
	}
	for drop := first - 1; drop > 0; drop-- {
		if drop == first-1 {
			text += "; of " + pointsText(drop) + " mostly not (" + ofHundred(chance[drop]) + ")"
		} else {
			text += ", nor of " + pointsText(drop) + " (" + ofHundred(chance[drop]) + ")"
		}
	}
	return text + "."
}

// A criterion is called too easy from one chance that it is met where nothing
// changes, and too hard below another that it is met with a drop of 3 points.
const (
	tooEasy = .25
	tooHard = .10
)

// useText says when a criterion is of no use, by the chances of those with enough
// reports.
func useText(unchanged, lowest float64) string {
	switch {
	case unchanged >= tooEasy:
		return " So easy a criterion tells little."
	case lowest < tooHard:
		return " So hard a criterion is hardly ever met."
	}
	return ""
}

func evidenceLine(s models.Sight, better [4]float64, of string) saved {
	if len(s.Unlabelled) < len(s.Baselines) {
		text := foundText(better, "be found", of) + " False alarm: where nothing changes, it says so in " + ofHundred(better[0]) + "."
		for i, weeks := range s.Unlabelled {
			text += []string{" With ", " or "}[min(i, 1)] + itoa(weeks)
		}
		if len(s.Unlabelled) > 0 {
			text += " weeks of baseline there is no label."
		}
		return saved{"Evidence at least “probably better”", text}
	}
	text := fmt.Sprintf("No label: that takes %d reported weeks in the baseline and %[1]d in the phase. There will be the numbers and the chart alone.", singlecase.LeastObserved)
	for i, longer := range s.Longer {
		lengths, two, three := fmt.Sprintf("%d and %d weeks", longer.BaselineWeeks, longer.PhaseWeeks), hundredths(longer.Drops[2].Better), ofHundred(longer.Drops[3].Better)
		if i == 0 {
			text += " With " + lengths + " a drop of 2 points would be found in " + two + " and of 3 points in " + three
		} else {
			text += "; with " + lengths + " in " + two + " and " + three + "."
		}
	}
	return saved{"Evidence", text}
}

func reportsText(s models.Sight) string {
	var text []string
	switch {
	case s.TooEarly == 1:
		text = append(text, "It is too early for a verdict whatever is reported: that takes 3 reports in the baseline and 3 in the phase.")
	case s.TooEarly == 0:
		text = append(text, "With every week reported, no verdict is too early for lack of them.")
	default:
		text = append(text, "The verdict is “too early” in "+ofHundred(s.TooEarly)+": fewer than 3 in the baseline or in the phase.")
	}
	if len(s.Unlabelled) < len(s.Baselines) && s.CannotTell > 0 {
		text = append(text, "The evidence cannot tell in "+ofHundred(s.CannotTell)+": fewer than "+itoa(singlecase.LeastObserved)+" in either, or fewer than 70 % of its weeks.")
	}
	return strings.Join(text, " ")
}

func sightTable(s models.Sight) table {
	t := table{Caption: "Of 100 couples; those with too few reports are counted as not found", Head: []string{"True change", "Criterion met", "Evidence “better”"}}
	met, better := s.TooEarly < 1, len(s.Unlabelled) < len(s.Baselines)
	for drop, name := range []string{"None: false alarm", "1 point lower", "2 points lower", "3 points lower"} {
		row := []string{name, "–", "–"}
		if met {
			row[1] = hundredths(s.Drops[drop].Met)
		}
		if better {
			row[2] = hundredths(s.Drops[drop].Better)
		}
		t.Rows = append(t.Rows, row)
	}
	row := []string{"Too few reports", hundredths(s.TooEarly), hundredths(s.CannotTell)}
	if s.TooEarly == 0 {
		row[1] = "0"
	}
	if !met {
		row[1] = "all"
	}
	switch {
	case !better:
		row[2] = "all"
	case s.CannotTell == 0:
		row[2] = "0"
	}
	t.Rows = append(t.Rows, row)
	return t
}

// hundredths writes a chance as a number of 100. What a simulation never or
// always saw is possible all the same.
func hundredths(chance float64) string {
	switch n := int(math.Round(100 * chance)); n {
	case 0:
		return "under 1"
	case 100:
		return "over 99"
	default:
		return itoa(n)
	}
}

func ofHundred(chance float64) string { return hundredths(chance) + " of 100" }

// isTenths says whether a number of 10 says as much as one of 100.
func isTenths(chance float64) bool {
	n := int(math.Round(100 * chance))
	return 19 <= n && n <= 81 && (n+1)%10 <= 2
}

func ofTen(chance float64) string { return itoa(int(math.Round(10*chance))) + " of 10" }

func pointsText(n int) string {
	if n == 1 {
		return "1 point"
	}
	return itoa(n) + " points"
}
