-- A person who is no longer looked up in the directory.
UPDATE account
   SET display_name = :display_name, mail = :mail, mail_verified = :mail_verified,
       group_names = :group_names, directory_id = '', directory_checked = NULL,
       directory_until = NULL, directory_gone = NULL
 WHERE id = :id;
