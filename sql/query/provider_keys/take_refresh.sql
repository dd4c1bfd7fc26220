-- Before a fetch. Changes one row when leave is given, none otherwise.
INSERT INTO provider_keys (issuer, asked, discovery, jwks) VALUES (:issuer, :now, '', '')
ON CONFLICT (issuer) DO UPDATE SET asked = excluded.asked WHERE provider_keys.asked <= :latest_before;
