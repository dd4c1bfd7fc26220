-- Housekeeping, per round: is there anything to drop.
SELECT 1 FROM membership WHERE provider = :provider LIMIT 1;
