-- Before one more is given, in the same transaction.
SELECT count(*) FROM user_token_ticket WHERE account = :account;
