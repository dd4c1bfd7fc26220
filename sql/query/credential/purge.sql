-- Housekeeping: what has been dead for so long that nobody asks why any more.
DELETE FROM credential WHERE id IN
  (SELECT id FROM credential WHERE expires <= :horizon LIMIT :rows);
