-- A provider has given a new grant in the old one's place.
UPDATE membership
   SET sealed_grant = :sealed_grant, generation = generation + 1, maybe_spent = 0
 WHERE account = :account AND generation = :generation;
