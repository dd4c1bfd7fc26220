-- A person asks for a credential.
INSERT INTO credential (id, account, epoch, label, scopes, created, expires, token_hash, kid)
VALUES (:id, :account, :epoch, :label, :scopes, :created, :expires, :token_hash, nullif(:kid, ''));
