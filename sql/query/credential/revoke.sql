-- A person or an administrator revokes one that was not revoked before.
UPDATE credential SET revoked = :now WHERE id = :id;
