-- The client's own: what he did on which day, and his entry for a week.
CREATE TABLE occurrences (
	id         TEXT PRIMARY KEY,
	case_id    TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
	week       TEXT NOT NULL CHECK (week GLOB '????-??-??'),
	day        TEXT NOT NULL CHECK (day GLOB '????-??-??'),
	taken_back INTEGER NOT NULL DEFAULT 0 CHECK (taken_back IN (0, 1)),
	created_at TEXT NOT NULL
) STRICT;
CREATE INDEX occurrences_case_week ON occurrences (case_id, week, taken_back);

-- A state says why a value is absent: skipped, not asked. No row at all: missing.
CREATE TABLE checkins (
	id             TEXT PRIMARY KEY,
	case_id        TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
	week           TEXT NOT NULL CHECK (week GLOB '????-??-??'),
	done           INTEGER CHECK (done BETWEEN 0 AND 14),
	why            TEXT NOT NULL CHECK (why IN ('forgot', 'no_chance', 'chose_not_to', 'not_wanted', 'skipped', 'not_asked')),
	effort         INTEGER CHECK (effort BETWEEN 0 AND 10),
	tension        INTEGER NOT NULL CHECK (tension BETWEEN 0 AND 10),
	forecast       INTEGER NOT NULL CHECK (forecast BETWEEN 0 AND 10),
	guess          INTEGER CHECK (guess BETWEEN 0 AND 10),
	sure           INTEGER CHECK (sure BETWEEN 0 AND 100),
	done_state     TEXT NOT NULL CHECK (done_state IN ('answered', 'not_asked')),
	effort_state   TEXT NOT NULL CHECK (effort_state IN ('answered', 'not_asked')),
	guess_state    TEXT NOT NULL CHECK (guess_state IN ('answered', 'skipped', 'not_asked')),
	sure_state     TEXT NOT NULL CHECK (sure_state IN ('answered', 'skipped', 'not_asked')),
	note           BLOB NOT NULL DEFAULT x'',
	late           INTEGER NOT NULL DEFAULT 0 CHECK (late IN (0, 1)),
	on_paper       INTEGER NOT NULL DEFAULT 0 CHECK (on_paper IN (0, 1)),
	version        INTEGER NOT NULL DEFAULT 1,
	saved_at       TEXT NOT NULL,
	UNIQUE (case_id, week),
	CHECK ((done_state = 'answered') = (done IS NOT NULL)),
	CHECK ((effort_state = 'answered') = (effort IS NOT NULL)),
	CHECK ((guess_state = 'answered') = (guess IS NOT NULL)),
	CHECK ((sure_state = 'answered') = (sure IS NOT NULL))
) STRICT;
CREATE INDEX checkins_chart ON checkins (case_id, week, done, effort, tension, forecast);

CREATE TABLE checkin_corrections (
	id         TEXT PRIMARY KEY,
	checkin_id TEXT NOT NULL REFERENCES checkins (id) ON DELETE CASCADE,
	version    INTEGER NOT NULL,
	was        BLOB NOT NULL,
	replaced_at TEXT NOT NULL,
	UNIQUE (checkin_id, version)
) STRICT;
