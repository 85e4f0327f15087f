package handlers

import (
	"github.com/labstack/echo/v4"

	"enough/models"
)

const (
	leavePath   = practicePath + "/leave"
	handAllPath = practicePath + "/handover"
)

// leaveForm ends the way in of a therapist.
func leaveForm(n int, m models.Member, ed editing) *form {
	fm := ed.finish(form{ID: "leave-" + itoa(n), Action: leavePath, Submit: "End the access of " + m.Name, Quiet: true, Plain: true, Hidden: []saved{{"person", m.ID}},
		Parts: []part{{Intro: "Signs " + m.Name + " out everywhere, at once. Codes, the sign-in and the second factor stop working, and what was shared by others ends. The own cases stay until they are handed over."}}})
	return &fm
}

// handAllForm hands over all cases of a therapist.
func handAllForm(n int, m models.Member, all []models.Member, ed editing) *form {
	x := ed.filler("all-" + itoa(n) + "-")
	to := x.field("select", "to", "Hand all cases of "+m.Name+" to")
	to.Hint = "Open and closed ones. You see nothing of them."
	to.Options = []option{{Text: "Choose"}}
	for _, o := range all {
		if o.ID != m.ID && o.Joined {
			to.Options = append(to.Options, option{Value: o.ID, Text: o.Name, Checked: to.Value == o.ID})
		}
	}
	fm := ed.finish(form{ID: "all-" + itoa(n), Action: handAllPath, Submit: "Hand all cases over", Quiet: true, Plain: true, Hidden: []saved{{"person", m.ID}},
		Parts: []part{{Fields: []field{to, x.area("reason", "Why", "Kept with each case, for whoever has it.")}}}})
	return &fm
}

// endTherapist ends the way in of a therapist who leaves.
func (a *App) endTherapist(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	if !v.Owner {
		return &models.Error{Kind: models.NotFound, Message: "There is no such page."}
	}
	return a.afterMember(c, v, f, "leave", a.db.EndTherapist(c.Request().Context(), v, f.text("person"), f.submission()))
}

// handOverAll gives all cases of a therapist to another.
func (a *App) handOverAll(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	if !v.Owner {
		return &models.Error{Kind: models.NotFound, Message: "There is no such page."}
	}
	return a.afterMember(c, v, f, "all", a.db.HandOverAll(c.Request().Context(), v, models.HandOverAllInput{From: f.text("person"), To: f.text("to"), Reason: f.text("reason"), Submission: f.submission()}))
}
