import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import prettier from 'eslint-config-prettier/flat';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

/*
 * Layers: `ui, routes → browser → queue, matting` and `server → queue, matting, models`.
 *
 * dependency-cruiser (.dependency-cruiser.cjs) checks these arrows on resolved files. The rules here repeat them on
 * the text of an import, since dependency-cruiser does not see `import type` in a .svelte file, and add what it cannot
 * see at all: globals. tests/unit/tooling/boundaries.test.ts proves both.
 */

const up = String.raw`^\.{1,2}/(?:.*/)?`;

/** Imports by what they reach, each with the reason and the fix. */
const reach = {
  server: {
    regex: `${up}server/|^(?:@hono/node-server|onnxruntime-node|sharp|pino)(?:/|$)`,
    message:
      'This runs in a browser, and the server does not. Call its REST routes, or move what both need to src/lib/queue or src/lib/matting.',
  },
  node: {
    regex: '^node:',
    message:
      'Node built-ins exist on the server only. Use the web standard (crypto.subtle, Blob, streams), or take what is needed as a parameter.',
  },
  browser: {
    regex: String.raw`${up}browser/|^\$lib/browser/|^(?:dexie|comlink|onnxruntime-web|workbox-[a-z]+)(?:/|$)`,
    message:
      'A pure layer does not know its host. Declare a port (an interface) here, and implement it in src/lib/browser.',
  },
  pages: {
    regex: String.raw`${up}(?:ui|routes)/|^\$lib/ui/|^\$(?:app|env|service-worker)(?:/|$)|^svelte(?:/|$)|\.svelte(?:\.ts)?$`,
    message:
      'Pages and components depend on the layers below, never the other way. Return data or emit an event, and let the page decide.',
  },
  routes: {
    regex: `${up}routes/`,
    message: 'A component does not know the page that shows it. Pass what it needs as a prop.',
  },
  queue: {
    regex: String.raw`${up}queue/|^#queue/|^\$lib/queue/`,
    message:
      'The pipeline knows images, not jobs. Take the image and its options as parameters; the host connects the two.',
  },
  matting: {
    regex: String.raw`${up}matting/|^#matting/|^\$lib/matting/`,
    message:
      'The queue knows jobs, not pixels. Let the host run the pipeline and report the result to the queue.',
  },
  models: {
    regex: String.raw`${up}models/|^#models/`,
    message:
      'The registry of models is handed in by the host. Take the model or the registry as a parameter.',
  },
  client: {
    regex: String.raw`${up}client/|^#client/|^\$lib/client/`,
    message: 'The client talks to the routes from outside. Nothing that a route runs may need it.',
  },
  packages: {
    regex: String.raw`^[^.#]`,
    message:
      'The client is published alone and needs nothing but web standards. Write the few lines yourself.',
  },
  tests: {
    regex: `${up}tests/`,
    message: 'Tests depend on the code, never the other way. Move what both need into the code.',
  },
  lib: {
    regex: String.raw`^\$lib(?:/|$)`,
    message:
      'Node does not know $lib, and this file also runs there. Use #queue/…, #matting/… or #models/…, or a relative path.',
  },
};

const allExcept = (...allowed) =>
  Object.entries(reach)
    .filter(([name]) => !allowed.includes(name))
    .map(([, pattern]) => pattern);

const mayNotImport = (files, patterns) => ({
  files,
  ignores: ['**/*.test.ts'],
  rules: { 'no-restricted-imports': ['error', { patterns }] },
});

/** Globals of one host only, which a pure layer may not use: it runs in a page, a worker, a service worker and Node. */
const hostGlobals = (names, fix) =>
  names.map((name) => ({ name, message: `It does not exist on every host that runs this layer. ${fix}` }));

const pureGlobals = [
  ...hostGlobals(
    ['indexedDB', 'caches', 'localStorage', 'sessionStorage'],
    'Go through a port, as QueueStore is.',
  ),
  ...hostGlobals(
    ['navigator', 'self', 'window', 'document', 'location', 'importScripts', 'postMessage', 'Worker'],
    'Leave it to src/lib/browser, and take what is needed as a parameter.',
  ),
  ...hostGlobals(
    ['ImageData', 'OffscreenCanvas', 'createImageBitmap'],
    'Use plain pixels (width, height, data), and leave codecs to a port.',
  ),
  ...hostGlobals(
    ['process', 'Buffer', 'global', 'require', '__dirname', '__filename', 'setImmediate'],
    'Use the web standard (Uint8Array, TextEncoder), or take what is needed as a parameter.',
  ),
];

const handedIn = (what, selector) => ({
  selector,
  message: `${what} is handed in, so that leases, heartbeats and backoff are tested without waiting. Take it as a parameter; only a composition root chooses the real one.`,
});

/** `eslint-disable` must say why, after `--`: the next reader has to know whether the reason still holds. */
const disableWithReason = {
  create: (context) => ({
    Program() {
      const { sourceCode } = context;
      for (const comment of sourceCode.getAllComments()) {
        if (!/^\s*eslint-disable/.test(comment.value) || / -- \S/.test(comment.value)) continue;
        context.report({
          loc: comment.loc,
          message:
            'Say why the rule is off: `eslint-disable-next-line rule -- reason`. Or fix what it reports.',
        });
      }
    },
  }),
};

const pure = [
  'src/lib/queue/**/*.ts',
  'src/lib/matting/**/*.ts',
  'src/lib/sync/**/*.ts',
  'src/lib/client/**/*.ts',
  'models/**/*.ts',
];
const browserFiles = ['src/lib/browser/**', 'src/service-worker.ts', 'src/service-worker/**'];
const pages = ['src/lib/ui/**', 'src/routes/**', 'src/*.ts'];

export default defineConfig(
  {
    ignores: [
      'node_modules/',
      'build/',
      'dist/',
      '.svelte-kit/',
      'models/cache/',
      'data/',
      'coverage/',
      'test-results/',
      'static/',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  ts.configs.recommendedTypeChecked,
  svelte.configs.recommended,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['vitest.config.ts'] },
        tsconfigRootDir: import.meta.dirname,
        // The same for every file: a difference would make TypeScript load its projects again.
        extraFileExtensions: ['.svelte'],
      },
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { globals: globals.browser, parserOptions: { parser: ts.parser, svelteConfig } },
  },
  {
    plugins: { offcut: { rules: { 'disable-with-reason': disableWithReason } } },
    rules: {
      'offcut/disable-with-reason': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-control-regex': 'off', // File names are cleaned of exactly these characters.
      'no-undef': 'off', // TypeScript knows better which globals an environment has.
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // A tagged template is a call: node:sqlite runs statements by it.
      '@typescript-eslint/no-unused-expressions': ['error', { allowTaggedTemplates: true }],
      // A port's method is asynchronous whether or not this implementation has to wait.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
  {
    files: ['**/*.js', '**/*.cjs'],
    extends: [ts.configs.disableTypeChecked],
    languageOptions: { globals: globals.node },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },

  mayNotImport(['src/lib/queue/**/*.ts'], allExcept('queue', 'packages')),
  mayNotImport(['src/lib/matting/**/*.ts'], allExcept('matting', 'packages')),
  mayNotImport(['src/lib/client/**/*.ts'], allExcept('client', 'queue')),
  mayNotImport(['src/lib/sync/**/*.ts'], allExcept('queue')),
  mayNotImport(['models/**/*.ts'], allExcept('matting', 'models', 'packages')),
  mayNotImport(browserFiles, [reach.server, reach.node, reach.pages, reach.tests]),
  mayNotImport(pages, [reach.server, reach.node, reach.tests]),
  mayNotImport(['src/lib/ui/**'], [reach.server, reach.node, reach.routes, reach.tests]),
  mayNotImport(['server/**/*.ts'], [reach.browser, reach.pages, reach.lib, reach.tests]),
  {
    files: pure,
    ignores: ['**/*.test.ts'],
    rules: { 'no-restricted-globals': ['error', { globals: pureGlobals, checkGlobalObject: true }] },
  },
  {
    files: ['src/lib/queue/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        handedIn('The clock', 'MemberExpression[object.name="Date"][property.name="now"]'),
        handedIn('The clock', 'NewExpression[callee.name="Date"][arguments.length=0]'),
        handedIn('Randomness', 'MemberExpression[object.name="Math"][property.name="random"]'),
        handedIn('The source of ids', 'MemberExpression[object.name="crypto"][property.name="randomUUID"]'),
      ],
    },
  },
  prettier,
  svelte.configs.prettier,
);
