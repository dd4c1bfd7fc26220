-- Housekeeping: what has been dead for so long that nobody asks why any more.
DELETE FROM credential WHERE expires <= :horizon;
