package handlers

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"enough/models"
)

// releasePage is the partner's choice of what may be shown, with a preview
// drawn by the client's own template.
type releasePage struct {
	Page    page
	Problem string
	Hidden  []saved
	Groups  []offerGroup
	Shown   []shownItem
	Preview *sharedPage
	Him     string
	Does    string
	Saved   bool
}

// offerGroup is the offers of one phase.
type offerGroup struct {
	Name   string
	Offers []offerView
}

type offerView struct {
	Key, Text string
	Checked   bool
	Shown     bool
}

type shownItem struct{ Key, Text string }

func (releasePage) template() string { return "release" }

func (a *App) releasePage(c echo.Context, v models.Viewer, f typed, problem string) (releasePage, error) {
	ctx := c.Request().Context()
	offers, version, err := a.db.Offers(ctx, v)
	if err != nil {
		return releasePage{}, err
	}
	open, _, err := a.db.PartnerForm(ctx, v)
	if err != nil {
		return releasePage{}, err
	}
	p := releasePage{Page: a.partnerChrome(), Problem: problem, Hidden: hidden(nil, version), Him: open.ClientPronoun.Cap(), Does: open.ClientPronoun.Verb("does", "do"),
		Saved: c.QueryParam("saved") == "yes"}
	ticked := map[string]bool{}
	for _, key := range f.all("show") {
		ticked[key] = true
	}
	for _, o := range offers {
		if n := len(p.Groups); n == 0 || p.Groups[n-1].Name != o.Phase.Name+", from "+o.Phase.Start.Monday().Long() {
			p.Groups = append(p.Groups, offerGroup{Name: o.Phase.Name + ", from " + o.Phase.Start.Monday().Long()})
		}
		g := &p.Groups[len(p.Groups)-1]
		checked := o.Proposed
		if f != nil {
			checked = ticked[o.Key()]
		}
		g.Offers = append(g.Offers, offerView{Key: o.Key(), Text: o.Wording, Checked: checked, Shown: o.Shown})
		if o.Shown {
			p.Shown = append(p.Shown, shownItem{o.Key(), o.Wording})
		}
	}
	return p, nil
}

// showRelease shows the partner what she may choose to show.
func (a *App) showRelease(c echo.Context, v models.Viewer) error {
	if !v.Unlocked {
		return a.redirect(c, ownPath)
	}
	p, err := a.releasePage(c, v, nil, "")
	if err != nil {
		return err
	}
	return a.page(c, http.StatusOK, p)
}

// saveRelease keeps the partner's choice, or shows what it would look like.
func (a *App) saveRelease(c echo.Context, v models.Viewer) error {
	if !v.Unlocked {
		return a.redirect(c, ownPath)
	}
	f, err := readForm(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if f.text("act") == "preview" {
		p, err := a.releasePage(c, v, f, "")
		if err != nil {
			return err
		}
		snapshot, client, err := a.db.Preview(ctx, v, "", f.all("show"), "")
		if err != nil {
			return a.releaseAgain(c, v, f, err)
		}
		if p.Preview, err = a.previewOf(c, client, snapshot); err != nil {
			return err
		}
		p.Page.Charts = p.Preview.Page.Charts
		return a.page(c, http.StatusOK, p)
	}
	err = a.db.Propose(ctx, v, models.ProposeInput{Keys: f.all("show"), Version: f.text("version"), Submission: f.submission()})
	if err != nil {
		return a.releaseAgain(c, v, f, err)
	}
	return a.redirect(c, showPath+"?saved=yes")
}

func (a *App) releaseAgain(c echo.Context, v models.Viewer, f typed, err error) error {
	e, status, ok := again(err)
	if !ok {
		return err
	}
	p, err := a.releasePage(c, v, f, e.Message)
	if err != nil {
		return err
	}
	return a.page(c, status, p)
}

// previewOf draws a snapshot as the client would see it.
func (a *App) previewOf(c echo.Context, client models.Viewer, s models.Snapshot) (*sharedPage, error) {
	k, err := a.client.Case(c.Request().Context(), client)
	if err != nil {
		return nil, err
	}
	var list []models.Snapshot
	if len(s.Values) > 0 {
		list = append(list, s)
	}
	shared := a.drawShared(client, k, list)
	return &shared, nil
}

// takeBack closes one thing that is shown.
func (a *App) takeBack(c echo.Context, v models.Viewer) error {
	if !v.Unlocked {
		return a.redirect(c, ownPath)
	}
	f, err := readForm(c)
	if err != nil {
		return err
	}
	if err := a.db.TakeBack(c.Request().Context(), v, strings.TrimSpace(f.text("item"))); err != nil {
		return err
	}
	return a.redirect(c, showPath)
}
