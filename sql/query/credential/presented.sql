-- Every request with a signed credential: two point look-ups, and no column that is not judged.
-- A machine user is somebody here for as long as the person who answers for it.
SELECT credential.epoch, credential.scopes, credential.expires, credential.revoked IS NOT NULL,
       credential.last_used,
       account.id, account.user_name, account.display_name, account.mail, account.mail_verified,
       account.group_names,
       iif(account.owner IS NULL, account.issuer = 'local', person.issuer = 'local'),
       account.disabled IS NOT NULL,
       account.credential_epoch,
       iif(account.owner IS NULL, account.member_until, person.member_until),
       account.directory_gone IS NOT NULL,
       iif(account.owner IS NULL, account.directory_until, person.directory_until),
       account.expires, account.owner IS NOT NULL
  FROM credential
  JOIN account ON account.id = credential.account
  LEFT JOIN account AS person ON person.id = account.owner
 WHERE credential.id = :id;
