-- A task of the housekeeping has been done.
UPDATE task SET due = :next_due, holder = '', lease_until = 0, succeeded = :now WHERE name = :name;
