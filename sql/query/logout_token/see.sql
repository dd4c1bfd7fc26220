-- Each back-channel logout.
INSERT INTO logout_token (issuer, jti, expires) VALUES (:issuer, :jti, :expires);
