/** Global set-up of the suites that need a browser: makes sure that there is one before the first test starts. */
import { ensureChromium } from './chromium.ts';

export default function setup(): void {
  ensureChromium();
}
