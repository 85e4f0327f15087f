package handlers

import (
	"maps"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"enough/models"
)

// newExperiment opens a draft, from a candidate act or from nothing.
func (a *App) newExperiment(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	id, err := a.db.NewExperiment(c.Request().Context(), v, c.Param("case"), f.text("behaviour"), f.submission())
	if err != nil {
		return err
	}
	return a.redirect(c, planStepPath(id, "act"))
}

func planFieldsOf(e models.Experiment) map[string]string {
	return map[string]string{"behaviour": e.Behaviour, "label": e.Label, "counts_if": e.CountsIf, "not_counts_if": e.NotCountsIf, "if_moment": e.IfMoment,
		"then_act": e.ThenAct, "dose": digits(e.Dose), "dose_words": e.DoseWords, "cost": digits(e.Cost), "prediction": digits(e.Prediction),
		"confidence": digits(e.Confidence), "outcome": e.Outcome, "criterion_kind": e.CriterionKind, "criterion": digits(e.Criterion),
		"baseline_weeks": orElse(digits(e.BaselineWeeks), "4"), "phase_weeks": orElse(digits(e.PhaseWeeks), "4"), "stop_wording": e.StopWording, "draw_latest": digits(e.DrawLatest)}
}

// lowerFirst writes a text as the rest of a sentence.
func lowerFirst(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(r)) + s[size:]
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func actPart(x filler) part {
	return part{Heading: "The act", Intro: "One observable act. It changes what the client does, not who the client is.", Fields: []field{
		x.text("behaviour", "What is done", "One sentence that others could see or hear, such as “Ask about the day”."),
		x.area("counts_if", "It counts if …", "Such as “you asked, listened for five minutes, phone away”."),
		x.area("not_counts_if", "It does not count if …", "What would turn it into a show: announced, scored aloud, phone in hand."),
		x.text("label", "What the partner’s form calls it", "It follows “How often did you notice him / her …”, such as “ask about your day”."),
	}}
}

func (a *App) planForm(c echo.Context, v models.Viewer, step string, f typed, e *models.Error) (simplePage, error) {
	ctx, id := c.Request().Context(), c.Param("experiment")
	x, phases, err := a.db.Experiment(ctx, v, id)
	if err != nil {
		return simplePage{}, err
	}
	ed := editing{typed: f, problem: e, version: x.Version, saved: planFieldsOf(x)}
	ready, fromLibrary := models.LibraryBy(c.QueryParam(taken))
	if fromLibrary && !x.Started {
		maps.Copy(ed.saved, map[string]string{"behaviour": ready.Behaviour, "label": ready.Label, "counts_if": ready.CountsIf, "not_counts_if": ready.NotCountsIf})
	}
	fl := ed.filler("")
	fm := form{ID: "plan-form", Action: planStepPath(id, step), Submit: "Save and go on"}
	heading := "Plan, step 1 of 2: the act"
	switch step {
	case "act":
		fm.Parts = []part{actPart(fl), {Heading: "If-then line", Intro: "It raises follow-through.", Fields: []field{
			fl.text("if_moment", "If …", "Such as “it is after dinner”.").optional(),
			fl.text("then_act", "then …", "Such as “I ask”.").optional()}}}
	case "measure":
		heading, fm.Submit = "Plan, step 2 of 2: how much, and how it is judged", "Save and preview"
		practice, err := a.db.Practice(ctx)
		if err != nil {
			return simplePage{}, err
		}
		fm.Look = &link{Href: sightPath(id), Text: "Show what this plan can see"}
		fm.Parts = measureParts(fl, x, practice.LeastDrop)
		fillSight(fm.Parts, fl, x, phases, practice.Thresholds)
	default:
		return simplePage{}, &models.Error{Kind: models.NotFound, Message: "There is no such page."}
	}
	var intro []string
	if x.Started {
		fm.Submit = "Save the change"
		intro = []string{"The experiment has started. A change is kept with its date as a procedural change; phases that have begun keep their dose and criterion."}
		fm.Parts = append(fm.Parts, part{Heading: "Why", Fields: []field{fl.area("reason", "Reason for the change", "")}})
	}
	fm = ed.finish(fm)
	p := simplePage{Page: a.chrome(v, casesPath, heading).back(experimentPath(id), "Experiment "+itoa(x.Number)), Intro: intro, Form: fm}
	if step == "act" && !x.Started {
		p.Links = []link{{Href: libraryPath(id), Text: "Take one that is ready-made"}}
	}
	return p, nil
}

func measureParts(x filler, e models.Experiment, leastDrop int) []part {
	parts := []part{
		{Heading: "Dose", Fields: []field{
			x.number("dose", "Times a week", "The client’s own number, 1 to 14.", 1, 14),
			x.text("dose_words", "In the client’s words", "").optional(),
			x.number("cost", "What does it cost the client?", "0 nothing, 10 all the client has", 0, 10)}},
		{Heading: "The client’s prediction", Fields: []field{
			x.number("prediction", "How close is the partner to leaving?", "The client’s guess: 0 not thinking about it, 10 leaving", 0, 10),
			x.number("confidence", "How sure is the client that this will be enough?", "0 to 100 per cent", 0, 100)}},
		{Heading: "How it is judged", Class: designClass, Intro: "By the partner’s own weekly report. Set the criterion at about two thirds of the change you hope for: one equal to the true change is met only about half the time, and less when reports are missing.", Fields: []field{
			x.choice("outcome", "Primary measure", "conflict", "Tension between them, 0–10", "leaving", "Closeness to leaving, 0–10"),
			x.choice("criterion_kind", "Criterion", "level", "Level: the average of the last 3 reports is at most …", "drop", "Drop: it is below the baseline average by at least …"),
			x.number("criterion", "Points", "0 to 10; a drop is at least "+itoa(leastDrop), 0, 10)}},
	}
	if !e.Started {
		parts = append(parts, part{Heading: "How long", Class: designClass, Fields: []field{
			x.number("baseline_weeks", "Weeks of baseline", "3 to 6, four as a rule. Never prolong it when somebody is about to leave or is unsafe.", 3, 6),
			x.number("phase_weeks", "Weeks of the first phase", "4 to 6. The client is told “4 to 6 weeks” from the start.", 4, 6),
			x.choice("draw_latest", "Draw the start week?", "", "No", "5", "From the 4th to the 5th week", "6", "From the 4th to the 6th week", "7", "From the 4th to the 7th week").
				hint("The app draws the week in which the intervention starts, once, when the baseline starts. “Weeks of baseline” does not count then. It is for honesty: not starting on the worst or the best week.").optional()}})
	}
	return append(parts, sightPart(x), part{Heading: "Stop", Fields: []field{
		x.area("stop_wording", "Words with which either can stop it", "Such as “Not this week.” No reason is asked for.")}})
}

func planInput(f typed, step string) models.PlanInput {
	return models.PlanInput{Step: step, Behaviour: f.text("behaviour"), Label: f.text("label"), CountsIf: f.text("counts_if"), NotCountsIf: f.text("not_counts_if"),
		IfMoment: f.text("if_moment"), ThenAct: f.text("then_act"), Dose: f.text("dose"), DoseWords: f.text("dose_words"), Cost: f.text("cost"),
		Prediction: f.text("prediction"), Confidence: f.text("confidence"), Outcome: f.text("outcome"), CriterionKind: f.text("criterion_kind"),
		Criterion: f.text("criterion"), BaselineWeeks: f.text("baseline_weeks"), PhaseWeeks: f.text("phase_weeks"), StopWording: f.text("stop_wording"),
		DrawnBy: f.text("draw_latest"), Reason: f.text("reason"), Version: f.text("version"), Submission: f.submission()}
}

// editPlan shows one step of the plan.
func (a *App) editPlan(c echo.Context, v models.Viewer) error {
	p, err := a.planForm(c, v, c.Param("step"), nil, nil)
	if err != nil {
		return err
	}
	return a.page(c, http.StatusOK, p)
}

// savePlan keeps one step of the plan and goes on to the next.
func (a *App) savePlan(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	ctx, id, step := c.Request().Context(), c.Param("experiment"), c.Param("step")
	e, _, err := a.db.Experiment(ctx, v, id)
	if err != nil {
		return err
	}
	in := planInput(f, step)
	if e.Started {
		in.BaselineWeeks, in.PhaseWeeks, in.DrawnBy = digits(e.BaselineWeeks), digits(e.PhaseWeeks), digits(e.DrawLatest)
	}
	if step != "act" && step != "measure" {
		return &models.Error{Kind: models.NotFound, Message: "There is no such page."}
	}
	if err := a.db.SavePlan(ctx, v, id, in); err != nil {
		return a.retry(c, err, func(e *models.Error) (simplePage, error) { return a.planForm(c, v, step, f, e) })
	}
	if step == "act" && !e.Complete() {
		return a.redirect(c, planStepPath(id, "measure"))
	}
	return a.redirect(c, experimentPath(id))
}

// experimentPage is one experiment: its agreement, where it stands, and the
// acts that are possible now.
type experimentPage struct {
	Page      page
	Stand     string
	Next      string
	Flag      *openFlag
	Agreement agreement
	Complete  bool
	Edit      []link
	Start     *form
	Blocked   string // why it cannot start
	Acts      []link
	Extend    *form
	Phases    []phaseRow
	Changes   []models.PlanChange
	Drawn     string
	Review    *link
	Masked    *link // the series without labels
	Print     string
}

type phaseRow struct{ Name, Weeks, Dates, What string }

func (experimentPage) template() string { return "experiment" }

// showExperiment shows an experiment.
func (a *App) showExperiment(c echo.Context, v models.Viewer) error {
	p, err := a.experimentPage(c, v, nil, nil)
	if err != nil {
		return err
	}
	return a.page(c, http.StatusOK, p)
}

func (a *App) experimentPage(c echo.Context, v models.Viewer, f typed, problem *models.Error) (experimentPage, error) {
	ctx, id := c.Request().Context(), c.Param("experiment")
	e, phases, err := a.db.Experiment(ctx, v, id)
	if err != nil {
		return experimentPage{}, err
	}
	k, err := a.db.Case(ctx, v, e.CaseID)
	if err != nil {
		return experimentPage{}, err
	}
	today, err := a.today(c)
	if err != nil {
		return experimentPage{}, err
	}
	p := experimentPage{Page: a.chrome(v, casesPath, "Experiment "+itoa(e.Number)).back(casePath(k.ID), k.Client.Name+" and "+k.Partner.Name),
		Agreement: newAgreement(k.Client.Name, k.Frame.Goal, e), Complete: e.Complete(), Print: agreementPath(id)}
	p.Stand, p.Next = standing(e, phases, today)
	r, err := a.db.Review(ctx, v, id)
	if err != nil {
		return p, err
	}
	p.Flag = newOpenFlag(k.ID, models.OpenLevel(r.Flags))
	if e.EndedWeek == "" {
		p.Edit = []link{{Href: planStepPath(id, "act"), Text: "Edit the act"}, {Href: planStepPath(id, "measure"), Text: "Edit dose and measure"}}
	}
	if !e.Started {
		return p, a.offerStart(c, v, &p, e, k, today, f, problem)
	}
	p.Review = &link{Href: reviewPath(id), Text: "Review"}
	if e.DrawnWeek != "" {
		p.Drawn = "The start of the intervention was drawn: " + e.DrawnWeek.Monday().Long() + "."
	}
	for _, ph := range phases {
		p.Phases = append(p.Phases, newPhaseRow(ph))
		if ph.Kind == models.Intervention {
			p.Masked = &link{Href: maskedPath(id), Text: "The series without labels"}
		}
	}
	if p.Changes, err = a.db.PlanChanges(ctx, v, id); err != nil {
		return p, err
	}
	if e.Running() {
		p.Acts = actsFor(id, phases, r)
		last := phases[len(phases)-1]
		if last.Weeks < last.MostWeeks {
			p.Extend = &form{ID: "extend-form", Action: experimentPath(id) + "/extend", Submit: "Extend " + last.Name + " by a week", Quiet: true, Hidden: hidden(nil, "")}
		}
	}
	return p, nil
}

// actsFor lists the acts that fit where a running experiment stands.
func actsFor(id string, phases []models.Phase, r models.Review) (acts []link) {
	add := func(fits bool, kind, text string) {
		if fits && r.MayStart(kind) == nil {
			acts = append(acts, link{Href: phaseStepPath(id, kind), Text: text})
		}
	}
	started, withdrawn := false, false
	for _, ph := range phases {
		started = started || ph.Kind == models.Intervention
		if ph.Kind != models.Hold {
			withdrawn = ph.Kind == models.Withdrawal
		}
	}
	add(!started, "intervention", "Start the intervention")
	add(withdrawn, "resume", "Resume")
	add(started, "step_up", "Step up")
	add(true, "withdrawal", "Go back for a while")
	add(started, "follow_up", "Monthly follow-up")
	add(started, "weekly", "Weekly follow-up")
	add(true, "hold", "Hold")
	return append(acts, link{Href: experimentPath(id) + "/end", Text: "End"})
}

func newPhaseRow(ph models.Phase) phaseRow {
	weeks := itoa(ph.Weeks) + " weeks"
	switch {
	case ph.MostWeeks > ph.Weeks:
		weeks = itoa(ph.Weeks) + " to " + itoa(ph.MostWeeks) + " weeks"
	case ph.Weeks == 1:
		weeks = "1 week"
	}
	change := map[string]string{"dose": "More often.", "quality": "Other quality.", "dose_quality": "More often and other quality.", "behaviour": "Another act.", "resume": "The same again."}[ph.Change]
	what := strings.TrimSpace(change + " " + sentence(ph.Behaviour))
	if ph.Kind == models.Withdrawal {
		what = "Nothing is planned. Things go on as before the act."
	}
	if ph.Kind == models.FollowUp && ph.Every == 4 {
		what = "Forms every fourth week. " + what
	}
	return phaseRow{Name: phaseTitle(ph), Weeks: weeks, Dates: ph.Start.Monday().Long() + " to " + ph.LastWeek().Sunday().Long(), What: what}
}

// offerStart adds the start of a draft, or says what blocks it.
func (a *App) offerStart(c echo.Context, v models.Viewer, p *experimentPage, e models.Experiment, k models.Case, today models.Day, f typed, problem *models.Error) error {
	gate, err := a.db.Gate(c.Request().Context(), v, k.ID)
	if err != nil {
		return err
	}
	switch {
	case !e.Complete():
		p.Blocked = "The plan has gaps. Fill in both steps first."
	case !gate.Open(k.Frame.Ending):
		p.Blocked = "The gate is not open yet. Settle each of its points on the case’s page."
	case p.Flag != nil && p.Flag.Level == models.Red:
		p.Blocked = models.RedFlagOpen
	default:
		ed := editing{typed: f, problem: problem}
		x := ed.filler("")
		fm := ed.finish(form{ID: "start-form", Action: experimentPath(e.ID) + "/start", Submit: "Start the baseline", Parts: []part{{
			Heading: "Start", Intro: "From now on a change of the plan is kept with its date. The first weeks go on as before: nothing changes yet.", Fields: []field{startField(x, models.StartWeeks(models.Baseline, models.Phase{}, today))}}}})
		p.Start = &fm
	}
	return nil
}

// startField offers the weeks in which a phase can start.
func startField(x filler, weeks []models.Week) field {
	y := x.field("select", "start", "First week")
	for _, w := range weeks {
		y.Options = append(y.Options, option{Value: string(w), Text: "Week of " + w.Monday().Long(), Checked: y.Value == string(w)})
	}
	return y
}

// startExperiment locks the plan and starts the baseline.
func (a *App) startExperiment(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	id := c.Param("experiment")
	err = a.db.StartExperiment(c.Request().Context(), v, id, f.text("start"), f.submission())
	return a.afterAct(c, v, id, f, err)
}

// afterAct goes on to the experiment after an act on it, or shows its page
// again with the problem.
func (a *App) afterAct(c echo.Context, v models.Viewer, id string, f typed, err error) error {
	if err == nil {
		return a.redirect(c, experimentPath(id))
	}
	e, status, ok := a.again(c, err)
	if !ok {
		return err
	}
	p, err := a.experimentPage(c, v, f, e)
	if err != nil {
		return err
	}
	if p.Start == nil {
		return e
	}
	return a.pageOr(c, status, p, *p.Start)
}

// today is the calendar date in the practice's zone.
func (a *App) today(c echo.Context) (models.Day, error) {
	p, err := a.db.Practice(c.Request().Context())
	if err != nil {
		return "", err
	}
	return models.DayOf(a.db.Now(), p.Location()), nil
}
