-- The admin command.
SELECT value FROM meta WHERE name = :name;
