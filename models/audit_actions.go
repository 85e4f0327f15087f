package models

// action names what was done, in the audit. Each one stands here and nowhere
// else. A row of a refusal has the line of the route table instead, such as
// “GET /cases/:case”; a sign-in or a passphrase that was refused has its own.
type action string

const (
	// Coming and going.
	didMakeSetUp        action = "set-up link made"           // by the program, for an empty practice
	didSetUp            action = "practice set up"            // by its owner; the object is the owner
	didMakeCode         action = "code made"                  // for the person who is the object; an older code dies
	didJoin             action = "joined"                     // by a code; all sessions of the person end
	didSignIn           action = "signed in"                  // a session began; refused: the passphrase was wrong
	didSendLink         action = "link sent"                  // to the client who is the object, on somebody's asking
	didUnlock           action = "passphrase given again"     // opens the partner's own pages; refused: it was wrong
	didSecond           action = "second factor given"        // by a therapist; refused: it was wrong
	didSetSecond        action = "second factor set"          // all codes for recovery before it die
	didAddPasskey       action = "passkey added"              // by a therapist; the object is the passkey
	didRemovePasskey    action = "passkey removed"            // her other sessions end; the object is the passkey
	didMeetCopy         action = "passkey counted back"       // refused: there may be a copy of the passkey that is the object
	didRecover          action = "recovery codes made"        // those before them die
	didRename           action = "renamed"                    // by the person herself
	didChangePassphrase action = "passphrase changed"         // by the person herself; her other sessions end
	didSignOut          action = "signed out"                 // a session ended: by sign-out, by the way out, or with the partner's form
	didEndAccess        action = "access ended"               // of the person who is the object: sessions, codes and sign-in
	didRekey            action = "put under a new master key" // by the program
	didRestore          action = "restored from a backup"     // by the program; what came after that backup is not there
	didSaveAddress      action = "address changed"            // of a therapist, by herself
	didSaveContact      action = "client’s contact saved"     // by the client or the therapist
	didSaveReach        action = "partner’s contact saved"    // by the partner, or her reminders by the therapist
	didTell             action = "client told of a note"      // the object is the client
	didAddPeer          action = "therapist added"            // by the owner; the object is the therapist
	didNameDeputy       action = "deputy named"               // by the owner, or that there is none; the object is the therapist whom she stands in for
	didSettle           action = "practice changed"           // by the owner

	// The case and its plan.
	didOpenCase  action = "case opened"
	didSaveFrame action = "frame saved"
	didSaveGate  action = "gate saved"
	didDraft     action = "experiment drafted"
	didSavePlan  action = "plan saved"
	didStart     action = "baseline started" // the object is the experiment
	didStep      action = "phase started"    // the object is the phase
	didExtend    action = "phase extended"   // the object is the phase
	didEnd       action = "experiment ended"
	didHandOver  action = "case handed over"    // the object is the therapist who has it now
	didShare     action = "case shared"         // the object is the therapist who works with it too
	didEndShare  action = "case shared no more" // the object is as above
	didReadShare action = "came in by a share"  // to a page of the case, by who works with it beside its therapist
	didStandIn   action = "came in as deputy"   // to a page of the case, while a red flag of it is open
	didClose     action = "case closed"         // the object is the closing
	didReopen    action = "case reopened"
	didErase     action = "case erased"        // all of it but these rows
	didExcuse    action = "week excused"       // the object is the week
	didSetAside  action = "week set aside"     // of the verdict; the object is the week
	didTakeIn    action = "week taken back in" // the object is the week
	didPause     action = "partner’s reports paused"
	didResume    action = "partner’s reports resumed"
	didRaiseFlag action = "flag raised"    // by hand, or by the program; the object is the flag
	didCloseFlag action = "flag closed"    // the object is the flag
	didLog       action = "log written"    // the object is the line
	didStepDone  action = "checklist kept" // the object is the flag or the phase
	didRespond   action = "session noted"  // by a therapist, for herself alone
	didGuess     action = "unlabelled series answered"
	didDecide    action = "decision kept"

	// The weeks and what is shown of them.
	didCheckIn        action = "check-in saved"
	didCorrectCheckin action = "check-in corrected"
	didNote           action = "occurrence noted"
	didTakeBackNote   action = "occurrence taken back"
	didReport         action = "partner report saved"
	didCorrectReport  action = "partner report corrected"
	didStopReporting  action = "partner stopped reporting" // by herself; her access ends
	didPropose        action = "release proposed"
	didTakeBack       action = "release taken back"
	didPublish        action = "snapshot published"

	// Supervision: the object of the first two is the supervisor.
	didSupervise      action = "supervision granted"
	didEndSupervision action = "supervision ended"
	didReadSupervised action = "supervised case read"

	// What leaves the program.
	didPrintAgreement action = "agreement printed" // the object is the experiment
	didPrintNote      action = "note printed"      // the same
)
