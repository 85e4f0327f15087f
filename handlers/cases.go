package handlers

import (
	"context"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"enough/models"
)

func (a *App) openCaseForm(v models.Viewer, f typed, e *models.Error) simplePage {
	ed := editing{typed: f, problem: e}
	fields := ed.filler("")
	pronouns := []string{"she", "she, her", "he", "he, him", "they", "they, them"}
	return simplePage{Page: a.chrome(v, casesPath, "Open a case").back(casesPath, "Cases"),
		Intro: []string{"The client is the one who will try a change. The partner is the one whose report is the measure."},
		Form: ed.finish(form{ID: "case-form", Action: casesPath, Submit: "Open the case", Parts: []part{
			{Heading: "Client", Fields: []field{fields.text("client_name", "Name", ""), fields.choice("client_pronoun", "Pronoun", pronouns...)}},
			{Heading: "Partner", Fields: []field{fields.text("partner_name", "Name", ""), fields.choice("partner_pronoun", "Pronoun", pronouns...)}},
			{Fields: []field{fields.choice("children", "Do children live at home?", "yes", "Yes", "no", "No")}},
		}})}
}

// newCase shows the form of a new case.
func (a *App) newCase(c echo.Context, v models.Viewer) error {
	return a.page(c, http.StatusOK, a.openCaseForm(v, nil, nil))
}

// openCase opens a case and goes on to its frame.
func (a *App) openCase(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	id, err := a.db.OpenCase(c.Request().Context(), v, models.OpenCaseInput{
		ClientName: f.text("client_name"), PartnerName: f.text("partner_name"), ClientPronoun: f.text("client_pronoun"),
		PartnerPronoun: f.text("partner_pronoun"), Children: f.text("children"), Submission: f.submission()})
	if err != nil {
		return a.retry(c, err, func(e *models.Error) (simplePage, error) { return a.openCaseForm(v, f, e), nil })
	}
	return a.redirect(c, casePath(id)+"/frame")
}

// casePage is one case: its people, frame, gate and experiments.
type casePage struct {
	Page        page
	Closed      *closedCase
	Flag        *openFlag
	People      []casePerson
	NewCode     string // shown once, with whose it is
	NewCodeFor  string
	InPerson    bool // the code lasts for as long as they are together
	Frame       []saved
	FrameHref   string
	Checklist   []checkLine
	Ready       string // whether an experiment can start
	Screen      string // that the screen is old, empty when it is not
	GateHref    string
	Experiments []experimentRow
	Candidates  []candidateButton
	CanPlan     bool
	PlanHref    string
	PlanID      string // the submission of a new plan
	Links       []link
	Handed      []handedView
	By          string // by what right it is open; empty for the viewer's own
}

type casePerson struct {
	Name, Role, State string
	Action            string // makes a one-time code
	Value             string
	End               *form // ends the way in
}

type checkLine struct {
	Text, Why string
	Done      bool
}

type experimentRow struct {
	Href, Title, Stand, Next string
	Review                   *link
}

type candidateButton struct{ Behaviour, Cost string }

func (casePage) template() string { return "case" }

// casePage makes the page; f and e are a form on it that is shown again.
func (a *App) casePage(c echo.Context, v models.Viewer, f typed, e *models.Error) (casePage, error) {
	ctx, id := c.Request().Context(), c.Param("case")
	k, err := a.db.Case(ctx, v, id)
	if err != nil {
		return casePage{}, err
	}
	gate, err := a.db.Gate(ctx, v, id)
	if err != nil {
		return casePage{}, err
	}
	experiments, err := a.db.Experiments(ctx, v, id)
	if err != nil {
		return casePage{}, err
	}
	p := casePage{Page: a.chrome(v, casesPath, k.Client.Name+" and "+k.Partner.Name).back(casesPath, "Cases"),
		FrameHref: casePath(id) + "/frame", GateHref: casePath(id) + "/gate", CanPlan: k.Closed.On == "",
		PlanHref: casePath(id) + "/experiments", PlanID: newSubmission()}
	p.Page.Title = "Case"
	own := k.Right == models.Own
	p.By = rightNote(k.Right, k.Therapist)
	// What was sent belongs to the one form that it came from.
	sent := func(role string) editing {
		if f != nil && f.text("role") == role {
			return editing{typed: f, problem: e}
		}
		return editing{}
	}
	practice, err := a.db.Practice(ctx)
	if err != nil {
		return p, err
	}
	today := models.DayOf(a.db.Now(), practice.Location())
	p.Closed = newClosedCase(k, practice.KeptUntil(k.Closed.On), today, sent(""))
	for _, person := range []models.Person{k.Client, k.Partner} {
		line := casePerson{Name: person.Name, Role: string(person.Role), State: "has not joined", Action: casePath(id) + "/code", Value: string(person.Role)}
		switch {
		case person.Joined:
			line.State = "has joined"
		case person.AccessEnded != "":
			line.State = "no access since " + person.AccessEnded.Long()
		}
		if person.AccessEnded == "" && own {
			end := endAccessForm(id, person, sent(line.Role))
			line.End = &end
		}
		p.People = append(p.People, line)
	}
	p.Frame = frameLines(k)
	if gate.ScreenOld(today) && p.Closed == nil {
		p.Screen = screenText(gate)
	}
	for _, item := range gate.Checklist(k.Frame.Ending) {
		p.Checklist = append(p.Checklist, checkLine{item.Text, item.Why, item.Done})
	}
	flags, err := a.db.Flags(ctx, v, id)
	if err != nil {
		return p, err
	}
	last, err := a.lastDecision(ctx, v, experiments)
	if err != nil {
		return p, err
	}
	level := models.OpenLevel(flags)
	if p.Ready = readyText(gate.Open(k.Frame.Ending), level == models.Red, last); p.Closed == nil {
		p.Flag = newOpenFlag(id, level)
	}
	for _, e := range experiments {
		_, phases, err := a.db.Experiment(ctx, v, e.ID)
		if err != nil {
			return p, err
		}
		row := experimentRow{Href: experimentPath(e.ID), Title: "Experiment " + itoa(e.Number)}
		if e.Behaviour != "" {
			row.Title += ": " + e.Behaviour
		}
		row.Stand, row.Next = standing(e, phases, today)
		if e.Started {
			row.Review = &link{Href: reviewPath(e.ID), Text: "Review"}
		}
		p.Experiments = append(p.Experiments, row)
		p.CanPlan = p.CanPlan && e.EndedWeek != ""
	}
	for _, candidate := range k.Frame.Candidates {
		b := candidateButton{Behaviour: candidate.Behaviour}
		if candidate.Cost != nil {
			b.Cost = itoa(*candidate.Cost) + " of 10"
		}
		p.Candidates = append(p.Candidates, b)
	}
	p.Links = []link{{Href: flagsPath(id), Text: "Flags"}, {Href: logPath(id), Text: "Log"}, {Href: casePath(id) + "/weeks", Text: "Weeks and paper forms"}, {Href: messagesPath(id), Text: "Messages"}, {Href: casePath(id) + "/publish", Text: "Publish what was released"},
		{Href: casePath(id) + "/seen", Text: "What the client sees"}, {Href: casePath(id) + "/together", Text: "The couple’s page"}}
	if own {
		p.Links = append(p.Links, link{Href: sharePath(id), Text: "Share the case"}, link{Href: supervisionPath(id), Text: "Supervision"})
	}
	if own && p.Closed == nil {
		p.Links = append(p.Links, link{Href: handoverPath(id), Text: "Hand the case over"}, link{Href: casePath(id) + "/close", Text: "Close the case"})
	}
	handed, err := a.db.Handovers(ctx, v, id)
	if err != nil {
		return p, err
	}
	p.Handed = newHandedViews(handed)
	return p, nil
}

// screenText asks for another screen.
func screenText(g models.Gate) string {
	return "The screen for violence is of " + g.ScreenOn.Long() + ". Screen again every four weeks, and before each step up."
}

// lastDecision is the newest decision on the newest experiment that has started,
// its zero value when there is none.
func (a *App) lastDecision(ctx context.Context, v models.Viewer, experiments []models.Experiment) (last models.Decision, err error) {
	for _, e := range slices.Backward(experiments) {
		if !e.Started {
			continue
		}
		list, err := a.db.Decisions(ctx, v, e.ID)
		if err != nil || len(list) == 0 {
			return last, err
		}
		return list[len(list)-1], nil
	}
	return last, nil
}

// readyText says whether an experiment can start. That one was stopped for harm,
// or the treatment ended, settles no point of the gate anew, and is said.
func readyText(gateOpen, redFlag bool, last models.Decision) string {
	text := "Everything is settled: an experiment can start."
	ended := last.Choice == "stop_harm" || last.Choice == "end_treatment"
	switch {
	case !gateOpen:
		text = "Not settled yet: no experiment can start."
	case redFlag:
		text = "Each point is settled, but no experiment can start."
	case ended:
		text = "Each point was settled before."
	}
	if redFlag {
		text += " " + models.RedFlagOpen
	}
	if ended {
		text += " The last decision, on " + last.On.Long() + ", was “" + models.ChoiceText(last.Choice) + "”."
	}
	return text
}

func frameLines(k models.Case) []saved {
	f := k.Frame
	economic := map[string]string{"yes": "Yes. Caution with anything that involves money or time control.", "no": "No", "unknown": "Not known"}[f.Economic]
	standing := f.Standing
	if standing == "" {
		standing = "Unknown"
	}
	return []saved{{"What does the client want?", f.Goal}, {"What does it cost, if it is lost?", f.Stake}, {"Whose cooperation does it need?", f.Cooperation},
		{"Where does that stand now?", standing}, {"Does the partner depend on the client’s money?", economic}, {"I will end this if …", f.Ending}}
}

// showCase shows one case.
func (a *App) showCase(c echo.Context, v models.Viewer) error {
	p, err := a.casePage(c, v, nil, nil)
	if err != nil {
		return err
	}
	return a.page(c, http.StatusOK, p)
}

// makeCode makes a one-time code for the client or the partner and shows it
// once, here, on the therapist's own screen.
func (a *App) makeCode(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	role, err := coupleRole(f)
	if err != nil {
		return err
	}
	code, err := a.db.InviteTo(c.Request().Context(), v, c.Param("case"), role)
	if err != nil {
		return err
	}
	p, err := a.casePage(c, v, nil, nil)
	if err != nil {
		return err
	}
	p.NewCode = code
	for _, person := range p.People {
		if person.Value == string(role) {
			p.NewCodeFor, p.InPerson = person.Name, role == models.Partner
		}
	}
	return a.page(c, http.StatusOK, p)
}
