-- Housekeeping, per round: people who signed in while nobody was asked. They go on until they have to
-- sign in again.
INSERT INTO membership (account, provider, state, sealed_grant, generation, maybe_spent, confirmed,
                        asked, due, lease_until, failures, detail)
SELECT account.id, account.provider, 'unknown', '', 1, 0, NULL, NULL, :due, 0, 0,
       'signed in before membership was asked for'
  FROM account
 WHERE account.provider = :provider
   AND account.member_until IS NULL
   AND NOT EXISTS (SELECT 1 FROM membership WHERE membership.account = account.id);
