/**
 * Finds a Chromium for the tests, installs one when there is none, and starts it for the end-to-end suites.
 *
 * The order is fixed: what the user names, what the system has, what Playwright has, then an installation.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser, type LaunchOptions } from 'playwright';

/** Playwright fetches about 170 MB; a mirror that answers slower than this is as good as absent. */
const PLAYWRIGHT_INSTALL_SECONDS = 240;
const APT_INSTALL_SECONDS = 600;

const SYSTEM_NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Usual places of browsers that are not on the PATH. */
const SYSTEM_PATHS: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: [
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ],
  win32: [process.env['PROGRAMFILES'], process.env['PROGRAMFILES(X86)'], process.env['LOCALAPPDATA']]
    .filter((folder) => folder !== undefined)
    .map((folder) => join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe')),
};

/**
 * Looks for an installed Chromium or Chrome.
 *
 * @returns absolute path of the executable, or `undefined` when the machine has none
 * @throws {Error} when `CHROMIUM_PATH` or `CHROME_PATH` names a file that does not exist: a wrong setting should
 *   not silently test another browser than the one that was asked for
 */
export function findChromium(): string | undefined {
  return fromEnvironment() ?? fromSystem() ?? fromPlaywright();
}

/**
 * Like {@link findChromium}, but installs a browser when none is found, and remembers it in `CHROMIUM_PATH` so that
 * child processes and the other test projects use the same one.
 *
 * @throws {Error} saying what to do, when nothing was found and nothing could be installed
 */
export function ensureChromium(): string {
  const executable = findChromium() ?? installWithPlaywright() ?? installWithApt();
  if (executable === undefined) throw new Error(HOW_TO_GET_ONE);
  process.env['CHROMIUM_PATH'] = executable;
  return executable;
}

const isRoot = () => process.getuid?.() === 0;

const HOW_TO_GET_ONE = [
  'No Chromium was found, and none could be installed. Do one of these, then run the tests again:',
  '  - set CHROMIUM_PATH to the executable of a Chromium or Chrome (version 120 or newer);',
  '  - npx playwright install --with-deps chromium',
  '  - on Debian or Ubuntu, as root: apt-get update && apt-get install -y --no-install-recommends chromium',
].join('\n');

function fromEnvironment(): string | undefined {
  for (const name of ['CHROMIUM_PATH', 'CHROME_PATH']) {
    const value = process.env[name];
    if (!value) continue;
    if (!existsSync(value))
      throw new Error(`${name} is ${value}, but there is no such file. Correct or unset it.`);
    return value;
  }
  return undefined;
}

function fromSystem(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  const onPath = SYSTEM_NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...onPath, ...(SYSTEM_PATHS[process.platform] ?? [])].find((path) => existsSync(path));
}

function fromPlaywright(): string | undefined {
  const path = chromium.executablePath();
  return existsSync(path) && startsUp(path) ? path : undefined;
}

/** Playwright's download comes without the shared libraries that it needs; on Linux they may be missing. */
function startsUp(executable: string): boolean {
  return (
    process.platform !== 'linux' || spawnSync(executable, ['--version'], { timeout: 20_000 }).status === 0
  );
}

function installWithPlaywright(): string | undefined {
  console.error('No Chromium found: asking Playwright to install one.');
  const cli = join(import.meta.dirname, '../../node_modules/playwright/cli.js');
  run(process.execPath, [cli, 'install', 'chromium'], PLAYWRIGHT_INSTALL_SECONDS);
  if (existsSync(chromium.executablePath()) && fromPlaywright() === undefined && isRoot()) {
    run(process.execPath, [cli, 'install-deps', 'chromium'], APT_INSTALL_SECONDS);
  }
  return fromPlaywright();
}

function installWithApt(): string | undefined {
  if (!isRoot() || !existsSync('/usr/bin/apt-get')) return undefined;
  console.error('Playwright could not install a Chromium: installing the package of the distribution.');
  run('apt-get', ['update'], APT_INSTALL_SECONDS);
  run('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], APT_INSTALL_SECONDS);
  return fromSystem();
}

/** Runs an installer to its end. A failure is not thrown: whether the browser exists afterwards is what counts. */
function run(command: string, args: readonly string[], timeoutSeconds: number): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // The installers' chatter goes to stderr, so that stdout stays the test report.
  spawnSync(command, args, { env, stdio: ['ignore', 2, 2], timeout: timeoutSeconds * 1000 });
}

export interface ChromiumOptions extends LaunchOptions {
  /** Offer a WebGPU adapter in software (SwiftShader). Slow: fit for a tiny model only. */
  softwareWebGpu?: boolean;
}

/** Switches that keep a test browser from talking to anybody, and let it run as root (containers, CI). */
export function chromiumArguments(options: Pick<ChromiumOptions, 'softwareWebGpu'> = {}): string[] {
  return [
    ...(isRoot() ? ['--no-sandbox'] : []),
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-quic',
    '--disable-sync',
    '--no-first-run',
    ...(options.softwareWebGpu ? ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'] : []),
  ];
}

/** Starts a headless Chromium, installing one first when needed. The caller closes it. */
export async function launchChromium(options: ChromiumOptions = {}): Promise<Browser> {
  const { softwareWebGpu = false, args = [], ...launch } = options;
  return chromium.launch({
    headless: true,
    executablePath: ensureChromium(),
    ...launch,
    args: [...chromiumArguments({ softwareWebGpu }), ...args],
  });
}
