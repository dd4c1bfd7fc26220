-- The admin command, and a lost membership. The first time of disabling is kept.
UPDATE account
   SET disabled = coalesce(disabled, :now), session_epoch = session_epoch + 1,
       credential_epoch = credential_epoch + 1
 WHERE id = :id;
