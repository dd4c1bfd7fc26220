-- A person or an administrator revokes one. The first time is kept.
UPDATE credential SET revoked = coalesce(revoked, :now) WHERE id = :id;
