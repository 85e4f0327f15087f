-- Where messages go, when people want to be reminded, and the outbox.
ALTER TABLE people ADD COLUMN address BLOB NOT NULL DEFAULT x'';  -- a therapist's own; those of a couple lie with their case

-- From the first of these dates to the last nobody is reminded of a form. Empty for no such time.
ALTER TABLE practices ADD COLUMN quiet_from TEXT NOT NULL DEFAULT '' CHECK (quiet_from = '' OR quiet_from GLOB '????-??-??');
ALTER TABLE practices ADD COLUMN quiet_until TEXT NOT NULL DEFAULT '' CHECK ((quiet_until = '') = (quiet_from = '') AND quiet_until >= quiet_from);

ALTER TABLE practices ADD COLUMN hours TEXT NOT NULL DEFAULT '';       -- when reports are read, as the partner is told
ALTER TABLE practices ADD COLUMN keep_years INTEGER NOT NULL DEFAULT 7 CHECK (keep_years BETWEEN 1 AND 30);  -- after a case was closed

-- The client's own. Nothing here knows of the partner's.
CREATE TABLE client_contacts (
	case_id TEXT PRIMARY KEY REFERENCES cases (id) ON DELETE CASCADE,
	address BLOB NOT NULL DEFAULT x'',
	remind  INTEGER NOT NULL DEFAULT 0 CHECK (remind IN (0, 1)),
	day     INTEGER NOT NULL DEFAULT 7 CHECK (day BETWEEN 1 AND 7),     -- Monday is 1
	hour    INTEGER NOT NULL DEFAULT 18 CHECK (hour BETWEEN 0 AND 23),
	version INTEGER NOT NULL DEFAULT 1
) STRICT;

-- The partner's: no row, no reminder. They go to the address of the safe contact.
CREATE TABLE partner_reminders (
	case_id TEXT PRIMARY KEY REFERENCES cases (id) ON DELETE CASCADE,
	remind  INTEGER NOT NULL DEFAULT 0 CHECK (remind IN (0, 1)),
	day     INTEGER NOT NULL CHECK (day BETWEEN 1 AND 7),
	first   INTEGER NOT NULL CHECK (first BETWEEN 0 AND 22),            -- the first hour in which it may come
	last    INTEGER NOT NULL CHECK (last BETWEEN first + 1 AND 23),     -- and the last: two at least, since one may be the client's
	again   INTEGER NOT NULL DEFAULT 0 CHECK (again IN (0, 1)),         -- once more after 48 hours
	subject TEXT NOT NULL DEFAULT 'form' CHECK (subject IN ('form', 'notes', 'hello'))
) STRICT;

-- The outbox. What is said is made when it is sent, from the kind and its detail.
CREATE TABLE messages (
	id         TEXT PRIMARY KEY,
	person_id  TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
	case_id    TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
	kind       TEXT NOT NULL CHECK (kind IN ('client_reminder', 'partner_reminder', 'note', 'link', 'red_flag')),
	about      TEXT NOT NULL,              -- what it is about: nobody is told twice
	detail     BLOB NOT NULL DEFAULT x'',
	state      TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sending', 'handed', 'sent', 'unknown', 'given_up', 'withdrawn', 'not_sent')),
	due_at     TEXT NOT NULL,              -- when it is tried next; of one being sent, when that is given up as broken off
	until      TEXT NOT NULL,              -- from then on it comes too late
	tries      INTEGER NOT NULL DEFAULT 0,
	made_at    TEXT NOT NULL,
	settled_at TEXT,
	UNIQUE (person_id, kind, about)
) STRICT;
CREATE INDEX messages_due ON messages (due_at) WHERE settled_at IS NULL;
CREATE INDEX messages_case ON messages (case_id, made_at);

-- A link by which a client signs in without a passphrase, good for the browser that asked for it.
CREATE TABLE signin_links (
	token_hash TEXT PRIMARY KEY,
	signin     TEXT NOT NULL,              -- a keyed mark of the name for which it was asked
	person_id  TEXT REFERENCES people (id) ON DELETE CASCADE,  -- whom it signs in, once it is in the outbox; NULL for nobody
	token      BLOB NOT NULL,              -- until it is looked at; empty after
	browser    TEXT NOT NULL,              -- the hash of what that browser holds
	code       TEXT NOT NULL,              -- a keyed mark of the digits that the link shows on any other
	tries      INTEGER NOT NULL DEFAULT 0, -- wrong digits
	expires_at TEXT NOT NULL,
	used_at    TEXT,
	made_at    TEXT NOT NULL
) STRICT;
CREATE INDEX signin_links_person ON signin_links (person_id, made_at);
CREATE INDEX signin_links_browser ON signin_links (browser);
CREATE INDEX signin_links_asked ON signin_links (made_at) WHERE token <> x'';
