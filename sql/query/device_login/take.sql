-- The poll that is given the credential: what was granted is granted once.
DELETE FROM device_login WHERE code_hash = :code_hash;
