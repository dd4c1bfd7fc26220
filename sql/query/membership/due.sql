-- Housekeeping, per round: who is to be asked about. Whoever holds nothing that is alive is not, as a
-- rule; a new sign-in asks by itself. What their machine users hold is held by them: only the answer
-- about the owner ends it. A user token counts while it is there, as its age is a matter of settings.
SELECT membership.account
  FROM membership JOIN account ON account.id = membership.account
 WHERE membership.provider = :provider
   AND membership.due <= :now
   AND membership.lease_until <= :now
   AND membership.state <> 'lost'
   AND membership.sealed_grant <> ''
   AND (:everybody
        OR EXISTS (SELECT 1 FROM session
                 WHERE session.account = account.id AND session.epoch = account.session_epoch
                   AND session.idle_end > :now AND session.absolute_end > :now)
        OR EXISTS (SELECT 1 FROM credential
                    WHERE credential.account = account.id AND credential.revoked IS NULL
                      AND credential.epoch = account.credential_epoch
                      AND credential.expires > :now)
        OR EXISTS (SELECT 1 FROM user_token WHERE user_token.account = account.id)
        OR EXISTS (SELECT 1 FROM account AS machine
                    WHERE machine.owner = account.id AND machine.disabled IS NULL
                      AND (machine.expires IS NULL OR machine.expires > :now)
                      AND (EXISTS (SELECT 1 FROM user_token WHERE user_token.account = machine.id)
                           OR EXISTS (SELECT 1 FROM credential
                                       WHERE credential.account = machine.id
                                         AND credential.revoked IS NULL
                                         AND credential.epoch = machine.credential_epoch
                                         AND credential.expires > :now))))
 ORDER BY membership.due
 LIMIT :limit;
