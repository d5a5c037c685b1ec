import { STATES } from '#queue/states.ts';

const states = STATES.map((state) => `'${state}'`).join(', ');

/**
 * The first version of the schema. What is looked up or sorted by has a column; the rest of a job or item is JSON in
 * `body`. Times are milliseconds since the epoch. No query may scan: see the indexes.
 */
export const FIRST_SCHEMA = `
  CREATE TABLE jobs (
    id TEXT NOT NULL PRIMARY KEY,
    -- deriveState(counts): kept here for the list and the totals.
    state TEXT NOT NULL CHECK (state IN (${states})),
    created_at INTEGER NOT NULL,
    completed_at INTEGER,
    sequence INTEGER NOT NULL UNIQUE,
    idempotency_key TEXT UNIQUE,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX jobs_by_time ON jobs (created_at DESC, id DESC);
  CREATE INDEX jobs_by_state ON jobs (state, created_at DESC, id DESC);
  CREATE INDEX jobs_over ON jobs (completed_at) WHERE completed_at IS NOT NULL;

  CREATE TABLE items (
    id TEXT NOT NULL PRIMARY KEY,
    job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    position INTEGER NOT NULL CHECK (position >= 0),
    state TEXT NOT NULL CHECK (state IN (${states})),
    lease_order TEXT NOT NULL,
    -- 1 once available_at has passed; the flag keeps items in backoff out of the way of the next lease.
    ready INTEGER NOT NULL CHECK (ready IN (0, 1) AND (ready = 0 OR state = 'pending')),
    available_at INTEGER CHECK ((state = 'pending') = (available_at IS NOT NULL)),
    lease_owner TEXT CHECK ((state = 'processing') = (lease_owner IS NOT NULL)),
    lease_until INTEGER CHECK ((state = 'processing') = (lease_until IS NOT NULL)),
    body TEXT NOT NULL,
    UNIQUE (job_id, position)
  ) STRICT;
  CREATE INDEX items_ready ON items (lease_order) WHERE ready = 1;
  CREATE INDEX items_available ON items (ready, available_at) WHERE available_at IS NOT NULL;
  CREATE INDEX items_leased ON items (lease_until) WHERE lease_until IS NOT NULL;

  CREATE TABLE removed_jobs (
    job_id TEXT NOT NULL PRIMARY KEY,
    sequence INTEGER NOT NULL UNIQUE,
    removed_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX removed_jobs_by_time ON removed_jobs (removed_at);

  -- One row. The head is not the largest sequence in use: that one may be forgotten, and must not come again.
  CREATE TABLE feed (only INTEGER PRIMARY KEY CHECK (only = 1), head INTEGER NOT NULL) STRICT;
  INSERT INTO feed VALUES (1, 0);

  CREATE TABLE job_totals (
    state TEXT NOT NULL PRIMARY KEY CHECK (state IN (${states})),
    jobs INTEGER NOT NULL CHECK (jobs >= 0)
  ) STRICT;
  INSERT INTO job_totals VALUES ${STATES.map((state) => `('${state}', 0)`).join(', ')};
  CREATE TRIGGER jobs_inserted AFTER INSERT ON jobs BEGIN
    UPDATE job_totals SET jobs = jobs + 1 WHERE state = NEW.state;
  END;
  CREATE TRIGGER jobs_moved AFTER UPDATE OF state ON jobs WHEN NEW.state <> OLD.state BEGIN
    UPDATE job_totals SET jobs = jobs - 1 WHERE state = OLD.state;
    UPDATE job_totals SET jobs = jobs + 1 WHERE state = NEW.state;
  END;
  CREATE TRIGGER jobs_deleted AFTER DELETE ON jobs BEGIN
    UPDATE job_totals SET jobs = jobs - 1 WHERE state = OLD.state;
  END;
`;
