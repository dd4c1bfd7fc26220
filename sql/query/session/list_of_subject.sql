-- A back-channel logout with a sub only.
SELECT id, account, epoch, provider, provider_sid, created, last_seen, idle_end, absolute_end,
       address, user_agent
  FROM session
 WHERE account = (SELECT id FROM account WHERE issuer = :issuer AND subject = :subject);
