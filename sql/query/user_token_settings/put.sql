-- An administrator sets them by REST.
UPDATE user_token_settings
   SET enabled = :enabled, protect_content = :protect_content,
       expiration_enabled = :expiration_enabled, expiration_days = :expiration_days
 WHERE id = 1;
