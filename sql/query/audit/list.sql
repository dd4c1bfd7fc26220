-- The admin command, and the check of the chain: page by page.
SELECT seq, time, action, actor, address, agent, account, user_name, object, detail, chain
  FROM audit
 WHERE seq > :after
 ORDER BY seq
 LIMIT :limit;
