-- The page of credentials: the machine users that somebody answers for.
SELECT account.id, account.provider, account.issuer, account.subject, account.user_name,
       account.display_name, account.mail, account.mail_verified, account.group_names,
       account.disabled, account.session_epoch, account.credential_epoch, account.created,
       account.refreshed, account.directory_gone, account.directory_until,
       account.directory_checked, account.owner, account.expires
  FROM account
 WHERE owner = :owner
 ORDER BY id
 LIMIT :limit;
