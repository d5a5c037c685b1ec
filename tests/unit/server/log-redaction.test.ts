import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig } from '../../../server/config.ts';
import { createRedactor } from '../../../server/log-redaction.ts';
import { newKeyText } from '../../../server/access/key-text.ts';
import { fromRoot } from '../../support/run-script.ts';

const ENV = {
  DATABASE_URL: 'postgres://offcut:p%40ss-word@db/offcut',
  OFFCUT_METRICS_TOKEN: 'metrics-token-0123456789',
  AWS_SECRET_ACCESS_KEY: 'aws/secret+key"with quotes',
  HOST: '127.0.0.1',
};

describe('what is written to the log', () => {
  const redact = createRedactor(ENV);

  test.each([
    ['a password of an address', 'cannot connect to postgres://offcut:p%40ss-word@db/offcut', 'p%40ss-word'],
    ['the same, decoded', 'password "p@ss-word" was refused', 'p@ss-word'],
    ['a password of another address', 'proxy http://user:hunter22@proxy:3128', 'hunter22'],
    ['a password in a query', 'postgres://db/offcut?password=hunter22&sslmode=require', 'hunter22'],
    ['a token of the environment', JSON.stringify({ note: 'metrics-token-0123456789' }), 'metrics-token'],
    ['one that JSON escapes', JSON.stringify({ note: ENV.AWS_SECRET_ACCESS_KEY }), 'secret+key'],
    ['a bearer', JSON.stringify({ authorization: 'Bearer abc.def-123456' }), 'abc.def'],
    [
      'a header of a key',
      JSON.stringify({ headers: { 'x-api-key': 'something-secret' } }),
      'something-secret',
    ],
    ['a header as text', 'X-Api-Key: something-secret', 'something-secret'],
    ['a webhook secret', 'signed with whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'MfKQ9r8'],
  ])('has no %s', (_what, line, secret) => {
    expect(line).toContain(secret);
    expect(redact(line)).not.toContain(secret);
  });

  test('has no API key, and still its id', () => {
    const { id, text } = newKeyText();
    const line = redact(`refused ${text}`);
    expect(line).not.toContain(text.slice(-38));
    expect(line).toContain(id);
  });

  test('stays what it was otherwise, and JSON stays JSON', () => {
    const line = JSON.stringify({ event: 'request', path: '/queue/job/1', host: '127.0.0.1:5000' });
    expect(redact(line)).toBe(line);
    const secret = JSON.stringify({
      err: { message: 'postgres://a:b-secret@c', authorization: 'Basic YTpiLXNlY3JldA==' },
    });
    expect(() => void JSON.parse(redact(secret))).not.toThrow();
  });

  test.each(['json', 'pretty'])('has none in style %s either, wherever it was', (style) => {
    const script = `
      const { createLog } = await import(${JSON.stringify(fromRoot('server/log.ts'))});
      const log = createLog({ style: '${style}', level: 'info' });
      const err = new Error('refused: ' + process.env.DATABASE_URL);
      log.child({ url: process.env.DATABASE_URL }).error({ event: 'storage_failed', err }, 'p@ss-word');`;
    const { stderr, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
      encoding: 'utf8',
      env: { ...process.env, ...ENV },
    });
    expect(status).toBe(0);
    expect(stderr).toContain('storage_failed');
    expect(stderr).not.toMatch(/p%40ss-word|p@ss-word/);
  });
});

test('a message about a setting shows its value, and no secret', () => {
  const messageOf = (env: Record<string, string>) => {
    try {
      readConfig(env);
      return 'nothing was wrong';
    } catch (error) {
      return error instanceof ConfigError ? error.message : String(error);
    }
  };
  expect(messageOf({ OFFCUT_METRICS_TOKEN: 'too short' })).toMatch(
    /^OFFCUT_METRICS_TOKEN=\[secret\] is not 16/,
  );
  expect(messageOf({ DATABASE_URL: 'mysql://root:hunter22@db/x' })).not.toContain('hunter22');
  expect(messageOf({ OFFCUT_RUNNERS: 'two' })).toContain('OFFCUT_RUNNERS=two');
});
