#!/usr/bin/env node
// Starts the command line. Plain JavaScript that any Node runs: the rest is TypeScript, which Node runs from 22.18 on.
// An older one hands over to the newer Node that the npm package `node` has put into node_modules.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';

const main = fileURLToPath(new URL('../cli/main.ts', import.meta.url));

// A server passes bytes on and keeps few: the collector, which saves itself work while there is memory, would let it
// grow by 60 MB of garbage while 100 clients upload (tests/bench/upload-memory.ts).
const flags =
  process.argv[2] === 'serve' ? ['--semi-space-growth-factor=1', '--heap-growing-percent=50'] : [];

function stripsTypes(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > 22 ? major > 23 || minor >= 6 : major === 22 && minor >= 18;
}

/** The binary of the npm package `node`, or undefined. */
function newerNode() {
  try {
    const manifest = createRequire(import.meta.url).resolve('node/package.json');
    const { bin } = JSON.parse(readFileSync(manifest, 'utf8'));
    const binary = join(dirname(manifest), typeof bin === 'string' ? bin : bin.node);
    return existsSync(binary) ? binary : undefined;
  } catch {
    return undefined;
  }
}

function handOver(binary) {
  const child = spawn(binary, [...flags, main, ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal signals the whole group, a script this process alone: then both count as one (cli/signals.ts).
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal));
  }
  child.on('error', (error) => {
    console.error(`The Node in ${binary} cannot be started (${error.message}). Run \`npm ci\` again.`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

if (stripsTypes(process.versions.node)) {
  flags.forEach((flag) => setFlagsFromString(flag));
  await import(main);
} else {
  const binary = newerNode();
  if (binary === undefined) {
    console.error(
      `Offcut needs Node 22.18 or newer; this is ${process.version}. Run \`npm ci\` in the folder of Offcut, which installs one beside it, or update Node.`,
    );
    process.exit(1);
  }
  handOver(binary);
}
