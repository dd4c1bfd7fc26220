-- A person or an administrator ends one pair.
DELETE FROM user_token WHERE account = :account;
