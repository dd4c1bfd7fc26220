-- Housekeeping, before it removes what is old.
UPDATE audit_chain SET base_seq = :seq, base = :chain WHERE one = 1;
