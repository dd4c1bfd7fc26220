-- The check of the chain: a full listing in its order.
SELECT seq, time, action, actor, address, agent, account, user_name, object, detail, chain
  FROM audit
 ORDER BY seq;
