import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { OPEN_WORDS } from './access/open-words.ts';
import { isWebhookSecret } from './webhooks/secret.ts';
import { createRedactor, isSecretName, REDACTED } from './log-redaction.ts';
import { parseS3Address, type S3Address } from './blobs/s3/address.ts';
import { runnersFor, thisMachine, threadsFor } from './runner/split-cores.ts';
import { isPostgresUrl } from './stores/postgres/address.ts';

/** The folder that holds package.json. */
export const PROJECT_FOLDER = fileURLToPath(new URL('..', import.meta.url));

export type Environment = Readonly<Record<string, string | undefined>>;

const MIB = 1024 * 1024;

const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, `is not a whole number from ${least} to ${most}`)
    .transform(Number)
    .refine((value) => value >= least && value <= most, `is not a whole number from ${least} to ${most}`);

const positive = (most: number) =>
  z
    .string()
    .transform(Number)
    .refine((value) => value > 0 && value <= most, `is not a number above 0 and up to ${most}`);

const oneOf = <const Values extends readonly string[]>(values: Values) =>
  z.enum(values, { error: `is none of: ${values.join(', ')}` });

const origins = z
  .string()
  .default('')
  .transform((text, context) => {
    const given = text
      .split(',')
      .map((origin) => origin.trim())
      .filter((origin) => origin !== '');
    // A `*` is a letter like any other to URLs, and a hope that would not come true.
    if (given.every((origin) => URL.parse(origin)?.origin === origin && !origin.includes('*'))) return given;
    context.addIssue('is not a list of origins such as https://shop.example,http://localhost:3000');
    return z.NEVER;
  });

const hostNames = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((host) => host.trim().toLowerCase())
      .filter((host) => host !== ''),
  );

/** `u2net=u2netp,isnet=u2netp`: names of models that clients ask for, and what they get. */
const aliases = z.string().transform((text, context) => {
  const pairs = text
    .split(',')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '')
    .map((pair) => pair.split('=').map((side) => side.trim()));
  if (pairs.every((pair): pair is [string, string] => pair.length === 2 && !pair.includes(''))) {
    return new Map(pairs);
  }
  context.addIssue('is not a list such as u2net=u2netp,silueta=u2netp');
  return z.NEVER;
});

/** Where images are kept: a folder of this machine, or a bucket that several machines share. */
export type BlobsPlace =
  | { readonly kind: 'disk'; /** Absolute. */ readonly folder: string }
  | { readonly kind: 's3'; readonly address: S3Address };

const blobsPlace = z.string().transform((text, context): BlobsPlace => {
  const protocol = URL.parse(text)?.protocol;
  if (protocol === 's3:') {
    const address = parseS3Address(text);
    if (typeof address !== 'string') return { kind: 's3', address };
    context.addIssue(address);
    return z.NEVER;
  }
  if (protocol === 'file:' && URL.parse(text)?.host === '')
    return { kind: 'disk', folder: fileURLToPath(text) };
  context.addIssue('is neither file:///folder nor s3://bucket/prefix?region=…');
  return z.NEVER;
});

/** Where jobs are kept: in a file of the data folder, or in a database that several machines share. */
export type DatabasePlace =
  | { readonly kind: 'sqlite' }
  | {
      readonly kind: 'postgres';
      /** With its password: never to be printed. */
      readonly url: string;
      /** Most connections of a server's process. */
      readonly connections: number;
      /** How long a request waits for a database that is away. */
      readonly patienceSeconds: number;
    };

const MACHINE = thisMachine();

/** Every variable that the server reads (docs/configuration.md), as text in and values out. */
const variables = z.object({
  PORT: whole(0, 65_535).default(5000),
  HOST: z.string().default('127.0.0.1'),
  OFFCUT_DATA_DIR: z.string().default('./data'),
  DATABASE_URL: z
    .string()
    .refine(isPostgresUrl, 'is not postgres://user:password@host:5432/database')
    .optional(),
  DATABASE_CONNECTIONS: whole(2, 1000).default(10),
  DATABASE_PATIENCE_SECONDS: positive(3600).default(20),
  BLOBS: blobsPlace.optional(),
  OFFCUT_BUILD_DIR: z.string().default(path.join(PROJECT_FOLDER, 'build')),
  OFFCUT_RUNNERS: whole(0, 64).default(runnersFor(MACHINE)),
  OFFCUT_THREADS: whole(1, 256).optional(),
  OFFCUT_CONCURRENCY: whole(1, 16).default(2),
  OFFCUT_RETENTION_DAYS: positive(36_500).default(7),
  OFFCUT_MAX_FILE_MB: positive(4096).default(64),
  OFFCUT_MAX_FILES: whole(1, 10_000).default(500),
  OFFCUT_LOADED_MODELS: whole(1, 16).default(2),
  OFFCUT_MAX_PIXELS: whole(1, 1_000_000_000).default(100_000_000),
  OFFCUT_SYNC_TIMEOUT_SECONDS: positive(3600).default(120),
  OFFCUT_SHUTDOWN_SECONDS: positive(600).default(10),
  OFFCUT_DRAIN_SECONDS: whole(0, 600).default(0),
  OFFCUT_METRICS_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{16,}$/, 'is not 16 or more characters without a space')
    .optional(),
  OFFCUT_HANG_SECONDS: positive(3600).default(30),
  OFFCUT_IMAGE_SECONDS: positive(86_400).default(300),
  OFFCUT_MAX_REQUEST_MB: positive(1_000_000).default(4096),
  OFFCUT_MAX_WAITING: whole(1, 100_000_000).default(100_000),
  OFFCUT_MAX_STORED_GB: positive(1_000_000).default(100),
  OFFCUT_MIN_FREE_MB: whole(0, 1_000_000_000).default(256),
  OFFCUT_UPLOAD_SECONDS: positive(86_400).default(3600),
  OFFCUT_UPLOAD_IDLE_SECONDS: positive(3600).default(60),
  OFFCUT_UPLOADS_KEPT_HOURS: positive(24 * 365).default(24),
  OFFCUT_MAX_CONNECTIONS: whole(1, 1_000_000).default(2000),
  OFFCUT_MAX_STREAMS: whole(1, 1_000_000).default(50),
  OFFCUT_ALLOWED_HOSTS: hostNames,
  OFFCUT_OPEN: z.literal(OPEN_WORDS, `is not "${OPEN_WORDS}", word by word`).optional(),
  OFFCUT_OPEN_REQUESTS_PER_MINUTE: whole(1, 1_000_000).default(120),
  OFFCUT_OPEN_IMAGES_PER_MINUTE: whole(1, 1_000_000).default(60),
  OFFCUT_TRUSTED_PROXIES: whole(0, 10).default(0),
  OFFCUT_CORS_ORIGINS: origins,
  OFFCUT_HSTS_DAYS: whole(0, 3650).default(0),
  OFFCUT_WEBHOOK_SECRET: z
    .string()
    .refine(isWebhookSecret, 'is not whsec_ with 24 to 64 bytes in base64 behind it')
    .optional(),
  OFFCUT_WEBHOOK_PRIVATE_HOSTS: hostNames,
  OFFCUT_FETCH_URLS: oneOf(['0', '1']).default('0'),
  OFFCUT_FETCH_PRIVATE_HOSTS: hostNames,
  OFFCUT_LOG: oneOf(['json', 'pretty', 'silent']).optional(),
  OFFCUT_LOG_LEVEL: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
  MODEL_ALIASES: aliases.default(new Map()),
});

export interface Config {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host: string;
  readonly database: DatabasePlace;
  /** Absolute. */
  readonly dataFolder: string;
  readonly blobs: BlobsPlace;
  /** Where the built PWA is, if it is. Absolute. */
  readonly pagesFolder: string;
  /** Runner processes; 0 only accepts jobs. */
  readonly runners: number;
  /** Threads of one inference. */
  readonly threads: number;
  /** Images that one runner has in hand at a time. */
  readonly concurrency: number;
  /** Models that one runner keeps in memory; the one that was used least recently makes room. */
  readonly loadedModels: number;
  readonly retentionSeconds: number;
  readonly maxFileBytes: number;
  readonly maxFiles: number;
  /** All of a request's body. */
  readonly maxRequestBytes: number;
  readonly maxPixels: number;
  /** Images that wait or are worked on, of all clients together. */
  readonly maxWaiting: number;
  /** Inputs and results that are kept, of all clients together. */
  readonly maxStoredBytes: number;
  /** What uploads leave free on the disk of the data folder. */
  readonly minFreeBytes: number;
  /** How long a request's body may take in all, and be silent in between. */
  readonly uploadSeconds: number;
  readonly uploadIdleSeconds: number;
  /** An upload that nobody goes on with is given up after this. */
  readonly uploadsKeptSeconds: number;
  readonly maxConnections: number;
  /** Streams of events that one client may hold open. */
  readonly maxStreams: number;
  readonly syncTimeoutSeconds: number;
  /** How long a shutdown waits for work in hand before it returns it to the queue. */
  readonly shutdownSeconds: number;
  /** How long a shutdown goes on taking requests after /ready has said 503, for load balancers to notice. */
  readonly drainSeconds: number;
  /** Who shows it may read /metrics; undefined leaves them to this machine. */
  readonly metricsToken: string | undefined;
  /** A runner whose event loop stands still for this long is killed. */
  readonly hangSeconds: number;
  /** A runner that has one image in hand for this long is killed. */
  readonly imageSeconds: number;
  /** Further names by which clients may address the server. */
  readonly allowedHosts: readonly string[];
  /** What each address may do on a server that was told to take anyone; undefined on one that was not. */
  readonly open: { readonly requestsPerMinute: number; readonly imagesPerMinute: number } | undefined;
  /** Reverse proxies of ours that a request comes through: so many entries of X-Forwarded-For are true. */
  readonly trustedProxies: number;
  /** Whose pages may use the server from a browser, besides its own. */
  readonly corsOrigins: readonly string[];
  /** For so long browsers ask for this host by TLS alone; 0 says nothing to them. */
  readonly hstsSeconds: number;
  /** Signs the webhooks of jobs that belong to no key: `whsec_…`. */
  readonly webhookSecret: string | undefined;
  /** Hosts that webhooks may go to wherever they are, and without TLS. */
  readonly webhookPrivateHosts: readonly string[];
  /** May clients name images by URL? */
  readonly fetchUrls: boolean;
  /** Hosts that may be fetched from although they are not on the public Internet. */
  readonly fetchPrivateHosts: readonly string[];
  readonly log: { readonly style: 'json' | 'pretty' | 'silent'; readonly level: string };
  readonly modelAliases: ReadonlyMap<string, string>;
}

/** A setting that cannot be used. The message names each variable, its value, and what it may be. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the environment; an empty variable counts as absent.
 * @throws ConfigError
 */
export function readConfig(env: Environment = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = variables.safeParse(given);
  if (!parsed.success) throw badConfig(parsed.error, given);
  const values = parsed.data;
  const dataFolder = path.resolve(values.OFFCUT_DATA_DIR);
  return {
    port: values.PORT,
    host: values.HOST,
    dataFolder,
    database:
      values.DATABASE_URL === undefined
        ? { kind: 'sqlite' }
        : {
            kind: 'postgres',
            url: values.DATABASE_URL,
            connections: values.DATABASE_CONNECTIONS,
            patienceSeconds: values.DATABASE_PATIENCE_SECONDS,
          },
    blobs: values.BLOBS ?? { kind: 'disk', folder: path.join(dataFolder, 'blobs') },
    pagesFolder: path.resolve(values.OFFCUT_BUILD_DIR),
    runners: values.OFFCUT_RUNNERS,
    threads: values.OFFCUT_THREADS ?? threadsFor(MACHINE, values.OFFCUT_RUNNERS),
    concurrency: values.OFFCUT_CONCURRENCY,
    loadedModels: values.OFFCUT_LOADED_MODELS,
    retentionSeconds: values.OFFCUT_RETENTION_DAYS * 24 * 3600,
    maxFileBytes: Math.round(values.OFFCUT_MAX_FILE_MB * MIB),
    maxRequestBytes: Math.round(values.OFFCUT_MAX_REQUEST_MB * MIB),
    maxFiles: values.OFFCUT_MAX_FILES,
    maxPixels: values.OFFCUT_MAX_PIXELS,
    maxWaiting: values.OFFCUT_MAX_WAITING,
    maxStoredBytes: Math.round(values.OFFCUT_MAX_STORED_GB * 1024 * MIB),
    minFreeBytes: values.OFFCUT_MIN_FREE_MB * MIB,
    uploadSeconds: values.OFFCUT_UPLOAD_SECONDS,
    uploadIdleSeconds: values.OFFCUT_UPLOAD_IDLE_SECONDS,
    uploadsKeptSeconds: values.OFFCUT_UPLOADS_KEPT_HOURS * 3600,
    maxConnections: values.OFFCUT_MAX_CONNECTIONS,
    maxStreams: values.OFFCUT_MAX_STREAMS,
    syncTimeoutSeconds: values.OFFCUT_SYNC_TIMEOUT_SECONDS,
    shutdownSeconds: values.OFFCUT_SHUTDOWN_SECONDS,
    drainSeconds: values.OFFCUT_DRAIN_SECONDS,
    metricsToken: values.OFFCUT_METRICS_TOKEN,
    hangSeconds: values.OFFCUT_HANG_SECONDS,
    imageSeconds: values.OFFCUT_IMAGE_SECONDS,
    allowedHosts: values.OFFCUT_ALLOWED_HOSTS,
    open:
      values.OFFCUT_OPEN === undefined
        ? undefined
        : {
            requestsPerMinute: values.OFFCUT_OPEN_REQUESTS_PER_MINUTE,
            imagesPerMinute: values.OFFCUT_OPEN_IMAGES_PER_MINUTE,
          },
    trustedProxies: values.OFFCUT_TRUSTED_PROXIES,
    corsOrigins: values.OFFCUT_CORS_ORIGINS,
    hstsSeconds: values.OFFCUT_HSTS_DAYS * 24 * 3600,
    webhookSecret: values.OFFCUT_WEBHOOK_SECRET,
    webhookPrivateHosts: values.OFFCUT_WEBHOOK_PRIVATE_HOSTS,
    fetchUrls: values.OFFCUT_FETCH_URLS === '1',
    fetchPrivateHosts: values.OFFCUT_FETCH_PRIVATE_HOSTS,
    log: {
      style: values.OFFCUT_LOG ?? (process.stderr.isTTY ? 'pretty' : 'json'),
      level: values.OFFCUT_LOG_LEVEL,
    },
    modelAliases: values.MODEL_ALIASES,
  };
}

function badConfig(error: z.ZodError, given: Environment): ConfigError {
  const lines = error.issues.map(({ path: [name], message }) => {
    const variable = String(name);
    // It holds a password, and one that cannot be read cannot be cut out of it.
    if (variable === 'DATABASE_URL') return `DATABASE_URL ${message}.`;
    return `${variable}=${shown(variable, given[variable] ?? '')} ${message}.`;
  });
  return new ConfigError([...lines, 'See docs/configuration.md for what each variable may be.'].join('\n'));
}

/** A value as a message may show it: terminals, journals and reports keep what they are shown. */
function shown(variable: string, value: string): string {
  return isSecretName(variable) ? REDACTED : createRedactor({})(value);
}
