/** What `auto` goes by. */
export interface Circumstances {
  /** A server is connected and its key is good. */
  readonly connected: boolean;
  /** It answered when it was last asked. */
  readonly reachable: boolean;
  readonly modelOnServer: boolean;
  /** The model's weights are on this device. */
  readonly modelHere: boolean;
  /** Of the model's weights. */
  readonly modelBytes: number;
  readonly webGpu: boolean;
  readonly cores: number;
  /** Of memory, as far as the browser tells (it tells no more than 8); undefined where it does not. */
  readonly memoryGigabytes: number | undefined;
}

/** A run of a larger one takes many seconds without a graphics card. */
export const BIG_MODEL_BYTES = 40_000_000;
const FEW_CORES = 2;
const LITTLE_MEMORY_GIGABYTES = 2;

/** Why a job runs where it does whose user leaves it open; the page has a sentence for each. */
export const AUTO_WHYS = {
  'not-connected': 'device',
  'model-not-there': 'device',
  'model-not-here': 'server',
  unreachable: 'device',
  'graphics-card': 'device',
  'big-model': 'server',
  'weak-device': 'server',
  'strong-device': 'device',
} as const satisfies Record<string, 'device' | 'server'>;
export type AutoWhy = keyof typeof AUTO_WHYS;

/** The first line that fits decides. */
export function whyPlace(c: Circumstances): AutoWhy {
  if (!c.connected) return 'not-connected';
  if (!c.modelOnServer) return 'model-not-there';
  // Downloading it takes longer than having it done, and the user may have to agree to its licence first.
  if (!c.modelHere) return 'model-not-here';
  if (!c.reachable) return 'unreachable';
  if (c.webGpu) return 'graphics-card';
  if (c.modelBytes > BIG_MODEL_BYTES) return 'big-model';
  const littleMemory = (c.memoryGigabytes ?? Infinity) <= LITTLE_MEMORY_GIGABYTES;
  return c.cores <= FEW_CORES || littleMemory ? 'weak-device' : 'strong-device';
}

/** Where a job runs whose user leaves it open. */
export function choosePlace(c: Circumstances): 'device' | 'server' {
  return AUTO_WHYS[whyPlace(c)];
}
