-- Each answer of the directory, and a sign-in while it does not answer.
SELECT display_name, mail, mail_verified, group_names
  FROM account_fact
 WHERE account = :account AND source = :source;
