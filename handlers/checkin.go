package handlers

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"enough/models"
)

// weekPage is the client's week: what is planned, a tap for each time it was
// done, and the form when it is open.
type weekPage struct {
	Page    page
	Goal    string
	Notices []models.Notice
	Back    string // that nothing is planned for a while
	Tap     *tapCard
	Form    *form
	Saved   string // “Saved. Next one opens …”
	Correct bool
	Closed  string // why there is no form
}

func (weekPage) template() string { return "week" }

// tapCard counts the week's occurrences.
type tapCard struct {
	Behaviour, CountsIf, NotCountsIf, Refused string
	Line                                      string // “Planned 2. Done 1.”
	Count                                     string // for the weekly form, empty for none
	DoneID, UndoID                            string
	CanUndo                                   bool
}

func (tapCard) template() string { return "tap_card" }

// clientSubmission names a form of the client's after what it is about, so that
// the same page is the same bytes for whoever draws it.
func clientSubmission(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// refusedCounts is the most important line of the form: it takes away the
// reward for insisting.
func refusedCounts(p models.Pronoun) string {
	return "If " + p.Subject() + " said no and you left it there, it counts."
}

func (a *App) weekPage(c echo.Context, v models.Viewer, f typed, e *models.Error) (weekPage, error) {
	ctx := c.Request().Context()
	k, err := a.client.Case(ctx, v)
	if err != nil {
		return weekPage{}, err
	}
	p := weekPage{Page: a.clientChrome(weekPath, "This week"), Goal: k.Goal}
	if p.Notices, err = a.client.Notices(ctx, v); err != nil {
		return p, err
	}
	if phase, ok := k.Current(); ok && phase.Kind == models.Withdrawal {
		p.Back = "Nothing is planned until " + phase.LastWeek().Sunday().Long() + ". All goes on as before the plan. The weekly form goes on too."
	}
	open, isOpen, err := a.client.OpenForm(ctx, v)
	if err != nil {
		return p, err
	}
	if !isOpen || open.Week != k.Today.Week() || open.Saved == nil {
		// Once the week's form is saved, its number is the one that counts.
		if p.Tap, err = a.tapCard(c, v, k); err != nil {
			return p, err
		}
	}
	switch {
	case f != nil && (!isOpen || f.text("week") != string(open.Week)):
		// What was typed stands here even when its week has closed meanwhile.
		w, _ := models.ParseWeek(f.text("week"))
		fm := checkinForm(k, models.CheckinForm{Week: w, AsksPlan: f.text("done") != "" || f.text("effort") != "" || f.text("why") != "",
			AsksGuess: f.text("guess") != "" || f.text("sure") != ""}, editing{typed: f, problem: e}, weekPath)
		p.Form = &fm
	case !isOpen:
		p.Closed = closedText(k)
	case open.Saved != nil && f == nil && c.QueryParam("correct") != "yes":
		p.Saved, p.Correct = savedText(k, open.Week), true
	default:
		if p.Tap != nil && open.Week == k.Today.Week() {
			// The plan stands right above the form.
			open.Phase.Behaviour = ""
		}
		fm := checkinForm(k, open, editing{typed: f, problem: e}, weekPath)
		p.Form = &fm
	}
	return p, nil
}

// clientChrome is the frame of the client's pages. It depends on nothing but
// the page, so that it is the same for whoever draws it.
func (a *App) clientChrome(at, heading string) page {
	p := a.chrome(models.Viewer{Role: models.Client}, at, heading)
	p.Refetch = true
	return p
}

func (a *App) tapCard(c echo.Context, v models.Viewer, k models.ClientCase) (*tapCard, error) {
	phase, ok := k.Current()
	w := k.Today.Week()
	if !ok || !phase.PlanAsked() || !phase.AsksIn(w) || k.Excused[w] {
		return nil, nil
	}
	done, ever, err := a.client.Taps(c.Request().Context(), v, w)
	if err != nil {
		return nil, err
	}
	count := ""
	if done > 0 {
		count = itoa(done)
	}
	return &tapCard{Count: count, Behaviour: sentence(phase.Behaviour), CountsIf: midSentence(phase.CountsIf), NotCountsIf: midSentence(phase.NotCountsIf),
		Refused: refusedCounts(k.PartnerPronoun), Line: "Planned " + digits(phase.Dose) + ". Done " + itoa(done) + ".", CanUndo: done > 0,
		DoneID: clientSubmission("done", k.ID, string(w), itoa(ever), itoa(done)), UndoID: clientSubmission("undo", k.ID, string(w), itoa(ever), itoa(done))}, nil
}

// closedText says when the next form opens. It depends on the calendar and on
// the therapist's acts alone.
func closedText(k models.ClientCase) string {
	for i := range 60 {
		w := k.Today.Week().Add(i)
		if p, ok := k.Phase(w); ok && p.AsksIn(w) && !k.Excused[w] && w.FormsOn(k.Today) == models.FormsNotYet {
			return "No form is open. The next one opens on " + dayName(w.Opens()) + "."
		}
	}
	return "No form is open. Your therapist will talk about the next step with you."
}

func savedText(k models.ClientCase, w models.Week) string {
	for i := 1; i < 60; i++ {
		if p, ok := k.Phase(w.Add(i)); ok && p.AsksIn(w.Add(i)) && !k.Excused[w.Add(i)] {
			return "Saved. Next one opens " + dayName(w.Add(i).Opens()) + "."
		}
	}
	return "Saved."
}

// dayName writes a date with its weekday: Friday 6 March 2026.
func dayName(d models.Day) string { return d.Time().Format("Monday 2 January 2006") }

// weekRange writes a week as “Monday 2 to Sunday 8 March 2026”.
func weekRange(w models.Week) string {
	if w == "" {
		return ""
	}
	monday, sunday := w.Monday().Time(), w.Sunday().Time()
	if monday.Month() == sunday.Month() {
		return monday.Format("Monday 2") + " to " + sunday.Format("Sunday 2 January 2006")
	}
	return monday.Format("Monday 2 January") + " to " + sunday.Format("Sunday 2 January 2006")
}

const tensionLow, tensionMid, tensionHigh = "Calm all week", "Some bad moments", "As bad as it has ever been"

// checkinForm makes the client's form of a week.
func checkinForm(k models.ClientCase, open models.CheckinForm, ed editing, action string) form {
	if open.Saved != nil {
		s := open.Saved
		ed.version = s.Version
		ed.saved = map[string]string{"done": digits(s.Done), "why": answered(s.Why), "effort": digits(s.Effort), "tension": itoa(s.Tension), "forecast": itoa(s.Forecast),
			"guess": digits(s.Guess), "sure": digits(s.Sure), "note": s.Note}
	} else if open.Taps > 0 {
		ed.saved = map[string]string{"done": itoa(min(open.Taps, 14))}
	}
	x := ed.filler("")
	her := k.PartnerPronoun
	var fields []field
	if open.AsksPlan {
		done := x.number("done", "How many times did you do it?", "", 0, 14)
		done.Kind = "stepper"
		if b := open.Phase.Behaviour; b != "" {
			done.Hint = sentence(b) + " Counts if: " + midSentence(open.Phase.CountsIf) + " " + refusedCounts(her)
		}
		fields = append(fields, done,
			x.choice("why", "Why?", "forgot", "I forgot", "no_chance", "No chance", "chose_not_to", "I chose not to", "not_wanted", her.Cap()+" did not want it").when("done=0").hint("Only if it was 0."),
			x.scale("effort", "How much effort did it cost you?", "None", "Some", "All I had").when("done!=0"))
	}
	fields = append(fields,
		x.scale("tension", "How tense were things between you?", tensionLow, tensionMid, tensionHigh),
		x.scale("forecast", "What number do you think "+her.Subject()+" would give?", tensionLow, tensionMid, tensionHigh).hint("Do not ask "+her.Object()+". Your guess is the data."))
	if open.AsksGuess {
		fields = append(fields,
			x.scale("guess", "Your guess: how close is "+her.Subject()+" to leaving?", "Not at all", "", "Leaving").hint("Asked once, in the last week."),
			x.number("sure", "How sure are you that this will be enough?", "0 to 100 per cent", 0, 100).optional())
	}
	fields = append(fields, x.area("note", "One line for your next session, if you want", ""))
	id := ed.typed.submission().ID
	if id == "" {
		id = clientSubmission("checkin", k.ID, string(open.Week), itoa(ed.version))
	}
	fm := ed.finish(form{ID: "checkin-form", Action: action, Submit: "Save", Parts: []part{{Heading: weekRange(open.Week), Fields: fields}}, Hidden: []saved{{"week", string(open.Week)}}})
	fm.Hidden[0].Value = id
	return fm
}

// showWeek shows the client's week.
func (a *App) showWeek(c echo.Context, v models.Viewer) error {
	p, err := a.weekPage(c, v, nil, nil)
	if err != nil {
		return err
	}
	return a.page(c, http.StatusOK, p)
}

func checkinInput(f typed) models.CheckinInput {
	return models.CheckinInput{Week: f.text("week"), Done: f.text("done"), Why: f.text("why"), Effort: f.text("effort"), Tension: f.text("tension"),
		Forecast: f.text("forecast"), Guess: f.text("guess"), Sure: f.text("sure"), Note: f.text("note"), Version: f.text("version"), Submission: f.submission()}
}

// saveCheckin keeps the client's entry for a week.
func (a *App) saveCheckin(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	err = a.client.SubmitCheckin(c.Request().Context(), v, checkinInput(f))
	if err == nil {
		return a.redirect(c, weekPath)
	}
	e, status, ok := a.again(c, err)
	if !ok {
		return err
	}
	p, err := a.weekPage(c, v, f, e)
	if err != nil {
		return err
	}
	return a.pageOr(c, status, p, *p.Form)
}

// noteOccurrence adds one occurrence today.
func (a *App) noteOccurrence(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	return a.afterTap(c, v, a.client.NoteOccurrence(c.Request().Context(), v, f.submission()))
}

// takeBackOccurrence takes back the latest occurrence of the week.
func (a *App) takeBackOccurrence(c echo.Context, v models.Viewer) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	return a.afterTap(c, v, a.client.TakeBackOccurrence(c.Request().Context(), v, f.submission()))
}

func (a *App) afterTap(c echo.Context, v models.Viewer, err error) error {
	if err != nil {
		return err
	}
	p, err := a.weekPage(c, v, nil, nil)
	if err != nil {
		return err
	}
	if p.Tap == nil || !wantsFragment(c.Request()) {
		return a.redirect(c, weekPath)
	}
	return a.pageOr(c, http.StatusOK, p, *p.Tap)
}
