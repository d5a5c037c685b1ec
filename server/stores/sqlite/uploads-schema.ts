/** The version that brought uploads that come in piece by piece. */
export const UPLOADS_SCHEMA = `
  CREATE TABLE uploads (
    id TEXT NOT NULL PRIMARY KEY,
    tenant TEXT NOT NULL,
    -- Upload-Metadata, as the client sent it.
    metadata TEXT NOT NULL,
    length INTEGER NOT NULL CHECK (length >= 0),
    received INTEGER NOT NULL CHECK (received BETWEEN 0 AND length),
    -- JSON: name and bytes of each, in order.
    pieces TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    used_by TEXT
  ) STRICT;
  CREATE INDEX uploads_by_tenant ON uploads (tenant, length) WHERE used_by IS NULL;
  CREATE INDEX uploads_by_end ON uploads (expires_at);
`;
