import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { fromRoot } from '../../support/run-script.ts';

const read = (file: string) => readFileSync(fromRoot(file), 'utf8');

test('the Dockerfile passes its linter, is pinned, ends as a user without rights, and has a health check', () => {
  const { stdout } = spawnSync(
    process.execPath,
    [fromRoot('node_modules/dockerfilelint/bin/dockerfilelint'), fromRoot('deploy/Dockerfile'), '--json'],
    { encoding: 'utf8' },
  );
  const report = z.object({
    files: z.array(z.object({ issues: z.array(z.looseObject({ content: z.string() })) })),
  });
  // The linter is older than --start-period of HEALTHCHECK, and takes it for a mistake.
  const issues = report
    .parse(JSON.parse(stdout))
    .files.flatMap((file) => file.issues)
    .filter(({ content }) => !content.includes('--start-period'));
  expect(issues).toEqual([]);

  const lines = read('deploy/Dockerfile').split('\n');
  const bases = lines.filter((line) => line.startsWith('FROM '));
  expect(bases.length).toBeGreaterThan(1);
  for (const base of bases) expect(base).toMatch(/^FROM node:\d+\.\d+\.\d+-/);
  expect(lines.findLast((line) => line.startsWith('USER '))).toBe('USER node');
  expect(lines.join('\n')).not.toMatch(/(TOKEN|SECRET|PASSWORD|_KEY)=/);
  // `build` is made in the image.
  const copied = [...lines.join('\n').matchAll(/^COPY --from=build \/app\/(\S+)/gm)].map(
    ([, from = '']) => from,
  );
  expect(copied.filter((from) => from !== 'build' && !existsSync(fromRoot(from)))).toEqual([]);
});

const service = z.looseObject({
  image: z.string(),
  environment: z.record(z.string(), z.string()).optional(),
  read_only: z.boolean().optional(),
  command: z.array(z.string()).optional(),
});
const compose = z.object({
  services: z.record(z.string(), service),
  volumes: z.record(z.string(), z.unknown()),
});

test('compose.yaml runs what answers and what works apart, read only, with no password in it', () => {
  const text = read('deploy/compose.yaml');
  const { services } = compose.parse(parse(text, { merge: true }));
  expect(Object.keys(services)).toEqual(['postgres', 'api', 'runner']);
  expect(services['postgres']?.image).toMatch(/^postgres:\d+\.\d+-/);
  expect(services['api']).toMatchObject({ read_only: true, environment: { OFFCUT_RUNNERS: '0' } });
  expect(services['runner']).toMatchObject({ read_only: true, command: ['runner'] });
  for (const name of ['api', 'runner']) {
    expect(services[name]?.environment?.['DATABASE_URL']).toContain('${POSTGRES_PASSWORD:?');
  }
});

test('the unit is hardened, and starts a file that is there', () => {
  const unit = read('deploy/offcut.service');
  const settings = new Map(
    unit.split('\n').flatMap((line) => {
      const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value] as const];
    }),
  );
  expect(settings.get('ExecStart')).toBe('/usr/bin/node /opt/offcut/server/bin/offcut.js serve');
  expect(read('server/bin/offcut.js')).toContain('#!');
  expect(settings.get('User')).toBe('offcut');
  expect(settings.get('KillMode')).toBe('mixed');
  for (const name of [
    'NoNewPrivileges',
    'ProtectHome',
    'PrivateTmp',
    'PrivateDevices',
    'RestrictNamespaces',
  ]) {
    expect(settings.get(name), name).toBe('yes');
  }
  expect(settings.get('ProtectSystem')).toBe('strict');
  // V8 compiles at run time.
  expect(settings.has('MemoryDenyWriteExecute')).toBe(false);
});

test('every metric that an alert or a document names is one that the server has', () => {
  const sources = ['runner-metrics', 'http-metrics', 'queue-metrics', 'metrics']
    .map((name) => read(`server/metrics/${name}.ts`))
    .join('\n');
  const known = new Set([...sources.matchAll(/name: '(offcut_\w+)'/g)].map(([, name]) => name));
  const named = [
    'deploy/prometheus-alerts.yaml',
    'docs/operations.md',
    'docs/tuning.md',
    'docs/troubleshooting.md',
  ]
    .flatMap((file) => [...read(file).matchAll(/\boffcut_[a-z_]+/g)])
    .map(([name]) => name);
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((name) => !known.has(name))).toEqual([]);
  parse(read('deploy/prometheus-alerts.yaml'));
});
