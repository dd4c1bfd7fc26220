-- Each poll that came when it was due.
UPDATE device_login SET next_poll = :next_poll WHERE code_hash = :code_hash;
