-- A pair is made or renewed: the old one is gone.
INSERT INTO user_token (account, name_code, generation, pass_hash, created, created_by,
                        created_by_realm)
VALUES (:account, :name_code, :generation, :pass_hash, :created, :created_by, :created_by_realm)
ON CONFLICT (account) DO UPDATE
   SET name_code = excluded.name_code, generation = excluded.generation,
       pass_hash = excluded.pass_hash, created = excluded.created,
       created_by = excluded.created_by, created_by_realm = excluded.created_by_realm,
       last_used = NULL, last_used_from = '', last_used_by = '';
