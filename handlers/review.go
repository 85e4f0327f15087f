package handlers

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"enough/models"
)

// reviewPage is an experiment week by week for its therapist.
type reviewPage struct {
	Page      page
	Stand     string
	Next      string
	Notes     []string // what is missing or special, in sentences
	Attention attention
	Verdict   verdictView  // on the judged intervention
	Card      *form        // its checklist; nil where it has none
	Numbers   *numbersView // as shown, with or without late reports
	Masked    *link        // the series without labels
	Late      lateSwitch
	Lines     lineSwitches
	Outcomes  *chart
	Care      *chart
	Forecast  *chart
	Phases    table
	Words     []weekWords
	Decisions []decisionView
	Acts      []link
	Empty     string
}

// weekWords is what was written in a week.
type weekWords struct {
	Week    string
	Client  string
	Partner string
	Other   string // what would have to be different
	Aside   bool   // the partner's report of the week is set aside
}

func (reviewPage) template() string { return "review" }

// showReview shows the review of an experiment. A swap, by the switches of its
// lines, gets the first chart alone.
func (a *App) showReview(c echo.Context, v models.Viewer) error {
	ctx, id := c.Request().Context(), c.Param("experiment")
	r, err := a.db.Review(ctx, v, id)
	if err != nil {
		return err
	}
	decisions, err := a.db.Decisions(ctx, v, id)
	if err != nil {
		return err
	}
	changes, err := a.db.PlanChanges(ctx, v, id)
	if err != nil {
		return err
	}
	p := reviewPage{Page: a.chrome(v, casesPath, "Review: "+r.Case.Client.Name+" and "+r.Case.Partner.Name).back(experimentPath(id), "Experiment "+itoa(r.Experiment.Number))}
	p.Page.Title = "Review"
	var phases []models.Phase
	for _, ph := range r.Phases {
		phases = append(phases, ph.Phase)
	}
	p.Stand, p.Next = standing(r.Experiment, phases, r.Today)
	if len(r.Phases) == 0 {
		p.Empty = "This experiment has not started. Its numbers will stand here."
		return a.page(c, http.StatusOK, p)
	}
	p.Page.Charts = true
	o := readReviewOptions(c.QueryParams())
	// What is shown in numbers may leave late reports out; what must not be missed
	// and the verdict never do.
	shown, late := r.WithoutLate()
	if !o.withoutLate {
		shown = r
	}
	outcomes, care, forecast := newOutcomeChart(shown, o), newCareChart(shown), newForecastChart(shown)
	p.Outcomes, p.Care, p.Forecast = &outcomes, &care, &forecast
	p.Phases, p.Words, p.Notes = phaseTable(shown), wordsOf(r), reviewNotes(r, changes)
	p.Numbers = newNumbersView(shown)
	p.Lines, p.Late = newLineSwitches(shown, o), newLateSwitch(r, o, late)
	if slices.ContainsFunc(phases, func(x models.Phase) bool { return x.Kind == models.Intervention }) {
		p.Masked = &link{Href: maskedPath(id), Text: "Look at the series unlabelled first"}
	}
	p.Attention, p.Verdict = newAttention(r), newVerdictView(r)
	for i := len(decisions) - 1; i >= 0; i-- {
		view := newDecisionView(decisions[i])
		if i == len(decisions)-1 && r.Experiment.Running() && phases[len(phases)-1].Start.Monday() < decisions[i].On {
			view.Act = &link{Href: afterDecision(id, decisions[i].Choice), Text: "Carry it out"}
			view.Asks = asksOf(decisions[i], r.Case.ID)
		}
		p.Decisions = append(p.Decisions, view)
	}
	caseID := r.Case.ID
	if p.Card, err = a.verdictCard(c, v, r); err != nil {
		return err
	}
	p.Acts = []link{{Href: decisionPath(id), Text: "Decide"}, {Href: notePath(id, "client"), Text: "Note for the client’s file"}, {Href: notePath(id, "partner"), Text: "Note for the partner’s file"}, {Href: casePath(caseID) + "/publish", Text: "Publish what was released"},
		{Href: casePath(caseID) + "/seen", Text: "What the client sees"}, {Href: casePath(caseID) + "/together", Text: "The couple’s page"}, {Href: casePath(caseID) + "/weeks", Text: "Weeks and paper forms"}}
	return a.pageOr(c, http.StatusOK, p, outcomes)
}

// reviewNotes says in sentences what a reader of the numbers must know.
func reviewNotes(r models.Review, changes []models.PlanChange) []string {
	var notes []string
	for _, change := range changes {
		notes = append(notes, "The plan was changed on "+change.On.Long()+": “"+change.Field+"”.")
	}
	notes = append(notes, asideNotes(r)...)
	if r.Paused {
		notes = append(notes, "The partner’s reports rest by agreement.")
	}
	if p := r.Reviewed(); p.AskedPartner >= 3 && p.Reports == 0 && !r.Paused {
		which := map[bool]string{true: " that counts", false: ""}[p.SetAside > 0]
		notes = append(notes, "You have only the client’s account: no partner report"+which+" in this phase.")
	}
	if _, ok := r.Judged(); !ok {
		return notes
	}
	if _, _, _, _, ok := r.Reversal(); ok {
		return append(notes, "A-B-A-B data: scores that fall with the act, rise without it and fall with it again speak for the act more than one fall does. Other causes are not ruled out.")
	}
	return append(notes, "A-B data: change is consistent with the plan at most. Other causes are not ruled out.")
}

// attention is what is to be read before the numbers: the flags that are open,
// and what the partner reported lately.
type attention struct {
	Flags []flagView
	All   link
	First []string
}

func newAttention(r models.Review) attention {
	x := attention{All: link{Href: flagsPath(r.Case.ID), Text: "All flags"}, First: readFirst(r)}
	noted := map[string]bool{}
	for _, flag := range r.Flags {
		// A note that comes again and again is read once here, the newest.
		if !flag.Open() || flag.Level() == models.Note && noted[flag.Rule] {
			continue
		}
		noted[flag.Rule] = true
		x.Flags = append(x.Flags, newFlagView(flag))
	}
	return x
}

// readFirst says week by week what the partner reported in the last four weeks
// that must not be missed, in her own answers, newest first.
func readFirst(r models.Review) []string {
	var list []string
	if r.HeldSince != "" {
		list = append(list, "Publishing is held: the partner was pushed about the answers. Speak with the partner alone, and enter the date of a talk on or after "+r.HeldSince.Long()+" when you publish.")
	}
	for i := len(r.Phases) - 1; i >= 0; i-- {
		weeks := r.Phases[i].Weeks
		for n := len(weeks) - 1; n >= 0; n-- {
			if w := weeks[n]; w.Given() != nil && w.Week >= r.Today.Week().Add(-4) {
				if said := firstOf(*w.Given()); len(said) > 0 {
					list = append(list, "Week of "+w.Week.Monday().Long()+": "+strings.Join(said, "; ")+".")
				}
			}
		}
	}
	return list
}

func firstOf(p models.PartnerReport) []string {
	var said []string
	add := func(answer, text string, when ...string) {
		if slices.Contains(when, answer) {
			said = append(said, text+" “"+plain(answer)+"”")
		}
	}
	// A correction may be another's: what a guarded answer was before it is told too.
	guarded := func(text string, of func(models.Guarded) string, when ...string) {
		now := of(p.Guarded())
		for i := len(p.Before) - 1; i >= 0; i-- {
			if was := of(p.Before[i]); was != now && slices.Contains(when, was) {
				said = append(said, text+" “"+plain(now)+"”, before a correction “"+plain(was)+"”")
				return
			}
		}
		add(now, text, when...)
	}
	guarded("felt safe", func(g models.Guarded) string { return g.Safe }, "not_always", "no")
	add(p.SayNo, "could say no", "not_always", "no")
	guarded("pushed about what to say", func(g models.Guarded) string { return g.Pushed }, "a_little", "yes")
	add(p.Children, "children", "quieter", "frightened")
	guarded("contact", func(g models.Guarded) string { return g.Contact }, "when_convenient", "soon")
	guarded("contact by", func(g models.Guarded) string { return g.ContactBy }, "safe_route", "another_way", "not_now")
	return said
}

func mean(n models.Numbers) string {
	if n.Mean == nil {
		return "–"
	}
	return decimal(*n.Mean)
}

// numbersText writes mean, median and range, and the number of answers where it
// is not that of the reports.
func numbersText(n models.Numbers, reports int) string {
	if n.N == 0 {
		return "–"
	}
	s := decimal(*n.Mean) + " (" + short(*n.Median) + "; " + short(*n.Least) + "–" + short(*n.Greatest) + ")"
	if n.N != reports {
		s += ", n " + itoa(n.N)
	}
	return s
}

// short writes a whole number without a decimal.
func short(f float64) string { return strings.TrimSuffix(decimal(f), ".0") }

// phaseSince tells phases of one name apart by when they began.
func phaseSince(p models.Phase) string {
	if p.Kind == models.FollowUp || p.Kind == models.Hold {
		return phaseTitle(p) + ", from " + p.Start.Monday().Long()
	}
	return phaseTitle(p)
}

// phaseTable gives the numbers of each phase.
func phaseTable(r models.Review) table {
	t := table{Caption: "Mean (median; range)", Head: []string{"Phase", "Partner reports", "Check-ins", "Done", "Tension", "Close to leaving", "Noticed", "Felt real", "Call"}}
	for _, p := range r.Phases {
		if p.Phase.Kind == models.Hold {
			t.Rows = append(t.Rows, []string{phaseSince(p.Phase), "–", "–", "–", "–", "–", "–", "–", "–"})
			continue
		}
		done := "–"
		if p.Planned > 0 {
			done = itoa(p.Done) + " of " + itoa(p.Planned)
		}
		call := "–"
		if p.Call != nil {
			call = models.CallText(p.Call.Answer)
		}
		t.Rows = append(t.Rows, []string{phaseSince(p.Phase), itoa(p.Reports) + " of " + itoa(p.AskedPartner) + models.AsideWords(p.SetAside), itoa(p.Checkins) + " of " + itoa(p.Asked), done,
			numbersText(p.Conflict, p.Reports), numbersText(p.Leaving, p.Reports), numbersText(p.Noticed, p.Reports), numbersText(p.FeltReal, p.Reports), call})
	}
	return t
}

// weekTable gives every week with both sides, and the heights of the lines.
func weekTable(r models.Review, lines []drawnLine) table {
	t := table{Caption: "By week", Head: []string{"Week of", "Phase", "Done", "Effort", "Client: tension", "Forecast", "Partner: tension", "Leaving", "Noticed", "Real", "Say no", "Safe", "Pushed", "Children", "Call", "Marks"}}
	for _, line := range lines {
		t.Head = append(t.Head, line.name)
	}
	for _, p := range r.Phases {
		for _, w := range p.Weeks {
			if !w.Asked && w.Checkin == nil && w.Given() == nil && !w.Excused {
				continue
			}
			row := append([]string{w.Week.Monday().Long(), p.Phase.Name}, clientCells(w.Checkin)...)
			row = append(append(row, partnerCells(w)...), marks(w))
			for _, line := range lines {
				row = append(row, line.at(w.Week))
			}
			t.Rows = append(t.Rows, row)
		}
	}
	return t
}

func clientCells(c *models.Checkin) []string {
	if c == nil {
		return []string{"missing", "", "", ""}
	}
	done := digits(c.Done)
	if why := map[string]string{"forgot": "forgot", "no_chance": "no chance", "chose_not_to": "chose not to", "not_wanted": "not wanted"}[c.Why]; why != "" {
		done += " (" + why + ")"
	}
	return []string{orElse(done, "not asked"), orElse(digits(c.Effort), "not asked"), itoa(c.Tension), itoa(c.Forecast)}
}

func partnerCells(w models.ReviewWeek) []string {
	p := w.Given()
	if p == nil {
		return []string{map[bool]string{true: "left out", false: "missing"}[w.LeftOut], "", "", "", "", "", "", "", ""}
	}
	state := func(n *int, state string) string { return orElse(digits(n), strings.ReplaceAll(state, "_", " ")) }
	noticed := state(p.Noticed, p.NoticedState)
	if p.Noticed != nil {
		noticed = models.NoticedText(*p.Noticed)
	} else if p.Different != "not_asked" {
		noticed = "different: " + plain(p.Different)
	}
	call := ""
	if p.Call != nil {
		call = models.CallText(p.Call.Answer)
	}
	cells := []string{state(p.Conflict, p.ConflictState), state(p.Leaving, p.LeavingState), noticed, state(p.FeltReal, p.RealState),
		plain(p.SayNo), plain(p.Safe), plain(p.Pushed), plain(p.Children), call}
	if w.Aside != nil { // told, and not counted
		for i, cell := range cells {
			if cell != "" {
				cells[i] = "(" + cell + ")"
			}
		}
	}
	return cells
}

// plain writes a stored answer in words.
func plain(answer string) string { return strings.ReplaceAll(answer, "_", " ") }

// marks says what is special about a week.
func marks(w models.ReviewWeek) string {
	var list []string
	add := func(yes bool, text string) {
		if yes {
			list = append(list, text)
		}
	}
	add(w.Excused, "planned gap")
	add(w.Resting, "partner’s reports rest")
	if w.Checkin != nil {
		add(w.Checkin.Late, "client late")
		add(w.Checkin.Corrected(), "client corrected")
		add(w.Checkin.OnPaper, "client on paper")
	}
	if p := w.Given(); p != nil {
		add(p.Late, "partner late")
		add(p.Corrected(), "partner corrected")
		add(p.OnPaper, "partner on paper")
	}
	if w.Aside != nil {
		add(true, "set aside, "+models.AsideText(w.Aside.Why)+": "+w.Aside.Reason)
	}
	add(w.LeftOut, "partner late, left out")
	add(w.Open && w.Asked && (w.Checkin == nil || (w.Given() == nil && !w.LeftOut && !w.Resting)), "still open")
	return strings.Join(list, ", ")
}

func wordsOf(r models.Review) []weekWords {
	var list []weekWords
	for _, p := range r.Phases {
		for _, w := range p.Weeks {
			x := weekWords{Week: "Week of " + w.Week.Monday().Long()}
			if w.Checkin != nil {
				x.Client = w.Checkin.Note
			}
			if p := w.Given(); p != nil {
				x.Partner = p.Note
				if p.Call != nil {
					x.Other = p.Call.Different
				}
				x.Aside = w.Aside != nil
			}
			if x.Client+x.Partner+x.Other != "" {
				list = append(list, x)
			}
		}
	}
	return list
}
