package handlers

import (
	"context"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"enough/models"
)

// flagsPage lists the flags of a case, those that are open first.
type flagsPage struct {
	Page   page
	Log    string // where contacts are written down
	Late   *lateReason
	Open   []flagView
	Closed []flagView
	Raise  form
}

func (flagsPage) template() string { return "flags" }

// flagView is one flag, with the form that closes it while it is open.
type flagView struct {
	Level  models.FlagLevel
	Rule   string
	Title  string
	Week   string
	Said   string
	Age    string // when it was raised, and by when it asks for a look
	Closed string
	Reason string
	Close  *form
	Steps  *form  // the checklist of an open flag that asks for a look
	Gone   string // how many of its steps were gone through
}

// openFlag says that a flag is open in a case, and leads to its flags.
type openFlag struct {
	Level models.FlagLevel // red or amber
	Href  string
}

// newOpenFlag is nil when no flag asks for a look.
func newOpenFlag(caseID string, level models.FlagLevel) *openFlag {
	if level == "" {
		return nil
	}
	return &openFlag{level, flagsPath(caseID)}
}

// Name writes the mark.
func (f openFlag) Name() string {
	return map[models.FlagLevel]string{models.Red: "Red flag open", models.Amber: "Amber flag open"}[f.Level]
}

// lateReason is a form that came for a flag that was closed meanwhile.
type lateReason struct{ Flag, Problem, Typed string }

// levelText says how soon a flag asks for a look.
func levelText(level models.FlagLevel) string {
	return map[models.FlagLevel]string{models.Red: "Red: act today", models.Amber: "Amber: look within seven days", models.Note: "Note"}[level]
}

// Name writes the level for its reader. A flag that is closed asks for nothing.
func (f flagView) Name() string {
	text := levelText(f.Level)
	if f.Closed != "" {
		text, _, _ = strings.Cut(text, ":")
	}
	return text
}

func newFlagView(f models.Flag) flagView {
	view := flagView{Level: f.Level(), Rule: f.Rule, Title: models.FlagText(f.Rule), Week: "Week of " + f.Week.Monday().Long(), Said: f.Said, Reason: f.Reason, Age: ageText(f)}
	if !f.Open() {
		view.Closed = "Closed on " + f.ClosedOn.Long()
	}
	return view
}

// ageText says when a flag was raised, and while it is open by when it asks for a
// look.
func ageText(f models.Flag) string {
	text := "Raised on " + f.RaisedOn.Long() + "."
	switch by := f.LookBy(); {
	case !f.Open() || by == "":
	case f.Overdue:
		text += " A look is overdue since " + by.Long() + "."
	case by == f.RaisedOn:
		text += " Look the same day."
	default:
		text += " Look by " + by.Time().Format("2 January") + "."
	}
	return text
}

func (a *App) flagsPage(c echo.Context, v models.Viewer, f typed, e *models.Error) (flagsPage, error) {
	ctx, id := c.Request().Context(), c.Param("case")
	k, err := a.db.Case(ctx, v, id)
	if err != nil {
		return flagsPage{}, err
	}
	flags, err := a.db.Flags(ctx, v, id)
	if err != nil {
		return flagsPage{}, err
	}
	steps, err := a.db.Steps(ctx, v, id)
	if err != nil {
		return flagsPage{}, err
	}
	p := flagsPage{Page: a.chrome(v, casesPath, "Flags: "+k.Client.Name+" and "+k.Partner.Name).back(casePath(id), k.Client.Name+" and "+k.Partner.Name)}
	p.Page.Title, p.Log = "Flags", logPath(id)
	// What was typed belongs to the one form that was sent.
	sent := func(form string) editing {
		if f.text("form") == form {
			return editing{typed: f, problem: e}
		}
		return editing{}
	}
	for i, flag := range flags {
		view := newFlagView(flag)
		name := flag.Rule + " " + string(flag.Week) + " " + flag.Said
		ed := sent(name)
		if !flag.Open() {
			if ed.problem != nil {
				p.Late = &lateReason{view.Title + ". " + view.Week + ".", ed.problem.Message, f.text("reason")}
			}
			p.Closed = append(p.Closed, view)
			continue
		}
		fm := ed.finish(form{ID: "close-" + itoa(i+1), Action: casePath(id) + "/flags/close", Submit: "Close it", Quiet: true, Plain: true,
			Hidden: []saved{{"form", name}, {"rule", flag.Rule}, {"week", string(flag.Week)}, {"said", flag.Said}},
			Parts:  []part{{Fields: []field{ed.filler("close-"+itoa(i+1)+"-").area("reason", "What was looked at and done", "It is kept with the flag.")}}}})
		view.Close = &fm
		if card := models.CardOf(flag.Level()); card != "" {
			list := stepsForm(id, "steps-"+itoa(i+1), card, steps[card][flag.ID], editing{}, saved{"rule", flag.Rule}, saved{"week", string(flag.Week)}, saved{"said", flag.Said})
			view.Steps, view.Gone = &list, itoa(len(steps[card][flag.ID]))+" of "+itoa(len(card.Steps()))
		}
		p.Open = append(p.Open, view)
	}
	ed := sent("raise")
	x := ed.filler("raise-")
	kind := x.field("choice", "kind", "What was learned")
	for _, value := range models.Learned {
		kind.Options = append(kind.Options, option{Value: value, Text: models.LearnedText(value), Checked: kind.Value == value})
	}
	p.Raise = ed.finish(form{ID: "raise-form", Action: casePath(id) + "/flags", Submit: "Raise a red flag", Quiet: true, Plain: true, Hidden: []saved{{"form", "raise"}},
		Parts: []part{{Heading: "Raise a flag yourself", Intro: "Nothing changes for the client. When the partner withdraws, no more reports are asked for.",
			Fields: []field{kind, x.area("what", "In a few words, and from whom", "")}}}})
	return p, nil
}

// showFlags lists the flags of a case.
func (a *App) showFlags(c echo.Context, v models.Viewer) error {
	p, err := a.flagsPage(c, v, nil, nil)
	if err != nil {
		return err
	}
	return a.page(c, http.StatusOK, p)
}

// raiseFlag raises a red flag for what the therapist learned.
func (a *App) raiseFlag(c echo.Context, v models.Viewer) error {
	return a.actOnFlag(c, v, a.db.RaiseFlag)
}

// closeFlag closes a flag with a reason.
func (a *App) closeFlag(c echo.Context, v models.Viewer) error {
	return a.actOnFlag(c, v, a.db.CloseFlag)
}

func (a *App) actOnFlag(c echo.Context, v models.Viewer, act func(ctx context.Context, v models.Viewer, caseID string, in models.FlagInput) error) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	id := c.Param("case")
	err = act(c.Request().Context(), v, id, models.FlagInput{Rule: f.text("rule"), Week: f.text("week"), Said: f.text("said"),
		Kind: f.text("kind"), What: f.text("what"), Reason: f.text("reason"), Submission: f.submission()})
	if err == nil {
		// A deputy who has closed the last red flag cannot open the case any more.
		if _, err := a.db.Case(c.Request().Context(), v, id); models.KindOf(err) == models.NotFound {
			return a.redirect(c, casesPath)
		}
		return a.redirect(c, flagsPath(id))
	}
	e, status, ok := a.again(c, err)
	if !ok {
		return err
	}
	p, err := a.flagsPage(c, v, f, e)
	if err != nil {
		return err
	}
	return a.page(c, status, p)
}
