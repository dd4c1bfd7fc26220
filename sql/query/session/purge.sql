-- Housekeeping. An OR of two indexed ranges.
DELETE FROM session WHERE idle_end <= :now OR absolute_end <= :now;
