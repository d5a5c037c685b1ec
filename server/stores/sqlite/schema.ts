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

const COUNT_IN = `
    INSERT INTO totals VALUES (NEW.tenant, NEW.state, 1, NEW.waiting, NEW.bytes)
      ON CONFLICT (tenant, state) DO UPDATE SET
        jobs = jobs + 1, waiting = waiting + excluded.waiting, bytes = bytes + excluded.bytes;`;
const COUNT_OUT = `
    UPDATE totals SET jobs = jobs - 1, waiting = waiting - OLD.waiting, bytes = bytes - OLD.bytes
      WHERE tenant = OLD.tenant AND state = OLD.state;`;

/**
 * The second version: jobs belong to tenants, what is kept is counted with its bytes, and webhooks fall due. SQLite
 * cannot change a table's constraints, so the tables are made anew: with foreign keys off, or the items would go.
 */
export const TENANTS_SCHEMA = `
  CREATE TABLE jobs_of_tenants (
    id TEXT NOT NULL PRIMARY KEY,
    tenant TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN (${states})),
    created_at INTEGER NOT NULL,
    completed_at INTEGER,
    sequence INTEGER NOT NULL,
    idempotency_key TEXT,
    -- Items that are pending or in processing.
    waiting INTEGER NOT NULL CHECK (waiting >= 0),
    bytes INTEGER NOT NULL CHECK (bytes >= 0),
    webhook_due_at INTEGER,
    body TEXT NOT NULL
  ) STRICT;
  INSERT INTO jobs_of_tenants
    SELECT id, 'local', state, created_at, completed_at, sequence, idempotency_key,
      body ->> '$.counts.pending' + body ->> '$.counts.processing',
      (SELECT coalesce(sum(items.body ->> '$.inputBytes' + coalesce(items.body ->> '$.result.bytes', 0)), 0)
        FROM items WHERE items.job_id = jobs.id),
      NULL, body
    FROM jobs;
  DROP TABLE jobs;
  ALTER TABLE jobs_of_tenants RENAME TO jobs;
  CREATE INDEX jobs_by_time ON jobs (tenant, created_at DESC, id DESC);
  CREATE INDEX jobs_by_state ON jobs (tenant, state, created_at DESC, id DESC);
  CREATE UNIQUE INDEX jobs_by_sequence ON jobs (tenant, sequence);
  CREATE UNIQUE INDEX jobs_by_key ON jobs (tenant, idempotency_key) WHERE idempotency_key IS NOT NULL;
  CREATE INDEX jobs_over ON jobs (completed_at) WHERE completed_at IS NOT NULL;
  CREATE INDEX jobs_to_tell ON jobs (webhook_due_at) WHERE webhook_due_at IS NOT NULL;

  ALTER TABLE removed_jobs RENAME TO removed_jobs_of_all;
  CREATE TABLE removed_jobs (
    job_id TEXT NOT NULL PRIMARY KEY,
    tenant TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    removed_at INTEGER NOT NULL
  ) STRICT;
  INSERT INTO removed_jobs SELECT job_id, 'local', sequence, removed_at FROM removed_jobs_of_all;
  DROP TABLE removed_jobs_of_all;
  CREATE UNIQUE INDEX removed_jobs_by_sequence ON removed_jobs (tenant, sequence);
  CREATE INDEX removed_jobs_by_time ON removed_jobs (removed_at);

  DROP TABLE job_totals;
  CREATE TABLE totals (
    tenant TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN (${states})),
    jobs INTEGER NOT NULL CHECK (jobs >= 0),
    waiting INTEGER NOT NULL CHECK (waiting >= 0),
    bytes INTEGER NOT NULL CHECK (bytes >= 0),
    PRIMARY KEY (tenant, state)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO totals
    SELECT tenant, state, count(*), sum(waiting), sum(bytes) FROM jobs GROUP BY tenant, state;
  CREATE TRIGGER jobs_inserted AFTER INSERT ON jobs BEGIN
    ${COUNT_IN}
  END;
  CREATE TRIGGER jobs_moved AFTER UPDATE OF state, waiting, bytes ON jobs BEGIN
    ${COUNT_OUT}
    ${COUNT_IN}
  END;
  CREATE TRIGGER jobs_deleted AFTER DELETE ON jobs BEGIN
    ${COUNT_OUT}
  END;
`;

/**
 * For clients that keep what the feed tells: which history it is, from where on it is complete, and what of a job that
 * is gone they know it by.
 */
export const FEED_SCHEMA = `
  ALTER TABLE feed ADD COLUMN id TEXT NOT NULL DEFAULT '';
  ALTER TABLE feed ADD COLUMN complete_since INTEGER NOT NULL DEFAULT 0;
  -- Of what was forgotten before, nothing is known.
  UPDATE feed SET id = lower(hex(randomblob(16))), complete_since = head;
  ALTER TABLE removed_jobs ADD COLUMN expired INTEGER NOT NULL DEFAULT 0 CHECK (expired IN (0, 1));
  ALTER TABLE removed_jobs ADD COLUMN idempotency_key TEXT;
`;

/** The third version: the queue can be paused. */
export const PAUSE_SCHEMA = `
  ALTER TABLE feed ADD COLUMN paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1));
`;
