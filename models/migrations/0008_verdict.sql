-- The rule by which a phase is judged. The thresholds are the practice's; a phase keeps those with which it began.
ALTER TABLE practices ADD COLUMN some_change REAL NOT NULL DEFAULT 1 CHECK (some_change BETWEEN 0.5 AND 3);
ALTER TABLE practices ADD COLUMN worse_change REAL NOT NULL DEFAULT 1.5 CHECK (worse_change BETWEEN 0.5 AND 4);
ALTER TABLE practices ADD COLUMN least_drop INTEGER NOT NULL DEFAULT 2 CHECK (least_drop BETWEEN 2 AND 5);
ALTER TABLE practices ADD COLUMN fair_dose INTEGER NOT NULL DEFAULT 80 CHECK (fair_dose BETWEEN 50 AND 100);  -- per cent

ALTER TABLE phases ADD COLUMN planned_weeks INTEGER NOT NULL DEFAULT 1 CHECK (planned_weeks >= 1);  -- as it was when the phase began
ALTER TABLE phases ADD COLUMN some_change REAL NOT NULL DEFAULT 1;
ALTER TABLE phases ADD COLUMN worse_change REAL NOT NULL DEFAULT 1.5;
ALTER TABLE phases ADD COLUMN fair_dose INTEGER NOT NULL DEFAULT 80;
UPDATE phases SET planned_weeks = weeks;

-- What the rule and the numbers said when a decision was made, and why it goes another way.
ALTER TABLE decisions ADD COLUMN verdict TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(verdict));
ALTER TABLE decisions ADD COLUMN because BLOB NOT NULL DEFAULT x'';

-- A sign that asks for a look, red or amber, for the therapist alone. Never deleted: closed with a reason.
CREATE TABLE flags (
	id         TEXT PRIMARY KEY,
	case_id    TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
	rule       TEXT NOT NULL CHECK (rule IN ('R1', 'R2', 'R3', 'R4', 'R5', 'A1', 'A2', 'A3', 'A4', 'A5', 'A6', 'A7', 'A8', 'A9', 'A10', 'A11', 'A12', 'N1', 'N2', 'N3', 'N4', 'N5')),
	week       TEXT NOT NULL CHECK (week GLOB '????-??-??'),
	said       BLOB NOT NULL,              -- the answers and numbers that raised it
	mark       TEXT NOT NULL,              -- the same for the same words, under the key of the case
	raised_at  TEXT NOT NULL,
	raised_on  TEXT NOT NULL,              -- the date in the practice's zone
	closed_on  TEXT,
	reason     BLOB NOT NULL DEFAULT x'',
	UNIQUE (case_id, rule, week, mark),
	CHECK ((closed_on IS NULL) = (reason = x''))
) STRICT;

CREATE INDEX flags_open ON flags (case_id, rule) WHERE closed_on IS NULL;

-- Where from one of a couple signed in or saved a form: keyed marks of the browser
-- and of the network, for thirty days. Some notes come of it, and nothing else.
CREATE TABLE traces (
	id      TEXT PRIMARY KEY,
	case_id TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
	role    TEXT NOT NULL CHECK (role IN ('client', 'partner')),
	week    TEXT NOT NULL DEFAULT '' CHECK (week = '' OR week GLOB '????-??-??'),  -- of the form that was saved; empty: a sign-in
	device  TEXT NOT NULL,
	network TEXT NOT NULL,
	kept_at TEXT NOT NULL,
	kept_on TEXT NOT NULL                    -- the date in the practice's zone
) STRICT;
CREATE INDEX traces_case ON traces (case_id, kept_at);
CREATE INDEX traces_age ON traces (kept_at);

-- A flag once raised stays as it was raised, and a reason once given stays.
CREATE TRIGGER flags_stay BEFORE DELETE ON flags WHEN EXISTS (SELECT 1 FROM cases WHERE id = OLD.case_id)
BEGIN SELECT RAISE(ABORT, 'a flag is closed, never deleted'); END;
CREATE TRIGGER flags_as_raised BEFORE UPDATE ON flags
	WHEN OLD.closed_on IS NOT NULL OR NEW.rule <> OLD.rule OR NEW.week <> OLD.week OR NEW.said <> OLD.said OR NEW.mark <> OLD.mark OR NEW.case_id <> OLD.case_id OR NEW.raised_at <> OLD.raised_at OR NEW.raised_on <> OLD.raised_on
BEGIN SELECT RAISE(ABORT, 'a flag is closed once and changed never'); END;
