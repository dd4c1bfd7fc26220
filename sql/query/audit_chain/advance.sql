-- Each append.
UPDATE audit_chain SET head_seq = :seq, head = :chain WHERE one = 1;
