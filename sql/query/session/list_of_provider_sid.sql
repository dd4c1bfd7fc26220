-- A back-channel logout with a sid. Several sessions may carry it: all of them end.
SELECT id, account, epoch, provider, provider_sid, created, last_seen, idle_end, absolute_end,
       address, user_agent
  FROM session
 WHERE provider_sid = :provider_sid AND provider_sid <> ''
   AND EXISTS (SELECT 1 FROM account WHERE account.id = session.account AND account.issuer = :issuer);
