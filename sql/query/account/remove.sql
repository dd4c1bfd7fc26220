-- The admin command, and a local user who came back. Sessions and credentials go along.
DELETE FROM account WHERE id = :id;
