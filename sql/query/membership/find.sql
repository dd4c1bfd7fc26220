-- Each question, and the administrator's command. Whoever has an end and no row was lost in a store
-- that dropped the row with its provider's question.
SELECT account.id, coalesce(membership.provider, account.provider),
       coalesce(membership.state, 'lost'), coalesce(membership.sealed_grant, ''),
       coalesce(membership.generation, 0), coalesce(membership.maybe_spent, 0),
       membership.confirmed, coalesce(membership.asked, account.member_until),
       coalesce(membership.due, 0), account.member_until, coalesce(membership.failures, 0),
       coalesce(membership.detail, '')
  FROM account LEFT JOIN membership ON membership.account = account.id
 WHERE account.id = :account
   AND (membership.account IS NOT NULL OR account.member_until IS NOT NULL);
