-- A changed entry of the users file.
UPDATE account
   SET local_present = 1, local_digest = :local_digest, local_changed = :now,
       session_epoch = session_epoch + 1
 WHERE id = :id;
