-- The REST; and each request with a plain password, unless the configuration says it all.
SELECT enabled, protect_content, expiration_enabled, expiration_days
  FROM user_token_settings
 WHERE id = 1;
