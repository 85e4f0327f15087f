package handlers

import (
	"slices"

	"github.com/labstack/echo/v4"

	"enough/models"
)

// stepsForm is a checklist, with when each step was gone through. hidden says what it
// is of; ed is what was sent of it, when it is shown again.
func stepsForm(caseID, id string, card models.Card, done []models.StepDone, ed editing, hidden ...saved) form {
	x := field{Kind: "boxes", Name: gone, ID: id + "-gone", Label: "Checklist"}
	for i, text := range card.Steps() {
		o := option{Value: itoa(i + 1), Text: text}
		if at := slices.IndexFunc(done, func(s models.StepDone) bool { return s.Step == i+1 }); at >= 0 {
			o.Checked, o.Hint = true, done[at].On.Long()
		}
		if ed.typed != nil {
			o.Checked = slices.Contains(ed.typed.all(gone), o.Value)
		}
		x.Options = append(x.Options, o)
	}
	return ed.finish(form{ID: id, Action: casePath(caseID) + "/steps", Submit: "Keep the checklist", Quiet: true, Plain: true, Hidden: hidden, Parts: []part{{Fields: []field{x}}}})
}

// verdictCard is the checklist of the verdict of a review, nil where it has none.
func (a *App) verdictCard(c echo.Context, v models.Viewer, r models.Review) (*form, error) {
	judged, ok := r.Judged()
	card := models.CardOfVerdict(r.Verdict().Kind)
	if !ok || card == "" || r.Case.Closed.On != "" {
		return nil, nil
	}
	done, err := a.db.Steps(c.Request().Context(), v, r.Case.ID)
	if err != nil {
		return nil, err
	}
	f := stepsForm(r.Case.ID, "steps", card, done[card][judged.Phase.ID], editing{}, saved{"phase", judged.Phase.ID}, saved{"card", string(card)})
	return &f, nil
}

// keepSteps keeps which steps of a checklist were gone through.
func (a *App) keepSteps(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	id := c.Param("case")
	in := models.StepsInput{Rule: f.text("rule"), Week: f.text("week"), Said: f.text("said"), Phase: f.text("phase"), Card: f.text("card"), Done: f.all(gone), Submission: f.submission()}
	experiment, err := a.db.KeepSteps(c.Request().Context(), v, id, in)
	if err != nil {
		return a.retry(c, err, func(e *models.Error) (simplePage, error) {
			p := simplePage{Page: a.chrome(v, casesPath, "Checklist").back(casePath(id), "The case")}
			ed := editing{typed: f, problem: e}
			if in.Rule == "" {
				p.Form = stepsForm(id, "steps", models.CardOfVerdict(in.Card), nil, ed, saved{"phase", in.Phase}, saved{"card", in.Card})
				return p, nil
			}
			flags, err := a.db.Flags(c.Request().Context(), v, id)
			at := slices.IndexFunc(flags, func(f models.Flag) bool { return f.Rule == in.Rule && string(f.Week) == in.Week && f.Said == in.Said })
			if err != nil || at < 0 {
				return p, err
			}
			p.Form = stepsForm(id, "steps-"+itoa(at+1), models.CardOf(flags[at].Level()), nil, ed, saved{"rule", in.Rule}, saved{"week", in.Week}, saved{"said", in.Said})
			return p, nil
		})
	}
	if experiment != "" {
		return a.redirect(c, reviewPath(experiment)+"#verdict")
	}
	return a.redirect(c, flagsPath(id))
}
