-- Housekeeping. Never before the state itself has expired, so that no reuse slips through.
DELETE FROM login_state WHERE id IN
  (SELECT id FROM login_state WHERE expires <= :now LIMIT :rows);
