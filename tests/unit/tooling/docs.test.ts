import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../../server/cli/commands.ts';
import { fromRoot } from '../../support/run-script.ts';

const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(fromRoot('docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const read = (file: string) => readFileSync(fromRoot(file), 'utf8');

/** The anchor that a heading gets. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

describe.each(DOCUMENTS)('%s', (document) => {
  const text = read(document);

  test('links to files and headings that are there', () => {
    const dead = [...text.matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].filter(
      ([, file = '', anchor]) => {
        const target = file === '' ? document : path.join(path.dirname(document), file);
        if (!existsSync(fromRoot(target))) return true;
        if (anchor === undefined || !target.endsWith('.md')) return false;
        const headings = [...read(target).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
          anchorOf(heading),
        );
        return !headings.includes(anchor);
      },
    );
    expect(dead.map(([link]) => link)).toEqual([]);
  });

  test('names commands that there are', () => {
    const named = [...text.matchAll(/(?:`|^|npx )offcut ([a-z]+)\b/gm)].map(([, name = '']) => name);
    expect(named.filter((name) => !Object.hasOwn(COMMANDS, name))).toEqual([]);
  });
});

test('every setting of the server is in docs/configuration.md, and every one that is there exists', () => {
  const config = read('server/config.ts');
  const [, declared = ''] = /^const variables = z\.object\(\{\n(.*?)^\}\);/ms.exec(config) ?? [];
  const settings = [...declared.matchAll(/^ {2}([A-Z][A-Z0-9_]+):/gm)].map(([, name = '']) => name);
  expect(settings.length).toBeGreaterThan(20);
  const documented = [...read('docs/configuration.md').matchAll(/^\| `([A-Z][A-Z0-9_]+)`/gm)].map(
    ([, name = '']) => name,
  );
  // Read elsewhere: by the models' set-up, and by the command line as a client.
  const ELSEWHERE = ['OFFCUT_MODELS_DIR', 'MODELS_MIRROR', 'OFFCUT_SERVER', 'OFFCUT_KEY'];
  expect(
    settings.filter((name) => !documented.includes(name)),
    'not documented',
  ).toEqual([]);
  expect(
    documented.filter((name) => !settings.includes(name) && !ELSEWHERE.includes(name)),
    'not there',
  ).toEqual([]);
});
