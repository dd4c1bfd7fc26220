-- A provider was asked again. The user name stays that of the last sign-in, as credentials name it.
UPDATE account
   SET display_name = :display_name, mail = :mail, mail_verified = :mail_verified,
       group_names = :group_names, refreshed = :now
 WHERE id = :id;
