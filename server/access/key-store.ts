/** What a key may do; `null` is without a limit. */
export interface KeyLimits {
  readonly requestsPerMinute: number | null;
  readonly imagesPerMinute: number | null;
  /** Jobs that are kept. */
  readonly maxJobs: number | null;
  /** Images that wait or are worked on. */
  readonly maxWaiting: number | null;
  /** Bytes of images and results that are kept. */
  readonly maxBytes: number | null;
}

export interface ApiKey {
  /** Also the tenant whose jobs the key sees. */
  readonly id: string;
  /** What people call it. */
  readonly name: string;
  /** SHA-256 of the whole key, in hexadecimal. */
  readonly hash: string;
  /** `whsec_…`. Readable, unlike the key: what signs must be at hand. */
  readonly webhookSecret: string;
  readonly limits: KeyLimits;
  /** May do what concerns the jobs of all: pause the queue and resume it. */
  readonly operator: boolean;
  /** Milliseconds since the epoch, as all times here. */
  readonly createdAt: number;
  readonly revokedAt: number | null;
  /** To within some minutes; `null` for never. */
  readonly lastUsedAt: number | null;
}

/**
 * Where API keys are kept. Every method is one atomic, durable transaction, safe against other processes on the same
 * storage. A revoked key stays, so that a server that had keys never opens to everybody by the loss of them.
 */
export interface KeyStore {
  add(key: ApiKey): Promise<void>;

  find(id: string): Promise<ApiKey | undefined>;

  /** All keys, revoked ones too, the oldest first. */
  list(): Promise<ApiKey[]>;

  /** Whether there is any key, revoked ones too. */
  any(): Promise<boolean>;

  /** False when there is no such key. One that is revoked already keeps its time. */
  revoke(id: string, now: number): Promise<boolean>;

  /** False when there is no such key. */
  setWebhookSecret(id: string, secret: string): Promise<boolean>;

  /** Notes that the key was used; never goes back in time. */
  used(id: string, now: number): Promise<void>;

  close(): Promise<void>;
}
