-- A fetch: uses up the ticket, if it is this account's and not too old.
DELETE FROM user_token_ticket
 WHERE ticket_hash = :ticket_hash AND account = :account AND issued >= :horizon;
