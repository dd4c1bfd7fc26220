-- Before a grant is sent that may be spent by it.
UPDATE membership SET maybe_spent = 1 WHERE account = :account AND generation = :generation;
