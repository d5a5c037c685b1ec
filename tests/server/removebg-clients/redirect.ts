/**
 * Preloaded into the process of a client whose service's address is written into its code: what it sends to
 * api.remove.bg goes to the server at OFFCUT_TEST_PORT instead, byte for byte. The client itself stays as it was
 * published. (A machine's own hosts file with a certificate for the name would do the same.)
 */
import http, { type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';

const HOST = 'api.remove.bg';
const port = Number(process.env['OFFCUT_TEST_PORT']);

const original = https.request;

function request(options: RequestOptions, callback?: (response: IncomingMessage) => void) {
  if ((options.hostname ?? options.host) !== HOST) return original(options, callback);
  const { agent: _agent, agents: _agents, ...rest } = options as RequestOptions & { agents?: unknown };
  return http.request(
    { ...rest, protocol: 'http:', host: '127.0.0.1', hostname: '127.0.0.1', port },
    callback,
  );
}

Object.assign(https, { request });
