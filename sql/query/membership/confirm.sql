-- A good answer.
UPDATE membership
   SET state = 'member', maybe_spent = 0, confirmed = :now, asked = :now, due = :due,
       lease_until = 0, failures = 0, detail = ''
 WHERE account = :account AND generation = :generation;
