-- When the users file has changed. Reads the local accounts only.
SELECT id, subject, disabled, local_present, local_digest
  FROM account
 WHERE issuer = 'local'
 ORDER BY subject;
