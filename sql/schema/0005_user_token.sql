-- Nexus' user tokens: one pair for each account, at most. The pass code stands nowhere: it is derived
-- from a key file outside of this database, the name code and the generation, so that it can be shown
-- again; `pass_hash`, the SHA-256 of it, is what a decision looks for.
CREATE TABLE user_token (
  account          TEXT PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
  name_code        TEXT NOT NULL UNIQUE CHECK (length(name_code) = 8),
  generation       INTEGER NOT NULL,  -- drawn by chance, so that no pair ever comes back
  pass_hash        BLOB NOT NULL UNIQUE CHECK (length(pass_hash) = 32),
  created          INTEGER NOT NULL,
  created_by       TEXT NOT NULL,     -- user name of whoever made it, the owner or an administrator
  created_by_realm TEXT NOT NULL,
  last_used        INTEGER,
  last_used_from   TEXT NOT NULL DEFAULT '',
  last_used_by     TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

-- Whatever ends all credentials of a person ends the pair: a new epoch, whoever raises it.
CREATE TRIGGER user_token_of_older_epoch AFTER UPDATE OF credential_epoch ON account
WHEN NEW.credential_epoch <> OLD.credential_epoch
BEGIN
  DELETE FROM user_token WHERE account = NEW.id;
  DELETE FROM user_token_ticket WHERE account = NEW.id;
END;

-- The tickets with which a pair is fetched: single use, twenty seconds.
CREATE TABLE user_token_ticket (
  ticket_hash BLOB PRIMARY KEY CHECK (length(ticket_hash) = 32),
  account     TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  issued      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX user_token_ticket_by_account ON user_token_ticket (account);
CREATE INDEX user_token_ticket_by_issued ON user_token_ticket (issued);

-- What administrators set by REST; the configuration file has the last word.
CREATE TABLE user_token_settings (
  id                 INTEGER PRIMARY KEY CHECK (id = 1),
  enabled            INTEGER NOT NULL,
  protect_content    INTEGER NOT NULL,
  expiration_enabled INTEGER NOT NULL,
  expiration_days    INTEGER NOT NULL CHECK (expiration_days BETWEEN 1 AND 999)
) STRICT, WITHOUT ROWID;

INSERT INTO user_token_settings VALUES (1, 1, 0, 0, 30);

PRAGMA user_version = 5;
