package handlers

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"enough/models"
)

// decisionPage is the form of a decision with the numbers that it will keep.
type decisionPage struct {
	Page      page
	Attention attention
	Verdict   verdictView
	Numbers   *numbersView
	Ending    string // the therapist's own ending criteria, shown back
	Frozen    table
	Form      form
}

func (decisionPage) template() string { return "decision" }

// decisionView is a decision that was made.
type decisionView struct {
	Title string
	Lines []saved
	Table table
	Act   *link  // the act that the newest one opens
	Asks  []link // what else it asks for
}

var presentPairs = []string{"client", "Client", "both", "Both", "partner", "Partner", "nobody", "Nobody else"}

// lineAnswer writes an answer to a question of the line or of the use of skill.
func lineAnswer(answer string) string {
	return map[string]string{"yes": "Yes", "no": "No", "unsure": "Not sure"}[answer]
}

// lineFields are the line checklist and the review of the use of skill.
func lineFields(x filler) []field {
	used := x.choice("skill_used", "Has anything learned here been used against somebody, the partner or anybody else?", "no", "No", "yes", "Yes")
	fields := []field{used.hint("A yes keeps from stepping up."), x.area("skill_against", "Against whom, and how", "").when("skill_used=yes")}
	for _, item := range models.LineItems {
		fields = append(fields, x.choice("line_"+item, models.LineText(item), "yes", "Yes", "no", "No", "unsure", "Not sure"))
	}
	return fields
}

// endingFields are those of a decision to stop for harm, or to end.
func endingFields(x filler) []field {
	return []field{
		x.date("from", "From when it holds", "The next planned review, so that nobody can tie it to one report. Enter today to stop now.").when("choice=stop_harm|end_treatment"),
		x.date("partner_first", "Partner spoken to first, on", "Before the client is told. If the partner was not reached: when you tried.").when("choice=end_treatment"),
		x.area("referral", "Referral of the client", "To whom, or that it was declined.").when("choice=end_treatment"),
	}
}

func frozenTable(list []models.FrozenPhase) table {
	t := table{Caption: "Numbers as they stand, kept with the decision", Head: []string{"Phase", "Partner reports", "Done", "Tension", "Close to leaving", "Noticed", "Felt real", "Call"}}
	for _, f := range list {
		done := "–"
		if f.Planned > 0 {
			done = itoa(f.Done) + " of " + itoa(f.Planned)
		}
		t.Rows = append(t.Rows, []string{f.Phase, itoa(f.Reports) + " of " + itoa(f.Asked) + models.AsideWords(f.SetAside), done, mean(f.Conflict), mean(f.Leaving), mean(f.Noticed), mean(f.FeltReal), orElse(models.CallText(f.CallGave), "–")})
	}
	return t
}

func newDecisionView(d models.Decision) decisionView {
	view := decisionView{Title: d.On.Long() + " · " + d.Phase + " · " + models.ChoiceText(d.Choice), Table: frozenTable(d.Frozen.Phases)}
	add := func(name, value string) {
		if value != "" {
			view.Lines = append(view.Lines, saved{name, value})
		}
	}
	for i := 0; i < len(presentPairs); i += 2 {
		if presentPairs[i] == d.Present {
			add("Present", presentPairs[i+1])
		}
	}
	if verdict := d.Frozen.Verdict; verdict.Kind != "" {
		add("Verdict on "+verdict.Phase, keptVerdict(verdict).line())
		add("Evidence", d.Frozen.Evidence)
	}
	add("Against the verdict, because", d.Because)
	add("A skill was used against somebody", lineAnswer(d.Skill.Used))
	add("Reasons", d.Reasons)
	add("Who suffers less because of this?", d.SuffersLess)
	add("Who pays for it?", d.WhoPays)
	add("The client’s learning", d.Learning)
	if d.Confidence != nil {
		add("The client is now sure", itoa(*d.Confidence)+" %")
	}
	if n := len(d.Frozen.Phases); n > 0 {
		last := d.Frozen.Phases[n-1]
		add("Criterion", models.ItemText(last.Outcome)+": "+last.Criterion)
	}
	add("Against somebody", d.Skill.Against)
	for i, answer := range d.Line {
		add(models.LineText(models.LineItems[i]), lineAnswer(answer))
	}
	if d.Ending.From != "" {
		add("Holds from", d.Ending.From.Long())
	}
	if d.Ending.PartnerFirst != "" {
		add("Partner spoken to first", d.Ending.PartnerFirst.Long())
	}
	add("Referral", d.Ending.Referral)
	add("Written for the client", d.ClientText)
	add("Written for the partner", d.PartnerText)
	return view
}

func (a *App) decisionPage(c echo.Context, v models.Viewer, f typed, e *models.Error) (decisionPage, error) {
	id := c.Param("experiment")
	r, err := a.db.Review(c.Request().Context(), v, id)
	if err != nil {
		return decisionPage{}, err
	}
	if len(r.Phases) == 0 {
		return decisionPage{}, &models.Error{Kind: models.Conflict, Message: "This experiment has not started. There is nothing to decide yet."}
	}
	frozen, version := r.Frozen()
	ed := editing{typed: f, problem: e, saved: map[string]string{"on": string(r.Today), "choice": "", "from": string(r.NextReview())}}
	x := ed.filler("")
	choice := x.field("choice", "choice", "Decision")
	var against []string
	for _, value := range models.Choices {
		if frozen.Verdict.Refuses(value) {
			continue
		}
		if frozen.Verdict.Against(value) {
			against = append(against, value)
		}
		choice.Options = append(choice.Options, option{Value: value, Text: models.ChoiceText(value), Checked: choice.Value == value})
	}
	present := x.choice("present", "Who was present", presentPairs...)
	chosen := []field{choice}
	if len(against) > 0 {
		chosen = append(chosen, x.area("because", "Against the verdict, because …", "The verdict is “"+strings.ToLower(models.VerdictText(frozen.Verdict.Kind))+"”. This decision goes another way: it is kept with your reason.").
			when("choice="+strings.Join(against, "|")))
	}
	fm := form{ID: "decision-form", Action: decisionPath(id), Submit: "Keep the decision", Parts: []part{
		{Heading: "Decision on " + r.Reviewed().Phase.Name, Fields: slices.Concat(chosen, endingFields(x), []field{x.date("on", "Date", ""), present,
			x.area("reasons", "Reasons", "For you alone.")})},
		{Heading: "The line", Intro: "For you alone. There is no total and no name for it; if you are not sure twice, take it to supervision.", Fields: lineFields(x)},
		{Heading: "Two questions that the app does not answer", Fields: []field{
			x.area("suffers_less", "Who suffers less because of this?", ""), x.area("who_pays", "Who pays for it?", "")}},
		{Heading: "From the client", Fields: []field{x.text("learning", "What was learned, one sentence of the client’s", "").optional(),
			x.number("confidence", "How sure is the client now that this will be enough?", "0 to 100 per cent", 0, 100).optional()}},
		{Heading: "To be read by them", Intro: "Each reads only the text that is meant for that person. Give no reason that comes from the partner’s answers.", Fields: []field{
			x.area("client_text", "For the client", "").optional(), x.area("partner_text", "For the partner", "").optional()}},
	}}
	ed.version = 0
	fm = ed.finish(fm)
	fm.Hidden = append(fm.Hidden[:1], saved{"version", version})
	return decisionPage{Page: a.chrome(v, casesPath, "Decide").back(reviewPath(id), "Review"), Attention: newAttention(r), Verdict: newVerdictView(r), Numbers: newNumbersView(r),
		Ending: r.Case.Frame.Ending, Frozen: frozenTable(frozen.Phases), Form: fm}, nil
}

// editDecision shows the form of a decision.
func (a *App) editDecision(c echo.Context, v models.Viewer) error {
	p, err := a.decisionPage(c, v, nil, nil)
	if err != nil {
		return err
	}
	return a.page(c, http.StatusOK, p)
}

// saveDecision keeps a decision and goes on to the act that it opens.
func (a *App) saveDecision(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	id := c.Param("experiment")
	err = a.db.Decide(c.Request().Context(), v, id, models.DecisionInput{Choice: f.text("choice"), On: f.text("on"), Present: f.text("present"),
		Reasons: f.text("reasons"), SuffersLess: f.text("suffers_less"), WhoPays: f.text("who_pays"), Learning: f.text("learning"),
		Confidence: f.text("confidence"), ClientText: f.text("client_text"), PartnerText: f.text("partner_text"), Because: f.text("because"),
		Line: [4]string{f.text("line_care"), f.text("line_breaks"), f.text("line_harms"), f.text("line_enjoys")}, SkillUsed: f.text("skill_used"), SkillAgainst: f.text("skill_against"),
		From: f.text("from"), PartnerFirst: f.text("partner_first"), Referral: f.text("referral"), Version: f.text("version"), Submission: f.submission()})
	if err == nil {
		return a.redirect(c, reviewPath(id)+"#decisions")
	}
	e, status, ok := a.again(c, err)
	if !ok {
		return err
	}
	p, err := a.decisionPage(c, v, f, e)
	if err != nil {
		return err
	}
	if e.Kind == models.Conflict {
		// The numbers above the form are part of what has changed.
		return a.page(c, status, p)
	}
	return a.pageOr(c, status, p, p.Form)
}

// asksOf gives what the newest decision asks for besides its own act.
func asksOf(d models.Decision, caseID string) (list []link) {
	if d.Skill.Used == "yes" && d.Choice != "end_treatment" {
		list = append(list, link{Href: decisionPath(d.Experiment), Text: "A skill was used against somebody: decide whether to end"})
	}
	if d.Unsure() > 1 {
		list = append(list, link{Href: supervisionPath(caseID), Text: "Not sure about the line: take it to supervision"})
	}
	return list
}

// afterDecision is where the act lies that a decision opens.
func afterDecision(id, choice string) string {
	switch choice {
	case "step_up", "hold", "follow_up":
		return phaseStepPath(id, choice)
	case "enough", "enough_for_now":
		return phaseStepPath(id, "follow_up")
	case "stop_no_benefit", "stop_harm", "end_treatment":
		return experimentPath(id) + "/end"
	}
	return experimentPath(id)
}
