package handlers

import (
	"log/slog"
	"slices"
	"time"

	"enough/models"
	"enough/models/modelstest"
)

// An aside is an act that may come at any time.
type aside struct {
	name  string
	hers  bool // the partner's own
	rough bool // forbids a next step, or ends something
	do    func(*fate, *modelstest.Couple) error
}

// secrets are acts of the partner and the therapist that show the client
// nothing.
var secrets = []aside{
	{"propose", true, false, propose},
	{"raise a flag", false, true, func(f *fate, c *modelstest.Couple) error {
		return f.p.RaiseFlag(ctx, c.Therapist, c.CaseID, models.FlagInput{Kind: models.Learned[f.random.IntN(len(models.Learned))], What: f.need(200)})
	}},
	{"close flags", false, false, closeFlags}, {"write the log", false, false, writeLog}, {"tick a checklist", false, false, tick}, {"note a session", false, false, feel},
	{"guess", false, false, guess},
	{"decide for oneself", false, false, func(f *fate, c *modelstest.Couple) error { return f.decide(c, "", f.text(300)) }},
	{"a skill was used", false, true, func(f *fate, c *modelstest.Couple) error { return f.decideOn(c, "", f.text(300), "yes") }},
	{"gate", false, true, gate},
	{"pause", false, true, func(f *fate, c *modelstest.Couple) error {
		return f.p.PausePartner(ctx, c.Therapist, c.CaseID, true, f.need(100))
	}},
	{"resume reports", false, false, func(f *fate, c *modelstest.Couple) error {
		return f.p.PausePartner(ctx, c.Therapist, c.CaseID, false, "")
	}},
	{"a week set aside", false, false, setAside}, {"a week taken back in", false, false, setAside},
	{"shown and taken back", true, false, func(f *fate, c *modelstest.Couple) error {
		before := f.shown(c)
		if err := publish(f, c); err != nil {
			return err
		}
		for _, key := range f.shown(c) {
			if !slices.Contains(before, key) {
				must(f.t, f.p.TakeBack(ctx, c.Partner, key))
			}
		}
		return nil
	}},
	{"the partner comes back", false, false, func(f *fate, c *modelstest.Couple) error {
		if f.odds(1, 2) {
			_, err := f.p.InviteTo(ctx, c.Therapist, c.CaseID, models.Partner) // for now she only has the code
			return err
		}
		f.comesIn(c, models.Partner)
		f.gone[c] = false
		return nil
	}},
	{"her contact", true, false, func(f *fate, c *modelstest.Couple) error {
		must(f.t, f.p.Rename(ctx, c.Partner, f.need(100), models.Submission{}))
		return f.p.SaveOwnReach(ctx, c.Partner, f.reach())
	}},
	{"her reminders", false, false, func(f *fate, c *modelstest.Couple) error {
		return f.p.SavePartnerReminders(ctx, c.Therapist, c.CaseID, f.reach())
	}},
	{"the partner signs in", true, false, func(f *fate, c *modelstest.Couple) error {
		_, _, err := f.p.StartSession(ctx, c.Partner)
		return err
	}},
	{"the partner stops", true, true, func(f *fate, c *modelstest.Couple) error {
		if f.odds(3, 4) {
			return &models.Error{Kind: models.Conflict} // it is rare
		}
		f.gone[c] = true
		return f.p.StopReporting(ctx, c.Partner, models.Submission{})
	}},
	{"her access ends", true, true, func(f *fate, c *modelstest.Couple) error {
		if f.odds(3, 4) {
			return &models.Error{Kind: models.Conflict}
		}
		f.gone[c] = true
		return f.p.EndAccess(ctx, c.Therapist, c.CaseID, models.Partner, models.Submission{})
	}},
}

// reach is how the partner may wish to be reached.
func (f *fate) reach() models.PartnerReachInput {
	first := f.random.IntN(22)
	return models.PartnerReachInput{Channel: "email", Address: "hers" + f.number(1, 99) + "@example.org", Remind: f.one("yes", "yes", "no"), Day: f.one("5", "6", "7", "1", "2", "3"),
		First: itoa(first), Last: itoa(first + 1), Again: f.one("yes", "no"), Subject: f.one(models.PartnerSubjects...)}
}

// judgements are acts of the others that show the partner nothing.
var judgements = []aside{
	{"raise a flag", false, true, func(f *fate, c *modelstest.Couple) error {
		return f.p.RaiseFlag(ctx, c.Therapist, c.CaseID, models.FlagInput{Kind: "threat", What: f.need(200)})
	}},
	{"close flags", false, false, closeFlags}, {"write the log", false, false, writeLog}, {"tick a checklist", false, false, tick}, {"note a session", false, false, feel}, {"guess", false, false, guess}, {"a week set aside", false, false, setAside},
	{"decide for oneself", false, false, func(f *fate, c *modelstest.Couple) error { return f.decide(c, f.text(300), "") }},
	{"done once", false, false, noteOccurrence},
	{"his name", false, false, func(f *fate, c *modelstest.Couple) error {
		return f.p.Rename(ctx, c.Client, f.need(100), models.Submission{})
	}},
}

// asides are all acts that may come at any time; some come more often.
var asides = append(slices.Clone(secrets), []aside{
	{"close the case", false, true, func(f *fate, c *modelstest.Couple) error {
		if f.odds(5, 6) {
			return &models.Error{Kind: models.Conflict}
		}
		if err := closeFlags(f, c); err != nil {
			return err
		}
		err := f.p.CloseCase(ctx, c.Therapist, c.CaseID, models.CloseInput{On: string(f.today()), Reason: f.need(200)})
		if err == nil {
			f.gone[c], f.shut[c] = true, true
		}
		return err
	}},
	{"propose", true, false, propose}, {"publish", false, false, publish}, {"publish", false, false, publish}, {"publish", false, false, publish}, {"publish", false, false, publish}, {"publish", false, false, publish}, {"publish", false, false, publish},
	{"close flags", false, false, closeFlags}, {"close flags", false, false, closeFlags}, {"guess", false, false, guess},
	{"take back", true, false, func(f *fate, c *modelstest.Couple) error {
		shown := f.shown(c)
		if len(shown) == 0 {
			return &models.Error{Kind: models.Conflict}
		}
		return f.p.TakeBack(ctx, c.Partner, f.one(shown...))
	}},
	{"decide", false, false, func(f *fate, c *modelstest.Couple) error { return f.decide(c, f.text(300), f.text(300)) }},
	{"frame", false, false, func(f *fate, c *modelstest.Couple) error {
		k, err := f.p.Case(ctx, c.Therapist, c.CaseID)
		must(f.t, err)
		return f.p.SaveFrame(ctx, c.Therapist, c.CaseID, models.FrameInput{Goal: f.need(100), Stake: f.text(200), Cooperation: f.text(100), Standing: f.text(200),
			Behaviours: [3]string{f.need(60)}, Costs: [3]string{f.number(0, 10)}, Economic: f.one("yes", "no", "unknown"), Ending: f.need(100), Children: f.one("yes", "no"), Version: itoa(k.Version)})
	}},
	{"excuse", false, false, func(f *fate, c *modelstest.Couple) error {
		return f.p.ExcuseWeek(ctx, c.Therapist, c.CaseID, f.recentWeek(), f.need(100))
	}},
	{"done once", false, false, noteOccurrence}, {"done once", false, false, noteOccurrence},
	{"not done after all", false, false, func(f *fate, c *modelstest.Couple) error {
		f.note("done once", noteOccurrence(f, c))
		return f.p.ForClient().TakeBackOccurrence(ctx, c.Client, models.Submission{})
	}},
	{"plan changed", false, false, func(f *fate, c *modelstest.Couple) error {
		if c.Experiment != "" {
			f.plan(c)
		}
		return nil
	}},
	{"check-in on paper", false, false, func(f *fate, c *modelstest.Couple) error {
		w := f.recentWeek()
		open, err := f.p.PaperCheckinForm(ctx, c.Therapist, c.CaseID, w)
		if err != nil {
			return outOfPlace(err)
		}
		in := f.checkinInput(models.Week(w))
		if open.Saved != nil {
			in.Version = itoa(open.Saved.Version)
		}
		return f.p.EnterCheckin(ctx, c.Therapist, c.CaseID, in)
	}},
	{"report on paper", false, false, func(f *fate, c *modelstest.Couple) error {
		w := f.recentWeek()
		open, err := f.p.PaperReportForm(ctx, c.Therapist, c.CaseID, w)
		if err != nil {
			return outOfPlace(err)
		}
		in := f.reportInput(open)
		if open.Saved > 0 {
			in.Version = itoa(open.Saved)
		}
		return f.p.EnterPartnerReport(ctx, c.Therapist, c.CaseID, in)
	}},
	{"supervision", false, false, func(f *fate, c *modelstest.Couple) error {
		// Of a colleague who never looks herself.
		err := f.p.Supervise(ctx, c.Therapist, c.CaseID, models.SuperviseInput{Supervisor: theCast(f.t).colleague.PersonID, Until: string(f.today().Add(f.random.IntN(100)))})
		list, _, errList := f.p.Supervisions(ctx, c.Therapist, c.CaseID)
		must(f.t, errList)
		if err != nil || f.odds(1, 2) {
			return err
		}
		return f.p.EndSupervision(ctx, c.Therapist, c.CaseID, list[0].ID, models.Submission{})
	}},
	{"his contact", false, false, hisContact}, {"his contact", false, false, hisContact}, {"his contact", false, false, hisContact}, {"his contact", false, false, hisContact},
	{"her own address", false, false, func(f *fate, c *modelstest.Couple) error {
		return f.p.SaveAddress(ctx, c.Therapist, "office"+f.number(1, 99)+"@example.org", models.Submission{})
	}},
	{"tell him", false, false, func(f *fate, c *modelstest.Couple) error {
		return f.p.TellClient(ctx, c.Therapist, c.CaseID, string(f.today().Add(f.random.IntN(20))), models.Submission{})
	}},
	{"ask for a link", false, false, func(f *fate, c *modelstest.Couple) error {
		return f.p.AskLink(ctx, models.Origin{}, names[slices.Index(f.couples, c)]+"-client", f.need(100))
	}},
	{"handed over and back", false, false, func(f *fate, c *modelstest.Couple) error {
		there := theCast(f.t).colleague
		in := models.HandOverInput{To: there.PersonID, On: string(f.today()), Reason: f.need(200), ClientText: f.text(200), PartnerText: f.text(200)}
		if err := f.p.HandOver(ctx, c.Therapist, c.CaseID, in); err != nil {
			return err
		}
		in.To, in.Reason, in.ClientText, in.PartnerText = c.Therapist.PersonID, f.need(200), f.text(200), f.text(200)
		return f.p.HandOver(ctx, there, c.CaseID, in)
	}},
	{"shared and no more", false, false, func(f *fate, c *modelstest.Couple) error {
		in := models.ShareInput{Therapist: theCast(f.t).colleague.PersonID, Until: f.one("", string(f.today().Add(f.random.IntN(100))))}
		if err := f.p.ShareCase(ctx, c.Therapist, c.CaseID, in); err != nil {
			return err // she supervises it
		}
		list, _, err := f.p.Shares(ctx, c.Therapist, c.CaseID)
		must(f.t, err)
		return f.p.EndShare(ctx, c.Therapist, c.CaseID, list[0].ID, models.Submission{})
	}},
	{"messages", false, false, messages}, {"messages", false, false, messages}, {"messages", false, false, messages},
	{"the practice changes", false, false, func(f *fate, c *modelstest.Couple) error {
		k, err := f.p.DB.Practice(ctx)
		must(f.t, err)
		must(f.t, f.p.NameDeputy(ctx, f.p.Owner, models.DeputyInput{Person: c.Therapist.PersonID, Deputy: f.one("", theCast(f.t).colleague.PersonID)}))
		return f.p.ChangePractice(ctx, f.p.Owner, models.PracticeInput{Name: f.need(100), Zone: "Europe/Belgrade", Office: f.one("Test Office", "Riverside"), Emergency: f.need(100), Hours: f.text(60), KeepYears: f.number(1, 30), Version: itoa(k.Version)})
	}},
}...)

// hisContact is changed by the client or the therapist.
func hisContact(f *fate, c *modelstest.Couple) error {
	k, err := f.p.ClientContact(ctx, c.Therapist, c.CaseID)
	must(f.t, err)
	in := models.ClientContactInput{Address: "his" + f.number(1, 99) + "@example.org", Remind: f.one("yes", "yes", "yes", "no"), Day: f.one("5", "6", "7", "1", "2", "3"), Hour: f.number(0, 23)}
	if k.Version > 0 {
		in.Version = itoa(k.Version)
	}
	if f.odds(1, 2) {
		return f.p.SaveOwnContact(ctx, c.Client, in)
	}
	return f.p.SaveClientContact(ctx, c.Therapist, c.CaseID, in)
}

// messages is a day of the outbox, without a mail server.
func messages(f *fate, _ *modelstest.Couple) error {
	now := f.p.Now()
	for range 24 {
		f.p.Clock.Set(f.p.Now().Add(time.Hour))
		must(f.t, f.p.PlanMessages(ctx))
		for more := true; more; {
			var err error
			more, err = f.p.Post(ctx, nil, slog.New(slog.DiscardHandler))
			must(f.t, err)
		}
	}
	f.p.Clock.Set(now)
	return nil
}

// comesIn lets one of the two choose a sign-in anew, with a code.
func (f *fate) comesIn(c *modelstest.Couple, role models.Role) {
	code, err := f.p.InviteTo(ctx, c.Therapist, c.CaseID, role)
	must(f.t, err)
	name := names[slices.Index(f.couples, c)] + "-" + string(role)
	_, err = f.p.Join(ctx, models.JoinInput{Code: code, Credentials: models.CredentialsInput{SignIn: name, Passphrase: modelstest.Passphrase, Again: modelstest.Passphrase}})
	must(f.t, err)
}

// reopen opens a closed case again, with a new code for each of the two.
func (f *fate) reopen(c *modelstest.Couple) {
	f.note("reopen", f.p.ReopenCase(ctx, c.Therapist, c.CaseID, models.Submission{}))
	f.comesIn(c, models.Client)
	f.comesIn(c, models.Partner)
	f.gone[c], f.shut[c] = false, false
}

// some draws up to half of a list, and at least one.
func (f *fate) some(keys []string) []string {
	return draw(f.random, keys, 1+f.random.IntN(1+len(keys)/2))
}

// shown are the keys of what is shown to the client now.
func (f *fate) shown(c *modelstest.Couple) []string {
	list, _, err := f.p.Offers(ctx, c.Partner)
	must(f.t, err)
	return keysOf(list, func(o models.Offer) bool { return o.Shown })
}

func keysOf(offers []models.Offer, want func(models.Offer) bool) (list []string) {
	for _, o := range offers {
		if want(o) {
			list = append(list, o.Key())
		}
	}
	return list
}

// recentWeek is a week of the last ones, the one that runs, or the next.
func (f *fate) recentWeek() string { return string(f.p.Week().Add(f.random.IntN(5) - 3)) }

func propose(f *fate, c *modelstest.Couple) error {
	list, version, err := f.p.Offers(ctx, c.Partner)
	must(f.t, err)
	return f.p.Propose(ctx, c.Partner, models.ProposeInput{Keys: f.some(keysOf(list, func(models.Offer) bool { return true })), Version: version})
}

func publish(f *fate, c *modelstest.Couple) error {
	if !f.gone[c] && f.odds(3, 4) {
		f.note("propose", propose(f, c))
	}
	list, version, err := f.p.Proposals(ctx, c.Therapist, c.CaseID)
	must(f.t, err)
	in := models.PublishInput{Keys: f.some(keysOf(list, func(o models.Offer) bool { return !o.Shown })), Words: f.text(200), Version: version}
	if f.odds(4, 5) {
		in.SpokenOn = string(f.today())
	}
	_, err = f.p.Publish(ctx, c.Therapist, c.CaseID, in)
	return err
}

func closeFlags(f *fate, c *modelstest.Couple) error {
	list, err := f.p.Flags(ctx, c.Therapist, c.CaseID)
	must(f.t, err)
	for _, flag := range list {
		if !flag.Open() {
			continue
		}
		if err := f.p.CloseFlag(ctx, c.Therapist, c.CaseID, models.FlagInput{Rule: flag.Rule, Week: string(flag.Week), Said: flag.Said, Reason: f.need(100)}); err != nil {
			return err
		}
	}
	return nil
}

// setAside sets a week that the partner reported aside, or takes it back in.
func setAside(f *fate, c *modelstest.Couple) error {
	in := models.SetAsideInput{Back: f.odds(1, 2), Why: f.one("pushed", "not_hers"), Reason: f.need(100)}
	return outOfPlace(f.p.SetWeekAside(ctx, c.Therapist, c.CaseID, string(f.p.Week().Add(-f.random.IntN(3))), in))
}

func guess(f *fate, c *modelstest.Couple) error {
	if c.Experiment == "" {
		return &models.Error{Kind: models.Conflict}
	}
	m, err := f.p.Masked(ctx, c.Therapist, c.Experiment)
	must(f.t, err)
	saw := models.SawNoChange
	if len(m.Starts) > 0 && f.odds(3, 4) {
		saw = itoa(m.Starts[f.random.IntN(len(m.Starts))])
	}
	return f.p.Guess(ctx, c.Therapist, c.Experiment, models.GuessInput{Saw: saw, Version: m.Version})
}

// decide keeps a decision with what each of the two is given to read of it.
func (f *fate) decide(c *modelstest.Couple, toClient, toPartner string) error {
	return f.decideOn(c, toClient, toPartner, "no")
}

// decideOn is decide with whether a skill was used against somebody, which keeps from
// stepping up.
func (f *fate) decideOn(c *modelstest.Couple, toClient, toPartner, used string) error {
	if c.Experiment == "" {
		return &models.Error{Kind: models.Conflict}
	}
	r, err := f.p.Review(ctx, c.Therapist, c.Experiment)
	must(f.t, err)
	_, version := r.Frozen()
	return f.p.Decide(ctx, c.Therapist, c.Experiment, models.DecisionInput{Choice: f.one(models.Choices...), On: string(f.today()), Present: f.one("client", "both", "partner", "nobody"),
		Reasons: f.need(300), SuffersLess: f.need(100), WhoPays: f.need(100), Learning: f.text(100), Confidence: f.maybe(0, 100), ClientText: toClient, PartnerText: toPartner,
		Because: f.need(100), Version: version, Line: [4]string{f.one("yes", "no", "unsure"), f.one("yes", "no", "unsure"), "no", "unsure"}, SkillUsed: used, SkillAgainst: f.need(100),
		From: string(r.NextReview()), PartnerFirst: string(f.today()), Referral: f.need(100)})
}

func writeLog(f *fate, c *modelstest.Couple) error {
	kind := models.LogKind(f.one(string(models.LogContact), string(models.LogSupport), string(models.LogCard), string(models.LogGoingOn)))
	in := models.LogInput{Kind: string(kind), On: string(f.today()), Words: f.need(300)}
	if choices := models.LogChoices(kind); len(choices) > 0 {
		in.What = f.one(choices...)
	}
	return f.p.Write(ctx, c.Therapist, c.CaseID, in)
}

func feel(f *fate, c *modelstest.Couple) error {
	return f.p.KeepResponse(ctx, c.Therapist, c.CaseID, models.ResponseInput{Felt: f.one(models.Feelings...)})
}

// tick goes through a step of the checklist of a flag.
func tick(f *fate, c *modelstest.Couple) error {
	flags, err := f.p.Flags(ctx, c.Therapist, c.CaseID)
	must(f.t, err)
	for _, flag := range flags {
		if models.CardOf(flag.Level()) != "" {
			_, err := f.p.KeepSteps(ctx, c.Therapist, c.CaseID, models.StepsInput{Rule: flag.Rule, Week: string(flag.Week), Said: flag.Said, Done: []string{f.number(1, 6)}})
			return err
		}
	}
	return &models.Error{Kind: models.Conflict}
}

func gate(f *fate, c *modelstest.Couple) error {
	g, err := f.p.Gate(ctx, c.Therapist, c.CaseID)
	must(f.t, err)
	today := string(f.today())
	in := models.GateInput{AloneOn: today, Screen: f.one("hark", "interview", "other"), ScreenOn: today, ScreenResult: "no_concern", Fear: "no", HoldingBack: f.need(100), Defensiveness: f.need(100),
		WhatEachGets: f.need(100), ConsentOn: today, WantsPlan: f.one("wants", "wants", "rather_not"), Agenda: f.one("improve", "mixed", "clarity", "undecided"), SkillNote: f.need(100), Version: itoa(g.Version),
		Contact: models.Contact{Channel: f.one("phone", "text", "email"), Address: f.need(100), Times: f.text(100), Words: f.text(100), Never: f.text(100), DeviceShared: f.one("no", "yes", "not_sure")}}
	if f.odds(1, 6) {
		in.ScreenResult, in.ConcernReason, in.ConcernSecond = "concern", f.need(200), "A second person"
	}
	if f.odds(1, 20) {
		in.Fear = "yes"
	}
	return f.p.SaveGate(ctx, c.Therapist, c.CaseID, in)
}

func noteOccurrence(f *fate, c *modelstest.Couple) error {
	return f.p.ForClient().NoteOccurrence(ctx, c.Client, models.Submission{})
}

// outOfPlace turns a page that is not there now into a refusal.
func outOfPlace(err error) error {
	if models.KindOf(err) == models.NotFound {
		return &models.Error{Kind: models.Conflict, Err: err}
	}
	return err
}
