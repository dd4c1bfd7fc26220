-- Housekeeping, where a provider is asked no more.
DELETE FROM membership WHERE provider = :provider;
