-- An administrator retires or drops a key: what it signed ends, and so does what was made of that.
UPDATE credential SET revoked = :now
 WHERE kid = :kid AND expires > :now AND revoked IS NULL AND token_hash IS NULL;
