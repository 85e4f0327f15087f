-- One couple in treatment: the strategic frame, the gate before any experiment, and her safe contact.
CREATE TABLE cases (
	id              TEXT PRIMARY KEY,
	therapist_id    TEXT NOT NULL REFERENCES people (id),
	client_id       TEXT NOT NULL UNIQUE REFERENCES people (id),
	partner_id      TEXT NOT NULL UNIQUE REFERENCES people (id),
	client_pronoun  TEXT NOT NULL CHECK (client_pronoun IN ('she', 'he', 'they')),
	partner_pronoun TEXT NOT NULL CHECK (partner_pronoun IN ('she', 'he', 'they')),
	children_home   INTEGER NOT NULL DEFAULT 0 CHECK (children_home IN (0, 1)),
	goal            BLOB NOT NULL DEFAULT x'',
	stake           BLOB NOT NULL DEFAULT x'',
	cooperation     BLOB NOT NULL DEFAULT x'',
	standing        BLOB NOT NULL DEFAULT x'',
	economic        TEXT NOT NULL DEFAULT 'unknown' CHECK (economic IN ('yes', 'no', 'unknown')),
	ending          BLOB NOT NULL DEFAULT x'',
	version         INTEGER NOT NULL DEFAULT 1,
	opened_at       TEXT NOT NULL
) STRICT;
CREATE INDEX cases_therapist ON cases (therapist_id);

-- What could change where it stands: up to three candidate acts, cheapest first.
CREATE TABLE candidates (
	case_id   TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
	place     INTEGER NOT NULL CHECK (place BETWEEN 1 AND 3),
	behaviour BLOB NOT NULL,
	cost      INTEGER CHECK (cost BETWEEN 0 AND 10),
	PRIMARY KEY (case_id, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE gates (
	case_id        TEXT PRIMARY KEY REFERENCES cases (id) ON DELETE CASCADE,
	alone_on       TEXT NOT NULL DEFAULT '',
	screen         TEXT NOT NULL DEFAULT '' CHECK (screen IN ('', 'hark', 'interview', 'other')),
	screen_on      TEXT NOT NULL DEFAULT '',
	screen_result  TEXT NOT NULL DEFAULT 'not_done' CHECK (screen_result IN ('not_done', 'no_concern', 'concern')),
	fear           TEXT NOT NULL DEFAULT '' CHECK (fear IN ('', 'no', 'yes')),
	concern_reason BLOB NOT NULL DEFAULT x'',
	concern_second BLOB NOT NULL DEFAULT x'',
	goes_ahead     TEXT NOT NULL DEFAULT '' CHECK (goes_ahead = '' OR goes_ahead GLOB '????-??-??T*'),  -- the instant from which a concern no longer blocks; empty while it does
	holding_back   BLOB NOT NULL DEFAULT x'',
	defensiveness  BLOB NOT NULL DEFAULT x'',
	what_each_gets BLOB NOT NULL DEFAULT x'',
	consent_on     TEXT NOT NULL DEFAULT '',
	wants_plan     TEXT NOT NULL DEFAULT '' CHECK (wants_plan IN ('', 'wants', 'rather_not')),
	agenda         TEXT NOT NULL DEFAULT '' CHECK (agenda IN ('', 'improve', 'mixed', 'clarity', 'undecided')),
	skill_note     BLOB NOT NULL DEFAULT x'',
	version        INTEGER NOT NULL DEFAULT 1,
	saved_at       TEXT NOT NULL
) STRICT;

CREATE TABLE partner_contacts (
	case_id       TEXT PRIMARY KEY REFERENCES cases (id) ON DELETE CASCADE,
	channel       TEXT NOT NULL DEFAULT '' CHECK (channel IN ('', 'phone', 'text', 'email', 'in_session')),
	address       BLOB NOT NULL DEFAULT x'',
	times         BLOB NOT NULL DEFAULT x'',
	words         BLOB NOT NULL DEFAULT x'',
	never         BLOB NOT NULL DEFAULT x'',
	device_shared TEXT NOT NULL DEFAULT '' CHECK (device_shared IN ('', 'no', 'yes', 'not_sure'))
) STRICT;

-- When and why a case was closed, and when it was opened again. A case with a row that has no end is closed.
CREATE TABLE closings (
	id          TEXT PRIMARY KEY,
	case_id     TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
	closed_on   TEXT NOT NULL,
	reason      BLOB NOT NULL,              -- for the therapist alone
	closed_at   TEXT NOT NULL,
	reopened_on TEXT
) STRICT;
CREATE UNIQUE INDEX closings_standing ON closings (case_id) WHERE reopened_on IS NULL;

-- What another therapist of the practice may read of a case, without names, texts and dates, up to a day.
CREATE TABLE supervisions (
	id            TEXT PRIMARY KEY,
	case_id       TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
	supervisor_id TEXT NOT NULL REFERENCES people (id),
	until         TEXT NOT NULL,            -- the last day
	granted_at    TEXT NOT NULL,
	ended_at      TEXT                      -- by the case's therapist, before its last day or after
) STRICT;
CREATE UNIQUE INDEX supervisions_standing ON supervisions (supervisor_id, case_id) WHERE ended_at IS NULL;
CREATE INDEX supervisions_case ON supervisions (case_id);

-- Who works with a case beside its therapist.
CREATE TABLE case_shares (
	id           TEXT PRIMARY KEY,
	case_id      TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
	therapist_id TEXT NOT NULL REFERENCES people (id),
	since        TEXT NOT NULL,             -- the day on which it was granted
	until        TEXT,                      -- the last day; NULL for none
	granted_at   TEXT NOT NULL,
	ended_at     TEXT                       -- by the case's therapist, before its last day or after
) STRICT;
CREATE UNIQUE INDEX case_shares_standing ON case_shares (therapist_id, case_id) WHERE ended_at IS NULL;
CREATE INDEX case_shares_case ON case_shares (case_id);
CREATE INDEX case_shares_therapist ON case_shares (therapist_id);

-- From whom a case went to whom, and why. Whose it is now stands in its own row.
CREATE TABLE handovers (
	id        TEXT PRIMARY KEY,
	case_id   TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
	from_id   TEXT NOT NULL REFERENCES people (id),
	to_id     TEXT NOT NULL REFERENCES people (id),
	handed_on TEXT NOT NULL,                -- as the therapist gave it
	reason    BLOB NOT NULL,                -- for the therapists alone
	handed_at TEXT NOT NULL,
	CHECK (from_id <> to_id)
) STRICT;
CREATE INDEX handovers_case ON handovers (case_id, handed_at);
CREATE INDEX handovers_from ON handovers (from_id);
CREATE INDEX handovers_to ON handovers (to_id);
