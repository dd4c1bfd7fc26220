-- Each poll of a waiting program.
SELECT expires, next_poll, decided, account, session_epoch, credential_epoch, label, scopes,
       lifetime_days
  FROM device_login WHERE code_hash = :code_hash AND client = :client;
