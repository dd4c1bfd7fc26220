-- Each wrong password, once for its name and once for its network.
INSERT INTO attempt (kind, subject, failures, last_failure, blocked_until)
VALUES (:kind, :subject, :failures, :now, :blocked_until)
ON CONFLICT (kind, subject)
DO UPDATE SET failures = excluded.failures, last_failure = excluded.last_failure,
              blocked_until = excluded.blocked_until;
