-- Before each question. Changes one row when it is granted: one process asks at a time, as a refresh
-- token that is sent twice ends the whole grant at many providers.
UPDATE membership SET lease_until = :lease_until
 WHERE account = :account AND lease_until <= :now;
