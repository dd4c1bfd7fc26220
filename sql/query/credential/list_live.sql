-- The page of a person's credentials: as many as the limit allows, whatever else there was.
SELECT credential.id, credential.account, credential.epoch, credential.label, credential.scopes,
       credential.created, credential.expires, credential.revoked, credential.last_used,
       credential.last_used_from, credential.last_used_by,
       credential.token_hash IS NOT NULL, credential.successor, credential.kid
  FROM credential
 WHERE account = :account AND revoked IS NULL AND expires > :now AND epoch = :epoch
 ORDER BY expires;
