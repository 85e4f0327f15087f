package handlers

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"enough/models"
)

// libraryPage is the ready-made experiments, from which one can be taken for a plan.
type libraryPage struct {
	Page   page
	Begun  bool          // the experiment has begun: nothing can be taken into it
	Ladder []libraryView // what may come next in this case
	All    []libraryView
}

// libraryView is one of them.
type libraryView struct {
	Name, Line string
	Lines      []saved
	Take       *link  // nil for one that is not for this case
	Why        string // why it is not
	Caution    string
}

func (libraryPage) template() string { return "library" }

func libraryPath(experimentID string) string { return experimentPath(experimentID) + "/library" }

// taken names the one of the library that is put into the form, in the address.
const taken = "take"

// showLibrary lists the ready-made experiments for one plan, what may come next on
// the ladder before all others.
func (a *App) showLibrary(c echo.Context, v models.Viewer) error {
	ctx, id := c.Request().Context(), c.Param("experiment")
	x, _, err := a.db.Experiment(ctx, v, id)
	if err != nil {
		return err
	}
	k, err := a.db.Case(ctx, v, x.CaseID)
	if err != nil {
		return err
	}
	gate, err := a.db.Gate(ctx, v, x.CaseID)
	if err != nil {
		return err
	}
	flags, err := a.db.Flags(ctx, v, x.CaseID)
	if err != nil {
		return err
	}
	before, err := a.db.Experiments(ctx, v, x.CaseID)
	if err != nil {
		return err
	}
	red := models.OpenLevel(flags) == models.Red
	next := nextOnLadder(before, id)
	p := libraryPage{Begun: x.Started, Page: a.chrome(v, casesPath, "Ready-made experiments").back(planStepPath(id, "act"), "The act")}
	for _, e := range models.Library {
		view := newLibraryView(e, id)
		if view.Why, view.Caution = e.Against(k, gate, red); view.Why != "" || x.Started {
			view.Take = nil
		}
		if p.All = append(p.All, view); slices.Contains(next, e.Slug) {
			p.Ladder = append(p.Ladder, view)
		}
	}
	return a.page(c, http.StatusOK, p)
}

func newLibraryView(e models.ReadyMade, experimentID string) libraryView {
	dose := itoa(e.Dose) + " a week to start with"
	if e.Days {
		dose += ", each day on which it was kept"
	}
	return libraryView{Name: e.Behaviour, Line: dose + " · " + strings.TrimSuffix(lowerFirst(e.Cost), "."), Take: &link{Href: planStepPath(experimentID, "act") + "?" + taken + "=" + e.Slug, Text: "Take it"},
		Lines: []saved{{"It counts if", e.CountsIf}, {"It does not count if", e.NotCountsIf}, {"The partner would notice", e.Notice},
			{"Typical criterion", outcomeName(e.Outcome) + ": " + models.CriterionText(e.Kind, e.Points)}, {"Risks, and not when", e.Risks}}}
}

// nextOnLadder gives what may come after the library's acts that were tried in the
// case before.
func nextOnLadder(experiments []models.Experiment, id string) (slugs []string) {
	for _, x := range experiments {
		i := slices.IndexFunc(models.Library, func(e models.ReadyMade) bool { return e.Behaviour == x.Behaviour })
		if i >= 0 && x.ID != id {
			slugs = append(slugs, models.Library[i].Then...)
		}
	}
	return slugs
}
