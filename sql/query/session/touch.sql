-- After a reply, at most once per session and some minutes.
UPDATE session SET last_seen = :now, idle_end = :idle_end WHERE id = :id;
