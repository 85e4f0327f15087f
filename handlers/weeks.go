package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"enough/models"
)

// weeksPage lists the weeks of a case with the way to paper forms, and takes
// planned gaps and pauses.
type weeksPage struct {
	Page   page
	Rows   []weekRow
	Excuse form
	Pause  form
	Paused bool
	// Refused is why the partner's reports rest and cannot be taken up again, empty
	// when nothing stands against them.
	Refused string
}

type weekRow struct {
	Week, Phase, Client, Partner string
	ClientHref, PartnerHref      string // paper forms
	AsideHref                    string // whether the partner's report counts; empty without one
}

func (weeksPage) template() string { return "weeks" }

// weeksPage makes the page. sent names the form that was sent and is shown
// again: excuse or pause.
func (a *App) weeksPage(c echo.Context, v models.Viewer, sent string, f typed, e *models.Error) (weeksPage, error) {
	ctx, id := c.Request().Context(), c.Param("case")
	k, err := a.db.Case(ctx, v, id)
	if err != nil {
		return weeksPage{}, err
	}
	experiments, err := a.db.Experiments(ctx, v, id)
	if err != nil {
		return weeksPage{}, err
	}
	today, err := a.today(c)
	if err != nil {
		return weeksPage{}, err
	}
	p := weeksPage{Page: a.chrome(v, casesPath, "Weeks and paper forms").back(casePath(id), k.Client.Name+" and "+k.Partner.Name)}
	for _, x := range experiments {
		r, err := a.db.Review(ctx, v, x.ID)
		if err != nil {
			return p, err
		}
		p.Paused = r.Paused
		for _, ph := range r.Phases {
			for _, w := range ph.Weeks {
				if w.Asked || w.Excused {
					p.Rows = append(p.Rows, newWeekRow(id, ph.Phase, w))
				}
			}
		}
	}
	excuse, pause := editing{saved: map[string]string{"week": string(today.Week())}}, editing{}
	switch sent {
	case "excuse":
		excuse.typed, excuse.problem = f, e
	case "pause":
		pause.typed, pause.problem = f, e
	}
	x := excuse.filler("excuse-")
	week := x.field("select", "week", "Week")
	for i := -8; i <= 12; i++ {
		w := today.Week().Add(i)
		week.Options = append(week.Options, option{Value: string(w), Text: "Week of " + w.Monday().Long(), Checked: week.Value == string(w)})
	}
	p.Excuse = excuse.finish(form{ID: "excuse-form", Action: casePath(id) + "/excuse", Submit: "Take the week out", Quiet: true, Parts: []part{{Heading: "A planned gap",
		Intro: "For a holiday or an illness. Neither has a form for that week.", Fields: []field{week, x.text("reason", "Why", "For you alone.")}}}})
	y := pause.filler("pause-")
	p.Pause = pause.finish(form{ID: "pause-form", Action: casePath(id) + "/pause", Submit: "Let the partner’s reports rest", Quiet: true, Hidden: []saved{{"pause", "yes"}}, Parts: []part{{Heading: "The partner’s reports",
		Intro: "By agreement with the partner. Nothing changes on the client’s side.", Fields: []field{y.text("reason", "What was agreed", "For you alone.")}}}})
	gate, err := a.db.Gate(ctx, v, id)
	if err != nil {
		return p, err
	}
	p.Refused = gate.Refuses()
	if p.Paused {
		p.Pause = pause.finish(form{ID: "pause-form", Action: casePath(id) + "/pause", Submit: "Take them up again", Quiet: true, Hidden: []saved{{"pause", "no"}},
			Parts: []part{{Heading: "The partner’s reports", Intro: "They rest by agreement."}}})
	}
	return p, nil
}

func newWeekRow(caseID string, ph models.Phase, w models.ReviewWeek) weekRow {
	row := weekRow{Week: w.Week.Monday().Long(), Phase: ph.Name, Client: "missing", Partner: "missing"}
	if w.Excused {
		row.Client, row.Partner = "planned gap", "planned gap"
	}
	if w.Resting {
		row.Partner = "rests by agreement"
	}
	if w.Checkin != nil {
		row.Client = "saved"
	}
	if w.Given() != nil {
		row.Partner, row.AsideHref = "saved", asidePath(caseID, w.Week)
	}
	if w.Aside != nil {
		row.Partner = "set aside, " + models.AsideText(w.Aside.Why)
	}
	if !w.Excused {
		row.ClientHref, row.PartnerHref = paperPath(caseID, w.Week, "checkin"), paperPath(caseID, w.Week, "report")
	}
	return row
}

// showWeeks lists the weeks of a case.
func (a *App) showWeeks(c echo.Context, v models.Viewer) error {
	p, err := a.weeksPage(c, v, "", nil, nil)
	if err != nil {
		return err
	}
	return a.page(c, http.StatusOK, p)
}

// excuseWeek takes a week out for both.
func (a *App) excuseWeek(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	err = a.db.ExcuseWeek(c.Request().Context(), v, c.Param("case"), f.text("week"), f.text("reason"))
	return a.afterWeeks(c, v, "excuse", f, err)
}

// pausePartner lets the partner's reports rest, or takes them up again.
func (a *App) pausePartner(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	err = a.db.PausePartner(c.Request().Context(), v, c.Param("case"), f.text("pause") != "no", f.text("reason"))
	return a.afterWeeks(c, v, "pause", f, err)
}

func (a *App) afterWeeks(c echo.Context, v models.Viewer, sent string, f typed, err error) error {
	if err == nil {
		return a.redirect(c, casePath(c.Param("case"))+"/weeks")
	}
	e, status, ok := a.again(c, err)
	if !ok {
		return err
	}
	p, err := a.weeksPage(c, v, sent, f, e)
	if err != nil {
		return err
	}
	again := p.Excuse
	if sent == "pause" {
		again = p.Pause
	}
	return a.pageOr(c, status, p, again)
}

func (a *App) paperCheckinForm(c echo.Context, v models.Viewer, f typed, e *models.Error) (simplePage, error) {
	ctx, id, week := c.Request().Context(), c.Param("case"), c.Param("week")
	k, err := a.db.Case(ctx, v, id)
	if err != nil {
		return simplePage{}, err
	}
	open, err := a.db.PaperCheckinForm(ctx, v, id, week)
	if err != nil {
		return simplePage{}, err
	}
	as := models.ClientCase{ID: k.ID, PartnerPronoun: k.PartnerPronoun, ClientPronoun: k.ClientPronoun}
	fm := checkinForm(as, open, editing{typed: f, problem: e}, paperPath(id, open.Week, "checkin"))
	return simplePage{Page: a.chrome(v, casesPath, "Client’s paper form").back(casePath(id)+"/weeks", "Weeks"),
		Intro: []string{"Enter what is on the paper and nothing else. The week is marked as entered from paper."}, Form: fm}, nil
}

// editPaperCheckin shows the client's form for a week, to be filled from paper.
func (a *App) editPaperCheckin(c echo.Context, v models.Viewer) error {
	p, err := a.paperCheckinForm(c, v, nil, nil)
	if err != nil {
		return err
	}
	return a.page(c, http.StatusOK, p)
}

// savePaperCheckin keeps a check-in given on paper.
func (a *App) savePaperCheckin(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	in := checkinInput(f)
	in.Week = c.Param("week")
	if err := a.db.EnterCheckin(c.Request().Context(), v, c.Param("case"), in); err != nil {
		return a.retry(c, err, func(e *models.Error) (simplePage, error) { return a.paperCheckinForm(c, v, f, e) })
	}
	return a.redirect(c, casePath(c.Param("case"))+"/weeks")
}

func (a *App) paperReportForm(c echo.Context, v models.Viewer, f typed, e *models.Error) (simplePage, error) {
	ctx, id, week := c.Request().Context(), c.Param("case"), c.Param("week")
	open, err := a.db.PaperReportForm(ctx, v, id, week)
	if err != nil {
		return simplePage{}, err
	}
	was, err := a.db.PartnerReport(ctx, v, id, open.Week)
	if err != nil {
		return simplePage{}, err
	}
	ed := editing{typed: f, problem: e, version: open.Saved, saved: reportValues(was)}
	intro := []string{"Enter what is on the paper and nothing else. The week is marked as entered from paper. The partner’s call can be given by nobody else."}
	if was != nil {
		intro = append(intro, "Feeling safe, being pushed and contact are not repeated here: left empty, they stay as they are.")
	}
	fm := ed.finish(form{ID: "visit-form", Action: paperPath(id, open.Week, "report"), Submit: "Save", Parts: []part{
		{Heading: weekRange(open.Week), Fields: partnerFields(ed.filler(""), open)}}})
	return simplePage{Page: a.chrome(v, casesPath, "Partner’s paper form").back(casePath(id)+"/weeks", "Weeks"),
		Intro: intro, Form: fm}, nil
}

// editPaperReport shows the partner's form for a week, to be filled from paper.
func (a *App) editPaperReport(c echo.Context, v models.Viewer) error {
	p, err := a.paperReportForm(c, v, nil, nil)
	if err != nil {
		return err
	}
	return a.page(c, http.StatusOK, p)
}

// savePaperReport keeps a report given on paper.
func (a *App) savePaperReport(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	in := reportInput(f)
	in.Week = c.Param("week")
	if err := a.db.EnterPartnerReport(c.Request().Context(), v, c.Param("case"), in); err != nil {
		return a.retry(c, err, func(e *models.Error) (simplePage, error) { return a.paperReportForm(c, v, f, e) })
	}
	return a.redirect(c, casePath(c.Param("case"))+"/weeks")
}
