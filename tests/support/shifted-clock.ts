/**
 * Preloaded (`node --import`) into a server under test and its runners: their clock is off by as many milliseconds as
 * the file SHIFTED_CLOCK says, which a test may change at any time, as a clock is set while a machine runs.
 */
import { readFileSync } from 'node:fs';

const file = process.env['SHIFTED_CLOCK'] ?? '';
const { now: realNow } = Date;
/** How long a reading of the file is good for, so that a clock that is asked often stays cheap. */
const FRESH_MILLIS = 20;

let shift = 0;
let readAt = -Infinity;

function now(): number {
  if (performance.now() - readAt > FRESH_MILLIS) {
    readAt = performance.now();
    shift = Number(readFileSync(file, 'utf8'));
  }
  return realNow() + shift;
}

const RealDate = Date;

class ShiftedDate extends RealDate {
  constructor(...values: [] | [string | number | Date]) {
    if (values.length === 0) super(now());
    else super(...values);
  }

  static override now(): number {
    return now();
  }
}

globalThis.Date = ShiftedDate as DateConstructor;
