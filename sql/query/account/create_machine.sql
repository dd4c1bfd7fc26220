-- The admin command.
INSERT INTO account (id, provider, issuer, subject, user_name, display_name, mail, mail_verified,
                     group_names, created, refreshed, owner, expires)
VALUES (:id, :issuer, :issuer, :user_name, :user_name, :display_name, '', 0,
        :group_names, :now, :now, :owner, :expires);
