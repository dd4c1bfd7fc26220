-- A full table: the weakest counter that blocks nothing now makes room.
DELETE FROM attempt
 WHERE kind = :kind
   AND subject = (SELECT subject
                    FROM attempt
                   WHERE kind = :kind AND blocked_until <= :now AND subject <> :shared
                   ORDER BY failures, last_failure
                   LIMIT 1);
