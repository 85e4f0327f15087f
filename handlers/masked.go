package handlers

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"enough/models"
)

// maskedPage is the primary outcome as a run of weeks without phases and dates,
// for the therapist to say where she sees a change begin before she is told.
type maskedPage struct {
	Page    page
	Empty   string // why there is nothing to look at
	Problem string
	Series  *chart
	Guess   *form // while she has not answered
	Look    *form
	Answer  *answerView
}

func (maskedPage) template() string { return "masked" }

// answerView is her answer beside what was.
type answerView struct {
	Said  string
	Pairs []saved
	Words []string
}

func (a *App) maskedPage(c echo.Context, v models.Viewer, f typed, e *models.Error) (maskedPage, error) {
	id := c.Param("experiment")
	m, err := a.db.Masked(c.Request().Context(), v, id)
	if err != nil {
		return maskedPage{}, err
	}
	p := maskedPage{Page: a.chrome(v, casesPath, "The series without labels").back(reviewPath(id), "Review")}
	if len(m.Starts) == 0 && m.Answer == nil {
		p.Empty = "There is too little to look at yet. It takes three weeks of baseline and three of the first intervention."
		return p, nil
	}
	series := newMaskedChart(m)
	p.Page.Charts, p.Series = true, &series
	if m.Answer != nil {
		p.Answer = newAnswerView(*m.Answer)
		if e != nil {
			p.Problem = e.Message
		}
		return p, nil
	}
	guess, look := guessForms(id, m, f, e)
	p.Guess, p.Look = &guess, &look
	return p, nil
}

// guessForms are the question, and the way to the answer without one.
func guessForms(id string, m models.Masked, f typed, e *models.Error) (guess, look form) {
	x := editing{typed: f, problem: e}.filler("")
	saw := x.field("select", "saw", "In which week did the change begin, if you see one?")
	saw.Hint = "There are at least three weeks before it and three from it on."
	add := func(value, text string) {
		saw.Options = append(saw.Options, option{Value: value, Text: text, Checked: saw.Value == value})
	}
	add("", "Choose")
	for _, week := range m.Starts {
		add(itoa(week), "In week "+itoa(week))
	}
	add(models.SawNoChange, "I see no change")
	version := m.Version
	if e != nil && e.Kind != models.Conflict {
		version = f.text("version") // of the series that she looked at
	}
	guess = form{ID: "guess-form", Action: maskedPath(id), Plain: true, Submit: "Keep the guess and show the answer", Hidden: hidden(f, version),
		Parts: []part{{Intro: "Your guess is kept once. It cannot be changed afterwards.", Fields: []field{saw}}}}
	look = form{ID: "look-form", Action: maskedPath(id), Plain: true, Quiet: true, Submit: "Show without a guess",
		Hidden: hidden(nil, m.Version, saved{"saw", models.SawAnswer}), Parts: []part{{Intro: "Or see the answer without one. That is kept too, and no guess can be made after it."}}}
	if e != nil {
		guess.Problem = e.Message
	}
	return guess, look
}

func newAnswerView(x models.Answer) *answerView {
	began := saved{"The intervention began", "In week " + itoa(x.Began) + ", the week of " + x.BeganOn.Monday().Long()}
	chance := saved{"Right by chance", "In 1 of " + itoa(x.Among())}
	kept := "Kept on " + x.On.Long() + ", on " + itoa(x.Weeks) + " weeks. The first answer stands."
	view := &answerView{Pairs: []saved{began}, Words: []string{kept}}
	switch {
	case x.Saw == models.SawAnswer:
		view.Said = "Shown without a guess"
		view.Words = append(view.Words, "A guess after this would be none, so none is asked for.")
		return view
	case x.Saw == models.SawNoChange:
		view.Said = "You saw no change"
		view.Words = append(view.Words, "What the eye does not find may still be there in the numbers, and the other way round.")
		return view
	case x.Right():
		view.Said = "You saw the change begin in the week in which the intervention began"
	default:
		view.Said = "You saw the change begin " + weeksApart(x.Week-x.Began)
	}
	view.Pairs = append([]saved{{"Your guess", "In week " + itoa(x.Week)}}, began, chance)
	view.Words = append(view.Words, "A pick at random among the weeks offered is right once in "+itoa(x.Among())+". Where a change begins does not show why it did.")
	return view
}

// weeksApart writes how far a guess lies from the start of the intervention.
func weeksApart(n int) string {
	side := "after"
	if n < 0 {
		n, side = -n, "before"
	}
	return strings.TrimSuffix(itoa(n)+" weeks", map[bool]string{true: "s"}[n == 1]) + " " + side + " the intervention began"
}

// showMasked shows the unlabelled series, or the answer once she has given hers.
func (a *App) showMasked(c echo.Context, v models.Viewer) error {
	p, err := a.maskedPage(c, v, nil, nil)
	if err != nil {
		return err
	}
	return a.page(c, http.StatusOK, p)
}

// saveGuess keeps what the therapist saw, once.
func (a *App) saveGuess(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	id := c.Param("experiment")
	err = a.db.Guess(c.Request().Context(), v, id, models.GuessInput{Saw: f.text("saw"), Version: f.text("version"), Submission: f.submission()})
	if err == nil {
		return a.redirect(c, maskedPath(id))
	}
	e, status, ok := a.again(c, err)
	if !ok {
		return err
	}
	p, err := a.maskedPage(c, v, f, e)
	if err != nil {
		return err
	}
	return a.page(c, status, p)
}

// newMaskedChart draws the run by the number of its weeks; nothing in it names
// a phase or a date. With an answer it shows where the intervention began.
func newMaskedChart(m models.Masked) chart {
	name := outcomeName(m.Item)
	t := table{Caption: "By week", Head: []string{"Week", name}}
	weeks, scores := make([]string, len(m.Scores)), make([]any, len(m.Scores))
	for i, score := range m.Scores {
		weeks[i] = itoa(i + 1)
		t.Rows = append(t.Rows, []string{"Week " + weeks[i], orElse(digits(score), "missing")})
		if score != nil {
			scores[i] = *score
		}
	}
	rule := map[string]any{"lineStyle": map[string]any{"color": "$css:--chart-rule"}}
	series := map[string]any{"type": "line", "name": name, "data": scores, "symbol": lookOne.symbol, "symbolSize": 8, "showAllSymbol": true, "connectNulls": false,
		"lineStyle": map[string]any{"color": lookOne.colour, "width": 2}, "itemStyle": map[string]any{"color": lookOne.colour}}
	top := 36
	if m.Answer != nil {
		series["markLine"], top = startMarks(*m.Answer), 72
	}
	option := map[string]any{
		"grid":  map[string]any{"left": 34, "right": 12, "top": top, "bottom": 48, "outerBoundsMode": "none"},
		"title": map[string]any{"text": name + ", 0 to 10", "left": 0, "top": 0, "textStyle": axisText("$css:--chart-quiet", 12)},
		"xAxis": map[string]any{"type": "category", "data": weeks, "name": "Week", "nameLocation": "middle", "nameGap": 30, "nameTextStyle": axisText("$css:--chart-quiet", 12),
			"axisLabel": axisText("$css:--chart-quiet", 12), "axisTick": map[string]any{"alignWithLabel": true}, "axisLine": rule},
		"yAxis": map[string]any{"type": "value", "min": 0, "max": 10, "interval": 5, "axisLabel": axisText("$css:--chart-quiet", 12),
			"axisLine": map[string]any{"show": false}, "splitLine": rule},
		"series":    []any{series},
		"tooltip":   map[string]any{"trigger": "axis", "formatter": "$fn:tip"},
		"textStyle": map[string]any{"fontFamily": "$css:--chart-font"},
	}
	caption := "One answer of the partner’s a week, in order: " + strings.ToLower(name) + ", 0 to 10. Gaps are weeks without an answer."
	if m.Later {
		caption += " Later weeks are left out."
	}
	return chart{ID: "masked", Option: option, Table: t, Caption: caption}
}

// startMarks are the upright lines at the start of the intervention and at the
// guess; where both are one, they are one line.
func startMarks(x models.Answer) map[string]any {
	mark := func(week int, words, dash string, away int) map[string]any {
		label := axisText("$css:--chart-text", 12)
		label["formatter"], label["distance"], label["rotate"] = words, away, 0
		return map[string]any{"xAxis": week - 1, "label": label, "lineStyle": map[string]any{"color": "$css:--chart-criterion", "width": 2, "type": dash}}
	}
	marks := []any{mark(x.Began, "intervention", "solid", 4)}
	switch {
	case x.Week == x.Began:
		marks = []any{mark(x.Began, "intervention\nand your guess", "solid", 4)}
	case x.Week > 0:
		marks = append(marks, mark(x.Week, "your guess", "dashed", 22))
	}
	return map[string]any{"symbol": "none", "silent": true, "data": marks}
}
