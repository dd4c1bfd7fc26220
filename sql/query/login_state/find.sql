-- Each callback of a provider.
SELECT 1 FROM login_state WHERE id = :id;
