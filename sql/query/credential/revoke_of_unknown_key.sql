-- An administrator drops a key that is in wrong hands: it may have signed what is older than the column.
UPDATE credential SET revoked = :now
 WHERE kid IS NULL AND expires > :now AND revoked IS NULL AND token_hash IS NULL;
