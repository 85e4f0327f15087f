-- The partner's, sealed: nothing here is readable from the client's side.
CREATE TABLE partner_reports (
	id             TEXT PRIMARY KEY,
	case_id        TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
	week           TEXT NOT NULL CHECK (week GLOB '????-??-??'),
	conflict       INTEGER CHECK (conflict BETWEEN 0 AND 10),
	leaving        INTEGER CHECK (leaving BETWEEN 0 AND 10),
	noticed        INTEGER CHECK (noticed BETWEEN 0 AND 6),       -- 6: six or more
	felt_real      INTEGER CHECK (felt_real BETWEEN 0 AND 10),
	conflict_state TEXT NOT NULL CHECK (conflict_state IN ('answered', 'skipped')),
	leaving_state  TEXT NOT NULL CHECK (leaving_state IN ('answered', 'skipped')),
	noticed_state  TEXT NOT NULL CHECK (noticed_state IN ('answered', 'not_sure', 'skipped', 'not_asked')),
	real_state     TEXT NOT NULL CHECK (real_state IN ('answered', 'skipped', 'not_asked')),
	different      TEXT NOT NULL CHECK (different IN ('no', 'a_little_better', 'better', 'a_little_worse', 'worse', 'skipped', 'not_asked')),
	say_no         TEXT NOT NULL CHECK (say_no IN ('yes', 'mostly', 'not_always', 'no', 'did_not_come_up', 'skipped')),
	safe           TEXT NOT NULL CHECK (safe IN ('yes', 'mostly', 'not_always', 'no', 'skipped')),
	pushed         TEXT NOT NULL CHECK (pushed IN ('no', 'a_little', 'yes', 'skipped')),
	children       TEXT NOT NULL CHECK (children IN ('as_usual', 'quieter', 'frightened', 'not_at_home', 'rather_not_say', 'skipped', 'not_asked')),
	note           BLOB NOT NULL DEFAULT x'',
	contact        TEXT NOT NULL CHECK (contact IN ('no', 'when_convenient', 'soon', 'skipped')),
	contact_by     TEXT NOT NULL CHECK (contact_by IN ('safe_route', 'another_way', 'not_now', 'skipped', 'not_asked')),
	late           INTEGER NOT NULL DEFAULT 0 CHECK (late IN (0, 1)),
	on_paper       INTEGER NOT NULL DEFAULT 0 CHECK (on_paper IN (0, 1)),
	version        INTEGER NOT NULL DEFAULT 1,
	saved_at       TEXT NOT NULL,
	UNIQUE (case_id, week),
	CHECK ((conflict_state = 'answered') = (conflict IS NOT NULL)),
	CHECK ((leaving_state = 'answered') = (leaving IS NOT NULL)),
	CHECK ((noticed_state = 'answered') = (noticed IS NOT NULL)),
	CHECK ((real_state = 'answered') = (felt_real IS NOT NULL))
) STRICT;
CREATE INDEX partner_reports_chart ON partner_reports (case_id, week, conflict, leaving, noticed, felt_real);

CREATE TABLE partner_report_corrections (
	id          TEXT PRIMARY KEY,
	report_id   TEXT NOT NULL REFERENCES partner_reports (id) ON DELETE CASCADE,
	version     INTEGER NOT NULL,
	was         BLOB NOT NULL,
	pushed      TEXT NOT NULL CHECK (pushed IN ('no', 'a_little', 'yes', 'skipped')),
	replaced_at TEXT NOT NULL,
	UNIQUE (report_id, version)
) STRICT;

-- A week whose report the therapist does not let count, and why; and why it was
-- taken back in. The report itself stays as it is.
CREATE TABLE set_aside_weeks (
	id          TEXT PRIMARY KEY,
	case_id     TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
	week        TEXT NOT NULL CHECK (week GLOB '????-??-??'),
	why         TEXT NOT NULL CHECK (why IN ('not_hers', 'pushed')),
	reason      BLOB NOT NULL,
	set_on      TEXT NOT NULL,
	back_on     TEXT,
	back_reason BLOB NOT NULL DEFAULT x'',
	created_at  TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX set_aside_weeks_standing ON set_aside_weeks (case_id, week) WHERE back_on IS NULL;
CREATE INDEX set_aside_weeks_case ON set_aside_weeks (case_id, created_at);

-- Her answer to "would it be enough?", given with the last report of a phase and monthly in follow-up.
CREATE TABLE partner_calls (
	id          TEXT PRIMARY KEY,
	case_id     TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
	phase_id    TEXT NOT NULL REFERENCES phases (id) ON DELETE CASCADE,
	week        TEXT NOT NULL CHECK (week GLOB '????-??-??'),
	answer      TEXT NOT NULL CHECK (answer IN ('yes', 'yes_for_now', 'not_yet', 'no', 'rather_not_say', 'skipped')),
	different   BLOB NOT NULL DEFAULT x'',
	answered_at TEXT NOT NULL,
	UNIQUE (case_id, week)
) STRICT;
CREATE INDEX partner_calls_phase ON partner_calls (phase_id, week);
