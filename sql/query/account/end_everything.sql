-- A person or an administrator ends all sessions and credentials.
UPDATE account
   SET session_epoch = session_epoch + 1, credential_epoch = credential_epoch + 1
 WHERE id = :id;
