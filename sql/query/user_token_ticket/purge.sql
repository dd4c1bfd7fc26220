-- Housekeeping, and before each new ticket.
DELETE FROM user_token_ticket WHERE ticket_hash IN
  (SELECT ticket_hash FROM user_token_ticket WHERE issued < :horizon LIMIT :rows);
