package handlers

import (
	"github.com/labstack/echo/v4"

	"enough/models"
)

const deputyPath = practicePath + "/deputy"

// deputyForm names who stands in for one of the therapists.
func deputyForm(n int, m models.Member, all []models.Member, ed editing) form {
	ed.saved = map[string]string{"deputy": m.DeputyID}
	who := ed.filler("deputy-"+itoa(n)+"-").field("select", "deputy", "Who stands in for "+m.Name)
	who.Hint = "While a red flag is open: she may then open that case and no other."
	who.Options = []option{{Text: "Nobody", Checked: who.Value == ""}}
	for _, o := range all {
		// One who was named and cannot come in any more is shown as she is kept.
		if o.ID != m.ID && (o.Joined || o.ID == m.DeputyID) {
			who.Options = append(who.Options, option{Value: o.ID, Text: o.Name, Checked: who.Value == o.ID})
		}
	}
	return ed.finish(form{ID: "deputy-" + itoa(n), Action: deputyPath, Submit: "Save", Quiet: true, Plain: true, Hidden: []saved{{"person", m.ID}}, Parts: []part{{Fields: []field{who}}}})
}

// nameDeputy says who stands in for a therapist.
func (a *App) nameDeputy(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	if !v.Owner {
		return &models.Error{Kind: models.NotFound, Message: "There is no such page."}
	}
	return a.afterMember(c, v, f, "deputy", a.db.NameDeputy(c.Request().Context(), v, models.DeputyInput{Person: f.text("person"), Deputy: f.text("deputy"), Submission: f.submission()}))
}

// afterMember answers a form about one of the therapists.
func (a *App) afterMember(c echo.Context, v models.Viewer, f typed, kind string, err error) error {
	if err == nil {
		return a.redirect(c, practicePath)
	}
	e, status, ok := a.again(c, err)
	if !ok {
		return err
	}
	p, err := a.practicePageWith(c, v, nil, nil, func(form, person string) editing {
		if form == kind && person == f.text("person") {
			return editing{typed: f, problem: e}
		}
		return editing{}
	})
	if err != nil {
		return err
	}
	for _, t := range p.Therapists {
		if t.Deputy.Problem != "" || t.HandAll != nil && t.HandAll.Problem != "" || t.Leave != nil && t.Leave.Problem != "" {
			return a.page(c, status, p)
		}
	}
	return e // the form is not on the page, or not any more
}
