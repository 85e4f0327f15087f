package handlers

import (
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"enough/models"
)

// accountPage is where somebody changes how she signs in.
type accountPage struct {
	Page       page
	Name       form
	Address    *form // of a therapist
	Contact    *form // of a client
	Calendar   *link // nil while nothing is planned
	Passphrase form
	Second     *secondView
	Sessions   []string
	End        *form  // the other sessions
	Guessed    string // how many wrong passphrases there were; empty for none
	Done       string // what was just changed
}

// secondView says what a therapist has beside her passphrase.
type secondView struct {
	Text     string
	Recovery *form
	Replace  link
	Passkeys []passkeyRow
	Add      *link  // nil where there can be none
	None     string // why
}

func (accountPage) template() string { return "account" }

// accountPage makes the page; f and e are the form on it that is shown again.
func (a *App) accountPage(c echo.Context, v models.Viewer, at string, f typed, e *models.Error) (accountPage, error) {
	ctx := c.Request().Context()
	sent := func(action string) editing {
		if action == at {
			return editing{typed: f, problem: e}
		}
		return editing{}
	}
	p := accountPage{Page: a.chrome(v, accountPath, "Account")}
	p.Passphrase = passphraseForm(v.Role, accountPath+"/passphrase", sent(accountPath+"/passphrase"))
	p.Name = nameForm(v, accountPath+"/name", sent(accountPath+"/name"))
	practice, err := a.db.Practice(ctx)
	if err != nil {
		return p, err
	}
	sessions, err := a.db.Sessions(ctx, v)
	if err != nil {
		return p, err
	}
	for _, s := range sessions {
		p.Sessions = append(p.Sessions, sessionText(s, practice.Location()))
	}
	if len(sessions) > 1 {
		end := sent(accountPath + "/sessions").finish(form{ID: "sessions-form", Action: accountPath + "/sessions", Submit: "Sign out everywhere else", Quiet: true, Plain: true})
		p.End = &end
	}
	if v.Role == models.Client {
		contact, err := a.client.Contact(ctx, v)
		if err != nil {
			return p, err
		}
		ed := sent(accountPath + "/contact")
		ed.saved, ed.version = contactSaved(contact), contact.Version
		fm := ed.finish(form{ID: "contact-form", Action: accountPath + "/contact", Submit: "Save", Quiet: true, Plain: true, Parts: []part{contactPart(ed.filler(""), "Messages")}})
		p.Contact = &fm
		times, err := a.client.FormTimes(ctx, v)
		if len(times) > 0 {
			p.Calendar = &link{Href: calendarPath, Text: "A file for your calendar"}
		}
		return p, err
	}
	wrong, err := a.db.WrongPassphrases(ctx, v)
	if err != nil {
		return p, err
	}
	if wrong > 0 {
		p.Guessed = "Passphrases that were refused for your name in the last 24 hours: " + itoa(wrong) + ". If they were not yours, change it."
	}
	address, err := a.db.Address(ctx, v)
	if err != nil {
		return p, err
	}
	where := sent(accountPath + "/address")
	where.saved = map[string]string{"address": address}
	fm := where.finish(form{ID: "address-form", Action: accountPath + "/address", Submit: "Save the address", Quiet: true, Plain: true, Parts: []part{{Heading: "Messages",
		Fields: []field{where.filler("").text("address", "Your e-mail", "On a red flag it is told to sign in, and nothing else. Without one you learn of it when you sign in.").optional()}}}})
	p.Address = &fm
	has, err := a.db.SecondFactor(ctx, v)
	if err != nil {
		return p, err
	}
	p.Second = &secondView{Text: "You have no authenticator. This practice does not ask for one.", Replace: link{Href: accountPath + "/second", Text: "Set up an authenticator"}}
	if has.Passkeys > 0 {
		p.Second.Text = "You have no authenticator, and " + itoa(has.Left) + " of 10 recovery codes are left."
	}
	if has.Set {
		p.Second.Text = "You have an authenticator, and " + itoa(has.Left) + " of 10 recovery codes are left."
		p.Second.Replace.Text = "Use another authenticator"
	}
	if has.Set || has.Passkeys > 0 {
		again := sent(accountPath + "/recovery").finish(form{ID: "recovery-form", Action: accountPath + "/recovery", Submit: "Make new recovery codes", Quiet: true, Plain: true})
		p.Second.Recovery = &again
	}
	if _, ok := a.site(c); ok {
		p.Second.Add = &link{Href: passkeyPath, Text: "Add a passkey"}
	} else {
		p.Second.None = noSite
	}
	p.Second.Passkeys, err = a.passkeyRows(c, v, sent)
	return p, err
}

// nameForm is the form with which anybody changes her own name.
func nameForm(v models.Viewer, action string, ed editing) form {
	ed.saved = map[string]string{"name": v.Name}
	hint := "As your therapist sees it. You sign in with the same name as before."
	if v.Role == models.Therapist {
		hint = "As those you work with see it."
	}
	return ed.finish(form{ID: "name-form", Action: action, Submit: "Change the name", Quiet: true, Plain: true, Parts: []part{{Heading: "Name", Fields: []field{ed.filler("name-").text("name", "Your name", hint)}}}})
}

// passphraseForm is the form with which anybody changes her own passphrase.
func passphraseForm(role models.Role, action string, ed editing) form {
	fields := ed.filler("")
	return ed.finish(form{ID: "passphrase-form", Action: action, Submit: "Change the passphrase", Quiet: true, Plain: true, Parts: []part{{Heading: "Passphrase",
		Intro: "You stay signed in here, and are signed out everywhere else.", Fields: []field{fields.passphrase("now", "The passphrase so far", ""),
			fields.passphrase("passphrase", "The new passphrase", "At least "+itoa(models.LeastPassphrase(role))+" characters. Three or four words do well."), fields.passphrase("again", "The new one again", "")}}}})
}

func passphraseInput(f typed) models.ChangePassphraseInput {
	return models.ChangePassphraseInput{Now: f.text("now"), New: f.text("passphrase"), Again: f.text("again"), Submission: f.submission()}
}

// sessionText says since when somebody is signed in, and how long it lasts.
func sessionText(s models.Session, zone *time.Location) string {
	const layout = "2 January 2006, 15:04"
	text := "Since " + s.Since.In(zone).Format(layout) + ", until " + s.Until.In(zone).Format(layout) + " at the latest"
	if s.Here {
		text += " (here)"
	}
	return text
}

// showAccount shows somebody how she signs in.
func (a *App) showAccount(c echo.Context, v models.Viewer) error {
	p, err := a.accountPage(c, v, "", nil, nil)
	if err != nil {
		return err
	}
	return a.page(c, http.StatusOK, p)
}

// changeAccount carries a change out and says so on the page, or shows its form
// again when it cannot be.
func (a *App) changeAccount(c echo.Context, v models.Viewer, done string, change func(typed) error) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	if err := change(f); err != nil {
		return a.retryAccount(c, v, f, err)
	}
	if v, err = a.viewer(c); err != nil { // by her new name
		return err
	}
	p, err := a.accountPage(c, v, "", nil, nil)
	if err != nil {
		return err
	}
	p.Done = done
	return a.page(c, http.StatusOK, p)
}

// retryAccount shows the page again with the form that could not be carried out.
func (a *App) retryAccount(c echo.Context, v models.Viewer, f typed, err error) error {
	e, status, ok := a.again(c, err)
	if !ok {
		return err
	}
	p, err := a.accountPage(c, v, c.Path(), f, e)
	if err != nil {
		return err
	}
	if c.Path() == passkeyPath+"/remove" && !slices.ContainsFunc(p.Second.Passkeys, func(r passkeyRow) bool { return r.Remove.Problem != "" }) {
		p.Done = e.Message // its row is gone
	}
	return a.page(c, status, p)
}

// rename changes the viewer's own name.
func (a *App) rename(c echo.Context, v models.Viewer) error {
	return a.changeAccount(c, v, "The name is changed.", func(f typed) error {
		return a.db.Rename(c.Request().Context(), v, f.text("name"), f.submission())
	})
}

// changePassphrase changes the viewer's own passphrase.
func (a *App) changePassphrase(c echo.Context, v models.Viewer) error {
	return a.changeAccount(c, v, "The passphrase is changed. You are signed out everywhere else.", func(f typed) error {
		return a.db.ChangePassphrase(c.Request().Context(), v, passphraseInput(f))
	})
}

// endOthers ends all sessions of the viewer but this one.
func (a *App) endOthers(c echo.Context, v models.Viewer) error {
	return a.changeAccount(c, v, "You are signed out everywhere else.", func(typed) error { return a.db.EndOtherSessions(c.Request().Context(), v) })
}

// saveAddress changes the therapist's own address.
func (a *App) saveAddress(c echo.Context, v models.Viewer) error {
	return a.changeAccount(c, v, "The address is saved.", func(f typed) error {
		return a.db.SaveAddress(c.Request().Context(), v, f.text("address"), f.submission())
	})
}

// saveOwnContact changes how the client is reached.
func (a *App) saveOwnContact(c echo.Context, v models.Viewer) error {
	return a.changeAccount(c, v, "Saved.", func(f typed) error {
		return a.db.SaveOwnContact(c.Request().Context(), v, contactInput(f))
	})
}
