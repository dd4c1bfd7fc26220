-- A person or an administrator ends one session of the list.
DELETE FROM session WHERE id = :id;
