-- Somebody has shown a password and asks for a ticket.
INSERT INTO user_token_ticket (ticket_hash, account, issued)
VALUES (:ticket_hash, :account, :issued);
