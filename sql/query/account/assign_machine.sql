-- The admin command. Whoever takes a machine over wants it to run.
UPDATE account SET owner = :owner, disabled = NULL WHERE id = :id AND issuer = :issuer;
