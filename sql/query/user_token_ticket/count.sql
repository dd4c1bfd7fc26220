-- Before one more is given, in the same transaction: those that are still good.
SELECT count(*) FROM user_token_ticket WHERE account = :account AND issued >= :horizon;
