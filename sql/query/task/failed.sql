-- A task of the housekeeping has failed; it is tried again.
UPDATE task SET due = :next_due, holder = '', lease_until = 0 WHERE name = :name;
