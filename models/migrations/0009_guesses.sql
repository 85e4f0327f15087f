-- What a therapist saw in the unlabelled series before its phases were shown to her. Her first look stands.
CREATE TABLE masked_guesses (
	id            TEXT PRIMARY KEY,
	experiment_id TEXT NOT NULL REFERENCES experiments (id) ON DELETE CASCADE,
	therapist_id  TEXT NOT NULL REFERENCES people (id),
	saw           TEXT NOT NULL CHECK (saw IN ('week', 'no_change', 'shown')), -- shown: she asked for the answer without a guess
	week          INTEGER,                                                     -- in which week of the run the change began
	weeks         INTEGER NOT NULL CHECK (weeks >= 6),                         -- of the run, when she looked
	made_on       TEXT NOT NULL,
	made_at       TEXT NOT NULL,
	UNIQUE (experiment_id, therapist_id),
	CHECK ((saw = 'week') = (week IS NOT NULL)),
	CHECK (week BETWEEN 4 AND weeks - 2)
) STRICT;
