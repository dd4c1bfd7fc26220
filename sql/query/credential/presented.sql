-- Every request with a signed credential: two point look-ups, and no column that is not judged.
-- A machine user is somebody here for as long as the person who answers for it.
SELECT credential.epoch, credential.scopes, credential.expires, credential.revoked IS NOT NULL,
       credential.last_used,
       account.id, account.user_name, account.display_name, account.mail, account.mail_verified,
       account.group_names,
       iif(account.owner IS NULL, account.issuer = 'local',
           (SELECT person.issuer = 'local' FROM account AS person WHERE person.id = account.owner)),
       account.disabled IS NOT NULL,
       account.credential_epoch,
       iif(account.owner IS NULL, account.member_until,
           (SELECT person.member_until FROM account AS person WHERE person.id = account.owner)),
       account.directory_gone IS NOT NULL,
       iif(account.owner IS NULL, account.directory_until,
           (SELECT person.directory_until FROM account AS person WHERE person.id = account.owner)),
       account.expires, account.owner IS NOT NULL
  FROM credential JOIN account ON account.id = credential.account
 WHERE credential.id = :id;
