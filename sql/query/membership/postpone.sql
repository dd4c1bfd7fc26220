-- No answer. `sealed_grant` is emptied where it is good no more.
UPDATE membership
   SET state = 'unknown', sealed_grant = iif(:drop_grant, '', sealed_grant),
       maybe_spent = :maybe_spent, asked = :now, due = :due, lease_until = 0,
       failures = failures + 1, detail = :detail
 WHERE account = :account AND generation = :generation;
