-- The audit log: who changed what, when and from where. A row is written in the transaction of the
-- change it tells of, and never changed. Each row's `chain` is computed over the row and the chain
-- before it, so that whoever edits one has to edit all that follow.
CREATE TABLE audit (
  seq       INTEGER PRIMARY KEY,  -- 1, 2, 3, ...: a gap is a row somebody removed
  time      INTEGER NOT NULL,
  action    TEXT NOT NULL CHECK (action <> ''),
  actor     TEXT NOT NULL,        -- who did it: 'user:NAME', 'operator:NAME', ...
  address   TEXT NOT NULL,        -- from where; empty: from this machine
  agent     TEXT NOT NULL,        -- by what program
  account   TEXT NOT NULL,        -- whose it is; it may be gone by now
  user_name TEXT NOT NULL,        -- their name on that day
  object    TEXT NOT NULL,        -- id of the credential, session or key
  detail    TEXT NOT NULL,        -- a JSON object, never with a secret in it
  chain     BLOB NOT NULL CHECK (length(chain) = 32)
) STRICT, WITHOUT ROWID;

CREATE INDEX audit_by_user ON audit (user_name, seq);

-- Where the chain begins and ends: one row. Rows up to `base_seq` were removed when they were old;
-- `base` is the chain there. The first base is random, so that no two databases share a chain.
CREATE TABLE audit_chain (
  one      INTEGER PRIMARY KEY CHECK (one = 1),
  base_seq INTEGER NOT NULL,
  base     BLOB NOT NULL CHECK (length(base) = 32),
  head_seq INTEGER NOT NULL,
  head     BLOB NOT NULL CHECK (length(head) = 32)
) STRICT, WITHOUT ROWID;

INSERT INTO audit_chain (one, base_seq, base, head_seq, head)
VALUES (1, 0, randomblob(32), 0, zeroblob(32));
UPDATE audit_chain SET head = base;

-- A mistake of ours must not undo what the log is for.
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN
  SELECT RAISE(ABORT, 'the audit log is append-only');
END;
CREATE TRIGGER audit_is_not_cut BEFORE DELETE ON audit
WHEN OLD.seq > (SELECT base_seq FROM audit_chain)
BEGIN
  SELECT RAISE(ABORT, 'the audit log is append-only');
END;

-- When each task of the housekeeping last came to its end; NULL: never.
ALTER TABLE task ADD COLUMN succeeded INTEGER;

PRAGMA user_version = 6;
