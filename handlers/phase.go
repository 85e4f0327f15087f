package handlers

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"enough/models"
)

func (a *App) stepForm(c echo.Context, v models.Viewer, f typed, e *models.Error) (simplePage, error) {
	id, kind := c.Param("experiment"), c.Param("kind")
	x, phases, err := a.db.Experiment(c.Request().Context(), v, id)
	if err != nil {
		return simplePage{}, err
	}
	today, err := a.today(c)
	if err != nil {
		return simplePage{}, err
	}
	if !x.Started || f == nil && !x.Running() {
		return simplePage{}, &models.Error{Kind: models.Conflict, Message: "This experiment does not run."}
	}
	if f == nil {
		r, err := a.db.Review(c.Request().Context(), v, id)
		if err != nil {
			return simplePage{}, err
		}
		if err := r.MayStart(kind); err != nil {
			return simplePage{}, err
		}
	}
	last := phases[len(phases)-1]
	next := max(last.LastWeek().Add(1), models.FirstStart(today))
	if x.DrawnWeek != "" && kind == "intervention" {
		next = x.DrawnWeek
	}
	plan := lastPlan(phases, x)
	ed := editing{typed: f, problem: e, saved: map[string]string{"start": string(next), "weeks": orElse(digits(x.PhaseWeeks), "4"),
		"dose": digits(plan.Dose), "behaviour": plan.Behaviour, "label": plan.Label, "counts_if": plan.CountsIf, "not_counts_if": plan.NotCountsIf, "criterion": itoa(plan.Criterion)}}
	fl := ed.filler("")
	start := startField(fl, models.StartWeeks(kind, last, today))
	fm := form{ID: "step-form", Action: phaseStepPath(id, kind)}
	p := simplePage{}
	gate, err := a.db.Gate(c.Request().Context(), v, x.CaseID)
	if err != nil {
		return p, err
	}
	switch kind {
	case "intervention":
		p.Page.Heading, fm.Submit = "Start the intervention", "Start the intervention"
		p.Intro = []string{"The baseline ends with the week before."}
		fm.Parts = []part{{Fields: []field{start, fl.number("weeks", "Planned weeks", "4 to 6", 4, 6)}}}
	case "step_up":
		p.Page.Heading, fm.Submit = "Step up", "Step up"
		if gate.ScreenOn < today {
			p.Warning = screenText(gate)
		}
		p.Intro = []string{"One change at a time, unless you mean both. Quality before quantity: was it noticed, did it feel real?"}
		fm.Parts = []part{{Fields: []field{start, fl.number("weeks", "Planned weeks", "4 to 6", 4, 6)}},
			{Heading: "What changes", Fields: []field{
				fl.choice("change", "Step", "dose", "Dose: more often", "quality", "Quality: other counts-if", "dose_quality", "Both: more often and other counts-if", "behaviour", "Another act"),
				fl.number("dose", "Times a week", "", 1, 14)}},
			actPart(fl), {Heading: "Criterion", Fields: []field{fl.number("criterion", "Points", models.CriterionText(plan.CriterionKind, plan.Criterion)+" until now", 0, 10)}}}
	case "withdrawal":
		p.Page.Heading, fm.Submit = "Go back for a while", "Go back for a while"
		p.Warning = "Only when both agree, and nobody is worse off or unsafe: it asks the partner to live again with what was. Either of them may end it at any time."
		p.Intro = []string{"For some weeks nothing is planned and things go on as before the act. The forms are those of a baseline week, without the call. Then the act is resumed."}
		ed.saved["weeks"] = "3"
		fm.Parts = []part{{Fields: []field{start, fl.number("weeks", "Planned weeks", "3 to 6. 3 to 4 weeks tell you more about whether the change came from the act.", 3, 6)}}}
	case "resume":
		p.Page.Heading, fm.Submit = "Resume", "Resume"
		p.Intro = []string{"The same again: “" + strings.TrimSuffix(plan.Behaviour, ".") + "”, " + digits(plan.Dose) + " a week, with the same counts-if and the same criterion."}
		fm.Parts = []part{{Fields: []field{start, fl.number("weeks", "Planned weeks", "4 to 6", 4, 6)}}}
	case "hold":
		p.Page.Heading, fm.Submit = "Hold", "Hold"
		p.Intro = []string{"No forms for either while it holds. The client reads one neutral text, the same for every reason."}
		ed.saved["weeks"] = "1"
		fm.Parts = []part{{Fields: []field{start, fl.number("weeks", "Weeks", "1 to 12", 1, 12)}}}
	case "follow_up":
		p.Page.Heading, fm.Submit = "Monthly follow-up", "Start the follow-up"
		p.Intro = []string{"Both fill in one form in every fourth week. The partner is asked “would it be enough?” each time."}
		ed.saved["weeks"] = "3"
		fm.Parts = []part{{Fields: []field{start, fl.number("weeks", "Months", "1 to 12", 1, 12)}}}
	case "weekly":
		p.Page.Heading, fm.Submit = "Weekly follow-up", "Return to weekly"
		p.Intro = []string{"For a dip: weekly forms for a while, with the partner’s call in the last week."}
		ed.saved["weeks"] = "3"
		fm.Parts = []part{{Fields: []field{start, fl.number("weeks", "Weeks", "1 to 12", 1, 12)}}}
	default:
		return p, &models.Error{Kind: models.NotFound, Message: "There is no such page."}
	}
	p.Page = a.chrome(v, casesPath, p.Page.Heading).back(experimentPath(id), "Experiment "+itoa(x.Number))
	p.Form = ed.finish(fm)
	return p, nil
}

// lastPlan is the plan of the latest phase that had one, or of the experiment.
func lastPlan(phases []models.Phase, e models.Experiment) models.Phase {
	plan := models.Phase{Behaviour: e.Behaviour, Label: e.Label, CountsIf: e.CountsIf, NotCountsIf: e.NotCountsIf, Dose: e.Dose, CriterionKind: e.CriterionKind}
	if e.Criterion != nil {
		plan.Criterion = *e.Criterion
	}
	for _, p := range phases {
		if p.Dose != nil {
			plan = p
		}
	}
	return plan
}

// editStep shows the form that moves an experiment on.
func (a *App) editStep(c echo.Context, v models.Viewer) error {
	p, err := a.stepForm(c, v, nil, nil)
	if err != nil {
		return err
	}
	return a.page(c, http.StatusOK, p)
}

// startPhase moves an experiment into its next phase.
func (a *App) startPhase(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	id := c.Param("experiment")
	err = a.db.StartPhase(c.Request().Context(), v, id, models.StepInput{Kind: c.Param("kind"), Start: f.text("start"), Weeks: f.text("weeks"),
		Change: f.text("change"), Dose: f.text("dose"), Behaviour: f.text("behaviour"), Label: f.text("label"), CountsIf: f.text("counts_if"),
		NotCountsIf: f.text("not_counts_if"), Criterion: f.text("criterion"), Submission: f.submission()})
	if err != nil {
		return a.retry(c, err, func(e *models.Error) (simplePage, error) { return a.stepForm(c, v, f, e) })
	}
	return a.redirect(c, experimentPath(id))
}

// extendPhase lengthens the phase that runs by a week.
func (a *App) extendPhase(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	id := c.Param("experiment")
	return a.afterAct(c, v, id, f, a.db.ExtendPhase(c.Request().Context(), v, id, f.submission()))
}

func (a *App) endForm(c echo.Context, v models.Viewer, f typed, e *models.Error) (simplePage, error) {
	id := c.Param("experiment")
	x, _, err := a.db.Experiment(c.Request().Context(), v, id)
	if err != nil {
		return simplePage{}, err
	}
	today, err := a.today(c)
	if err != nil {
		return simplePage{}, err
	}
	decisions, err := a.db.Decisions(c.Request().Context(), v, id)
	if err != nil {
		return simplePage{}, err
	}
	until := today.Week()
	if n := len(decisions); n > 0 && decisions[n-1].Ending.From != "" {
		until = max(models.FirstStart(today).Add(-1), decisions[n-1].Ending.From.Add(-1).Week())
	}
	ed := editing{typed: f, problem: e, saved: map[string]string{"last_week": string(until)}}
	fl := ed.filler("")
	last := fl.field("select", "last_week", "Last week")
	last.Hint = "The planned review is the better moment: an end that comes the day after a report can be read as an answer to it."
	for i := range 10 {
		w := models.FirstStart(today).Add(i - 1)
		last.Options = append(last.Options, option{Value: string(w), Text: "Week of " + w.Monday().Long(), Checked: last.Value == string(w)})
	}
	return simplePage{Page: a.chrome(v, casesPath, "End the experiment").back(experimentPath(id), "Experiment "+itoa(x.Number)),
		Form: ed.finish(form{ID: "end-form", Action: experimentPath(id) + "/end", Submit: "End it", Parts: []part{{Fields: []field{
			last, fl.area("reason", "Why it ends", "For you alone.")}}}})}, nil
}

// editEnd shows the form that ends an experiment.
func (a *App) editEnd(c echo.Context, v models.Viewer) error {
	p, err := a.endForm(c, v, nil, nil)
	if err != nil {
		return err
	}
	return a.page(c, http.StatusOK, p)
}

// endExperiment ends an experiment.
func (a *App) endExperiment(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	id := c.Param("experiment")
	err = a.db.EndExperiment(c.Request().Context(), v, id, models.EndInput{LastWeek: f.text("last_week"), Reason: f.text("reason"), Submission: f.submission()})
	if err != nil {
		return a.retry(c, err, func(e *models.Error) (simplePage, error) { return a.endForm(c, v, f, e) })
	}
	return a.redirect(c, experimentPath(id))
}
