-- The admin command, each probe of /readyz, and the housekeeping, which looks who signs for registries.
SELECT value FROM meta WHERE name = :name;
