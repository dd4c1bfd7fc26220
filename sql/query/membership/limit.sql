-- Each good answer, and the end of what a lost membership gave.
UPDATE account SET member_until = :until WHERE id = :account;
