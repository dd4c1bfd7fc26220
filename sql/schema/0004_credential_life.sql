-- The life of credentials: a short form, one that replaces another, and machine users.

ALTER TABLE credential ADD COLUMN token_hash BLOB;                     -- of a short one; NULL: a signed token
ALTER TABLE credential ADD COLUMN successor TEXT NOT NULL DEFAULT '';  -- id of the one that replaces it

CREATE UNIQUE INDEX credential_by_token_hash ON credential (token_hash) WHERE token_hash IS NOT NULL;
-- What the page shows and the limit counts, however many dead ones there are.
CREATE INDEX credential_unrevoked ON credential (account, expires) WHERE revoked IS NULL;

-- A machine user is an account of the issuer 'machine'. It belongs to a person, and ends with them.
ALTER TABLE account ADD COLUMN owner TEXT REFERENCES account (id) ON DELETE SET NULL;
ALTER TABLE account ADD COLUMN expires INTEGER;  -- nothing of it lasts longer; NULL: no end of its own

CREATE INDEX account_by_owner ON account (owner) WHERE owner IS NOT NULL;

-- Whatever ends all that a person holds raises their credential epoch, so that nobody who writes such
-- a change can forget the machines. They end softly: what they hold goes on when somebody takes them
-- over. `disabled` is 0, as nothing here knows the time.
CREATE TRIGGER machine_ends_with_owner AFTER UPDATE OF credential_epoch ON account
WHEN NEW.credential_epoch <> OLD.credential_epoch
BEGIN
  UPDATE account SET disabled = 0 WHERE owner = NEW.id AND disabled IS NULL;
END;

CREATE TRIGGER machine_ends_when_owner_goes BEFORE DELETE ON account
BEGIN
  UPDATE account SET disabled = 0 WHERE owner = OLD.id AND disabled IS NULL;
END;

PRAGMA user_version = 4;
