package handlers

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"enough/models"
)

// practicePage shows the practice's settings and its therapists.
type practicePage struct {
	Page       page
	Form       form
	Rules      rulesView
	Therapists []practicePerson
	Add        form
	NewName    string
	NewCode    string
}

// practicePerson is a therapist, with the way to a new code for her.
type practicePerson struct {
	Name, State, Value string
	Invite             bool
	Deputy             form
	DeputyOpen         bool  // that form is shown again
	HandAll, Leave     *form // nil where there is nothing to hand over or to end
	Leaving            bool  // one of the two is shown again, or her cases wait for another
}

func (practicePage) template() string { return "practice" }

func (a *App) practicePage(c echo.Context, v models.Viewer, f typed, e *models.Error) (practicePage, error) {
	return a.practicePageWith(c, v, f, e, func(string, string) editing { return editing{} })
}

// practicePageWith makes the page; sent gives what was typed into a form about one
// of the therapists.
func (a *App) practicePageWith(c echo.Context, v models.Viewer, f typed, e *models.Error, sent func(kind, person string) editing) (practicePage, error) {
	ctx := c.Request().Context()
	if !v.Owner {
		return practicePage{}, &models.Error{Kind: models.NotFound, Message: "There is no such page."}
	}
	now, err := a.db.Practice(ctx)
	if err != nil {
		return practicePage{}, err
	}
	people, err := a.db.Members(ctx, v)
	if err != nil {
		return practicePage{}, err
	}
	ed := editing{typed: f, problem: e, version: now.Version,
		saved: map[string]string{"practice": now.Name, "zone": now.Zone, "office": now.Office, "emergency": now.Emergency,
			"some_change": points(now.SomeChange), "worse_change": points(now.WorseChange), "least_drop": itoa(now.LeastDrop), "fair_dose": itoa(now.FairDose),
			"hours": now.Hours, "policy": now.Policy, "quiet_from": string(now.QuietFrom), "quiet_until": string(now.QuietUntil), "keep_years": itoa(now.KeepYears)}}
	p := practicePage{Page: a.chrome(v, practicePath, "Practice"),
		Form:  ed.finish(form{ID: "practice-form", Action: practicePath, Submit: "Save", Parts: []part{practiceFields(ed.filler("")), wayFields(ed.filler("")), thresholdFields(ed.filler(""))}}),
		Rules: newRulesView(), Add: addForm(editing{})}
	for i, t := range people {
		p.Therapists = append(p.Therapists, newPracticePerson(i+1, v, t, people, sent))
	}
	return p, nil
}

// wayFields are how the practice works.
func wayFields(f filler) part {
	return part{Heading: "How the practice works", Fields: []field{
		f.text("hours", "When reports are read", "As the partner is told, such as “on working days from 9 to 17”.").optional(),
		f.choice("policy", "What one of a couple tells", "limited", "Stays with the therapist, within the limits that both know", "no_secrets", "No secrets: what one tells, both may hear").hint("With no secrets there is no partner’s side: nobody signs in to it, and reports are entered in the session."),
		f.date("quiet_from", "Quiet from", "From this day nobody is reminded of a form, for a holiday.").optional(),
		f.date("quiet_until", "Quiet until", "The last such day.").optional(),
		f.number("keep_years", "Years a closed case is kept", "1 to 30, by the rules that hold where you work. Then it is marked for erasing.", 1, 30),
	}}
}

func newPracticePerson(n int, v models.Viewer, t models.Member, all []models.Member, sent func(kind, person string) editing) practicePerson {
	deputy, handAll, leave := sent("deputy", t.ID), sent("all", t.ID), sent("leave", t.ID)
	x := practicePerson{Name: t.Name, State: memberState(t, all), Value: t.ID, Invite: t.ID != v.PersonID, Deputy: deputyForm(n, t, all, deputy), DeputyOpen: deputy.problem != nil}
	if t.ID == v.PersonID {
		return x
	}
	gone := t.AccessEnded != ""
	// Whether somebody who can come in has cases is not for this page.
	if !gone && t.Joined || t.HasCases {
		x.HandAll = handAllForm(n, t, all, handAll)
	}
	if !gone {
		x.Leave = leaveForm(n, t, leave)
	}
	x.Leaving = handAll.problem != nil || leave.problem != nil || gone && t.HasCases
	return x
}

// memberState says where a therapist stands.
func memberState(t models.Member, all []models.Member) string {
	state := "not joined yet"
	switch {
	case t.Owner:
		state = "owner"
	case t.Joined:
		state = "joined"
	case t.AccessEnded != "":
		state = "no access since " + t.AccessEnded.Long()
		if t.HasCases {
			state += ", and still has cases"
		}
	}
	for _, o := range all {
		if o.ID == t.DeputyID {
			state += "; " + o.Name + " stands in"
		}
	}
	return state
}

// thresholdFields are the settings of the verdict.
func thresholdFields(f filler) part {
	return part{Heading: "Thresholds of the verdict", Intro: "A phase is judged by those with which it began. A change here holds for the phases that begin after it.", Fields: []field{
		f.text("some_change", "Some change", "Points by which an average must differ from the baseline to count as some change, such as 1."),
		f.text("worse_change", "Worse", "Points above the baseline average from which the partner counts as worse off, such as 1.5."),
		f.number("least_drop", "Least drop", "The least that a criterion “drop” may ask for, 2 to 5 points.", 2, 5),
		f.number("fair_dose", "Fair test", "Per cent of the dose that must have been done, 50 to 100.", 50, 100),
	}}
}

// points writes a number of points as it would be typed.
func points(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

func addForm(ed editing) form {
	return ed.finish(form{ID: "add-form", Action: practicePath + "/therapists", Submit: "Make a code", Quiet: true, Plain: true,
		Parts: []part{{Heading: "Add a therapist", Fields: []field{ed.filler("add-").text("name", "Name", "")}}}})
}

// editPractice shows the settings to the owner.
func (a *App) editPractice(c echo.Context, v models.Viewer) error {
	p, err := a.practicePage(c, v, nil, nil)
	if err != nil {
		return err
	}
	return a.page(c, http.StatusOK, p)
}

// savePractice changes the settings.
func (a *App) savePractice(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	if !v.Owner {
		return &models.Error{Kind: models.NotFound, Message: "There is no such page."}
	}
	if err := a.db.ChangePractice(c.Request().Context(), v, practiceInput(f)); err != nil {
		e, status, ok := a.again(c, err)
		if !ok {
			return err
		}
		p, err := a.practicePage(c, v, f, e)
		if err != nil {
			return err
		}
		return a.pageOr(c, status, p, p.Form)
	}
	return a.redirect(c, practicePath)
}

// addTherapist adds a therapist and shows her code, once.
func (a *App) addTherapist(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	if !v.Owner {
		return &models.Error{Kind: models.NotFound, Message: "There is no such page."}
	}
	code, problem := a.db.AddTherapist(c.Request().Context(), v, f.text("name"), f.submission())
	e, status, again := a.again(c, problem)
	if problem != nil && !again {
		return problem
	}
	p, err := a.practicePage(c, v, nil, nil) // after the act, so that she stands on it
	if err != nil {
		return err
	}
	if again {
		p.Add = addForm(editing{typed: f, problem: e})
		return a.pageOr(c, status, p, p.Add)
	}
	p.NewName, p.NewCode = f.text("name"), code
	return a.page(c, http.StatusOK, p)
}

// inviteTherapist makes a code for a therapist who cannot sign in, and shows it
// once.
func (a *App) inviteTherapist(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	if !v.Owner {
		return &models.Error{Kind: models.NotFound, Message: "There is no such page."}
	}
	code, err := a.db.InviteTherapist(c.Request().Context(), v, f.text("person"))
	if err != nil {
		return err
	}
	p, err := a.practicePage(c, v, nil, nil)
	if err != nil {
		return err
	}
	for _, t := range p.Therapists {
		if t.Value == f.text("person") {
			p.NewName, p.NewCode = t.Name, code
		}
	}
	return a.page(c, http.StatusOK, p)
}
