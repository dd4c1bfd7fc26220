-- Housekeeping, where a provider is asked no more. Who was lost must sign in again whatever is asked
-- from now on, and their row says since when and why.
DELETE FROM membership WHERE provider = :provider AND state <> 'lost';
