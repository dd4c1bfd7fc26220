-- A person asks for a credential.
INSERT INTO credential (id, account, epoch, label, scopes, created, expires)
VALUES (:id, :account, :epoch, :label, :scopes, :created, :expires);
