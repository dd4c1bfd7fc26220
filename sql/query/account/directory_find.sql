-- Each answer of the directory, and a sign-in while it does not answer.
SELECT directory_id, directory_checked, directory_until, directory_merges, directory_gone
  FROM account
 WHERE id = :id;
