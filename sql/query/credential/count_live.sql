-- Before one more is issued, in the same transaction.
SELECT count(*)
  FROM credential
 WHERE account = :account AND epoch = :epoch AND revoked IS NULL AND expires > :now;
