-- Each password that is presented, once for its name and once for its network.
SELECT failures, last_failure, blocked_until
  FROM attempt
 WHERE kind = :kind AND subject = :subject;
