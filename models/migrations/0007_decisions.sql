-- What therapist and client decide in a review, with the numbers frozen beside it, and what each may read of it.
CREATE TABLE decisions (
	id            TEXT PRIMARY KEY,
	case_id       TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
	experiment_id TEXT NOT NULL REFERENCES experiments (id) ON DELETE CASCADE,
	phase         TEXT NOT NULL,               -- the phase that was reviewed, by name
	choice        TEXT NOT NULL CHECK (choice IN ('enough', 'enough_for_now', 'step_up', 'hold', 'extend', 'stop_no_benefit', 'stop_harm', 'end_treatment', 'follow_up')),
	decided_on    TEXT NOT NULL,
	present       TEXT NOT NULL CHECK (present IN ('client', 'both', 'partner', 'nobody')),
	reasons       BLOB NOT NULL,
	suffers_less  BLOB NOT NULL,
	who_pays      BLOB NOT NULL,
	learning      BLOB NOT NULL DEFAULT x'',
	confidence    INTEGER CHECK (confidence BETWEEN 0 AND 100),
	client_text   BLOB NOT NULL DEFAULT x'',
	partner_text  BLOB NOT NULL DEFAULT x'',
	numbers       TEXT NOT NULL CHECK (json_valid(numbers)),
	created_at    TEXT NOT NULL
) STRICT;
CREATE INDEX decisions_experiment ON decisions (experiment_id, created_at);

CREATE TABLE client_notices (
	id         TEXT PRIMARY KEY,
	case_id    TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
	body       BLOB NOT NULL,
	written_on TEXT NOT NULL,
	created_at TEXT NOT NULL
) STRICT;
CREATE INDEX client_notices_case ON client_notices (case_id, created_at);

CREATE TABLE partner_notices (
	id         TEXT PRIMARY KEY,
	case_id    TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
	body       BLOB NOT NULL,
	written_on TEXT NOT NULL,
	created_at TEXT NOT NULL
) STRICT;
CREATE INDEX partner_notices_case ON partner_notices (case_id, created_at);
