-- An administrator looks. A full listing, page by page.
SELECT user_token.account, user_token.name_code, user_token.generation, user_token.pass_hash,
       user_token.created, user_token.created_by, user_token.created_by_realm,
       user_token.last_used, user_token.last_used_from, user_token.last_used_by,
       account.id, account.provider, account.issuer, account.subject, account.user_name,
       account.display_name, account.mail, account.mail_verified, account.group_names,
       account.disabled, account.session_epoch, account.credential_epoch, account.created,
       account.refreshed, account.directory_gone, account.directory_until,
       account.directory_checked, account.owner, account.expires
  FROM user_token JOIN account ON account.id = user_token.account
 WHERE (:realm = '' OR account.provider = :realm) AND user_token.created > :made_after
 ORDER BY user_token.account
 LIMIT :limit OFFSET :skip;
