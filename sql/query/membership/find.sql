-- Each question, and the administrator's command.
SELECT membership.account, membership.provider, membership.state, membership.sealed_grant,
       membership.generation, membership.maybe_spent, membership.confirmed, membership.asked,
       membership.due, account.member_until, membership.failures, membership.detail
  FROM membership JOIN account ON account.id = membership.account
 WHERE membership.account = :account;
