import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

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

/** Each runner holds a copy of the model and of the images in hand: more of them would need gigabytes. */
const MOST_RUNNERS = 4;

/**
 * Cores for runners first, then for threads of one inference: on two cores, two runners of one thread did 0.76 of
 * what the bare network does, one of two threads 0.67 (tests/bench/throughput.ts), since decoding and encoding keep
 * one runner's second thread waiting. A single image is done sooner with more threads.
 */
const CORES = availableParallelism();
const RUNNERS = Math.min(CORES, MOST_RUNNERS);

/** Every variable that the server reads (docs/configuration.md), as text in and values out. */
const variables = z.object({
  PORT: whole(0, 65_535).default(5000),
  HOST: z.string().default('127.0.0.1'),
  OFFCUT_DATA_DIR: z.string().default('./data'),
  OFFCUT_BUILD_DIR: z.string().default(path.join(PROJECT_FOLDER, 'build')),
  OFFCUT_RUNNERS: whole(0, 64).default(RUNNERS),
  OFFCUT_THREADS: whole(1, 256).optional(),
  OFFCUT_CONCURRENCY: whole(1, 16).default(2),
  OFFCUT_RETENTION_DAYS: positive(36_500).default(7),
  OFFCUT_MAX_FILE_MB: positive(4096).default(64),
  OFFCUT_MAX_FILES: whole(1, 10_000).default(500),
  OFFCUT_LOADED_MODELS: whole(1, 16).default(2),
  OFFCUT_MAX_PIXELS: whole(1, 1_000_000_000).default(100_000_000),
  OFFCUT_SYNC_TIMEOUT_SECONDS: positive(3600).default(120),
  OFFCUT_SHUTDOWN_SECONDS: positive(600).default(10),
  OFFCUT_HANG_SECONDS: positive(3600).default(30),
  OFFCUT_IMAGE_SECONDS: positive(86_400).default(300),
  OFFCUT_MAX_REQUEST_MB: positive(1_000_000).default(4096),
  OFFCUT_ALLOWED_HOSTS: hostNames,
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
  /** Absolute. */
  readonly dataFolder: string;
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
  readonly syncTimeoutSeconds: number;
  /** How long a shutdown waits for work in hand before it returns it to the queue. */
  readonly shutdownSeconds: number;
  /** A runner whose event loop stands still for this long is killed. */
  readonly hangSeconds: number;
  /** A runner that has one image in hand for this long is killed. */
  readonly imageSeconds: number;
  /** Further names by which clients may address the server. */
  readonly allowedHosts: readonly string[];
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
  return {
    port: values.PORT,
    host: values.HOST,
    dataFolder: path.resolve(values.OFFCUT_DATA_DIR),
    pagesFolder: path.resolve(values.OFFCUT_BUILD_DIR),
    runners: values.OFFCUT_RUNNERS,
    threads: values.OFFCUT_THREADS ?? Math.max(1, Math.floor(CORES / Math.max(1, values.OFFCUT_RUNNERS))),
    concurrency: values.OFFCUT_CONCURRENCY,
    loadedModels: values.OFFCUT_LOADED_MODELS,
    retentionSeconds: values.OFFCUT_RETENTION_DAYS * 24 * 3600,
    maxFileBytes: Math.round(values.OFFCUT_MAX_FILE_MB * MIB),
    maxRequestBytes: Math.round(values.OFFCUT_MAX_REQUEST_MB * MIB),
    maxFiles: values.OFFCUT_MAX_FILES,
    maxPixels: values.OFFCUT_MAX_PIXELS,
    syncTimeoutSeconds: values.OFFCUT_SYNC_TIMEOUT_SECONDS,
    shutdownSeconds: values.OFFCUT_SHUTDOWN_SECONDS,
    hangSeconds: values.OFFCUT_HANG_SECONDS,
    imageSeconds: values.OFFCUT_IMAGE_SECONDS,
    allowedHosts: values.OFFCUT_ALLOWED_HOSTS,
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
    return `${variable}=${given[variable] ?? ''} ${message}.`;
  });
  return new ConfigError([...lines, 'See docs/configuration.md for what each variable may be.'].join('\n'));
}
