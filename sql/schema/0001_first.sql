-- The first schema. Times are seconds since 1970 (UTC); lists are joined by newlines; digests are the
-- raw 32 bytes of SHA-256, so that nothing in a stolen file opens a session.

-- Facts about this database itself.
CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO meta (name, value) VALUES ('instance_id', lower(hex(randomblob(16))));

-- A person at one provider. Names differ in more than the case of letters, because applications
-- behind us may not tell `Admin` from `admin`.
CREATE TABLE account (
  id               TEXT PRIMARY KEY,
  provider         TEXT NOT NULL,
  issuer           TEXT NOT NULL,
  subject          TEXT NOT NULL,
  user_name        TEXT NOT NULL COLLATE NOCASE UNIQUE CHECK (user_name <> ''),
  display_name     TEXT NOT NULL,
  mail             TEXT NOT NULL,
  mail_verified    INTEGER NOT NULL,
  group_names      TEXT NOT NULL,
  disabled         INTEGER,           -- since when
  session_epoch    INTEGER NOT NULL DEFAULT 0,
  credential_epoch INTEGER NOT NULL DEFAULT 0,
  created          INTEGER NOT NULL,
  refreshed        INTEGER NOT NULL,
  local_present    INTEGER NOT NULL DEFAULT 1,  -- 0: no longer in the users file
  local_digest     BLOB,                        -- of the entry that last proved a password
  local_changed    INTEGER,                     -- when the users file last said something new
  UNIQUE (issuer, subject)
) STRICT, WITHOUT ROWID;

-- A browser's session. The long sealed ID token stands last, so that a decision does not read it.
CREATE TABLE session (
  token_hash      BLOB PRIMARY KEY CHECK (length(token_hash) = 32),
  id              TEXT NOT NULL UNIQUE,
  account         TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  epoch           INTEGER NOT NULL,
  provider        TEXT NOT NULL,
  provider_sid    TEXT NOT NULL,
  created         INTEGER NOT NULL,
  last_seen       INTEGER NOT NULL,
  idle_end        INTEGER NOT NULL,
  absolute_end    INTEGER NOT NULL,
  address         TEXT NOT NULL,
  user_agent      TEXT NOT NULL,
  sealed_id_token TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX session_by_account ON session (account, id);
CREATE INDEX session_by_provider_sid ON session (provider_sid);
CREATE INDEX session_by_idle_end ON session (idle_end);
CREATE INDEX session_by_absolute_end ON session (absolute_end);

-- The record of an issued credential; the token itself is kept nowhere.
CREATE TABLE credential (
  id             TEXT PRIMARY KEY,
  account        TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  epoch          INTEGER NOT NULL,
  label          TEXT NOT NULL,
  scopes         TEXT NOT NULL,
  created        INTEGER NOT NULL,
  expires        INTEGER NOT NULL,
  revoked        INTEGER,
  last_used      INTEGER,
  last_used_from TEXT NOT NULL DEFAULT '',
  last_used_by   TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

CREATE INDEX credential_by_account ON credential (account, id);
CREATE INDEX credential_by_expires ON credential (expires);

-- Login states that made a session; a second use finds its id taken.
CREATE TABLE login_state (
  id      TEXT PRIMARY KEY CHECK (id <> ''),
  expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX login_state_by_expires ON login_state (expires);

-- Logout tokens that were obeyed; a replay finds its id taken.
CREATE TABLE logout_token (
  issuer  TEXT NOT NULL,
  jti     TEXT NOT NULL CHECK (jti <> ''),
  expires INTEGER NOT NULL,
  PRIMARY KEY (issuer, jti)
) STRICT, WITHOUT ROWID;

CREATE INDEX logout_token_by_expires ON logout_token (expires);

-- Failed passwords per name and per network. `blocked_until` is what the count meant at the last failure.
CREATE TABLE attempt (
  kind          TEXT NOT NULL CHECK (kind IN ('name', 'network')),
  subject       TEXT NOT NULL,
  failures      INTEGER NOT NULL,
  last_failure  INTEGER NOT NULL,
  blocked_until INTEGER NOT NULL,
  PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;

CREATE INDEX attempt_by_weakness ON attempt (kind, failures, last_failure);
CREATE INDEX attempt_by_last_failure ON attempt (last_failure);

-- Housekeeping: when each task is due, and who is at it until when.
CREATE TABLE task (
  name        TEXT PRIMARY KEY,
  due         INTEGER NOT NULL,
  holder      TEXT NOT NULL,
  lease_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What providers publish. A row may exist for the leave to fetch before anything was fetched.
CREATE TABLE provider_keys (
  issuer    TEXT PRIMARY KEY,
  asked     INTEGER NOT NULL,
  fetched   INTEGER,
  discovery TEXT NOT NULL,
  jwks      TEXT NOT NULL
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 1;
