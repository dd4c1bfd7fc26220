-- Housekeeping looks for work. Changes one row when the lease is granted, none otherwise.
INSERT INTO task (name, due, holder, lease_until) VALUES (:name, :now, :holder, :lease_until)
ON CONFLICT (name)
DO UPDATE SET holder = excluded.holder, lease_until = excluded.lease_until
        WHERE task.due <= :now AND task.lease_until <= :now;
