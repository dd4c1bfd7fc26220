-- Each right password.
DELETE FROM attempt WHERE kind = 'name' AND subject = :subject;
