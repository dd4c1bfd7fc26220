-- The pages that show or revoke a credential: two point look-ups.
SELECT credential.id, credential.account, credential.epoch, credential.label, credential.scopes,
       credential.created, credential.expires, credential.revoked, credential.last_used,
       credential.last_used_from, credential.last_used_by,
       credential.token_hash IS NOT NULL, credential.successor, credential.kid,
       account.id, account.provider, account.issuer, account.subject, account.user_name,
       account.display_name, account.mail, account.mail_verified, account.group_names,
       account.disabled, account.session_epoch, account.credential_epoch, account.created,
       account.refreshed, account.directory_gone, account.directory_until,
       account.directory_checked, account.owner, account.expires
  FROM credential JOIN account ON account.id = credential.account
 WHERE credential.id = :id;
