-- Housekeeping. An OR of two indexed ranges.
DELETE FROM session WHERE token_hash IN
  (SELECT token_hash FROM session WHERE idle_end <= :now OR absolute_end <= :now LIMIT :rows);
