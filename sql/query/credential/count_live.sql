-- Before one more is issued, in the same transaction: all that are live, and of these the ones that no
-- other has replaced yet.
SELECT count(*), count(*) FILTER (WHERE successor = '')
  FROM credential
 WHERE account = :account AND epoch = :epoch AND revoked IS NULL AND expires > :now;
