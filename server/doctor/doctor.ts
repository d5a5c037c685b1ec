import { ConfigError, readConfig, type Environment } from '../config.ts';
import { clock, dataFolder } from './check-folders.ts';
import { model } from './check-model.ts';
import { exposure, port } from './check-network.ts';
import { nativeModules, nodeVersion, resources } from './check-runtime.ts';
import { blobStorage, postgres, queueFile } from './check-stores.ts';
import { fail, ok, type Check, type Finding } from './finding.ts';

export type Diagnosis = Finding & { readonly check: string };

const CHECKS: readonly Check[] = [
  nodeVersion,
  nativeModules,
  resources,
  dataFolder,
  queueFile,
  blobStorage,
  postgres,
  clock,
  port,
  exposure,
  model,
];

/** Looks at all that the server needs, one after another; a check that fails keeps none of the others from running. */
export async function* examine(env: Environment): AsyncGenerator<Diagnosis> {
  const { config, findings } = configOf(env);
  yield* findings.map((finding) => ({ check: 'settings', ...finding }));
  for (const check of CHECKS) {
    const found = await check.run(config).catch((cause: unknown) => broken(cause));
    for (const finding of [found].flat()) yield { check: check.name, ...finding };
  }
}

function broken(cause: unknown): Finding {
  const message = cause instanceof Error ? cause.message : String(cause);
  return fail(
    message.split('\n')[0] ?? '',
    'The message says what is wrong; docs/troubleshooting.md may help.',
  );
}

/** With settings that cannot be used, the rest is judged by the defaults in their place. */
function configOf(env: Environment) {
  try {
    return { config: readConfig(env), findings: [ok('can all be used')] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const lines = error.message.split('\n').slice(0, -1);
    const usable = { ...env };
    for (const line of lines) delete usable[line.slice(0, line.indexOf('='))];
    return {
      config: readConfig(usable),
      findings: lines.map((line) => fail(line, 'docs/configuration.md says what it may be.')),
    };
  }
}
