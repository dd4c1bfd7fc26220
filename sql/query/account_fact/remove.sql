-- A person whom the directory does not know, or who is no longer looked up there.
DELETE FROM account_fact WHERE account = :account AND source = :source;
