-- A person or an administrator ends all sessions; a changed local password does.
UPDATE account SET session_epoch = session_epoch + 1 WHERE id = :id;
