import { once } from 'node:events';
import { createServer } from 'node:net';
import { z } from 'zod';
import type { Config } from '../config.ts';
import { isLoopback } from '../http/guard.ts';
import { fail, ok, warn, type Check, type Finding } from './finding.ts';

export const port: Check = {
  name: 'port',
  async run({ host, port: number }) {
    const where = `${host}:${String(number)}`;
    const server = createServer();
    try {
      server.listen(number, host);
      await once(server, 'listening');
      return ok(`${where} is free`);
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === 'EADDRINUSE') return await whoAnswers(host, number);
      return fail(
        `${where} cannot be had (${code ?? String(cause)})`,
        'Set HOST and PORT to what this machine has.',
      );
    } finally {
      server.close();
    }
  },
};

const health = z.object({ service: z.literal('offcut'), version: z.string() });

async function whoAnswers(host: string, number: number): Promise<Finding> {
  const name = ['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host;
  const url = `http://${name.includes(':') ? `[${name}]` : name}:${String(number)}/health`;
  const answer: unknown = await fetch(url, { signal: AbortSignal.timeout(3000) })
    .then((response) => response.json())
    .catch(() => undefined);
  const offcut = health.safeParse(answer);
  if (offcut.success) return ok(`Offcut ${offcut.data.version} answers at ${url}`);
  return fail(
    `${host}:${String(number)} is in use by another program`,
    `Stop it, or choose another port: PORT=${String(number + 1)}.`,
  );
}

export const exposure: Check = {
  name: 'exposure',
  async run({ host, allowedHosts, metricsToken }: Config) {
    if (isLoopback(host)) return ok(`listens on ${host}, for this machine only`);
    const findings: Finding[] = [];
    if (allowedHosts.length === 0) {
      findings.push(
        warn(
          `listens on ${host} and answers to every host name`,
          'Name those that clients use in OFFCUT_ALLOWED_HOSTS.',
        ),
      );
    }
    if (metricsToken === undefined) {
      findings.push(ok('/metrics is closed: set OFFCUT_METRICS_TOKEN to read it from elsewhere'));
    }
    return findings.length === 0 ? ok(`listens on ${host} for ${allowedHosts.join(', ')}`) : findings;
  },
};
