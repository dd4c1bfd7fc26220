-- The credential that is issued for it: what was granted is granted once.
DELETE FROM device_login WHERE code_hash = :code_hash;
