package handlers

import "net/http"

// routes is the table of everything that can be asked for, and by whom.
// Nothing is routed anywhere else. The role stands here; that the object
// belongs to the viewer is checked by the method of package models.
func (a *App) routes() []route {
	const get, post = http.MethodGet, http.MethodPost
	table := []route{
		{get, "/", anyone, a.showStart},
		{get, "/healthz", anyone, a.showHealth},
		{get, "/static/*", anyone, a.showAsset},
		{get, "/signin", anyone, a.showSignIn},
		{post, "/signin", anyone, a.doSignIn},
		{post, "/signout", anyone, a.doSignOut},
		{post, "/exit", anyone, a.doExit},
		{get, "/setup/:token", anyone, a.showSetUp},
		{post, "/setup/:token", anyone, a.doSetUp},
		{get, "/join", anyone, a.showJoin},
		{post, "/join", anyone, a.doJoin},

		{get, "/week", client, a.showWeek},
		{post, "/week", client, a.saveCheckin},
		{post, "/week/done", client, a.noteOccurrence},
		{post, "/week/undo", client, a.takeBackOccurrence},
		{get, "/plan", client, a.showPlan},
		{get, "/chart", client, a.showChart},
		{get, "/shared", client, a.showShared},

		{get, "/w", partner | justEnded, a.showVisit},
		{post, "/w", partner | justEnded, a.visit},

		{get, "/cases", therapist, a.showCases},
		{get, "/cases/new", therapist, a.newCase},
		{post, "/cases", therapist, a.openCase},
		{get, "/cases/:case", therapist, a.showCase},
		{post, "/cases/:case/code", therapist, a.makeCode},
		{post, "/cases/:case/access", therapist, a.endAccess},
		{get, "/cases/:case/close", therapist, a.editClose},
		{post, "/cases/:case/close", therapist, a.closeCase},
		{post, "/cases/:case/reopen", therapist, a.reopenCase},
		{get, "/cases/:case/erase", therapist, a.editErase},
		{post, "/cases/:case/erase", therapist, a.eraseCase},
		{get, "/cases/:case/supervision", therapist, a.editSupervision},
		{post, "/cases/:case/supervision", therapist, a.supervise},
		{post, "/cases/:case/supervision/end", therapist, a.endSupervision},
		{get, "/cases/:case/frame", therapist, a.editFrame},
		{post, "/cases/:case/frame", therapist, a.saveFrame},
		{get, "/cases/:case/gate", therapist, a.editGate},
		{post, "/cases/:case/gate", therapist, a.saveGate},
		{post, "/cases/:case/experiments", therapist, a.newExperiment},
		{get, "/cases/:case/weeks", therapist, a.showWeeks},
		{post, "/cases/:case/excuse", therapist, a.excuseWeek},
		{post, "/cases/:case/pause", therapist, a.pausePartner},
		{get, "/cases/:case/weeks/:week/checkin", therapist, a.editPaperCheckin},
		{post, "/cases/:case/weeks/:week/checkin", therapist, a.savePaperCheckin},
		{get, "/cases/:case/weeks/:week/report", therapist, a.editPaperReport},
		{post, "/cases/:case/weeks/:week/report", therapist, a.savePaperReport},
		{get, "/cases/:case/weeks/:week/aside", therapist, a.showAside},
		{post, "/cases/:case/weeks/:week/aside", therapist, a.setAside},
		{get, "/cases/:case/flags", therapist, a.showFlags},
		{post, "/cases/:case/flags", therapist, a.raiseFlag},
		{post, "/cases/:case/flags/close", therapist, a.closeFlag},
		{get, "/cases/:case/publish", therapist, a.editPublication},
		{post, "/cases/:case/publish", therapist, a.publish},
		{get, "/cases/:case/together", therapist, a.showTogether},
		{get, "/cases/:case/seen", therapist, a.showSeen},
		{get, "/cases/:case/seen/:page", therapist, a.showSeenPage},

		{get, "/experiments/:experiment", therapist, a.showExperiment},
		{get, "/experiments/:experiment/plan/:step", therapist, a.editPlan},
		{post, "/experiments/:experiment/plan/:step", therapist, a.savePlan},
		{post, "/experiments/:experiment/sight", therapist, a.showSight},
		{get, "/experiments/:experiment/agreement", therapist, a.showAgreement},
		{post, "/experiments/:experiment/start", therapist, a.startExperiment},
		{get, "/experiments/:experiment/step/:kind", therapist, a.editStep},
		{post, "/experiments/:experiment/step/:kind", therapist, a.startPhase},
		{post, "/experiments/:experiment/extend", therapist, a.extendPhase},
		{get, "/experiments/:experiment/end", therapist, a.editEnd},
		{post, "/experiments/:experiment/end", therapist, a.endExperiment},
		{get, "/experiments/:experiment/review", therapist, a.showReview},
		{get, "/experiments/:experiment/masked", therapist, a.showMasked},
		{post, "/experiments/:experiment/masked", therapist, a.saveGuess},
		{get, "/experiments/:experiment/decision", therapist, a.editDecision},
		{post, "/experiments/:experiment/decision", therapist, a.saveDecision},

		{get, "/supervised", therapist, a.showSupervised},
		{get, "/supervised/:case", therapist, a.showSupervisedCase},

		{get, "/practice", therapist, a.editPractice},
		{post, "/practice", therapist, a.savePractice},
		{post, "/practice/therapists", therapist, a.addTherapist},
	}
	if len(a.demo) > 0 {
		table = append(table, route{post, "/demo", anyone, a.doDemo})
	}
	return table
}
