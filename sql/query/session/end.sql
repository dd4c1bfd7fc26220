-- Each logout, and each session that somebody else ends.
DELETE FROM session WHERE id = :id;
