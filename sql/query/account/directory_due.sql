-- Housekeeping looks whom the directory has to be asked about. A full listing, page by page.
SELECT id, provider, user_name, directory_checked IS NOT NULL
  FROM account
 WHERE id > :after AND coalesce(directory_checked, 0) <= :horizon
 ORDER BY id
 LIMIT :limit;
