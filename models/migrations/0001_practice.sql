-- The practice, its people, how they sign in, and the trail of what was done.
CREATE TABLE practices (
	id            INTEGER PRIMARY KEY CHECK (id = 1),
	name          TEXT NOT NULL,
	zone          TEXT NOT NULL,
	office        TEXT NOT NULL,            -- the neutral name people may see in a message
	emergency     TEXT NOT NULL,            -- the line printed under the partner's form
	policy        TEXT NOT NULL CHECK (policy IN ('limited', 'no_secrets')),
	version       INTEGER NOT NULL DEFAULT 1,
	created_at    TEXT NOT NULL
) STRICT;

-- The practice's own key, wrapped by the master key, which lies elsewhere. The keys
-- of the cases lie there too, so that no copy of this file holds them. Every text
-- that is kept as a BLOB is sealed under one of these keys.
CREATE TABLE practice_keys (
	id      INTEGER PRIMARY KEY CHECK (id = 1),
	wrapped BLOB NOT NULL
) STRICT;

CREATE TABLE people (
	id              TEXT PRIMARY KEY,
	case_id         TEXT,                   -- of a client or a partner: under its key the name is sealed
	role            TEXT NOT NULL CHECK (role IN ('therapist', 'client', 'partner')),
	is_owner        INTEGER NOT NULL DEFAULT 0 CHECK (is_owner IN (0, 1)),
	name            BLOB NOT NULL,
	signin          TEXT,                   -- a keyed mark of the name; NULL until the person has joined
	passphrase_hash TEXT,
	passphrase_on   TEXT,                   -- the date on which the person changed it herself; NULL for never
	access_ended_on TEXT,                   -- the date on which the way in was ended; a new code clears it
	deputy_id       TEXT REFERENCES people (id),  -- of a therapist: who stands in for her while a red flag is open
	created_at      TEXT NOT NULL,
	CHECK ((signin IS NULL) = (passphrase_hash IS NULL))
) STRICT;
-- Unique within a role alone: nobody learns by trying whether somebody of
-- another role has joined, and under what name.
CREATE UNIQUE INDEX people_signin ON people (signin, role);
CREATE INDEX people_case ON people (case_id);
CREATE INDEX people_deputy ON people (deputy_id);

CREATE TABLE invitations (
	code_hash   TEXT PRIMARY KEY,
	person_id   TEXT REFERENCES people (id) ON DELETE CASCADE,  -- NULL: the set-up of an empty practice
	expires_at  TEXT NOT NULL,
	used_at     TEXT,
	created_at  TEXT NOT NULL
) STRICT;
CREATE INDEX invitations_person ON invitations (person_id);

CREATE TABLE sessions (
	token_hash     TEXT PRIMARY KEY,
	person_id      TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
	created_at     TEXT NOT NULL,
	expires_at     TEXT NOT NULL,
	visit          TEXT NOT NULL DEFAULT 'form' CHECK (visit IN ('form', 'own', 'show', 'about', 'later', 'stopped')), -- where the partner's visit stands
	second_at      TEXT,                   -- when a therapist gave her second factor; until then the session is good for nothing else
	unlocked_until TEXT,                   -- after the partner's passphrase, or a therapist's second factor, again
	ended_at       TEXT                    -- kept for minutes, to answer a form that is sent twice
) STRICT;
CREATE INDEX sessions_person ON sessions (person_id);

-- What a therapist signs in with beside her passphrase.
CREATE TABLE authenticators (
	person_id TEXT PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
	secret    BLOB NOT NULL,
	last_step INTEGER NOT NULL,            -- the half minute of the code that was taken last: none is taken twice
	made_at   TEXT NOT NULL
) STRICT;

-- The public halves of her passkeys, each another way to give her second factor.
CREATE TABLE passkeys (
	id         TEXT PRIMARY KEY,
	person_id  TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
	name       BLOB NOT NULL,              -- as she calls it
	credential BLOB NOT NULL UNIQUE,       -- by which the passkey is known; no text
	public_key BLOB NOT NULL,              -- no text
	sign_count INTEGER NOT NULL,           -- how far it has counted: one that counts back may be a copy
	flags      INTEGER NOT NULL,           -- as it sent them last: that it asked for its owner, and may lie in several devices
	made_at    TEXT NOT NULL,
	used_at    TEXT                        -- NULL for never
) STRICT;
CREATE INDEX passkeys_person ON passkeys (person_id);

-- For the day on which her phone is lost. Each works once.
CREATE TABLE recovery_codes (
	person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
	mark      TEXT NOT NULL,               -- a keyed mark of the code
	used_at   TEXT,
	PRIMARY KEY (person_id, mark)
) STRICT, WITHOUT ROWID;

-- One line for each form that was acted on, so that the same form sent twice has one effect.
CREATE TABLE submissions (
	person_id   TEXT NOT NULL,
	id          TEXT NOT NULL,
	fingerprint TEXT NOT NULL,
	object_id   TEXT NOT NULL,
	created_at  TEXT NOT NULL,
	PRIMARY KEY (person_id, id)
) STRICT, WITHOUT ROWID;

-- Who did what to which object, or was refused it. No name, no answer, no text.
-- Each row is bound to the one before it: chain is an HMAC, under a key that is
-- not in this file, of the chain before and of all columns of the row.
CREATE TABLE audit (
	id         INTEGER PRIMARY KEY,        -- 1, 2, 3 … without a gap
	at         TEXT NOT NULL,
	person_id  TEXT NOT NULL,              -- empty: the program itself, or nobody known
	role       TEXT NOT NULL,
	action     TEXT NOT NULL,
	case_id    TEXT NOT NULL,              -- empty: no case
	object_id  TEXT NOT NULL,              -- empty: no object
	result     TEXT NOT NULL CHECK (result IN ('done', 'refused')),
	request_id TEXT NOT NULL,              -- empty: not by a request
	chain      BLOB NOT NULL CHECK (length(chain) = 32)
) STRICT;
CREATE INDEX audit_case ON audit (case_id, at);
CREATE INDEX audit_refused ON audit (at) WHERE result = 'refused';
CREATE TRIGGER audit_keeps_rows BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are append-only'); END;
CREATE TRIGGER audit_keeps_all BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are append-only'); END;
