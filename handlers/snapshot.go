package handlers

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"enough/models"
)

// publishPage is what the partner proposed, for the therapist to publish from,
// with a preview of the client's page.
type publishPage struct {
	Page    page
	Problem string
	Hidden  []saved
	Groups  []offerGroup
	Words   field
	Spoken  field
	ShowBad string
	Preview *sharedPage
	Shown   int      // proposals that are shown already
	Aside   []string // those that wait because they rest on a week that is set aside
}

func (publishPage) template() string { return "publish" }

func (a *App) publishPage(c echo.Context, v models.Viewer, f typed, e *models.Error) (publishPage, error) {
	ctx, id := c.Request().Context(), c.Param("case")
	k, err := a.db.Case(ctx, v, id)
	if err != nil {
		return publishPage{}, err
	}
	list, version, err := a.db.Proposals(ctx, v, id)
	if err != nil {
		return publishPage{}, err
	}
	p := publishPage{Page: a.chrome(v, casesPath, "Publish what was released").back(casePath(id), k.Client.Name+" and "+k.Partner.Name), Hidden: hidden(f, version)}
	ed := editing{typed: f, problem: e}
	x := ed.filler("")
	p.Words = x.area("words", "A sentence for both to read", "Facts only. It stands above the numbers.").optional()
	p.Spoken = x.date("spoken_on", "Spoken with the partner alone on", "Needed for averages and the call, and while publishing is held.")
	if e != nil {
		p.Problem, p.ShowBad = e.Message, e.Fields["show"]
	}
	aside, err := a.db.AsideProposals(ctx, v, id)
	if err != nil {
		return p, err
	}
	fresh := slices.DeleteFunc(slices.Clone(list), func(o models.Offer) bool { return o.Shown })
	p.Shown = len(list) - len(fresh)
	for _, o := range aside {
		if o.Shown {
			p.Shown++
			continue
		}
		p.Aside = append(p.Aside, o.Wording)
	}
	p.Groups = groupOffers(fresh, ticked(f))
	return p, nil
}

// editPublication shows what can be published.
func (a *App) editPublication(c echo.Context, v models.Viewer) error {
	p, err := a.publishPage(c, v, nil, nil)
	if err != nil {
		return err
	}
	return a.page(c, http.StatusOK, p)
}

// publish publishes what the therapist chose, or shows what it would look like.
func (a *App) publish(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	ctx, id := c.Request().Context(), c.Param("case")
	if f.text("act") == "preview" {
		if len(f.all(ticks)) == 0 {
			return a.publishAgain(c, v, f, &models.Error{Kind: models.Invalid, Message: "There is nothing to look at yet.", Fields: models.FieldErrors{"show": "Choose at least one item."}})
		}
		p, err := a.publishPage(c, v, f, nil)
		if err != nil {
			return err
		}
		if err := a.drawPreview(c, v, &p, f); err != nil {
			return a.publishAgain(c, v, f, err)
		}
		return a.page(c, http.StatusOK, p)
	}
	_, err = a.db.Publish(ctx, v, id, models.PublishInput{Keys: f.all(ticks), Words: f.text("words"), SpokenOn: f.text("spoken_on"), Version: f.text("version"), Submission: f.submission()})
	if err != nil {
		return a.publishAgain(c, v, f, err)
	}
	return a.redirect(c, casePath(id)+"/publish")
}

// drawPreview adds what the choice would show. The page and its version were
// made before: what changes in between is refused when it is published, never
// published unseen.
func (a *App) drawPreview(c echo.Context, v models.Viewer, p *publishPage, f typed) error {
	snapshot, client, err := a.db.Preview(c.Request().Context(), v, c.Param("case"), f.all(ticks), f.text("words"))
	if err != nil {
		return err
	}
	if p.Preview, err = a.previewOf(c, client, snapshot, false); err != nil {
		return err
	}
	p.Page.Charts = p.Preview.Page.Charts
	return nil
}

// publishAgain shows the form again with the problem, and with the preview
// where the choice can still be had.
func (a *App) publishAgain(c echo.Context, v models.Viewer, f typed, err error) error {
	e, status, ok := a.again(c, err)
	if !ok {
		return err
	}
	p, err := a.publishPage(c, v, f, e)
	if err != nil {
		return err
	}
	if len(f.all(ticks)) > 0 {
		if err := a.drawPreview(c, v, &p, f); err != nil && models.KindOf(err) == 0 {
			return err
		}
	}
	return a.page(c, status, p)
}

// togetherPage is the couple's page: all that was published and stands, on one
// picture to be read across a room. It is drawn from the client's store, so
// that nothing private lies behind it.
type togetherPage struct {
	Page     page
	Snapshot *snapshotView
}

func (togetherPage) template() string { return "together" }

// showTogether shows the couple's page.
func (a *App) showTogether(c echo.Context, v models.Viewer) error {
	ctx := c.Request().Context()
	his, err := a.db.AsClient(ctx, v, c.Param("case"))
	if err != nil {
		return err
	}
	k, err := a.client.Case(ctx, his)
	if err != nil {
		return err
	}
	snapshots, err := a.client.Snapshots(ctx, his)
	if err != nil {
		return err
	}
	p := togetherPage{Page: a.chrome(models.Viewer{Role: models.Therapist}, "", "What was shared")}
	p.Page.Title, p.Page.Nav, p.Page.Refetch = neutralTitle, nil, true
	if len(snapshots) > 0 {
		whole := allShared(snapshots)
		view := newSnapshotView(k, whole, 0, true)
		view.Heading = ""
		view.By += " Last shared on " + whole.Published.Long() + "."
		p.Snapshot, p.Page.Charts = &view, view.Chart != nil
	}
	return a.page(c, http.StatusOK, p)
}

// allShared puts snapshots, newest first, into one: each value as it was
// published last, under the newest words.
func allShared(snapshots []models.Snapshot) models.Snapshot {
	whole := snapshots[0]
	whole.Values = slices.Clone(whole.Values)
	if whole.Words != "" && len(snapshots) > 1 {
		whole.Words = whole.Published.Long() + ": " + whole.Words
	}
	for _, s := range snapshots[1:] {
		for _, value := range s.Values {
			if whole.At(value.Item, value.Place) == nil {
				whole.Values = append(whole.Values, value)
			}
		}
	}
	return whole
}

// seenPage lists the client's pages for the therapist.
type seenPage struct {
	Page  page
	Links []link
}

func (seenPage) template() string { return "seen" }

// showSeen lists what the client sees.
func (a *App) showSeen(c echo.Context, v models.Viewer) error {
	id := c.Param("case")
	k, err := a.db.Case(c.Request().Context(), v, id)
	if err != nil {
		return err
	}
	base := casePath(id) + "/seen"
	return a.page(c, http.StatusOK, seenPage{Page: a.chrome(v, casesPath, "What the client sees").back(casePath(id), k.Client.Name+" and "+k.Partner.Name),
		Links: []link{{Href: base + weekPath, Text: "This week"}, {Href: base + planPath, Text: "Plan"}, {Href: base + chartPath, Text: "Chart"}, {Href: base + sharedPath, Text: "Shared"}}})
}

// showSeenPage gives one of the client's pages, byte for byte.
func (a *App) showSeenPage(c echo.Context, v models.Viewer) error {
	his, err := a.db.AsClient(c.Request().Context(), v, c.Param("case"))
	if err != nil {
		return err
	}
	var p view
	switch "/" + c.Param("page") {
	case weekPath:
		p, err = a.weekPage(c, his, nil, nil)
	case planPath:
		p, err = a.planPage(c, his)
	case chartPath:
		p, err = a.ownChartPage(c, his)
	case sharedPath:
		p, err = a.sharedPage(c, his)
	default:
		err = &models.Error{Kind: models.NotFound, Message: "There is no such page."}
	}
	if err != nil {
		return err
	}
	return a.page(c, http.StatusOK, p)
}
