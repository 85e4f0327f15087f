package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"enough/models"
)

func handoverPath(caseID string) string { return casePath(caseID) + "/handover" }

func (a *App) handoverForm(c echo.Context, v models.Viewer, f typed, e *models.Error) (simplePage, error) {
	ctx, id := c.Request().Context(), c.Param("case")
	k, err := a.db.OwnCase(ctx, v, id)
	if err != nil {
		return simplePage{}, err
	}
	others, err := a.db.Colleagues(ctx, v)
	if err != nil {
		return simplePage{}, err
	}
	today, err := a.today(c)
	if err != nil {
		return simplePage{}, err
	}
	p := simplePage{Page: a.chrome(v, casesPath, "Hand over the case").back(casePath(id), k.Client.Name+" and "+k.Partner.Name),
		Intro: []string{"Another therapist of the practice takes this case on. From that moment she has all of it and you have nothing: not the pages, not the list. She can hand it back."}}
	if len(others) == 0 {
		p.Warning = "No other therapist of the practice has joined yet. There is nobody to hand it to."
	}
	// Only one who is alone can be named before she is chosen.
	who := "another therapist of this practice"
	if len(others) == 1 {
		who = others[0].Name
	}
	notice := "From today " + who + " works with you in place of " + v.Name + "."
	ed := editing{typed: f, problem: e, saved: map[string]string{"on": string(today), "client_text": notice, "partner_text": notice}}
	x := ed.filler("")
	p.Form = ed.finish(form{ID: "handover-form", Action: handoverPath(id), Submit: "Hand the case over", Plain: true, Parts: []part{
		{Fields: []field{colleagueField(x, "to", "To whom", others), x.date("on", "Handed over on", "Not in the future."),
			x.area("reason", "Why", "Kept with the case, for whoever has it. Neither of the two reads it.")}},
		{Heading: "What the two are told", Intro: "Each reads the text in the own field and no other. Empty a field to say nothing there.",
			Fields: []field{x.area("client_text", "To "+k.Client.Name, "").optional(), x.area("partner_text", "To "+k.Partner.Name, "").optional()}}}})
	return p, nil
}

// colleagueField asks for one of the other therapists.
func colleagueField(x filler, name, label string, others []models.Person) field {
	who := x.field("choice", name, label)
	for _, t := range others {
		who.Options = append(who.Options, option{Value: t.ID, Text: t.Name, Checked: who.Value == t.ID})
	}
	return who
}

// editHandover shows the form that hands a case over.
func (a *App) editHandover(c echo.Context, v models.Viewer) error {
	p, err := a.handoverForm(c, v, nil, nil)
	if err != nil {
		return err
	}
	return a.page(c, http.StatusOK, p)
}

// handOver gives a case to another therapist. The way back to it is closed, so
// what comes next is the list.
func (a *App) handOver(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	err = a.db.HandOver(c.Request().Context(), v, c.Param("case"), models.HandOverInput{To: f.text("to"), On: f.text("on"), Reason: f.text("reason"),
		ClientText: f.text("client_text"), PartnerText: f.text("partner_text"), Submission: f.submission()})
	if err != nil {
		return a.retry(c, err, func(e *models.Error) (simplePage, error) { return a.handoverForm(c, v, f, e) })
	}
	return a.redirect(c, casesPath)
}

// handedView is one handover as the case's page tells of it.
type handedView struct{ Line, Reason string }

func newHandedViews(list []models.Handover) (views []handedView) {
	for _, h := range list {
		views = append(views, handedView{h.On.Long() + ", from " + h.From + " to " + h.To, h.Reason})
	}
	return views
}
