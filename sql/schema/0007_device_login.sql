-- Programs that ask for a credential and wait until somebody says yes in a browser. Strangers write here, so the
-- store counts the rows of each network, and every row ends after some minutes.
CREATE TABLE device_login (
  code_hash        BLOB PRIMARY KEY CHECK (length(code_hash) = 32),
  user_code        TEXT NOT NULL UNIQUE,
  client           TEXT NOT NULL,
  label            TEXT NOT NULL,           -- what the program calls itself
  scopes           TEXT NOT NULL,
  address          TEXT NOT NULL,           -- from where it asked
  network          TEXT NOT NULL,
  created          INTEGER NOT NULL,
  expires          INTEGER NOT NULL,
  next_poll        INTEGER NOT NULL,
  decided          INTEGER,                 -- when somebody said yes or no
  account          TEXT REFERENCES account (id) ON DELETE CASCADE,  -- who said yes
  session_epoch    INTEGER NOT NULL DEFAULT 0,
  credential_epoch INTEGER NOT NULL DEFAULT 0,
  lifetime_days    INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE INDEX device_login_by_account ON device_login (account);
CREATE INDEX device_login_by_expires ON device_login (expires);

PRAGMA user_version = 7;
