-- Housekeeping. Never before the token itself has expired, so that no replay slips through.
DELETE FROM logout_token WHERE (issuer, jti) IN
  (SELECT issuer, jti FROM logout_token WHERE expires <= :now LIMIT :rows);
