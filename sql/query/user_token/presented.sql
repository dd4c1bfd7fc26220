-- Every request with a pair: three point look-ups, and no column that is not judged.
SELECT user_token.name_code, user_token.created, user_token.last_used,
       user_token_settings.enabled, user_token_settings.protect_content,
       user_token_settings.expiration_enabled, user_token_settings.expiration_days,
       account.id, account.user_name, account.display_name, account.mail, account.mail_verified,
       account.group_names, account.issuer = 'local', account.disabled IS NOT NULL,
       account.credential_epoch, account.member_until,
       account.directory_gone IS NOT NULL, account.directory_until, account.expires
  FROM user_token
  JOIN account ON account.id = user_token.account
  JOIN user_token_settings ON user_token_settings.id = 1
 WHERE user_token.pass_hash = :pass_hash;
