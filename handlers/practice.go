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
	Therapists []saved
	Add        form
	NewName    string
	NewCode    string
}

func (practicePage) template() string { return "practice" }

func (a *App) practicePage(c echo.Context, v models.Viewer, f typed, e *models.Error) (practicePage, error) {
	ctx := c.Request().Context()
	if !v.Owner {
		return practicePage{}, &models.Error{Kind: models.NotFound, Message: "There is no such page."}
	}
	now, err := a.db.Practice(ctx)
	if err != nil {
		return practicePage{}, err
	}
	people, err := a.db.Therapists(ctx, v)
	if err != nil {
		return practicePage{}, err
	}
	ed := editing{typed: f, problem: e, version: now.Version,
		saved: map[string]string{"practice": now.Name, "zone": now.Zone, "office": now.Office, "emergency": now.Emergency,
			"some_change": points(now.SomeChange), "worse_change": points(now.WorseChange), "least_drop": itoa(now.LeastDrop), "fair_dose": itoa(now.FairDose)}}
	p := practicePage{Page: a.chrome(v, practicePath, "Practice"),
		Form:  ed.finish(form{ID: "practice-form", Action: practicePath, Submit: "Save", Parts: []part{practiceFields(ed.filler("")), thresholdFields(ed.filler(""))}}),
		Rules: newRulesView(), Add: addForm(editing{})}
	for _, t := range people {
		state := "not joined yet"
		if t.Joined {
			state = "joined"
		}
		if t.Owner {
			state = "owner"
		}
		p.Therapists = append(p.Therapists, saved{t.Name, state})
	}
	return p, nil
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
