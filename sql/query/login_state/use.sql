-- Each sign-in, in the transaction that creates the session.
INSERT INTO login_state (id, expires) VALUES (:id, :expires);
