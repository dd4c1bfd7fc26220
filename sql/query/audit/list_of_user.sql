-- The admin command: what was done to one person's account, page by page.
SELECT seq, time, action, actor, address, agent, account, user_name, object, detail, chain
  FROM audit
 WHERE user_name = :user_name AND seq > :after
 ORDER BY seq
 LIMIT :limit;
