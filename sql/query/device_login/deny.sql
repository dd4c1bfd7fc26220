-- Each no on the page.
UPDATE device_login SET decided = :now
 WHERE user_code = :user_code AND decided IS NULL AND expires > :now;
