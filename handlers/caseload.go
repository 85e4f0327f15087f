package handlers

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"enough/models"
)

// casesPage lists the therapist's cases by what they need of her, and apart from
// them those that are closed.
type casesPage struct {
	Page   page
	Groups []caseGroup
	Closed []caseRow
	Others *link // those of colleagues that the viewer supervises
}

// caseGroup is the cases with one need.
type caseGroup struct {
	ID, Title string
	Rows      []caseRow
}

type caseRow struct {
	Href, Couple, Goal string
	Stand              string // where the experiment stands
	Next               string // the next date
	Review             *link
	Flags              []caseFlag
	More               int // flags besides those
	Asks               []string
	Support            string // what is known of the partner's own
	Spark              *spark // nil before the first experiment
	By                 string // by what right it is there; empty for an own one
}

// caseFlag is a flag that is open, in short.
type caseFlag struct {
	Level            models.FlagLevel
	Href, Text, When string
}

func (casesPage) template() string { return "cases" }

// needText heads the cases with a need.
func needText(n models.Need) string {
	return map[models.Need]string{
		models.NeedsAct: "Act today", models.NeedsLook: "Look within seven days", models.NeedsWord: "No word from the partner",
		models.NeedsReview: "Review due", models.NeedsEnd: "The phase ends this week", models.NeedsReason: "A reason to go on", models.NeedsNone: "As planned",
	}[n]
}

// flagsInRow is how many flags of a case its row shows.
const flagsInRow = 3

// showCases lists the cases that the viewer may open, with the right to those of
// others.
func (a *App) showCases(c echo.Context, v models.Viewer) error {
	ctx := c.Request().Context()
	lines, err := a.db.Cases(ctx, v)
	if err != nil {
		return err
	}
	practice, err := a.db.Practice(ctx)
	if err != nil {
		return err
	}
	p := casesPage{Page: a.chrome(v, casesPath, "This week")}
	p.Page.Caseload = true
	groups := map[models.Need][]caseRow{}
	for _, line := range lines {
		row := newCaseRow(line)
		if line.Closed != "" {
			if until := practice.KeptUntil(line.Closed); until < line.Today {
				row.Next = "Was to be kept until " + until.Long()
			}
			p.Closed = append(p.Closed, row)
			continue
		}
		groups[line.Need] = append(groups[line.Need], row)
	}
	for _, n := range models.Needs {
		if rows := groups[n]; len(rows) > 0 {
			p.Groups = append(p.Groups, caseGroup{"need-" + orElse(string(n), "none"), needText(n), rows})
		}
	}
	supervised, err := a.db.Supervised(ctx, v)
	if err != nil {
		return err
	}
	if len(supervised) > 0 {
		p.Others = &link{Href: supervisedPath, Text: "Cases that you supervise"}
	}
	return a.page(c, http.StatusOK, p)
}

func newCaseRow(line models.CaseLine) caseRow {
	row := caseRow{Href: casePath(line.ID), Couple: line.Client + " and " + line.Partner, Goal: line.Goal, By: rightText(line.Right, line.Therapist)}
	if line.Closed != "" {
		row.Stand = "Closed on " + line.Closed.Long()
		return row
	}
	row.Stand, row.Next = standing(line.Experiment, line.Phases, line.Today)
	if line.Experiment.Started {
		row.Review = &link{Href: reviewPath(line.Experiment.ID), Text: "Review"}
	}
	for i, f := range line.Flags {
		if i == flagsInRow {
			row.More = len(line.Flags) - i
			break
		}
		level, _, _ := strings.Cut(levelText(f.Level()), ":")
		row.Flags = append(row.Flags, caseFlag{f.Level(), flagsPath(line.ID), level + ": " + lowerFirst(models.FlagText(f.Rule)), whenText(f)})
	}
	if line.ReadFirst {
		row.Asks = append(row.Asks, "Read this first")
	}
	if line.Need == models.NeedsReason {
		row.Asks = append(row.Asks, "Write why the work goes on, or end it")
	}
	if line.SupportDue {
		row.Asks = append(row.Asks, "Partner’s own support: none for eight weeks")
	}
	if line.Support.What != "" {
		row.Support = "Partner’s own support: " + lowerFirst(models.LogText(models.LogSupport, line.Support.What)) + ", " + line.Support.On.Long()
	}
	if len(line.Weeks) > 0 {
		s := newSpark(line.Weeks)
		row.Spark = &s
	}
	return row
}

// whenText says by when an open flag asks for a look.
func whenText(f models.Flag) string {
	switch by := f.LookBy(); {
	case f.Overdue:
		return "overdue since " + by.Short()
	case by == f.RaisedOn:
		return "today"
	default:
		return "by " + by.Short()
	}
}

// standing says where an experiment stands on a date, and what comes next.
func standing(e models.Experiment, phases []models.Phase, today models.Day) (now, next string) {
	switch {
	case e.ID == "":
		return "No experiment yet", ""
	case !e.Started:
		return "Draft of a plan", ""
	case len(phases) == 0:
		return "", ""
	}
	last := phases[len(phases)-1]
	if e.EndedWeek != "" && e.EndedWeek.Sunday() < today {
		return "Ended " + e.EndedWeek.Sunday().Long(), ""
	}
	for _, p := range phases {
		switch {
		case today.Week() < p.Start:
			if now == "" {
				now = "Starts"
			}
			return now, p.Name + " starts " + p.Start.Monday().Long()
		case p.Contains(today.Week()):
			now = phaseTitle(p) + ", week " + itoa(today.Week().Since(p.Start)+1) + " of " + itoa(p.Weeks)
			next = "Ends " + p.LastWeek().Sunday().Long()
		}
	}
	if last.LastWeek() < today.Week() {
		return phaseTitle(last) + " is over", "Review due"
	}
	return now, next
}

// phaseTitle names a phase with what happens in it: “B1, 2 a week”, “A2 (going
// back)”.
func phaseTitle(p models.Phase) string {
	switch {
	case p.Dose != nil:
		return p.Name + ", " + itoa(*p.Dose) + " a week"
	case p.Kind == models.Withdrawal:
		return p.Name + " (going back)"
	}
	return p.Name
}
