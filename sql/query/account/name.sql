-- Each row of the audit log about a person.
SELECT user_name FROM account WHERE id = :id;
