-- Each fetch of a provider's keys.
INSERT INTO provider_keys (issuer, asked, fetched, discovery, jwks)
VALUES (:issuer, :now, :now, :discovery, :jwks)
ON CONFLICT (issuer)
DO UPDATE SET fetched = excluded.fetched, discovery = excluded.discovery, jwks = excluded.jwks;
