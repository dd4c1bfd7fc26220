-- Each yes on the page. Once only, and only while the program is waiting.
UPDATE device_login
   SET decided = :now, account = :account, session_epoch = :session_epoch,
       credential_epoch = :credential_epoch, scopes = :scopes, lifetime_days = :lifetime_days
 WHERE user_code = :user_code AND decided IS NULL AND expires > :now;
