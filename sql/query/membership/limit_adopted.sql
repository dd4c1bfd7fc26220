-- With membership/adopt.
UPDATE account SET member_until = :until
 WHERE provider = :provider
   AND member_until IS NULL
   AND EXISTS (SELECT 1 FROM membership WHERE membership.account = account.id);
