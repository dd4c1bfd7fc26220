-- Each sign-in, and each answer of the directory.
INSERT INTO account_fact (account, source, display_name, mail, mail_verified, group_names)
VALUES (:account, :source, :display_name, :mail, :mail_verified, :group_names)
ON CONFLICT (account, source)
DO UPDATE SET display_name = excluded.display_name, mail = excluded.mail,
              mail_verified = excluded.mail_verified, group_names = excluded.group_names;
