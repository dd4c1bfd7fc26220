-- Housekeeping.
DELETE FROM device_login WHERE code_hash IN
  (SELECT code_hash FROM device_login WHERE expires <= :now LIMIT :rows);
