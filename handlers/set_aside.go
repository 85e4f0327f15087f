package handlers

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"enough/models"
)

// asidePage is one week's partner report, for the therapist to judge whether it
// is the partner's own and counts.
type asidePage struct {
	Page    page
	Intro   []string
	Answers []saved
	First   []string // what of them must not be missed
	Flags   []flagView
	Past    []string // what was set aside and taken back in, in order
	Shown   string   // what of the week the client sees now
	Form    form
}

func (asidePage) template() string { return "aside" }

func asidePath(caseID string, w models.Week) string {
	return casePath(caseID) + "/weeks/" + string(w) + "/aside"
}

func (a *App) asidePage(c echo.Context, v models.Viewer, f typed, e *models.Error) (asidePage, error) {
	ctx, id := c.Request().Context(), c.Param("case")
	k, err := a.db.ReportedWeek(ctx, v, id, c.Param("week"))
	if err != nil {
		return asidePage{}, err
	}
	w := k.Report.Week
	p := asidePage{Page: a.chrome(v, casesPath, "Does the partner’s report of "+w.Monday().Long()+" count?").back(casePath(id)+"/weeks", "Weeks"),
		Answers: answersOf(k.Report), Past: pastOf(k.Asides)}
	p.Page.Title = "Does it count?"
	for _, said := range firstOf(k.Report) {
		p.First = append(p.First, sentence(capital(said)))
	}
	for _, flag := range k.Flags {
		p.Flags = append(p.Flags, newFlagView(flag))
	}
	var shown []string
	for _, o := range k.Shown {
		shown = append(shown, strings.ToLower(shortOffer(o)[:1])+shortOffer(o)[1:])
	}
	if len(shown) > 0 {
		p.Shown = "The client sees of this week now: " + strings.Join(shown, "; ") + ". That stays, whatever you choose here, until the partner takes it back."
	}
	ed := editing{typed: f, problem: e}
	x := ed.filler("")
	path := asidePath(id, w)
	if n := len(k.Asides); n > 0 && k.Asides[n-1].Standing() {
		p.Intro = []string{"This week is set aside: " + models.AsideText(k.Asides[n-1].Why) + ". It counts in no number, no verdict and no evidence, and nothing of it can be published. Flags go on seeing it."}
		p.Form = ed.finish(form{ID: "aside-form", Action: path, Submit: "Take it back in", Plain: true, Hidden: []saved{{"act", "back"}},
			Parts: []part{{Fields: []field{x.area("reason", "Why it counts after all", "For you alone. Both reasons are kept.")}}}})
		return p, nil
	}
	p.Intro = []string{"Set the week aside if the report is not the partner’s own, or if somebody pushed. It is then missing from every number, from verdict and evidence, and nothing of it can be published. Flags go on seeing it, and the report stays as it is.",
		"Nothing changes on the pages of the client or of the partner. You can take the week back in."}
	p.Form = ed.finish(form{ID: "aside-form", Action: path, Submit: "Set the week aside", Plain: true, Hidden: []saved{{"act", "aside"}},
		Parts: []part{{Fields: []field{
			x.choice("why", "Why", "not_hers", "Not hers: somebody else wrote it", "pushed", "Pushed: somebody had a say in the answers"),
			x.area("reason", "What you know, and from whom", "For you alone. It is kept with the date.")}}}})
	return p, nil
}

// answersOf lists what a report said, in the words of the table by week.
func answersOf(r models.PartnerReport) (list []saved) {
	names := []string{"Tension", "Close to leaving", "Noticed", "Felt real", "Could say no", "Felt safe", "Pushed about what to say", "Children", "Partner’s call"}
	for i, cell := range partnerCells(models.ReviewWeek{Report: &r}) {
		if cell != "" && cell != "not asked" {
			list = append(list, saved{names[i], cell})
		}
	}
	if r.Note != "" {
		list = append(list, saved{"For you alone", r.Note})
	}
	return list
}

// pastOf tells what was decided about a week before, in order.
func pastOf(list []models.SetAside) (past []string) {
	for _, s := range list {
		past = append(past, "Set aside on "+s.On.Long()+", "+models.AsideText(s.Why)+": "+sentence(s.Reason))
		if !s.Standing() {
			past = append(past, "Taken back in on "+s.BackOn.Long()+": "+sentence(s.BackReason))
		}
	}
	return past
}

// showAside shows a week with a partner report and whether it counts.
func (a *App) showAside(c echo.Context, v models.Viewer) error {
	p, err := a.asidePage(c, v, nil, nil)
	if err != nil {
		return err
	}
	return a.page(c, http.StatusOK, p)
}

// setAside sets a week aside, or takes it back in.
func (a *App) setAside(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	id, week := c.Param("case"), c.Param("week")
	err = a.db.SetWeekAside(c.Request().Context(), v, id, week, models.SetAsideInput{Back: f.text("act") == "back", Why: f.text("why"), Reason: f.text("reason"), Submission: f.submission()})
	if err == nil {
		return a.redirect(c, casePath(id)+"/weeks")
	}
	e, status, ok := a.again(c, err)
	if !ok {
		return err
	}
	p, err := a.asidePage(c, v, f, e)
	if err != nil {
		return err
	}
	return a.page(c, status, p)
}

// asideNotes says of each week of a review that is set aside that it is, and why.
func asideNotes(r models.Review) (notes []string) {
	for _, p := range r.Phases {
		for _, w := range p.Weeks {
			if w.Aside != nil {
				notes = append(notes, "The week of "+w.Week.Monday().Long()+" is set aside since "+w.Aside.On.Long()+", "+models.AsideText(w.Aside.Why)+": "+sentence(w.Aside.Reason))
			}
		}
	}
	return notes
}

// asidePoints are the answers of the weeks that are set aside.
func asidePoints(r models.Review, pick func(*models.PartnerReport) *int) (list []point) {
	for _, p := range r.Phases {
		for _, w := range p.Weeks {
			if w.Aside != nil && pick(w.Given()) != nil {
				list = append(list, intPoint(w.Week, pick(w.Given())))
			}
		}
	}
	return list
}
