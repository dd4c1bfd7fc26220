-- Each sign-in of a person whom the users file names.
SELECT local_present FROM account WHERE id = :id;
