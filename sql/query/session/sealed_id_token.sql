-- A logout that goes on to the provider.
SELECT sealed_id_token FROM session WHERE id = :id;
