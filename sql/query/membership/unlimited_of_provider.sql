-- With membership/drop_of_provider, before it. A lost membership stays lost.
UPDATE account SET member_until = NULL
 WHERE id IN (SELECT account FROM membership WHERE provider = :provider AND state <> 'lost');
