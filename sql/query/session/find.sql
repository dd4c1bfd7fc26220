-- The pages that end or show a session: two point look-ups.
SELECT session.id, session.account, session.epoch, session.provider, session.provider_sid,
       session.created, session.last_seen, session.idle_end, session.absolute_end,
       session.address, session.user_agent,
       account.id, account.provider, account.issuer, account.subject, account.user_name,
       account.display_name, account.mail, account.mail_verified, account.group_names,
       account.disabled, account.session_epoch, account.credential_epoch, account.created,
       account.refreshed, account.directory_gone, account.directory_until,
       account.directory_checked, account.owner, account.expires
  FROM session JOIN account ON account.id = session.account
 WHERE session.token_hash = :token_hash;
