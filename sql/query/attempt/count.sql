-- Each wrong password of a name or network without a counter. The table is small: it is capped.
SELECT count(*) FROM attempt WHERE kind = :kind;
