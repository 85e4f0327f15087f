package models

// action names what was done, in the audit. Each one stands here and nowhere
// else. A row of a refusal has the line of the route table instead, such as
// “GET /cases/:case”; a sign-in or a passphrase that was refused has its own.
type action string

const (
	// Coming and going.
	didMakeSetUp action = "set-up link made"           // by the program, for an empty practice
	didSetUp     action = "practice set up"            // by its owner; the object is the owner
	didMakeCode  action = "code made"                  // for the person who is the object; an older code dies
	didJoin      action = "joined"                     // by a code; all sessions of the person end
	didSignIn    action = "signed in"                  // a session began; refused: the passphrase was wrong
	didUnlock    action = "passphrase given again"     // opens the partner's own pages; refused: it was wrong
	didSignOut   action = "signed out"                 // a session ended: by sign-out, by the way out, or with the partner's form
	didEndAccess action = "access ended"               // of the person who is the object: sessions, codes and sign-in
	didRekey     action = "put under a new master key" // by the program
	didRestore   action = "restored from a backup"     // by the program; what came after that backup is not there
	didAddPeer   action = "therapist added"            // by the owner; the object is the therapist
	didSettle    action = "practice changed"           // by the owner

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
	didClose     action = "case closed" // the object is the closing
	didReopen    action = "case reopened"
	didErase     action = "case erased"        // all of it but these rows
	didExcuse    action = "week excused"       // the object is the week
	didSetAside  action = "week set aside"     // of the verdict; the object is the week
	didTakeIn    action = "week taken back in" // the object is the week
	didPause     action = "partner’s reports paused"
	didResume    action = "partner’s reports resumed"
	didRaiseFlag action = "flag raised" // by hand, or by the program; the object is the flag
	didCloseFlag action = "flag closed" // the object is the flag
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
)
