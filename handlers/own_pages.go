package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"enough/models"
)

// ownPage is what the partner wrote, after her passphrase again.
type ownPage struct {
	Page    page
	Unlock  *form
	Notices []models.Notice
	Rows    []ownRow
	Ways    []turn
	Back    []turn
	Stop    form
	// Passphrase is the form of her passphrase, and PassphraseOn says when she
	// changed it last.
	Passphrase   form
	PassphraseOn string
	Here         string // since when she is signed in; other sessions are for no screen
	Reach        form
	Name         form
}

type ownRow struct {
	Week  string
	Lines []saved
}

func (ownPage) template() string { return "own" }

func (a *App) unlockForm(f typed, e *models.Error) form {
	ed := editing{typed: f, problem: e}
	return ed.finish(form{ID: "unlock-form", Action: visitPath, Submit: "Go on", Hidden: []saved{{"step", "unlock"}},
		Parts: []part{{Intro: "Your own pages open for five minutes.", Fields: []field{ed.filler("").passphrase("passphrase", "Your passphrase", "")}}}})
}

// showOwn shows the partner what she wrote, without the guarded answers.
func (a *App) showOwn(c echo.Context, v models.Viewer) error {
	p, err := a.ownPage(c, v, nil, nil)
	if err != nil {
		return err
	}
	return a.page(c, http.StatusOK, p)
}

// ownPage makes the page; f and e are a form on it that is shown again.
func (a *App) ownPage(c echo.Context, v models.Viewer, f typed, e *models.Error) (ownPage, error) {
	ctx := c.Request().Context()
	p := ownPage{Page: a.partnerChrome(), Back: []turn{toForm, toAbout}}
	if !v.Unlocked {
		fm := a.unlockForm(nil, nil)
		p.Unlock = &fm
		return p, nil
	}
	p.Page.Cover = true
	reports, err := a.db.OwnReports(ctx, v)
	if err != nil {
		return p, err
	}
	if p.Notices, err = a.db.PartnerNotices(ctx, v); err != nil {
		return p, err
	}
	open, isOpen, err := a.db.PartnerForm(ctx, v)
	if err != nil {
		return p, err
	}
	p.Ways = []turn{{To: models.VisitShow, Text: "Choose what may be shown", Main: true}}
	if isOpen && open.Saved > 0 {
		p.Ways = append(p.Ways, turn{To: models.VisitForm, Text: "Change this week’s form", Main: true})
	}
	for i := len(reports) - 1; i >= 0; i-- {
		p.Rows = append(p.Rows, newOwnRow(reports[i]))
	}
	sent := editing{typed: f, problem: e}
	stop, passphrase, reach, name := editing{}, editing{}, editing{}, editing{}
	switch f.text("step") {
	case "stop":
		stop = sent
	case "reach":
		reach = sent
	case "name":
		name = sent
	default:
		passphrase = sent
	}
	if p.Reach, err = a.reachForm(c, v, reach); err != nil {
		return p, err
	}
	p.Name = nameForm(v, visitPath, name)
	p.Name.Hidden = append(p.Name.Hidden, saved{"step", "name"})
	p.Stop = stopForm(open.ClientPronoun, stop)
	p.Passphrase = passphraseForm(v.Role, visitPath, passphrase)
	p.Passphrase.Hidden = append(p.Passphrase.Hidden, saved{"step", "passphrase"})
	practice, err := a.db.Practice(ctx)
	if err != nil {
		return p, err
	}
	sessions, err := a.db.Sessions(ctx, v)
	if err != nil {
		return p, err
	}
	for _, s := range sessions {
		p.Here = "Signed in: " + lowerFirst(sessionText(s, practice.Location())) + "."
	}
	on, err := a.db.PassphraseOn(ctx, v)
	if err == nil && on != "" {
		p.PassphraseOn = "Your passphrase is of " + dayName(on) + "."
	}
	return p, err
}

// reachForm is the form of how the partner is reached.
func (a *App) reachForm(c echo.Context, v models.Viewer, ed editing) (form, error) {
	now, err := a.db.OwnReach(c.Request().Context(), v)
	if err != nil {
		return form{}, err
	}
	ed.saved = reminderSaved(now.Reminders)
	ed.saved["channel"], ed.saved["address"] = now.Contact.Channel, now.Contact.Address
	x := ed.filler("reach-")
	fields := []field{x.choice("channel", "How your therapist may reach you", "phone", "Phone", "text", "Text", "email", "E-mail", "in_session", "In session only"),
		x.text("address", "Number or address", "One that only you read.").optional()}
	return ed.finish(form{ID: "reach-form", Action: visitPath, Submit: "Save", Quiet: true, Plain: true, Hidden: []saved{{"step", "reach"}}, Parts: []part{{Fields: append(fields, reminderFields(x)...)}}}), nil
}

// saveReach changes how the partner is reached.
func (a *App) saveReach(c echo.Context, v models.Viewer, f typed) error {
	return a.afterOwn(c, v, f, a.db.SaveOwnReach(c.Request().Context(), v, reachInput(f)))
}

// changeOwnPassphrase changes the partner's passphrase.
func (a *App) changeOwnPassphrase(c echo.Context, v models.Viewer, f typed) error {
	return a.afterOwn(c, v, f, a.db.ChangePassphrase(c.Request().Context(), v, passphraseInput(f)))
}

// renameOwn changes the partner's own name.
func (a *App) renameOwn(c echo.Context, v models.Viewer, f typed) error {
	return a.afterOwn(c, v, f, a.db.Rename(c.Request().Context(), v, f.text("name"), f.submission()))
}

// afterOwn leads back to the partner's own pages, or shows them again with what is
// to be mended.
func (a *App) afterOwn(c echo.Context, v models.Viewer, f typed, err error) error {
	if err == nil {
		return a.redirect(c, visitPath)
	}
	e, status, ok := a.again(c, err)
	if !ok {
		return err
	}
	p, err := a.ownPage(c, v, f, e)
	if err != nil {
		return err
	}
	return a.page(c, status, p)
}

func newOwnRow(r models.PartnerReport) ownRow {
	row := ownRow{Week: "Week of " + r.Week.Monday().Long()}
	add := func(name, value string) {
		if value != "" {
			row.Lines = append(row.Lines, saved{name, value})
		}
	}
	add("Tension", digits(r.Conflict))
	add("Close to leaving", digits(r.Leaving))
	if r.Noticed != nil {
		add("Noticed", models.NoticedText(*r.Noticed))
	}
	add("How real it felt", digits(r.FeltReal))
	add("Anything different", answerText(r.Different))
	add("Could say no", answerText(r.SayNo))
	add("Children", answerText(r.Children))
	if r.Call != nil && r.Call.Answer != "skipped" {
		add("Would it be enough?", models.CallText(r.Call.Answer))
		add("What would have to be different", r.Call.Different)
	}
	add("For your therapist", r.Note)
	return row
}

// answerText writes an answer of the partner's form, nothing for one that was
// skipped or not asked.
func answerText(answer string) string {
	return map[string]string{"yes": "Yes", "mostly": "Mostly", "not_always": "Not always", "no": "No", "did_not_come_up": "It did not come up",
		"as_usual": "As usual", "quieter": "Quieter or more careful", "frightened": "Frightened or pulled in", "not_at_home": "They were not at home",
		"rather_not_say": "Rather not say", "a_little_better": "A little better", "better": "Better", "a_little_worse": "A little worse", "worse": "Worse",
		"a_little": "A little"}[answer]
}

// unlock opens the partner's own pages after her passphrase.
func (a *App) unlock(c echo.Context, v models.Viewer, f typed) error {
	err := a.db.Unlock(c.Request().Context(), v, f.text("passphrase"))
	if err == nil {
		return a.redirect(c, visitPath)
	}
	e, status, ok := a.again(c, err)
	if !ok {
		return err
	}
	fm := a.unlockForm(f, e)
	return a.pageOr(c, status, ownPage{Page: a.partnerChrome(), Unlock: &fm, Back: []turn{toForm, toAbout}}, fm)
}
