-- What the therapist writes down of a case: contacts, the partner's own support, why the
-- work goes on, what was asked alone. For her, and for whoever works with the case.
CREATE TABLE log_lines (
	id           TEXT PRIMARY KEY,
	case_id      TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
	kind         TEXT NOT NULL CHECK (kind IN ('contact', 'support', 'going_on', 'card')),
	what         TEXT NOT NULL,              -- with whom, which support, which card; empty for why the work goes on
	words        BLOB NOT NULL DEFAULT x'',
	happened_on  TEXT NOT NULL,
	therapist_id TEXT NOT NULL REFERENCES people (id),
	written_at   TEXT NOT NULL
) STRICT;
CREATE INDEX log_lines_case ON log_lines (case_id, kind, happened_on);

-- A step of a checklist that was gone through, for a flag or for the phase that a verdict is on.
CREATE TABLE steps_done (
	case_id      TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
	card         TEXT NOT NULL,
	about        TEXT NOT NULL,              -- the id of the flag or of the phase
	step         INTEGER NOT NULL CHECK (step >= 1),
	done_on      TEXT NOT NULL,
	therapist_id TEXT NOT NULL REFERENCES people (id),
	PRIMARY KEY (case_id, card, about, step)
) STRICT, WITHOUT ROWID;

-- How a therapist felt after a session. For that therapist alone, whoever has the case.
CREATE TABLE responses (
	id           TEXT PRIMARY KEY,
	case_id      TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
	therapist_id TEXT NOT NULL REFERENCES people (id),
	felt         TEXT NOT NULL CHECK (felt IN ('used', 'criticised', 'bored', 'admired', 'afraid', 'fine')),
	happened_on  TEXT NOT NULL,
	written_at   TEXT NOT NULL
) STRICT;
CREATE INDEX responses_therapist ON responses (therapist_id, happened_on);

-- The line, and whether a skill was used against somebody, asked at every decision. Empty in those made before.
ALTER TABLE decisions ADD COLUMN line TEXT NOT NULL DEFAULT '';   -- care, breaks, harms, enjoys: yes, no or unsure, with spaces between
ALTER TABLE decisions ADD COLUMN skill_used TEXT NOT NULL DEFAULT '' CHECK (skill_used IN ('', 'no', 'yes'));
ALTER TABLE decisions ADD COLUMN skill_against BLOB NOT NULL DEFAULT x'';
CREATE INDEX decisions_case ON decisions (case_id, created_at);
-- To end: when the partner was spoken to first, to whom the client was referred, and from when it holds.
ALTER TABLE decisions ADD COLUMN partner_first_on TEXT NOT NULL DEFAULT '';
ALTER TABLE decisions ADD COLUMN referral BLOB NOT NULL DEFAULT x'';
ALTER TABLE decisions ADD COLUMN holds_from TEXT NOT NULL DEFAULT '';
