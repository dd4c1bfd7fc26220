-- Each later sign-in.
UPDATE account
   SET provider = :provider, user_name = :user_name, display_name = :display_name, mail = :mail,
       mail_verified = :mail_verified, group_names = :group_names, refreshed = :now,
       local_digest = coalesce(:local_digest, local_digest)
 WHERE id = :id;
