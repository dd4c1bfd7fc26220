-- The REST and the page, per fetch.
SELECT user_token.account, user_token.name_code, user_token.generation, user_token.pass_hash,
       user_token.created, user_token.created_by, user_token.created_by_realm,
       user_token.last_used, user_token.last_used_from, user_token.last_used_by
  FROM user_token
 WHERE account = :account;
