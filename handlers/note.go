package handlers

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"enough/models"
)

// notePage is a progress note for one of the two files, to be edited, copied or
// printed. It is kept nowhere.
type notePage struct {
	Page  page
	Intro string
	Text  string
	Other link // the note for the other file
}

func (notePage) template() string { return "note" }

func notePath(experimentID, file string) string {
	return experimentPath(experimentID) + "/note/" + file
}

// unknown stands where a note needs a word that only its writer knows.
const unknown = "…"

// showNote makes the progress note for the client's file or for the partner's. The
// two are never mixed: the client's is made of what the client's own connections can
// read, and of what was decided.
func (a *App) showNote(c echo.Context, v models.Viewer) error {
	ctx, id, file := c.Request().Context(), c.Param("experiment"), c.Param("file")
	if file != "client" && file != "partner" {
		return &models.Error{Kind: models.NotFound, Message: "There is no such page."}
	}
	n, err := a.db.PrintNote(ctx, v, id)
	if err != nil {
		return err
	}
	p := notePage{Page: a.chrome(v, casesPath, "").back(reviewPath(id), "Review")}
	p.Page.Title = "Note"
	if file == "partner" {
		p.Page.Heading, p.Intro = "Note for the partner’s file", "For your own record of "+n.Review.Case.Partner.Name+", never for the client’s. Read it, mend it, copy or print it: it is kept nowhere here."
		p.Text, p.Other = partnerNote(n), link{Href: notePath(id, "client"), Text: "Note for the client’s file"}
		return a.page(c, http.StatusOK, p)
	}
	his := models.Viewer{PersonID: n.Review.Case.Client.ID, Role: models.Client}
	k, err := a.client.Case(ctx, his)
	if err != nil {
		return err
	}
	checkins, err := a.client.Checkins(ctx, his)
	if err != nil {
		return err
	}
	snapshots, err := a.client.Snapshots(ctx, his)
	if err != nil {
		return err
	}
	p.Page.Heading, p.Intro = "Note for the client’s file", "Nothing that the partner reported is in it. Read it, mend it, copy or print it: it is kept nowhere here."
	p.Text, p.Other = clientNote(k, checkins, snapshots, newDecided(n), v.Name), link{Href: notePath(id, "partner"), Text: "Note for the partner’s file"}
	return a.page(c, http.StatusOK, p)
}

// decided is what of a decision may stand in the client's file.
type decided struct {
	Phase    string // that was reviewed, by name
	Choice   string // in words that say nothing of why
	Learning string
	Ends     bool
	From     models.Day
	Referral string
}

// newDecided gives what may stand of the newest decision. Whatever ends the work is
// written in the same words.
func newDecided(n models.NoteSource) decided {
	d := decided{Phase: n.Review.Reviewed().Phase.Name, Choice: unknown}
	if len(n.Decisions) == 0 {
		return d
	}
	last := n.Decisions[len(n.Decisions)-1]
	d.Phase, d.Learning, d.From, d.Referral = last.Phase, last.Learning, last.Ending.From, last.Ending.Referral
	d.Ends = slices.Contains([]string{"stop_no_benefit", "stop_harm", "end_treatment"}, last.Choice)
	d.Choice = map[string]string{"enough": "the plan is concluded; follow-up", "enough_for_now": "the plan is concluded for now; follow-up", "step_up": "a next step", "hold": "the plan rests",
		"extend": "the phase goes on", "follow_up": "follow-up"}[last.Choice]
	return d
}

// clientNote writes the note for the client's file.
func clientNote(k models.ClientCase, checkins []models.Checkin, snapshots []models.Snapshot, d decided, therapist string) string {
	var phase models.Phase
	for _, p := range k.Phases {
		if p.ExperimentID == k.Experiment.ID && p.Name == d.Phase {
			phase = p
		}
	}
	var weeks []models.Checkin
	for _, w := range phase.Asked() {
		if i := slices.IndexFunc(checkins, func(c models.Checkin) bool { return c.Week == w }); i >= 0 {
			weeks = append(weeks, checkins[i])
		} else if w.Closes() < k.Today {
			weeks = append(weeks, models.Checkin{})
		}
	}
	list := func(pick func(models.Checkin) *int) string {
		var words []string
		for _, c := range weeks {
			value := "–"
			if c.Week != "" {
				value = orElse(digits(pick(c)), "–")
			}
			words = append(words, value)
		}
		return orElse(strings.Join(words, ", "), "–")
	}
	if d.Ends {
		on := unknown
		if d.From != "" {
			on = d.From.Long()
		}
		return "The work on this plan ends on " + on + ". Reason recorded: the aim of this work can no longer be met here. Referral offered: " + orElse(strings.TrimSuffix(d.Referral, "."), unknown) +
			". Agreed next contact: " + unknown + ".\n\n" + therapist
	}
	lines := []string{
		"Review of plan “" + strings.TrimSuffix(phase.Behaviour, ".") + "”, phase " + phase.Name + ", " + phase.Start.Monday().Long() + " to " + phase.LastWeek().Sunday().Long() + ".",
		"Goal in the client’s words: “" + strings.TrimSuffix(k.Goal, ".") + "”.",
	}
	if phase.Dose != nil {
		lines = append(lines, "Planned "+itoa(*phase.Dose)+" a week for "+itoa(phase.Weeks)+" weeks; reported "+list(func(c models.Checkin) *int { return c.Done })+"; effort "+list(func(c models.Checkin) *int { return c.Effort })+" of 10.")
	}
	lines = append(lines, "Client’s rating of tension "+list(func(c models.Checkin) *int { return &c.Tension })+"; forecast "+list(func(c models.Checkin) *int { return &c.Forecast })+".",
		"Released material discussed: "+shownText(snapshots)+".")
	if d.Learning != "" {
		lines = append(lines, "Client’s learning: “"+strings.TrimSuffix(d.Learning, ".")+"”.")
	}
	return strings.Join(append(lines, "Decision: "+d.Choice+". Next review "+unknown+"."), " ") + "\n\n" + therapist
}

// shownText says what was published last.
func shownText(snapshots []models.Snapshot) string {
	if len(snapshots) == 0 {
		return "none"
	}
	last := snapshots[0]
	for _, s := range snapshots {
		if s.Published > last.Published {
			last = s
		}
	}
	return "what was shown on " + last.Published.Long()
}

// partnerNote writes the note for the partner's file, and for the therapist alone.
func partnerNote(n models.NoteSource) string {
	r := n.Review
	p := r.Reviewed()
	var lines []string
	add := func(line string) { lines = append(lines, line) }
	add("Partner reports " + itoa(p.Reports) + " of " + itoa(p.AskedPartner) + models.AsideWords(p.SetAside) + " in " + p.Phase.Name + ".")
	if a, b, ok := r.Compared(); ok {
		for _, item := range []string{models.ItemConflict, models.ItemLeaving} {
			before, now := a.Conflict, b.Conflict
			if item == models.ItemLeaving {
				before, now = a.Leaving, b.Leaving
			}
			add(outcomeName(item) + ": baseline " + numbersText(before, a.Reports) + ", " + b.Phase.Name + " " + numbersText(now, b.Reports) + ".")
		}
		if b.Mark != nil && b.LastThree != nil {
			add("Criterion: the last three average " + decimal(*b.LastThree) + ", and at most " + decimal(*b.Mark) + " was asked.")
		}
		if evidence, ok := r.Evidence(); ok {
			add(evidence.Told())
		}
	}
	add("\n\nNoticed " + weekly(p, func(w models.PartnerReport) string { return digits(w.Noticed) }) + "; felt real " + weekly(p, func(w models.PartnerReport) string { return digits(w.FeltReal) }) + ".")
	add("Say no: " + weekly(p, func(w models.PartnerReport) string { return plain(w.SayNo) }) + ". Safe: " + weekly(p, func(w models.PartnerReport) string { return plain(w.Safe) }) +
		". Pushed: " + weekly(p, func(w models.PartnerReport) string { return plain(w.Pushed) }) + ". Children: " + weekly(p, func(w models.PartnerReport) string { return plain(w.Children) }) + ".")
	if p.Call != nil {
		add("Partner’s call: " + lowerFirst(models.CallText(p.Call.Answer)) + ".")
	}
	if v := r.Verdict(); v.Kind != "" {
		add("Verdict on " + v.Phase + ": " + lowerFirst(models.VerdictText(v.Kind)) + ".")
	}
	add("\n\nFlags: " + flagsText(r.Flags, p.Phase) + ".")
	add("Spoken with alone: " + spokenText(n.Log) + ".")
	if len(n.Decisions) > 0 {
		d := n.Decisions[len(n.Decisions)-1]
		var line []string
		for i, answer := range d.Line {
			line = append(line, strings.TrimSuffix(models.LineText(models.LineItems[i]), "?")+": "+lowerFirst(lineAnswer(answer)))
		}
		if len(line) > 0 {
			add("\n\nLine checklist. " + strings.Join(line, ". ") + ".")
		}
		add("Skill used against someone: " + orElse(lowerFirst(lineAnswer(d.Skill.Used)), unknown) + ".")
		if d.Skill.Against != "" {
			add(sentence(d.Skill.Against))
		}
		add("\n\nA-B data; other causes not ruled out.")
		add("Decision on " + d.On.Long() + ": " + lowerFirst(models.ChoiceText(d.Choice)) + ". " + d.Reasons)
	}
	return strings.ReplaceAll(strings.Join(lines, " "), " \n", "\n") + "\n\n" + n.By
}

// weekly lists an answer over the reports of a phase, with a dash for none.
func weekly(p models.PhaseReview, answer func(models.PartnerReport) string) string {
	var words []string
	for _, w := range p.Weeks {
		switch {
		case w.Report != nil:
			words = append(words, orElse(answer(*w.Report), "–"))
		case w.Asked:
			words = append(words, "–")
		}
	}
	return orElse(strings.Join(words, ", "), "–")
}

// flagsText lists the flags of a phase.
func flagsText(flags []models.Flag, p models.Phase) string {
	var words []string
	for _, f := range flags {
		if f.Level() == models.Note || !p.Contains(f.Week) {
			continue
		}
		state := "open"
		if !f.Open() {
			state = "closed on " + f.ClosedOn.Long() + ": " + strings.TrimSuffix(f.Reason, ".")
		}
		words = append(words, lowerFirst(models.FlagText(f.Rule))+" ("+state+")")
	}
	return orElse(strings.Join(words, "; "), "none")
}

// spokenText lists when the partner was spoken to alone.
func spokenText(log []models.LogLine) string {
	var words []string
	for _, e := range log {
		if e.Kind == models.LogContact && e.What == "partner" {
			words = append(words, e.On.Long())
		}
	}
	return orElse(strings.Join(words, ", "), unknown)
}
