-- The page of a person's sessions, and the admin command.
SELECT session.id, session.account, session.epoch, session.provider, session.provider_sid,
       session.created, session.last_seen, session.idle_end, session.absolute_end,
       session.address, session.user_agent
  FROM session
 WHERE account = :account AND id > :after
 ORDER BY id
 LIMIT :limit;
