-- Every request with a pair: three point look-ups, and no column that is not judged.
-- A machine user is somebody here for as long as the person who answers for it.
SELECT user_token.name_code, user_token.created, user_token.last_used,
       user_token_settings.enabled, user_token_settings.protect_content,
       user_token_settings.expiration_enabled, user_token_settings.expiration_days,
       account.id, account.user_name, account.display_name, account.mail, account.mail_verified,
       account.group_names,
       iif(account.owner IS NULL, account.issuer = 'local', person.issuer = 'local'),
       account.disabled IS NOT NULL,
       account.credential_epoch,
       iif(account.owner IS NULL, account.member_until, person.member_until),
       account.directory_gone IS NOT NULL,
       iif(account.owner IS NULL, account.directory_until, person.directory_until),
       account.expires, account.owner IS NOT NULL
  FROM user_token
  JOIN account ON account.id = user_token.account
  LEFT JOIN account AS person ON person.id = account.owner
  JOIN user_token_settings ON user_token_settings.id = 1
 WHERE user_token.pass_hash = :pass_hash;
