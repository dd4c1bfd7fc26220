-- Housekeeping, per round: is there anybody to adopt.
SELECT 1 FROM account WHERE provider = :provider AND member_until IS NULL LIMIT 1;
