-- The admin command, and each probe of /readyz.
SELECT value FROM meta WHERE name = :name;
