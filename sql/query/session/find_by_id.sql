-- A person or an administrator ends one session of the list.
SELECT id, account, epoch, provider, provider_sid, created, last_seen, idle_end, absolute_end,
       address, user_agent
  FROM session WHERE id = :id;
