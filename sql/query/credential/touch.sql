-- After a reply, at most once per credential and some minutes.
UPDATE credential
   SET last_used = :now, last_used_from = :last_used_from, last_used_by = :last_used_by
 WHERE id = :id;
