-- Every request with a signed credential: two point look-ups, and no column that is not judged.
SELECT credential.epoch, credential.scopes, credential.expires, credential.revoked IS NOT NULL,
       credential.last_used,
       account.id, account.user_name, account.display_name, account.mail, account.mail_verified,
       account.group_names, account.issuer = 'local', account.disabled IS NOT NULL,
       account.credential_epoch, account.member_until,
       account.directory_gone IS NOT NULL, account.directory_until, account.expires
  FROM credential JOIN account ON account.id = credential.account
 WHERE credential.id = :id;
