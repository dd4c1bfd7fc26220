-- Each sign-in at a provider that is asked again. What was under way with an older grant is void.
INSERT INTO membership (account, provider, state, sealed_grant, generation, maybe_spent, confirmed,
                        asked, due, lease_until, failures, detail)
VALUES (:account, :provider, 'member', :sealed_grant, 1, 0, :now, :now, :due, 0, 0, '')
ON CONFLICT (account)
DO UPDATE SET provider = excluded.provider, state = excluded.state,
              sealed_grant = excluded.sealed_grant, generation = membership.generation + 1,
              maybe_spent = 0, confirmed = excluded.confirmed, asked = excluded.asked,
              due = excluded.due, lease_until = 0, failures = 0, detail = '';
