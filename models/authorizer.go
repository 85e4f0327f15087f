package models

import (
	"slices"

	"modernc.org/sqlite"
)

// clientReads lists every column that the client's connections may read. A
// table or a column that is not here does not exist for him, whatever SQL is
// written, save for one gap of SQLite's own: it does not ask about the columns
// that JOIN … USING and NATURAL JOIN compare, so a test keeps both out of our
// SQL. Nothing of the partner's and none of the therapist's notes may be added:
// what he may see of her is copied into the snapshots.
var clientReads = map[string][]string{
	"practices":       {"id", "zone", "office"},
	"client_contacts": {"case_id", "address", "remind", "day", "hour", "version"},
	"cases":           {"id", "client_id", "client_pronoun", "partner_pronoun", "goal"},
	"experiments": {"id", "case_id", "number", "behaviour", "counts_if", "not_counts_if", "if_moment", "then_act",
		"dose", "dose_words", "cost", "prediction", "confidence", "outcome", "criterion_kind", "criterion",
		"baseline_weeks", "phase_weeks", "stop_wording", "started_at", "ended_week"},
	"phases": {"id", "experiment_id", "case_id", "kind", "name", "start_week", "weeks", "most_weeks", "every", "change",
		"behaviour", "counts_if", "not_counts_if", "dose", "outcome", "criterion_kind", "criterion"},
	"excused_weeks": {"case_id", "week"},
	"occurrences":   {"id", "case_id", "week", "day", "taken_back"},
	"checkins": {"id", "case_id", "week", "done", "why", "effort", "tension", "forecast", "guess", "sure",
		"done_state", "effort_state", "guess_state", "sure_state", "note", "late", "on_paper", "version", "saved_at"},
	"snapshots":       {"id", "case_id", "words", "reported_by", "last_week", "published_at", "published_on"},
	"snapshot_values": {"snapshot_id", "item", "place", "value", "answer"},
	"client_notices":  {"id", "case_id", "body", "written_on", "created_at"},
}

// clientAuthorizer holds a connection to the columns of clientReads.
// Everything that is not plainly allowed is denied: writes, the schema,
// pragmas, attached and temporary objects.
func clientAuthorizer(action sqlite.AuthorizerActionCode, table, column, database, _ string) sqlite.AuthorizerReturnCode {
	switch action {
	case sqlite.AuthSelect, sqlite.AuthTransaction, sqlite.AuthFunction:
		return sqlite.AuthorizerOK
	case sqlite.AuthRead:
		columns, known := clientReads[table]
		// SELECT count(*) reads a table with neither column nor database named.
		if known && (column == "" || database == "main" && slices.Contains(columns, column)) {
			return sqlite.AuthorizerOK
		}
	}
	return sqlite.AuthorizerDeny
}
