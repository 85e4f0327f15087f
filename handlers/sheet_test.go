package handlers

import (
	"context"
	"net/http/httptest"
	"os"
	"testing"

	"enough/models"
)

// TestContactSheet takes a picture of every page of the demo at both sizes, in
// light and dark, into the folder named by ENOUGH_SHOTS.
func TestContactSheet(t *testing.T) {
	if os.Getenv("ENOUGH_SHOTS") == "" {
		t.Skip("set ENOUGH_SHOTS to a folder to get pictures of every page")
	}
	a := newDemo(t)
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	vera := a.person(t, "Dr Vera")
	lines, err := a.db.Cases(context.Background(), vera)
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]models.CaseLine{}
	for _, line := range lines {
		byName[line.Client] = line
	}
	marcus, pavel := byName["Marcus (demo)"], byName["Pavel (demo)"]
	gregor := byName["Gregor (demo)"]
	must(t, a.db.CloseCase(context.Background(), vera, gregor.ID, models.CloseInput{On: string(gregor.Today), Reason: "They moved away. No further plan was wished for."}))
	sam := a.person(t, "Dr Sam")
	vera.Unlocked, sam.Unlocked = true, true
	there := models.HandOverInput{To: sam.PersonID, On: string(pavel.Today), Reason: "On leave for two weeks. Pavel and Jitka were told in session."}
	must(t, a.db.HandOver(context.Background(), vera, pavel.ID, there))
	there.To, there.Reason = vera.PersonID, "Back from leave."
	must(t, a.db.HandOver(context.Background(), sam, pavel.ID, there))
	must(t, a.db.ShareCase(context.Background(), vera, pavel.ID, models.ShareInput{Therapist: sam.PersonID}))
	must(t, a.db.NameDeputy(context.Background(), vera, models.DeputyInput{Person: vera.PersonID, Deputy: sam.PersonID}))
	pages := []struct {
		name, path string
		who        models.Viewer
		unlock     bool
	}{
		{"start", "/", models.Viewer{}, false},
		{"signin", "/signin", models.Viewer{}, false},
		{"join", "/join", models.Viewer{}, false},
		{"notfound", "/nowhere", models.Viewer{}, false},
		{"cases", "/cases", vera, false},
		{"case-new", "/cases/new", vera, false},
		{"case", casePath(marcus.ID), vera, false},
		{"flags", flagsPath(byName["Daniel (demo)"].ID), vera, false},
		{"case-flagged", casePath(byName["Daniel (demo)"].ID), vera, false},
		{"log", logPath(byName["Viktor (demo)"].ID), vera, false},
		{"work", workPath, vera, false},
		{"note-client", notePath(marcus.Experiment.ID, "client"), vera, false},
		{"note-partner", notePath(byName["Viktor (demo)"].Experiment.ID, "partner"), vera, false},
		{"library", libraryPath(pavel.Experiment.ID), vera, false},
		{"frame", casePath(marcus.ID) + "/frame", vera, false},
		{"gate", casePath(marcus.ID) + "/gate", vera, false},
		{"experiment", experimentPath(marcus.Experiment.ID), vera, false},
		{"plan-act", planStepPath(marcus.Experiment.ID, "act"), vera, false},
		{"plan-measure", planStepPath(marcus.Experiment.ID, "measure"), vera, false},
		{"agreement", agreementPath(marcus.Experiment.ID), vera, false},
		{"step-up", phaseStepPath(pavel.Experiment.ID, "step_up"), vera, false},
		{"end", experimentPath(pavel.Experiment.ID) + "/end", vera, false},
		{"review", reviewPath(marcus.Experiment.ID), vera, false},
		{"review-pavel", reviewPath(pavel.Experiment.ID), vera, false},
		{"decision", decisionPath(pavel.Experiment.ID), vera, false},
		{"masked", maskedPath(marcus.Experiment.ID), vera, false},
		{"weeks", casePath(marcus.ID) + "/weeks", vera, false},
		{"paper-report", paperPath(pavel.ID, pavel.Today.Week(), "report"), vera, false},
		{"aside", casePath(marcus.ID) + "/weeks/2025-12-15/aside", vera, false},
		{"publish", casePath(marcus.ID) + "/publish", vera, false},
		{"messages", casePath(pavel.ID) + "/messages", vera, false},
		{"ask-link", askPath, models.Viewer{}, false},
		{"digits", digitsPath, models.Viewer{}, false},
		{"handover", handoverPath(pavel.ID), vera, false},
		{"share", sharePath(pavel.ID), vera, false},
		{"cases-of-others", "/cases", sam, false},
		{"case-shared", casePath(pavel.ID), sam, false},
		{"supervision", casePath(marcus.ID) + "/supervision", vera, false},
		{"close", casePath(pavel.ID) + "/close", vera, false},
		{"case-closed", casePath(gregor.ID), vera, false},
		{"erase", casePath(gregor.ID) + "/erase", vera, false},
		{"supervised", supervisedPath, a.person(t, "Dr Sam"), false},
		{"supervised-case", supervisedPath + "/" + marcus.ID, a.person(t, "Dr Sam"), false},
		{"together", casePath(marcus.ID) + "/together", vera, false},
		{"seen", casePath(marcus.ID) + "/seen", vera, false},
		{"practice", "/practice", vera, false},
		{"account", "/account", vera, false},
		{"authenticator", "/account/second", vera, false},
		{"passkey", "/account/passkey", vera, false},
		{"client-account", "/account", a.person(t, "Pavel"), false},
		{"client-week", "/week", a.person(t, "Pavel"), false},
		{"client-plan", "/plan", a.person(t, "Pavel"), false},
		{"client-chart", "/chart", a.person(t, "Marcus"), false},
		{"client-shared", "/shared", a.person(t, "Marcus"), false},
		{"partner-form", "/w", a.person(t, "Jitka"), false},
		{"partner-locked", "own", a.person(t, "Anna"), false},
		{"partner-own", "own", a.person(t, "Anna"), true},
		{"partner-release", "show", a.person(t, "Anna"), true},
		{"partner-about", "about", a.person(t, "Anna"), false},
	}
	for _, s := range []screen{phone, laptop, phone.inDark(), laptop.inDark()} {
		t.Run(s.name, func(t *testing.T) {
			b := openTab(t, server.URL, s)
			b.expect(404)
			for _, p := range pages {
				b.visit("/signin")
				if p.who.Known() {
					cookie := sessionOf(t, a, p.who)
					b.cookie(cookie.Name, cookie.Value, "/")
				}
				if p.unlock {
					b.turnTo("own")
					b.fill("#passphrase", a.demo[0].Passphrase)
					b.submit("#unlock-form button")
				}
				if p.path[0] == '/' {
					b.visit(p.path)
				} else {
					b.turnTo(models.Visit(p.path))
				}
				if p.name == "partner-form" {
					b.choose("alone", "yes")
				}
				b.settle()
				if n := b.overflow(); n > 0 {
					t.Errorf("%s scrolls sideways by %d px", p.name, n)
				}
				b.shot(p.name)
			}
		})
	}
}
