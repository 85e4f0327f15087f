package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"enough/models"
)

func credentialFields(f filler, least string) part {
	return part{Heading: "How you sign in", Fields: []field{
		f.text("signin", "Name to sign in with", "Any word that you will remember. It is shown to nobody."),
		f.passphrase("passphrase", "Passphrase", "At least "+least+" characters. Three or four words do well."),
		f.passphrase("again", "The same passphrase again", ""),
	}}
}

func practiceFields(f filler) part {
	return part{Heading: "The practice", Fields: []field{
		f.text("practice", "Name of the practice", ""),
		f.text("zone", "Time zone", "By its name, such as Europe/Belgrade. It decides when a week begins and ends."),
		f.text("office", "Neutral name", "What people may see in a message. It says nothing about the work, such as “Riverside Office”."),
		f.text("emergency", "Whom to call in danger", "Printed under the partner’s form, with the number."),
	}}
}

func practiceInput(f typed) models.PracticeInput {
	return models.PracticeInput{Name: f.text("practice"), Zone: f.text("zone"), Office: f.text("office"), Emergency: f.text("emergency"),
		SomeChange: f.text("some_change"), WorseChange: f.text("worse_change"), LeastDrop: f.text("least_drop"), FairDose: f.text("fair_dose"),
		Hours: f.text("hours"), Policy: f.text("policy"), QuietFrom: f.text("quiet_from"), QuietUntil: f.text("quiet_until"), KeepYears: f.text("keep_years"),
		Version: f.text("version"), Submission: f.submission()}
}

func (a *App) setUpForm(c echo.Context, f typed, e *models.Error) simplePage {
	ed := editing{typed: f, problem: e}
	fields := ed.filler("")
	return simplePage{Page: a.chrome(models.Viewer{}, "", "Set up the practice"),
		Intro: []string{"This page works once. You become the owner of the practice, and its first therapist."},
		Form: ed.finish(form{ID: "setup-form", Action: "/setup/" + c.Param("token"), Submit: "Set up", Parts: []part{
			{Heading: "You", Fields: []field{fields.text("name", "Your name", "")}},
			practiceFields(fields), credentialFields(fields, "15")}})}
}

// showSetUp shows the first form of an empty practice to whoever has its
// one-time link.
func (a *App) showSetUp(c echo.Context, _ models.Viewer) error {
	open, err := a.db.SetUpOpen(c.Request().Context(), c.Param("token"))
	if err != nil {
		return err
	}
	if !open {
		return &models.Error{Kind: models.NotFound, Message: "There is no such page."}
	}
	return a.page(c, http.StatusOK, a.setUpForm(c, nil, nil))
}

// doSetUp makes the practice and signs its owner in.
func (a *App) doSetUp(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	open, err := a.db.SetUpOpen(ctx, c.Param("token"))
	if err != nil {
		return err
	}
	var owner models.Viewer
	if open {
		owner, err = a.db.SetUp(ctx, models.SetUpInput{Token: c.Param("token"), OwnerName: f.text("name"), Practice: practiceInput(f), Credentials: f.credentials()})
	}
	if e, _, ok := a.again(c, err); !open || (ok && e.Fields["code"] != "") {
		known, ok := a.justServed(c, f)
		if !ok {
			return &models.Error{Kind: models.NotFound, Message: "There is no such page."}
		}
		owner, err = known, nil
	}
	if err != nil {
		return a.retry(c, err, func(e *models.Error) (simplePage, error) { return a.setUpForm(c, f, e), nil })
	}
	if err := a.signIn(c, v, owner); err != nil {
		return err
	}
	return a.redirect(c, homePath(owner.Role))
}

// justServed gives the person whom a one-time form served when it is sent a
// second time: she signs in with what she has just chosen.
func (a *App) justServed(c echo.Context, f typed) (models.Viewer, bool) {
	who, err := a.db.SignIn(c.Request().Context(), a.origin(c, a.deviceOf(c)), f.text("signin"), f.text("passphrase"))
	return who, err == nil
}

func (a *App) joinForm(f typed, e *models.Error) simplePage {
	ed := editing{typed: f, problem: e}
	fields := ed.filler("")
	code := fields.text("code", "Code", "Five groups of four characters, as you were given it.")
	return simplePage{Page: a.chrome(models.Viewer{}, "", "First visit"), Links: []link{{Href: signinPath, Text: "I have been here before"}},
		Form: ed.finish(form{ID: "join-form", Action: joinPath, Submit: "Go on", Parts: []part{{Fields: []field{code}}, credentialFields(fields, "8, or 15 if you were told so,")}})}
}

// showJoin shows the form for somebody who was given a code.
func (a *App) showJoin(c echo.Context, _ models.Viewer) error {
	return a.page(c, http.StatusOK, a.joinForm(nil, nil))
}

// doJoin takes a code with the sign-in name and passphrase of its person.
func (a *App) doJoin(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	who, err := a.db.Join(c.Request().Context(), models.JoinInput{Code: f.text("code"), Credentials: f.credentials()})
	if e, _, ok := a.again(c, err); ok && e.Fields["code"] != "" {
		if known, ok := a.justServed(c, f); ok {
			who, err = known, nil
		}
	}
	if err == nil {
		err = a.signIn(c, v, who)
	}
	if err != nil {
		return a.retry(c, err, func(e *models.Error) (simplePage, error) { return a.joinForm(f, e), nil })
	}
	return a.redirect(c, homePath(who.Role))
}
