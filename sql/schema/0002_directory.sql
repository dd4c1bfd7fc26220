-- What a directory says of people. `account` holds the facts that count; what each source said stands
-- here, so that they can be computed again whenever one of them says something new.
CREATE TABLE account_fact (
  account       TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  source        TEXT NOT NULL CHECK (source <> ''),  -- 'provider' or 'directory'
  display_name  TEXT NOT NULL,
  mail          TEXT NOT NULL,
  mail_verified INTEGER NOT NULL,
  group_names   TEXT NOT NULL,
  PRIMARY KEY (account, source)
) STRICT, WITHOUT ROWID;

INSERT INTO account_fact (account, source, display_name, mail, mail_verified, group_names)
SELECT id, 'provider', display_name, mail, mail_verified, group_names FROM account;

ALTER TABLE account ADD COLUMN directory_id TEXT NOT NULL DEFAULT '';  -- of the entry, for ever
ALTER TABLE account ADD COLUMN directory_checked INTEGER;  -- when it last answered; NULL: never asked
ALTER TABLE account ADD COLUMN directory_until INTEGER;    -- how long that answer counts; NULL: no limit
ALTER TABLE account ADD COLUMN directory_merges INTEGER NOT NULL DEFAULT 0;  -- 1: provider's groups count, too
ALTER TABLE account ADD COLUMN directory_gone INTEGER;     -- since when it refuses to know them

PRAGMA user_version = 2;
