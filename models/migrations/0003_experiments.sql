-- A minimum viable change, and the phases in which it is tried: runs of whole weeks.
CREATE TABLE experiments (
	id                 TEXT PRIMARY KEY,
	case_id            TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
	number             INTEGER NOT NULL CHECK (number >= 1),
	behaviour          BLOB NOT NULL DEFAULT x'',
	label              BLOB NOT NULL DEFAULT x'',
	counts_if          BLOB NOT NULL DEFAULT x'',
	not_counts_if      BLOB NOT NULL DEFAULT x'',
	if_moment          BLOB NOT NULL DEFAULT x'',
	then_act           BLOB NOT NULL DEFAULT x'',
	dose               INTEGER CHECK (dose BETWEEN 1 AND 14),
	dose_words         BLOB NOT NULL DEFAULT x'',
	cost               INTEGER CHECK (cost BETWEEN 0 AND 10),
	prediction         INTEGER CHECK (prediction BETWEEN 0 AND 10),
	confidence         INTEGER CHECK (confidence BETWEEN 0 AND 100),
	outcome            TEXT NOT NULL DEFAULT '' CHECK (outcome IN ('', 'conflict', 'leaving')),
	criterion_kind     TEXT NOT NULL DEFAULT '' CHECK (criterion_kind IN ('', 'level', 'drop')),
	criterion          INTEGER CHECK (criterion BETWEEN 0 AND 10),
	baseline_weeks     INTEGER CHECK (baseline_weeks BETWEEN 3 AND 6),
	phase_weeks        INTEGER CHECK (phase_weeks BETWEEN 4 AND 6),
	stop_wording       BLOB NOT NULL DEFAULT x'',
	draw_latest        INTEGER CHECK (draw_latest BETWEEN 4 AND 7),  -- last start week of the range, counted from the baseline; NULL: no draw
	drawn_week         TEXT,
	started_at         TEXT,
	ended_week         TEXT,
	end_reason         BLOB NOT NULL DEFAULT x'',
	version            INTEGER NOT NULL DEFAULT 1,
	created_at         TEXT NOT NULL,
	UNIQUE (case_id, number),
	CHECK (criterion_kind <> 'drop' OR criterion >= 2)
) STRICT;
CREATE UNIQUE INDEX experiments_running ON experiments (case_id) WHERE started_at IS NOT NULL AND ended_week IS NULL;

-- What was changed after the start, kept with its date: a procedural change.
CREATE TABLE plan_changes (
	id            TEXT PRIMARY KEY,
	experiment_id TEXT NOT NULL REFERENCES experiments (id) ON DELETE CASCADE,
	field         TEXT NOT NULL,
	was           BLOB NOT NULL,
	now           BLOB NOT NULL,
	reason        BLOB NOT NULL,
	changed_at    TEXT NOT NULL
) STRICT;
CREATE INDEX plan_changes_experiment ON plan_changes (experiment_id, changed_at);

CREATE TABLE phases (
	id             TEXT PRIMARY KEY,
	experiment_id  TEXT NOT NULL REFERENCES experiments (id) ON DELETE CASCADE,
	case_id        TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
	kind           TEXT NOT NULL CHECK (kind IN ('baseline', 'intervention', 'withdrawal', 'hold', 'follow_up')),
	name           TEXT NOT NULL,
	start_week     TEXT NOT NULL CHECK (start_week GLOB '????-??-??'),
	weeks          INTEGER NOT NULL CHECK (weeks BETWEEN 1 AND 60),
	most_weeks     INTEGER NOT NULL CHECK (most_weeks >= weeks),
	every          INTEGER NOT NULL DEFAULT 1 CHECK (every IN (1, 4)),
	change         TEXT NOT NULL DEFAULT '',   -- what differs from the phase before: dose, quality, behaviour; resume: nothing, after a withdrawal
	behaviour      BLOB NOT NULL DEFAULT x'',
	label          BLOB NOT NULL DEFAULT x'',
	counts_if      BLOB NOT NULL DEFAULT x'',
	not_counts_if  BLOB NOT NULL DEFAULT x'',
	dose           INTEGER CHECK (dose BETWEEN 1 AND 14),
	outcome        TEXT NOT NULL CHECK (outcome IN ('conflict', 'leaving')),
	criterion_kind TEXT NOT NULL CHECK (criterion_kind IN ('level', 'drop')),
	criterion      INTEGER NOT NULL CHECK (criterion BETWEEN 0 AND 10),
	created_at     TEXT NOT NULL,
	UNIQUE (case_id, start_week)
) STRICT;
CREATE INDEX phases_experiment ON phases (experiment_id, start_week);

-- A planned gap: the therapist took the week out for both, for a holiday or an illness.
CREATE TABLE excused_weeks (
	case_id    TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
	week       TEXT NOT NULL CHECK (week GLOB '????-??-??'),
	reason     BLOB NOT NULL,
	created_at TEXT NOT NULL,
	PRIMARY KEY (case_id, week)
) STRICT, WITHOUT ROWID;

-- The partner's reports rest by agreement; nothing on the client's side knows of it.
CREATE TABLE partner_pauses (
	id         TEXT PRIMARY KEY,
	case_id    TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
	from_week  TEXT NOT NULL CHECK (from_week GLOB '????-??-??'),
	until_week TEXT CHECK (until_week GLOB '????-??-??'),  -- first week with reports again
	reason     BLOB NOT NULL,
	created_at TEXT NOT NULL
) STRICT;
CREATE INDEX partner_pauses_case ON partner_pauses (case_id, from_week);
