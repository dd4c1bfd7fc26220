-- Housekeeping: counters that would start again anyway.
DELETE FROM attempt WHERE last_failure <= :horizon;
