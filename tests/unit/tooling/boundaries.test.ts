/**
 * The layers hold only as long as the tools see a violation. Each case plants one, in a tree of its own or under a
 * pretended path, and names the rule that has to catch it.
 */
import { ESLint } from 'eslint';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import ts from 'typescript-eslint';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fromRoot } from '../../support/run-script.ts';

type Files = Readonly<Record<string, string>>;

interface Violation {
  rule: { name: string };
  from: string;
  to: string;
}

/** Packages as far as a resolver looks at them. */
const PACKAGES: Files = {
  ...Object.fromEntries(
    ['dexie', 'fast-check', 'sharp', 'vitest', 'zod'].map((name) => [`node_modules/${name}/index.js`, '']),
  ),
  // What a compiled component imports.
  'node_modules/svelte/internal/client.js': '',
  'node_modules/svelte/internal/disclose-version.js': '',
  'node_modules/svelte/internal/flags/legacy.js': '',
};

describe('dependency-cruiser', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'offcut-boundaries-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Cruises a tree of these files with the project's own rules. @returns `rule: from → to`, sorted */
  function cruise(name: string, files: Files): string[] {
    const tree = join(folder, name);
    for (const [path, text] of Object.entries({ ...PACKAGES, ...files })) {
      mkdirSync(join(tree, dirname(path)), { recursive: true });
      writeFileSync(join(tree, path), text);
    }
    for (const shared of ['package.json', '.dependency-cruiser.cjs', '.dependency-cruiser.tsconfig.json']) {
      cpSync(fromRoot(shared), join(tree, shared));
    }
    const roots = ['src', 'server', 'models', 'tests'];
    const cli = fromRoot('node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
    const args = [cli, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...roots];
    const output = execFileSync(process.execPath, args, { cwd: tree, encoding: 'utf8' });
    const { summary } = JSON.parse(output) as { summary: { violations: Violation[] } };
    return summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`).sort();
  }

  test('accepts the arrows of the architecture', () => {
    const violations = cruise('legal', {
      'src/routes/+page.svelte': `<script lang="ts">import Drop from '$lib/ui/Drop.svelte';</script><Drop />`,
      'src/lib/ui/Drop.svelte': `<script lang="ts">import { add } from '$lib/browser/store.ts'; add();</script>`,
      'src/lib/browser/store.ts': `import { job } from '#queue/job.ts'; import { cut } from '#matting/cut.ts'; import Dexie from 'dexie'; export const add = () => [job, cut, Dexie];`,
      'src/lib/queue/job.ts': `import { z } from 'zod'; export const job = z;`,
      'src/lib/matting/cut.ts': `export const cut = 1; export interface Model { id: string }`,
      'src/lib/client/index.ts': `import type { job } from '#queue/job.ts'; import { add } from './add.ts'; export const client = (): typeof job | unknown => add;`,
      'src/lib/client/add.ts': `export const add = 1;`,
      'server/cli.ts': `import { client } from '../src/lib/client/index.ts'; export const cli = client;`,
      'src/lib/queue/job.test.ts': `import { test } from 'vitest'; import fc from 'fast-check'; import 'node:fs'; import { job } from './job.ts'; test('', () => [fc, job]);`,
      'models/all.ts': `import type { Model } from '#matting/cut.ts'; export const models: Model[] = [];`,
      'server/bin/offcut.ts': `import 'node:http'; import sharp from 'sharp'; import { job } from '#queue/job.ts'; import { cut } from '#matting/cut.ts'; import { models } from '#models/all.ts'; export default [sharp, job, cut, models];`,
      'tests/server/all.test.ts': `import all from '../../server/bin/offcut.ts'; export default all;`,
    });
    expect(violations).toEqual([]);
  });

  test('catches every arrow that points the wrong way', () => {
    const violations = cruise('illegal', {
      'src/routes/page.ts': `import { api } from '../../server/api.ts'; export const page = api;`,
      'src/lib/ui/Card.svelte': `<script lang="ts">import { page } from '../../routes/page.ts'; page;</script>`,
      'src/lib/browser/store.ts': `import type { page } from '../../routes/page.ts'; import 'node:fs'; import 'sharp'; export type A = typeof page;`,
      'src/lib/queue/a.ts': `import { b } from './b.ts'; export const a = b;`,
      'src/lib/queue/b.ts': `import type { a } from './a.ts'; export const b: typeof a = 1;`,
      'src/lib/queue/c.ts': `import type { d } from '#matting/d.ts'; import { createHash } from 'node:crypto'; import Dexie from 'dexie'; export const c: typeof d = [createHash, Dexie];`,
      'src/lib/client/index.ts': `import { a } from '../queue/a.ts'; import type { d } from '../matting/d.ts'; import { z } from 'zod'; export const client: typeof d | unknown = [a, z];`,
      'src/lib/matting/d.ts': `import { models } from '#models/all.ts'; export const d: unknown[] = [models];`,
      'src/lib/matting/e.ts': `import type { A } from '../browser/store.ts'; export const e: A | 1 = 1;`,
      'src/lib/matting/f.ts': `import x from 'not-installed'; import './gone.ts'; export const f = x;`,
      'src/lib/matting/lonely.ts': `export const lonely = 1;`,
      'models/all.ts': `import { e } from '#matting/e.ts'; export const models = [e];`,
      'server/api.ts': `import type { A } from '../src/lib/browser/store.ts'; import Dexie from 'dexie'; import { help } from '../tests/support/help.ts'; export const api: A | unknown = [Dexie, help];`,
      'tests/support/help.ts': `export const help = 1;`,
    });
    const rules = new Map<string, string[]>();
    for (const violation of violations) {
      const [rule = '', arrow = ''] = violation.split(': ');
      rules.set(rule, [...(rules.get(rule) ?? []), arrow]);
    }
    expect(Object.fromEntries(rules)).toEqual({
      'browser-knows-no-page': ['src/lib/browser/store.ts → src/routes/page.ts'],
      'browser-runs-in-a-browser': ['src/lib/browser/store.ts → node_modules/sharp/index.js'],
      'browser-uses-no-builtin': ['src/lib/browser/store.ts → fs', 'src/lib/queue/c.ts → crypto'],
      'client-borrows-types-only': ['src/lib/client/index.ts → src/lib/queue/a.ts'],
      'client-is-alone': ['src/lib/client/index.ts → src/lib/matting/d.ts'],
      'client-needs-no-package': ['src/lib/client/index.ts → node_modules/zod/index.js'],
      'components-know-no-page': ['src/lib/ui/Card.svelte → src/routes/page.ts'],
      'matting-imports-itself-only': [
        'src/lib/matting/d.ts → models/all.ts',
        'src/lib/matting/e.ts → src/lib/browser/store.ts',
      ],
      'models-borrow-types-only': ['models/all.ts → src/lib/matting/e.ts'],
      'no-cycle': expect.arrayContaining(['src/lib/queue/a.ts → src/lib/queue/b.ts']) as unknown,
      'no-missing-file': ['src/lib/matting/f.ts → ./gone.ts', 'src/lib/matting/f.ts → not-installed'],
      'no-orphan': ['src/lib/matting/lonely.ts → src/lib/matting/lonely.ts'],
      'nobody-imports-tests': ['server/api.ts → tests/support/help.ts'],
      'nobody-imports-the-server': ['src/routes/page.ts → server/api.ts'],
      'pure-layers-are-portable': [
        'src/lib/queue/c.ts → crypto',
        'src/lib/queue/c.ts → node_modules/dexie/index.js',
      ],
      'queue-imports-itself-only': ['src/lib/queue/c.ts → src/lib/matting/d.ts'],
      'server-imports-pure-layers-only': [
        'server/api.ts → src/lib/browser/store.ts',
        'server/api.ts → tests/support/help.ts',
      ],
      'server-runs-in-node': ['server/api.ts → node_modules/dexie/index.js'],
    });
  });
});

describe('ESLint', () => {
  /** Without types: the pretended files belong to no TypeScript project. */
  const eslint = new ESLint({
    cwd: fromRoot('.'),
    overrideConfig: [ts.configs.disableTypeChecked],
  });
  const BOUNDARY_RULES = ['no-restricted-imports', 'no-restricted-globals', 'no-restricted-syntax'];

  /** The boundary rules that this text breaks, were it at this path. */
  async function broken(filePath: string, text: string): Promise<string[]> {
    const [result] = await eslint.lintText(text, { filePath });
    const messages = result?.messages ?? [];
    expect(messages.filter(({ fatal }) => fatal)).toEqual([]);
    const rules = messages.map(({ ruleId }) => ruleId ?? '').filter((rule) => BOUNDARY_RULES.includes(rule));
    return [...new Set(rules)];
  }

  const component = (imports: string) => `<script lang="ts">${imports}</script>`;

  test.each([
    ['src/lib/ui/Card.svelte', component(`import type { Api } from '../../../server/api.ts';`)],
    ['src/lib/ui/Card.svelte', component(`import type { Page } from '../../routes/page.ts';`)],
    ['src/routes/+page.svelte', component(`import type { Stats } from 'node:fs';`)],
    ['src/lib/browser/store.ts', `import type { Page } from '../../routes/page.ts';`],
    ['src/lib/browser/store.ts', `import Card from '../ui/Card.svelte';`],
    ['src/lib/queue/job.ts', `import type { Image } from '#matting/image.ts';`],
    ['src/lib/queue/job.ts', `import Dexie from 'dexie';`],
    ['src/lib/matting/cut.ts', `import type { Job } from '../queue/job.ts';`],
    ['src/lib/matting/cut.ts', `import { models } from '#models/all.ts';`],
    ['src/lib/client/index.ts', `import { z } from 'zod';`],
    ['src/lib/client/index.ts', `import type { Image } from '#matting/image.ts';`],
    ['src/lib/queue/job.ts', `import type { Client } from '../client/index.ts';`],
    ['models/all.ts', `import type { Store } from '$lib/browser/store.ts';`],
    ['server/api.ts', `import type { Store } from '../src/lib/browser/store.ts';`],
    ['server/api.ts', `import { job } from '$lib/queue/job.ts';`],
  ])('%s may not contain: %s', async (path, text) => {
    expect(await broken(path, text)).toEqual(['no-restricted-imports']);
  });

  test.each([
    ['indexedDB', 'src/lib/queue/job.ts', `export const a = indexedDB;`],
    ['globalThis.indexedDB', 'src/lib/queue/job.ts', `export const a = globalThis.indexedDB;`],
    ['process', 'src/lib/client/http.ts', `export const a = process.env;`],
    ['process', 'src/lib/matting/cut.ts', `export const a = process.env;`],
    ['Buffer', 'models/all.ts', `export const a = Buffer.from('');`],
  ])('a pure layer may not use %s', async (_, path, text) => {
    expect(await broken(path, text)).toEqual(['no-restricted-globals']);
  });

  test.each(['Date.now()', 'new Date()', 'Math.random()', 'crypto.randomUUID()'])(
    'the queue takes its clock, ids and randomness as parameters: %s is refused',
    async (expression) => {
      const text = `export const a = () => ${expression};`;
      expect(await broken('src/lib/queue/job.ts', text)).toEqual(['no-restricted-syntax']);
    },
  );

  test.each([
    [
      'src/lib/ui/Card.svelte',
      component(`import type { Job } from '#queue/job.ts'; import { add } from '$lib/browser/store.ts';`),
    ],
    [
      'src/lib/client/index.ts',
      `import type { Job } from '../queue/job.ts'; import { add } from './add.ts';`,
    ],
    ['src/lib/browser/store.ts', `import Dexie from 'dexie'; import { job } from '#queue/job.ts';`],
    ['src/lib/queue/job.ts', `import { z } from 'zod'; import { item } from './item.ts'; new Date(0);`],
    [
      'server/api.ts',
      `import { job } from '#queue/job.ts'; import { models } from '#models/all.ts'; Date.now();`,
    ],
  ])('%s may contain: %s', async (path, text) => {
    expect(await broken(path, text)).toEqual([]);
  });

  test('a message gives the reason and the fix', async () => {
    const text = `import Dexie from 'dexie';`;
    const [result] = await eslint.lintText(text, { filePath: 'src/lib/queue/job.ts' });
    expect(result?.messages.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/does not know its host.*implement it in src\/lib\/browser/),
    );
  });

  test('a rule is switched off with a reason only', async () => {
    const lint = async (text: string) => {
      const [result] = await eslint.lintText(text, { filePath: 'src/lib/queue/job.ts' });
      return result?.messages.map(({ ruleId }) => ruleId);
    };
    const line = 'export const now = () => Date.now();\n';
    const directive = '// eslint-disable-next-line no-restricted-syntax';
    expect(await lint(`${directive}\n${line}`)).toEqual(['offcut/disable-with-reason']);
    expect(await lint(`${directive} -- the composition root\n${line}`)).toEqual([]);
  });

  test('a promise that nobody awaits is an error: the rules see types', { timeout: 60_000 }, async () => {
    const typed = new ESLint({ cwd: fromRoot('.') });
    const text =
      'const work = async (): Promise<void> => {};\nexport const start = (): void => { work(); };\n';
    const [result] = await typed.lintText(text, { filePath: 'tests/support/run-script.ts' });
    expect(result?.messages.map(({ ruleId }) => ruleId)).toEqual(['@typescript-eslint/no-floating-promises']);
  });
});
