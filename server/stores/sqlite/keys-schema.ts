/** The version that brought API keys. */
export const KEYS_SCHEMA = `
  CREATE TABLE api_keys (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    -- SHA-256 of the whole key, in hexadecimal; the key itself is nowhere.
    hash TEXT NOT NULL CHECK (length(hash) = 64),
    -- Readable: it signs.
    webhook_secret TEXT NOT NULL,
    -- JSON.
    limits TEXT NOT NULL,
    operator INTEGER NOT NULL CHECK (operator IN (0, 1)),
    created_at INTEGER NOT NULL,
    revoked_at INTEGER,
    last_used_at INTEGER
  ) STRICT;
`;
