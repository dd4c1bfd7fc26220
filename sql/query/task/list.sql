-- The figures for Prometheus: a full listing of a handful of rows.
SELECT name, due, succeeded FROM task ORDER BY name;
