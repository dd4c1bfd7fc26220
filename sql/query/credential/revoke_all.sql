-- A person or an administrator revokes all of one account.
UPDATE credential SET revoked = :now WHERE account = :account AND revoked IS NULL;
