-- Two keys. A proposal is the partner's and stays sealed; a snapshot value is a copy that the therapist published.
CREATE TABLE partner_proposals (
	id          TEXT PRIMARY KEY,
	case_id     TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
	item        TEXT NOT NULL CHECK (item IN ('conflict', 'noticed', 'leaving', 'felt_real', 'call')),
	week        TEXT,                                          -- the week of a weekly item or of the call
	phase_id    TEXT REFERENCES phases (id) ON DELETE CASCADE, -- the phase of an average
	wording     BLOB NOT NULL,                                 -- what she agreed to, as it was shown to her
	proposed_at TEXT NOT NULL,
	CHECK ((week IS NULL) <> (phase_id IS NULL)),
	CHECK ((item IN ('conflict', 'noticed', 'call')) = (week IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX partner_proposals_week ON partner_proposals (case_id, item, week) WHERE week IS NOT NULL;
CREATE UNIQUE INDEX partner_proposals_phase ON partner_proposals (case_id, item, phase_id) WHERE phase_id IS NOT NULL;

-- Every average that was ever published, over how many answers: another one of
-- the same phase would give away the week between them.
CREATE TABLE shown_averages (
	case_id  TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
	item     TEXT NOT NULL CHECK (item IN ('leaving', 'felt_real')),
	phase_id TEXT NOT NULL REFERENCES phases (id) ON DELETE CASCADE,
	value    REAL NOT NULL,
	answers  INTEGER NOT NULL,
	PRIMARY KEY (case_id, item, phase_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE snapshots (
	id           TEXT PRIMARY KEY,
	case_id      TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
	words        BLOB NOT NULL DEFAULT x'',     -- what the therapist wrote for both to read
	reported_by  BLOB NOT NULL,                -- whose numbers these are, as named on the page
	last_week    TEXT NOT NULL CHECK (last_week GLOB '????-??-??'),
	published_at TEXT NOT NULL,
	published_on TEXT NOT NULL                 -- the date in the practice's zone
) STRICT;
CREATE INDEX snapshots_case ON snapshots (case_id, published_at);

CREATE TABLE snapshot_values (
	snapshot_id TEXT NOT NULL REFERENCES snapshots (id) ON DELETE CASCADE,
	item        TEXT NOT NULL CHECK (item IN ('conflict', 'noticed', 'leaving', 'felt_real', 'call')),
	place       TEXT NOT NULL,                 -- the week, or the id of the phase
	value       REAL,
	answer      TEXT NOT NULL DEFAULT '',
	PRIMARY KEY (snapshot_id, item, place)
) STRICT, WITHOUT ROWID;
