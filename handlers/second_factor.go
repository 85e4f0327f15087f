package handlers

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/boombuler/barcode/qr"
	"github.com/labstack/echo/v4"

	"enough/models"
)

// setSecondPage shows the secret of a new authenticator, as a picture and in
// letters.
type setSecondPage struct {
	Page    page
	Picture picture
	Secret  string // in groups of four
	Form    form
	Passkey *form // in its place, for a therapist who has no second factor yet
}

func (setSecondPage) template() string { return "set_second" }

// picture is a square code that a phone reads: the path of its dark modules, one
// unit each.
type picture struct {
	Whole int // its side, with the quiet zone around it
	Path  string
}

// quietZone is how much stays white around a code, in modules.
const quietZone = 4

// codesPage shows recovery codes, once.
type codesPage struct {
	Page  page
	Codes []string
	On    link
}

func (codesPage) template() string { return "codes" }

// drawCode draws a text as a code that a phone reads.
func drawCode(text string) (picture, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return picture{}, err
	}
	var b strings.Builder
	side := code.Bounds().Dx()
	for y := range side {
		for x := range side {
			if r, _, _, _ := code.At(x, y).RGBA(); r == 0 {
				b.WriteString("M" + strconv.Itoa(x) + " " + strconv.Itoa(y) + "h1v1h-1z")
			}
		}
	}
	return picture{side + 2*quietZone, b.String()}, nil
}

// setSecondForm keeps the secret in the page until the code shows that the
// authenticator has it.
func (a *App) setSecondForm(v models.Viewer, action string, f typed, e *models.Error) (setSecondPage, error) {
	secret := f.text("secret")
	if !models.IsSecret(secret) {
		secret = models.NewSecret()
	}
	drawn, err := drawCode(models.AuthenticatorAddress(secret))
	if err != nil {
		return setSecondPage{}, err
	}
	ed := editing{typed: f, problem: e}
	p := setSecondPage{Page: a.chrome(v, accountPath, "Set up your second factor"), Picture: drawn,
		Form: ed.finish(form{ID: "second-form", Action: action, Submit: "Go on", Plain: true, Hidden: []saved{{"secret", secret}},
			Parts: []part{{Fields: []field{ed.filler("").text("code", "The six digits that it shows now", "")}}}})}
	for i := 0; i < len(secret); i += 4 {
		p.Secret += secret[i:min(i+4, len(secret))] + " "
	}
	return p, nil
}

func (a *App) giveSecondForm(c echo.Context, v models.Viewer, f typed, e *models.Error) (simplePage, error) {
	ed := editing{typed: f, problem: e}
	fields, err := a.secondFields(c, v, ed.filler(""))
	lost := "both"
	if len(fields) > 1 {
		lost = "all of these"
	}
	p := simplePage{Page: a.chrome(v, "", "Second factor"), Intro: []string{"If you have lost " + lost + ", ask the owner of the practice for a new code, or whoever runs the server."},
		Form: ed.finish(form{ID: "second-form", Action: secondPath, Submit: "Go on", Parts: []part{{Fields: fields}}})}
	p.Page.Passkeys = len(fields) > 1
	return p, err
}

// firstSecondForm lets a therapist who has no second factor yet choose one.
func (a *App) firstSecondForm(c echo.Context, v models.Viewer, f typed, e *models.Error) (p setSecondPage, err error) {
	sent := func(passkey bool) (typed, *models.Error) {
		if _, is := f["credential"]; is == passkey {
			return f, e
		}
		return nil, nil
	}
	f1, e1 := sent(false)
	if p, err = a.setSecondForm(v, secondPath, f1, e1); err != nil {
		return p, err
	}
	f2, e2 := sent(true)
	fm, ok, err := a.passkeyForm(c, v, secondPath, f2, e2)
	if ok {
		p.Passkey, p.Page.Passkeys = &fm, true
	}
	return p, err
}

// showSecond asks a therapist who gave her passphrase for her second factor, or
// to set one up.
func (a *App) showSecond(c echo.Context, v models.Viewer) error {
	if !v.Half {
		return a.redirect(c, homePath(v.Role))
	}
	has, err := a.db.SecondFactor(c.Request().Context(), v)
	if err != nil {
		return err
	}
	if has.Set || has.Passkeys > 0 {
		p, err := a.giveSecondForm(c, v, nil, nil)
		if err != nil {
			return err
		}
		return a.page(c, http.StatusOK, p)
	}
	p, err := a.firstSecondForm(c, v, nil, nil)
	if err != nil {
		return err
	}
	return a.page(c, http.StatusOK, p)
}

// doSecond takes the second factor, the first time with its secret.
func (a *App) doSecond(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	if f.text("secret") != "" {
		return a.setSecond(c, v, secondPath)
	}
	if _, is := f["credential"]; is {
		return a.keepPasskey(c, v, func(f typed, e *models.Error, status int) error {
			p, err := a.firstSecondForm(c, v, f, e)
			if err != nil {
				return err
			}
			return a.page(c, status, p)
		})
	}
	if !v.Half { // it was sent twice
		return a.redirect(c, homePath(v.Role))
	}
	if err := a.giveSecond(c, v, f); err != nil {
		return a.retry(c, err, func(e *models.Error) (simplePage, error) { return a.giveSecondForm(c, v, f, e) })
	}
	return a.redirect(c, homePath(v.Role))
}

// setSecond takes a new authenticator, and shows the recovery codes that go with it.
func (a *App) setSecond(c echo.Context, v models.Viewer, action string) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	codes, err := a.db.SetSecond(c.Request().Context(), v, models.SecondInput{Secret: f.text("secret"), Code: f.text("code"), Submission: f.submission()})
	if e, status, ok := a.again(c, err); ok {
		p, err := a.setSecondForm(v, action, f, e)
		if action == secondPath {
			p, err = a.firstSecondForm(c, v, f, e)
		}
		if err != nil {
			return err
		}
		return a.page(c, status, p)
	} else if err != nil {
		return err
	}
	return a.showCodes(c, v, codes)
}

func (a *App) showCodes(c echo.Context, v models.Viewer, codes []string) error {
	v.Half = false
	return a.page(c, http.StatusOK, codesPage{Page: a.chrome(v, accountPath, "Your recovery codes"), Codes: codes, On: link{Href: homePath(v.Role), Text: "Go on"}})
}

// editSecond shows a therapist who is signed in a new secret.
func (a *App) editSecond(c echo.Context, v models.Viewer) error {
	p, err := a.setSecondForm(v, accountPath+"/second", nil, nil)
	if err != nil {
		return err
	}
	p.Page = p.Page.back(accountPath, "Your account")
	return a.page(c, http.StatusOK, p)
}

// replaceSecond puts another authenticator in the place of hers.
func (a *App) replaceSecond(c echo.Context, v models.Viewer) error {
	return a.setSecond(c, v, accountPath+"/second")
}

// makeRecovery makes new recovery codes.
func (a *App) makeRecovery(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	codes, err := a.db.NewRecoveryCodes(c.Request().Context(), v, f.submission())
	if err != nil {
		return a.retryAccount(c, v, f, err)
	}
	return a.showCodes(c, v, codes)
}

// stepUp asks for the second factor before an act of weight, unless it was given
// in the last minutes. What was typed for the act goes along, and the act follows
// at once.
func (a *App) stepUp(c echo.Context, r route, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	var e *models.Error
	status := http.StatusOK
	if _, given := f["second"]; given {
		err := a.giveSecond(c, v, f)
		if err == nil {
			v.Unlocked = true
			return r.handle(c, v)
		}
		ok := false
		if e, status, ok = a.again(c, err); !ok {
			return err
		}
	}
	fields, err := a.secondFields(c, v, editing{problem: e}.filler(""))
	if err != nil {
		return err
	}
	x := form{ID: "step-up-form", Action: c.Request().URL.Path, Submit: "Go on", Plain: true, Parts: []part{{Fields: fields}}}
	for _, name := range slices.Sorted(maps.Keys(f)) {
		for _, value := range f.all(name) {
			if name != "second" && name != "assertion" {
				x.Hidden = append(x.Hidden, saved{name, value})
			}
		}
	}
	if e != nil {
		x.Problem = e.Message
	}
	p := simplePage{Page: a.chrome(v, "", "Once more"), Intro: []string{"This needs your second factor again. It then holds for ten minutes."}, Form: x}
	p.Page.Passkeys = len(fields) > 1
	return a.pageOr(c, status, p, p.Form)
}
