-- Each look at the page of one login.
SELECT client, label, scopes, address, created
  FROM device_login WHERE user_code = :user_code AND decided IS NULL AND expires > :now;
