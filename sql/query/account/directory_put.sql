-- Each answer of the directory. :lost is 1 when it has taken the person away, which ends everything.
-- The first time of being gone is kept.
UPDATE account
   SET display_name = :display_name, mail = :mail, mail_verified = :mail_verified,
       group_names = :group_names, directory_id = :directory_id, directory_checked = :checked,
       directory_until = :until, directory_merges = :merges,
       directory_gone = CASE WHEN :gone IS NULL THEN NULL ELSE coalesce(directory_gone, :gone) END,
       session_epoch = session_epoch + :lost, credential_epoch = credential_epoch + :lost
 WHERE id = :id;
