-- The page of a person's credentials: the last ones that ended. The newest come first. Without a word
-- on the id SQLite does not see that the index has their order.
SELECT credential.id, credential.account, credential.epoch, credential.label, credential.scopes,
       credential.created, credential.expires, credential.revoked, credential.last_used,
       credential.last_used_from, credential.last_used_by,
       credential.token_hash IS NOT NULL, credential.successor, credential.kid
  FROM credential
 WHERE account = :account AND id > '' AND (revoked IS NOT NULL OR expires <= :now OR epoch <> :epoch)
 ORDER BY id DESC
 LIMIT :limit;
