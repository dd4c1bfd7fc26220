-- The admin command. A machine user is enabled by somebody taking it over.
UPDATE account SET disabled = NULL WHERE id = :id AND issuer <> 'machine';
