-- Each sign-in at a provider.
SELECT discovery, jwks, fetched FROM provider_keys WHERE issuer = :issuer AND fetched IS NOT NULL;
