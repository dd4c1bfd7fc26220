-- Each sign-in, in one transaction with the use of its login state.
INSERT INTO session (token_hash, id, account, epoch, provider, provider_sid, created, last_seen,
                     idle_end, absolute_end, address, user_agent, sealed_id_token)
VALUES (:token_hash, :id, :account, :epoch, :provider, :provider_sid, :created, :last_seen,
        :idle_end, :absolute_end, :address, :user_agent, :sealed_id_token);
