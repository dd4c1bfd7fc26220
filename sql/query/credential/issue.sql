-- A person asks for a credential.
INSERT INTO credential (id, account, epoch, label, scopes, created, expires, token_hash)
VALUES (:id, :account, :epoch, :label, :scopes, :created, :expires, :token_hash);
