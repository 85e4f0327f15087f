package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"enough/models"
)

// planPage is the plan as the client agreed to it, and where it stands.
type planPage struct {
	Page      page
	Agreement *agreement
	Stand     []saved
	Empty     string
}

func (planPage) template() string { return "plan" }

func (a *App) planPage(c echo.Context, v models.Viewer) (planPage, error) {
	k, err := a.client.Case(c.Request().Context(), v)
	if err != nil {
		return planPage{}, err
	}
	p := planPage{Page: a.clientChrome(planPath, "Plan")}
	if !k.Experiment.Started {
		p.Empty = "There is no plan yet. You will make one with your therapist."
		return p, nil
	}
	g := newAgreement("", k.Goal, k.Experiment)
	p.Agreement = &g
	for _, phase := range k.Phases {
		if phase.ExperimentID != k.Experiment.ID {
			continue
		}
		p.Stand = append(p.Stand, saved{clientPhaseTitle(phase), clientPhaseDates(phase)})
	}
	return p, nil
}

// clientPhaseTitle names a phase for the client. A hold has one neutral text,
// whatever its reason.
func clientPhaseTitle(p models.Phase) string {
	switch p.Kind {
	case models.Baseline:
		return "Before anything changes"
	case models.Withdrawal:
		return "As before the plan. Nothing is planned"
	case models.Hold:
		return "Pause"
	case models.FollowUp:
		return "Follow-up, " + digits(p.Dose) + " a week"
	}
	return sentence(p.Behaviour) + " " + digits(p.Dose) + " a week"
}

func clientPhaseDates(p models.Phase) string {
	s := p.Start.Monday().Long() + " to " + p.LastWeek().Sunday().Long()
	if p.MostWeeks > p.Weeks && p.Kind == models.Intervention {
		s += ", or up to " + itoa(p.MostWeeks) + " weeks"
	}
	return s
}

// showPlan shows the client's plan.
func (a *App) showPlan(c echo.Context, v models.Viewer) error {
	p, err := a.planPage(c, v)
	if err != nil {
		return err
	}
	return a.page(c, http.StatusOK, p)
}

// ownChartPage is the client's own numbers, drawn and as a table.
type ownChartPage struct {
	Page  page
	Chart *chart
	Empty string
}

func (ownChartPage) template() string { return "own_chart" }

func (a *App) ownChartPage(c echo.Context, v models.Viewer) (ownChartPage, error) {
	ctx := c.Request().Context()
	k, err := a.client.Case(ctx, v)
	if err != nil {
		return ownChartPage{}, err
	}
	p := ownChartPage{Page: a.clientChrome(chartPath, "Your numbers")}
	if !k.Experiment.Started {
		p.Empty = "Nothing to draw yet."
		return p, nil
	}
	checkins, err := a.client.Checkins(ctx, v)
	if err != nil {
		return p, err
	}
	chart := newOwnChart(k, checkins)
	p.Chart = &chart
	p.Page.Charts = true
	return p, nil
}

// showChart shows the client's own numbers.
func (a *App) showChart(c echo.Context, v models.Viewer) error {
	p, err := a.ownChartPage(c, v)
	if err != nil {
		return err
	}
	return a.page(c, http.StatusOK, p)
}

// sharedPage is what was shared: the snapshots that stand, newest first.
type sharedPage struct {
	Page      page
	Snapshots []snapshotView
	Empty     string
}

func (sharedPage) template() string { return "shared" }

// snapshotView is one snapshot ready to print.
type snapshotView struct {
	Heading string
	Words   string
	Chart   *chart
	Facts   []saved // averages and calls as said
	By      string
}

func (a *App) sharedPage(c echo.Context, v models.Viewer) (sharedPage, error) {
	ctx := c.Request().Context()
	k, err := a.client.Case(ctx, v)
	if err != nil {
		return sharedPage{}, err
	}
	snapshots, err := a.client.Snapshots(ctx, v)
	if err != nil {
		return sharedPage{}, err
	}
	return a.drawShared(k, snapshots), nil
}

// drawShared draws snapshots as the client sees them.
func (a *App) drawShared(k models.ClientCase, snapshots []models.Snapshot) sharedPage {
	p := sharedPage{Page: a.clientChrome(sharedPath, "What was shared")}
	if len(snapshots) == 0 {
		p.Empty = "Nothing has been shared."
	}
	for i, s := range snapshots {
		view := newSnapshotView(k, s, i, false)
		p.Page.Charts = p.Page.Charts || view.Chart != nil
		p.Snapshots = append(p.Snapshots, view)
	}
	return p
}

// newSnapshotView draws the n-th snapshot of a page; a large one is read across
// a room.
func newSnapshotView(k models.ClientCase, s models.Snapshot, n int, large bool) snapshotView {
	view := snapshotView{Heading: "Shared on " + s.Published.Long(), Words: s.Words, By: "As reported by " + s.ReportedBy + "."}
	if s.Has(models.ItemConflict) || s.Has(models.ItemNoticed) {
		chart := newSharedChart(k, s, n, large)
		view.Chart = &chart
	}
	for _, phase := range k.Phases {
		for _, item := range []struct{ item, text string }{{models.ItemLeaving, "closeness to leaving, average"}, {models.ItemFeltReal, "how real it felt, average"}} {
			if value := s.At(item.item, phase.ID); value != nil && value.Value != nil {
				view.Facts = append(view.Facts, saved{clientPhaseWords(phase) + ": " + item.text, decimal(*value.Value) + " of 10"})
			}
		}
		for w := phase.Start; w <= phase.LastWeek(); w = w.Add(1) {
			if value := s.At(models.ItemCall, string(w)); value != nil {
				view.Facts = append(view.Facts, saved{"Would it be enough? Week of " + w.Monday().Long(), models.CallText(value.Answer)})
			}
		}
	}
	return view
}

// clientPhaseWords names a phase as the client knows it. What can come twice
// alike has its first day.
func clientPhaseWords(p models.Phase) string {
	again := ""
	if p.Change == "resume" {
		again = " again, from " + p.Start.Monday().Long()
	}
	switch p.Kind {
	case models.Baseline:
		return "Before anything changed"
	case models.Withdrawal:
		return "As before the plan, from " + p.Start.Monday().Long()
	case models.Hold:
		return "Pause"
	case models.FollowUp:
		return "Follow-up"
	}
	if p.Dose == nil {
		return "With the plan" + again
	}
	return "With " + digits(p.Dose) + " a week" + again
}

// showShared shows what was shared.
func (a *App) showShared(c echo.Context, v models.Viewer) error {
	p, err := a.sharedPage(c, v)
	if err != nil {
		return err
	}
	return a.page(c, http.StatusOK, p)
}
