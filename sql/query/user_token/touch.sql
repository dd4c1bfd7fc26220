-- After a reply, at most once per pair and some minutes.
UPDATE user_token
   SET last_used = :now, last_used_from = :last_used_from, last_used_by = :last_used_by
 WHERE account = :account;
