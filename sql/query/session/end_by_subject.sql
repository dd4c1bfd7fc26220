-- A back-channel logout with a sub only.
DELETE FROM session
 WHERE account = (SELECT id FROM account WHERE issuer = :issuer AND subject = :subject);
