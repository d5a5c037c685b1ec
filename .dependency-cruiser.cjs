/*
 * The arrows of the architecture, checked on resolved files:
 *
 *     ui, routes → browser → queue, matting        server → queue, matting, models, client
 *     client → types of queue                          sync → queue; browser → sync, client
 *
 * Each `comment` gives the reason and the fix. What dependency-cruiser cannot see (globals, and `import type` inside a
 * .svelte file) is checked by eslint.config.js.
 */

const TEST = '[.]test[.]ts$';
const OWN = '^(src|server|models|tests)/';

/** npm packages that use web standards only, and so run on every host. */
const PORTABLE = '(^|/)node_modules/(client-zip|fflate|hono|uuid|zod)/';
/** Packages of one host. */
const SERVER_ONLY = '(^|/)node_modules/(@hono/node-server|onnxruntime-node|pino|sharp|tar)/';
const BROWSER_ONLY = '(^|/)node_modules/(comlink|dexie|onnxruntime-web|svelte|@sveltejs/kit|workbox-[a-z]+)/';

const pureLayer = (name, other) => ({
  name: `${name}-imports-itself-only`,
  comment: `src/lib/${name} runs in a page, a worker, a service worker and Node: it knows neither a host, nor ${other}, nor the registry of models. Declare a port (an interface) in ${name} and implement it in the host, or take the value as a parameter.`,
  severity: 'error',
  from: { path: `^src/lib/${name}/`, pathNot: TEST },
  to: { path: OWN, pathNot: `^src/lib/${name}/` },
});

module.exports = {
  forbidden: [
    pureLayer('queue', 'the pipeline'),
    pureLayer('matting', 'the queue'),
    {
      name: 'sync-knows-the-queue-only',
      comment:
        'src/lib/sync has the rules by which a device and a server come to agree: pure functions over jobs, which any host can run. Requests and storage are for src/lib/browser/sync.',
      severity: 'error',
      from: { path: '^src/lib/sync/', pathNot: TEST },
      to: { path: OWN, pathNot: '^src/lib/(sync|queue)/' },
    },
    {
      name: 'queue-is-below-sync',
      comment: 'A queue works without any server to sync with. Take the value as a parameter.',
      severity: 'error',
      from: { path: '^(src/lib/(queue|matting|client)|server|models)/', pathNot: TEST },
      to: { path: '^src/lib/sync/' },
    },
    {
      name: 'client-is-alone',
      comment:
        'src/lib/client is published by itself, for any program that talks to a server. Take the value as a parameter, or write the few lines again.',
      severity: 'error',
      from: { path: '^src/lib/client/', pathNot: TEST },
      to: { path: OWN, pathNot: '^src/lib/(client|queue)/' },
    },
    {
      name: 'client-borrows-types-only',
      comment:
        'A value imported from src/lib/queue would bring zod and the whole domain into the published client. Use `import type`.',
      severity: 'error',
      from: { path: '^src/lib/client/', pathNot: TEST },
      to: { path: '^src/lib/queue/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'client-needs-no-package',
      comment:
        'The client is small because it needs nothing but web standards. Write the few lines yourself.',
      severity: 'error',
      from: { path: '^src/lib/client/', pathNot: TEST },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-peer'] },
    },
    {
      name: 'pure-layers-are-portable',
      comment:
        'A pure layer uses only packages that need nothing but web standards. Use the standard itself, or put the package behind a port in a host. A portable package can be added to PORTABLE in .dependency-cruiser.cjs.',
      severity: 'error',
      from: { path: '^(src/lib/(queue|matting|sync)|models)/', pathNot: TEST },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-peer'], pathNot: PORTABLE },
    },
    {
      name: 'models-are-data',
      comment:
        'The registry of models is data that every host reads: it may borrow types from src/lib/matting, and nothing else. Move behaviour to src/lib/matting, and keep values here.',
      severity: 'error',
      from: { path: '^models/', pathNot: TEST },
      to: { path: OWN, pathNot: '^(models|src/lib/matting)/' },
    },
    {
      name: 'models-borrow-types-only',
      comment:
        'A value imported from src/lib/matting would make the registry run code of the pipeline. Use `import type` and `satisfies`.',
      severity: 'error',
      from: { path: '^models/', pathNot: TEST },
      to: { path: '^src/lib/matting/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'browser-knows-no-page',
      comment:
        'The adapters of the browser also run in workers and in the service worker, where there is no page. Emit an event or return data, and let the page decide.',
      severity: 'error',
      from: { path: '^src/(lib/browser/|service-worker)' },
      to: { path: '^(src/(lib/ui|routes)|server)/' },
    },
    {
      name: 'components-know-no-page',
      comment: 'A component is shown by any page. Pass what it needs as a prop.',
      severity: 'error',
      from: { path: '^src/lib/ui/' },
      to: { path: '^src/routes/' },
    },
    {
      name: 'nobody-imports-the-server',
      comment:
        'The server is a host: only tests look inside. Call its REST routes, or move what both need to src/lib/queue or src/lib/matting.',
      severity: 'error',
      from: { path: '^(src|models)/' },
      to: { path: '^server/' },
    },
    {
      name: 'browser-runs-in-a-browser',
      comment:
        'A package of the server does not run in a browser. Put it behind a port that the server implements.',
      severity: 'error',
      from: { path: '^src/', pathNot: TEST },
      to: { path: SERVER_ONLY },
    },
    {
      name: 'browser-uses-no-builtin',
      comment:
        'Node built-ins do not exist in a browser. Use the web standard (crypto.subtle, Blob, streams).',
      severity: 'error',
      from: { path: '^src/', pathNot: TEST },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'server-imports-pure-layers-only',
      comment:
        'The server shares src/lib/queue, src/lib/matting and models with the browser, and nothing else: it has neither pages nor IndexedDB. Move what both need into a pure layer.',
      severity: 'error',
      from: { path: '^server/' },
      to: { path: '^(src/(lib/(browser|ui)|routes|service-worker)|tests/)' },
    },
    {
      name: 'server-runs-in-node',
      comment:
        'A package of the browser does not run in Node. Put it behind a port that src/lib/browser implements.',
      severity: 'error',
      from: { path: '^server/' },
      to: { path: BROWSER_ONLY },
    },
    {
      name: 'workers-are-imported-by-nobody',
      comment:
        'Importing the source of a worker would run it in the page. Start it with `new Worker(new URL(…))`, and import its interface from a file of its own.',
      severity: 'error',
      from: { pathNot: TEST },
      to: { path: '[.-]worker[.]ts$' },
    },
    {
      name: 'nobody-imports-tests',
      comment: 'Tests depend on the code, never the other way. Move what both need into the code.',
      severity: 'error',
      from: { pathNot: `^tests/|${TEST}` },
      to: { path: `^tests/|${TEST}` },
    },
    {
      name: 'no-cycle',
      comment:
        'Two modules that need each other are one module, or lack a third that both need. Types count: a reader follows them too. Move what is shared into a file of its own.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-development-package-in-production',
      comment:
        'The code that is delivered may not need a development package, which `npm ci --omit=dev` leaves out. Move it to "dependencies" in package.json.',
      severity: 'error',
      // The published client is built from a checkout only.
      from: { path: '^(src|server|models)/', pathNot: `${TEST}|^server/setup/client-types[.]ts$` },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'npm'] },
    },
    {
      name: 'no-undeclared-package',
      comment: 'The package is here only because another one needs it. Add it to package.json.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-missing-file',
      comment:
        'The import resolves to nothing. Correct the path; shared layers need the explicit .ts ending.',
      severity: 'error',
      from: {},
      // SvelteKit's virtual modules exist only in its build.
      to: { couldNotResolve: true, pathNot: String.raw`^\$(app|env|service-worker)|^vitest/` },
    },
    {
      name: 'no-orphan',
      comment: 'Nothing imports this file, and it is no entry point. Delete it, or use it.',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: '^(src/routes|tests|server/bin)/|[.]d[.]ts$|[.-]worker[.]ts$|^src/(service-worker|hooks)',
      },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: '(^|/)node_modules/' },
    exclude: { path: '^(models/cache|[.]svelte-kit|build)/' },
    // Imports of types are arrows as well.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: '.dependency-cruiser.tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types', 'svelte'],
      extensions: ['.ts', '.js', '.svelte', '.d.ts', '.json'],
    },
  },
};
