package handlers

import (
	"net/http"
	"slices"
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
	Waiting int // proposals that wait for the review
	Back    []turn
}

// offerGroup is the offers of one phase: those of each week, then its averages.
type offerGroup struct {
	Name string
	Rows []offerRow
}

// offerRow is the offers of one week, or of the whole phase.
type offerRow struct {
	Name   string
	Offers []offerView
}

// offerView is one box to tick. Text is the wording that is agreed to; Short
// stands beside the box in a row that names the week.
type offerView struct {
	Key, Short, Text string
	Checked          bool
}

// groupOffers puts offers under their phases, week by week.
func groupOffers(offers []models.Offer, checked func(models.Offer) bool) []offerGroup {
	var groups []offerGroup
	for _, o := range offers {
		name := o.Phase.Name + ", from " + o.Phase.Start.Monday().Long()
		if n := len(groups); n == 0 || groups[n-1].Name != name {
			groups = append(groups, offerGroup{Name: name})
		}
		g := &groups[len(groups)-1]
		row := "Averages"
		if o.ByWeek() {
			row = models.Week(o.Place).Monday().Long()
		}
		if n := len(g.Rows); n == 0 || g.Rows[n-1].Name != row {
			g.Rows = append(g.Rows, offerRow{Name: row})
		}
		r := &g.Rows[len(g.Rows)-1]
		r.Offers = append(r.Offers, offerView{Key: o.Key(), Short: shortOffer(o), Text: o.Wording, Checked: checked(o)})
	}
	return groups
}

func shortOffer(o models.Offer) string {
	switch o.Item {
	case models.ItemConflict:
		return "Tension " + short(*o.Value)
	case models.ItemNoticed:
		return "Noticed " + models.NoticedText(int(*o.Value))
	case models.ItemLeaving:
		return "Closeness to leaving " + decimal(*o.Value)
	case models.ItemFeltReal:
		return "How real it felt " + decimal(*o.Value)
	}
	return "Would it be enough? " + models.CallText(o.Answer)
}

// ticked says which offers are ticked in a form that was sent.
func ticked(f typed) func(models.Offer) bool {
	return func(o models.Offer) bool { return slices.Contains(f.all(ticks), o.Key()) }
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
	p := releasePage{Page: a.partnerChrome(), Problem: problem, Back: []turn{toOwn}, Hidden: hidden(f, version, saved{"step", "keep"}), Him: open.ClientPronoun.Cap(), Does: open.ClientPronoun.Verb("does", "do")}
	p.Page.Cover, p.Page.Charts = true, true // for the preview
	checked := ticked(f)
	if f == nil {
		checked = func(o models.Offer) bool { return o.Proposed }
	}
	for _, o := range offers {
		if o.Proposed && !o.Shown {
			p.Waiting++
		}
		if o.Shown {
			p.Shown = append(p.Shown, shownItem{o.Key(), o.Wording})
		}
	}
	p.Groups = groupOffers(slices.DeleteFunc(offers, func(o models.Offer) bool { return o.Shown }), checked)
	return p, nil
}

// showRelease shows the partner what she may choose to show.
func (a *App) showRelease(c echo.Context, v models.Viewer) error {
	p, err := a.releasePage(c, v, nil, "")
	if err != nil {
		return err
	}
	return a.page(c, http.StatusOK, p)
}

// saveRelease keeps the partner's choice, or shows what it would look like.
func (a *App) saveRelease(c echo.Context, v models.Viewer, f typed) error {
	ctx := c.Request().Context()
	if f.text("act") == "preview" {
		p, err := a.releasePage(c, v, f, "")
		if err != nil {
			return err
		}
		snapshot, client, err := a.db.Preview(ctx, v, "", f.all(ticks), "")
		if err != nil {
			return a.releaseAgain(c, v, f, err)
		}
		open, _, err := a.db.PartnerForm(ctx, v)
		if err != nil {
			return err
		}
		if p.Preview, err = a.previewOf(c, client, snapshot, open.Blind); err != nil {
			return err
		}
		return a.page(c, http.StatusOK, p)
	}
	err := a.db.Propose(ctx, v, models.ProposeInput{Keys: f.all(ticks), Version: f.text("version"), Submission: f.submission()})
	if err != nil {
		return a.releaseAgain(c, v, f, err)
	}
	return a.redirect(c, visitPath)
}

func (a *App) releaseAgain(c echo.Context, v models.Viewer, f typed, err error) error {
	e, status, ok := a.again(c, err)
	if !ok {
		return err
	}
	p, err := a.releasePage(c, v, f, e.Message)
	if err != nil {
		return err
	}
	return a.page(c, status, p)
}

// previewOf draws a snapshot as the client would see it; for a partner who
// would rather not know the plan, without the doses.
func (a *App) previewOf(c echo.Context, client models.Viewer, s models.Snapshot, blind bool) (*sharedPage, error) {
	k, err := a.client.Case(c.Request().Context(), client)
	if err != nil {
		return nil, err
	}
	for i := range k.Phases {
		if blind {
			k.Phases[i].Dose = nil
		}
	}
	var list []models.Snapshot
	if len(s.Values) > 0 {
		list = append(list, s)
	}
	shared := a.drawShared(k, list)
	return &shared, nil
}

// takeBack closes one thing that is shown.
func (a *App) takeBack(c echo.Context, v models.Viewer, f typed) error {
	if err := a.db.TakeBack(c.Request().Context(), v, strings.TrimSpace(f.text("item"))); err != nil {
		return err
	}
	return a.redirect(c, visitPath)
}
