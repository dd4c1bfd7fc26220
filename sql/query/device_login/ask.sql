-- Each program that asks.
INSERT INTO device_login (code_hash, user_code, client, label, scopes, address, network, created,
                          expires, next_poll)
VALUES (:code_hash, :user_code, :client, :label, :scopes, :address, :network, :created, :expires,
        :created);
