-- The admin command.
UPDATE account SET disabled = NULL WHERE id = :id;
