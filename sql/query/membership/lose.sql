-- The provider says no: with the account's epochs, in one transaction.
UPDATE membership
   SET state = 'lost', sealed_grant = '', generation = generation + 1, asked = :now, lease_until = 0,
       detail = :detail
 WHERE account = :account AND generation = :generation;
