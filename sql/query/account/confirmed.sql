-- Every request of somebody of whom no session and no credential of ours is read. A machine user is
-- somebody here for as long as the person who answers for it.
SELECT person.issuer = 'local', person.member_until, person.directory_until
  FROM account JOIN account AS person ON person.id = coalesce(account.owner, account.id)
 WHERE account.id = :id;
