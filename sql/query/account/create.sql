-- The first sign-in of a person.
INSERT INTO account (id, provider, issuer, subject, user_name, display_name, mail, mail_verified,
                     group_names, created, refreshed, local_digest)
VALUES (:id, :provider, :issuer, :subject, :user_name, :display_name, :mail, :mail_verified,
        :group_names, :now, :now, :local_digest);
