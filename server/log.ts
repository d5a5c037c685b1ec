import { pino, type DestinationStream, type Logger } from 'pino';
import { z } from 'zod';
import type { Config, Environment } from './config.ts';
import { createRedactor } from './log-redaction.ts';

export type { Logger } from 'pino';

/**
 * The structured log: one JSON object a line on standard error, or one readable line on a terminal. `event` names
 * what happened. No image, form field or file name is ever logged, and no secret of `env` or of a client.
 */
export function createLog({ style, level }: Config['log'], env: Environment = process.env): Logger {
  if (style === 'silent') return pino({ level: 'silent' });
  // Synchronous: a process that is killed has written what it said.
  const stderr = pino.destination({ fd: 2, sync: true });
  return pino(
    {
      level,
      base: null,
      hooks: { streamWrite: createRedactor(env) },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    style === 'pretty' ? prettyPrinter(stderr) : stderr,
  );
}

const entry = z.looseObject({
  time: z.string(),
  level: z.string(),
  event: z.string().optional(),
  msg: z.string().optional(),
});

/** `12:34:56 info  request  method=GET path=/health status=200` */
function prettyPrinter(to: DestinationStream): DestinationStream {
  return {
    write(line) {
      const { time, level, event = '', msg = '', err, ...fields } = entry.parse(JSON.parse(line));
      const details = Object.entries(fields).map(([name, value]) => `${name}=${plain(value)}`);
      const head = [time.slice(11, 19), level.padEnd(5), event, msg, ...details].filter(
        (part) => part !== '',
      );
      to.write(`${head.join(' ')}\n${stackOf(err)}`);
    },
  };
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function stackOf(err: unknown): string {
  const shape = z.object({ stack: z.string() }).safeParse(err);
  return shape.success ? `${shape.data.stack}\n` : '';
}
