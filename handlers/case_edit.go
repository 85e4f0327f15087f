package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"enough/models"
)

func (a *App) frameForm(c echo.Context, v models.Viewer, f typed, e *models.Error) (simplePage, error) {
	id := c.Param("case")
	k, err := a.db.Case(c.Request().Context(), v, id)
	if err != nil {
		return simplePage{}, err
	}
	ed := editing{typed: f, problem: e, version: k.Version, saved: map[string]string{"goal": k.Frame.Goal, "stake": k.Frame.Stake,
		"cooperation": k.Frame.Cooperation, "standing": k.Frame.Standing, "economic": k.Frame.Economic, "ending": k.Frame.Ending, "children": yesNo(k.ChildrenHome)}}
	x := ed.filler("")
	candidates := part{Heading: "5 · What could change it?", Intro: "Three acts, ordered by what they cost the client. The smallest plausible one is tried first."}
	for i := range 3 {
		n := itoa(i + 1)
		ed.saved["candidate"+n], ed.saved["cost"+n] = "", ""
		if i < len(k.Frame.Candidates) {
			ed.saved["candidate"+n], ed.saved["cost"+n] = k.Frame.Candidates[i].Behaviour, digits(k.Frame.Candidates[i].Cost)
		}
		candidates.Fields = append(candidates.Fields, x.text("candidate"+n, "Act "+n, "").optional(),
			x.number("cost"+n, "Cost to the client", "0 nothing, 10 all the client has", 0, 10).optional())
	}
	return simplePage{Page: a.chrome(v, casesPath, "The strategic frame").back(casePath(id), k.Client.Name+" and "+k.Partner.Name),
		Form: ed.finish(form{ID: "frame-form", Action: casePath(id) + "/frame", Submit: "Save the frame", Parts: []part{
			{Heading: "1 · What do you want?", Fields: []field{x.text("goal", "In the client’s words, one sentence", "The client can read this on the plan.")}},
			{Heading: "2 · What does it cost you if you lose it?", Fields: []field{x.area("stake", "In the client’s words", "The partner never sees this.").optional()}},
			{Heading: "3 · Whose cooperation does it need?", Fields: []field{x.text("cooperation", "", "").optional()}},
			{Heading: "4 · Where does that stand now?", Fields: []field{x.area("standing", "In your words, from released facts only", "Empty means unknown.").optional()}},
			candidates,
			{Heading: "For you alone", Fields: []field{
				x.choice("economic", "Does the partner depend on the client’s money?", "yes", "Yes", "no", "No", "unknown", "Not known"),
				x.choice("children", "Do children live at home?", "yes", "Yes", "no", "No"),
				x.area("ending", "I will end this if …", "Written now, shown back to you at each decision.").optional()}},
		}})}, nil
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// editFrame shows the strategic frame.
func (a *App) editFrame(c echo.Context, v models.Viewer) error {
	p, err := a.frameForm(c, v, nil, nil)
	if err != nil {
		return err
	}
	return a.page(c, http.StatusOK, p)
}

// saveFrame keeps the strategic frame.
func (a *App) saveFrame(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	in := models.FrameInput{Goal: f.text("goal"), Stake: f.text("stake"), Cooperation: f.text("cooperation"), Standing: f.text("standing"),
		Economic: f.text("economic"), Ending: f.text("ending"), Children: f.text("children"), Version: f.text("version"), Submission: f.submission()}
	for i := range in.Behaviours {
		in.Behaviours[i], in.Costs[i] = f.text("candidate"+itoa(i+1)), f.text("cost"+itoa(i+1))
	}
	id := c.Param("case")
	if err := a.db.SaveFrame(c.Request().Context(), v, id, in); err != nil {
		return a.retry(c, err, func(e *models.Error) (simplePage, error) { return a.frameForm(c, v, f, e) })
	}
	return a.redirect(c, casePath(id))
}
