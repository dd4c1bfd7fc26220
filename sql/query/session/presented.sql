-- Every request with a session cookie: two point look-ups, and no column that is not judged.
SELECT session.id, session.epoch, session.last_seen, session.idle_end, session.absolute_end,
       account.id, account.user_name, account.display_name, account.mail, account.mail_verified,
       account.group_names, account.issuer = 'local', account.disabled IS NOT NULL,
       account.session_epoch, account.member_until,
       account.directory_gone IS NOT NULL, account.directory_until, account.expires, 0
  FROM session JOIN account ON account.id = session.account
 WHERE session.token_hash = :token_hash;
