-- Which key signed a credential, so that it ends with its key, and with it all that was made of it.

ALTER TABLE credential ADD COLUMN kid TEXT;  -- NULL: a short one, or one from before this column

CREATE INDEX credential_by_kid ON credential (kid, expires) WHERE revoked IS NULL AND token_hash IS NULL;

PRAGMA user_version = 8;
