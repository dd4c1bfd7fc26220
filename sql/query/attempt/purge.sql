-- Housekeeping: counters that would start again anyway.
DELETE FROM attempt WHERE (kind, subject) IN
  (SELECT kind, subject FROM attempt WHERE last_failure <= :horizon LIMIT :rows);
