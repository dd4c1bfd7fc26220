-- With membership/drop: what the person holds has no such end.
UPDATE account SET member_until = NULL WHERE id = :account AND member_until IS NOT NULL;
