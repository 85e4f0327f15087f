package handlers

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"enough/models"
)

const passkeyPath = accountPath + "/passkey"

// passkeyPage is where a therapist adds a passkey.
type passkeyPage struct {
	Page page
	Form form
}

func (passkeyPage) template() string { return "passkey" }

// passkeyRow is one of her passkeys.
type passkeyRow struct {
	Name, State string
	Remove      form
}

// noSite says why there are no passkeys where people reach the practice by a
// number, or where nobody can tell.
const noSite = "A passkey needs an address by name, over HTTPS: at this address there are none."

// site is where people reach the practice, as a passkey is bound to it. Without a
// configured address it is that of the request, on the machine itself alone: there
// nobody else can answer to the name.
func (a *App) site(c echo.Context) (at models.Site, ok bool) {
	base := a.base
	if base == "" {
		base = "http://" + c.Request().Host
	}
	u, err := url.Parse(base)
	if err != nil {
		return at, false
	}
	host := strings.ToLower(u.Hostname())
	_, err = netip.ParseAddr(host)
	local := host == "localhost"
	if err == nil || host == "" || !local && (a.base == "" || u.Scheme != "https") {
		return at, false
	}
	// A browser leaves out the port that goes without saying.
	origin := u.Scheme + "://" + host
	if port := u.Port(); port != "" && port != map[string]string{"http": "80", "https": "443"}[u.Scheme] {
		origin = u.Scheme + "://" + net.JoinHostPort(host, port)
	}
	return models.Site{Host: host, Origin: origin}, true
}

// passkeyField is the button with which a browser asks for a passkey. It is there
// with a script alone.
func passkeyField(f filler, name, label, ceremony, options string) field {
	x := f.field("passkey", name, label)
	x.Ceremony, x.Ask = ceremony, options
	return x
}

// secondFields are the ways in which a therapist may give her second factor.
func (a *App) secondFields(c echo.Context, v models.Viewer, f filler) (fields []field, err error) {
	ctx := c.Request().Context()
	has, err := a.db.SecondFactor(ctx, v)
	if err != nil {
		return nil, err
	}
	if at, ok := a.site(c); ok && has.Passkeys > 0 {
		options, err := a.db.AskPasskey(ctx, v, at)
		if err != nil {
			return nil, err
		}
		ask := passkeyField(f, "assertion", "Use a passkey", "get", options)
		ask.Value = "" // an answer is good once
		fields = append(fields, ask)
	}
	code := f.text("second", "Code of your authenticator", "Or one of your recovery codes.")
	if !has.Set {
		code = f.text("second", "One of your recovery codes", "")
	}
	return append(fields, code), nil
}

// giveSecond takes the second factor as it was given: a passkey, or a code.
func (a *App) giveSecond(c echo.Context, v models.Viewer, f typed) error {
	if at, ok := a.site(c); ok && f.text("assertion") != "" {
		return a.db.GivePasskey(c.Request().Context(), v, at, f.text("assertion"))
	}
	return a.db.GiveSecond(c.Request().Context(), v, f.text("second"))
}

// passkeyForm is the form with which a passkey is made, where there can be one.
func (a *App) passkeyForm(c echo.Context, v models.Viewer, action string, f typed, e *models.Error) (form, bool, error) {
	at, ok := a.site(c)
	if !ok {
		return form{}, false, nil
	}
	options, err := a.db.OfferPasskey(c.Request().Context(), v, at)
	if err != nil {
		return form{}, false, err
	}
	ed := editing{typed: f, problem: e}
	fields := ed.filler("passkey-")
	return ed.finish(form{ID: "passkey-form", Action: action, Plain: true, Parts: []part{{Class: "scripted", Fields: []field{
		fields.text("name", "Its name", "By which you will know it among yours, such as the device."),
		passkeyField(fields, "credential", "Make a passkey", "create", options)}}}}), true, nil
}

// passkeyPage shows the form that adds one.
func (a *App) passkeyPage(c echo.Context, v models.Viewer, status int, f typed, e *models.Error) error {
	fm, ok, err := a.passkeyForm(c, v, passkeyPath, f, e)
	if err != nil {
		return err
	}
	if !ok {
		return &models.Error{Kind: models.Conflict, Message: noSite}
	}
	p := passkeyPage{Page: a.chrome(v, accountPath, "Add a passkey").back(accountPath, "Your account"), Form: fm}
	p.Page.Passkeys = true
	return a.page(c, status, p)
}

// newPasskey shows a therapist the form with which she adds a passkey.
func (a *App) newPasskey(c echo.Context, v models.Viewer) error {
	return a.passkeyPage(c, v, http.StatusOK, nil, nil)
}

// addPasskey keeps a passkey of the therapist's.
func (a *App) addPasskey(c echo.Context, v models.Viewer) error {
	return a.keepPasskey(c, v, func(f typed, e *models.Error, status int) error { return a.passkeyPage(c, v, status, f, e) })
}

// keepPasskey keeps a passkey, with recovery codes where it is her first second
// factor, or shows its form again.
func (a *App) keepPasskey(c echo.Context, v models.Viewer, retry func(typed, *models.Error, int) error) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	at, ok := a.site(c)
	if !ok {
		return &models.Error{Kind: models.Conflict, Message: noSite}
	}
	codes, err := a.db.AddPasskey(c.Request().Context(), v, at, models.PasskeyInput{Name: f.text("name"), Credential: f.text("credential"), Submission: f.submission()})
	if e, status, ok := a.again(c, err); ok {
		return retry(f, e, status)
	} else if err != nil {
		return err
	}
	if codes != nil {
		return a.showCodes(c, v, codes)
	}
	p, err := a.accountPage(c, v, "", nil, nil)
	if err != nil {
		return err
	}
	p.Done = "The passkey is kept."
	return a.page(c, http.StatusOK, p)
}

// removePasskey forgets a passkey of the therapist's.
func (a *App) removePasskey(c echo.Context, v models.Viewer) error {
	return a.changeAccount(c, v, "The passkey is removed. You are signed out everywhere else.", func(f typed) error {
		return a.db.RemovePasskey(c.Request().Context(), v, f.text("passkey"), f.submission())
	})
}

// passkeyRows lists the therapist's passkeys, each with the form that removes it.
func (a *App) passkeyRows(c echo.Context, v models.Viewer, sent func(action string) editing) (rows []passkeyRow, err error) {
	ctx := c.Request().Context()
	list, err := a.db.Passkeys(ctx, v)
	if err != nil {
		return nil, err
	}
	practice, err := a.db.Practice(ctx)
	if err != nil {
		return nil, err
	}
	for i, k := range list {
		state := "Made on " + models.DayOf(k.Made, practice.Location()).Long() + ", never used."
		if !k.Used.IsZero() {
			state = "Made on " + models.DayOf(k.Made, practice.Location()).Long() + ", last used on " + models.DayOf(k.Used, practice.Location()).Long() + "."
		}
		ed := sent(passkeyPath + "/remove")
		if ed.typed.text("passkey") != k.ID {
			ed = editing{}
		}
		rows = append(rows, passkeyRow{k.Name, state, ed.finish(form{ID: "remove-" + itoa(i+1), Action: passkeyPath + "/remove", Submit: "Remove", Quiet: true, Plain: true, Hidden: []saved{{"passkey", k.ID}}})})
	}
	return rows, nil
}
