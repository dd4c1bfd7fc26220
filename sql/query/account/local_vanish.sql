-- A name that is no longer in the users file.
UPDATE account
   SET local_present = 0, local_digest = NULL, local_changed = :now,
       session_epoch = session_epoch + 1,
       credential_epoch = credential_epoch + 1
 WHERE id = :id;
