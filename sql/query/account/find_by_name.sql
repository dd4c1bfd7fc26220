-- The admin command, and each request with an old proxy's token. The name is found by the index,
-- whatever its case, and then compared byte by byte.
SELECT account.id, account.provider, account.issuer, account.subject, account.user_name,
       account.display_name, account.mail, account.mail_verified, account.group_names,
       account.disabled, account.session_epoch, account.credential_epoch, account.created,
       account.refreshed, account.directory_gone, account.directory_until,
       account.directory_checked, account.owner, account.expires
  FROM account
 WHERE user_name = :user_name AND user_name = :user_name COLLATE BINARY;
