import { STATES } from '#queue/states.ts';

/** Ours; pg-boss has a schema of its own beside it. One database holds one queue. */
export const SCHEMA = 'offcut';

const states = STATES.map((state) => `'${state}'`).join(', ');

/**
 * The first version of the schema. What is looked up or sorted by has a column; the rest of a job or item is JSON in
 * `body`. Times are milliseconds since the epoch. Text that is sorted by compares by its bytes, as JavaScript does.
 * No query may scan: see the indexes.
 */
export const FIRST_SCHEMA = `
  CREATE TABLE offcut.jobs (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    tenant TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN (${states})),
    created_at BIGINT NOT NULL,
    completed_at BIGINT,
    sequence BIGINT NOT NULL,
    idempotency_key TEXT COLLATE "C",
    -- Items that are pending or in processing.
    waiting INTEGER NOT NULL CHECK (waiting >= 0),
    bytes BIGINT NOT NULL CHECK (bytes >= 0),
    webhook_due_at BIGINT,
    body TEXT NOT NULL
  ) WITH (fillfactor = 80);
  CREATE INDEX jobs_by_time ON offcut.jobs (tenant, created_at DESC, id DESC);
  CREATE INDEX jobs_by_state ON offcut.jobs (tenant, state, created_at DESC, id DESC);
  CREATE UNIQUE INDEX jobs_by_sequence ON offcut.jobs (tenant, sequence);
  CREATE UNIQUE INDEX jobs_by_key ON offcut.jobs (tenant, idempotency_key) WHERE idempotency_key IS NOT NULL;
  CREATE INDEX jobs_over ON offcut.jobs (completed_at) WHERE completed_at IS NOT NULL;
  CREATE INDEX jobs_to_tell ON offcut.jobs (webhook_due_at) WHERE webhook_due_at IS NOT NULL;

  CREATE TABLE offcut.items (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    -- Deferred: a job is inserted after its items, in the short part of the transaction that others wait for.
    job_id TEXT COLLATE "C" NOT NULL REFERENCES offcut.jobs (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    position INTEGER NOT NULL CHECK (position >= 0),
    state TEXT COLLATE "C" NOT NULL CHECK (state IN (${states})),
    lease_order TEXT COLLATE "C" NOT NULL,
    -- True once available_at has passed; the flag keeps items in backoff out of the way of the next lease.
    ready BOOLEAN NOT NULL CHECK (NOT ready OR state = 'pending'),
    available_at BIGINT CHECK ((state = 'pending') = (available_at IS NOT NULL)),
    lease_owner TEXT CHECK ((state = 'processing') = (lease_owner IS NOT NULL)),
    lease_until BIGINT CHECK ((state = 'processing') = (lease_until IS NOT NULL)),
    -- Its ticket in pg-boss: waiting when the item is ready, active while it is in processing.
    ticket UUID CHECK ((ready OR state = 'processing') = (ticket IS NOT NULL)),
    body TEXT NOT NULL,
    UNIQUE (job_id, position)
  ) WITH (fillfactor = 80);
  CREATE INDEX items_ready ON offcut.items (lease_order) WHERE ready;
  CREATE INDEX items_available ON offcut.items (ready, available_at) WHERE available_at IS NOT NULL;
  CREATE INDEX items_leased ON offcut.items (lease_until) WHERE lease_until IS NOT NULL;
  CREATE INDEX items_by_ticket ON offcut.items (ticket) WHERE ticket IS NOT NULL;

  CREATE TABLE offcut.removed_jobs (
    job_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    tenant TEXT COLLATE "C" NOT NULL,
    sequence BIGINT NOT NULL,
    removed_at BIGINT NOT NULL
  );
  CREATE UNIQUE INDEX removed_jobs_by_sequence ON offcut.removed_jobs (tenant, sequence);
  CREATE INDEX removed_jobs_by_time ON offcut.removed_jobs (removed_at);

  -- One row. Whoever locks it is the only writer until the end of the transaction, so that sequence numbers become
  -- visible in their order. The head is not the largest one in use: that one may be forgotten, and must not come again.
  CREATE TABLE offcut.feed (
    single INTEGER PRIMARY KEY CHECK (single = 1),
    head BIGINT NOT NULL,
    paused BOOLEAN NOT NULL
  ) WITH (fillfactor = 10);
  INSERT INTO offcut.feed VALUES (1, 0, false);

  CREATE TABLE offcut.totals (
    tenant TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN (${states})),
    jobs BIGINT NOT NULL CHECK (jobs >= 0),
    waiting BIGINT NOT NULL CHECK (waiting >= 0),
    bytes BIGINT NOT NULL CHECK (bytes >= 0),
    PRIMARY KEY (tenant, state)
  ) WITH (fillfactor = 50);
  CREATE FUNCTION offcut.count_job() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP <> 'INSERT' THEN
        UPDATE offcut.totals SET jobs = jobs - 1, waiting = waiting - OLD.waiting, bytes = bytes - OLD.bytes
          WHERE tenant = OLD.tenant AND state = OLD.state;
      END IF;
      IF TG_OP <> 'DELETE' THEN
        INSERT INTO offcut.totals AS t VALUES (NEW.tenant, NEW.state, 1, NEW.waiting, NEW.bytes)
          ON CONFLICT (tenant, state) DO UPDATE SET jobs = t.jobs + 1,
            waiting = t.waiting + excluded.waiting, bytes = t.bytes + excluded.bytes;
      END IF;
      RETURN NULL;
    END $$;
  CREATE TRIGGER jobs_counted AFTER INSERT OR DELETE OR UPDATE OF state, waiting, bytes ON offcut.jobs
    FOR EACH ROW EXECUTE FUNCTION offcut.count_job();

  -- One row a writing transaction, so that whoever lost the connection while committing can find out what became of it.
  CREATE TABLE offcut.receipts (id UUID PRIMARY KEY, at TIMESTAMPTZ NOT NULL DEFAULT now());
  CREATE INDEX receipts_by_time ON offcut.receipts (at);

  -- Runner processes, wherever they are. Times are the database's.
  CREATE TABLE offcut.runners (
    id TEXT COLLATE "C" PRIMARY KEY,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    concurrency INTEGER NOT NULL CHECK (concurrency > 0),
    seen_at TIMESTAMPTZ NOT NULL
  );
`;

/** The second version: API keys. */
export const KEYS_SCHEMA = `
  CREATE TABLE offcut.api_keys (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    -- SHA-256 of the whole key, in hexadecimal; the key itself is nowhere.
    hash TEXT NOT NULL CHECK (length(hash) = 64),
    -- Readable: it signs.
    webhook_secret TEXT NOT NULL,
    -- JSON.
    limits TEXT NOT NULL,
    operator BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT,
    last_used_at BIGINT
  );
`;

/**
 * Counts of requests, as rate-limiter-flexible keeps them. They are written at every request and live for a minute:
 * not worth a log that survives a crash.
 */
export const RATES_SCHEMA = `
  CREATE UNLOGGED TABLE offcut.rates (
    key varchar(255) NOT NULL PRIMARY KEY,
    points integer NOT NULL DEFAULT 0,
    expire bigint
  ) WITH (fillfactor = 50);
`;

/** Uploads that come in piece by piece. */
export const UPLOADS_SCHEMA = `
  CREATE TABLE offcut.uploads (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    tenant TEXT COLLATE "C" NOT NULL,
    -- Upload-Metadata, as the client sent it.
    metadata TEXT NOT NULL,
    length BIGINT NOT NULL CHECK (length >= 0),
    received BIGINT NOT NULL CHECK (received BETWEEN 0 AND length),
    -- JSON: name and bytes of each, in order.
    pieces TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_by TEXT COLLATE "C"
  ) WITH (fillfactor = 70);
  CREATE INDEX uploads_by_tenant ON offcut.uploads (tenant) INCLUDE (length) WHERE used_by IS NULL;
  CREATE INDEX uploads_by_end ON offcut.uploads (expires_at);
`;

/**
 * For clients that keep what the feed tells: which history it is, from where on it is complete, and what of a job that
 * is gone they know it by.
 */
export const FEED_SCHEMA = `
  ALTER TABLE offcut.feed ADD COLUMN id TEXT NOT NULL DEFAULT gen_random_uuid()::text;
  ALTER TABLE offcut.feed ADD COLUMN complete_since BIGINT NOT NULL DEFAULT 0;
  -- Of what was forgotten before, nothing is known.
  UPDATE offcut.feed SET complete_since = head;
  ALTER TABLE offcut.removed_jobs ADD COLUMN expired BOOLEAN NOT NULL DEFAULT false;
  ALTER TABLE offcut.removed_jobs ADD COLUMN idempotency_key TEXT;
`;
