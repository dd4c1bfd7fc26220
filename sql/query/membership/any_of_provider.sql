-- Housekeeping, per round: is there anything to drop.
SELECT 1 FROM membership WHERE provider = :provider AND state <> 'lost' LIMIT 1;
