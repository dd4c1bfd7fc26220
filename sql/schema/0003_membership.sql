-- Membership: whether people still belong where they came from, asked again without their browsers.

-- Until when the last good answer about the person counts; NULL: nobody is asked, so there is no end.
ALTER TABLE account ADD COLUMN member_until INTEGER;

CREATE INDEX account_unlimited ON account (provider) WHERE member_until IS NULL;

-- One row for each person whose provider is asked again.
CREATE TABLE membership (
  account      TEXT PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
  provider     TEXT NOT NULL,     -- the name of who is asked
  state        TEXT NOT NULL CHECK (state IN ('member', 'unknown', 'lost')),
  sealed_grant TEXT NOT NULL,     -- what the provider is asked with; empty: nothing
  generation   INTEGER NOT NULL,  -- of the grant; an answer to an older one changes nothing
  maybe_spent  INTEGER NOT NULL,  -- 1: the grant was sent, and no answer came back
  confirmed    INTEGER,           -- the last good answer
  asked        INTEGER,           -- the last question, whatever came of it
  due          INTEGER NOT NULL,
  lease_until  INTEGER NOT NULL,  -- somebody is asking until then
  failures     INTEGER NOT NULL,  -- in a row
  detail       TEXT NOT NULL      -- of the last answer that was no good one
) STRICT, WITHOUT ROWID;

CREATE INDEX membership_by_due ON membership (provider, due);

PRAGMA user_version = 3;
