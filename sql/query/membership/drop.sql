-- A sign-in at a provider that is not asked again.
DELETE FROM membership WHERE account = :account;
