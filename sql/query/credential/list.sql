-- The admin command. A full listing, page by page.
SELECT credential.id, credential.account, credential.epoch, credential.label, credential.scopes,
       credential.created, credential.expires, credential.revoked, credential.last_used,
       credential.last_used_from, credential.last_used_by,
       credential.token_hash IS NOT NULL, credential.successor, credential.kid
  FROM credential
 WHERE id > :after
 ORDER BY id
 LIMIT :limit;
